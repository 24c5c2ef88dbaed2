"""The gazetteer, and which places a text tells about."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import gazetteer, places
from pipeline.model import Places
from pipeline.text import slug

BEFORE, AFTER = date(2023, 1, 31), date(2026, 1, 31)


def _read(text: str, on: date | None = BEFORE) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = places.read(text, on=on)
    return found.areas, found.provinces


def test_there_are_34_provinces_and_63_areas() -> None:
    """Slugs are unique and made of the name; each area lies in a province; nine provinces are cities."""
    provinces, areas = places.provinces(), places.areas()

    assert (34, 63) == (len({unit.slug for unit in provinces}), len({unit.slug for unit in areas}))
    assert [unit.slug for unit in provinces] == [slug(unit.name) for unit in provinces]
    assert [unit.slug for unit in areas] == [slug(unit.name) for unit in areas]
    assert {unit.slug for unit in provinces} == {unit.province for unit in areas}
    assert Counter({"tỉnh": 25, "thành phố": 9}) == Counter(unit.kind for unit in provinces)
    assert Counter({"tỉnh": 57, "thành phố": 6}) == Counter(unit.kind for unit in areas)
    assert [34, 63, 63] == [
        len({unit.code for unit in provinces}),
        len({unit.code for unit in areas}),
        len({unit.iso for unit in areas}),
    ]


def test_units_come_in_order_of_name_and_are_found_by_slug() -> None:
    """Lists are sorted for people; a slug finds its unit, another string finds none."""
    assert ["An Giang", "Bắc Ninh", "Cà Mau"] == [unit.name for unit in places.provinces()[:3]]
    assert ["An Giang", "Bà Rịa - Vũng Tàu", "Bắc Giang"] == [unit.name for unit in places.areas()[:3]]
    assert all(unit is places.province(unit.slug) for unit in places.provinces())
    assert all(unit is places.area(unit.slug) for unit in places.areas())
    assert (None, None) == (places.province("ben-tre"), places.area("sai-gon"))


@pytest.mark.parametrize(
    ("former", "today"),
    [
        ("dong-thap", "dong-thap"),
        ("tien-giang", "dong-thap"),
        ("ben-tre", "vinh-long"),
        ("quang-nam", "da-nang"),
        ("kien-giang", "an-giang"),
        ("binh-duong", "ho-chi-minh"),
        ("ba-ria-vung-tau", "ho-chi-minh"),
        ("long-an", "tay-ninh"),
        ("phu-yen", "dak-lak"),
        ("thai-binh", "hung-yen"),
        ("hoa-binh", "phu-tho"),
        ("hue", "hue"),
    ],
)
def test_former_units_are_in_todays(former: str, today: str) -> None:
    """The mergers of 2025 are in the data."""
    unit = places.area(former)

    assert unit is not None
    assert today == unit.province


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Bến Tre", ("vinh-long", "ben-tre")),
        ("tỉnh Bến Tre", ("vinh-long", "ben-tre")),
        ("BEN TRE", ("vinh-long", "ben-tre")),
        ("ben-tre", ("vinh-long", "ben-tre")),
        ("Vĩnh Long", ("vinh-long", None)),
        ("TP. Hồ Chí Minh", ("ho-chi-minh", None)),
        ("TPHCM", ("ho-chi-minh", None)),
        ("Sài Gòn", ("ho-chi-minh", None)),
        ("Thành phố Huế", ("hue", "hue")),
        ("Thừa Thiên – Huế", ("hue", "hue")),
        ("Hoà Bình", ("phu-tho", "hoa-binh")),
        ("Bà Rịa-Vũng Tàu", ("ho-chi-minh", "ba-ria-vung-tau")),
        ("Đăk Lăk", ("dak-lak", None)),
        ("Kontum", ("quang-ngai", "kon-tum")),
        ("Hà Nội", ("ha-noi", "ha-noi")),
        ("Đồng Tháp Mười", (None, None)),
        ("", (None, None)),
    ],
)
def test_a_name_resolves_to_province_and_area(name: str, expected: tuple[str | None, str | None]) -> None:
    """Any spelling of a unit is resolved; the area only when the name can mean nothing else."""
    assert expected == places.resolve(name)


@given(st.text(max_size=40))
def test_resolve_takes_any_text(name: str) -> None:
    """Whatever is asked, the answer is a known province with one of its areas, or nothing."""
    province, area = places.resolve(name)
    unit = places.area(area or "")

    assert province is None or places.province(province) is not None
    assert area is None or (unit is not None and unit.province == province)


@pytest.mark.parametrize(
    ("host", "on", "expected"),
    [
        ("baodongkhoi.vn", None, ("vinh-long", "ben-tre")),
        ("www.dongthap.gov.vn", BEFORE, ("dong-thap", "dong-thap")),
        ("www.dongthap.gov.vn", date(2025, 6, 30), ("dong-thap", "dong-thap")),
        ("www.dongthap.gov.vn", date(2025, 7, 1), ("dong-thap", None)),
        ("tamnong.DongThap.gov.vn:8080", None, ("dong-thap", None)),
        ("travinh.baovinhlong.vn", AFTER, ("vinh-long", "tra-vinh")),
        ("travinh.baovinhlong.vn", None, ("vinh-long", "tra-vinh")),
        ("m.dongkhoi.baovinhlong.vn", AFTER, ("vinh-long", "ben-tre")),
        ("baovinhlong.vn", BEFORE, ("vinh-long", "vinh-long")),
        ("baovinhlong.vn", None, ("vinh-long", None)),
        ("thuathienhue.gov.vn", None, ("hue", "hue")),
        ("chinhphu.vn", None, None),
        ("gov.vn", None, None),
        ("xbaodongkhoi.vn", None, None),
        ("", None, None),
    ],
)
def test_a_publishers_host_has_a_home(
    host: str, on: date | None, expected: tuple[str, str | None] | None
) -> None:
    """Papers, stations and portals are known with their subdomains, each for its unit of the day."""
    assert expected == places.home_of_host(host, on)


@pytest.mark.parametrize(
    ("mark", "on", "expected"),
    [
        ("ĐTO", BEFORE, ("dong-thap", "dong-thap")),
        ("ĐTO", AFTER, ("dong-thap", None)),
        ("BDK.VN", AFTER, ("vinh-long", "ben-tre")),
        ("bdk", None, ("vinh-long", "ben-tre")),
        ("QNO", None, ("da-nang", "quang-nam")),
        ("Baohatinh.vn", BEFORE, ("ha-tinh", "ha-tinh")),
        ("Báo Quảng Ngãi", BEFORE, ("quang-ngai", "quang-ngai")),
        ("Báo Quảng Ngãi", AFTER, ("quang-ngai", None)),
        ("TTXVN", None, None),
        ("UBND", None, None),
        ("", None, None),
    ],
)
def test_a_papers_mark_tells_its_home(
    mark: str, on: date | None, expected: tuple[str, str | None] | None
) -> None:
    """What papers set before the first word names them; an agency has no home."""
    assert expected == gazetteer.home_of_mark(mark, on)


@pytest.mark.parametrize(
    ("slug", "on", "name"),
    [
        ("dong-nai", date(2026, 4, 29), "tỉnh Đồng Nai"),
        ("dong-nai", date(2026, 4, 30), "thành phố Đồng Nai"),
        ("bac-ninh", date(2026, 9, 19), "tỉnh Bắc Ninh"),
        ("bac-ninh", date(2026, 9, 20), "thành phố Bắc Ninh"),
        ("hue", date(2024, 12, 31), "tỉnh Thừa Thiên Huế"),
        ("hue", date(2025, 1, 1), "thành phố Huế"),
        ("vinh-long", AFTER, "tỉnh Vĩnh Long"),
    ],
)
def test_a_name_on_a_day_is_looked_up(slug: str, on: date, name: str) -> None:
    """A tỉnh becomes a thành phố on a day, and its slug stays."""
    unit = places.province(slug)

    assert unit is not None
    assert name == unit.name_on(on)


@pytest.mark.parametrize(
    ("slug", "on", "alone"),
    [
        ("vinh-long", date(2025, 6, 30), True),
        ("vinh-long", date(2025, 7, 1), False),
        ("vinh-long", None, False),
        ("ben-tre", BEFORE, True),
        ("ben-tre", AFTER, True),
        ("nghe-an", None, True),
    ],
)
def test_a_units_name_means_one_area_until_it_takes_others_in(
    slug: str,
    on: date | None,
    alone: bool,  # noqa: FBT001
) -> None:
    """A unit that took others in bears the name of one of its parts from then on."""
    assert alone is gazetteer.is_one_area(slug, on)


def test_a_further_merger_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one more row in the table everything follows: homes, names, labels; no code knows of it."""
    for table in ("provinces.tsv", "unit_names.tsv", "mergers.tsv", "publishers.tsv"):
        told = Path(gazetteer.__file__).parent.joinpath("data", table).read_text("utf-8")
        more = "2030-01-01\tca-mau\tcan-tho\n" if table == "mergers.tsv" else ""
        tmp_path.joinpath(table).write_text(told + more, "utf-8")
    text, after = "UBND tỉnh Cà Mau họp bàn về nuôi tôm ở Cà Mau", date(2030, 2, 1)

    assert (("ca-mau",), ("ca-mau",)) == _read(text, date(2025, 6, 1))
    assert ((), ("ca-mau",)) == _read(text, date(2029, 12, 31))
    with monkeypatch.context() as patch:
        patch.setattr(gazetteer, "_DATA", tmp_path)
        gazetteer.reload()

        assert 33 == len(places.provinces())
        assert places.province("ca-mau") is None
        assert ("can-tho", "ca-mau") == places.resolve("Cà Mau")
        assert ("can-tho", "bac-lieu") == places.resolve("Bạc Liêu")
        assert ("can-tho", "ca-mau") == places.home_of_host("baocamau.vn", after)
        assert (("ca-mau",), ("can-tho",)) == _read(text, after)
        assert ((), ("can-tho",)) == _read("UBND thành phố Cần Thơ họp", after)
    gazetteer.reload()

    assert ("ca-mau", "bac-lieu") == places.resolve("Bạc Liêu")


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        ("UBND tỉnh Khánh Hoà họp bàn", ("khanh-hoa",)),
        ("Đảng bộ tinh Kiên Giang tổng kết", ("kien-giang",)),
        ("CỔNG THÔNG TIN ĐỒNG THÁP", ("dong-thap",)),
        ("chợ hoa ở thành phố Cao Lãnh", ("dong-thap",)),
        ("TP Vinh mở phố đi bộ", ("nghe-an",)),
        ("TP.HCM và Bình Dương nối buýt", ("ho-chi-minh", "binh-duong")),
        ("các tỉnh Bến Tre, Trà Vinh nuôi tôm", ("ben-tre", "tra-vinh")),
        ("tỉnh Bà Rịa – Vũng Tàu", ("ba-ria-vung-tau",)),
        ("Thừa Thiên - Huế đón khách", ("hue",)),
        ("tỉnh Đắc Lắc được mùa", ("dak-lak",)),
        ("Người dân xứ Dừa trồng thêm", ("ben-tre",)),
        ("Thủ đô Hà Nội đón Tết", ("ha-noi",)),
        ("huyện Mộc Châu, huyện đảo Lý Sơn", ("son-la", "quang-ngai")),
        ("phường Sa Đéc trồng hoa", ("dong-thap",)),
        ("theo Báo Quảng Nam cuối tuần và Báo Quảng Nam", ("quang-nam",)),
        ("phối hợp với Báo Quảng Nam, Đài tỉnh", ("quang-nam",)),
        ("yêu cầu Đồng Tháp báo cáo", ("dong-thap",)),
        ("dạ cổ\nHà\nTĩnh", ("ha-tinh",)),
    ],
)
def test_a_place_is_named_in_many_ways(text: str, areas: tuple[str, ...]) -> None:
    """Units, capitals, towns, nicknames, spellings and lists are understood."""
    assert areas == _read(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "Học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh",
        "Chủ tịch Hồ Chí Minh về thăm đồng bào",
        "Đoàn TNCS Hồ Chí Minh ra quân",
        "mưa lũ ở tỉnh Hà Nam (Trung Quốc)",
        "Hà Nam của Trung Quốc có dịch",
        "vùng Đồng Tháp Mười vào mùa nước nổi",
        "châu Á - Thái Bình Dương",
        "ở phường Bến Tre, chợ Bình Thuận, đường Điện Biên Phủ, cầu Bến Tre",
        "xã Tân An, phường Bình Minh, chợ Long Khánh",
        "ông Nguyễn Hòa Bình, chị Huế, bà Trần Thị Minh Huế",
        "Quỹ tín dụng nhân dân Thái Bình",
        "Theo Báo Đồng Nai",
        "(Nguồn: Báo Bình Phước)",
        "Hà Nội 23°C",
        "Hà Nội: 23 - 30°C",
        "Thủ đô Paris",
        "thế giới hòa bình, thái bình, bình định giặc",
        "vệ tinh Vinasat",
    ],
)
def test_a_look_alike_is_no_place(text: str) -> None:
    """The President, Henan, regions, wards, streets, people, credits and weather boxes name no province."""
    assert ((), ()) == _read(text)


