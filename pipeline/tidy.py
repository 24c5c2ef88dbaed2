"""An article without furniture; its headline, date line and makers are read on the way. Pure; never raises.

Works on lines, the same for plain text, Markdown and what `extract` reads from HTML. A sentence
of the article is never taken out: whatever is removed is short, or an invitation to click, or
stands where only menus stand.
"""

import re
from dataclasses import dataclass, field, replace
from enum import IntEnum

from pipeline import dates
from pipeline.bylines import Byline, byline, credit_at_end, without_mark
from pipeline.furniture import (
    ENDED,
    LINK,
    Kind,
    echoes,
    invites,
    is_entry,
    is_headline,
    is_prose,
    kind_of,
    repeats,
    unmarked,
    without_invitation,
)
from pipeline.model import Basis, When
from pipeline.text import clean, fold, paragraphs, words

_MOST_LINES = 20_000  # that are judged; those beyond stay as they are
_ECHO_ROOM = 20_000  # characters of the text that are asked what it speaks of
_HARDLY_ENTRY, _NO_ENTRY = 5, 8  # words that menus' entries seldom and never have
_SHORTEST_HEADLINE = 4  # words
_WRAPPED = 40  # characters of a line that a portal may have broken off
_MOST_BYLINES = 2  # more names in a row are a list of the article
_LONGEST_CAPTION = 60  # characters of one below the makers' names

_LINE_START = re.compile(r"^(?:#{1,6}\s+|>\s?|\*\s+)+")
_HEADING = re.compile(r"^# +(?P<title>\S.*)", re.MULTILINE)
_WEEKDAY = re.compile(r"(?:thứ\s|chủ nhật|t[2-7],|cn,)", re.IGNORECASE)
_RULE = re.compile(r"[-*_=\s|:]{3,}")
_HERE = re.compile(
    r"(?:(?:tại|ở|vào) )?đây|(?:xem |đọc )?(?:chi tiết|thêm|tiếp|toàn văn|tại đây)|link|file đính kèm"
)
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']+")
_GLUED_DATE = re.compile(
    r"^(?P<date>\(\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\)\s*[-–]?\s*|\d{1,2}[/.-]\d{1,2}[/.-]\d{4})(?=[^\W\d_a-z])"
)
_NO_SEQUEL = re.compile(r"[^\W\d_]{1,2}[.)]|null\s|\S*(?:@|www\.|https?:)")
_LEAK = re.compile(r"^null\s+(?P<title>\S.{5,})$")


@dataclass(frozen=True, slots=True)
class Tidy:
    """A text without furniture.

    Args:
        title: the headline found, or the one that was given; "" if there is none.
        body: paragraphs, separated by one blank line.
        header: the date line between headline and text.
        page: a date line elsewhere.
        links: targets of "tại đây" as written, relative and dead ones too.
        removed: what was taken out, for `places.read(chrome=…)`.
    """

    title: str = ""
    body: str = ""
    authors: tuple[str, ...] = ()
    credit: str = ""
    header: When | None = None
    page: When | None = None
    links: tuple[str, ...] = ()
    removed: str = ""


class _Menu(IntEnum):
    """Whether the lines above the text are a menu just now."""

    NONE = 0
    LIKELY = 1  # section names, single words
    SURE = 2  # below "Liên kết Website" and the like


@dataclass(slots=True)
class _Work:
    """What `tidy` gathers while it walks down a text."""

    title: str
    heading: str  # the line that Markdown calls the headline
    menu: _Menu = _Menu.NONE
    kept: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    dates: list[tuple[bool, When]] = field(default_factory=list)  # (before any headline, date)
    bylines: list[Byline] = field(default_factory=list)


