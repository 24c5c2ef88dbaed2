"""Fragments of HTML as lines: what is an element goes, what only looks like one stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import markup


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ("Giá xăng <E5 RON 92> giảm", "Giá xăng <E5 RON 92> giảm"),
        ("<VN-Index> tăng 5 điểm", "<VN-Index> tăng 5 điểm"),
        ("Vé <b và >c", "Vé <b và >c"),
        ("x<y, p < 0,05 & i <3", "x<y, p < 0,05 & i <3"),
        ("Giá &lt;E5&gt;", "Giá <E5>"),
        ("<Họ tên>: Nguyễn", "<Họ tên>: Nguyễn"),
        ("<p>Một <b>hai</b><br/>ba<BR />bốn</p>", "Một hai ba bốn"),
        ("<o:p>Một</o:p> <lạ>hai</lạ>", "Một <lạ>hai</lạ>"),
        ("<font-x>Một</font-x> <x-y a=1>hai", "Một hai"),
        ('<img alt src="//a.example/1.jpg">Ảnh <td nowrap>ô</td><div data-x>', "Ảnh ô"),
        ("<script>if (a<b) c()</script><!-- <x> -->Tin", "Tin"),
    ],
)
def test_only_elements_are_taken_out(told: str, line: str) -> None:
    """Words between < and > that name no element are words."""
    assert line == markup.line(told)


@given(st.text("<>/ab=! y-1\"'", max_size=40))
def test_any_fragment_gives_a_line(told: str) -> None:
    """However broken it is."""
    assert "\n" not in markup.line(told)
