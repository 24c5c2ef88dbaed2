"""Whatever is typed into any parameter, the answer is within the filters that were asked for."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import BadInput
from search.conditions import Condition
from search.cursor import tie
from search.index import Index
from search.query import search
from search.question import NAMES, Query, read
from search.schema import FACETS, SHOWN
from tests.engine_fixtures import Lent

PARTS = (
    '"', "'", "\\", "`", "\n", "\x00", " ", "(", ")", "[", "]", ",", "=", "!=", ">=", "<", "*", "-", ":",
    " OR ", " AND ", "NOT ", " IN ", " TO ", "EXISTS", "IS NULL", "IS EMPTY", "CONTAINS", "STARTS WITH",
    "_geoRadius(0,0,1)", "id", "sources", "published_at", "bao-kin", "bao-mau", "vinh-long", "0", "ỉ", "＂",
    "🌾",
)  # fmt: skip
FREE = ("q", "person", "office", "doc")  # take any text; the others take ours only
TEXTS = st.lists(st.sampled_from(PARTS), max_size=12).map("".join) | st.text(max_size=30)


@pytest.fixture(scope="module")
def shelf(meilisearch: Lent) -> Iterator[Index]:
    """Two stories: one of the paper within bounds, one of another."""
    index = Index(meilisearch.url, meilisearch.key, f"bounds-{uuid4().hex}")
    index.build(index.name)
    for name in ("bao-kin", "bao-mau"):
        shown: dict[str, Any] = dict.fromkeys(SHOWN, "") | {"id": name, "topics": [], "entries": []}
        matched = {"title_plain": "mua lu", "title_vn": "muaf lux", "body": "id or in", "body_vn": "id or in"}
        day = {"published_at": 1_700_000_000, "tie": tie(name), "month": "2023-11", "day": "2023-11-14"}
        lists = {field: ["vinh-long"] for field in ("provinces", "people_keys", "office_keys", "doc_keys")}
        index.write(index.name, [shown | matched | day | lists | {"sources": [name], "bulletin": "no"}])
    yield index
    index.drop(index.name)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(st.sampled_from(FREE), TEXTS, min_size=1, max_size=3)
    | st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=4)
)
def test_nothing_typed_widens_a_filter(shelf: Index, asked: dict[str, str]) -> None:
    """Only the story within bounds is ever found, counted or offered; else it is our error."""
    bounds = (Condition(FACETS["source"], ("bao-mau",)),)
    try:
        query = read(asked)
    except BadInput:
        return
    values: dict[str, Any] = {field: getattr(query, field) for field in Query.__slots__} | {"within": bounds}
    found = search(shelf, Query(**values))

    assert {hit.story_id for hit in found.hits} <= {"bao-mau"}
    assert found.total <= 1
    assert {*found.facets["source"]} <= {"bao-mau"}


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(text=TEXTS, name=st.sampled_from(["source", "person", "office"]))
def test_a_value_is_one_string(shelf: Index, text: str, name: str) -> None:
    """A filter finds stories that bear exactly this value, so of these two hardly ever both."""
    try:
        query = read({name: text})
    except BadInput:
        return
    found = {hit.story_id for hit in search(shelf, query).hits}
    told = {
        one: {"sources": [one], "people_keys": ["vinh-long"], "office_keys": ["vinh-long"]} for one in found
    }

    assert all(one.holds(told[story]) for story in found for one in query.conditions())
