"""One form for documents, however papers write their number and issuer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import papers
from pipeline.papers import Paper


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("01/CT-UBND", "1-ct-ubnd"),
        ("73/2023/NĐ-CP", "73-nd-cp"),
        ("202/2025/QH15", "202-qh15"),
        ("98-QĐ/TW", "98-qd-tw"),
        ("30a/2008/NQ-CP", "30a-nq-cp"),
        ("1850/TTg-KTN", "1850-ttg-ktn"),
    ],
)
def test_a_number_has_one_form(number: str, expected: str) -> None:
    """Without the year, zeros in front and accents."""
    assert expected == papers.number_slug(number)


@pytest.mark.parametrize(
    ("issuer", "number", "expected"),
    [
        ("UBND tỉnh Kiên Giang", "90/KH-UBND", ("ubnd", "kien-giang")),
        ("Chủ tịch Uỷ ban nhân dân TP. HCM", "90/KH-UBND", ("ubnd", "ho-chi-minh")),
        ("UBND tỉnh", "90/KH-UBND", ("ubnd", "")),
        ("UBND huyện Tân Phú", "90/KH-UBND", ("ubnd-huyen-tan-phu", "")),
        ("UBND TP. Vĩnh Long", "90/KH-UBND", ("ubnd-tp-vinh-long", "")),
        ("Thành ủy Đà Nẵng", "01-CT/TU", ("tinh-uy", "da-nang")),
        ("Bộ Chính trị", "57-NQ/TW", ("trung-uong", "")),
        ("bộ trưởng Bộ Xây dựng", "03/CT-BXD", ("bo-xay-dung", "")),
        ("Sở GD & ĐT tỉnh Đồng Nai", "12/KH-GDĐT", ("so-giao-duc-va-dao-tao", "dong-nai")),
        ("", "7/KH-UBND", ("ubnd", "")),
        ("", "841/KKT-VPĐD", ("", "")),
    ],
)
def test_an_issuer_has_one_form(issuer: str, number: str, expected: tuple[str, str]) -> None:
    """Heads, levels and spellings go; the code goes before the words."""
    assert expected == papers.issued_by(issuer, number)


@pytest.mark.parametrize(
    ("paper", "expected"),
    [
        (Paper("90-kh-ubnd", "ubnd", "kien-giang", 2021), "UBND tỉnh Kiên Giang"),
        (Paper("90-kh-ubnd", "ubnd", "da-nang", 2021), "UBND thành phố Đà Nẵng"),
        (Paper("1-ct-tu", "tinh-uy", "da-nang", 2021), "Thành ủy Đà Nẵng"),
        (Paper("1-ct-tu", "tinh-uy", "an-giang", 2026), "Tỉnh ủy An Giang"),
        (Paper("73-nd-cp", "chinh-phu", "", 2023), "Chính phủ"),
        (Paper("5-kh-x", "hoi-mau", "", 2023), "Hội Mẫu"),
    ],
)
def test_an_issuer_is_named_as_of_then(paper: Paper, expected: str) -> None:
    """With the level and the name that its province had."""
    assert expected == papers.issuer_name(paper, "Hội Mẫu")


def test_an_address_tells_the_document() -> None:
    """Issuer, year and number; what is not known has a word of its own."""
    assert "/van-ban/ubnd-kien-giang/2021/90-kh-ubnd" == Paper("90-kh-ubnd", "ubnd", "kien-giang", 2021).path
    assert "/van-ban/khong-ro/khong-ro/5-kkt" == Paper("5-kkt", "", "", 0).path


@given(st.text(max_size=200), st.sampled_from(["90/KH-UBND", "57-NQ/TW", "841/KKT-VPĐD"]))
def test_any_issuer_makes_an_address(issuer: str, number: str) -> None:
    """Whatever a text says, the parts of an address are plain."""
    organ, unit = papers.issued_by(issuer, number)
    path = Paper(papers.number_slug(number), organ, unit, 0).path

    assert set(path) <= set("abcdefghijklmnopqrstuvwxyz0123456789-/")
    assert 5 == path.count("/") + 1
