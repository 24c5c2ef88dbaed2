"""Furniture out, sentences in: texts as portals leave them, in our own words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Basis
from pipeline.tidy import Tidy, tidy

LEAD = (
    "Sáng 12/3, Ủy ban nhân dân tỉnh họp phiên thường kỳ để bàn việc giao mặt bằng cho tuyến đường ven sông, "
    "vốn đã chậm bốn tháng so với cam kết."
)
MORE = (
    "Theo báo cáo của Sở Xây dựng, còn 27 hộ ở hai ấp chưa nhận tiền bồi thường; tổ công tác sẽ đến từng nhà "
    "trước cuối tháng để giải thích và ghi nhận ý kiến."
)
LAST = "Chủ tịch tỉnh yêu cầu các ngành báo cáo kết quả mỗi tuần một lần cho đến khi thông xe vào cuối năm."
TITLE = "Giao mặt bằng đường ven sông trước tháng Tư"
BODY = f"{LEAD}\n\n{MORE}\n\n{LAST}"


def _page(*lines: str) -> str:
    return "\n\n".join(lines)


def test_a_text_without_furniture_stays_as_it_is() -> None:
    """Headline and paragraphs are found, nothing is removed."""
    assert Tidy(title=TITLE, body=BODY) == tidy(_page(TITLE, LEAD, MORE, LAST))


@pytest.mark.parametrize(
    "above",
    [
        ("Xuất bản thông tin", f"null {TITLE}", TITLE),
        ("Trang chủ", "Thời sự", TITLE),
        ("Liên kết Website", "Cơ quan Báo chí", "Phòng ban chuyên môn", TITLE),
        ("Trang nhất | Kinh tế | Thể thao | Liên hệ", f"# {TITLE}"),
        ("[Trang nhất](/) | [Kinh tế](/kt) | [Liên hệ](/lh)", TITLE),
        ("Báo Sông Quê điện tử", TITLE),
        ("Nhảy đến nội dung", "A- A A+", TITLE, f"{TITLE} - Ảnh 1."),
        (TITLE, "0:00 / 0:00", "Nữ miền Nam", "Chia sẻ Zalo"),
    ],
)
def test_menus_above_are_no_headline(above: tuple[str, ...]) -> None:
    """Menus, widgets and template leaks go, the headline is found among them."""
    told = tidy(_page(*above, LEAD, MORE, LAST))

    assert (TITLE, BODY) == (told.title, told.body)


@pytest.mark.parametrize(
    "below",
    [
        ("Chia sẻ bài viết", "BÌNH LUẬN"),
        (
            "Ý kiến của bạn",
            "Ý kiến bạn đọc (0)",
            "Follow",
            "Tin xem nhiều",
            "Cầu mới ở xã Tân Phú đã thông xe",
        ),
        ("Số lần đọc: 97", "Tin liên quan", "Cầu mới ở xã Tân Phú đã thông xe"),
        (
            "Tin liên quan",
            "Cầu mới thông xe",
            f"{MORE} Đây là đoạn dẫn của một tin khác trên trang.",
            "Chợ mở cửa",
        ),
        ("Kính mời bạn đọc xem toàn văn kế hoạch tại đây:",),
        ("Xem thêm: Cầu mới ở xã Tân Phú đã thông xe",),
        ("Danh mục chính Menu", "Phản hồi báo chí", "Người phát ngôn"),
        ("Bản quyền thuộc về Cổng thông tin", "Giấy phép số 12/GP-STTTT", "Tổng lượt truy cập: 3.141"),
        ("Bình luận (0)", "Đăng nhập để bình luận"),
    ],
)
def test_what_stands_below_is_left_behind(below: tuple[str, ...]) -> None:
    """Comments, related news and footers end the article."""
    told = tidy(_page(TITLE, LEAD, MORE, LAST, *below))

    assert BODY == told.body
    assert all(line in told.removed for line in below)


def test_an_article_goes_on_behind_a_box() -> None:
    """A box of related headlines in the middle is cut out, the rest is kept."""
    told = tidy(_page(TITLE, LEAD, "Tin liên quan", "Cầu mới thông xe", "Chợ mở cửa", MORE, LAST))

    assert BODY == told.body


def test_a_box_before_the_text_ends_nothing() -> None:
    """A share button above the first paragraph is no end."""
    assert BODY == tidy(_page(TITLE, "Chia sẻ bài viết", LEAD, MORE, LAST)).body


def test_one_furniture_word_cannot_cut_most_of_an_article() -> None:
    """A heading that only sounds like a page's end is left out alone."""
    told = tidy(_page(TITLE, LEAD, "Bình luận", *[MORE, LAST] * 3))

    assert 7 == len(told.body.split("\n\n"))