@pytest.mark.parametrize(
    ("text", "on", "areas", "provinces"),
    [
        ("tỉnh Vĩnh Long", BEFORE, ("vinh-long",), ("vinh-long",)),
        ("tỉnh Vĩnh Long", date(2025, 6, 30), ("vinh-long",), ("vinh-long",)),
        ("tỉnh Vĩnh Long", date(2025, 7, 1), (), ("vinh-long",)),
        ("tỉnh Vĩnh Long", None, (), ("vinh-long",)),
        ("tỉnh Vĩnh Long (cũ)", AFTER, ("vinh-long",), ("vinh-long",)),
        ("tỉnh Vĩnh Long trước khi sáp nhập", AFTER, ("vinh-long",), ("vinh-long",)),
        ("Quảng Nam (cũ)", AFTER, ("quang-nam",), ("da-nang",)),
        ("Bến Tre, nay thuộc Vĩnh Long", BEFORE, ("ben-tre",), ("vinh-long",)),
        ("Bến Tre, nay thuộc Vĩnh Long", AFTER, ("ben-tre",), ("vinh-long",)),
        ("vùng núi Quảng Nam của TP Đà Nẵng", AFTER, ("quang-nam",), ("da-nang",)),
        ("phường Bến Tre, tỉnh Vĩnh Long", AFTER, ("ben-tre",), ("vinh-long",)),
        ("phường Bến Tre, tỉnh Vĩnh Long", BEFORE, ("vinh-long",), ("vinh-long",)),
        ("xã Ba Tri, tỉnh Vĩnh Long", AFTER, ("ben-tre",), ("vinh-long",)),
        ("phường Hòa Bình, tỉnh Phú Thọ", AFTER, ("hoa-binh",), ("phu-tho",)),
        ("phường Hòa Bình, thành phố Hải Phòng", AFTER, ("hai-phong",), ("hai-phong",)),
        ("xã Châu Thành, tỉnh An Giang", AFTER, ("kien-giang",), ("an-giang",)),
        ("thành phố Cao Lãnh", AFTER, ("dong-thap",), ("dong-thap",)),
        ("Rạch Giá, tỉnh An Giang", AFTER, ("kien-giang",), ("an-giang",)),
        ("tỉnh Nghệ An", AFTER, ("nghe-an",), ("nghe-an",)),
    ],
)
def test_a_name_means_the_unit_of_its_day(
    text: str, on: date | None, areas: tuple[str, ...], provinces: tuple[str, ...]
) -> None:
    """Before the merger a shared name is the former unit, after it only the province is known."""
    assert (areas, provinces) == _read(text, on)


