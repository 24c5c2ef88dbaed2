"""Documents as texts name them: issued or cited, by whom and of which day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import document_mentions, documents
from pipeline.model import DocumentMention, Role

ON = date(2024, 3, 20)


def one(sentence: str, on: date | None = ON, home: str = "") -> DocumentMention:
    """Return the first document of a sentence under a headline."""
    return document_mentions.find(f"Một tiêu đề\n\n{sentence}", on, home)[0]


@pytest.mark.parametrize(
    "sentence",
    [
        "Chủ tịch UBND tỉnh vừa ban hành Chỉ thị số 04/CT-UBND về trồng rừng.",
        "Ngày 18/3, UBND huyện đã ra quyết định số 2820/QĐ-UBND về tốc độ tối đa.",
        "Sở Xây dựng vừa ký ban hành Quyết định xử phạt số 1963/QĐ-SXD.",
        "Chánh án đã ban hành quyết định (số 352/QĐ-TA) buộc thôi việc.",
        "Đó là nội dung trong văn bản số 7202/SGTVT-QLVT, được Sở GTVT gửi tới các bến xe.",
        "Mới đây, Văn phòng UBND tỉnh tiếp tục có Thông báo số 60/TB-VPUB về nhiễm mặn.",
        "Thống đốc Ngân hàng Nhà nước có Quyết định số 1869/QĐ-NHNN về điều động cán bộ.",
        "Quyết định số 333/QĐ-UBND do ông Trần Văn Mẫu ký ngày 15/3/2024.",
        "Nghị định số 10/2024/NĐ-CP do Chính phủ vừa ban hành có hiệu lực từ tháng 5.",
        "Thủ tướng vừa phê duyệt quy hoạch tại Quyết định số 162/QĐ-TTg.",
        "Theo Quyết định số 61/QĐ-UBND ngày 17/3/2024, giá đất tăng tám phần trăm.",
        "Ngày 18/3, UBND thành phố Cần Thơ ban hành Kế hoạch số 9/KH-UBND về nước sạch.",
        "Hôm nay UBND tỉnh ban hành kế hoạch về rừng. Kế hoạch số 12/KH-UBND có ba phần.",
    ],
)
def test_news_of_a_document_is_that_it_was_issued(sentence: str) -> None:
    """Signed, promulgated, sent, announced or dated a few days ago."""
    assert Role.ISSUES is one(sentence).role


@pytest.mark.parametrize(
    "sentence",
    [
        "Mức phạt theo Nghị định số 167/2013/NĐ-CP là một triệu đồng.",
        "Căn cứ Quy định số 102-QĐ/TW, Bộ Chính trị quyết định kỷ luật.",
        "UBND tỉnh vừa ban hành kế hoạch triển khai Chỉ thị số 05/CT-TTg.",
        "UBND tỉnh vừa ký quyết định hủy bỏ Quyết định số 748/QĐ-UBND.",
        "Dự án đã được UBND tỉnh phê duyệt tại Quyết định số 2377/QĐ-UBND.",
        "Trước đó, ngày 7/1, Bộ đã ban hành Quyết định số 24/QĐ-BGTVT.",
        "Ngày 27/3/2015, UBND tỉnh ban hành Thông báo số 200/TB-UBND.",
        "Sau khi Chính phủ ban hành Nghị định số 12/2024/NĐ-CP, giá nhà giảm.",
        "Chỉ có Nghị định 46/2024/NĐ-CP quy định việc này.",
        "Thực hiện Công văn số 412/UBND-KTN ngày 18/3/2024, các huyện niêm yết giá.",
        "Hiệp hội đề nghị UBND tỉnh ban hành Quyết định số 9/QĐ-UBND thay quyết định cũ.",
        "Sơ kết năm năm thực hiện Nghị quyết số 16-NQ/TW của Bộ Chính trị.",
        "Quy chế ban hành kèm theo Quyết định số 15/QĐ-UBND hết hiệu lực.",
    ],
)
def test_a_basis_and_a_background_are_cited(sentence: str) -> None:
    """What is applied, carried out, amended, taken back or of long ago."""
    assert Role.CITES is one(sentence).role


@pytest.mark.parametrize(
    ("sentence", "issuer", "dated"),
    [
        ("theo Nghị định 73/2023/NĐ-CP ngày 29/9/2023", "Chính phủ", "2023-09-29"),
        ("theo Nghị định 73/2023/NĐ-CP ngày 29/9", "Chính phủ", "2023-09-29"),
        ("theo Quyết định 162/QĐ-TTg ngày 29 tháng 9 năm 2023", "Thủ tướng Chính phủ", "2023-09-29"),
        ("theo Quyết định 162/QĐ-TTg (27/12/2014)", "Thủ tướng Chính phủ", "2014-12-27"),
        ("theo Quyết định 162/QĐ-TTg ngày 27/12", "Thủ tướng Chính phủ", "2023-12-27"),
        ("theo Chỉ thị số 17/CT-TTg của Thủ tướng về trẻ em", "Thủ tướng", ""),
        ("theo Thông tư 04/2024/TT-BYT", "Bộ Y tế", "2024"),
        ("theo Chỉ thị 40-CT/TW ngày 22/11/2014 của Ban Bí thư khóa XI", "Ban Bí thư", "2014-11-22"),
        ("theo Nghị quyết 57-NQ/TW", "", ""),
        ("theo Quyết định 9/QĐ-UBND của UBND tỉnh Bình Thuận về đất", "UBND tỉnh Bình Thuận", ""),
        ("theo Quyết định 9/QĐ-UBND của UBND tỉnh", "UBND tỉnh Quảng Nam", ""),
        ("theo Quyết định 9/QĐ-UBND của UBND huyện", "UBND huyện", ""),
        ("theo Báo cáo 9/BC-TTCP của Thanh tra Chính phủ ngày 31/02/2024", "Thanh tra Chính phủ", ""),
    ],
)
def test_issuer_and_date_stand_beside_the_number_or_in_it(sentence: str, issuer: str, dated: str) -> None:
    """Words beside it win, its code follows, what both leave open stays open."""
    read = one(f"Xã chi trả {sentence}.", home="tỉnh Quảng Nam")

    assert (issuer, dated) == (read.issuer, read.dated)


def test_the_day_of_the_deed_is_the_documents() -> None:
    """The day of issue that a sentence names is the document's; a day of announcement is not."""
    issued = one("Ngày 28/2, UBND tỉnh Gia Lai ban hành Kế hoạch số 90/KH-UBND.")
    announced = one("Ngày 28/2, Sở Nội vụ công bố Quyết định số 90/QĐ-UBND của UBND tỉnh Gia Lai.")

    assert ("2024-02-28", "") == (issued.dated, announced.dated)