def tidy(text: str, title: str = "") -> Tidy:
    """Return the article in `text` without furniture.

    Args:
        text: lines of plain text or Markdown; need not be clean.
        title: the headline if it is known; its repetitions are furniture then, and none is looked for.
    """
    lines, links = _lines(text)
    lines, beyond = lines[:_MOST_LINES], lines[_MOST_LINES:]
    heading = _HEADING.search(text[:_ECHO_ROOM])
    work = _Work(clean(title).strip(), unmarked(clean(heading["title"])).strip() if heading else "")
    rest = _walk_head(lines, work)
    _walk_body(rest, work)
    _walk_back(work)
    work.kept += beyond
    if not (work.kept or work.title):  # a text of a few words looks like a menu
        work.kept = [line for line in lines if kind_of(line) is None]
    credit = next((line.credit for line in work.bylines if line.credit), "")
    if work.kept:
        whole = work.kept[0]
        work.kept[0], agency = without_mark(whole)
        if mark := whole.removesuffix(work.kept[0]).strip():
            work.removed.append(mark)
        work.kept[-1], named = credit_at_end(work.kept[-1])
        credit = credit or named or agency
    authors = tuple(dict.fromkeys(name for line in work.bylines for name in line.authors))
    header = next((when for early, when in work.dates if not early and when.basis is Basis.HEADER), None)
    pages = (
        replace(when, basis=Basis.PAGE) for early, when in work.dates if early or when.basis is Basis.PAGE
    )
    return Tidy(
        work.title,
        "\n\n".join(filter(None, work.kept)),
        authors,
        credit,
        header,
        next(pages, None),
        links,
        "\n".join(work.removed),
    )


def _lines(text: str) -> tuple[list[str], tuple[str, ...]]:
    """Return the filled lines of Markdown as plain text, and the targets of its invitations."""
    links: list[str] = []
    lines = []
    for raw in paragraphs(clean(text)):
        targets = [
            found["target"]
            for found in (LINK.finditer(raw) if "](" in raw else ())
            if _HERE.fullmatch(fold(found["text"].strip(" *:.>»")))
        ]
        if targets or "đây" in raw.casefold():
            targets += _ADDRESS.findall(LINK.sub("", raw)) if invites(unmarked(raw)) else []
        links += targets
        line = unmarked(_LINE_START.sub("", raw)).strip()
        if line and not _RULE.fullmatch(line):
            lines.append(line)
    return _unwrapped(lines), tuple(dict.fromkeys(links))


def _unwrapped(lines: list[str]) -> list[str]:
    """Join what portals break in mid-sentence: a long line without an end, and one that begins in lower case.

    In 401,115 pairs of paragraphs of the press 42 are such, and each of them was broken by accident.
    """
    joined: list[str] = []
    parts: list[str] = []
    for line in lines:
        open_end = parts and len(parts[-1]) >= _WRAPPED and not ENDED.search(parts[-1])
        if open_end and line[0].islower() and not _NO_SEQUEL.match(line) and kind_of(line) is None:
            parts.append(line)
            continue
        joined.append(" ".join(parts))
        parts = [line]
    return list(filter(None, [*joined, " ".join(parts)]))


def _walk_head(lines: list[str], work: _Work) -> list[str]:
    """Read menus, headline and date lines above the text; return the lines from its first paragraph on."""
    given = bool(work.title)
    told = words(" ".join(line for line in lines if is_prose(line))[:_ECHO_ROOM])
    start = 0
    while start < len(lines) and _is_above(lines[start], lines[start + 1 : start + 2], work, told):
        start += 1
    if not work.title and not given:
        work.dates = [(False, when) for _, when in work.dates]
    return _unglued(lines[start:], work)


def _is_above(line: str, following: list[str], work: _Work, told: list[str]) -> bool:
    """Read one line above the text; False if the text begins with it."""
    kind = kind_of(line)
    if leaked := _LEAK.match(line):
        work.title = work.title or leaked["title"]
        work.removed.append(line)
    elif kind is not None or repeats(line, work.title):
        opens = {None: _Menu.NONE, Kind.BOX: _Menu.SURE, Kind.END: _Menu.SURE, Kind.MENU: _Menu.LIKELY}
        work.menu = max(work.menu, opens.get(kind, _Menu.NONE))
        if kind is None:  # what was dated above the headline need not be the article
            work.dates = [(True, when) for _, when in work.dates]
        work.removed.append(line)
    elif (when := dates.line(line, Basis.HEADER)) and not _GLUED_DATE.match(line):
        if following and _is_clock(line, following[0]):
            work.removed.append(line)
            work.menu = max(work.menu, _Menu.LIKELY)
        else:
            work.dates.append((not work.title, when))
            work.menu = _Menu.NONE
    elif work.title and following and (made := byline(line)) and (made.authors or made.credit):
        work.bylines.append(made)
        work.removed.append(line)
    elif not work.title and following and _is_title(line, following[0], work, told):
        work.title, work.menu = line, _Menu.NONE
    elif not is_prose(line) and (work.menu or (not work.title and is_entry(line, following, told))):
        work.menu = work.menu or _Menu.LIKELY
        work.removed.append(line)
    else:
        return False
    return True