@pytest.mark.parametrize(
    ("text", "explicit"),
    [
        ("UBND tỉnh Bến Tre họp", ("ben-tre",)),
        ("tại TP Đà Nẵng", ("da-nang",)),
        ("TPHCM mưa lớn", ("ho-chi-minh",)),
        ("Nông dân Bến Tre được mùa", ()),
        ("Bến Tre mưa. Bến Tre ngập. Người Bến Tre dọn dẹp.", ("ben-tre",)),
        ("thành phố Mỹ Tho", ()),
        ("Công ty Xổ số kiến thiết Hậu Giang", ()),
    ],
)
def test_explicit_is_what_may_contradict(text: str, explicit: tuple[str, ...]) -> None:
    """Only "tỉnh X", "TP X" and names that dominate a text are unmistakable."""
    assert explicit == places.read(text, on=BEFORE).explicit


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        ("Bệnh viện Đa khoa tỉnh Gia Lai mổ robot, bệnh nhân khỏi chuyển về TP Hồ Chí Minh", ("gia-lai",)),
        ("Bệnh viện Đa khoa tỉnh Gia Lai mổ robot cùng kỹ sư từ thành phố Đà Nẵng", ("gia-lai",)),
        ("Trường Cao đẳng Sư phạm Gia Lai đón sinh viên từ tỉnh Đắk Lắk", ("gia-lai",)),
        ("Trường Đại học Tây Nguyên đón thí sinh từ tỉnh Phú Yên", ("dak-lak",)),
        ("Trường Cao đẳng Y tế Gia Lai đón người đến từ các xã và từ tỉnh Đắk Lắk, Phú Yên", ("gia-lai",)),
        ("Xe lật ở Vĩnh Long, người bị nạn được đưa đến Bệnh viện Đa khoa TP Cần Thơ", ("vinh-long",)),
        ("Công ty Thái Bình mở xưởng ở Nam Định, thợ từ tỉnh Hà Nam", ("nam-dinh",)),
        ("Đoàn viên đến từ tỉnh Phú Yên", ("phu-yen",)),
        ("Người lao động trở về tỉnh Phú Yên. Tỉnh Phú Yên lo việc làm, như Bến Tre", ("phu-yen",)),
        ("Thông xe đường từ tỉnh Nghệ An đến tỉnh Hà Tĩnh", ("nghe-an", "ha-tinh")),
        ("Chở lúa từ tỉnh Long An về TP Cần Thơ", ("long-an", "can-tho")),
        ("Xe lật ở Đồng Nai khi chạy từ Bà Rịa - Vũng Tàu về Bình Dương", ("dong-nai",)),
    ],
)
def test_an_institutions_place_outweighs_where_people_come_from(text: str, areas: tuple[str, ...]) -> None:
    """Where somebody comes from or goes to is told only beside nothing else, or as an end of a road."""
    assert areas == _read(text)[0]


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        ("Tỉnh Hà Nam, miền trung Trung Quốc, có lũ", ()),
        ("Lũ lớn ở Hà Nam\n\nTỉnh Hà Nam (Trung Quốc) mưa ba ngày", ()),
        ("Lũ lớn ở Hà Nam\n\nTỉnh Hà Nam thuộc vùng Đông Bắc Trung Quốc", ()),
        ("Thành phố Phủ Lý đón khách từ Hà Nam (Trung Quốc)", ("ha-nam",)),
        ("Tỉnh Hà Nam tiếp khách, phía Trung Quốc tặng quà", ("ha-nam",)),
        ("Tỉnh Thái Nguyên và tỉnh Hà Nam (Trung Quốc)", ("thai-nguyen",)),
    ],
)
def test_once_chinas_always_chinas(text: str, areas: tuple[str, ...]) -> None:
    """A text that says once that its Hà Nam is China's means no other; its town stays ours."""
    assert areas == _read(text)[0]


