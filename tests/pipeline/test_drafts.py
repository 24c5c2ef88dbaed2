"""Findings settled into drafts: which date counts, which headline, what a bulletin hands down."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import dates
from pipeline.drafts import Finding, drafts, name_of
from pipeline.model import Act, Basis, Draft, Source, SourceId, TitleBasis, When

NOW = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
SOURCE = Source(SourceId("bao"), "Báo Sông Quê")
TITLE = "Giao mặt bằng đường ven sông trước tháng Tư"
PROSE = (
    "Ủy ban nhân dân tỉnh họp phiên thường kỳ để bàn việc giao mặt bằng cho tuyến đường ven sông, vốn đã "
    "chậm bốn tháng so với cam kết."
)


def _draft(**fields: object) -> Draft:
    (draft,) = drafts(Finding(**fields), SOURCE, NOW)  # type: ignore[arg-type]
    return draft


def _when(text: str, basis: Basis) -> When:
    when = dates.parse(text, basis)
    assert when is not None
    return when


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"whens": (_when("2026-03-10", Basis.META), _when("2026-03-09", Basis.GIVEN))},
            ("2026-03-09", "given"),
        ),
        (
            {"whens": (_when("2026-03-10", Basis.META),), "url": "https://a.vn/2026/03/01/x"},
            ("2026-03-10", "meta"),
        ),
        ({"url": "https://a.vn/2026/03/01/x"}, ("2026-03-01", "url")),
        ({"claimed": "https://a.vn/202107/tin-x.html"}, ("2021-07", "url")),
        ({"url": "https://a.vn/x", "claimed": "https://a.vn/tin-x-31012023-a1.html"}, ("2023-01-31", "url")),
        ({"url": "https://a.vn/2026/03/01/x", "claimed": "https://a.vn/2026/02/x"}, ("2026-03-01", "url")),
        ({"text": f"{TITLE}\n\n11/03/2026 - 08:00\n\n{PROSE}"}, ("2026-03-11T08:00:00+07:00", "header")),
        ({"text": f"{TITLE}\n\n{PROSE} Phiên họp diễn ra sáng 09/3/2026."}, ("2026-03-09", "inferred")),
        ({"whens": (_when("2026-03-20", Basis.FEED),)}, ("2026-03-14T10:00:00+07:00", "received")),
        (
            {"whens": (_when("2026-03-20", Basis.FEED), _when("2026-03-02", Basis.META))},
            ("2026-03-02", "meta"),
        ),
        ({"whens": (_when("1970-01-01", Basis.FEED),)}, ("2026-03-14T10:00:00+07:00", "received")),
        (
            {"text": f"{TITLE}\n\n{PROSE} Lễ khai mạc vào ngày 20/4/2026."},
            ("2026-03-14T10:00:00+07:00", "received"),
        ),
        ({}, ("2026-03-14T10:00:00+07:00", "received")),
    ],
)
def test_the_best_plausible_date_counts(fields: dict[str, object], expected: tuple[str, str]) -> None:
    """Bases are tried best first; a date in the future or before the web is none."""
    when = _draft(**({"text": PROSE} | fields)).published

    assert expected == (when.text(), when.basis)


def test_metadata_give_way_to_the_line_at_the_headline() -> None:
    """Where <meta> says another day than the date line, the line is right, unless the address objects."""
    text = f"{TITLE}\n\n10/03/2026\n\n{PROSE}"
    swapped = _draft(whens=(_when("2026-10-03", Basis.META),), text=text)
    template = _draft(whens=(_when("2017-01-01", Basis.META),), text=text)
    borne_out = _draft(
        whens=(_when("2026-03-09", Basis.META),), url="https://a.vn/2026/03/09/x.html", text=text
    )

    assert ["2026-03-10", "2026-03-10", "2026-03-09"] == [
        draft.published.text() for draft in (swapped, template, borne_out)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"{PROSE}\n\nNgày 9/3, tỉnh ban hành Kế hoạch số 90/KH-UBND về việc thu gom rác trên sông. Hết.",
            "Thu gom rác trên sông",
        ),
        (f"{PROSE} Việc này kéo dài.", PROSE.rstrip(".")),
        (f"Thông báo.\n\n{PROSE}", PROSE.rstrip(".")),
        ("Một câu ngắn.", "Một câu ngắn"),
    ],
)
def test_a_headline_is_made_where_there_is_none(text: str, expected: str) -> None:
    """What was issued names the text, else its first paragraph does."""
    draft = _draft(text=text)

    assert (expected, TitleBasis.INFERRED) == (draft.title, draft.title_basis)
    assert len(draft.title) <= 160


def test_the_text_keeps_the_sentence_that_named_it() -> None:
    """A made headline takes nothing out of the text."""
    assert PROSE in _draft(text=f"{PROSE} Việc này kéo dài.").body


def test_a_summary_that_says_the_headline_again_is_none() -> None:
    """Some feeds repeat the headline as the description."""
    assert "" == _draft(title=TITLE, summary=f"{TITLE}").summary


def test_documents_links_and_origin_are_read() -> None:
    """Document numbers, real links and the agency are told apart from the text."""
    draft = _draft(
        title=TITLE,
        url="https://www.bao.example/tin/1",
        text=f"{PROSE} Căn cứ Quyết định số 12/QĐ-UBND. Mời xem toàn văn [tại đây](/qd-12).\n\n"
        f"{PROSE} Chi tiết [tại đây](#).\n\nTheo TTXVN",
    )

    assert ("12/QĐ-UBND",) == draft.doc_numbers
    assert (("https://bao.example/qd-12",), "TTXVN") == (draft.links, draft.credit)


def test_agency_copy_without_a_place_is_national() -> None:
    """The agency's name leaves the text, and still tells whose news it is."""
    draft = _draft(
        title="Giá gạo xuất khẩu tăng",
        text="(TTXVN) - Giá gạo xuất khẩu tuần qua tăng 5 USD mỗi tấn so với tuần trước.",
    )

    assert draft.places.national


