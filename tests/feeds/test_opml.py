"""The list of channels as OPML."""

from lxml import etree

from feeds.channel import channel
from feeds.opml import opml

BASE = "https://tin.example"


def _subscriptions() -> list[etree._Element]:
    return [one for one in etree.fromstring(opml(BASE)).iter("outline") if one.get("xmlUrl")]


def test_every_channel_but_the_crossed_ones_is_listed_in_both_forms() -> None:
    """Everything, 34 provinces, 63 areas and 21 topics are there, once as Atom and once as RSS."""
    listed = [one.get("xmlUrl", "").removeprefix(f"{BASE}/feeds/").rsplit(".", 1) for one in _subscriptions()]
    keys = {key for key, _ in listed}

    assert 2 * (1 + 34 + 63 + 21) == len(listed)
    assert {(key, form) for key in keys for form in ("atom", "rss")} == {(key, form) for key, form in listed}
    assert all(channel(key) for key in keys)


def test_outlines_have_what_readers_need() -> None:
    """Each subscription has the type, text, title and both addresses that OPML 2.0 asks for."""
    for one in _subscriptions():
        assert "rss" == one.get("type")
        assert one.get("text") == one.get("title") != ""
        assert one.get("htmlUrl", "").startswith((f"{BASE}/tin", f"{BASE}/dia-ban/", f"{BASE}/chu-de/"))


def test_the_document_is_opml_2_without_a_clock() -> None:
    """Two calls give the same bytes of a document of version 2.0 with a head and a body."""
    root = etree.fromstring(opml(BASE))

    assert opml(BASE) == opml(BASE)
    assert ("opml", "2.0", ["head", "body"]) == (root.tag, root.get("version"), [child.tag for child in root])
    assert {"title", "docs"} == {child.tag for child in root[0]}
