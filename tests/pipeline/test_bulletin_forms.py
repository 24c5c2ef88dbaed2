"""Bulletins of every form: what is split comes back whole, in linear time, and editions are kept apart."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bulletin import Bulletin, split
from pipeline.model import Document, Draft, Form, Given, Source, SourceId
from pipeline.parse import parse

NOW = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
PROSE = (
    "Đội duy tu của phường dọn xong mười bốn miệng cống trên đường ven chợ, nơi ba trận mưa liền đều ngập "
    "quá mắt cá."
)
OTHER = (
    "Hợp tác xã ở cuối rạch ký bán trước hai trăm tấn khoai cho nhà máy ở cảng, giá giữ nguyên tới hết vụ dù "
    "thị trường lên xuống."
)
HEADINGS = (
    "BẢN TIN HOẠT ĐỘNG TRONG NGÀY\nNGÀY 12 THÁNG 3 NĂM 2026",
    "Thông tin báo chí sáng 12-3-2026",
    "Thời sự tối thứ năm 12-03-2026",
    "Điểm báo ngày 12/3/2026",
    "Chỉ đạo, điều hành nổi bật của UBND tỉnh trong tuần (ngày 9/3 đến ngày 12/3/2026)",
)
HEADLINES = st.lists(
    st.sampled_from(("Thông", "cống", "trước", "mùa", "mưa", "25", "hộ", "nhận", "bò", "Cần", "Thơ", "xã")),
    min_size=3,
    max_size=9,
).map(lambda words: f"Tin {' '.join(words)} mới")


def _whole(found: Bulletin) -> str:
    return "".join((found.masthead, *(item.raw for item in found.items), found.signature))


def _numbered(titles: list[str]) -> str:
    return "\n\n".join(f"{number}. {title}\n\n{PROSE}" for number, title in enumerate(titles, 1))


def _slashed(titles: list[str]) -> str:
    return "\n".join(f"{number}/{title}\n{PROSE}" for number, title in enumerate(titles, 1))


def _dashed(titles: list[str]) -> str:
    return "\n".join(f"– {title}." for title in titles)


def _starred(titles: list[str]) -> str:
    return f"*** {'. * '.join(titles)}."


def _parted(titles: list[str]) -> str:
    return f"{'; '.join(titles)}... là những nội dung chính trong tuần."


def _headed(titles: list[str]) -> str:
    return "\n\n".join(f"**{title}**\n\n{PROSE}\n\n{OTHER}" for title in titles)


def _tabled(titles: list[str]) -> str:
    return "\n\n".join(f"| {number} | {title} | {PROSE} |" for number, title in enumerate(titles, 1))


FORMS = (_numbered, _slashed, _dashed, _starred, _parted, _headed, _tabled)


@pytest.mark.parametrize("form", FORMS)
@given(st.sampled_from(HEADINGS), st.lists(HEADLINES, min_size=3, max_size=8, unique=True), st.booleans())
def test_headlines_come_back(form: object, heading: str, titles: list[str], signed: bool) -> None:  # noqa: FBT001
    """In every form and under every heading the headlines are read as they were written."""
    assert callable(form)
    text = f"{heading}\n\n{form(titles)}\n" + ("\nBIÊN TẬP\nLÊ THỊ BÌNH\n" if signed else "")

    found = split(text)

    assert found is not None
    assert titles == [item.title for item in found.items]
    assert list(range(1, len(titles) + 1)) == [item.number for item in found.items]
    assert text == _whole(found)
    assert found.when is not None
    assert "2026-03-12" == found.when.text()


SOUP = st.lists(
    st.sampled_from(
        (
            *HEADINGS,
            *(
                "KINH TẾ",
                "Lĩnh vực y tế:",
                "Báo Lao Động",
                "TIN VẮN",
                "- ",
                "– Tin:",
                "+ A",
                "* ",
                "*** A. * B. * C",
            ),
            *(
                "1. ",
                "1/Tin",
                "2 - Tin",
                "l. Tin",
                "I. Tin",
                "1.1. Tin",
                "| 1 | Tin | x |",
                "1️⃣ Tin",
                "**1. Tin.** x",
            ),
            *(
                "A b c; D e g; H i k",
                "; ",
                "... là những nội dung chính",
                "Trên lĩnh vực đô thị, ",
                "Theo đó, ",
            ),
            *(
                PROSE,
                OTHER,
                "tại đây",
                "Mời xem chi tiết tại đây.",
                "Mời quý vị xem chương trình",
                "BIÊN TẬP",
            ),
            *("\n", "\n\n", "\r\n", "\x0b", "\u2028", " ", "**", "## ", "\\", "\ufe0f"),
        )
    ),
    max_size=40,
).map("".join)


@given(st.one_of(SOUP, st.text(max_size=300)), st.booleans())
def test_no_character_is_lost_in_any_form(text: str, sure: bool) -> None:  # noqa: FBT001
    """Heading, items and signature are the text, whatever it is; numbers rise from one."""
    found = split(text, sure=sure)

    if found is not None:
        assert text == _whole(found)
        numbers = [item.number for item in found.items]
        assert numbers == sorted(set(numbers))
        assert 1 == numbers[0]


UNITS = (
    "1. Tin mới\n",
    "1\n",
    "- a\n",
    "a; ",
    "Tin vắn tin vắn ",
    "KINH TẾ\n",
    "*** A. * B. ",
    "[tại đây](",
    "| 1 | a ",
    "**A ",
    "chỉ đạo, điều hành ",
    "Trên lĩnh vực a, báo chí ",
    "1.1. A\n",
    "mời xem ",
    "\n",
    " ",
)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("heading", ["", "BẢN TIN NGÀY 12/3/2026\n"])
def test_a_megabyte_of_anything_is_split_or_left(unit: str, heading: str) -> None:
    """No pattern goes back over what it has read: a megabyte of one unit comes back whole or not at all."""
    text = heading + unit * (1_000_000 // len(unit))

    found = split(text, sure=not heading)

    assert found is None or text == _whole(found)


def _drafts(text: str, given: Given) -> tuple[Draft, ...]:
    document = Document(Source(SourceId("cong"), "Cổng"), Form.TEXT, text.encode(), NOW, given)
    return parse(document).drafts


def test_editions_of_a_day_are_apart() -> None:
    """The morning's and the evening's bulletin under one address share no id of an item."""
    ids = []
    for session in ("sáng", "chiều"):
        text = f"Bản tin {session} 12/3/2026\n\n1. Thông cống\n\n{PROSE}\n\n2. Bán khoai\n\n{OTHER}"
        ids.append({draft.external_id for draft in _drafts(text, Given(url="https://cong.example/ban-tin"))})

    assert set() == ids[0] & ids[1]
    assert {2} == set(map(len, ids))


def test_a_file_keeps_its_name() -> None:
    """Items of a bulletin that has a name of its own are called by it."""
    text = f"Bản tin sáng 12/3/2026\n\n1. Thông cống\n\n{PROSE}\n\n2. Bán khoai\n\n{OTHER}"

    assert ["a.txt#1", "a.txt#2"] == [
        draft.external_id for draft in _drafts(text, Given(external_id="a.txt"))
    ]


@pytest.mark.parametrize(
    "target",
    ["#", "#muc-2", "javascript:void(0)", "https://cong.example/ban-tin", "/ban-tin#muc-2", "?utm_source=x"],
)
def test_a_dead_link_is_none(target: str) -> None:
    """What leads nowhere, or back to the page itself, is no link of an item."""
    text = f"Bản tin sáng 12/3/2026\n\n1. Thông cống\n\n{PROSE} Mời xem chi tiết [tại đây]({target})."

    (draft,) = _drafts(text, Given(url="https://cong.example/ban-tin"))

    assert () == draft.links


@pytest.mark.parametrize(
    ("heading", "session"),
    [
        ("Thông tin báo chí sáng 12-3-2026", "sang"),
        ("BẢN TIN TRƯA\nNGÀY 12/3/2026", "trua"),
        ("Thông tin báo chí chiều 12 tháng 3 năm 2026", "chieu"),
        ("Thời sự tối thứ năm 12-03-2026", "toi"),
        ("Bản tin ngày 12/3/2026", ""),
    ],
)
def test_the_session_is_read(heading: str, session: str) -> None:
    """A heading says which of a day's bulletins it is."""
    found = split(f"{heading}\n\n1. Thông cống\n\n{PROSE}\n\n2. Bán khoai\n\n{OTHER}")

    assert found is not None
    assert session == found.session


HARD = f"""Chỉ đạo điều hành của UBND tỉnh từ ngày 10-12/3/2026
1. Giao Sở Xây dựng cùng các xã ven sông rà lại bến đò trên địa bàn xã
Võ Miếu trước ngày
25/3/2026 và báo cáo bằng văn bản; bến nào thiếu phao cứu sinh thì
đình chỉ.
2. Bán khoai
{OTHER}"""


def test_sentences_broken_by_hand_are_joined() -> None:
    """A row that ends in mid-sentence goes on below, before a capital or a figure too."""
    found = split(HARD)

    assert found is not None
    assert (
        "Giao Sở Xây dựng cùng các xã ven sông rà lại bến đò trên địa bàn xã Võ Miếu trước ngày 25/3/2026 "
        "và báo cáo bằng văn bản; bến nào thiếu phao cứu sinh thì đình chỉ."
    ) == found.items[0].body
    assert ("Bán khoai", OTHER) == (found.items[1].title, found.items[1].body)