@pytest.mark.parametrize(
    ("line", "basis", "expected"),
    [
        ("12/03/2026 - 17:05", Basis.HEADER, "2026-03-12T17:05:00+07:00"),
        ("Ngày đăng: 12.03.2026", Basis.HEADER, "2026-03-12"),
        ("Thứ Năm, ngày 12/03/2026 | 08:17", Basis.HEADER, "2026-03-12T08:17:00+07:00"),
    ],
)
def test_the_line_below_the_headline_dates_the_text(line: str, basis: Basis, expected: str) -> None:
    """A date line between headline and text is the header date and leaves the text."""
    told = tidy(_page(TITLE, line, LEAD, MORE))

    assert told.header is not None
    assert (basis, expected) == (told.header.basis, told.header.text())
    assert line not in told.body


def test_a_clock_above_the_headline_is_weaker() -> None:
    """A date above the headline may be the site's clock: it counts as a page date only."""
    told = tidy(_page("THỨ NĂM, ngày 23/7/2026", TITLE, LEAD, MORE))

    assert told.header is None
    assert told.page is not None
    assert ("2026-07-23", Basis.PAGE) == (told.page.text(), told.page.basis)


def test_a_date_line_alone_above_the_text_is_its_header() -> None:
    """Where no headline follows, the date belongs to the text."""
    told = tidy(_page("Liên kết Website", "Cơ quan Báo chí", "Ngày đăng: 12.03.2026", LEAD, MORE))

    assert ("", "2026-03-12") == (told.title, told.header.text() if told.header else "")


def test_a_date_glued_to_the_first_word_is_taken_off() -> None:
    """The form "12/03/2026Sáng …" is a date and a sentence."""
    told = tidy(_page(TITLE, f"12/03/2026{LEAD}", MORE))

    assert told.header is not None
    assert f"{LEAD}\n\n{MORE}" == told.body


def test_makers_leave_the_text() -> None:
    """Names below the text are authors, a paper's mark goes, an agency is the credit."""
    told = tidy(_page(TITLE, f"(SQO) - {LEAD}", MORE, "Tin, ảnh: Thu Ngân", "Theo TTXVN", "Số lần đọc: 12"))

    assert (f"{LEAD}\n\n{MORE}", ("Thu Ngân",), "TTXVN") == (told.body, told.authors, told.credit)


def test_a_list_of_names_is_text() -> None:
    """More than two names in a row are told, not signed."""
    names = ("Trần Văn An", "Lê Thị Bình", "Phạm Văn Chính", "Võ Thị Dung")

    assert tidy(_page(TITLE, LEAD, "Danh sách được khen:", *names)).body.endswith("\n\n".join(names))


@pytest.mark.parametrize(
    ("sentence", "kept", "links"),
    [
        ("Mời xem chi tiết [tại đây](#).", "", ("#",)),
        ("Mời xem chi tiết [tại đây](https://cong.example/tin/1).", "", ("https://cong.example/tin/1",)),
        ("Mời xem chi tiết **[tại đây](/tin/1)**.", "", ("/tin/1",)),
        ("Chi tiết xem tại đây", "", ()),
        (
            "Kính mời quý bạn đọc xem toàn văn kế hoạch tại đây: https://cong.example/90.pdf",
            "",
            ("https://cong.example/90.pdf",),
        ),
        (
            "Người dân đăng ký [tại đây](https://dichvu.example/dk) trước ngày 5/4.",
            "Người dân đăng ký tại đây trước ngày 5/4.",
            ("https://dichvu.example/dk",),
        ),
        ("Ông sống tại đây từ năm 1990.", "Ông sống tại đây từ năm 1990.", ()),
    ],
)
def test_invitations_to_click_go_and_their_links_stay(
    sentence: str, kept: str, links: tuple[str, ...]
) -> None:
    """The form "Mời xem chi tiết tại đây" is no news; a sentence that tells something with a link is."""
    told = tidy(_page(TITLE, f"{LEAD} {sentence}", MORE))

    assert f"{LEAD} {kept}".strip() == told.body.split("\n\n")[0]
    assert links == told.links


@pytest.mark.parametrize(
    "invitation",
    [
        "Mời xem chi tiết [tại đây](#).",
        "Mời bạn đọc xem chi tiết tại đây.",
        "Kính mời quý bạn đọc xem toàn văn kế hoạch tại đây",
        "Xem chi tiết [tại đây](#)",
        "Chi tiết xem tại đây.",
    ],
)
@pytest.mark.parametrize("end", ["Ảnh: CTV ", "một tuần một lần ", "theo TTXVN ", "hằng tuần.", "hằng tuần”"])
def test_an_invitation_needs_no_full_stop_before_it(end: str, invitation: str) -> None:
    """Portals hang "Mời xem chi tiết tại đây" on whatever stands last, a photographer's name too."""
    told = tidy(_page(TITLE, f"{LEAD} Các ngành báo cáo {end}{invitation}", MORE))

    assert f"{LEAD} Các ngành báo cáo {end}".strip() == told.body.split("\n\n")[0]


