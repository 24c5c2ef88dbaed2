"""A numbered bulletin to its items. Pure; never raises.

A bulletin is told by its heading ("BẢN TIN … NGÀY 31 THÁNG 01 NĂM 2023", then "1. …") or, without
one, by two or more numbered items that end in "tại đây". An article about a bulletin, or one with
a numbered list in it, is none. No character is lost: `"".join((masthead, *raws, signature))` is
the text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline import dates
from pipeline.furniture import is_prose, unmarked
from pipeline.model import Basis, When
from pipeline.text import CAPITALS, clean, fold

_MOST_LINES = 20_000
_MOST_ITEMS = 300
_LONGEST_HEADING = 260  # characters; a longer numbered line is a paragraph
_LONGEST_INTRO = 300  # characters of prose between heading and first item
_MASTHEAD_LINES = 12
_HEADING_LINES = 4
_MOST_MARKS = 2_000
_ENOUGH_LINKS = 2  # items that end in "tại đây"; one link is any article's
_MISPRINTED, _NEVER = 1.5, float("-inf")  # what a misprinted or missing number costs a run
_MOST_SKIPPED = 3  # numbers that may be missing in a row
_LIKELY = 1.0  # weight of a line that looks like a heading rather than like a line of a list

# A figure may follow a number only behind a space, a bracket or emphasis: "3. 25 học sinh" and "3)25"
# are items, "2.400 ha", "3.5 là ngày", "7:30" and "1/3" are text. So is "01/CT-UBND".
_NUMBERED = re.compile(
    r"\s*+(?:#{1,6}\s++)?(?P<strong>\*\*|__)?\s*+(?P<word>(?:tin|bài|mục)(?: (?:số|thứ))? )?"
    r"(?P<number>\d{1,3})(?:\*\*|__)?\\?"
    r"(?P<mark>[.):]|/(?=\s)|(?(word)(?: [–-](?= )|(?=\s*$))|(?!)))(?:\*\*|__)?\s*+"
    r"(?P<title>(?:(?<=[\s*_)])|(?!\d))\S.*)?\s*",
    re.IGNORECASE,
)
_SECTION = re.compile(r"(?:[IVX]{1,5}|[A-H])\s*[.)/-]\s*\S.{2,120}")
_LONGEST_SECTION = 80  # characters of a heading in capitals
_MASTHEAD = re.compile(
    r"(?:(?:bản tin|điểm (?:tin|báo)|tin tức|tổng hợp tin|tin (?:hoạt động|vắn|trong ngày|nổi bật)|nhịp sống|"
    r"thông tin báo chí|(?:các )?hoạt động (?:của |nổi bật)|(?:các )?sự kiện)(?![^\W_]).*|"
    r"(?:thông tin |kết quả |hoạt động )?chỉ đạo,? điều hành"
    r".*(?:từ ngày|trong (?:ngày|tuần|tháng)|ngày \d).*)"
)
_SIGNATURE = re.compile(
    r"(?:chỉ đạo thực hiện|chịu trách nhiệm|(?:ban|tổ|tổng|thư ký) biên tập|biên tập|trình bày|thiết kế|"
    r"thư ký|ảnh bìa|(?:cổng|công) thông tin|trung tâm thông tin|văn phòng ubnd|trụ sở|địa chỉ|website|web|"
    r"e-?mail|giấy phép|bản quyền|ghi rõ nguồn|nơi nhận)(?![^\W_]).{0,160}|"
    r"(?:điện thoại|đt|tel|fax|hotline)\s*[:.].{0,160}|[^ ]+@[^ ]+|-{2,}"
)
_HERE = re.compile(r"tại đây[\s\])*.:…\"”»>]*(?:\([^()\s]*\))?[\s*.:]*$", re.IGNORECASE)
_TWO_SENTENCES = re.compile(rf"(?<![{CAPITALS}])(?<!Tp)\. ")  # "TP. HCM" and "PGS. TS." end none
_CLOSED = re.compile(r"[.!?…;:][\"”’')*\]]*$")
_Style = tuple[str, bool, bool, bool]


@dataclass(frozen=True, slots=True)
class Item:
    """One item.

    Args:
        number: as printed if the bulletin's numbers rise, else 1..n by position.
        title: its heading, "" if the numbered line is a paragraph already.
        body: what follows, as Markdown; "" for a headline alone.
        raw: its slice of the text.
    """

    number: int
    title: str
    body: str
    raw: str


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin and its shell. `when`: the day that its heading names, basis BULLETIN."""

    masthead: str
    items: tuple[Item, ...]
    signature: str
    when: When | None


