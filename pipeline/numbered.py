"""The items of a bulletin that numbers them: which numbered rows begin items, and which are lists in them.

Pure; never raises.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from pipeline import dates, masthead
from pipeline.counted import Counted, chapter, counted
from pipeline.fields import is_field, is_section
from pipeline.furniture import is_prose, unmarked
from pipeline.items import HERE, Opening, Reading, Start
from pipeline.model import Basis
from pipeline.text import fold

_LONGEST_HEADING = 260  # characters; a longer numbered row is a paragraph
_LONGEST_INTRO = 300  # characters of prose above the first item where no heading names a bulletin
_MOST_ITEMS = 300
_MOST_MARKS = 2_000
_FEWEST = 2  # chapters, or numbered cells of a table
_SENTENCE = 40  # characters of a row that tells something
_ENOUGH_LINKS = 2  # items that invite to read on; one invitation is any article's
_DOUBLED, _MISSING = 1.5, 0.75  # what a number printed twice, or not at all, costs a run
_NEVER = float("-inf")
_MOST_SKIPPED = 3  # numbers that may be missing in a row
_SECOND = 2  # the number that a run begins with if its first one cannot be read
_LIKELY = 1.0  # weight of a row that looks like a heading rather than like a row of a list

_TABLE_ROW = re.compile(r"\s*\| *(?:\*\*)?\d{1,2}(?:\*\*)?[.)]? *\|[^|\n]*(?=\|)")
_NESTED = re.compile(
    r"\s*+(?:#{1,6}\s++)?(?:\*\*|__)?\d{1,2}\.(?P<number>\d{1,2})[.)]?(?:\*\*)?\s++(?P<title>\S.*)"
)
_MISREAD = re.compile(r"\s*(?:\*\*)?\s*(?:[lIi|!][.):/](?:\s+|(?=[^\W\d_]))|[.)/-]\s*)")
_READ_ON = re.compile(
    r"(?:xem|đọc|theo dõi|chi tiết|nội dung)[^.!?\n]{0,80} tại đây|(?:xem|đọc) tại đây", re.IGNORECASE
)
_CLOSED = re.compile(r"[.!?…;:][\"”’')*\]]*$")
_Style = tuple[str, bool, bool, bool]
_NumberOf = Callable[[str], Counted | None]


@dataclass(frozen=True, slots=True)
class _Mark:
    """A numbered row that may begin an item.

    Args:
        start: where and with which number.
        style: its mark; whether it is bold, has a word before it, stands alone.
        section: how many section headings stand above it.
        weight: how much it looks like the beginning of an item.
    """

    start: Start
    style: _Style
    section: int
    weight: float

    @property
    def number(self) -> int:
        """Return its number as printed."""
        return self.start.number


def read(rows: list[str], *, named: bool, sure: bool) -> Reading | None:
    """Return the items of a numbered bulletin, None if the text is none.

    Args:
        rows: rows of the text with their ends.
        named: some row of the text names a bulletin.
        sure: somebody says that it is one; numbered rows are enough then.
    """
    loose = named or sure
    starts = _run(rows, partial(counted, loose=loose, cells=False), loose=loose)
    if not starts and loose:
        rows = [piece for row in rows for piece in _by_cells(row)]
        starts = _run(rows, partial(counted, loose=True, cells=True), loose=True)
        starts = starts if len(starts) >= _FEWEST else []
    if len(starts) > 1 and all(is_field(_title(rows, start)) for start in starts):
        starts = _of_fields(rows, starts)
    if not starts:
        return None
    is_one = sure or _invites(rows, starts) or (named and _is_headed(rows, starts))
    return Reading(rows, starts, len(rows)) if is_one else None


def chapters(rows: list[str], *, sure: bool) -> Reading | None:
    """Return the parts of a bulletin that only Roman numbers with headings of sections divide.

    Its caller has found no items within them.
    """
    starts = _run(rows, chapter, loose=False)
    if len(starts) < _FEWEST or not all(map(_tells, _own(rows, starts))):
        return None
    return Reading(rows, starts, len(rows)) if sure or _is_headed(rows, starts) else None


def _own(rows: list[str], starts: list[Start]) -> list[list[str]]:
    """Return each item's rows."""
    ends = [*(start.at for start in starts[1:]), len(rows)]
    return [rows[start.at : end] for start, end in zip(starts, ends, strict=True)]


