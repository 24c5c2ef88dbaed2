"""Links through others, and such as only look like them."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.asked import address, told_as
from search.wrapped import unwrapped

_PAGE = "https://bao.example/tin/cau-moi-123456.html"
_CODED = "https%3A%2F%2Fbao.example%2Ftin%2Fcau-moi-123456.html"


@pytest.mark.parametrize(
    "url",
    [
        f"https://www.google.com/url?q={_CODED}&sa=U",
        f"https://google.com.vn/url?sa=t&url={_CODED}",
        f"https://l.facebook.com/l.php?u={_CODED}%3Ffbclid%3Dx&h=AT0",
        f"https://lm.facebook.com/l.php?u={_CODED}",
        f"https://l.instagram.com/?u={_CODED}",
        "https://www.google.com/amp/s/bao.example/tin/cau-moi-123456.html",
        "https://bao-example.cdn.ampproject.org/c/s/bao.example/tin/cau-moi-123456.html",
        f"https://zalo.me/share?url={_CODED}",
        f"zalo.me/share?url={_CODED}",
    ],
)
def test_a_wrapped_address_is_the_page_it_leads_to(url: str) -> None:
    """Whoever shares a link from a network or a list of hits pastes that."""
    assert _PAGE == address(f"xem {url}")


@pytest.mark.parametrize(
    "url",
    [
        f"https://bao.example/url?q={_CODED}",
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://www.google.com/search?q=https://bao.example/a",
        f"https://google.com.bao.example/url?q={_CODED}",
        "https://www.google.com/amp/s/bao",
        "https://www.google.com/url?" + "&".join(f"a{number}={_CODED}" for number in range(60)),
    ],
)
def test_other_addresses_stay(url: str) -> None:
    """Of hosts that wrap nothing, or to what is no page."""
    assert url == unwrapped(url)


def test_one_step_only() -> None:
    """A wrapper within a wrapper is the address of the inner one."""
    inner = f"https://l.facebook.com/l.php?u={_CODED}"

    assert inner == unwrapped(f"https://www.google.com/url?q={quote(inner, safe='')}")


def test_our_own_address_may_be_wrapped() -> None:
    """A story that is shared is found by its id."""
    assert f"s{'0' * 20}" == told_as(
        f"https://l.facebook.com/l.php?u=https%3A%2F%2Ftin.example%2Ftin%2Fs{'0' * 20}"
    )


@given(st.text() | st.text().map(lambda text: f"https://www.google.com/url?q={text}"))
def test_any_text_is_taken(url: str) -> None:
    """Nothing is ever raised."""
    assert isinstance(unwrapped(url), str)