@dataclass(frozen=True, slots=True)
class _Mark:
    """A numbered line that may begin an item.

    Args:
        at: its row; `title_at` is the row of its heading, a later one if the number stands alone.
        number: as printed.
        style: its mark; whether it is bold, has a word before it, stands alone.
        section: how many section headings stand above it.
        weight: how much it looks like the beginning of an item.
    """

    at: int
    title_at: int
    number: int
    style: _Style
    section: int
    weight: float


def split(text: str, *, sure: bool = False) -> Bulletin | None:
    """Return the items of a bulletin, None if `text` is none.

    Args:
        text: Markdown or plain text.
        sure: somebody says that it is a bulletin; numbered lines are enough then.
    """
    rows = text.splitlines(keepends=True)
    if not rows or len(rows) > _MOST_LINES:
        return None
    marks = _marks(rows)
    run = [marks[index] for index in _filled(_chain(marks), marks)][:_MOST_ITEMS]
    if not run:
        return None
    starts = [mark.at for mark in run]
    ends = [*starts[1:], len(rows)]
    masthead = "".join(rows[: starts[0]])
    heading = _heading(rows[: starts[0]])
    here = sum(_ends_here(rows[start:end]) for start, end in zip(starts, ends, strict=True))
    if not (sure or _is_headed(heading) or here >= _ENOUGH_LINKS):
        return None
    ends[-1] = _signature(rows, run[-1].title_at, heading)
    items = tuple(
        _item(number, rows[mark.at : end], mark.title_at - mark.at)
        for number, mark, end in zip(_numbers(run), run, ends, strict=True)
    )
    return Bulletin(masthead, items, "".join(rows[ends[-1] :]), _when(heading or [masthead]))


def _marks(rows: list[str]) -> list[_Mark]:
    """Return the numbered lines in order."""
    bare = [unmarked(row).strip() for row in rows] + [""]
    filled = [at for at, line in enumerate(bare) if line]
    after = [*filled, len(rows), len(rows)]
    marks: list[_Mark] = []
    sections = 0
    taken = -1  # the heading of a number that stands alone
    for position, at in enumerate(filled):
        if at == taken:
            continue
        found = _NUMBERED.fullmatch(rows[at])
        if found and len(marks) < _MOST_MARKS:
            lone = found["title"] is None
            title_at, below = after[position + lone], bare[after[position + lone + 1]]
            if title_at == len(rows) or (lone and _is_lone(rows[title_at])):
                continue
            title = bare[title_at] if lone else unmarked(found["title"]).strip()
            above = bare[filled[position - 1]] if position else ""
            weight = _likeness(title, above, below)
            style = (found["mark"].strip(), bool(found["strong"]), bool(found["word"]), lone)
            marks.append(_Mark(at, title_at, int(found["number"]), style, sections, weight))
            taken = title_at
        elif _is_section(bare[at]):
            sections += 1
    return marks


def _is_lone(row: str) -> bool:
    """Tell whether a line is a number and nothing else."""
    found = _NUMBERED.fullmatch(row)
    return found is not None and found["title"] is None


def _likeness(title: str, above: str, below: str) -> float:
    """Weigh how much a numbered line looks like the heading of an item, not like a line of a list."""
    score = 1.0 if not _CLOSED.search(title) and len(title) <= _LONGEST_HEADING else 0.2
    score += 1.0 if is_prose(below) else 0.0
    score += 2.0 if _HERE.search(above) else 0.0
    score -= 1.0 if above.endswith((":", ";", ",")) else 0.0
    return score - (1.0 if title[:1].islower() else 0.0)


def _chain(marks: list[_Mark]) -> list[int]:
    """Return the marks where items begin: the best run 1, 2, 3 … of one style, [] if there is none.

    Some numbers may be missing or doubled by mistake, and they may start again below a section heading.
    """
    runs: list[
        tuple[float, int]
    ] = []  # for each mark: score of the best run that ends in it, its predecessor
    by_number: dict[tuple[_Style, int], int] = {}  # the best mark so far
    by_style: dict[_Style, int] = {}
    for index, mark in enumerate(marks):
        choices = [(mark.weight, -1)] if mark.number == 1 else []
        for step in range(_MOST_SKIPPED + 2):
            before = by_number.get((mark.style, mark.number - step))
            if before is not None:
                choices.append((runs[before][0] + mark.weight - abs(step - 1) * _MISPRINTED, before))
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
            fits = last + 1 == mark.number < most and mark.weight >= _LIKELY
            if fits and (mark.style, last) not in listed:
                filled.append(other)
                last += 1
            else:
                listed.add((mark.style, mark.number))
    return filled


