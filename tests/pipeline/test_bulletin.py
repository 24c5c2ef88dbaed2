"""Bulletins split into items, and what only looks like a bulletin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bulletin import Bulletin, split

PROSE = (
    "Sáng nay, Ủy ban nhân dân tỉnh họp phiên thường kỳ để bàn việc giao mặt bằng cho tuyến đường ven sông, "
    "vốn đã chậm bốn tháng so với cam kết."
)
OTHER = (
    "Theo báo cáo của Sở Xây dựng, còn 27 hộ ở hai ấp chưa nhận tiền bồi thường; tổ công tác sẽ đến từng nhà."
)
HEADING = "BẢN TIN HOẠT ĐỘNG TRONG NGÀY\nTRÊN ĐỊA BÀN TỈNH\nNGÀY 12 THÁNG 3 NĂM 2026"
SIGNATURE = (
    "Chịu trách nhiệm nội dung\nTRẦN VĂN AN\n\nBiên tập\nLÊ THỊ BÌNH\n\n"
    "CỔNG THÔNG TIN ĐIỆN TỬ TỈNH\n\nTrụ sở: Số 1, đường Hai Bà Trưng\n\nEmail: bientap@cong.example"
)


def _whole(found: Bulletin) -> str:
    return "".join((found.masthead, *(item.raw for item in found.items), found.signature))


def _titles(text: str) -> list[str] | None:
    found = split(text)
    return None if found is None else [item.title for item in found.items]


def test_a_numbered_bulletin_becomes_items() -> None:
    """Heading, numbered items and signature block are told apart, and the heading's day is read."""
    text = (
        f"\n\n**{HEADING}**\n\n1. Giao mặt bằng đường ven sông\n\n{PROSE} Mời xem chi tiết [tại đây](#).\n\n"
        f"2. Hai ấp nhận tiền bồi thường\n\n{OTHER}\n\n{PROSE} Mời xem chi tiết [tại đây](#).\n\n"
        f"**BẢN TIN HOẠT ĐỘNG TRONG NGÀY**\n\n{SIGNATURE}\n"
    )

    found = split(text)

    assert found is not None
    assert ["Giao mặt bằng đường ven sông", "Hai ấp nhận tiền bồi thường"] == [
        item.title for item in found.items
    ]
    assert [1, 2] == [item.number for item in found.items]
    assert f"{OTHER}\n\n{PROSE} Mời xem chi tiết [tại đây](#)." == found.items[1].body
    assert found.signature.startswith("**BẢN TIN")
    assert found.when is not None
    assert ("2026-03-12", "bulletin") == (found.when.text(), found.when.basis)
    assert text == _whole(found)


@pytest.mark.parametrize(
    "heading",
    [
        "Bản tin hoạt động ngày 12/3/2026",
        "# Bản tin hoạt động của lãnh đạo tỉnh ngày 12/03/2026",
        "Điểm báo ngày 12-3-2026",
        "Thông tin báo chí chiều 12-3-2026",
        "Thông tin chỉ đạo, điều hành từ ngày 10-12/3/2026",
        "BẢN TIN CƠ SỞ",
    ],
)
def test_headings_of_bulletins_are_known(heading: str) -> None:
    """The heading form is enough for numbered items, even without "tại đây"."""
    assert ["Tin thứ nhất của ngày", "Tin thứ hai của ngày"] == _titles(
        f"{heading}\n\n1. Tin thứ nhất của ngày\n\n{PROSE}\n\n2. Tin thứ hai của ngày\n\n{OTHER}\n"
    )


def test_a_span_of_days_is_dated_by_its_last() -> None:
    """A bulletin for several days came out at their end."""
    found = split(
        f"Chỉ đạo điều hành từ ngày 23-25/7/2025\n\n1. Tin thứ nhất\n{PROSE}\n2. Tin thứ hai\n{OTHER}"
    )

    assert found is not None
    assert found.when is not None
    assert "2025-07-25" == found.when.text()


