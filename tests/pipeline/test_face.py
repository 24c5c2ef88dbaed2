"""The face of a story: rights, labels, who leads."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup import Edge, Group, Relation
from pipeline.face import Spoken, attachments, decisions, face, labels, visible
from pipeline.model import (
    NATIONAL,
    Attachment,
    Decision,
    Draft,
    EntryId,
    EntryKind,
    Image,
    Places,
    Rights,
    Source,
    SourceId,
    Verdict,
)
from tests.store.tellings import PAPER, draft

BODY = "Đoạn đầu kể vắn tắt việc đã xảy ra.\n\nĐoạn sau chỉ có ở báo và không được mang ra ngoài."


def spoken(name: str, told: Draft, source: Source = PAPER) -> Spoken:
    """Return an entry with one text."""
    return Spoken(EntryId(name), source, told, versions=1)


@given(st.text(max_size=400), st.text(max_size=2_000), st.sampled_from(list(Rights)))
def test_no_text_beyond_the_rights(summary: str, body: str, rights: Rights) -> None:
    """Title rights let no text out, summary rights no content, and summaries stay short (law 10)."""
    shown, content = visible(draft("x", "Tin", body, summary=summary), rights)

    assert rights is Rights.FULL or content == ""
    assert rights is not Rights.TITLE or shown == ""
    assert len(shown) <= 600


def test_a_face_of_summaries_holds_no_body() -> None:
    """Under the default rights the second paragraph is nowhere in the face."""
    told = spoken("a", draft("x", "Tin", BODY))
    one = Group(EntryId("a"), (EntryId("a"),))

    made = face(one, {told.entry_id: told}, {told.entry_id: Decision(Verdict.NEW, 1.0, "")})

    assert "Đoạn đầu kể vắn tắt việc đã xảy ra." == made.summary
    assert "chỉ có ở báo" not in repr(made)


def test_files_are_links_under_the_default_rights() -> None:
    """Each file once, the lead's first, under a short name; none of a source that lets out titles alone."""
    files = [Attachment(f"https://bao.example/{name}.pdf", name * 300) for name in "abc"]
    lead = spoken("a", draft("x", "Tin", BODY, attachments=(files[0], files[1])))
    copy = spoken("b", draft("y", "Tin", BODY, attachments=(files[1], files[2])))
    closed = spoken(
        "c", draft("z", "Tin", BODY, attachments=(files[2],)), replace(PAPER, rights=Rights.TITLE)
    )

    assert ["a", "b", "c"] == [one.title[0] for one in attachments([lead, copy])]
    assert all(len(one.title) <= 201 for one in attachments([lead, copy]))
    assert () == attachments([closed])


@pytest.mark.parametrize("rights", list(Rights))
def test_a_picture_is_shown_under_full_rights_only(rights: Rights) -> None:
    """The lead's picture leaves with the full text or not at all; the language is the lead's (law 10)."""
    picture = Image("https://bao.example/de-bao.jpg", "Đê bao")
    told = draft("x", "Tin", BODY, image=picture, language="en")
    one = spoken("a", told, replace(PAPER, rights=rights))

    made = face(
        Group(EntryId("a"), (EntryId("a"),)),
        {EntryId("a"): one},
        {EntryId("a"): Decision(Verdict.NEW, 1.0, "")},
    )

    assert (picture if rights is Rights.FULL else None) == made.image
    assert "en" == made.language


def test_places_told_come_before_homes() -> None:
    """A story is where its texts say; today's province follows from the area."""
    told = draft("x", "Tin", BODY, places=Places(areas=("quang-nam",), provinces=("da-nang",)))

    made = labels([spoken("a", told), spoken("b", draft("y", "Tin", BODY))])

    assert (("da-nang",), ("quang-nam",)) == (made.provinces, made.areas)


def test_without_a_place_the_home_decides() -> None:
    """One publisher's home labels its story; publishers of several provinces make it national."""
    elsewhere = Source(SourceId("s2"), "Báo Hai", "an-giang", "kien-giang")
    here = spoken("a", draft("x", "Tin", BODY))
    there = spoken("b", draft("y", "Tin", BODY), elsewhere)
    agency = spoken("c", draft("z", "Tin", BODY, places=Places(national=True)))

    assert "vinh-long" == labels([here]).province
    assert NATIONAL == labels([here, there]).province
    assert NATIONAL == labels([agency]).province
    assert labels([spoken("d", draft("x", "Tin", BODY), Source(SourceId("s"), "S"))]).province is None


def test_what_each_telling_is() -> None:
    """The lead is new, an item joins, another article repeats, and an editor's merge says so."""
    item = replace(draft("i", "Tin", BODY), kind=EntryKind.BULLETIN_ITEM, bulletin_number=1)
    tellings = {
        EntryId("a"): spoken("a", draft("a", "Tin", BODY)),
        EntryId("b"): spoken("b", item),
        EntryId("c"): spoken("c", draft("c", "Tin", BODY)),
        EntryId("d"): spoken("d", draft("d", "Khác", BODY)),
    }
    edges = [
        Edge(EntryId("a"), EntryId("b"), Relation.JOIN, 0.9, "vì thế"),
        Edge(EntryId("a"), EntryId("c"), Relation.JOIN, 1.0, "vì vậy"),
    ]

    made = decisions(Group(EntryId("a"), tuple(tellings)), tellings, edges)

    assert ["NEW", "JOINS", "REPEATS", "REPEATS"] == [made[entry_id].verdict for entry_id in tellings]
    assert ("vì thế", "biên tập viên gộp") == (made[EntryId("b")].because, made[EntryId("d")].because)
