"""What the search page offers to narrow by: facets, stretches of days, a histogram. Pure.

`asked`: the parameters of the question and its order, of which `web.view.query` makes links.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from search.question import MOST_DAYS, SEVERAL, chosen
from web.chips import Span, named, usual
from web.language import gettext as _
from web.view import when

_FIRST_ROWS = 7  # of a group; the rest is behind a switch
_MOST_ROWS = 40
_MOST_BARS = 72
_FEWEST_BARS = 2
_FEWEST_HITS = 5  # drawn by day unasked; fewer are seen faster than a drawing
_FORTNIGHT = timedelta(days=13)  # from its first day to its last
_HEIGHT = 40  # of the highest bar, in units of the drawing
_DECEMBER = 12

Asked = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a facet: how many hits bear it, and the change of the question that adds or drops it."""

    label: str
    count: int | None
    chosen: bool
    change: dict[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """One facet: the rows that are shown at once, and those behind a switch."""

    field: str
    title: str
    rows: list[Row]
    more: list[Row]


@dataclass(frozen=True, slots=True)
class Chip:
    """A stretch of days to narrow to. `mine`: the question names it; `chosen`: it is what is asked for."""

    label: str
    change: dict[str, str]
    mine: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of a histogram; `height` of 0 to 40 units."""

    label: str
    count: int
    height: float
    change: dict[str, str]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Hits over time, oldest first, without gaps; `unit` is "day", "month" or "year"."""

    unit: str
    bars: list[Bar]

    @property
    def most(self) -> Bar:
        """The highest bar."""
        return max(self.bars, key=lambda bar: bar.count)


def groups(
    facets: Mapping[str, Mapping[str, int]],
    asked: Asked,
    titles: Mapping[str, str],
    label: Callable[[str, str], str],
) -> list[Group]:
    """Return the facets that have something to offer, in the order of `titles`; chosen rows first."""
    found = []
    for name, title in titles.items():
        counts = facets.get(name, {})
        if name == "office":  # without quotes its first words would find more than was counted
            counts = {f'"{value}"': count for value, count in counts.items()}
        own = chosen(asked.get(name, "")) if name in SEVERAL else tuple(filter(None, (asked.get(name, ""),)))
        values = list(dict.fromkeys([*own, *counts]))[:_MOST_ROWS]
        rows = [
            Row(told, counts.get(value), value in own, {name: _changed(name, own, value)})
            for value in values
            if (told := label(name, value))
        ]
        cut = max(_FIRST_ROWS, len(own))
        if rows:
            found.append(Group(name, title, rows[:cut], rows[cut:]))
    return found


def _changed(name: str, own: Sequence[str], value: str) -> str:
    if value in own:
        return ",".join(one for one in own if one != value)
    return ",".join([*own, value]) if name in SEVERAL else value


def chips(asked: Asked, today: date) -> list[Chip]:
    """Return the stretches of days to offer: those that the question names, then the usual ones."""
    since, until = asked.get("from", ""), asked.get("to", "")
    q = asked.get("q", "")
    mine = named(q, today)
    days = {(span.since, span.until) for span in mine}
    words = mine[0].rest if mine else q  # another time instead of the one that is named
    others = [Span(one.since, one.until, words) for one in usual(today) if (one.since, one.until) not in days]
    made = []
    for span in (*mine, *others):
        picked = (since, until) == (span.since.isoformat(), span.until.isoformat())
        to = {"from": "", "to": ""} if picked else between(span.since, span.until) | {"q": span.rest}
        made.append(Chip(span_label(span.since, span.until, today), to, span in mine, picked))
    return made


def between(since: date, until: date) -> dict[str, str]:
    """Return the parameters that ask for a stretch of days."""
    return {"from": since.isoformat(), "to": until.isoformat()}


def span_label(since: date | None, until: date | None, today: date) -> str:
    """Return the name of a stretch of days, as short as it can be: "Hôm nay", "Tháng 1/2023"."""
    if since is None or until is None:
        day = when((since or until or today).isoformat())
        return _("Từ %(day)s", day=day) if since else _("Đến %(day)s", day=day)
    names = (_("Hôm nay"), _("Hôm qua"), _("Tuần này"), _("Tháng này"))
    known = {(one.since, one.until): name for one, name in zip(usual(today), names, strict=True)}
    if (since, until) in known:
        return known[since, until]
    if since == until:
        return when(since.isoformat())
    if (since, until) == _year(since.year):
        return _("Năm %(year)s", year=since.year)
    if (since, until) == _month(since.year, since.month):
        return _("Tháng %(month)s/%(year)s", month=since.month, year=since.year)
    return f"{when(since.isoformat())} – {when(until.isoformat())}"


def histogram(
    months: Mapping[str, int], days: Mapping[str, int], asked: Asked, today: date
) -> Histogram | None:
    """Return hits by day where they were counted so, else by month, else by year.

    None for less than two bars: a single one tells nothing; nor do the days of few hits if nobody asked for
    a span.
    """
    counts: dict[tuple[date, date], int]
    bounded = asked.get("from") or asked.get("to")
    if days and (bounded or sum(days.values()) >= _FEWEST_HITS):
        counts = {(day, day): days.get(day.isoformat(), 0) for day in _drawn_days(days, asked, today)}
        return _drawn("day", counts, today)
    numbers = {int(name[:4]) * 12 + int(name[5:]) - 1: count for name, count in months.items()}
    if not numbers:
        return None
    span = range(min(numbers), max(numbers) + 1)
    if len(span) <= _MOST_BARS:
        counts = {_month(n // 12, n % 12 + 1): numbers.get(n, 0) for n in span}
        return _drawn("month", counts, today)
    years = range(span[0] // 12, span[-1] // 12 + 1)
    totals = {year: sum(numbers.get(n, 0) for n in range(year * 12, year * 12 + 12)) for year in years}
    return _drawn("year", {_year(year): count for year, count in totals.items()}, today)


def _drawn_days(days: Iterable[str], asked: Asked, today: date) -> list[date]:
    """Return the days from the first hit to the last; if they can be drawn, all that were asked for.

    No day to come is among them; where no beginning was asked for they are a fortnight at least.
    """
    found = sorted(map(date.fromisoformat, days))
    first, last = found[0], found[-1]
    begin = date.fromisoformat(asked["from"]) if asked.get("from") else last - _FORTNIGHT
    end = date.fromisoformat(asked["to"]) if asked.get("to") else last
    since, until = min(first, begin), max(last, min(today, end))
    if (until - since).days < MOST_DAYS:
        first, last = since, until
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _drawn(unit: str, counts: Mapping[tuple[date, date], int], today: date) -> Histogram | None:
    if len(counts) < _FEWEST_BARS:
        return None
    highest = max(counts.values()) or 1
    bars = [
        Bar(
            span_label(*span, today),
            count,
            round(max(count / highest * _HEIGHT, 2 * (count > 0)), 1),
            between(*span),
        )
        for span, count in counts.items()
    ]
    return Histogram(unit, bars)


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, _DECEMBER, 31)


def _month(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
