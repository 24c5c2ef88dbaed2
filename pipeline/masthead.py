"""The heading of a bulletin with its day and session, and the makers' block below its last item.

Pure; never raises.
"""

import re
from dataclasses import dataclass

from pipeline import dates
from pipeline.bulletin_words import either, words
from pipeline.furniture import is_prose, unmarked
from pipeline.model import Basis, When
from pipeline.text import clean, fold

_ROWS = 20  # filled rows above the first item that may be the heading
_TITLE_ROWS = 4  # rows of the heading that may name its day
_LONGEST_ROW = 300
_LONGEST_PREFIX = 60
_LONGEST_INTRO = 300  # characters of prose between heading and first item
_LONGEST_LEAD_IN = 800  # the same where it ends in a colon and each item has its own text
_MENU_WORDS = 4  # a name in capitals of no more words may be a menu's

_RANGES = ((0x1F300, 0x1FAFF), (0x2190, 0x21FF), (0x2600, 0x2775), (0x2794, 0x27BF), (0x2B00, 0x2BFF))
PICTURES = "".join(f"{chr(first)}-{chr(last)}" for first, last in _RANGES)  # for a class of a pattern
_FIRST_PICTURE = "\u200d"  # of what stands below, by code point
_MARKS = " \t\r\n#*_=~>|"
_DECORATION = f"{_MARKS}\u200d\ufe0f" + "".join(
    chr(one) for pair in _RANGES for one in range(pair[0], pair[1] + 1)
)

