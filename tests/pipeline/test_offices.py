"""Holders of public office, as texts name them; nobody else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import offices
from pipeline.model import Officeholder

HOME = "Đồng Tháp"


def read(text: str) -> list[tuple[str, str, str]]:
    """Return whom a text of Đồng Tháp names."""
    return [(one.name, one.office, one.unit) for one in offices.find(text, f"tỉnh {HOME}")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bí thư Tỉnh ủy Lê Quốc Phong dự lễ", ("Lê Quốc Phong", "Bí thư Tỉnh ủy", HOME)),
        ("Bí thư Tỉnh uỷ Bến Tre Lê Văn Mẫu", ("Lê Văn Mẫu", "Bí thư Tỉnh uỷ", "Bến Tre")),
        ("ông Trần B - Phó Chủ tịch HĐND tỉnh - nói", ("Trần B", "Phó Chủ tịch HĐND tỉnh", HOME)),
        ("bà Lê Na (Giám đốc Sở Y tế Kiên Giang)", ("Lê Na", "Giám đốc", "Sở Y tế Kiên Giang")),
        ("Thứ trưởng Bộ GTVT Ngô Đông Hải", ("Ngô Đông Hải", "Thứ trưởng", "Bộ GTVT")),
        ("Bộ trưởng Tài chính Đinh Văn Mẫu", ("Đinh Văn Mẫu", "Bộ trưởng", "Bộ Tài chính")),
        ("Chánh án TAND tỉnh Cà Mau Hà Thanh Hùng", ("Hà Thanh Hùng", "Chánh án", "TAND tỉnh Cà Mau")),
        ("Chủ tịch xã Hồ Văn Mẫu nói", ("Hồ Văn Mẫu", "Chủ tịch xã", "")),
        ("Chủ tịch UBND huyện Việt Yên Lê Ô Pích", ("Lê Ô Pích", "Chủ tịch UBND huyện", "huyện Việt Yên")),
        ("Chủ tịch UBND TP. HCM Phan Văn Mẫu", ("Phan Văn Mẫu", "Chủ tịch UBND", "TP. HCM")),
        ("Chủ tịch Hà Nội Nguyễn Đức Mẫu", ("Nguyễn Đức Mẫu", "Chủ tịch", "Hà Nội")),
        (
            "Phó Thủ tướng Thường trực Chính phủ Lê Văn C",
            ("Lê Văn C", "Phó Thủ tướng Thường trực Chính phủ", ""),
        ),
        ("Chi cục trưởng Chi cục Kiểm lâm Vũ Mẫu", ("Vũ Mẫu", "Chi cục trưởng", "Chi cục Kiểm lâm")),
        (
            "ông Vũ Mẫu, Trưởng phòng Nội vụ huyện Tân Hồng,",
            ("Vũ Mẫu", "Trưởng phòng Nội vụ huyện", "huyện Tân Hồng"),
        ),
        ("ông Vũ Mẫu giữ chức vụ Giám đốc Sở Nội vụ", ("Vũ Mẫu", "Giám đốc", "Sở Nội vụ")),
        (
            "Giám đốc Sở Nông nghiệp và Môi trường tỉnh An Giang Lê Hòa kiểm tra",
            ("Lê Hòa", "Giám đốc", "Sở Nông nghiệp và Môi trường tỉnh An Giang"),
        ),
        (
            "ông Lê Hòa, Bộ trưởng Bộ Nông nghiệp và Môi trường, nói",
            ("Lê Hòa", "Bộ trưởng", "Bộ Nông nghiệp và Môi trường"),
        ),
        (
            "Cục trưởng Cục Quản lý thị trường Lê Văn Mẫu",
            ("Lê Văn Mẫu", "Cục trưởng", "Cục Quản lý thị trường"),
        ),
        (
            "Phó Tổng cục trưởng Tổng cục Thuế Lê Văn Mẫu nói",
            ("Lê Văn Mẫu", "Phó Tổng cục trưởng", "Tổng cục Thuế"),
        ),
        ("Cục trưởng Lê Văn Mẫu nói", ("Lê Văn Mẫu", "Cục trưởng", "")),
        ("Chánh Thanh tra tỉnh Cà Mau Lê Văn Mẫu", ("Lê Văn Mẫu", "Chánh Thanh tra tỉnh", "Cà Mau")),
        ("bà Lê Na, Phó Chánh Thanh tra tỉnh, nói", ("Lê Na", "Phó Chánh Thanh tra tỉnh", HOME)),
        ("Chánh Thanh tra Bộ Y tế Lê Văn Mẫu", ("Lê Văn Mẫu", "Chánh Thanh tra", "Bộ Y tế")),
        ("Trưởng Thuế tỉnh Cà Mau Lê Văn Mẫu", ("Lê Văn Mẫu", "Trưởng Thuế tỉnh", "Cà Mau")),
        ("Phó Trưởng Thống kê TP Cần Thơ Lê Na", ("Lê Na", "Phó Trưởng Thống kê TP", "Cần Thơ")),
        (
            "Chỉ huy trưởng Ban Chỉ huy Bộ đội Biên phòng tỉnh Cà Mau Lê Văn Mẫu",
            ("Lê Văn Mẫu", "Chỉ huy trưởng Ban Chỉ huy Bộ đội Biên phòng tỉnh", "Cà Mau"),
        ),
        (
            "ông Lê Na, Trưởng phòng Tham mưu kiêm người phát ngôn của Công an tỉnh Cà Mau,",
            ("Lê Na", "Trưởng phòng Tham mưu", "Công an tỉnh Cà Mau"),
        ),
        ("ông Lê Na, Chánh văn phòng Bộ Y tế kiêm người phát ngôn,", ("Lê Na", "Chánh văn phòng", "Bộ Y tế")),
        ("ông Lê Na, Cục trưởng Cục Thủy lợi kiêm thư ký,", ("Lê Na", "Cục trưởng", "Cục Thủy lợi")),
        (
            "Chánh án TAND khu vực 3 - Vĩnh Long Lê Văn Mẫu nói",
            ("Lê Văn Mẫu", "Chánh án", "TAND khu vực 3 - Vĩnh Long"),
        ),
        ("Viện trưởng VKSND khu vực 3 - ông Lê Văn Mẫu", ("Lê Văn Mẫu", "Viện trưởng", "VKSND khu vực 3")),
        (
            "Giám đốc Kho bạc Nhà nước khu vực XVIII Lê Văn Mẫu",
            ("Lê Văn Mẫu", "Giám đốc", "Kho bạc Nhà nước khu vực XVIII"),
        ),
        ("Tổng thống Mỹ Donald Trump", ("Donald Trump", "Tổng thống", "Mỹ")),
        ("Tổng thống Obama", ("Obama", "Tổng thống", "")),
    ],
)
def test_one_holder(text: str, expected: tuple[str, str, str]) -> None:
    """Name before or behind the office, the unit where the text or its province says it."""
    assert [expected] == read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Giám đốc Sở Y tế Hà Nội Vũ Văn Viện nhìn nhận", ["Vũ Văn Viện"]),
        ("Giám đốc Sở Nội vụ Trần Huy Sáng cho biết", ["Trần Huy Sáng"]),
        ("Giám đốc Sở Y tế Lê Mẫu Sáng 5/6 dự họp", ["Lê Mẫu"]),
        ("ông Hoàng Mẫu Phòng, Chủ tịch UBND xã, nói", ["Hoàng Mẫu Phòng"]),
        ("ông Hoàng Mẫu Phòng hiện là Chủ tịch UBND xã", ["Hoàng Mẫu Phòng"]),
        ("ông Lê Văn Trường - Cục trưởng Cục Thuế", ["Lê Văn Trường"]),
        ("các Phó Chủ tịch UBND tỉnh: Nguyễn Hữu Khoa, Trần Văn Hội", ["Nguyễn Hữu Khoa", "Trần Văn Hội"]),
        ("Giám đốc Sở Y tế Võ Nguyên Mẫu nói", ["Võ Nguyên Mẫu"]),
        ("GIÁM ĐỐC SỞ Y TẾ VŨ VĂN VIỆN", ["Vũ Văn Viện"]),
        ("ông Huỳnh Chánh, Giám đốc Sở Y tế", ["Huỳnh Chánh"]),
        ("Chủ tịch UBND tỉnh Lê Thị Thường Nguyên Bí thư", ["Lê Thị Thường"]),
        ("Chủ tịch UBND tỉnh Lê Mẫu Anh Viện trưởng Viện KSND tỉnh Cao B", ["Lê Mẫu Anh", "Cao B"]),
        ("Chủ tịch UBND tỉnh Lê Mẫu Anh Trưởng ban Pháp chế", ["Lê Mẫu Anh"]),
        ("Chủ tịch UBND tỉnh Thái Nguyên Lê Mẫu", ["Lê Mẫu"]),
        ("TP Thái Nguyên Lê Mẫu, Chủ tịch UBND xã", ["Lê Mẫu"]),
    ],
)
def test_a_name_is_whole(text: str, expected: list[str]) -> None:
    """A word of offices and organs ends a name, too, unless one begins with it."""
    assert expected == [name for name, _, _ in read(text)]


@pytest.mark.parametrize(
    "text",
    [
        "nguyên Bí thư Tỉnh ủy Nguyễn Văn A",
        "ông Lê Văn B, nguyên Chủ tịch UBND tỉnh",
        "Giám đốc Công ty Nguyễn Văn A",
        "ông Trần B, Giám đốc Bệnh viện Đa khoa tỉnh",
        "ông Trần B, Giám đốc Trường Cao đẳng Y tế tỉnh",
        "Giám đốc Công ty Môi trường Nguyễn Văn A",
        "Giám đốc Ban Quản lý Trường Đại học An Giang Nguyễn Văn A",
        "Trưởng ban Pháp chế - Phòng Thương mại Đậu Anh Mẫu",
        "Trưởng phòng Ngân quỹ Hội sở Nguyễn Văn A",
        "Trưởng ban Kinh doanh Tập đoàn Nguyễn Văn A",
        "Chủ tịch Hội đồng quản trị Lê Văn A",
        "Bí thư Đảng ủy Tập đoàn Lê Văn A",
        "Phó Giám đốc Nguyễn Văn A",
        "Chủ tịch Hồ Chí Minh",
        "Chủ tịch nước Hồ Chí Minh",
        "Bí thư Đồng Nai: sẽ xử nghiêm",
        "người phát ngôn của Tổng thống Nga Dmitry Mẫu",
        "gặp Chủ tịch UBND tỉnh, ông Tanaka Ichiro đi thăm",
        "ông Nguyễn Văn A giả danh Chánh Thanh tra tỉnh",
        "Chủ tịch UBND tỉnh yêu cầu các huyện báo cáo",
        "anh Nguyễn Văn A, chị Trần Thị B",
    ],
)
def test_nobody(text: str) -> None:
    """Former holders, private persons and offices without a name."""
    assert [] == read(text)


def test_a_chain_and_a_list() -> None:
    """Several offices of one, one office of several."""
    text = (
        "đồng chí Nguyễn Văn A, Ủy viên Trung ương Đảng, Bí thư Tỉnh ủy, và các Phó Chủ tịch UBND tỉnh: "
        "Trần B, Lê Thị C và Phạm D"
    )
    expected = [
        ("Nguyễn Văn A", "Ủy viên Trung ương Đảng", ""),
        ("Nguyễn Văn A", "Bí thư Tỉnh ủy", HOME),
        ("Trần B", "Phó Chủ tịch UBND tỉnh", HOME),
        ("Lê Thị C", "Phó Chủ tịch UBND tỉnh", HOME),
        ("Phạm D", "Phó Chủ tịch UBND tỉnh", HOME),
    ]

    assert expected == read(text)


def test_each_comes_once_with_the_fuller_office() -> None:
    """The same name and office in other words is one; another office is another."""
    text = (
        "Bộ trưởng Phạm Hồng Mẫu nói. Ông Phạm Hồng Mẫu, Bộ trưởng Bộ Xây dựng, họp. "
        "Chủ tịch UBND tỉnh Lê B và Chủ tịch Ủy ban nhân dân tỉnh Lê B."
    )

    assert [("Phạm Hồng Mẫu", "Bộ trưởng", "Bộ Xây dựng"), ("Lê B", "Chủ tịch UBND tỉnh", HOME)] == read(text)


def test_a_unit_told_before_is_the_offices() -> None:
    """The word "UBND huyện" means the district named last."""
    text = "Tại huyện Lấp Vò, mưa lớn. Ông Lê A, Chủ tịch UBND huyện, nói. Huyện Lai Vung cũng mưa."

    assert [("Lê A", "Chủ tịch UBND huyện", "huyện Lấp Vò")] == read(text)


def test_a_city_is_no_province() -> None:
    """Where the unit of the day is a city, "tỉnh" means the province that the text names."""
    text = "UBND tỉnh Quảng Nam họp. Bí thư Tỉnh ủy Lê A và Bí thư Thành ủy Trần B dự."
    found = offices.find(text, "thành phố Đà Nẵng")

    assert [("Lê A", "Quảng Nam"), ("Trần B", "Đà Nẵng")] == [(one.name, one.unit) for one in found]


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "Bí thư",
                    "Tỉnh ủy",
                    "Chủ tịch",
                    "UBND",
                    "huyện",
                    "Nguyễn",
                    "Văn",
                    "A",
                    "K'Mák",
                    "Đại tá",
                    "nguyên",
                    "ông",
                ),
                *(
                    ",",
                    ";",
                    ":",
                    "-",
                    "(",
                    "các",
                    "Tổng thống",
                    "Mỹ",
                    "Giám đốc",
                    "Sở",
                    "Y tế",
                    "và",
                    "\n\n",
                    "İ",
                    "TP.",
                ),
            ]
        ),
        max_size=30,
    ).map(" ".join)
)
def test_any_text_gives_names_that_stand_in_it(text: str) -> None:
    """A name is written in the text, an office is not empty, nobody comes twice in one office."""
    found = offices.find(text)

    assert all(one.name in text and one.office for one in found)
    assert len(found) == len({(one.name, one.office) for one in found})
    assert found == offices.once(found)


@given(st.text(max_size=200))
def test_any_characters_are_read(text: str) -> None:
    """Never raises."""
    assert isinstance(offices.find(text), tuple)


@pytest.mark.parametrize(
    "worst",
    [
        "Nguyễn ",
        "Chủ tịch UBND xã ",
        "Trưởng phòng CSGT (",
        "các Phó Chủ tịch UBND tỉnh: Lê A, ",
        "Trưởng ban a ",
    ],
)
def test_a_megabyte_of_beginnings_is_read(worst: str) -> None:
    """No pattern backtracks without bound."""
    assert len(offices.find(worst * (1_000_000 // len(worst)))) <= 1


def test_real_documents_name_their_leaders(extra_samples: Path) -> None:
    """The extra documents name the office holders that a reader sees, and no others."""
    expected = {
        "001": {"Lê Quốc Phong"},
        "002": {"Lê Đức Thọ", "Hồ Thị Hoàng Yến", "Trần Ngọc Tam"},
        "003": set(),
    }
    for name, people in expected.items():
        for path in extra_samples.glob(f"{name}_*.txt"):
            found = offices.find(path.read_text(encoding="utf-8"))

            assert people == {one.name for one in found}


def test_a_holder_is_data() -> None:
    """The name stands without titles."""
    expected = (Officeholder("Phan Văn Mẫu", "Phó Giám đốc Công an tỉnh", "Vĩnh Long"),)

    assert expected == offices.find("Đại tá Phan Văn Mẫu, Phó Giám đốc Công an tỉnh Vĩnh Long, đã đến.")