def test_a_bulletin_hands_down_what_its_items_do_not_tell() -> None:
    """Day and place of the heading, and the document's own date where the heading has none."""
    items = (
        f"1. Tin đầu của ngày\n\n{PROSE}\n\n2. Tin sau ở Cần Thơ\n\n{PROSE} Đoàn của tỉnh Bến Tre cũng dự."
    )
    dated = drafts(
        Finding(external_id="b", text=f"BẢN TIN TỈNH ĐỒNG THÁP\nNGÀY 12 THÁNG 3 NĂM 2026\n\n{items}"),
        SOURCE,
        NOW,
    )
    undated = drafts(
        Finding(
            external_id="b",
            text=f"BẢN TIN TỈNH ĐỒNG THÁP\n\n{items}",
            whens=(_when("2026-03-11", Basis.FEED),),
        ),
        SOURCE,
        NOW,
    )
    future = drafts(Finding(text=f"BẢN TIN TỈNH ĐỒNG THÁP\nNGÀY 12 THÁNG 3 NĂM 2027\n\n{items}"), SOURCE, NOW)

    assert [("2026-03-12", "bulletin")] * 2 == [
        (draft.published.text(), draft.published.basis) for draft in dated
    ]
    assert [("2026-03-11", "feed")] * 2 == [
        (draft.published.text(), draft.published.basis) for draft in undated
    ]
    assert {Basis.RECEIVED} == {draft.published.basis for draft in future}
    assert ("dong-thap",) == dated[0].places.provinces
    assert "vinh-long" in dated[1].places.provinces
    assert ["b#1", "b#2"] == [draft.external_id for draft in dated]


def test_an_item_is_not_the_page_it_stands_on() -> None:
    """Items have no canonical address: it is the bulletin's."""
    text = f"BẢN TIN NGÀY 12/3/2026\n\n1. Tin đầu của ngày\n\n{PROSE}"
    (item,) = drafts(Finding(url="https://bao.example/ban-tin", text=text), SOURCE, NOW)

    assert ("https://bao.example/ban-tin", "") == (item.url, item.canonical_url)


def test_a_withdrawal_is_not_split() -> None:
    """A withdrawn bulletin is withdrawn as what it was called."""
    text = f"BẢN TIN NGÀY 12/3/2026\n\n1. Tin đầu của ngày\n\n{PROSE}"
    (draft,) = drafts(Finding(external_id="b", text=text, act=Act.WITHDRAW), SOURCE, NOW)

    assert ("b", Act.WITHDRAW) == (draft.external_id, draft.act)


@given(
    st.text(max_size=300),
    st.text(max_size=60),
    st.text(max_size=60),
    st.sampled_from(("", "article", "bulletin")),
)
def test_the_same_finding_is_the_same_drafts(text: str, title: str, url: str, kind: str) -> None:
    """Never raises; ids are stable and unique, numbers count from one."""
    found = Finding(text=text, title=title, url=url, kind=kind)
    made = drafts(found, SOURCE, NOW)

    assert made == drafts(found, SOURCE, NOW)
    assert len({draft.external_id for draft in made}) == len(made)
    assert all(draft.external_id for draft in made)


def test_names_by_content_depend_on_every_part() -> None:
    """Moving a word from one part to the other makes another name."""
    assert name_of("a", "b") == name_of("a", "b")
    assert name_of("a", "b") != name_of("ab", "")