def test_two_items_that_end_here_make_a_bulletin() -> None:
    """Without a heading, two numbered items that end in "tại đây" are a bulletin; one is not."""
    one, two = (
        f"{number}. Tin số {name}\n\n{PROSE} Xem tại đây.\n\n" for number, name in ((1, "một"), (2, "hai"))
    )

    assert ["Tin số một", "Tin số hai"] == _titles(one + two)
    assert None is _titles(one)


@pytest.mark.parametrize(
    "text",
    [
        f"Ra mắt bản tin của lãnh đạo tỉnh\n\n{PROSE}\n\nBản tin có:\n\n1. Tin vắn\n\n2. Tin ảnh\n\n{OTHER}",
        f"Bản tin hằng ngày ra số đầu ngày 12/3/2026\n\n{PROSE}\n\n{OTHER}\n\n{PROSE}\n\n1. Tin\n\n2. Ảnh",
        f"Năm việc cần làm ngay\n\n{PROSE}\n\n1. Rà soát hồ sơ;\n\n2. Công khai;\n\n3. Báo cáo.\n\n{OTHER}",
        f"Thông cáo về phiên họp tháng 3\n\n1. Về mặt bằng\n\n{PROSE}\n\n2. Về bồi thường\n\n{OTHER}",
        f"Danh sách mất tích\n\n1. Trần Văn An\n2. Lê Thị Bình\n3. Phạm Văn Chính\n\n{PROSE}",
        f"Bản tin dự báo thời tiết ngày 12/3/2026\n\n{PROSE}\n\n{OTHER}",
        PROSE,
        "",
        "1.",
    ],
)
def test_numbers_alone_make_no_bulletin(text: str) -> None:
    """An article about a bulletin, lists inside articles, press texts with numbered headings stay whole."""
    assert None is split(text)


def test_whoever_hands_it_in_may_know_better() -> None:
    """A text said to be a bulletin needs numbered lines only."""
    found = split(f"Tin cơ sở\n\n1. Tin thứ nhất\n\n{PROSE}\n\n2. Tin thứ hai\n\n{OTHER}", sure=True)

    assert found is not None
    assert 2 == len(found.items)


def test_a_list_inside_an_item_is_no_item() -> None:
    """Numbers that restart below a colon belong to the item."""
    text = (
        f"{HEADING}\n\n1. Năm nhóm việc của tháng Ba\n\n{PROSE} Cụ thể:\n\n1. rà soát hồ sơ;\n\n"
        f"2. công khai kết quả;\n\n3. báo cáo.\n\n2. Hai ấp nhận tiền bồi thường\n\n{OTHER}\n"
    )

    assert ["Năm nhóm việc của tháng Ba", "Hai ấp nhận tiền bồi thường"] == _titles(text)


def test_items_are_counted_by_position() -> None:
    """A misprinted number loses no item and shifts none."""
    text = f"{HEADING}\n\n" + "\n\n".join(
        f"{number}. Tin {name} của ngày\n\n{PROSE}"
        for number, name in ((1, "đầu"), (2, "giữa"), (2, "thêm"), (4, "cuối"))
    )

    found = split(text)

    assert found is not None
    assert [
        (1, "Tin đầu của ngày"),
        (2, "Tin giữa của ngày"),
        (3, "Tin thêm của ngày"),
        (4, "Tin cuối của ngày"),
    ] == [(item.number, item.title) for item in found.items]


def test_numbers_may_start_again_in_each_section() -> None:
    """Section headings belong to no item, and items are counted through."""
    text = (
        f"{HEADING}\n\nI. KINH TẾ\n\n1. Tin kinh tế đầu\n\n{PROSE}\n\n2. Tin kinh tế sau\n\n{OTHER}\n\n"
        f"II. VĂN HÓA - XÃ HỘI\n\n1. Tin văn hóa đầu\n\n{PROSE}\n\n2. Tin văn hóa sau\n\n{OTHER}"
    )

    found = split(text)

    assert found is not None
    assert [1, 2, 3, 4] == [item.number for item in found.items]
    assert OTHER == found.items[1].body
    assert text == _whole(found)


