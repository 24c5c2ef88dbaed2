"""Addresses that are a secret: kept out of logs, of other sites' sight and of search engines."""

import httpx
import pytest

from web.secrets_in_paths import shown

pytestmark = pytest.mark.long_on_postgresql  # what is looked up there, tests/store/test_saved.py holds
TOKEN = "Ab1" * 11


@pytest.mark.parametrize("path", [f"/theo-doi/{TOKEN}", f"/feeds/saved/{TOKEN}.atom"])
def test_even_an_error_page_tells_nobody_where_it_stood(client: httpx.Client, path: str) -> None:
    """A wrong token is answered like any other: no referrer, no robot."""
    answer = client.get(path)

    assert 404 == answer.status_code
    assert "no-referrer" == answer.headers["referrer-policy"]
    assert "noindex" in answer.headers["x-robots-tag"]
    assert TOKEN not in answer.text


def test_other_pages_are_as_they_were(client: httpx.Client) -> None:
    """The site's own policy, and no word to robots."""
    answer = client.get("/feeds")

    assert "strict-origin-when-cross-origin" == answer.headers["referrer-policy"]
    assert "x-robots-tag" not in answer.headers


def test_a_log_names_the_door_and_no_more() -> None:
    """What opens it stays out."""
    assert "/theo-doi/…" == shown(f"/theo-doi/{TOKEN}/ket-thuc")
    assert "/feeds/saved/…" == shown(f"/feeds/saved/{TOKEN}.rss")
    assert "/tim-kiem" == shown("/tim-kiem")
    assert 200 == len(shown("/x" * 500))
