"""By which words holders of public office are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Officeholder
from search.holders import called, held_key, office_key, office_keys, person_key, person_keys

DIRECTOR = Officeholder("Lê Thị Mẫu", "Giám đốc", "Sở Y tế Đồng Tháp")


def test_an_office_is_found_by_its_first_words() -> None:
    """With or without its unit, in any spelling; not by words from its middle."""
    keys = {*office_keys([DIRECTOR])}
    asked = (
        "giám đốc",
        "Giam doc So Y te",
        "GIÁM ĐỐC SỞ Y TẾ ĐỒNG THÁP",
        "Sở Y tế",
        "Giám đốc Sở Y tế An Giang",
    )

    assert [True, True, True, False, False] == [office_key(one) in keys for one in asked]
    assert held_key("le thi mau", "Giám đốc Sở Y tế") in keys
    assert held_key("Lê Thị Mậu", "Giám đốc") not in keys


def test_abbreviations_are_the_same_as_words() -> None:
    """Either form finds the other."""
    assert office_key("Chủ tịch UBND TP Cần Thơ") == office_key("chủ tịch Ủy ban nhân dân thành phố Cần Thơ")


@pytest.mark.parametrize(
    ("office", "unit", "expected"),
    [
        ("Chủ tịch UBND huyện", "huyện Krông Bông", "Chủ tịch UBND huyện Krông Bông"),
        ("Bí thư Đảng ủy phường", "Phường Phú Sơn", "Bí thư Đảng ủy phường Phú Sơn"),
        ("chủ tịch UBND P", "P. Tân Phú", "Chủ tịch UBND P Tân Phú"),
        ("Chủ tịch UBND phường", "P Tân Phú", "Chủ tịch UBND phường Tân Phú"),
        ("Phó Chủ tịch huyện phụ trách", "huyện Mẫu", "Phó Chủ tịch huyện phụ trách Mẫu"),
        ("Giám đốc Sở Y tế", "Sở Y tế Đồng Tháp", "Giám đốc Sở Y tế Đồng Tháp"),
        ("giám đốc", "Sở Y tế Đồng Tháp", "Giám đốc Sở Y tế Đồng Tháp"),
        ("Bí thư", "", "Bí thư"),
        ("", "", ""),
    ],
)
def test_an_office_says_its_unit_once(office: str, unit: str, expected: str) -> None:
    """A level that stands in both is said once, short or in full; the case of the first letter is one."""
    assert expected == called(Officeholder("Lê Thị Mẫu", office, unit))


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        (
            "Bí thư Thành ủy TP.HCM",
            [
                ("Bí thư Thành ủy", "TP HCM"),
                ("Bí thư Thành uỷ", "TP. HCM"),
                ("bí thư thành ủy", "Thành phố Hồ Chí Minh"),
                ("Bí thư Thành ủy", "TPHCM"),
                ("Bí thư Thành ủy", "Hồ Chí Minh"),
            ],
        ),
        (
            "Phó Chủ tịch UBND TP.HCM",
            [
                ("Phó chủ tịch UBND", "TP. Hồ Chí Minh"),
                ("Phó Chủ tịch Ủy ban nhân dân TP", "TP. HCM"),
                ("phó chủ tịch UBND thành phố", "Hồ Chí Minh"),
            ],
        ),
        ("Chủ tịch HĐND TP Cần Thơ", [("Chủ tịch Hội đồng Nhân dân Thành phố", "Cần Thơ")]),
        (
            "Giám đốc Sở Giáo dục và Đào tạo TP Huế",
            [("giám đốc", "sở GD&ĐT TP. Huế"), ("Giám Đốc", "Sở Giáo dục và đào tạo thành phố Huế")],
        ),
        ("Chánh án TAND Tối cao", [("Chánh án", "Tòa án nhân dân tối cao.")]),
        (
            "Bí thư thứ nhất Trung ương Đoàn TNCS Hồ Chí Minh",
            [("Bí thư thứ nhất TW Đoàn TNCS Hồ Chí Minh", "")],
        ),
    ],
)
def test_spellings_of_one_office_are_one_choice(expected: str, told: list[tuple[str, str]]) -> None:
    """However a text writes an office, it is offered in one form, and any of them finds it."""
    people = [Officeholder("Lê Thị Mẫu", office, unit) for office, unit in told]
    keys = {*office_keys(people)}

    assert {expected} == {called(one) for one in people}
    assert {office_key(expected)} == {office_key(f"{one.office} {one.unit}") for one in people}
    assert office_key(expected) in keys


@given(st.text(), st.text(), st.text())
def test_everybody_is_found_by_what_is_offered(name: str, office: str, unit: str) -> None:
    """Never raises; the values of the facets lead back to the story."""
    one = Officeholder(name, office, unit)

    assert not person_keys(name) or person_key(name) in person_keys(name)
    assert not office_key(called(one)) or office_key(called(one)) in {*office_keys([one])}