def test_another_place_or_year_is_another_document() -> None:
    """Only what contradicts parts two mentions of a number; issued anywhere is issued."""
    told = (
        "UBND tỉnh Kon Tum vừa ban hành Chỉ thị số 01/CT-UBND.\n\n"
        "Chỉ thị số 01/CT-UBND ngày 02/01/2024 nêu rõ. Khác với Chỉ thị 01/CT-UBND của UBND tỉnh Gia Lai."
    )
    expected = (
        DocumentMention("01/CT-UBND", Role.ISSUES, "UBND tỉnh Kon Tum", "2024-01-02"),
        DocumentMention("01/CT-UBND", Role.CITES, "UBND tỉnh Gia Lai"),
    )

    assert expected == document_mentions.find(f"Một tiêu đề\n\n{told}", ON)


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "12/QĐ-UBND",
                    "57-NQ/TW",
                    "số",
                    "Quyết định",
                    "ngày 1/2/2023",
                    "ngày 31/2",
                    "của",
                    "UBND tỉnh",
                    "và",
                ),
                *(
                    "vừa",
                    "ban hành",
                    "theo",
                    "do",
                    "được",
                    ",",
                    ".",
                    ";",
                    "\n\n",
                    "(",
                    "huyện Mỏ Cày Nam",
                    "năm 2020",
                ),
            ]
        ),
        max_size=30,
    ).map(" ".join)
)
def test_any_text_gives_documents_with_its_numbers(text: str) -> None:
    """Mentions have the numbers that stand in the text, dates are ISO, no mention comes twice."""
    found = document_mentions.find(text, ON, "tỉnh Quảng Nam")

    assert set(documents.find(text)) == {mention.number for mention in found}
    assert len(found) == len(set(found))
    assert all(mention.dated[:4].isdigit() for mention in found if mention.dated)
    assert found == document_mentions.merged(found)


@pytest.mark.parametrize(
    "worst", ["12/QĐ-UBND và ", "vừa ban hành ", "số 1 1/", "12/QĐ - ", "ngày 1/2/2020 ", "của UBND huyện "]
)
def test_a_megabyte_of_beginnings_is_read(worst: str) -> None:
    """No pattern backtracks without bound."""
    text = worst * (1_000_000 // len(worst))

    assert len(document_mentions.find(text)) <= 1
