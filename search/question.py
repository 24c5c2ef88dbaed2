"""What people may ask: one question, checked. Pure.

Every value that reaches a filter is a slug from our own lists, a number or a quoted string, and
every word of `q` reaches Meilisearch as a quoted term: no operator of its query or filter
language can be typed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from pipeline import documents, places
from pipeline.errors import BadInput
from pipeline.model import LOCAL_ZONE, NATIONAL
from pipeline.text import clean
from pipeline.topics import topics
from search.asked import address
from search.schema import DOC_KEYS, FACETS, MOST_HITS, PUBLISHED_AT, quoted
from search.tokens import number_key

MOST_CHARACTERS = 300
MOST_PER_PAGE = 50
_MOST_SOURCE = 200
_YEARS = (1900, 2200)
_NAMES = ("q", "province", "area", "topic", "source", "doc", "from", "to", "sort", "page", "per_page")


class Sort(StrEnum):
    """In which order hits come."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Query:
    """One question. "" and None ask for nothing in particular.

    Args:
        q: words, phrases in quotes, document numbers; at most 300 characters. "" lists the newest.
        province, area, topic: slugs of the gazetteer and the topic list (`toan-quoc` for national).
        source: a source id. doc: a document number in any case, with or without leading zeros.
        date_from, date_to: local days of publication, both included.
        page, per_page: from 1; per_page at most 50; page × per_page at most 1,000.

    Raises:
        BadInput: names the first field that is wrong and says what it may be.
    """

    q: str = ""
    province: str = ""
    area: str = ""
    topic: str = ""
    source: str = ""
    doc: str = ""
    date_from: date | None = None
    date_to: date | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 20

    def __post_init__(self) -> None:
        _check(len(self.q) <= MOST_CHARACTERS, "q", f"at most {MOST_CHARACTERS} characters")
        known = self.province in ("", NATIONAL) or places.province(self.province)
        _check(known, "province", "a province's slug, such as vinh-long, or toan-quoc")
        _check(not self.area or places.area(self.area), "area", "a former unit's slug, such as ben-tre")
        _check(
            not self.topic or self.topic in {one.slug for one in topics()},
            "topic",
            "a topic's slug, such as giao-duc",
        )
        _check(len(self.source) <= _MOST_SOURCE, "source", "a source's id")
        _check(
            not self.doc or documents.canonical(self.doc), "doc", "a document number, such as 73/2023/NĐ-CP"
        )
        years = range(*_YEARS)
        _check(self.date_from is None or self.date_from.year in years, "from", "a day since 1900")
        _check(self.date_to is None or self.date_to.year in years, "to", "a day since 1900")
        ordered = self.date_from is None or self.date_to is None or self.date_from <= self.date_to
        _check(ordered, "to", "a day not before `from`")
        _check(self.page >= 1, "page", "a number from 1")
        _check(1 <= self.per_page <= MOST_PER_PAGE, "per_page", f"a number from 1 to {MOST_PER_PAGE}")
        _check(self.page * self.per_page <= MOST_HITS, "page", f"within the first {MOST_HITS} hits")

    def filters(self) -> list[str]:
        """Return the conditions that every hit fulfils, in Meilisearch's filter language."""
        labels = {"province": self.province, "area": self.area, "topic": self.topic, "source": self.source}
        conditions = [f"{FACETS[name]} = {quoted(value)}" for name, value in labels.items() if value]
        if self.doc:
            conditions.append(f"{DOC_KEYS} = {quoted(number_key(self.doc))}")
        if self.date_from:
            conditions.append(f"{PUBLISHED_AT} >= {_midnight(self.date_from)}")
        if self.date_to:
            conditions.append(f"{PUBLISHED_AT} < {_midnight(self.date_to + timedelta(days=1))}")
        return conditions

    def blank(self) -> bool:
        """Say whether nothing is asked for by words."""
        return not self.q.strip()


def read(given: Mapping[str, str]) -> Query:
    """Return the query that the parameters of an address make; other parameters are passed over.

    An empty value counts as not given. Slugs may be in any case; `from` and `to` are 2026-11-22 or
    22/11/2026.

    Raises:
        BadInput: a value is wrong.
    """
    text = {name: clean(given.get(name, "")).strip() for name in _NAMES}
    try:
        sort = Sort(text["sort"].lower() or Sort.RELEVANCE)
    except ValueError as error:
        raise BadInput("sort", "must be relevance or newest") from error
    q = text["q"].replace("\n", " ")
    return Query(
        q=address(q) or q if len(q) > MOST_CHARACTERS else q,  # a pasted address without its tracking fields
        province=text["province"].lower(),
        area=text["area"].lower(),
        topic=text["topic"].lower(),
        source=text["source"],
        doc=text["doc"],
        date_from=_day("from", text["from"]),
        date_to=_day("to", text["to"]),
        sort=sort,
        page=_number("page", text["page"], 1),
        per_page=_number("per_page", text["per_page"], 20),
    )


def _check(fine: object, field: str, wanted: str) -> None:
    if not fine:
        raise BadInput(field, f"must be {wanted}")


def _number(field: str, text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(MOST_HITS)):
        raise BadInput(field, f"must be a number up to {MOST_HITS}")
    return int(text)


def _day(field: str, text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date() if text else None
        except ValueError:
            continue
    raise BadInput(field, "must be a day such as 2026-11-22")


def _midnight(day: date) -> int:
    """Return the epoch second in which a local day begins."""
    return int(datetime.combine(day, time(), LOCAL_ZONE).timestamp())