@pytest.mark.parametrize(
    ("text", "national"),
    [
        ("Hà Nội (TTXVN 7/5) - Thủ tướng chủ trì phiên họp", True),
        ("Giá gạo thế giới tăng\n\n(Theo TTXVN)", True),
        ("Thủ tướng Chính phủ trình Quốc hội dự án luật", True),
        ("Thủ tướng Chính phủ làm việc với Cần Thơ, dự án lớn của tỉnh", False),
        ("Quốc hội, Chính phủ giao; Tỉnh ủy triển khai trên địa bàn tỉnh", False),
        ("Theo TTXVN, Cần Thơ (TTXVN 7/5) - thành phố Cần Thơ khởi công", False),
        ("Xã mở lớp dạy bơi", False),
        ("Chiều 18/11, tại Hà Nội, Bộ Nông nghiệp và Môi trường họp về lúa trên phạm vi cả nước", True),
        ("Chính phủ bàn giá điện\n\nHội nghị của Bộ Công Thương tổ chức tại Thủ đô Hà Nội", True),
        ("Chiều 18/11, tại Hà Nội, Bộ Y tế và UBND TP Hà Nội họp theo chỉ đạo của Chính phủ", False),
        ("Chiều 18/11, tại Hà Nội, xảy ra cháy. Bộ Công an và Thủ tướng chỉ đạo", False),
        ("Chiều 18/11, tại Hà Nội, Bộ Y tế, Bộ Công an họp với tỉnh Bến Tre", False),
        ("Sáng nay, tại Hà Nội, trường mở hội (TTXVN)", False),
    ],
)
def test_national_is_agency_copy_without_a_province(text: str, national: bool) -> None:  # noqa: FBT001
    """News of the state's organs is national only when no province is told about."""
    assert national is places.read(text, on=BEFORE).national


