"""What people may ask: one question, checked. Pure.

Every value that reaches a filter is a slug from our own lists, a number, a key of letters or a
quoted string, and every word of `q` reaches Meilisearch as a quoted term: no operator of its query
or filter language can be typed in.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from pipeline import documents, places
from pipeline.errors import BadInput
from pipeline.model import LOCAL_ZONE, NATIONAL
from pipeline.registry import ID
from pipeline.text import clean, one_tone
from pipeline.topics import topics
from search.asked import QUOTES, address, only_leaves_out
from search.conditions import Condition
from search.cursor import Cursor, read_cursor
from search.holders import held_key, office_key, person_key
from search.schema import (
    DOC_KEYS,
    FACETS,
    MOST_HITS,
    OFFICE_KEYS,
    PEOPLE_KEYS,
    PUBLISHED_AT,
    TIE,
)
from search.tokens import number_key

MOST_CHARACTERS = 300
MOST_PER_PAGE = 50
MOST_DAYS = 92  # of a span that is told day by day
MOST_CHOSEN = 20  # values of one filter
SEVERAL = ("province", "area", "topic", "source")  # filters that take several values, parted by commas
_SOURCE = re.compile(ID)
_OF_YEAR = re.compile(r"\d{1,6}[a-e]?/(?:19|20)\d\d")  # of documents of any kind and issuer
_SPACED = re.compile(r"(\d{1,6}[a-e]?)(?:[\s/-]+((?:19|20)\d\d))?(?:[\s/-]+(.+))?", re.IGNORECASE)
_SIGNS = re.compile(r"[\s/-]+")
_SHORT_YEAR = re.compile(r"(\d{1,2}/\d{1,2}/)([0-4]\d)")
_MOST_NAME = 100
_MOST_NUMBER = 100  # characters of a document's number
_IN_QUOTES = re.compile(r'["“”](.+)["“”]')
_YEARS = (1900, 2199)
STATED = (
    "q",
    *SEVERAL,
    "doc",
    "person",
    "office",
    "bulletin",
    "from",
    "to",
)
NAMES = (*STATED, "sort", "page", "per_page", "before")


class Sort(StrEnum):
    """In which order hits come."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Query:
    """One question. "" and None ask for nothing in particular.

    Args:
        q: words, phrases in quotes, document numbers; at most 300 characters. "" lists the newest.
        province, area, topic: slugs of the gazetteer and the topic list (`toan-quoc` for national);
            several, parted by commas, ask for any of them.
        source: a source id, or several. doc: a document number in any case, with or without leading zeros.
        person: the name of a holder of public office; accents count if it has some.
        office: an office from its first word on, with or without its unit ("Bí thư Tỉnh ủy"); beside `person`
            that person's. In double quotes a value of the facet: exactly this office, whoever holds it.
        bulletin: "yes": told in a bulletin by any source; "no": by none.
        date_from, date_to: local days of publication, both included.
        page, per_page: from 1; per_page at most 50; page × per_page at most 1,000.
        before: where a walk in order of time goes on; `page` is then 1.
        within: what every hit fulfils besides, whoever asks: the bounds of a partner's key.

    Raises:
        BadInput: names the first field that is wrong and says what it may be.
    """

    q: str = ""
    province: str = ""
    area: str = ""
    topic: str = ""
    source: str = ""
    doc: str = ""
    person: str = ""
    office: str = ""
    bulletin: str = ""
    date_from: date | None = None
    date_to: date | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 20
    before: Cursor | None = None
    within: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        _check(len(self.q) <= MOST_CHARACTERS, "q", f"at most {MOST_CHARACTERS} characters")
        known = all(one == NATIONAL or places.province(one) for one in chosen(self.province))
        _check(known, "province", "a province's slug, such as vinh-long, or toan-quoc")
        known = all(places.area(one) for one in chosen(self.area))
        _check(known, "area", "a former unit's slug, such as ben-tre")
        known = {*chosen(self.topic)} <= {one.slug for one in topics()}
        _check(known, "topic", "a topic's slug, such as giao-duc")
        known = all(map(_SOURCE.fullmatch, chosen(self.source)))
        _check(known, "source", "a source's id, such as bao-dongkhoi")
        for name in SEVERAL:
            few = len(chosen(getattr(self, name))) <= MOST_CHOSEN
            _check(few, name, f"at most {MOST_CHOSEN} values")
        numbered = not self.doc or documents.canonical(self.doc) or _OF_YEAR.fullmatch(self.doc)
        _check(numbered, "doc", "a document number, such as 73/2023/NĐ-CP")
        _check(_is_name(self.person), "person", f"a name of at most {_MOST_NAME} characters")
        _check(_is_name(self.office), "office", f"an office in at most {_MOST_NAME} characters")
        _check(self.bulletin in ("", "yes", "no"), "bulletin", "yes or no")
        for name, day in (("from", self.date_from), ("to", self.date_to)):
            first, last = _YEARS
            _check(day is None or first <= day.year <= last, name, f"a day of the years {first} to {last}")
        ordered = self.date_from is None or self.date_to is None or self.date_from <= self.date_to
        _check(ordered, "to", "a day not before `from`")
        _check(self.page >= 1, "page", "a number from 1")
        _check(1 <= self.per_page <= MOST_PER_PAGE, "per_page", f"a number from 1 to {MOST_PER_PAGE}")
        _check(
            self.page * self.per_page <= MOST_HITS,
            "page",
            f"within the first {MOST_HITS} hits; `before` leads on",
        )
        if self.before is not None:
            mine = self.in_time() and self.before.mark == self.mark()
            _check(mine, "before", "the `cursor` of an answer to this question")
            _check(self.page == 1, "page", "left out beside `before`")

    def conditions(self) -> list[Condition]:
        """Return what every hit fulfils, `before` left out."""
        found = [
            Condition(FACETS[name], values) for name in SEVERAL if (values := chosen(getattr(self, name)))
        ]
        if self.doc:
            found.append(Condition(DOC_KEYS, (number_key(self.doc),)))
        if self.person:
            found.append(Condition(PEOPLE_KEYS, (person_key(self.person),)))
        if self.office and (exact := _quoted(self.office)):
            found.append(Condition(FACETS["office"], (one_tone(exact),)))
        elif self.office:
            key = held_key(self.person, self.office) if self.person else office_key(self.office)
            found.append(Condition(OFFICE_KEYS, (key,)))
        if self.bulletin:
            found.append(Condition(FACETS["bulletin"], (self.bulletin,)))
        if self.since:
            found.append(Condition(PUBLISHED_AT, least=int(self.since.timestamp())))
        if self.until:
            found.append(Condition(PUBLISHED_AT, below=int(self.until.timestamp())))
        return [*found, *self.within]

    @property
    def since(self) -> datetime | None:
        """The moment from which on it asks for, aware UTC."""
        return _midnight(self.date_from) if self.date_from else None

    @property
    def until(self) -> datetime | None:
        """The moment up to which it asks for, not included, aware UTC."""
        return _midnight(self.date_to + timedelta(days=1)) if self.date_to else None

    def filters(self) -> list[str]:
        """Return the conditions that every hit fulfils, in Meilisearch's filter language."""
        found = [condition.text() for condition in self.conditions()]
        if (last := self.before) is not None:
            beyond = f"< {last.at}" if self._direction() == "desc" else f"> {last.at}"
            same = f"{PUBLISHED_AT} >= {last.at} AND {PUBLISHED_AT} <= {last.at} AND {TIE} > {last.tie}"
            found.append(f"{PUBLISHED_AT} {beyond} OR ({same})")
        return found

    def order(self) -> list[str]:
        """Return Meilisearch's `sort` for hits in order of time, [] for the best first."""
        return [f"{PUBLISHED_AT}:{self._direction()}", f"{TIE}:asc"] if self.in_time() else []

    def in_time(self) -> bool:
        """Say whether hits come in order of time, so that a cursor can lead beyond the thousandth."""
        return self.sort is not Sort.RELEVANCE or self.blank() or only_leaves_out(self.q)

    def blank(self) -> bool:
        """Say whether nothing is asked for by words; quotes around nothing are none."""
        return not QUOTES.sub("", self.q).strip()

    def stated(self) -> dict[str, str]:
        """Return what is asked for, as parameters that `read` understands; order and paging left out."""
        days = {
            name: day.isoformat() for name, day in (("from", self.date_from), ("to", self.date_to)) if day
        }
        given = {name: days.get(name) or getattr(self, name, "") for name in STATED}
        return {name: value for name, value in given.items() if value}

    def mark(self) -> str:
        """Return a hash of the question and its order, which a cursor bears: 12 hexadecimal digits."""
        told = json.dumps([self.stated(), self._direction()], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def _direction(self) -> str:
        return "asc" if self.sort is Sort.OLDEST else "desc"


def chosen(text: str) -> tuple[str, ...]:
    """Return the values of a filter that takes several: "a,b" → ("a", "b")."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))


def gathered(pairs: Iterable[tuple[str, str]], names: Collection[str] = ()) -> dict[str, str]:
    """Return an address's parameters, each once: what repeats is joined by commas where several may be.

    Of any other parameter the last one counts. `names`: all that may be given, to programs that would
    take all for some if one was passed over; none: any.

    Raises:
        BadInput: beside `names` there is another parameter ("provnce"), one of which a single value counts
            is given twice, or a filter's value has no sign that counts.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        if names:
            _check(name in names, name[:_MOST_NAME], f"one of {', '.join(names)}")
            _check(name in SEVERAL or name not in found, name, "given once")
            _check(not value or name == "q" or chosen(clean(value)), name, "a value, or left out")
        found[name] = f"{found[name]},{value}" if name in SEVERAL and name in found else value
    return found


def read(given: Mapping[str, str]) -> Query:
    """Return the query that the parameters of an address make; other parameters are passed over.

    An empty value counts as not given. Slugs may be in any case; `from` and `to` are 2026-11-22,
    22/11/2026 or 22/11/26; `doc` may have spaces ("90 KH-UBND"), stand among words ("Kế hoạch số
    90/KH-UBND") or end with its year ("73/2023"). Several values of a filter are parted by commas
    (`gathered`).

    Raises:
        BadInput: a value is wrong.
    """
    text = {name: clean(given.get(name, "")).strip() for name in NAMES}
    try:
        sort = Sort(text["sort"].lower() or Sort.RELEVANCE)
    except ValueError as error:
        raise BadInput("sort", "must be relevance, newest or oldest") from error
    q = text["q"].replace("\n", " ") if QUOTES.sub("", text["q"]).strip() else ""
    return Query(
        q=address(q) or q if len(q) > MOST_CHARACTERS else q,  # a pasted address without its tracking fields
        province=_several(text["province"].lower()),
        area=_several(text["area"].lower()),
        topic=_several(text["topic"].lower()),
        source=_several(text["source"]),
        doc=_document(text["doc"]),
        person=text["person"],
        office=text["office"],
        bulletin=text["bulletin"].lower(),
        date_from=_day("from", text["from"]),
        date_to=_day("to", text["to"]),
        sort=sort,
        page=_number("page", text["page"], 1),
        per_page=_number("per_page", text["per_page"], 20),
        before=read_cursor(text["before"]) if text["before"] else None,
    )


def lasting(given: Mapping[str, str], today: date) -> dict[str, str]:
    """Return parameters as they stand for what is published from now on: days that have come left out.

    Raises:
        BadInput: a value is wrong.
    """
    query = read(given)
    come = {"from": query.date_from, "to": query.date_to}
    past = {name for name, day in come.items() if day is not None and day <= today}
    return {name: value for name, value in given.items() if name not in past}


def _check(fine: object, field: str, wanted: str) -> None:
    if not fine:
        raise BadInput(field, f"must be {wanted}")


def _is_name(text: str) -> bool:
    return not text or (len(text) <= _MOST_NAME and bool(office_key(text)))


def _quoted(text: str) -> str:
    """Return what stands in double quotes, "" if not all does."""
    found = _IN_QUOTES.fullmatch(text)
    return found[1].strip() if found else ""


def _several(text: str) -> str:
    return ",".join(chosen(text))


def _document(text: str) -> str:
    """Return the document number in "90 KH-UBND" or "Kế hoạch số 90/KH-UBND"; what is none as it is."""
    if len(text) > _MOST_NUMBER or documents.canonical(text):
        return text
    if len(named := documents.find(text)) == 1:
        return named[0]
    if not (found := _SPACED.fullmatch(text)):
        return text
    count, year, codes = found.groups()
    return "/".join(filter(None, (count.lower(), year, _SIGNS.sub("-", codes or ""))))


def _number(field: str, text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(MOST_HITS)):
        raise BadInput(field, f"must be a number up to {MOST_HITS}")
    return int(text)


def _day(field: str, text: str) -> date | None:
    text = _SHORT_YEAR.sub(r"\g<1>20\2", text) if _SHORT_YEAR.fullmatch(text) else text
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date() if text else None
        except ValueError:
            continue
    raise BadInput(field, "must be a day such as 2026-11-22")


def _midnight(day: date) -> datetime:
    """Return when a local day begins, in UTC."""
    return datetime.combine(day, time(), LOCAL_ZONE).astimezone(UTC)
