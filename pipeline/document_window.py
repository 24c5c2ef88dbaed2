"""A document's number with the words around it, and the days told in them. Pure; never raises."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipeline import documents
from pipeline.text import CAPITALS

_BEFORE, _BEHIND, _NAME = 320, 240, 80  # characters that are looked at
_MOST = 200  # numbers of one text
_YEAR = 4  # digits
_JOINED = 160  # characters between two numbers that are named together

NOUN = (
    r"(?:nghị (?:định|quyết)|quyết đ[ịi]nh|chỉ thị|thông (?:tư(?: liên tịch)?|báo(?: kết luận)?|tri|"
    r"cáo)|công (?:văn|điện|thư)|văn bản|"
    r"kế hoạch|báo cáo|tờ trình|hướng dẫn|quy (?:định|chế)|kết luận|chương trình|luật|pháp lệnh|lệnh|đề án|"
    r"giấy (?:phép|mời)|phương án|thư|qđ|cv|nđ|nq|ct|kh|tb)"
)
_NAMED = re.compile(
    rf"(?<!\w)(?:(?:các|những|một|hai|ba|bốn|\d+|bản|tờ) )?(?P<noun>{NOUN})(?: (?!s[ốó]\b|"
    rf"{NOUN}(?!\w))[^\s,;.()]+){{0,5}}?"
    r"(?: ?[(“\"]? ?s[ốó] ?:?)? ?[(“\"]?$"
)
_SENTENCE = re.compile(rf"(?<!TP)(?<!Tp)(?<![^\w][{CAPITALS}])[.!?…][”\"’)]*\s+(?=[{CAPITALS}“\"\d])")
_BETWEEN = re.compile(r"(?: ?của [^,.;]{3,60}?)?\s*(?:,|;|và|cùng|,? và)?\s*(?:các )?")

DAY = (
    r"(?P<d>\d{1,2}) ?[/.-] ?(?P<m>\d{1,2})(?: ?[/.-] ?(?P<y>\d{4}))?(?![\d/])"
    r"|(?P<d2>\d{1,2}) tháng (?P<m2>\d{1,2})(?:,? năm (?P<y2>\d{4}))?(?!\d)"
)
_BESIDE = re.compile(
    r"[\s,]*\(?(?:được )?(?:ký ban hành |ban hành |ký )?(?:vào )?(?P<cue>ngày|[-–])? ?"
    rf"(?:{DAY}) ?\)?",
    re.IGNORECASE,
)
_LATER = re.compile(
    rf"[^.;]{{0,90}}?(?<!\w)(?:ký|ban hành|phê duyệt)(?: ban hành)?(?: vào)? ?(?:ngày )?(?:{DAY})",
    re.IGNORECASE,
)
_OF = re.compile(r"[\s,)]*của [^.,;()]{3,80}? ?,?\(?ngày (?:" + DAY + ")", re.IGNORECASE)
_BEFORE_IT = re.compile(rf"(?<!\w)ngày (?:{DAY})(?=[^.;]{{0,160}}$)", re.IGNORECASE)
_YEAR_BEHIND = re.compile(r"[\s,(]*năm (?P<y>(?:19|20)\d\d)(?!\d)")
_ANY_FULL = re.compile(r"(?<![\d/])(\d{1,2}) ?[/.-] ?(\d{1,2}) ?[/.-] ?((?:19|20)\d\d)(?![\d/])")


@dataclass(frozen=True, slots=True)
class Window:
    """A number with the words around it.

    Args:
        number: in canonical form. `year`: the one in it, 0 if there is none. `codes`: `documents.parts`.
        start: where it stands in the text.
        head: its sentence, without the name of the document right before it.
        noun: that name in small letters ("quyết định"), "" if it has none.
        behind: the rest of the sentence.
        headline: it stands in the first paragraph, which is the text's title.
        joined: another number stands right before, with "và" or a comma between.
    """

    number: str
    year: int
    codes: tuple[str, ...]
    start: int
    head: str
    noun: str
    behind: str
    headline: bool
    joined: bool


def windows(text: str) -> Iterator[Window]:
    """Yield the document numbers of a clean text, in order."""
    before = -1
    for start, stop in documents.spans(text)[:_MOST]:
        yield _window(text, start, stop, before)
        before = stop


def _window(text: str, start: int, stop: int, before: int) -> Window:
    paragraph = (
        max(text.rfind("\n\n", 0, start) + 2, start - _BEFORE, 0)
        if "\n\n" in text[:start]
        else max(0, start - _BEFORE)
    )
    said = text[paragraph:start]
    ends = [one.end() for one in _SENTENCE.finditer(said)]
    sentence = said[ends[-1] :] if ends else said
    tail = sentence[-_NAME:]
    named = _named(tail)
    head = (
        sentence[: len(sentence) - len(tail) + named.start()]
        if named
        else re.sub(r"s[ốó] ?:? ?$", "", sentence, flags=re.IGNORECASE)
    )
    behind = text[stop : stop + _BEHIND].split("\n\n", 1)[0]
    over = _SENTENCE.search(behind)
    number = documents.one_form(text[start:stop])
    _, year, codes = documents.parts(number)
    return Window(
        number=number,
        year=int(year) if len(year) == _YEAR else 0,
        codes=codes,
        start=start,
        head=head.rstrip(' (“"\n'),
        noun=named["noun"].lower() if named else "",
        behind=behind[: over.start() + 1] if over else behind,
        headline="\n\n" not in text[:start] and "\n\n" in text[stop:],
        joined=before >= 0 and start - before < _JOINED and _is_joined(text[before:start]),
    )


def _named(words: str) -> re.Match[str] | None:
    low = words.lower()
    return _NAMED.search(low) if len(low) == len(words) else None


def _is_joined(between: str) -> bool:
    """Tell whether nothing but a date, an issuer and "và" stands between two numbers."""
    if "\n\n" in between:
        return False
    dated = _BESIDE.match(between)
    rest = between[dated.end() :] if dated else between
    named = _named(rest)
    rest = rest[: named.start()] if named else re.sub(r"(?:số ?)?$", "", rest)
    return _BETWEEN.fullmatch(rest) is not None


def dated(window: Window, on: date | None) -> tuple[str, int]:
    """Return the date told beside a number, else the year in it, else "", and where that ends in `behind`."""
    beside = _BESIDE.match(window.behind)
    if beside and (beside["cue"] or beside["y"] or beside["y2"]) and (day := _iso(beside, window.year, on)):
        return day, beside.end()
    if told := _YEAR_BEHIND.match(window.behind):
        return told["y"], told.end()
    for rest in (_OF, _LATER):
        if (found := rest.match(window.behind)) and (day := _iso(found, window.year, on)):
            return day, 0
    return str(window.year or ""), 0


def day_before(window: Window, on: date | None) -> str:
    """Return the last day that the sentence names before the number, "" if there is none."""
    found = list(_BEFORE_IT.finditer(window.head[-220:]))
    return _iso(found[-1], window.year, on) if found else ""


def latest(text: str) -> date | None:
    """Return the latest day that a text names with its year, None if there is none."""
    days = (_date(int(day), int(month), int(year)) for day, month, year in _ANY_FULL.findall(text))
    return max((day for day in days if day), default=None)


def _iso(found: re.Match[str], year: int, on: date | None) -> str:
    """Return a day, ISO 8601; without a year it is that of the number, else the last such day until `on`."""
    said = found["y"] or found["y2"]
    day, month = int(found["d"] or found["d2"]), int(found["m"] or found["m2"])
    if said or year:
        known = _date(day, month, int(said or year))
    elif on is None:
        return ""
    else:
        known = _date(day, month, on.year)
        known = _date(day, month, on.year - 1) if known and known > on else known
    return known.isoformat() if known else ""


def _date(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
