"""What portals leave in a text, taken out: the headline, the date line and the makers are read on the way.

Pure; never raises. Works on lines, the same for plain text, Markdown and what `extract` reads from
HTML. The phrases are data (`data/furniture.toml`). A sentence of the article is never taken out:
whatever is removed is short, or an invitation to click, or stands where only menus stand.
"""

import re
import tomllib
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from pipeline import dates
from pipeline.bylines import Byline, byline, credit_at_end, without_mark
from pipeline.model import Basis, When
from pipeline.text import clean, fold, paragraphs, words

_DATA = Path(__file__).parent / "data" / "furniture.toml"
_LONGEST_PHRASE = 200
_LONGEST_TITLE = 180
_PROSE, _SURELY_PROSE = 80, 160  # characters, with and without a full stop at the end
_ECHO = (0.5, 0.25)  # share of a headline's word pairs that its text repeats; if it repeats three in a row
_ECHO_ROOM = 20_000  # characters of the text that are asked
_SHORTEST_TITLE = (10, 3)  # characters, words
_HARDLY_ENTRY, _NO_ENTRY = 5, 8  # words that menus' entries seldom and never have
_MOST_BYLINES = 2  # more names in a row are a list of the article

_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,2000}\)")
_LINK = re.compile(r"\[(?P<text>[^\[\]\n]{0,500})\]\((?P<target>[^()\s]{0,2000})(?: +\"[^\"\n]{0,200}\")?\)")
_STRONG = re.compile(r"\*\*|__")
_EMPHASIS = re.compile(r"(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])")
_LINE_START = re.compile(r"^(?:#{1,6}\s+|>\s?|\*\s+)+")
_HEADING = re.compile(r"^# +(?P<title>\S.*)", re.MULTILINE)
_MENU_ROW = re.compile(r"(?:[^|•»\d]{1,30}[|•»]){2,12}[^|•»\d]{0,30}")
_RULE = re.compile(r"[-*_=\s|:]{3,}")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>])")
_HERE = re.compile(
    r"(?:(?:tại|ở|vào) )?đây|(?:xem |đọc )?(?:chi tiết|thêm|tiếp|toàn văn|tại đây)|link|file đính kèm"
)
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']+")
_SENTENCE_START = r"(?:^|(?<=[.!?…”\"»):;] ))"
_INVITING = (
    r"(?:(?:kính |trân trọng )*mời|xem|đọc|chi tiết|nội dung (?:chi tiết|cụ thể|văn bản|toàn văn)|toàn văn|"
    r"bấm|nhấn|click|truy cập|tải|download|theo dõi|quý vị)(?: [^.!?\n]{0,140})? (?:tại|ở|vào) đây"
)
_OFFERING = (
    r"(?:(?:kính |trân trọng )*mời (?:(?:quý (?:vị|bạn đọc|độc giả|khách)|bạn đọc|độc giả|các bạn|bạn)"
    r"(?: và các bạn)? )?(?:đón )?(?:xem|đọc|theo dõi)|"
    r"xem (?:thêm|chi tiết|tiếp|file|tệp|văn bản|video|clip))"
    r"(?: (?:chi tiết|thêm|tiếp|file|tệp|văn bản|đính kèm|video|clip|bài viết|nội dung|sau|dưới đây|tại))*"
)
_INVITATION = re.compile(
    rf"{_SENTENCE_START}[>»•–\-\s(*]{{0,9}}(?:{_INVITING}|{_OFFERING})"
    r"(?:\s*[:.…)*>»!]+|\s*$)(?:\s*https?://[^\s]+)?\s*",
    re.IGNORECASE,
)
_GLUED_DATE = re.compile(
    r"^(?P<date>\(\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\)\s*[-–]?\s*|\d{1,2}[/.-]\d{1,2}[/.-]\d{4})(?=[^\W\d_a-z])"
)
_LEAK = re.compile(r"^null\s+(?P<title>\S.{5,})$")
_PICTURE_OF = re.compile(r"(?:(?:ảnh|hình|image|photo|img) )?\d{1,2}|ảnh|hình")
_SITE_NAME = re.compile(
    r"(?:báo|cổng (?:thông tin|ttđt)|trang (?:thông tin|tin)|đài (?:phát thanh|pt)|tạp chí)\b[^.!?]{0,60}"
)
_END = re.compile(r"[.!?…:;][\"”’')\]]*$")


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