def test_a_passing_name_does_not_make_a_national_text_local() -> None:
    """A long text about the whole country may name a province once on its way."""
    text = (
        "Quốc hội thảo luận, Chính phủ giải trình. "
        + "Đại biểu nêu nhiều ý kiến về ngân sách và tiến độ. " * 30
        + "Có nơi như Tiền Giang đã làm trước. "
    )

    assert Places(national=True) == places.read(text, on=BEFORE)


def test_the_weightiest_place_comes_first_and_lists_weigh_little() -> None:
    """What stands in the headline and with "tỉnh" weighs most; long lists and home towns do not."""
    text = (
        "Sóc Trăng mở bến cá mới\n\nUBND tỉnh Sóc Trăng cho biết bến nhận tàu từ sáng nay. "
        "Chủ tàu quê Nam Định nói luồng đã sâu hơn. Bến dài hơn trăm mét, có trạm xăng dầu và kho đá; "
        "ban quản lý mở cửa cả đêm. Có tàu của Cà Mau ghé lại. "
        "Mưa còn ở An Giang, Kiên Giang, Hậu Giang, Bạc Liêu, Trà Vinh."
    )

    assert (("soc-trang",), ("can-tho",)) == _read(text)


def test_chrome_is_asked_only_when_the_text_is_silent() -> None:
    """The page around tells the place of a silent text, if it names a single one; never unmistakably."""
    silent, told = "Bí thư Tỉnh ủy làm việc với huyện", "UBND tỉnh Bến Tre họp"

    assert Places(areas=("dong-thap",), provinces=("dong-thap",)) == places.read(
        silent, on=BEFORE, chrome="Báo chí với Đồng Tháp"
    )
    assert ("ben-tre",) == places.read(told, on=BEFORE, chrome="Báo chí với Đồng Tháp").areas
    assert ("dong-thap",) == places.read(silent, on=BEFORE, chrome="Website: www.dongthap.gov.vn").areas
    assert Places() == places.read(silent, on=BEFORE, chrome="Tin nóng Hà Giang | Cà Mau | Lâm Đồng")
    assert Places(national=True) == places.read("(TTXVN) - Giá dầu giảm", on=BEFORE, chrome="Báo Đồng Tháp")