_END = r"(?![^\W\d_])"
_DIRECTING = (
    rf"(?:(?:các |những )?{either('directing')}(?: về| công tác)? )?chỉ đạo,?(?: và)? điều hành{_END}"
    rf"(?=,? \(?{either('directing_next')}| ?[(:,]).{{0,200}}?{either('directing_when')}"
)
_MASTHEAD = re.compile(
    rf"(?:\[?(?:[^.!?:|]{{1,{_LONGEST_PREFIX}}}(?:[:|»]| - ))? *)?"
    rf"(?:(?:{either('sure_names')}|{either('names')}){_END}|{_DIRECTING}).*"
)
_HINTS = words("hints")  # a tenth of all rows has one, and folding is what costs
_DIRECTS = re.compile(r".{0,60}chỉ đạo,?(?: và)? điều hành", re.IGNORECASE)
_SURE = re.compile(rf"{either('sure_names')}{_END}")
_SURE_ALONE = re.compile(rf"{either('sure_names')}{_END}(?: {either('alone')}| -)*")
_ISSUE = re.compile(rf"(?<![^\W_]){either('issue')}")
_PRESS_TEXT = re.compile(
    rf"thông (?:tin|cáo) báo chí {either('one_press_text')}{_END}(?!.*chỉ đạo,? điều hành)"
)
_GOES_ON = re.compile(rf"[(\[]{{0,2}}{either('heading_goes_on')}")
_ABOUT = re.compile(rf"(?<![^\W_]){either('about')}(?![^\W_])")
_LEADS_OVER = re.compile(rf"(?:\d|(?<![^\W_]){either('leads_over')}):$")
_PRESS_ON = re.compile(r"thông (?:tin|cáo) báo chí (?:về|liên quan|v/v)(?![^\W_])")
_HEADS_ONE = re.compile(rf"(?:{either('names')}){_END}[^:\d]{{0,40}}:")
_TELLS_ONE = re.compile(rf"(?<![^\W_]){either('names_about')}(?![^\W_])")
_SICKNESS = re.compile(rf"(?<![^\W_]){either('sickness')}(?![^\W_])")
_ONE_SUBJECT = re.compile(
    rf"bản tin(?: nhanh)?(?: số \S+)?(?: về)?(?: phòng,? chống)? {either('one_subject')}"
)
_FAREWELL = re.compile(rf".{{0,160}}(?<![^\W_]){either('farewells')}{_END}.{{0,160}}")
_SOURCE = re.compile(r"[\s*_(\[]{0,9}nguồn(?: tin)?\s{0,9}:")
_LABEL = 30  # characters of a row in which it names its source
_SIGNATURE = re.compile(
    rf"{either('makers')}{_END}.{{0,160}}|{either('makers_offices')}{_END}.{{0,160}}(?<![.:;])|"
    rf"{either('makers_labels')}\s*[:.].{{0,160}}|[^ ]+@[^ ]+|-{{2,}}|"
    r"(?:kính |trân trọng ){0,2}mời (?:quý (?:vị|khán giả|thính giả|bạn đọc)|các bạn|bạn|khán giả)?.{0,40}"
    r"(?:xem|theo dõi|nghe)(?![^\W_]).{0,120}"
)
_OFFICE = re.compile(rf"{either('offices')}(?![^\W_]).{{0,160}}")
_SESSION = re.compile(r"(?<![^\W_])(sáng|trưa|chiều|tối|đêm|khuya)(?![^\W_])")
_SESSIONS = {"sáng": "sang", "trưa": "trua", "chiều": "chieu", "tối": "toi", "đêm": "toi", "khuya": "toi"}


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the first item, from a row on that may name a bulletin.

    Args:
        rows: filled rows without marks.
        above: how many filled rows stand above them.
    """

    rows: tuple[str, ...] = ()
    above: int = 0

    def is_of_bulletin(self, *, told: bool) -> bool:
        """Tell whether this is a bulletin's heading and hardly anything else.

        Args:
            told: the items below have their own text, so that a longer lead-in may stand above them.
        """
        intro = sum(len(row) for row in self.rows[1:] if is_prose(row))
        longest = (
            _LONGEST_LEAD_IN if told and self.rows[-1:] and self.rows[-1].endswith(":") else _LONGEST_INTRO
        )
        if not self.rows or intro > longest or self.is_of_article():
            return False
        name = fold(self.rows[0])
        is_sure = bool(_SURE.match(name))
        if not is_sure and (_TELLS_ONE.search(name.partition(":")[0]) or _HEADS_ONE.match(name)):
            return False
        if self._tells_day(dated_lines=is_sure) or (
            self.rows[0].isupper() and (is_sure or len(name.split()) > _MENU_WORDS)
        ):
            return True
        if not (told and is_sure):
            return False
        return bool(_ISSUE.search(name) or (not self.above and _SURE_ALONE.fullmatch(name)))

    def is_of_sickness(self) -> bool:
        """Tell whether it heads the day's cases of a sickness."""
        return bool(_SICKNESS.search(fold(self.rows[0])))

    def is_of_article(self) -> bool:
        """Tell whether the headline speaks about a bulletin, or the text has one subject."""
        name = fold(self.rows[0])
        whole = fold(" ".join(self.rows[:2]))
        if name.endswith("?") or (name.endswith(":") and not _LEADS_OVER.search(name)):
            return True
        return bool(
            _ABOUT.search(name)
            or _ONE_SUBJECT.search(whole)
            or _PRESS_TEXT.match(name)
            or _PRESS_ON.match(whole)
        )

    def _tells_day(self, *, dated_lines: bool) -> bool:
        """Tell whether the heading names its day; a page's own date line counts below a sure name only."""
        own = [self.rows[0]]
        for row in self.rows[1:_TITLE_ROWS]:
            is_line = dates.line(row, Basis.HEADER) is not None and not row.isupper()
            if not (dated_lines or row.isupper() or (_GOES_ON.match(fold(row)) and not is_line)):
                break
            own.append(row)
        return bool(dates.mentions(clean(" ".join(row for row in own if not is_prose(row) or row.isupper()))))

    def when(self) -> When | None:
        """Return the last day of the first row that names one: "từ ngày 23-25/7" came out on the 25th."""
        for row in self.rows:
            days = [day for day in dates.mentions(clean(row)) if day.year is not None]
            if days:
                return dates.parse(f"{days[-1].day}/{days[-1].month}/{days[-1].year}", Basis.BULLETIN)
        return None

    def session(self) -> str:
        """Return which of a day's bulletins it is: "sang", "trua", "chieu", "toi", "" if it does not say."""
        found = (_SESSION.search(fold(row)) for row in self.rows[:_TITLE_ROWS] if not is_prose(row))
        return next((_SESSIONS[hit[1]] for hit in found if hit), "")