def _tells(part: list[str]) -> bool:
    """Tell whether an item says something below its heading."""
    return any(len(row.strip()) >= _SENTENCE for row in part[1:])


def _is_headed(rows: list[str], starts: list[Start]) -> bool:
    """Tell whether a bulletin's heading stands above its items."""
    own = _own(rows, starts)
    told = sum(any(map(is_prose, map(str.strip, part))) for part in own) * 2 >= len(own)
    return masthead.heading(rows[: starts[0].at], told=told) is not None


def _run(rows: list[str], number_of: _NumberOf, *, loose: bool) -> list[Start]:
    """Return the numbers where items begin, [] if there are none."""
    marks = _marks(rows, number_of, loose=loose)
    run = [marks[index].start for index in _filled(_chain(marks, loose=loose), marks)]
    if run and run[0].number > 1:
        first = _unread(rows, run[0])
        run = [first, *run] if first else [marks[index].start for index in _chain(marks, loose=False)]
    return run[:_MOST_ITEMS]


def _of_fields(rows: list[str], fields: list[Start]) -> list[Start]:
    """Return the items where fields have numbers: those numbered within, the fields, or [].

    "1. KINH TẾ" with "1.1. Cầu" holds items; with one paragraph it is one; with several they are.
    """
    parts = _own(rows, fields)
    if sum(any(map(_NESTED.match, part)) for part in parts) * 2 > len(parts):
        return _nested(rows, fields[0].at)
    paragraphs = [[row for row in part[1:] if len(row.strip()) >= _SENTENCE] for part in parts]
    single = all(sum(not _NESTED.match(row) for row in told) <= 1 for told in paragraphs)
    return fields if single else []


def _title(rows: list[str], start: Start) -> str:
    return unmarked(rows[start.title_at][start.title_from :]).strip()


def _nested(rows: list[str], first: int) -> list[Start]:
    """Return items numbered within fields that have numbers themselves: "1. KINH TẾ", "1.1. Cầu"."""
    hits = ((at, _NESTED.match(rows[at])) for at in range(first, len(rows)))
    return [Start(at, at, hit.start("title")) for at, hit in hits if hit][:_MOST_ITEMS]


def _by_cells(row: str) -> tuple[str, ...]:
    """Cut the row of a table behind the cell that follows its number: "| 1 | Khánh thành cầu "."""
    found = _TABLE_ROW.match(row)
    return (row[: found.end()], row[found.end() :]) if found else (row,)


def _invites(rows: list[str], starts: list[Start]) -> bool:
    """Tell whether items without a heading are a bulletin's: they end where one reads on."""
    intro = sum(len(row) for row in map(str.strip, rows[: starts[0].at]) if is_prose(row))
    own = _own(rows, starts)
    here = sum(any(HERE.search(row) and _READ_ON.search(row[-200:]) for row in part) for part in own)
    return here >= _ENOUGH_LINKS and here * 2 >= len(own) and intro <= _LONGEST_INTRO


def _marks(rows: list[str], number_of: _NumberOf, *, loose: bool) -> list[_Mark]:
    """Return the numbered rows in order; `loose`: where none looks like a heading, each may be one."""
    bare = [unmarked(row).strip() for row in rows] + [""]
    filled = [at for at, line in enumerate(bare) if line]
    after = [*filled, len(rows), len(rows)]
    marks: list[_Mark] = []
    last: dict[_Style, int] = {}
    sections = 0
    taken = -1  # the heading of a number that stands alone
    for position, at in enumerate(filled):
        if at == taken:
            continue
        found = number_of(rows[at])
        if found and len(marks) < _MOST_MARKS:
            lone = found.title is None
            title_at, below = after[position + lone], bare[after[position + lone + 1]]
            if title_at == len(rows) or (lone and _is_lone(number_of(rows[title_at]))):
                continue
            title = bare[title_at] if found.title is None else found.title
            above = bare[filled[position - 1]] if position else ""
            style = (found.mark, found.strong, found.word, lone)
            last[style] = found.value or last.get(style, 0) + 1
            opening = Opening.CELL if not (found.mark or lone) else Opening.ANY
            start = Start(at, title_at, found.title_from, last[style], opening)
            marks.append(_Mark(start, style, sections, _likeness(title, above, below)))
            sections += found.mark == "I"
            taken = title_at
        elif is_section(bare[at]):
            sections += 1
    if loose and not any(mark.weight >= _LIKELY for mark in marks):
        return [replace(mark, weight=_LIKELY) for mark in marks]  # headlines alone, closed like a list
    return marks


