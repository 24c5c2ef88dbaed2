"""The list of all channels as OPML 2.0, for readers that import subscriptions. Pure: no clock in it."""

from collections.abc import Callable, Iterable

from lxml import etree

from feeds.channel import SITE_TITLE, Channel, FeedForm, channels

_GROUPS: tuple[tuple[str, Callable[[Channel], bool]], ...] = (
    ("Tỉnh, thành", lambda one: bool(one.province) and not one.topic),
    ("Địa bàn trước tháng 7/2025", lambda one: bool(one.area)),
    ("Chủ đề", lambda one: bool(one.topic) and not one.province),
)
_FORMS = ((FeedForm.ATOM, "Atom 1.0"), (FeedForm.RSS, "RSS 2.0"))


def opml(base_url: str) -> bytes:
    """Return the OPML document: everything, provinces, areas and topics, as Atom and as RSS.

    The forms are two folders at the top, so that a reader can drop the one it does not want.
    Provinces × topics are left out: 714 more lines that nobody imports at once.
    """
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = f"{SITE_TITLE} – các kênh"
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    for form, name in _FORMS:
        folder = _folder(body, name)
        _add(folder, [one for one in channels() if one.key == "all"], base_url, form)
        for group, belongs in _GROUPS:
            _add(_folder(folder, group), filter(belongs, channels()), base_url, form)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _folder(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, "outline", text=name, title=name)


def _add(parent: etree._Element, shown: Iterable[Channel], base_url: str, form: FeedForm) -> None:
    for one in shown:
        said = {
            "type": "rss",  # OPML 2.0 knows no other word for a subscription, whatever its format
            "text": one.title,
            "title": one.title,
            "description": one.about,
            "language": "vi",
            "xmlUrl": one.url(base_url, form),
            "htmlUrl": one.page(base_url),
        }
        etree.SubElement(parent, "outline", said)
