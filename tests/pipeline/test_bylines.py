"""Who made a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bylines import Byline, byline, credit_at_end, without_mark


@pytest.mark.parametrize(
    ("line", "authors", "credit"),
    [
        ("Tin, ảnh: Thu Ngân", ("Thu Ngân",), ""),
        ("Bài và ảnh: Lê Sơn và B. C", ("Lê Sơn", "B. C"), ""),
        ("Thực hiện: PV", ("PV",), ""),
        ("Hải Đăng", ("Hải Đăng",), ""),
        ("TNS", ("TNS",), ""),
        ("M.T", ("M.T",), ""),
        ("TRUNG HIẾU", ("TRUNG HIẾU",), ""),
        ("Xuân Mai - Hồng Nhung", ("Xuân Mai", "Hồng Nhung"), ""),
        ("**Ngọc Hà**", ("Ngọc Hà",), ""),
        ("TN (Nguồn: Báo Sông Quê)", ("TN",), "Báo Sông Quê"),
        ("Ngọc Hà (Theo AFP)", ("Ngọc Hà",), "AFP"),
        ("Ngọc Hà (tổng hợp)", ("Ngọc Hà",), ""),
        ("Nhóm phóng viên", ("Nhóm phóng viên",), ""),
        ("Theo TTXVN", (), "TTXVN"),
        ("Theo TTXVN/Vietnam+", (), "TTXVN"),
        ("(Theo Chinhphu.vn)", (), "Chinhphu.vn"),
        ("Nguồn: baosongque.example", (), "baosongque.example"),
        ("Ảnh: Reuters", (), ""),
        ("(Ảnh: Thu Ngân).", (), ""),
        ("Nội dung: Thu Ngân", ("Thu Ngân",), ""),
        ("Trình bày: Phan Nhật", (), ""),
        ("Video: Công an Sông Quê", (), ""),
        ("Ảnh: Gia đình cung cấp", (), ""),
        ("Theo TTXVN, Chinhphu.vn", (), "TTXVN"),
        ("Nguồn: An ninh Thủ đô", (), "An ninh Thủ đô"),
    ],
)
def test_a_byline_names_people_and_origin(line: str, authors: tuple[str, ...], credit: str) -> None:
    """Names go to the authors, agencies and papers to the credit, photographers nowhere."""
    assert Byline(authors, credit) == byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "Quang cảnh buổi họp.",
        "Ảnh minh họa",
        "Theo đó, các xã phải báo cáo trước ngày 15.",
        "Theo ông Nam, việc này khó.",
        "Thị trường trong nước",
        "Đại biểu dự hội nghị",
        "Chủ tịch xã Tân Phú phát biểu",
        "Chợ nổi (Cần Thơ) lúc rạng sáng",
        "Theo Sông Quê, sự việc xảy ra tối 9/9.",
        "Theo báo cáo của Sở Y tế.",
        "Theo chị N.B.",
        "Clip: Hiện trường vụ cháy lúc 1 giờ 40 phút",
        "Video: Bà con gói bánh đón lũ về",
        "Ông Lê Văn Ba.",
        "Cầu Rạch Chanh",
        "Bà Trịnh Thị Thơm",
        "Trần Văn An.",
        "Diễn viên Hà Vi và Lê Sơn",
        "",
        "x" * 200,
    ],
)
def test_prose_is_no_byline(line: str) -> None:
    """Captions and sentences stay in the text."""
    assert byline(line) is None


@pytest.mark.parametrize(
    ("paragraph", "rest", "credit"),
    [
        ("SQO - Sáng nay, tỉnh họp.", "Sáng nay, tỉnh họp.", ""),
        ("(SQO) - Sáng nay, tỉnh họp.", "Sáng nay, tỉnh họp.", ""),
        ("(Báo Sông Quê)- Sáng nay, tỉnh họp.", "Sáng nay, tỉnh họp.", ""),
        ("(Songque.vn) – Sáng nay, tỉnh họp.", "Sáng nay, tỉnh họp.", ""),
        ("BDK.VN - Sáng nay, tỉnh họp.", "Sáng nay, tỉnh họp.", ""),
        ("VOV1 - Sáng nay, tỉnh họp.", "Sáng nay, tỉnh họp.", "VOV"),
        ("Hà Nội (TTXVN 7/5) - Sáng nay, tỉnh họp.", "Sáng nay, tỉnh họp.", "TTXVN"),
        ("(TTXVN) Sáng nay, tỉnh họp.", "Sáng nay, tỉnh họp.", "TTXVN"),
        ("HĐND - UBND tỉnh họp chung.", "HĐND - UBND tỉnh họp chung.", ""),
        ("ASEAN - Trung Quốc ký kết.", "ASEAN - Trung Quốc ký kết.", ""),
        ("WHO - tổ chức y tế - khuyến cáo.", "WHO - tổ chức y tế - khuyến cáo.", ""),
        ("(Sáng nay) tỉnh họp.", "(Sáng nay) tỉnh họp.", ""),
    ],
)
def test_a_papers_mark_is_taken_off(paragraph: str, rest: str, credit: str) -> None:
    """The mark before the first word goes; only agencies are credited by it."""
    assert (rest, credit) == without_mark(paragraph)


def test_a_credit_may_close_the_last_paragraph() -> None:
    """The form "(Theo …)" after the last sentence is a credit if it names somebody."""
    assert ("Mưa sẽ giảm.", "TTXVN") == credit_at_end("Mưa sẽ giảm. (Theo TTXVN)")
    assert ("Mưa sẽ giảm (theo dự báo).", "") == credit_at_end("Mưa sẽ giảm (theo dự báo).")


@given(st.text(max_size=120))
def test_any_line_is_read(line: str) -> None:
    """No text is too odd, and taking a mark off never adds anything."""
    byline(line)
    assert line.endswith(without_mark(line)[0])
    assert line.startswith(credit_at_end(line)[0])
