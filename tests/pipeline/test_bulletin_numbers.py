"""The numbers of a bulletin's items: headlines that begin with a figure, and figures that are no numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bulletin import Bulletin, split
from pipeline.text import words

PROSE = (
    "Chiều qua, Sở Nông nghiệp và Môi trường cùng ba xã cuối nguồn thống nhất lịch xả nước cho vụ lúa mới, "
    "sớm hơn năm ngoái hai tuần."
)
OTHER = "Sau buổi làm việc, các bên hẹn rà lại 14 cống ngăn mặn; cống nào hư sẽ sửa xong trước ngày rằm tới."
HEADING = "BẢN TIN HOẠT ĐỘNG TRONG NGÀY\nTRÊN ĐỊA BÀN TỈNH\nNGÀY 12 THÁNG 3 NĂM 2026"


def _whole(found: Bulletin) -> str:
    return "".join((found.masthead, *(item.raw for item in found.items), found.signature))


def _titles(text: str) -> list[str] | None:
    found = split(text)
    return None if found is None else [item.title for item in found.items]


def _numbered(form: str, *headlines: str) -> str:
    """Return a headed bulletin; `form` prints a number, with a newline if the headline stands below it."""
    return f"{HEADING}\n\n" + "\n\n".join(
        f"{form.format(number)}{headline}\n\n{PROSE}" for number, headline in enumerate(headlines, 1)
    )


FIGURES = (
    "25 học sinh nhận học bổng",
    "0h ngày 5/4 cấm xe qua cầu",
    "2.400 ha lúa chờ nước",
    "3,5 tỷ đồng cho trạm bơm",
    "91% hồ sơ nộp qua mạng",
    "20-11: trao nhà cho cô giáo",
    "1/3 số xã có bác sĩ",
    "2026 là năm của đê bao",
    "TP. Cao Lãnh đón 3 đoàn khách",
)


@pytest.mark.parametrize(
    "form", ["{}. ", "{}) ", "{})", "{}: ", "{}/ ", "**{}.** ", "{}\\. ", "Bài {}: ", "Tin số {}. "]
)
def test_a_headline_may_begin_with_a_figure(form: str) -> None:
    """Figures behind the number of an item are its headline's."""
    assert list(FIGURES) == _titles(_numbered(form, *FIGURES))


@pytest.mark.parametrize("form", ["{}.\n", "{})\n\n", "**{}.**\n", "Bài {}\n", "**Tin {}**\n\n", "Bài {}:\n"])
def test_a_number_may_stand_on_its_own_line(form: str) -> None:
    """The headline is the next line then, in capitals too."""
    headlines = (*FIGURES, "KHAI MẠC LỄ HỘI", "Tin áp chót\nviết trên hai dòng")
    text = _numbered(form, *headlines)

    found = split(text)

    assert found is not None
    assert [" ".join(line.split()) for line in headlines] == [item.title for item in found.items]
    assert {PROSE} == {item.body for item in found.items}
    assert text == _whole(found)


@pytest.mark.parametrize(
    "line",
    [
        "2.400 ha lúa ở ba xã chờ nước.",
        "2.500 hộ",
        "2,5 tỷ đồng là vốn của tỉnh.",
        "2.9 là ngày nghỉ của cả nước",
        "2.9.2026 là ngày khánh thành",
        "2/9 năm nay cầu thông xe",
        "2026. Năm nay tỉnh làm thêm ba cầu",
        "2:30 chiều, mưa tạnh",
        "2-9 này cầu thông xe",
    ],
)
def test_figures_at_the_beginning_of_a_line_are_no_numbers(line: str) -> None:
    """Dates, decimals, thousands, clocks and years in the text of an item begin none."""
    text = f"{HEADING}\n\n1. Tin đầu\n\n{PROSE}\n\n{line}\n\n{OTHER}\n\n2. 25 học sinh được khen\n\n{PROSE}"

    assert ["Tin đầu", "25 học sinh được khen"] == _titles(text)


def test_numbers_are_read_as_printed() -> None:
    """Where they rise, a number left out takes no other item's number away."""
    text = f"{HEADING}\n\n" + "\n\n".join(f"{number}. 3 tin mới\n\n{PROSE}" for number in (1, 2, 5, 6, 8))

    found = split(text)

    assert found is not None
    assert [1, 2, 5, 6, 8] == [item.number for item in found.items]


def test_a_number_in_another_form_is_read_between_its_neighbours() -> None:
    """An item that alone is bold, or has another mark, is one; a list inside an item is none."""
    text = (
        f"{HEADING}\n\n1. Tin đầu\n\n{PROSE} Gồm:\n\n1) Đê bao\n\n2) Trạm bơm\n\n3) Cống\n\n"
        f"2. Tin hai\n\n{OTHER}\n\n**3. 40 nhà giáo được khen**\n\n{PROSE}\n\n4) 5 xã có điện\n\n{OTHER}\n\n"
        f"5. Tin cuối\n\n{PROSE}"
    )

    assert ["Tin đầu", "Tin hai", "40 nhà giáo được khen", "5 xã có điện", "Tin cuối"] == _titles(text)


WORDS = st.lists(
    st.one_of(
        st.sampled_from(
            ("25", "0h", "2.400", "3,5", "1/3", "2026", "20-11", "7:30", "91%", "Tin", "lúa", "TP.")
        ),
        st.text(st.sampled_from("abđêộ019"), min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=9,
).map(" ".join)
FORMS = st.sampled_from(
    (
        "{}. ",
        "{}) ",
        "{}: ",
        "{}/ ",
        "**{}.** ",
        "Bài {}: ",
        "Tin {}. ",
        "{}.\n",
        "{})\n\n",
        "**Bài {}**\n",
        "#### {}. ",
    )
)
FIGURED = st.lists(
    st.sampled_from(
        (PROSE, OTHER, "2.400 ha lúa chờ nước.", "1.500 hộ", "3.5 là ngày hội.", "2.9.2026", "2026. Hết.")
    ),
    max_size=3,
)


@given(st.lists(st.tuples(WORDS, FIGURED), min_size=1, max_size=12), FORMS)
def test_a_headline_of_any_words_is_one_item(items: list[tuple[str, list[str]]], form: str) -> None:
    """As many headlines as were printed come back as as many items, each with its own words."""
    text = f"{HEADING}\n\n" + "\n\n".join(
        "\n\n".join((f"{form.format(number)}{headline}", PROSE, *body))
        for number, (headline, body) in enumerate(items, 1)
    )

    found = split(text)

    assert found is not None
    assert list(range(1, len(items) + 1)) == [item.number for item in found.items]
    for item, (headline, body) in zip(found.items, items, strict=True):
        assert words("\n".join((headline, PROSE, *body))) == words(f"{item.title}\n{item.body}")
    assert text == _whole(found)