@pytest.mark.parametrize(
    "sentence",
    [
        "Mời Quý vị đón xem.",
        "Mời quý vị và các bạn theo dõi!",
        "Kính mời bạn đọc đón đọc.",
        "“Mời bà con vào đây.”",
        "Mời các bạn ở đây.",
        "Họ được mời xem chi tiết tại đây.",
        "Bà con xem chi tiết tại đây.",
        "Sáng nay bà Mời xem lại thửa ruộng tại đây.",
        "Bảng giá Xem chi tiết tại đây rồi ký.",
    ],
)
def test_a_sentence_that_invites_to_no_click_stays(sentence: str) -> None:
    """Inviting to a programme, or telling of an invitation, is the article's own word."""
    told = tidy(_page(TITLE, f"{LEAD} Chương trình phát lúc 20 giờ. {sentence}", MORE))

    assert f"{LEAD} Chương trình phát lúc 20 giờ. {sentence}" == told.body.split("\n\n")[0]


@pytest.mark.parametrize(
    "line",
    [
        "Tags không có trong bài này vì đây là chuyện thật.",
        "Hotline của phường nhận 41 cuộc gọi chỉ trong một giờ.",
        "Xem thêm nhà bên cạnh, tường đã nứt một vệt dài gần hai mét.",
        "Từ khóa của năm nay là tiết kiệm, ông nói.",
        "Liên quan đến vụ việc, xã đã họp khẩn.",
        "Chịu trách nhiệm chính",
        "Theo Sông Quê, kho bốc khói từ nửa đêm 22/8.",
        "Clip: Hiện trường vụ cháy lúc 1 giờ 40 phút",
        "Trả lời:",
        "| Xã | Số hộ | Ghi chú |",
    ],
)
def test_a_line_that_only_begins_like_furniture_stays(line: str) -> None:
    """A sentence is no heading of a box, and a table's head is no menu."""
    assert f"{LEAD}\n\n{line}\n\n{MORE}" == tidy(_page(TITLE, LEAD, line, MORE)).body
    assert tidy(_page(TITLE, LEAD, MORE, line)).body.endswith(line)


@pytest.mark.parametrize(
    "line",
    [
        "Mời quý độc giả theo dõi Báo Sông Quê trên Google News",
        ">>> Xem thêm video: Cầu mới thông xe",
        "Đọc thêm: Chợ huyện mở cửa trở lại",
        "Turn on more accessible mode",
        "Tổng số điểm của bài viết là: 0 trong 0 đánh giá",
        "Trang web này sử dụng cookie để nâng cao trải nghiệm của bạn",
        "Tải ứng dụng Báo Sông Quê để đọc tin nhanh nhất",
        "The post Cầu mới thông xe appeared first on Báo Sông Quê.",
        "Bạn đang đọc bài viết Cầu mới thông xe tại chuyên mục Xã hội",
        "Submitted by Ban biên tập on 21 August 2026",
        "Hotline: 0909 111 222",
        "Xem ngay",
    ],
)
def test_phrases_of_portals_go(line: str) -> None:
    """Widgets, calls to follow, click and pay are no text, wherever they stand."""
    assert f"{LEAD}\n\n{MORE}" == tidy(_page(TITLE, LEAD, line, MORE)).body


def test_makers_above_the_text_are_read() -> None:
    """A name between headline and text signs it."""
    told = tidy(_page("Thu Ngân", "12/03/2026 17:05", LEAD, MORE), TITLE)

    assert (("Thu Ngân",), f"{LEAD}\n\n{MORE}") == (told.authors, told.body)


def test_makers_above_the_last_caption_are_read() -> None:
    """A picture below the name does not hide it."""
    told = tidy(_page(TITLE, LEAD, MORE, "Thu Ngân", "Ông Lê Văn Ba."))

    assert (("Thu Ngân",), f"{LEAD}\n\n{MORE}\n\nÔng Lê Văn Ba.") == (told.authors, told.body)


def test_lines_beyond_measure_stay_as_they_are() -> None:
    """A text of very many lines is judged at its beginning only, and loses nothing."""
    told = tidy("\n".join([TITLE, LEAD, *(f"Dòng số {at}" for at in range(25_000))]))

    assert 25_001 == len(told.body.split("\n\n"))