def _is_lone(found: Counted | None) -> bool:
    """Tell whether a row is a number and nothing else."""
    return found is not None and found.title is None


def _likeness(title: str, above: str, below: str) -> float:
    """Weigh how much a numbered row looks like the heading of an item, not like a row of a list."""
    score = 1.0 if not _CLOSED.search(title) and len(title) <= _LONGEST_HEADING else 0.2
    score += 1.0 if is_prose(below) else 0.0
    score += 2.0 if HERE.search(above) else 0.0
    score -= 1.0 if above.endswith((":", ";", ",")) else 0.0
    return score - (1.0 if title[:1].islower() else 0.0)


def _chain(marks: list[_Mark], *, loose: bool) -> list[int]:
    """Return the marks where items begin: the best run 1, 2, 3 … of one style, [] if there is none.

    Some numbers may be missing or doubled by mistake, and they may start again below a section heading.
    `loose`: the first may be missing, too, but for a heading only.
    """
    runs: list[
        tuple[float, int]
    ] = []  # for each mark: score of the best run that ends in it, its predecessor
    by_number: dict[tuple[_Style, int], int] = {}  # the best mark so far
    by_style: dict[_Style, int] = {}
    for index, mark in enumerate(marks):
        choices = []
        if mark.number == 1 or (loose and mark.number == _SECOND):
            choices.append((mark.weight - (mark.number - 1) * _DOUBLED, -1))
        for step in range(_MOST_SKIPPED + 2):
            before = by_number.get((mark.style, mark.number - step))
            if before is not None:
                choices.append((runs[before][0] + mark.weight - _cost(step), before))
        before = by_style.get(mark.style)
        if mark.number == 1 and before is not None and marks[before].section < mark.section:
            choices.append((runs[before][0] + mark.weight, before))
        runs.append(max(choices, default=(_NEVER, -1)))
        if choices:
            held = by_number.setdefault((mark.style, mark.number), index)
            if runs[held][0] <= runs[index][0]:
                by_number[mark.style, mark.number] = index
            held = by_style.setdefault(mark.style, index)
            if runs[held][0] <= runs[index][0]:
                by_style[mark.style] = index
    index = max(range(len(runs)), key=lambda at: (runs[at][0], -at), default=-1)
    run: list[int] = []
    while index >= 0 and runs[index][0] > _NEVER:
        run.append(index)
        index = runs[index][1]
    return run[::-1]


def _cost(step: int) -> float:
    """Return what a run pays for a number that is `step` above the one before."""
    return _DOUBLED if step == 0 else (step - 1) * _MISSING


def _filled(run: list[int], marks: list[_Mark]) -> list[int]:
    """Put in marks of another style that have just the numbers which a run lacks: one bold among plain ones.

    A number whose predecessor stands before it in its own style belongs to a list.
    """
    filled: list[int] = []
    for index, after in pairwise([*run, len(marks)]):
        filled.append(index)
        last = marks[index].number
        most = marks[after].number if after < len(marks) else last + len(marks)
        listed: set[tuple[_Style, int]] = set()
        for other in range(index + 1, after):
            mark = marks[other]
            fits = last < mark.number < most and mark.number <= last + 1 + _MOST_SKIPPED
            if fits and mark.weight >= _LIKELY and (mark.style, mark.number - 1) not in listed:
                filled.append(other)
                last = mark.number
            else:
                listed.add((mark.style, mark.number))
    return filled


def _unread(rows: list[str], second: Start) -> Start | None:
    """Return where the item before the first readable number begins, None if no text stands there."""
    lines = [unmarked(row).strip(" #\r\n") for row in rows[: second.at]]
    named = max((at for at, line in enumerate(lines) if masthead.names_bulletin(line)), default=-1)
    at = named + 1
    while at < len(lines) and _is_of_heading(lines[at]):
        at += 1
    if named < 0 or not any(map(is_prose, lines[at:])):
        return None
    misread = _MISREAD.match(rows[at])
    return Start(at, at, misread.end() if misread else 0, second.number - 1)


def _is_of_heading(line: str) -> bool:
    """Tell whether a plain row still belongs to the heading or leads over from it."""
    if not line or line.isupper() or line.endswith(":") or fold(line).startswith(("ngày", "từ ngày", "(")):
        return True
    return dates.line(line, Basis.HEADER) is not None
