"""Vietnamese dates: fields, date lines, prose, addresses."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import dates
from pipeline.dates_in_prose import is_day
from pipeline.model import LOCAL_ZONE, Basis, Precision, When

MINUTE = "2023-01-31T17:05:00+07:00"
FIELDS = [
    ("Tue, 31 Jan 2023 17:05:00 +0700", MINUTE),
    ("Tue, 31 Jan 2023 10:05:00 GMT", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00 GMT+7", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00 GMT+0700", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00 ICT", MINUTE),
    ("Tue, 31 Jan 23 17:05:00 +0700", MINUTE),
    ("31 Jan 2023 05:05:00 EST", MINUTE),
    ("Tue Jan 31 17:05:00 ICT 2023", MINUTE),
    ("January 31, 2023 5:05 PM", MINUTE),
    ("31-Jan-2023 17:05", MINUTE),
    ("2023-01-31T17:05:00+07:00", MINUTE),
    ("2023-01-31T10:05:00.123456Z", MINUTE),
    ("2023-01-31T17:05+07", MINUTE),
    ("2023-01-31T17:05:00", MINUTE),
    ("2023-01-31 17:05:00", MINUTE),
    ("2023/01/31 17:05", MINUTE),
    ("2023-01-31T17:05:00+07:00[Asia/Ho_Chi_Minh]", MINUTE),
    ("1675159500", MINUTE),
    ("1675159500000", MINUTE),
    ("1675159500000000", MINUTE),
    ("/Date(1675159500000+0700)/", MINUTE),
    ("20230131170500", MINUTE),
    ("20230131T100500Z", MINUTE),
    ("202301311705", MINUTE),
    ("31/01/2023 17:05:00", MINUTE),
    ("31/01/2023 - 17:05", MINUTE),
    ("17:05 31/01/2023", MINUTE),
    ("31/01/23 17:05", MINUTE),
    ("31/1/2023 5:05:00 CH", MINUTE),
    ("1/31/2023 5:05:00 PM", MINUTE),
    ("Thứ ba, 31/01/2023 | 17:05 GMT+7", MINUTE),
    ("Thứ 3, 31/01/2023 17:05:00 GMT+7", MINUTE),
    ("17h05 ngày 31/01/2023", MINUTE),
    ("17 giờ 05 phút, ngày 31 tháng 1 năm 2023", MINUTE),
    ("Cập nhật: 17:05, 31/01/2023 (GMT+7)", MINUTE),
    ("4/10/2023 12:05:00 SA", "2023-10-04T00:05:00+07:00"),
    ("2023-12-31T23:59:60Z", "2024-01-01T06:59:59+07:00"),
    ("2023-01-31T17:05:00-08:00", "2023-02-01T08:05:00+07:00"),
    ("04.05.2021", "2021-05-04"),
    ("04-05-2021", "2021-05-04"),
    ("31 Tháng Một, 2023", "2023-01-31"),
    ("31 Th1 2023", "2023-01-31"),
    ("ngày 5 tháng mười hai năm 2022", "2022-12-05"),
    ("11 tháng 9 năm 2025", "2025-09-11"),
    ("20230131", "2023-01-31"),
    ("2021-07", "2021-07"),
    ("tháng 7/2021", "2021-07"),
    ("July 2021", "2021-07"),
    ("2021", "2021"),
    ("Tue, 31 Jan 2023 17:05:00 GMT+07:00", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00 GMT +7", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00 GMT +07", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00 UTC+7", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00 (GMT+7)", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00 +7", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00 +07", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00 +0700 (ICT)", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00 +0700 (Indochina Time)", MINUTE),
    ("Tue, 31 Jan 2023 17:05:00 Asia/Ho_Chi_Minh", MINUTE),
    ("Tue Jan 31 2023 17:05:00 GMT+0700 (Indochina Time)", MINUTE),
    ("Tue Jan 31 2023 17:05:00 GMT+0700 (Giờ Đông Dương)", MINUTE),
    ("2023-01-31T17:05:00.000+07:00", MINUTE),
    ("2023-01-31T17:05:00.0000000+07:00", MINUTE),
    ("2023-01-31T17:05:00+0700", MINUTE),
    ("2023-01-31 17:05:00 +0700", MINUTE),
    ("2023-01-31 17:05:00 +07:00", MINUTE),
    ("2023-01-31 17:05:00.0", MINUTE),
    ("2023-01-31T17:05", MINUTE),
    ("2023-01-31 17:05", MINUTE),
    ("2023-01-31", "2023-01-31"),
    ("2023-1-31", "2023-01-31"),
    ("2023/01/31", "2023-01-31"),
    ("2023.01.31", "2023-01-31"),
    ("2023-01-31+07:00", "2023-01-31"),
    ("2023-01-31Z", "2023-01-31"),
    ("31/01/2023 17:05:00 GMT+7", MINUTE),
    ("31/01/2023 17:05 (GMT+7)", MINUTE),
    ("31/01/2023 | 17:05", MINUTE),
    ("31/01/2023, 17:05", MINUTE),
    ("31/01/2023 lúc 17:05", MINUTE),
    ("31/01/2023 lúc 17h05", MINUTE),
    ("lúc 17:05 ngày 31/01/2023", MINUTE),
    ("17:05:00 31/01/2023", MINUTE),
    ("17:05 - 31/01/2023", MINUTE),
    ("17:05, 31/01/2023", MINUTE),
    ("17:05 | 31/01/2023", MINUTE),
    ("17:05 ngày 31-01-2023", MINUTE),
    ("17g05 31/01/2023", MINUTE),
    ("17h05, ngày 31/01/2023", MINUTE),
    ("17h05' ngày 31/01/2023", MINUTE),
    ("17h 05 31/01/2023", MINUTE),
    ("Thứ Ba, 31/01/2023 17:05", MINUTE),
    ("Thứ 3, ngày 31/01/2023", "2023-01-31"),
    ("Thứ ba ngày 31 tháng 1 năm 2023", "2023-01-31"),
    ("T3, 31/01/2023 17:05", MINUTE),
    ("Ba, 31/01/2023 - 17:05", MINUTE),
    ("Ba, 31/01/2023 17:05", MINUTE),
    ("CN, 05/02/2023 17:05", "2023-02-05T17:05:00+07:00"),
    ("Chủ nhật, 05/02/2023", "2023-02-05"),
    ("Chủ Nhật ngày 05.02.2023", "2023-02-05"),
    ("Thứ Ba 31/01/2023 5:05 CH", MINUTE),
    ("31/01/2023 05:05:00 CH", MINUTE),
    ("31/01/2023 5:05 chiều", MINUTE),
    ("5:05 PM 31/01/2023", MINUTE),
    ("5:05 CH, 31/01/2023", MINUTE),
    ("31/01/2023 5:05:00 p.m.", MINUTE),
    ("31/1/2023", "2023-01-31"),
    ("31.1.2023", "2023-01-31"),
    ("31-1-2023", "2023-01-31"),
    ("31 / 01 / 2023", "2023-01-31"),
    ("31. 1. 2023", "2023-01-31"),
    ("31 - 1 - 2023", "2023-01-31"),
    ("31–01–2023", "2023-01-31"),
    ("ngày 31 tháng 01 năm 2023", "2023-01-31"),
    ("Ngày 31 Tháng 1, 2023", "2023-01-31"),
    ("31 tháng 1, 2023", "2023-01-31"),
    ("31 Tháng 01 2023", "2023-01-31"),
    ("31 thg 1, 2023", "2023-01-31"),
    ("31 Thg 1 2023", "2023-01-31"),
    ("31 thg 01 2023, 17:05", MINUTE),
    ("31 Th01, 2023", "2023-01-31"),
    ("Tháng Một 31, 2023", "2023-01-31"),
    ("Tháng 1 31, 2023", "2023-01-31"),
    ("Thứ Ba, 31 tháng 1, 2023 17:05", MINUTE),
    ("ngày 31 tháng 12 năm 2022 ", "2022-12-31"),
    ("ngày 15 tháng tám năm 2022", "2022-08-15"),
    ("ngày 31/01 năm 2023", "2023-01-31"),
    ("31 January 2023", "2023-01-31"),
    ("31st January 2023", "2023-01-31"),
    ("January 31st, 2023", "2023-01-31"),
    ("Jan 31, 2023", "2023-01-31"),
    ("Jan. 31, 2023", "2023-01-31"),
    ("Jan 31, 2023 5:05 PM", MINUTE),
    ("Jan 31, 2023, 5:05:00 PM", MINUTE),
    ("Tuesday, January 31, 2023 - 17:05", MINUTE),
    ("Tuesday, 31 January 2023", "2023-01-31"),
    ("Tue, 01/31/2023 - 17:05", MINUTE),
    ("Thu, 10/18/2019 - 08:30", "2019-10-18T08:30:00+07:00"),
    ("01/31/2023", "2023-01-31"),
    ("01/31/2023 17:05", MINUTE),
    ("31 Jan 2023", "2023-01-31"),
    ("Tue, 31 Jan 2023", "2023-01-31"),
    ("1675159500.123", MINUTE),
    ("/Date(1675159500000)/", MINUTE),
    ("\\/Date(1675159500000)\\/", MINUTE),
    ("Date(1675159500000)", MINUTE),
    ("new Date(1675159500000)", MINUTE),
    ("20230131170500.0Z", "2023-02-01T00:05:00+07:00"),
    ("20230131T170500", MINUTE),
    ("20230131T170500+0700", MINUTE),
    ("D:20230131170500+07'00'", MINUTE),
    ("2023-01-31T10:05:00Z", MINUTE),
    ("2023-01-31T10:05:00.000Z", MINUTE),
    ("2023-01-31T10:05:00+00:00", MINUTE),
    ("2023-01-31 10:05:00 UTC", MINUTE),
    ("2023-01-31 10:05:00Z", MINUTE),
    ("Ngày đăng: 31/01/2023", "2023-01-31"),
    ("Ngày đăng 31/01/2023 17:05", MINUTE),
    ("Đăng ngày 31/01/2023", "2023-01-31"),
    ("Đăng lúc: 17:05 31/01/2023", MINUTE),
    ("Đăng lúc 31/01/2023 17:05:00", MINUTE),
    ("Ngày đăng tin: 31/01/2023", "2023-01-31"),
    ("Ngày xuất bản: 31/01/2023", "2023-01-31"),
    ("Xuất bản: 31/01/2023 17:05", MINUTE),
    ("Thời gian: 31/01/2023", "2023-01-31"),
    ("Ngày tạo: 31/01/2023", "2023-01-31"),
    ("Ngày cập nhật: 31/01/2023", "2023-01-31"),
    ("Cập nhật lần cuối: 31/01/2023 17:05", MINUTE),
    ("Ngày phát hành: 31/01/2023", "2023-01-31"),
    ("Thời gian đăng: 31/01/2023 17:05", MINUTE),
    ("Thời điểm đăng: 31/01/2023 17:05", MINUTE),
    ("Thời gian đăng tải: 31/01/2023", "2023-01-31"),
    ("Đăng tải: 31/01/2023", "2023-01-31"),
    ("Được đăng: 31/01/2023", "2023-01-31"),
    ("Được đăng vào ngày 31/01/2023", "2023-01-31"),
    ("Ngày viết: 31/01/2023", "2023-01-31"),
    ("Ngày gửi: 31/01/2023", "2023-01-31"),
    ("Ngày: 31/01/2023", "2023-01-31"),
    ("Ngày tin: 31/01/2023", "2023-01-31"),
    ("Ngày công bố: 31/01/2023", "2023-01-31"),
    ("Ngày đưa tin: 31/01/2023", "2023-01-31"),
    ("Posted on 31/01/2023", "2023-01-31"),
    ("Posted on: January 31, 2023", "2023-01-31"),
    ("Published: 31/01/2023", "2023-01-31"),
    ("Published on Tuesday, 31 January 2023 17:05", MINUTE),
    ("Last Updated: 31/01/2023", "2023-01-31"),
    ("Last Updated on Tuesday, 31 January 2023 17:05", MINUTE),
    ("Date: 31/01/2023", "2023-01-31"),
    ("Cập nhật: 31/01/2023 | 17:05", MINUTE),
    ("Cập nhật lúc 17:05, Thứ Ba, 31/01/2023 (GMT+7)", MINUTE),
    ("Cập nhật : Thứ ba, 31/01/2023 17:05:00 GMT+7", MINUTE),
    ("Tin đăng ngày: 31/1/2023", "2023-01-31"),
    ("31/01/2023 5:05 PM", MINUTE),
    ("31/01/2023 17:05 GMT+7", MINUTE),
    ("31/01/2023 17:05 (GMT +7)", MINUTE),
    ("31/01/2023 17:05 UTC +7", MINUTE),
    ("31/01/2023 17:05 (UTC+07:00)", MINUTE),
    ("Thứ ba - 31/01/2023 17:05", MINUTE),
    ("Thứ ba , ngày 31/01/2023 , 17:05", MINUTE),
    ("Thứ Ba, 31 Tháng Một 2023", "2023-01-31"),
    ("Thứ Ba, 31 Tháng Một 2023 17:05", MINUTE),
    ("Thứ Ba, ngày 31 tháng Một năm 2023", "2023-01-31"),
    ("31/01/2023 17.05", MINUTE),
    ("31/01/2023 00:00:00", "2023-01-31T00:00:00+07:00"),
    ("31/01/2023 12:05:00 SA", "2023-01-31T00:05:00+07:00"),
    ("31/01/2023 12:05 CH", "2023-01-31T12:05:00+07:00"),
    ("31-Jan-23", "2023-01-31"),
    ("31/01/23", "2023-01-31"),
    ("31.01.23", "2023-01-31"),
    ("Thứ Ba, 31-01-2023, 17:05", MINUTE),
    ("ngày 31.01.2023 lúc 17 giờ 05", MINUTE),
    ("17 giờ 5 phút ngày 31/01/2023", MINUTE),
    ("17:5 31/01/2023", MINUTE),
    ("31/01/2023 17:05:00.000", MINUTE),
    ("31/01/2023 17:05:00 +07:00", MINUTE),
    ("31/01/2023T17:05:00", MINUTE),
    ("2023-01-31T17:05:00+7:00", MINUTE),
    ("2023-01-31T17:05:00 GMT+7", MINUTE),
    ("Tue, 31 Jan 2023 17:05 +0700", MINUTE),
    ("Tue,31 Jan 2023 17:05:00 +0700", MINUTE),
    ("Thứ ba, 31 Jan 2023 17:05:00 +0700", MINUTE),
    ("Tue, 31 Thg1 2023 17:05:00 +0700", MINUTE),
    ("T3, 31 Th1 2023 17:05:00 +0700", MINUTE),
    ("Thứ Ba, 31 Tháng Một 2023 17:05:00 +0700", MINUTE),
    ("Tue, 31 January 2023 17:05:00 +0700", MINUTE),
    ("Thứ tư, 01/02/2023", "2023-02-01"),
    ("Thứ năm, 02/02/2023", "2023-02-02"),
    ("Thứ 7, 04/02/2023", "2023-02-04"),
    ("Thứ Bẩy, 04/02/2023", "2023-02-04"),
    ("2023-01-31T17:05:00+07:00[Asia/Saigon]", MINUTE),
    ("2023-01-31 17:05:00 Asia/Saigon", MINUTE),
    ("2023-01-31 17:05:00 SE Asia Standard Time", MINUTE),
    ("31/01/2023 17:05 Giờ Việt Nam", MINUTE),
    ("31/01/2023 17:05 (giờ VN)", MINUTE),
    ("31/01/2023 17:05 ICT", MINUTE),
]
LINES = [
    ("31/01/2023 - 17:05", MINUTE),
    ("Thứ Hai, ngày 17/03/2025 | 08:17", "2025-03-17T08:17:00+07:00"),
    ("Thứ hai, 09:30 30/04/2018 | Xã hội", "2018-04-30T09:30:00+07:00"),
    ("Thứ ba, 20:02, 23/09/2025", "2025-09-23T20:02:00+07:00"),
    ("23/09/2025 16:32 GMT +7", "2025-09-23T16:32:00+07:00"),
    ("Xuất bản:Thứ ba, 07/05/2024 17:10 (GMT+7)", "2024-05-07T17:10:00+07:00"),
    ("Cập nhật ngày: 18/10/2021 12:43:17", "2021-10-18T12:43:17+07:00"),
    ("03/03/2025 08:47 | Lượt xem: 1.208", "2025-03-03T08:47:00+07:00"),
    ("Minh Thư - 03/03/2025 08:47", "2025-03-03T08:47:00+07:00"),
    ("Ngày đăng: 04.05.2021", "2021-05-04"),
    ("Ngày post: 25-09-2025", "2025-09-25"),
    ("(26/03/2021)", "2021-03-26"),
    ("Submitted by Ban biên tập on 18 October 2019", "2019-10-18"),
    ("NGÀY 31 THÁNG 01 NĂM 2023", "2023-01-31"),
    ("Hà Nội, ngày 12 tháng 5 năm 2021", "2021-05-12"),
    ("23/04/2021Sáng 22/04, huyện mở chợ phiên", "2021-04-23"),
    ("Ngày đăng: 31/01/2023Sáng nay, huyện mở", "2023-01-31"),
    ("Thứ Ba, 31/01/2023 | 17:05 Facebook Zalo Cỡ chữ A- A+", MINUTE),
    ("Chính trị 31/01/2023 17:05", MINUTE),
    ("Minh Thư 31/01/2023 17:05", MINUTE),
    ("Tác giả: Minh Thư | Ngày đăng: 31/01/2023", "2023-01-31"),
    ("by Minh Thư on Jan 31, 2023", "2023-01-31"),
    ("Submitted by admin on Thu, 02/09/2023 - 17:05", "2023-02-09T17:05:00+07:00"),
    ("Được gửi bởi admin vào Ba, 31/01/2023 - 17:05", MINUTE),
    ("Viết bởi Minh Thư ngày 31 Tháng 1 2023", "2023-01-31"),
    ("Đã xem: 123 | 31/01/2023", "2023-01-31"),
    ("31/01/2023 17:05 0 Bình luận", MINUTE),
    ("TP. Cao Lãnh, ngày 31 tháng 01 năm 2023", "2023-01-31"),
    ("Thứ Năm, 09/02/2023", "2023-02-09"),
]
NO_DATES = [
    "",
    "15/25 chỉ tiêu",
    "12/16",
    "đường 30/4",
    "nhiệm kỳ 2020 - 2025",
    "2020 - 2025",
    "90/KH-UBND",
    "73/2023/NĐ-CP",
    "30/02/2023",
    "30 Feb 2023",
    "31/01/2023 25:05",
    "13/13/2023",
    "0001-01-01T00:00:00",
    "/Date(-62135596800000)/",
    "/Date(999999999999999)/",
    "5 giờ trước",
    "0277.385.3949",
    "99999999999999999999",
    "31/01/2023 và 01/02/2023",
    "x" * 5000,
]
PROSE = [
    "Ngày 31/01/2023, huyện khai trương bến đò mới",
    "Ngày 31/01/2023 xã họp dân",
    "Cập nhật giá lúa ngày 31/01/2023",
    "Hạn nộp hồ sơ: 31/01/2023",
    "Khai mạc: 31/01/2023",
    "Từ ngày 23/7/2025 đến 25/7/2025",
    "Ngày sinh: 31/01/1990",
    "Chợ đêm mở cửa lúc 18 giờ",
    "Hôm nay, Thứ Ba ngày 31/01/2023",
    "Ngày hết hạn: 31/01/2023",
    "Thời gian mở thầu: 17:05 31/01/2023",
    "Giấy phép số 12/GP-TTĐT ngày 31/01/2023",
    "Giá vàng 31/01/2023",
]


@pytest.mark.parametrize(("field", "expected"), FIELDS)
def test_a_field_is_read_day_first_in_local_time(field: str, expected: str) -> None:
    """Every form met in feeds and pages gives the same moment, as precise as it says."""
    when = dates.parse(field, Basis.FEED)

    assert when is not None
    assert (expected, Basis.FEED) == (when.text(), when.basis)


@pytest.mark.parametrize("field", NO_DATES + PROSE)
def test_what_is_not_one_date_is_none(field: str) -> None:
    """Fractions, streets, terms, document numbers, impossible days and prose are no dates."""
    assert dates.parse(field, Basis.FEED) is None
    assert dates.line(field, Basis.HEADER) is None


@pytest.mark.parametrize(("row", "expected"), LINES)
def test_a_date_line_is_read_with_what_stands_beside_it(row: str, expected: str) -> None:
    """Labels, bylines, sections and counters are allowed beside the date."""
    when = dates.line(row, Basis.HEADER)

    assert when is not None
    assert (expected, Basis.HEADER) == (when.text(), when.basis)


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("Chiều 31/01/2023, huyện đạt 12/16 chỉ tiêu", [(31, 1, 2023)]),
        ("Ngày 17 – 9, tại xã", [(17, 9, None)]),
        ("Sáng nay (24/7/), đò chạy lại", [(24, 7, None)]),
        ("sáng 25.8, tại chợ", [(25, 8, None)]),
        ("Ngày 4-7 khi nước lên", [(4, 7, None)]),
        ("từ ngày 23-25/7/2025", [(23, 7, 2025), (25, 7, 2025)]),
        ("từ ngày 4-7 tháng 9 năm 2025", [(4, 9, 2025), (7, 9, 2025)]),
        ("(ngày 24/5 đến ngày 30/5/2021)", [(24, 5, 2021), (30, 5, 2021)]),
        ("ngày 28/12 đến ngày 3/1/2024", [(28, 12, 2023), (3, 1, 2024)]),
        ("ngày 8, 9 và 10/3", [(8, 3, None), (9, 3, None), (10, 3, None)]),
        ("đến sáng 1-3, 25 người đã về", [(1, 3, None)]),
        ("dịp 30/4 - 1/5", [(30, 4, None), (1, 5, None)]),
        ("Quyết định số 658/QĐ-UBND ngày 03/4/2023", [(3, 4, 2023)]),
        ("ngày 12 tháng 5 năm 2021 và ngày 2 tháng 9", [(12, 5, 2021), (2, 9, None)]),
        ("ngày 29/2, xã nghỉ; ngày 30/2/2023", [(29, 2, None)]),
        ("15/25 chỉ tiêu, 1/25 đạt trên 80%", []),
        ("đường 30/4, cầu 1/5, phường 1", []),
        ("Quảng trường 10/3", []),
        ("nhiệm kỳ 2020 - 2025, giai đoạn 2021-2025", []),
        ("Nghị định 73/2023/NĐ-CP, Kế hoạch 90/KH-UBND", []),
        ("ngày 10/3 âm lịch", []),
        ("mỗi ngày 2-3 lần, ngày 3-4 chuyến", []),
        ("thắng 3-1, tỷ số 2-1", []),
        ("từ 2/3 số hộ đến 3/4 diện tích", []),
        ("quý 4/2022, tháng 10/2016 đến 9/2017", []),
        ("gọi 0277.385.39.49 hoặc 1.2.3.2023", []),
        ("tăng 5.3% so với ngày 3.2 triệu lượt", []),
    ],
)
def test_mentions_are_days_and_nothing_else(prose: str, expected: list[tuple[int, int, int | None]]) -> None:
    """Days in prose are found with or without their year; look-alikes are left out."""
    assert expected == [(told.day, told.month, told.year) for told in dates.mentions(prose)]


def test_a_mention_says_where_it_stands() -> None:
    """start:end cuts exactly the day out of the text."""
    prose = "Họp ngày 12, 13 và 14-5-2023; nghỉ từ ngày 2 tháng 9 năm 2023."

    assert ["12", "13", "14-5-2023", "2 tháng 9 năm 2023"] == [
        prose[told.start : told.end] for told in dates.mentions(prose)
    ]


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("Chỉ thị số 09/CT-UBND ngày 02/01/2024 vừa ban hành", "2024-01-02"),
        ("Thành lập ngày 03/02/1930; họp mặt ngày 3/2/2022", "2022-02-03"),
        ("Bản tin NGÀY 31 THÁNG 01 NĂM 2023", "2023-01-31"),
        ("BDK.VN - Ngày 31-1-2023, huyện đã họp.", "2023-01-31"),
        ("Hội nghị diễn ra vào chiều 31/01/2023, tại xã", "2023-01-31"),
        ("Sáng nay (ngày 31/01/2023), tại xã", "2023-01-31"),
        ("Khoảng 8h30 sáng 31/01/2023, đò chìm", "2023-01-31"),
        ("Ngày 29/4/2023 (nhằm ngày 10/3 âm lịch), làng mở hội", "2023-04-29"),
        ("Thực hiện Kế hoạch số 90/KH-UBND ngày 12/3/2021, sáng 20/3/2021, xã ra quân", "2021-03-20"),
        ("Sáng 5/3, xã họp. Chiều 2/3/2021 huyện cũng họp", "2021-03-05"),
        ("Sáng 5/3, xã họp theo lịch của huyện. Việc đã bàn ngày 2/3/2021.", "2021-03-05"),
    ],
)
def test_told_is_the_first_full_date_of_our_times(prose: str, expected: str) -> None:
    """History and days without a year are passed over."""
    when = dates.told(prose)

    assert when is not None
    assert (expected, Basis.INFERRED) == (when.text(), when.basis)


@pytest.mark.parametrize(
    "prose",
    [
        "Lễ hội khai mạc ngày 27/12/2025 tại bến",
        "Ngày 27/12/2025 sẽ khai mạc lễ hội",
        "Hạn nộp hồ sơ là ngày 31/01/2023",
        "Theo Quyết định 12/QĐ-UBND ngày 12/3/2021 của tỉnh, xã đã sửa đường",
        "Quy định ban hành ngày 12/3/2021 nêu rõ",
        "Kỷ niệm 30 năm thành lập xã (3/2/1991 - 3/2/2021)",
        "Ngày 10/3/2023 âm lịch, làng mở hội",
        "Từ ngày 10/3/2021 đến ngày 12/3/2021, đoàn kiểm tra",
        "Ông A (sinh ngày 1/2/1990) nhận thưởng",
        "Sáng 5/3, xã họp; nghị quyết ngày 1/2/2021",
        "Tối 9/8/2018 xảy ra vụ việc. Ngày 3/5/2019, tòa mở lại hồ sơ",
        "Hôm nay (22-12), vừa tròn 25 năm. Ngày 22/12/1992, hai nước ký kết",
        f"{'Xã họp bàn việc sửa đường. ' * 30}Ngày 9/8/2018, đường hỏng",
        "Đường 30/4, cầu 1/5 và Quảng trường 10/3 được sửa",
    ],
)
def test_days_of_other_things_date_nothing(prose: str) -> None:
    """What is to come, deadlines, documents, history, the moon and streets are passed over."""
    assert dates.told(prose) is None


@pytest.mark.parametrize(
    ("prose", "month", "expected"),
    [
        ("Sáng 31/1, tại chợ", "2023-01", "2023-01-31"),
        ("Ngày 17 – 9, tại xã", "2023", "2023-09-17"),
        ("Chiều 5/2, tại chợ", "2023-01", None),
        ("Sáng 31/1, xã sẽ họp", "2023-01", None),
        ("Ngày 29/2, tại xã", "2023", None),
    ],
)
def test_a_known_month_gives_the_day_its_year(prose: str, month: str, expected: str | None) -> None:
    """Within a month or year that is known, a day without its year is a full date."""
    when = dates.told(prose, dates.parse(month, Basis.URL))

    assert expected == (when.text() if when else None)


def test_told_is_none_without_a_full_date() -> None:
    """A day without its year dates nothing."""
    assert dates.told("Sáng 5/3, xã họp về 15/25 chỉ tiêu nhiệm kỳ 2020 - 2025") is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://tin.example/202107/cho-noi.html", "2021-07"),
        ("https://tin.example/2023/01/31/cho-noi", "2023-01-31"),
        ("https://tin.example/2023/1/cho-noi", "2023-01"),
        ("https://tin.example/cho-noi-20230730184429029.htm", "2023-07-30T18:44:29+07:00"),
        ("https://tin.example/cho-noi-185250825154108217.htm", "2025-08-25T15:41:08+07:00"),
        ("https://tin.example/cho-noi-20230131.html", "2023-01-31"),
        ("https://tin.example/cho-noi-31-01-2023-42", "2023-01-31"),
        ("https://tin.example/cho-noi-31012023-a109982.html", "2023-01-31"),
        ("https://tin.example/cho-noi_20102012.html", "2012-10-20"),
        ("/2023/01/31/", "2023-01-31"),
        ("https://tin.example/cho-noi-4812345.html", None),
        ("https://tin.example/cho-noi-20231350.html", None),
        ("https://tin.example/cho-noi-12345678.html", None),
        ("https://tin.example/cho-noi-32012023.html", None),
        ("https://tin.example/cho-noi-31132023.html", None),
        ("https://tin.example/cho-noi-31011923.html", None),
        ("https://tin.example/cho-noi-310120231.html", None),
        ("https://tin.example/cho-noi-a31012023.html", None),
        ("https://2023.example/x?d=/2023/01/31/", None),
        ("", None),
    ],
)
def test_an_address_tells_its_date(url: str, expected: str | None) -> None:
    """Dates that content systems write into paths are read, other numbers are not."""
    when = dates.in_url(url)

    assert expected == (when.text() if when else None)


def test_plausible_is_from_1990_to_one_day_ahead() -> None:
    """Clocks that were never set and future dates are no publication dates."""
    now = datetime(2023, 2, 1, 3, tzinfo=UTC)
    ahead = When(now + timedelta(days=1), Precision.SECOND, Basis.META)
    too_far = When(now + timedelta(days=1, seconds=1), Precision.SECOND, Basis.META)
    unset = When(datetime(1970, 1, 1, tzinfo=UTC), Precision.SECOND, Basis.META)

    assert [True, False, False] == [dates.plausible(when, now) for when in (ahead, too_far, unset)]


MOMENTS = st.builds(
    lambda day, time: datetime.combine(day, time, tzinfo=LOCAL_ZONE),
    st.dates(min_value=date(1980, 1, 1), max_value=date(2068, 12, 31)),
    st.times(),
)
WRITTEN = st.sampled_from(
    [
        "%d/%m/%Y %H:%M:%S",
        "%d-%m-%Y %H:%M:%S",
        "%H:%M:%S, %d.%m.%Y",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M:%S+07:00",
        "%Y%m%d%H%M%S",
        "%a, %d %b %Y %H:%M:%S +0700",
        "Cập nhật lúc %H:%M:%S - %d/%m/%Y (GMT+7)",
        "ngày %d tháng %m năm %Y | %H:%M:%S",
    ]
)


@given(MOMENTS, WRITTEN)
def test_parse_undoes_formatting(moment: datetime, form: str) -> None:
    """Whatever moment is written in whatever form, it is the one that is read."""
    when = dates.parse(moment.strftime(form), Basis.FEED)

    assert when == When(moment.replace(microsecond=0).astimezone(UTC), Precision.SECOND, Basis.FEED)


@given(st.one_of(st.text(max_size=80), st.text("0123456789/-.:, TZhngàytháăm+GMT()|¦", max_size=60)))
def test_no_string_breaks_the_readers(text: str) -> None:
    """All doors take any string; what they return is in order, in bounds, and a real moment."""
    for when in (
        dates.parse(text, Basis.META),
        dates.line(text, Basis.PAGE),
        dates.told(text),
        dates.in_url(text),
    ):
        assert when is None or 1900 <= when.local().year <= 2100
    told = dates.mentions(text)

    assert told == sorted(told, key=lambda mention: mention.start)
    assert all(one.end <= next_one.start for one, next_one in pairwise(told))
    assert all(is_day(mention.day, mention.month, mention.year) for mention in told)


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31)), st.sampled_from("/.-"))
def test_a_full_date_in_prose_is_told(day: date, sign: str) -> None:
    """Day, month and year in prose are always found, with one sign or another."""
    when = dates.told(f"Chiều {day.day}{sign}{day.month:02}{sign}{day.year}, xã mở hội.")

    assert when is not None
    assert day == when.day()


def test_hostile_text_takes_linear_time() -> None:
    """Long rows of digits, days and signs come back at once (quadratic ones would take minutes)."""
    for piece in ("1/1 và ", "ngày 1-1, ", "1-", "9", "31/12/2023 ", "(1/1", "submitted by a ", "tác giả: a"):
        dates.mentions(piece * 20_000)
        dates.told(piece * 20_000)
        dates.line(piece * 20_000, Basis.PAGE)


def test_real_documents_tell_their_dates(extra_samples: Path) -> None:
    """The extra documents give the dates that a reader sees in them."""
    expected = {"000": "2023-01-31", "001": "2023-01-31", "003": "2024-01-02"}
    for name, day in expected.items():
        for path in extra_samples.glob(f"{name}_*.txt"):
            when = dates.told(path.read_text(encoding="utf-8"))
            assert when is not None
            assert day == when.text()