def test_a_heading_broken_in_mid_sentence_is_joined() -> None:
    """Hard line breaks inside a numbered heading are undone."""
    text = f"{HEADING}\n1. Tỉnh làm việc với xã về\nmặt bằng đường ven sông\n{PROSE}\n2. Tin sau\n{OTHER}"

    assert ["Tỉnh làm việc với xã về mặt bằng đường ven sông", "Tin sau"] == _titles(text)


def test_an_item_may_be_one_paragraph_or_one_heading() -> None:
    """A numbered paragraph has no heading of its own, a heading alone has no text."""
    found = split(
        f"{HEADING}\n\n1. {PROSE} {OTHER} Xem tại đây.\n\n2. Khai mạc lễ hội hoa\n\n3. Trao nhà tình thương"
    )

    assert found is not None
    assert [
        ("", f"{PROSE} {OTHER} Xem tại đây."),
        ("Khai mạc lễ hội hoa", ""),
        ("Trao nhà tình thương", ""),
    ] == [(item.title, item.body) for item in found.items]


def test_the_last_item_keeps_all_its_prose() -> None:
    """Words of a signature block inside a paragraph cut nothing off."""
    text = (
        f"{HEADING}\n\n1. Tin đầu của ngày\n\n{PROSE}\n\n2. Tin cuối\n\nTrình bày\n\n{OTHER}\n\n{SIGNATURE}"
    )

    found = split(text)

    assert found is not None
    assert f"Trình bày\n\n{OTHER}" == found.items[1].body
    assert SIGNATURE == found.signature


TITLES = st.text(st.sampled_from("aăbđêộ hôi "), min_size=5, max_size=60).map(
    lambda words: f"Tin {words.strip()} x"
)
BODIES = st.lists(
    st.sampled_from((PROSE, OTHER, "Quang cảnh.", "- Một gạch đầu dòng")), min_size=1, max_size=3
)
SOUP = st.lists(
    st.sampled_from(
        (
            *(
                "1. ",
                "2. ",
                "3) ",
                "1.\n",
                "2. 25",
                "Bài 3\n",
                "2/ ",
                "**1. Tin**",
                "12. x",
                "I. KINH TẾ",
                "tại đây",
                "[tại đây](#)",
                "\n",
                "\n\n",
                " ",
                "\r\n",
            ),
            *(
                HEADING,
                SIGNATURE,
                PROSE,
                "Tin",
                "**",
                "\x0b",
                "Bản tin ngày 1/1/2026",
                "Website: x",
                "\u2028",
                "# 1. Tin",
            ),
        )
    ),
    max_size=30,
).map("".join)


@given(st.lists(st.tuples(TITLES, BODIES), min_size=1, max_size=12), st.booleans())
def test_every_item_comes_back_whole(items: list[tuple[str, list[str]]], signed: bool) -> None:  # noqa: FBT001
    """What was put together from items is split into the same items, without losing a character."""
    text = f"{HEADING}\n\n" + "\n\n".join(
        f"{number}. {title}\n\n" + "\n\n".join((*body, f"{PROSE} Mời xem chi tiết [tại đây](#)."))
        for number, (title, body) in enumerate(items, 1)
    )
    text += f"\n\n{SIGNATURE}" if signed else ""

    found = split(text)

    assert found is not None
    assert [" ".join(title.split()) for title, _ in items] == [
        " ".join(item.title.split()) for item in found.items
    ]
    for item, (_, body) in zip(found.items, items, strict=True):
        assert all(paragraph in item.body for paragraph in body)
        assert "Trụ sở" not in item.body
    assert text == _whole(found)


@given(st.one_of(SOUP, st.text(max_size=200)), st.booleans())
def test_no_character_is_ever_lost(text: str, sure: bool) -> None:  # noqa: FBT001
    """Never raises; heading, items and signature together are the text."""
    found = split(text, sure=sure)

    if found is not None:
        assert text == _whole(found)
        numbers = [item.number for item in found.items]
        assert numbers == sorted(set(numbers))
        assert 1 == numbers[0]
