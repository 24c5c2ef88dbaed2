"""Stories as documents: what is shown, what is only matched, and limits."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import (
    Basis,
    Decision,
    EntryId,
    EntryKind,
    Face,
    Labels,
    SourceId,
    Story,
    StoryId,
    StoryState,
    Telling,
    Verdict,
)
from search.document import document
from search.schema import SETTINGS, SHOWN, version

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
HIDDEN = {"title_plain", "title_vn", "body", "body_vn", "place_plain", "place_vn"}


def telling(number: int, **changes: object) -> Telling:
    """An ordinary telling."""
    plain = Telling(
        entry_id=EntryId(f"e{number}"),
        source_id=SourceId(f"bao-{number}"),
        source_name=f"Báo {number}",
        kind=EntryKind.ARTICLE,
        external_id=f"bai-{number}",
        bulletin_id="",
        bulletin_number=0,
        title=f"Tựa bài {number}",
        summary="",
        content="",
        url=f"https://bao{number}.example/bai",
        published="2026-11-20",
        published_basis=Basis.FEED,
        updated=None,
        authors=(),
        credit="",
        version=1,
        decision=Decision(Verdict.NEW, 1.0, ""),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def story(*tellings: Telling, **changes: object) -> Story:
    """An ordinary story."""
    plain = Face(
        title="Tỉnh ủy họp",
        summary="Tóm tắt.",
        content="",
        url="https://bao.example/hop",
        published="2026-11-20",
        published_at=AT,
        published_basis=Basis.FEED,
        labels=Labels("vinh-long", ("vinh-long", "dong-thap"), "ben-tre", ("ben-tre",), ("xay-dung-dang",)),
        doc_numbers=("01/CT-UBND",),
        tellings=tellings,
    )
    face = replace(plain, **changes)  # type: ignore[arg-type]
    return Story(StoryId("s1"), StoryState.LIVE, 3, AT, AT, backfill=False, face=face)


def words(document_: dict[str, Any], field: str) -> list[str]:
    """The words of a matched field."""
    return str(document_[field]).split()


def test_shown_and_matched_fields_are_apart() -> None:
    """Every field is shown, filtered by, or matched; matched ones are never shown."""
    made = document(story(telling(1)), ["Nội dung đầy đủ."])

    assert not HIDDEN & set(SHOWN)
    assert set(SHOWN) <= set(made)
    assert HIDDEN == set(SETTINGS["searchableAttributes"])
    assert SHOWN == SETTINGS["displayedAttributes"]


def test_the_full_text_is_matched_only() -> None:
    """What the face does not hold is in no shown field."""
    made = document(story(telling(1)), ["Mật ngữ nằm ở đây."])

    assert "mat" in words(made, "body")
    assert "maatj" in words(made, "body_vn")
    assert "ngữ" not in json.dumps({name: made[name] for name in SHOWN}, ensure_ascii=False)


def test_labels_and_numbers_are_filters() -> None:
    """All provinces, areas, topics, sources and numbers of a story can be filtered by."""
    made = document(story(telling(1), telling(2), telling(2)), [])

    assert ("vinh-long", "dong-thap") == made["provinces"]
    assert ["bao-1", "bao-2"] == made["sources"]
    assert ["1-ct-ubnd"] == made["doc_keys"]
    assert 1763600400 + 31536000 == made["published_at"]


def test_paragraphs_that_papers_share_count_once() -> None:
    """Two tellings of one text do not double its words."""
    text = "Một đoạn chung của hai tờ báo."
    once, twice = (document(story(), [text] * times) for times in (1, 2))

    assert once["body"] == twice["body"]


def test_a_line_that_a_text_repeats_stays_in_its_place() -> None:
    """Words around it are copied with it: a byline, "Xem thêm"."""
    made = document(story(), ["Mưa to.\nAn Nhiên\nNước lên.\nAn Nhiên\nĐường ngập."])

    assert "mua to an nhien nuoc len an nhien duong ngap" in str(made["body"])


def test_other_ways_to_write_it_join_the_body() -> None:
    """A text with the short form is found by the long one, and the other way round."""
    short = document(story(title="x"), ["UBND xã và TPHCM"])
    long = document(story(title="x"), ["Ủy ban nhân dân xã ở Thành phố Hồ Chí Minh"])

    assert "uy ban nhan dan" in short["body"]
    assert {"tp", "hcm", "hoof"} <= {*words(short, "body"), *words(short, "body_vn")}
    assert {"ubnd", "tphcm"} <= set(words(long, "body"))


def test_where_it_plays_is_named_as_ever() -> None:
    """Huế was the province of Thừa Thiên Huế; a text need not say so, nor have its short form."""
    made = document(story(title="x", labels=Labels("hue", ("hue",), "hue", ("hue",), ())), ["Bão vào bờ."])

    assert "thuwaf thieen huees huees tt huees" == made["place_vn"]


def test_a_bulletin_item_names_its_bulletin() -> None:
    """Hits say where in a bulletin an item stands; articles have none."""
    item = telling(1, kind=EntryKind.BULLETIN_ITEM, bulletin_id="ban-tin-3", bulletin_number=2)
    made = document(story(item, telling(2)), [])

    assert [{"external_id": "ban-tin-3", "number": 2}, None] == [one["bulletin"] for one in made["entries"]]


def test_a_huge_story_stays_within_limits() -> None:
    """A million words, a thousand tellings and numbers make a document of bounded size."""
    tellings = [telling(number) for number in range(1000)]
    numbers = tuple(f"{number}/CT-UBND" for number in range(1000))
    made = document(
        story(*tellings, doc_numbers=numbers, content="chữ " * 100_000), ["một hai ba " * 400_000]
    )

    assert 20_100 >= len(words(made, "body"))
    assert 50 == len(made["entries"]) == len(made["doc_keys"]) == len(made["sources"])
    assert 1_000_000 > len(json.dumps(made))


def test_the_version_names_the_settings() -> None:
    """Twelve hexadecimal digits, the same at every call."""
    assert version() == version()
    assert re.fullmatch("[0-9a-f]{12}", version())


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_makes_a_document(title: str, texts: list[str]) -> None:
    """Never raises; matched fields hold words and spaces only, and both spellings as many."""
    made = document(story(title=title), texts)

    assert len(words(made, "body")) == len(words(made, "body_vn"))
    assert not set(made["body"] + made["body_vn"]) & set("\n\"'-.,")
