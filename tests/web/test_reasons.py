"""Reasons on the page of sources are Vietnamese, whatever is wrong with a list."""

import pytest

from pipeline.errors import BadInput
from pipeline.source_lists import read
from web.reasons import reason, trouble

HEAD = "id,name,province,area,host,feed,rights,kind\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a b,,,,,,,", "mã (id) chỉ gồm"),
        ("a,,Xứ Lạ,,,,,", "'Xứ Lạ' không phải tên tỉnh"),
        ("a,,Huế,Bến Tre,,,,", "'Bến Tre' không phải địa bàn"),
        ("a,,,,,nope,,", "'nope' không phải địa chỉ http(s)"),
        (f"a,,,,,http://a/{'x' * 3_000},,", "địa chỉ quá dài"),
        ("a,,,,,,all,", "quyền phải là"),
        ("a,,,,,,,mail", "loại cửa phải là"),
        ("a,,,,b_c,,,", "tên miền không hợp lệ"),
        (f"a,{'x' * 300},,,,,,", "tên quá dài"),
        (",,,,,,full,", "cần mã (id)"),
        ("a,,,,,,,,x", "có 9 ô, nhưng dòng đầu chỉ có 8 cột"),
    ],
)
def test_a_bad_line_is_explained(line: str, expected: str) -> None:
    """The number is the line's; the words are those of the newsroom."""
    [problem] = read(f"{HEAD}{line}\n".encode()).problems

    assert reason(problem.reason).startswith(expected)


@pytest.mark.parametrize(
    "body", [b"", b"name\nx", b"id,id\nx,y", b"\x89PNG\r\n", b"<html/>", b"<!ENTITY x 'y'>"]
)
def test_what_is_no_list_is_explained(body: bytes) -> None:
    """The whole file, too."""
    with pytest.raises(BadInput) as refused:
        read(body)

    assert reason(str(refused.value)) != str(refused.value)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("10.0.0.7: 10.0.0.7 is not a public address", "10.0.0.7 thuộc mạng riêng"),
        ("https://a.example/rss: robots.txt forbids this address", "robots.txt không cho đọc"),
        ("robots.txt was not answered: HTTP 503", "robots.txt: HTTP 503"),
        ("robots.txt was not answered", "robots.txt không trả lời"),
        ("https://a.example/rss: HTTP 410", "HTTP 410: địa chỉ không còn"),
        ("https://a.example/rss: HTTP 403", "HTTP 403: máy chủ không cho đọc"),
        ("https://a.example/rss: HTTP 429; asks us to wait 150 s", "HTTP 429: máy chủ muốn"),
        ("https://a.example/rss: HTTP 502", "HTTP 502: máy chủ của nguồn"),
        ("a.example: the name does not resolve", "không tìm thấy tên miền"),
        ("https://a.example/: ReadTimeout: timed out", "máy chủ trả lời quá chậm"),
        ("https://a.example/: RemoteProtocolError: peer closed connection", "máy chủ ngắt kết nối"),
        ("https://a.example/: ConnectError: [Errno 111] Connection refused", "không nối được"),
        ("https://a.example/rss: more than 20000000 bytes", "câu trả lời quá lớn"),
        ("feed: an HTML page (“Báo A”) in place of a feed", "là trang web “Báo A”"),
    ],
)
def test_what_is_wrong_with_a_feed_is_said_with_a_remedy(told: str, expected: str) -> None:
    """The first of the words that people see, and something to do."""
    words, remedy = trouble(told)

    assert words.startswith(expected)
    assert remedy


def test_the_unknown_stays_as_it_is() -> None:
    """Nothing is hidden for want of words."""
    assert ("something else", "something else") == (reason("something else"), trouble("something else").words)