def test_a_few_words_are_a_text() -> None:
    """Words that could be a menu's are kept where there is nothing else."""
    assert "Mưa to" == tidy("Trang chủ\n\nMưa to").body
    assert "" == tidy("Trang chủ\n\nTin liên quan").body


def test_a_caption_told_twice_is_told_once() -> None:
    """The same line twice in a row is a picture's name and its caption."""
    told = tidy(_page(TITLE, LEAD, "Quang cảnh phiên họp.", "Quang cảnh phiên họp.", MORE))

    assert 1 == told.body.count("Quang cảnh phiên họp.")


def test_a_given_headline_is_not_looked_for() -> None:
    """With a headline from a field, only its repetitions go."""
    told = tidy(_page(TITLE, "Một dòng phụ đề không có dấu chấm", LEAD), TITLE)

    assert f"Một dòng phụ đề không có dấu chấm\n\n{LEAD}" == told.body


def test_lines_broken_in_mid_sentence_are_joined() -> None:
    """Hard breaks of a portal are undone; list items and addresses stay lines of their own."""
    broken = "Tổ công tác sẽ đến từng nhà trước cuối tháng\nđể giải thích và ghi nhận ý kiến của bà con."
    listed = "Việc cần làm ngay trong tháng Ba gồm những khâu\na) rà soát hồ sơ\nb) công khai"

    body = tidy(f"{LEAD}\n{broken}\n{listed}", TITLE).body.split("\n\n")

    assert [LEAD, broken.replace("\n", " "), *listed.split("\n")] == body


def test_markdown_is_read() -> None:
    """Emphasis, headings, pictures and escapes leave plain text."""
    told = tidy(
        f"# **{TITLE}**\n\n*{LEAD}*\n\n![x](y.jpg)\n\n---\n\n## Việc tiếp theo của tổ\n\n> 1\\. {MORE}"
    )

    assert TITLE == told.title
    assert [LEAD, "Việc tiếp theo của tổ", f"1. {MORE}"] == told.body.split("\n\n")


SENTENCES = st.lists(
    st.text(st.sampled_from("abđêộ 0"), min_size=60, max_size=200).map(
        lambda words: f"Câu {words.strip()} hết."
    ),
    min_size=1,
    max_size=6,
)
PIECES = st.lists(
    st.sampled_from(
        (
            *(
                "Trang chủ",
                "Tin liên quan",
                "Bình luận (0)",
                "12/03/2026 - 17:05",
                "NLN",
                "Tin, ảnh: Thu Ngân",
                "null x",
            ),
            *(
                TITLE,
                LEAD,
                MORE,
                "[tại đây](#)",
                "**",
                "Xem thêm",
                "1. Một",
                "(",
                "Chia sẻ bài viết",
                " ",
                "Theo AFP",
            ),
        )
    ),
    max_size=20,
)


@given(SENTENCES)
def test_no_sentence_is_lost(sentences: list[str]) -> None:
    """Paragraphs of an article all survive, in order, whatever stands around them."""
    page = _page("Trang chủ", TITLE, *sentences, "Ngọc Hà", "Tin liên quan", "Cầu mới thông xe")

    told = re.sub(r"\s+", " ", tidy(page).body)
    place = 0
    for sentence in dict.fromkeys(sentences):
        place = told.index(re.sub(r"\s+", " ", sentence), place)


@given(
    SENTENCES,
    st.sampled_from(("", ".", " Ảnh: CTV", " theo TTXVN", "”", ")")),
    st.sampled_from(("Mời", "Kính mời bạn đọc", "Trân trọng kính mời quý vị", "MỜI các bạn")),
    st.sampled_from(("xem", "xem chi tiết", "đọc toàn văn kế hoạch", "theo dõi")),
    st.sampled_from(("tại đây", "tại đây.", "[tại đây](#)", "**[tại đây](/tin/1)**.", "TẠI ĐÂY >>")),
)
def test_an_invitation_goes_from_any_paragraph(
    sentences: list[str], end: str, whom: str, what: str, here: str
) -> None:
    """Whatever a paragraph ends with, an invitation behind it leaves it as it was without one."""
    without = [f"{sentence[:-1]}{end}" for sentence in sentences]
    invited = [f"{paragraph} {whom} {what} {here}" for paragraph in without]

    assert tidy(_page(*without, LAST), TITLE).body == tidy(_page(*invited, LAST), TITLE).body


@given(
    st.one_of(st.lists(st.text(max_size=40), max_size=8), PIECES),
    st.one_of(st.just(""), st.text(max_size=30)),
)
def test_any_text_is_tidied(lines: list[str], title: str) -> None:
    """Never raises, adds nothing, and what it leaves is its own tidy form."""
    told = tidy("\n".join(lines), title)

    assert "\x00" not in told.body
    assert told.body == told.body.strip() or not told.body