def _is_clock(line: str, below: str) -> bool:
    """Tell whether a date line above a menu is the site's clock: it begins with the weekday, unlabelled."""
    if not _WEEKDAY.match(line):
        return False
    return kind_of(below) is Kind.MENU or (":" not in line and len(below.split()) < _SHORTEST_HEADLINE)


def _is_title(line: str, below: str, work: _Work, told: list[str]) -> bool:
    """Tell whether a line above the text is its headline. Below a menu, its text must speak of it."""
    if line == work.heading:
        return True
    if not is_headline(line):
        return False
    if work.menu is _Menu.NONE:
        return not is_entry(line, [below], told)
    least = _NO_ENTRY if work.menu is _Menu.SURE else _HARDLY_ENTRY
    is_last = dates.line(below, Basis.HEADER) is not None or (work.menu is _Menu.LIKELY and is_prose(below))
    return echoes(line, told) or (len(line.split()) >= least and is_last)


def _unglued(lines: list[str], work: _Work) -> list[str]:
    """Take the date off the first word of the text ("23/04/2021Sáng …")."""
    if lines and (glued := _GLUED_DATE.match(lines[0])):
        when = dates.line(glued["date"].strip(" -–"), Basis.HEADER)
        if when:
            work.dates.append((False, when))
            return [lines[0][glued.end() :], *lines[1:]]
    return lines


def _walk_body(lines: list[str], work: _Work) -> None:
    """Keep the article's paragraphs; stop where the page talks of other things."""
    at = 0
    while at < len(lines):
        line = lines[at]
        kind = kind_of(line)
        at += 1
        if kind in (Kind.BOX, Kind.END) and work.kept:
            back = _resumes(lines, at) if kind is Kind.BOX else None
            if back is None:
                back = at if _is_middle(work.kept, lines[at:]) else len(lines)
            work.removed += [line, *lines[at:back]]
            at = back
        elif kind in (Kind.LINE, Kind.BOX, Kind.END) or repeats(line, work.title):
            work.removed.append(line)
        elif kept := without_invitation(line):
            if not work.kept or work.kept[-1] != kept:
                work.kept.append(kept)
        else:
            work.removed.append(line)


def _is_middle(before: list[str], after: list[str]) -> bool:
    """Tell whether most of the article is still to come: a page's end is no place for that.

    Paragraphs in a row are an article; under each headline one is a list of teasers.
    """
    prose = [False, *map(is_prose, after), False]
    run = sum(len(line) for at, line in enumerate(after, 1) if prose[at] and (prose[at - 1] or prose[at + 1]))
    return run > sum(map(len, before))


def _resumes(lines: list[str], start: int) -> int | None:
    """Return where an article goes on behind a box, None if it does not."""
    for at in range(start, len(lines)):
        if kind_of(lines[at]) is Kind.END:
            return None
        if is_prose(lines[at]):
            after = next((line for line in lines[at + 1 :] if kind_of(line) is not Kind.LINE), "")
            if is_prose(after) or byline(after):
                return at
    return None


def _signed_above_caption(kept: list[str]) -> Byline | None:
    """Return the makers named between the text and a last picture's caption, None if nobody is."""
    if len(kept) <= _MOST_BYLINES or len(kept[-1]) > _LONGEST_CAPTION or not is_prose(kept[-3]):
        return None
    found = byline(kept[-2])
    return found if found and found.authors else None


def _walk_back(work: _Work) -> None:
    """Read makers and date lines below the text."""
    names = 0
    while len(work.kept) > 1:
        line = work.kept[-1]
        found = byline(line)
        if when := dates.line(line, Basis.PAGE):
            work.dates.append((False, when))
        elif found and names < _MOST_BYLINES:
            work.bylines.insert(0, found)
            names += 1
        elif kind_of(line) is Kind.MENU:
            pass
        elif not names and (found := _signed_above_caption(work.kept)):
            work.bylines.insert(0, found)
            work.removed.append(work.kept.pop(-2))
            break
        else:
            break
        work.removed.append(work.kept.pop())
    if len(work.kept) > 1 and names == _MOST_BYLINES and byline(work.kept[-1]):
        work.kept += work.removed[-names:][::-1]
        del work.removed[-names:]
        work.bylines.clear()
