"""Document numbers: found in prose, brought to one form, told apart from look-alikes."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import documents

FORMS = [
    ("01/CT-UBND", "01/CT-UBND"),
    ("73/2023/NĐ-CP", "73/2023/NĐ-CP"),
    ("658/QĐ-UBND", "658/QĐ-UBND"),
    ("658/QÐ–UBND", "658/QĐ-UBND"),
    ("658 / QĐ - UBND", "658/QĐ-UBND"),
    ("658/QD-UBND", "658/QĐ-UBND"),
    ("1719/QĐ-TTg", "1719/QĐ-TTg"),
    ("15/TTr-UBND", "15/TTr-UBND"),
    ("152/TTg-CN", "152/TTg-CN"),
    ("202/2025/QH15", "202/2025/QH15"),
    ("1210/2016/UBTVQH13", "1210/2016/UBTVQH13"),
    ("20/2020/NQ-HĐND", "20/2020/NQ-HĐND"),
    ("01/2016/TTLT-TANDTC-VKSNDTC-BTP", "01/2016/TTLT-TANDTC-VKSNDTC-BTP"),
    ("4527/QĐ-BNN-TY", "4527/QĐ-BNN-TY"),
    ("3702/UBND-TNMT", "3702/UBND-TNMT"),
    ("06-CT/TU", "06-CT/TU"),
    ("57-NQ/TW", "57-NQ/TW"),
    ("57 - NQ/TƯ", "57-NQ/TW"),
    ("2188-QĐNS/TW", "2188-QĐNS/TW"),
    ("160-CV/BTGQU", "160-CV/BTGQU"),
    ("140/CT", "140/CT"),
    ("12/2024/TT-BGDDT", "12/2024/TT-BGDĐT"),
    ("20/2 016/TT - BTC", "20/2016/TT-BTC"),
    ("841/KKT-VPĐD", "841/KKT-VPĐD"),
    ("345/UBND-KT & QLĐT", "345/UBND-KT&QLĐT"),
    ("8918/VPCP - V.I", "8918/VPCP-V.I"),
    ("30a/2008/NQ-CP", "30a/2008/NQ-CP"),
    ("03/2018/TT/BGTVT", "03/2018/TT/BGTVT"),
    ("12-CTr/TU", "12-CTr/TU"),
    ("16-HD/BTCTW", "16-HD/BTCTW"),
    ("73/2023/\nNĐ-\nCP", "73/2023/NĐ-CP"),
    ("1.719/QĐ-TTG", "1719/QĐ-TTg"),
    ("95/UBND", "95/UBND"),
    ("202/2025/QH 15", "202/2025/QH15"),
    ("299/HĐBT", "299/HĐBT"),
    ("02/98/TT-BTC", "02/98/TT-BTC"),
    ("17/2006-QĐ/UBND", "17/2006-QĐ/UBND"),
]
NONE = [
    "15/25 chỉ tiêu",
    "12/16",
    "đường 30/4, phường 1",
    "ngày 31/01/2023",
    "nhiệm kỳ 2020 - 2025",
    "24/7",
    "tàu SE7/SE8",
    "2.000 m2/người",
    "http://tin.example/12/CT-UBND/x",
    "5 km/h",
    "Covid-19/SARS",
    "biển số 66-B1/234",
    "QCVN 01/2019/BYT",
    "12/2019/HS-ST",
    "4567/2018/ATTP-XNCB",
    "lớp 10 - THPT/THCS",
    "ngày 12/2020 - UBND tỉnh",
    "ban chỉ đạo 138/CP",
    "xăng RON 95 - III",
]


@pytest.mark.parametrize(("written", "canonical"), FORMS)
def test_every_form_is_found_and_brought_to_one(written: str, canonical: str) -> None:
    """State, Party and joint numbers are found in a sentence, whatever dash, space or Đ they have."""
    sentence = f"Theo văn bản số {written} ngày 02/01/2024, huyện lập tổ công tác."

    assert (canonical,) == documents.find(sentence)
    assert canonical == documents.canonical(written)
    assert [written] == [sentence[start:end] for start, end in documents.spans(sentence)]


@pytest.mark.parametrize("prose", NONE)
def test_look_alikes_are_none(prose: str) -> None:
    """Fractions, dates, streets, trains and addresses are no document numbers."""
    assert () == documents.find(prose)
    assert documents.canonical(prose) is None


def test_numbers_come_once_in_order_of_appearance() -> None:
    """The first appearance counts, zeros are kept, other spellings are the same number."""
    text = "Chỉ thị 05/CT-UBND thay 5/CT-UBND; QĐ 12/QĐ-TTg, rồi 05/CT–UBND."

    assert ("05/CT-UBND", "5/CT-UBND", "12/QĐ-TTg") == documents.find(text)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("90/kh-ubnd", "90/KH-UBND"),
        (" 1719/qđ-ttg ", "1719/QĐ-TTg"),
        ("số 90/KH-UBND", None),
        ("9" * 200, None),
        ("", None),
    ],
)
def test_canonical_takes_what_a_reader_types(typed: str, expected: str | None) -> None:
    """One number in any case is read; anything else is None."""
    assert expected == documents.canonical(typed)


@given(
    st.integers(min_value=1, max_value=99999),
    st.one_of(st.none(), st.integers(min_value=1945, max_value=2100)),
    st.sampled_from(["CT", "QĐ", "KH", "NQ", "TB", "TTr"]),
    st.sampled_from(["UBND", "HĐND", "TTg", "BYT", "SGDĐT"]),
)
def test_canonical_is_idempotent_and_case_blind(number: int, year: int | None, kind: str, organ: str) -> None:
    """What is built by rule is found, and its canonical form is its own."""
    written = f"{number}/{year}/{kind}-{organ}" if year else f"{number}/{kind}-{organ}"

    assert (written,) == documents.find(f"({written}).")
    assert written == documents.canonical(written) == documents.canonical(written.lower())


@given(st.one_of(st.text(max_size=80), st.text("0123456789/-–QĐÐUBNDTgr .", max_size=60)))
def test_any_text_gives_well_formed_numbers(text: str) -> None:
    """Whatever is found is a number, is canonical, and has its span."""
    found = documents.find(text)

    assert all(re.fullmatch(r"\d{1,5}[/-]\S+", number) for number in found)
    assert all(number == documents.canonical(number) for number in found)
    assert set(found) == {documents.canonical(text[start:end]) for start, end in documents.spans(text)}


def test_real_documents_show_their_numbers(extra_samples: Path) -> None:
    """The extra documents give the numbers that a reader sees in them."""
    expected = {"003": ("01/CT-UBND", "73/2023/NĐ-CP", "658/QĐ-UBND"), "004": ("90/KH-UBND",), "002": ()}
    for name, numbers in expected.items():
        for path in extra_samples.glob(f"{name}_*.txt"):
            assert numbers == documents.find(path.read_text(encoding="utf-8"))


def test_a_number_ends_where_something_else_begins() -> None:
    """A dash with spaces, a date or a glued word is no part of a number."""
    text = (
        "Quyết định số 12/QĐ-UBND - TP HCM, số 2250/QĐ - UBND - 05/8/2010, số73/2023/NĐ-CPngày 29/9, "
        "Kết luận số 33/KL - TTTP - P 6 ngày 18-10-2018"
    )

    assert ("12/QĐ-UBND", "2250/QĐ-UBND", "73/2023/NĐ-CP", "33/KL-TTTP-P6") == documents.find(text)


@pytest.mark.parametrize("worst", ["1 " * 3, "1/A&", "12/QĐ - ", "số 1 1/", "12/2020/", "1 -\n\n "])
def test_a_megabyte_of_beginnings_is_searched(worst: str) -> None:
    """No pattern backtracks without bound."""
    assert len(documents.find(worst * (1_000_000 // len(worst)))) <= 1
