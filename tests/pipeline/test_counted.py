"""The number that a row of a bulletin begins with: printed, enclosed, spoken, Roman."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.counted import chapter, counted

READ = {
    "3. Mở cống": (3, ".", "Mở cống"),
    "**07)** Mở cống": (7, ")", "Mở cống"),
    "Tin số 2: Mở cống": (2, ":", "Mở cống"),
    "[4] Mở cống": (4, "]", "Mở cống"),
    "❸ Mở cống": (3, "①", "Mở cống"),
    "⑫ Mở cống": (12, "①", "Mở cống"),
    "⒌ **Mở cống**": (5, "①", "Mở cống"),
    "Tin thứ nhất: Mở cống": (1, "1", "Mở cống"),
    "Tin thứ mười hai: Mở cống": (12, "1", "Mở cống"),
    "**Tin đầu tiên:** Mở cống": (1, "1", "Mở cống"),
    "Tin tiếp theo, mở cống": (0, "1", "mở cống"),
    "Tin cuối cùng - Mở cống": (0, "1", "Mở cống"),
    "IV. Mở cống": (4, "I", "Mở cống"),
    "Tin thứ ba": (3, "1", None),
}
UNREAD = (
    "[4](https://xa.example/4) Mở cống",
    "[4. Mở cống](https://xa.example/4)",
    "Tin hai bên bờ sông",
    "Tin cuối tuần đáng chú ý",
    "Tin tiếp theo sẽ có vào sáng mai",
    "IV. KINH TẾ",
    "XL. Mở cống",
    "2.400 ha lúa",
    "Thứ nhất: mở cống",
)


@pytest.mark.parametrize("row", READ)
def test_a_number_is_read_in_each_form(row: str) -> None:
    """Value, mark and heading of a row are told apart in every form."""
    found = counted(f"{row}\n", loose=True, cells=False)

    assert found is not None
    assert READ[row] == (found.value, found.mark, found.title)


@pytest.mark.parametrize("row", UNREAD)
def test_what_is_no_number_is_none(row: str) -> None:
    """Links, names, sections and figures are no numbers of items."""
    found = counted(row, loose=True, cells=False)

    assert found is None


def test_only_printed_numbers_count_where_no_heading_names_a_bulletin() -> None:
    """Enclosed, spoken and Roman numbers are read under a bulletin's heading only."""
    rows = ("❸ Mở cống", "Tin thứ hai: Mở cống", "IV. Mở cống", "[4] Mở cống")
    found = [counted(row, loose=False, cells=False) for row in rows]

    assert found == [None] * len(rows)


def test_a_chapter_has_a_heading_of_several_items() -> None:
    """A Roman number before capitals or a field is a chapter, before a headline it is none."""
    found = [chapter(row) for row in ("II. ĐIỀU TRỊ", "III. Kinh tế - xã hội", "IV. Mở cống", "2. ĐIỀU TRỊ")]

    assert [one and one.value for one in found] == [2, 3, None, None]


@given(
    st.text(alphabet="❸①ⅣI[]().:-*_# 12thứtinbaTÀ\ufe0f\u20e3\n", max_size=60), st.booleans(), st.booleans()
)
def test_a_heading_is_what_stands_behind_its_number(row: str, loose: bool, cells: bool) -> None:  # noqa: FBT001
    """Nothing raises, and a heading begins within its row."""
    found = counted(row, loose=loose, cells=cells)

    assert found is None or (0 <= found.title_from <= len(row) and found.value >= 0)