def names_bulletin(line: str) -> bool:
    """Tell whether a plain line may name a bulletin."""
    if len(line) > _LONGEST_ROW:
        return False
    row = line.casefold()
    return any(hint in row for hint in _HINTS) and bool(_MASTHEAD.fullmatch(fold(line)))


def named_at(lines: list[str]) -> int | None:
    """Return the first plain row that may name a bulletin, alone or with the row below it."""
    for at, line in enumerate(lines):
        if names_bulletin(line):
            return at
        both = f"{line} {lines[at + 1]}" if at + 1 < len(lines) else ""
        if _DIRECTS.match(line) and names_bulletin(both):
            return at
    return None


def heads(rows: list[str]) -> bool:
    """Tell whether rows are the heading of a bulletin and nothing else."""
    return heading(rows, told=True) is not None


def heading(rows: list[str], *, told: bool) -> Heading | None:
    """Return the bulletin's heading among the rows above its first item, None if there is none.

    Args:
        rows: rows of Markdown.
        told: the items below have their own text.
    """
    filled = list(filter(None, map(plain, rows)))
    above = max(len(filled) - _ROWS, 0)
    found = [
        Heading(tuple(filled[at:]), at)
        for at in range(above, len(filled))
        if named_at(filled[at : at + 2]) == 0
    ]
    if not found or (found[0].is_of_article() and not found[0].above):
        return None
    return next((head for head in found if head.is_of_bulletin(told=told)), None)


def signature(rows: list[str], start: int, name: str) -> int:
    """Return where the last item ends: at the heading's repetition or the first row of the makers' block.

    Args:
        rows: all rows of the text.
        start: the row where the last item's own words begin.
        name: the first row of the heading, "" if there is none.
    """
    lines = [plain(row) for row in rows[start:]]
    name = fold(name)
    last = max(
        (at for at, line in enumerate(lines) if is_prose(line) and not _bids_farewell(line)), default=0
    )
    each = any(_SOURCE.match(row[:_LABEL].casefold()) for row in rows[:start])  # item names its own source
    for at in range(last + 1, len(lines)):
        if not (each and _SOURCE.match(lines[at].casefold())) and _ends(lines[at], name):
            return start + at
    return len(rows)


def plain(row: str) -> str:
    """Return a row of Markdown without marks, and without pictures, rules and borders around it."""
    return undecorated(unmarked(row))


def undecorated(row: str) -> str:
    """Return a row without the pictures, rules and borders around it."""
    row = row.strip(_MARKS)
    return row.strip(_DECORATION) if row and max(row[0], row[-1]) >= _FIRST_PICTURE else row


def _ends(line: str, name: str) -> bool:
    """Tell whether a plain row ends the last item."""
    return is_signature(line) or _bids_farewell(line) or bool(name and fold(line) == name)


def _bids_farewell(line: str) -> bool:
    """Tell whether a plain row closes what is read aloud."""
    return len(line) <= _LONGEST_ROW and bool(_FAREWELL.fullmatch(fold(line)))


def is_signature(line: str) -> bool:
    """Tell whether a plain line belongs to the makers' block."""
    if len(line) > _LONGEST_ROW:
        return False
    key = fold(line)
    return bool(_SIGNATURE.fullmatch(key) or (line.isupper() and _OFFICE.fullmatch(key)))
