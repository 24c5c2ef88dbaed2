"""What feedgen cannot write of an entry: people and agency, every teller, language and picture in XML."""

from dataclasses import replace

import pytest
from lxml import etree

from feeds.entry_forms import ATOM, ATOM_NAMESPACES, DC, MEDIA, RSS_NAMESPACES
from feeds.item import item
from feeds.render import fragments
from pipeline.model import EntryKind, Image, Story
from tests.feeds.stories import SITE, story, telling

_CONTENT = "http://purl.org/rss/1.0/modules/content/"
LEAD = telling(1, authors=("Thu Hà", "Văn Nam"), credit="TTXVN", content="Đoạn một.")
OTHER = telling(2, kind=EntryKind.BULLETIN_ITEM, bulletin_number=1, published="2026-11-20")
PICTURE = Image("https://bao1.example/cau.jpg", "Cầu ngày thông xe")


def pictured(*tellings: object) -> Story:
    """Return a story with a picture, in English."""
    plain = story(1, *tellings) if tellings else story(1, LEAD, OTHER)  # type: ignore[arg-type]
    return replace(plain, face=replace(plain.face, image=PICTURE, language="en"))


def entries(told: Story) -> tuple[etree._Element, etree._Element]:
    """Return a story's entry as Atom and as RSS."""
    made = fragments(item(told, SITE))
    names = {**ATOM_NAMESPACES, **RSS_NAMESPACES, "atom": ATOM, "content": _CONTENT}
    declared = " ".join(f'xmlns:{prefix}="{url}"' for prefix, url in names.items())
    atom, rss = (
        etree.fromstring(f"<x {declared}>".encode() + data + b"</x>")[0] for data in (made.atom, made.rss)
    )
    return atom, rss


def test_people_and_agency_have_elements_of_their_own() -> None:
    """Atom has authors and a contributor, RSS dc:creator and dc:contributor."""
    atom, rss = entries(pictured())

    assert ["Thu Hà", "Văn Nam"] == [one.text for one in atom.findall("author/name")]
    assert ["Thu Hà", "Văn Nam"] == [one.text for one in rss.findall(f"{{{DC}}}creator")]
    assert ["TTXVN"] == [one.text for one in atom.findall("contributor/name")]
    assert ["TTXVN"] == [one.text for one in rss.findall(f"{{{DC}}}contributor")]


def test_a_paper_that_names_nobody_is_the_author_with_its_page() -> None:
    """Atom has room for the address."""
    atom, _ = entries(story(1))

    assert ("Báo Thứ 1", "https://bao1.example/") == (
        atom.findtext("author/name"),
        atom.findtext("author/uri"),
    )


def test_every_teller_is_linked_with_its_name_in_both() -> None:
    """Our page is related, the others' are via; each says in its title what is there."""
    atom, rss = entries(pictured())
    expected = [
        ("related", "https://tin.example/stories/s1", "Tin này trên Tin Tỉnh"),
        ("via", "https://bao2.example/cau-2.html", "Bản tin của Báo Thứ 2 ngày 20/11/2026, mục 1"),
    ]

    for found in (atom.findall("link")[1:], rss.findall(f"{{{ATOM}}}link")):
        assert expected == [(one.get("rel"), one.get("href"), one.get("title")) for one in found]


def test_the_language_is_the_leads() -> None:
    """Atom has xml:lang at the entry, RSS dc:language."""
    atom, rss = entries(pictured())

    assert "en" == atom.get("{http://www.w3.org/XML/1998/namespace}lang")
    assert "en" == rss.findtext(f"{{{DC}}}language")


@pytest.mark.parametrize(("content", "caption"), [("Đoạn một.", PICTURE.caption), ("", None)])
def test_the_picture_is_media_content(content: str, caption: str | None) -> None:
    """Address, medium and type; the caption beside a text only, for which feedparser would take it."""
    for found in entries(pictured(telling(1, content=content))):
        [media] = found.findall(f"{{{MEDIA}}}content")

        assert {"url": PICTURE.url, "medium": "image", "type": "image/jpeg"} == {
            str(name): value for name, value in media.attrib.items()
        }
        assert caption == media.findtext(f"{{{MEDIA}}}description")
