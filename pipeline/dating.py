"""Which of the dates that a document states is the day of its publication. Pure; never raises.

Fields come before what the page shows, the page before its address, that before its prose; but a
field is believed only as far as nothing better contradicts it. Seen in the wild: day and month
swapped in metadata (9/10/2025 on the page, 2025-09-10 in <meta>), local times marked as UTC, dates in
the future, and clocks that say when the page was fetched.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from pipeline import dates
from pipeline.dates_in_prose import is_day
from pipeline.dates_reported import reported
from pipeline.model import LOCAL_ZONE, Basis, Precision, When

_RANKS = {basis: rank for rank, basis in enumerate(Basis)}
_SHOWN = (Basis.HEADER, Basis.PAGE, Basis.URL)
_MONTHS = 12
_MIDNIGHT = time()
_ZONE = timedelta(hours=7)  # between local time and UTC
_MINUTE = timedelta(minutes=1)
_TICKING = timedelta(minutes=15)  # a clock and our receipt of it
_AHEAD = timedelta(hours=1)  # publishers' clocks are seldom that wrong
_FRESH = timedelta(days=7)  # of what we receive: the receipt then proves a swap


def choose(stated: Iterable[When | None], text: str, received_at: datetime) -> When:
    """Return the publication date by the best basis there is; the receipt's time if there is none.

    As `best`, which says what the arguments are; a date that only the text tells comes last.
    """
    found = best(stated, text, received_at)
    if found is None and (told := dates.told(text)) and dates.plausible(told, received_at):
        found = told
    return found or When(received_at, Precision.SECOND, Basis.RECEIVED)


def best(stated: Iterable[When | None], text: str, received_at: datetime) -> When | None:
    """Return the date of the best basis that nothing refutes, None if none is left.

    Args:
        stated: what fields, page and address say, in any order.
        text: title and paragraphs, as witnesses; "" if they must not be asked.
        received_at: aware UTC; no date is later than a day after it.
    """
    said = [_not_ahead(when, received_at) for when in stated if when is not None]
    good = [when for when in said if dates.plausible(when, received_at) and not _is_clock(when, received_at)]
    good = [_with_proof(when, good, text, received_at) for when in good]
    kept = [when for when in good if not _is_refuted(when, good, text)]
    first = min(kept, key=lambda when: _RANKS[when.basis], default=None)
    if first is None or first.day():
        return first
    return _finer(first, kept, text, received_at)


def _finer(coarse: When, kept: list[When], text: str, received_at: datetime) -> When:
    """Return the day within a month or year that something else tells, else the month or year."""
    days = [when for when in kept if when.day() and when.text().startswith(coarse.text())]
    told = dates.told(text, coarse)
    if told and dates.plausible(told, received_at):
        days.append(told)
    return min(days, key=lambda when: _RANKS[when.basis], default=coarse)


def _not_ahead(when: When, received_at: datetime) -> When:
    """Return a date that lies ahead of its receipt as it must have been meant, or as it is.

    Nothing is received before it is published: a local time was marked as UTC, or, where the swapped
    day is that of a fresh article, month and day were swapped.
    """
    if when.precision is Precision.SECOND and received_at + _AHEAD < when.at <= received_at + _ZONE:
        return replace(when, at=when.at - _ZONE)
    swapped = _swapped(when)
    if swapped and not dates.plausible(when, received_at):
        mended = _on(swapped, when)
        if timedelta() <= received_at - mended.at <= _FRESH:
            return mended
    return when


def _is_clock(when: When, received_at: datetime) -> bool:
    """Tell whether a line somewhere on the page only says when the page was fetched."""
    if when.basis is not Basis.PAGE:
        return False
    if when.precision is Precision.SECOND:
        return abs(received_at - when.at) <= _TICKING
    return when.day() == received_at.astimezone(LOCAL_ZONE).date()


def _with_proof(when: When, good: list[When], text: str, received_at: datetime) -> When:
    """Return a date with day and month swapped if the text, or a line without a time, proves it."""
    swapped = _swapped(when)
    if not swapped or when.basis is Basis.URL:
        return when
    shown = {other.day() for other in good if other.basis in _SHOWN and other != when}
    if when.day() in shown or _tells(text, when.day()):
        return when
    lines = [other for other in good if other.basis is Basis.HEADER and other.precision is Precision.DAY]
    lacks_time = when.basis is Basis.META and swapped in {line.day() for line in lines}
    if not lacks_time and (swapped in shown or not _tells(text, swapped)):
        return when
    mended = _on(swapped, when)
    return mended if dates.plausible(mended, received_at) else when


def _is_refuted(when: When, good: list[When], text: str) -> bool:
    """Tell whether what the page shows proves a date wrong.

    Where a line of the page and a field are each other's swap, the line is right, unless the text
    speaks for the field: pages are written day first.
    """
    above = _SHOWN[_SHOWN.index(when.basis) + 1 :] if when.basis in _SHOWN else _SHOWN
    shown = [other for other in good if other.basis in above]
    days = {other.day() for other in shown} - {None}
    swapped = _swapped(when)
    if swapped and swapped in days and when.day() not in days:
        return _tells(text, swapped) or not _tells(text, when.day())
    if when.basis is Basis.PAGE:  # the address is written once; a line somewhere may be of anything
        return any(abs(day - _day(when)) > timedelta(days=1) for day in days if day)
    if when.basis in _SHOWN:
        return False
    if when.basis is Basis.META and _is_outdone(when, shown, text):
        return True
    if when.precision is not Precision.SECOND:
        return False
    timed = [other.at for other in shown if other.precision is Precision.SECOND]
    return any(_ZONE <= when.at - at < _ZONE + _MINUTE for at in timed)


def _is_outdone(when: When, shown: list[When], text: str) -> bool:
    """Tell whether the date line at the headline knows better than metadata.

    Metadata hold the day of the template, of the request or of a change as often as that of the
    publication, or no time of day; the line is what readers see. The address and the text may bear
    metadata out.
    """
    lines = [other for other in shown if other.basis is Basis.HEADER and other.day()]
    days = {other.day() for other in lines}
    if not days or when.day() is None:
        return False
    if when.day() not in days:
        borne_out = {other.day() for other in shown if other.basis is Basis.URL}
        return when.day() not in borne_out and not (
            _tells(text, when.day()) and not any(_tells(text, day) for day in days)
        )
    timed = [other.at for other in lines if other.precision is Precision.SECOND]
    bare = when.precision is Precision.DAY or _MIDNIGHT in (when.at.time(), when.local().time())
    return bool(timed) and all(bare or when.at - at >= _MINUTE or at - when.at == _ZONE for at in timed)


def _tells(text: str, day: date | None) -> bool:
    """Tell whether the news of a text happened on a day or on the one before it."""
    news = reported(text)
    if news is None or day is None or not is_day(news.day, news.month, news.year or day.year):
        return False
    return date(news.year or day.year, news.month, news.day) in (day, day - timedelta(days=1))


def _day(when: When) -> date:
    return when.local().date()


def _swapped(when: When) -> date | None:
    """Return the day with month and day swapped, None if that is no other day."""
    day = when.day()
    if day is None or day.day > _MONTHS or day.day == day.month:
        return None
    return day.replace(day=day.month, month=day.day)


def _on(day: date, when: When) -> When:
    """Return the same time of another day."""
    return replace(when, at=when.at + (day - _day(when)))
