"""Walking through hits by cursor: each once, in order, also while stories come."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.cursor import tie
from search.index import Index
from search.query import Query, Results, search
from search.question import Sort, read
from search.schema import SHOWN
from search.tokens import bare, telex, tokens
from tests.engine_fixtures import Lent

WORDS = ("thi đua", "mùa khô", "bến cảng")
# A day-precise date gives many stories one moment.
SHELF = [
    (f"s{number}", 1_700_000_000 + 86_400 * (number % 4), WORDS[number % 3] + " trồng rừng")
    for number in range(30)
]


def made(story_id: str, at: int, text: str) -> dict[str, Any]:
    """A document with one text."""
    shown: dict[str, Any] = dict.fromkeys(SHOWN, "")
    words = tokens(text)
    return {
        **shown,
        "id": story_id,
        "title": text,
        "published_at": at,
        "tie": tie(story_id),
        "month": "2023-11",
        "day": "2023-11-14",
        "topics": [],
        "entries": [],
        "sources": ["bao-mau"],
        "title_plain": " ".join(map(bare, words)),
        "title_vn": " ".join(map(telex, words)),
        "body": "",
        "body_vn": "",
        "place_plain": "",
        "place_vn": "",
    }


@pytest.fixture(scope="module")
def shelf(meilisearch: Lent) -> Iterator[Index]:
    """An index with thirty stories on four moments."""
    index = Index(meilisearch.url, meilisearch.key, f"walk-{uuid4().hex}")
    index.build(index.name)
    index.write(index.name, [made(*one) for one in SHELF])
    yield index
    index.drop(index.name)


def walked(index: Index, asked: dict[str, str]) -> Iterator[Results]:
    """The answers to a question, page by page."""
    found = search(index, read(asked))
    yield found
    while found.cursor:
        found = search(index, read({**asked, "before": found.cursor}))
        yield found


def expected(q: str, sort: Sort) -> list[str]:
    """The ids that hold all words of a question, in order of time."""
    held = [one for one in SHELF if {*tokens(q)} <= {*tokens(one[2])}]
    sign = 1 if sort is Sort.OLDEST else -1
    return [one[0] for one in sorted(held, key=lambda one: (sign * one[1], tie(one[0])))]


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(
    q=st.sampled_from(["", "thi đua", "trồng rừng", "bến trồng"]),
    sort=st.sampled_from([Sort.NEWEST, Sort.OLDEST]),
    size=st.integers(1, 12),
)
def test_each_hit_comes_once_and_in_order(shelf: Index, q: str, sort: Sort, size: int) -> None:
    """Whatever the page's size and the order, through moments that many stories share."""
    pages = list(walked(shelf, {"q": q, "sort": sort, "per_page": str(size)}))

    assert expected(q, sort) == [hit.story_id for page in pages for hit in page.hits]
    assert {len(expected(q, sort))} == {page.total for page in pages}


def test_what_comes_meanwhile_shifts_nothing(shelf: Index) -> None:
    """Stories that are added on either side of the place neither hide nor double any."""
    asked = {"q": "trồng rừng", "sort": "newest", "per_page": "4"}
    seen: list[str] = []
    for number, page in enumerate(walked(shelf, asked)):
        seen += [hit.story_id for hit in page.hits]
        if number < 3:
            shelf.write(shelf.name, [made(f"new{number}", 1_800_000_000 + number, "trồng rừng")])
    shelf.write(shelf.name, [], [f"new{number}" for number in range(3)])

    assert expected("trồng rừng", Sort.NEWEST) == seen


def test_the_rung_that_answered_answers_further_pages(shelf: Index) -> None:
    """A question that only its first reading answers is not answered by a laxer one at its end."""
    pages = list(walked(shelf, {"q": '"mùa khô"', "sort": "oldest", "per_page": "7"}))

    assert expected("mùa khô", Sort.OLDEST) == [hit.story_id for page in pages for hit in page.hits]
    assert not any(page.relaxed for page in pages)


def test_stories_with_most_of_the_words_are_walked_through_too(shelf: Index) -> None:
    """Where no story holds every word the list of those that hold most is one list."""
    asked = {"q": "bến cảng trồng rừng sầu riêng", "sort": "newest", "per_page": "3"}
    pages = list(walked(shelf, asked))
    whole = search(shelf, read({**asked, "per_page": "50"}))

    assert [hit.story_id for hit in whole.hits] == [hit.story_id for page in pages for hit in page.hits]
    assert all(page.relaxed for page in pages)


def test_the_best_first_have_no_cursor(shelf: Index) -> None:
    """In order of relevance pages are counted."""
    assert not search(shelf, Query(q="trồng rừng", per_page=5)).cursor