PIECES = st.sampled_from(
    [
        *("tỉnh ", "TP ", "Hồ Chí Minh", "Bến Tre", "Vĩnh Long", "Hà Nội", "Huế", "Đồng Tháp", "Thái Bình"),
        *(
            " Mười",
            " Dương",
            ", ",
            " và ",
            "(cũ)",
            " (TTXVN 7/5)",
            "quê ",
            " nay thuộc ",
            "Công ty ",
            "chùa ",
        ),
        *("\n", ". ", "đồng nai"),
    ]
)


@given(
    st.one_of(st.text(max_size=100), st.lists(PIECES, max_size=20).map("".join)),
    st.sampled_from([None, BEFORE, AFTER]),
)
def test_whatever_is_read_is_consistent(text: str, on: date | None) -> None:
    """Areas lie in the provinces told, explicit ones are among them, and national excludes both."""
    found = places.read(text, on=on)
    units = [places.area(area) for area in found.areas]

    assert all(unit is not None and unit.province in found.provinces for unit in units)
    assert all(places.province(province) is not None for province in found.provinces)
    assert set(found.explicit) <= set(found.areas)
    assert not (found.national and found.provinces)
    assert found == places.read(text, on=on)


def test_hostile_text_is_read_in_linear_time() -> None:
    """Names, dots and gaps without end come back at once."""
    for piece in ("Bến Tre, ", "Hà ", "a.", "tỉnh ", "quê a b c d e f g h ", "Trung Quốc Hà Nam ", "TP. "):
        places.read(piece * 20_000, on=BEFORE, chrome=piece * 1_000)


def test_real_documents_are_placed(extra_samples: Path) -> None:
    """The extra documents are where a reader sees them; 001 only by the page around it."""
    expected = {
        "000": (date(2023, 1, 31), ("dong-thap",), ("dong-thap",)),
        "001": (date(2023, 1, 31), ("dong-thap",), ("dong-thap",)),
        "002": (date(2023, 1, 31), ("ben-tre",), ("vinh-long",)),
        "003": (date(2024, 1, 2), ("quang-nam",), ("da-nang",)),
        "004": (date(2021, 5, 4), ("kien-giang",), ("an-giang",)),
    }
    for name, (on, areas, provinces) in expected.items():
        for path in extra_samples.glob(f"{name}_*.txt"):
            body, mark, around = path.read_text(encoding="utf-8").partition("Ý kiến của bạn")
            found = places.read(body, on=on, chrome=mark + around)
            assert (areas, provinces) == (found.areas, found.provinces)