class _Kind(Enum):
    LINE = "lines"
    BOX = "boxes"
    END = "ends"
    MENU = "menus"


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
    heading = _HEADING.search(text[:_ECHO_ROOM])
    work = _Work(clean(title).strip(), unmarked(clean(heading["title"])).strip() if heading else "")
    rest = _walk_head(lines, work)
    _walk_body(rest, work)
    _walk_back(work)
    credit = next((line.credit for line in work.bylines if line.credit), "")
    if work.kept:
        work.kept[0], agency = without_mark(work.kept[0])
        work.kept[-1], named = credit_at_end(work.kept[-1])
        credit = credit or named or agency
    authors = tuple(dict.fromkeys(name for line in work.bylines for name in line.authors))
    header = next((when for early, when in work.dates if not early and when.basis is Basis.HEADER), None)
    early = next((when for early, when in work.dates if early), None)
    page = next((when for _, when in work.dates if when.basis is Basis.PAGE), early)
    return Tidy(
        work.title,
        "\n\n".join(filter(None, work.kept)),
        authors,
        credit,
        header,
        page,
        links,
        "\n".join(work.removed),
    )


def unmarked(text: str) -> str:
    """Return Markdown as plain text: no emphasis, links as their text, no pictures. Newlines stay."""
    text = _LINK.sub(lambda found: found["text"], _IMAGE.sub("", text))
    return _ESCAPED.sub(r"\1", _EMPHASIS.sub(r"\1", _STRONG.sub("", text)))


def is_prose(line: str) -> bool:
    """Tell whether a line is a paragraph of an article: long, and closed like a sentence."""
    return len(line) >= _SURELY_PROSE or (len(line) >= _PROSE and bool(_END.search(line)))


def without_invitation(line: str) -> str:
    """Return a line without its invitation to click ("Mời xem chi tiết tại đây.")."""
    return _INVITATION.sub("", line).rstrip() if len(line) < _LONGEST_PHRASE or "đây" in line else line


def _lines(text: str) -> tuple[list[str], tuple[str, ...]]:
    """Return the filled lines of Markdown as plain text, and the targets of its invitations."""
    links: list[str] = []
    lines = []
    for raw in paragraphs(clean(text)):
        targets = [
            found["target"]
            for found in _LINK.finditer(raw)
            if _HERE.fullmatch(fold(found["text"].strip(" *:.>»")))
        ]
        if targets or "đây" in raw:
            targets += _ADDRESS.findall(_LINK.sub("", raw)) if _INVITATION.search(unmarked(raw)) else []
        links += targets
        line = unmarked(_LINE_START.sub("", raw)).strip()
        if line and not _RULE.fullmatch(line):
            lines.append(line)
    return lines, tuple(dict.fromkeys(links))


@cache
def _patterns() -> dict[_Kind, re.Pattern[str]]:
    with _DATA.open("rb") as data:
        phrases = tomllib.load(data)
    return {kind: re.compile("|".join(f"(?:{phrase})" for phrase in phrases[kind.value])) for kind in _Kind}


@lru_cache(maxsize=1_000)
def _key(line: str) -> str:
    """Return the words of a line, for comparing."""
    return " ".join(words(line))


