"""Reasons on the page of sources are Vietnamese, whatever is wrong with a list."""

import pytest

from pipeline.errors import BadInput
from pipeline.source_lists import read
from web.reasons import reason

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


def test_the_unknown_stays_as_it_is() -> None:
    """Nothing is hidden for want of words."""
    assert "something else" == reason("something else")