def _numbers(run: Sequence[_Mark]) -> list[int]:
    """Return the numbers of items: as printed if they rise, so that one left out shifts no other."""
    printed = [mark.number for mark in run]
    rising = all(one < other for one, other in pairwise(printed))
    return printed if rising else list(range(1, len(run) + 1))


def _heading(rows: list[str]) -> list[str]:
    """Return the heading's lines among those above the first item, [] if there is no bulletin's heading."""
    lines = [line for line in (unmarked(row).strip(" #\r\n") for row in rows) if line][-_MASTHEAD_LINES:]
    first = next((at for at, line in enumerate(lines) if _MASTHEAD.fullmatch(fold(line))), None)
    return [] if first is None else lines[first:]


def _is_headed(heading: list[str]) -> bool:
    """Tell whether the lines above the first item are a bulletin's heading, and hardly anything else."""
    if not heading or sum(len(line) for line in heading[1:] if is_prose(line)) > _LONGEST_INTRO:
        return False
    return heading[0].isupper() or bool(dates.mentions(clean(" ".join(heading[:_HEADING_LINES]))))


def _ends_here(rows: list[str]) -> bool:
    """Tell whether a paragraph of an item ends in "tại đây"."""
    return any(_HERE.search(row) for row in rows)


def _signature(rows: list[str], start: int, heading: list[str]) -> int:
    """Return where the last item ends: at the heading's repetition or the first line of the makers' block."""
    head = fold(heading[0]) if heading else ""
    lines = [unmarked(row).strip() for row in rows]
    last = max((at for at in range(start, len(rows)) if is_prose(lines[at])), default=start)
    for at in range(last + 1, len(rows)):
        line = fold(lines[at])
        if (head and line == head) or _SIGNATURE.fullmatch(line):
            return at
    return len(rows)


def _item(number: int, rows: list[str], title_at: int) -> Item:
    """Read one item: its heading, wrapped lines of it joined, and its body."""
    raw = "".join(rows)
    first = rows[title_at]
    if title_at == 0 and (found := _NUMBERED.fullmatch(first)):
        first = first[found.start("title") :]
    rows = rows[title_at + 1 :]
    while rows and _is_gap(rows[-1]):
        rows = rows[:-1]
    heading, rest = unmarked(first).strip(), rows
    while rest and _continues(heading, rest[0]):
        heading, rest = f"{heading} {unmarked(rest[0]).strip()}", rest[1:]
    body = "".join(rest).strip()
    is_heading = len(heading) <= _LONGEST_HEADING and not (
        _TWO_SENTENCES.search(heading) or _HERE.search(heading)
    )
    if is_heading and (body or not _CLOSED.search(heading)):
        return Item(number, heading.rstrip(" .:;"), body, raw)
    return Item(number, "", "".join((first, *rows)).strip(), raw)


def _is_section(line: str) -> bool:
    """Tell whether a line heads several items ("II. VĂN HÓA", "KINH TẾ - XÃ HỘI")."""
    return bool(_SECTION.fullmatch(line)) or (
        line.isupper() and " " in line and len(line) <= _LONGEST_SECTION
    )


def _is_gap(row: str) -> bool:
    """Tell whether a line below an item belongs to none: empty, or the heading of the next section."""
    line = unmarked(row).strip()
    return not line or _is_section(line)


def _continues(heading: str, row: str) -> bool:
    """Tell whether a line only goes on with the heading above, as portals break lines."""
    line = unmarked(row).strip()
    return (
        bool(line) and line[0].islower() and not _CLOSED.search(heading) and len(heading) < _LONGEST_HEADING
    )


def _when(heading: list[str]) -> When | None:
    """Return the last day of the first line that names one: "từ ngày 23-25/7/2025" came out on the 25th."""
    for line in heading:
        days = [day for day in dates.mentions(clean(line)) if day.year is not None]
        if days:
            return dates.parse(f"{days[-1].day}/{days[-1].month}/{days[-1].year}", Basis.BULLETIN)
    return None
