"""Which stories go before all others: those of the documents that a question names."""

from pipeline.model import NATIONAL, Role
from pipeline.store import Connection
from pipeline.store import papers as stored
from search.asked import asked as read_words
from search.order import TOP
from search.plan import Led
from search.question import Query, chosen
from web.paper_lookup import look_up


def leading(conn: Connection, asked: Query) -> Led | None:
    """Return the stories of the documents that a question names, None if it names none or says more.

    Document by document, the likeliest first, those that issue it before those that cite it, newest first;
    of two spellings of one number ("01-NQ/CP", "01/NQ-CP") the one that was asked for goes first.
    """
    if asked.blank():
        return None
    known = look_up(conn, asked.q, unit(asked))
    if known is None or known.missed or known.asked.rest:
        return None
    written = {number.lstrip("0") for number in read_words(asked.q).numbers}
    named = [
        one
        for found in known.found
        for role in (Role.ISSUES, Role.CITES)
        for one in stored.namings(conn, found.known.paper, role=role, limit=TOP)
    ]
    named.sort(key=lambda one: bool(written) and one.number.lstrip("0") not in written)
    numbers: dict[str, str] = {}
    for one in named[:TOP]:
        numbers.setdefault(one.story_id, one.number)
    return Led(numbers, sure=bool(written)) if numbers else None


def unit(asked: Query) -> str:
    """Return the unit that a question is narrowed to, "" if to none or to several."""
    narrowed = [one for one in chosen(asked.area) or chosen(asked.province) if one != NATIONAL]
    return narrowed[0] if len(narrowed) == 1 else ""