def _kind(line: str) -> _Kind | None:
    """Tell what furniture a line is, None if it is none."""
    if len(line) > _LONGEST_PHRASE:
        return None
    key = _key(line)
    if not key or _MENU_ROW.fullmatch(line):
        return _Kind.LINE
    return next((kind for kind, pattern in _patterns().items() if pattern.fullmatch(key)), None)


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
    kind = _kind(line)
    if leaked := _LEAK.match(line):
        work.title = work.title or leaked["title"]
        work.removed.append(line)
    elif kind is not None or _repeats(line, work.title):
        opens = {None: _Menu.NONE, _Kind.BOX: _Menu.SURE, _Kind.END: _Menu.SURE, _Kind.MENU: _Menu.LIKELY}
        work.menu = max(work.menu, opens.get(kind, _Menu.NONE))
        work.removed.append(line)
    elif (when := dates.line(line, Basis.HEADER)) and not _GLUED_DATE.match(line):
        work.dates.append((not work.title, when))
        work.menu = _Menu.NONE
    elif not work.title and following and _is_title(line, following[0], work, told):
        work.title, work.menu = line, _Menu.NONE
    elif not is_prose(line) and (work.menu or (not work.title and len(line.split()) < _SHORTEST_TITLE[1])):
        work.menu = work.menu or _Menu.LIKELY
        work.removed.append(line)
    else:
        return False
    return True


def _is_title(line: str, below: str, work: _Work, told: list[str]) -> bool:
    """Tell whether a line above the text is its headline. Below a menu, its text must speak of it."""
    if line == work.heading:
        return True
    if not _is_headline(line):
        return False
    if work.menu is _Menu.NONE:
        return not (_SITE_NAME.fullmatch(fold(line)) and _is_headline(below) and not _echoes(line, told))
    least = _NO_ENTRY if work.menu is _Menu.SURE else _HARDLY_ENTRY
    is_last = dates.line(below, Basis.HEADER) is not None or (work.menu is _Menu.LIKELY and is_prose(below))
    return _echoes(line, told) or (len(line.split()) >= least and is_last)


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
        kind = _kind(line)
        at += 1
        if kind in (_Kind.BOX, _Kind.END) and work.kept and not _is_middle(work.kept, lines[at:]):
            back = _resumes(lines, at) if kind is _Kind.BOX else None
            end = len(lines) if back is None else back
            work.removed += [line, *lines[at:end]]
            at = end
        elif kind in (_Kind.LINE, _Kind.BOX, _Kind.END) or _repeats(line, work.title):
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
        if _kind(lines[at]) is _Kind.END:
            return None
        if is_prose(lines[at]):
            after = next((line for line in lines[at + 1 :] if _kind(line) is not _Kind.LINE), "")
            if is_prose(after) or byline(after):
                return at
    return None


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
        elif _kind(line) is _Kind.MENU:
            pass
        else:
            break
        work.removed.append(work.kept.pop())
    if len(work.kept) > 1 and names == _MOST_BYLINES and byline(work.kept[-1]):
        work.kept += work.removed[-names:][::-1]
        del work.removed[-names:]
        work.bylines.clear()


def _is_headline(line: str) -> bool:
    """Tell whether a line is written like a headline: a few words, not closed by a full stop."""
    characters, least = _SHORTEST_TITLE
    if not characters <= len(line) <= _LONGEST_TITLE or len(line.split()) < least:
        return False
    return not re.search(r"[^.][.;:,]$", line)


def _repeats(line: str, title: str) -> bool:
    """Tell whether a line only repeats the headline, as a picture's name does ("… - Ảnh 1.")."""
    if not title or len(line) > len(title) + 20:
        return False
    key, head = _key(line), _key(title)
    return key == head or (key.startswith(f"{head} ") and bool(_PICTURE_OF.fullmatch(key[len(head) + 1 :])))


def _echoes(line: str, told: list[str]) -> bool:
    """Tell whether a text, given as its words, speaks of what a line says; no menu's entry is spoken of.

    Of 250 headlines of the press 91 % pass, and no menu that was seen.
    """
    own = words(line)
    pairs = set(pairwise(own))
    share = len(pairs & set(pairwise(told))) / len(pairs) if pairs else 0.0
    most, some = _ECHO
    runs = set(zip(own, own[1:], own[2:], strict=False)) & set(zip(told, told[1:], told[2:], strict=False))
    return share >= most or (share >= some and bool(runs))
