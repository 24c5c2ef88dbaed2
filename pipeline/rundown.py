"""The items of a bulletin that lists them by dashes, pluses or stars, or parts them by semicolons.

What a newscast tells ("– …", "+ …") and what an office did in a week ("A; B; C … là những nội dung
chính"). Pure; never raises.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline import masthead
from pipeline.fields import is_field, is_section
from pipeline.furniture import is_prose, unmarked
from pipeline.items import Opening, Reading, Start
from pipeline.text import CAPITALS

_FEWEST = 3  # items; two dashes are any text's
_INDENT = 2  # spaces that make a bullet one of the item above
_MOST = 300
_LONGEST_ROW = 20_000  # characters of a row that is cut
_LONGEST_PART = 400  # characters between two semicolons
_SHORTEST_PART = 12
_LONGEST_LEAD_IN = 200
_LONGEST_SECTION = 45
_CAPITAL_SHARE = 0.6  # of a week's parts begin like headlines; parts of a sentence do not
_MOST_TOLD_BELOW = 2  # paragraphs that may follow a list of headlines

_ALIKE = ("-–—", "+", "*★", "•●·∙", "▪■", "►➢➤", "✓✔", "♦◆")
_KINDS = {bullet: alike[0] for alike in _ALIKE for bullet in alike}
_ALL_KINDS = frozenset(_KINDS.values())
_PICTURED = "picture"
_OTHERS = re.escape("".join(bullet for bullet in _KINDS if bullet != "*"))
_BULLET = re.compile(  # "**" opens bold text
    rf"\s*+(?:\*\*(?=[^*]))?(?P<bullet>\*(?=\s|\*\*[^*])|[{_OTHERS}]|[{masthead.PICTURES}])\ufe0f?(?P=bullet){{0,2}}(?:\*\*)?\s*+"
    r"(?P<title>[^\s\d].*|\d+[^.)\d].*)\s*"
)
_RULE = re.compile(r"\s*(?:[-–—*_=+•]\s*){3,}\s*")
_INLINE = re.compile(rf"(?<=[^\s,;(–-])\s(?P<bullet>[+*•●▪–—-])\s(?=[\"“‘{CAPITALS}\d])")
_ENDED = re.compile(r"[.!?…;”\")]")
_LAST_WORDS = re.compile(
    r"(?:\.{3}|…)?\s*(?:là|đó là) (?:những|một số|các) "
    r"(?:nội dung|thông tin|hoạt động|chỉ đạo|công việc|nhiệm vụ|vấn đề)"
)
_FAREWELL = re.compile(
    r"(?<=[.!?…])\s+(?=(?:Kính |Trân trọng )?[Mm]ời (?:quý (?:vị|khán giả) |các bạn |bạn )?(?:và các bạn )?"
    r"(?:đón )?(?:xem|theo dõi) (?:chương trình|bản tin|thời sự|video|clip|toàn bộ|đầy đủ))"
)
_QUOTES = '"“‘'
_PARTS = re.compile(r";\s+|;$")


@dataclass(frozen=True, slots=True)
class _Bullet:
    """A row with a bullet: where, which, and where its text begins."""

    at: int
    kind: str
    title_from: int
    title: str
    indent: int


def read(rows: list[str], *, sure: bool) -> Reading | None:
    """Return the items of a rundown or of a week's list, None if the text is none.

    Args:
        rows: rows of the text with their ends.
        sure: somebody says that it is a bulletin.
    """
    return _bulleted(_unfolded(rows), sure=sure) or _parted(rows, sure=sure)


def _bulleted(rows: list[str], *, sure: bool) -> Reading | None:
    """Return items that begin with a bullet."""
    bullets = _bullets(rows)
    starts = _starts(bullets)
    if len(starts) < _FEWEST:
        return None
    first = starts[0].at
    told = sum(is_prose(unmarked(rows[start.at])) for start in starts) * 2 >= len(starts)
    if not (sure or _is_headed(rows[:first], told=told)):
        return None
    if _told_below(rows, starts):
        return None
    return Reading(rows, starts[:_MOST], len(rows))


def _is_headed(above: list[str], *, told: bool = False) -> bool:
    """Tell whether a bulletin's heading stands above; the cases of a sickness are no list of news."""
    head = masthead.heading(above, told=told)
    return head is not None and not head.is_of_sickness()


def _bullets(rows: list[str]) -> list[_Bullet]:
    """Return the rows that begin with a bullet."""
    found = []
    for at, row in enumerate(rows):
        hit = _BULLET.fullmatch(row) if row.strip() and not _RULE.fullmatch(row) else None
        if hit:
            title = unmarked(hit["title"]).strip()
            indent = hit.start("bullet")
            kind = _KINDS.get(hit["bullet"], hit["bullet"])
            found.append(_Bullet(at, kind, hit.start("title"), title, indent))
    return _alike(found)


def _alike(bullets: list[_Bullet]) -> list[_Bullet]:
    """Take pictures for one kind of bullet: the one that most rows begin with, all if each has its own."""
    pictures = [
        one for one in bullets if one.kind not in _ALL_KINDS and not masthead.names_bulletin(one.title)
    ]
    counts = Counter(one.kind for one in pictures)
    kind, most = next(iter(counts.most_common(1)), ("", 0))
    alike = {one.at for one in pictures if one.kind == kind or most < _FEWEST}
    return [
        replace(one, kind=_PICTURED) if one.at in alike else one
        for one in bullets
        if one.at in alike or one.kind in _ALL_KINDS
    ]


def _starts(bullets: list[_Bullet]) -> list[Start]:
    """Return the bullets where items begin: those of the first kind, or those below its sections."""
    if not bullets:
        return []
    kind = bullets[0].kind
    bullets = [one for one in bullets if one.indent < bullets[0].indent + _INDENT]
    heads = {one.at for one, below in pairwise(bullets) if _heads(one, below)}
    inner = [one.kind for one in bullets if one.kind != kind]
    if heads and inner:
        most = max(set(inner), key=inner.count)
        chosen = [one for one in bullets if one.at not in heads and one.kind in (kind, most)]
    else:
        chosen = [one for one in bullets if one.kind == kind and not is_field(one.title)]
    return [Start(one.at, one.at, one.title_from, opening=Opening.HEADLINE) for one in chosen]


def _heads(one: _Bullet, below: _Bullet) -> bool:
    """Tell whether a bullet only heads the ones of another kind below it: "– Tin trong tỉnh:"."""
    is_short = len(one.title) <= _LONGEST_SECTION and one.title.endswith(":")
    return one.kind != below.kind and (is_short or is_field(one.title) or is_section(one.title))


def _told_below(rows: list[str], starts: list[Start]) -> bool:
    """Tell whether an article follows the list: what its bullets sum up, not more of the last item."""
    prose = [at for at, row in enumerate(rows) if is_prose(unmarked(row).strip())]
    bullets = {start.at for start in starts}
    within = sum(starts[0].at <= at < starts[-1].at and at not in bullets for at in prose)
    below = sum(at > starts[-1].at for at in prose)
    return below > _MOST_TOLD_BELOW and below > 2 * within / len(starts)


def _unfolded(rows: list[str]) -> list[str]:
    """Cut rows that hold several bullets ("*** A. * B. * C."), and a farewell off its row."""
    cut: list[str] = []
    for row in rows:
        if len(row) > _LONGEST_ROW:
            cut.append(row)
            continue
        for piece in _cut(row, [hit.start() for hit in _FAREWELL.finditer(row)][-1:]):
            cut += _cut(piece, _further(piece))
    return cut


def _further(row: str) -> list[int]:
    """Return where a row that begins with a bullet has more of them, [] if they are dashes of a sentence."""
    first = _BULLET.match(row)
    if not first:
        return []
    kind = _KINDS.get(first["bullet"], _PICTURED)
    same = [one.start() for one in _INLINE.finditer(row) if _KINDS[one["bullet"]] == kind]
    closed = sum(bool(_ENDED.match(row, at - 1)) for at in same)
    return same if len(same) >= _FEWEST - 1 and (kind != "-" or closed == len(same)) else []


def _parted(rows: list[str], *, sure: bool) -> Reading | None:
    """Return items that semicolons part, in one paragraph or row by row."""
    for at, row in enumerate(rows):
        pieces = _pieces(row)
        if not pieces:
            continue
        if not (sure or _is_headed(rows[:at])):
            return None
        below = sum(is_prose(unmarked(other).strip()) for other in rows[at + 1 :])
        if below > _MOST_TOLD_BELOW:
            return None
        lead, own, tail = pieces
        cut = [*rows[:at], *lead, *own, *tail, *rows[at + 1 :]]
        first = at + len(lead)
        starts = [
            Start(first + place, first + place, _indent(piece), opening=Opening.HEADLINE)
            for place, piece in enumerate(own)
        ]
        return Reading(cut, starts, first + len(own))
    return _rows_parted(rows, sure=sure)


def _pieces(row: str) -> tuple[list[str], list[str], list[str]] | None:
    """Cut a paragraph at semicolons: what leads in, the parts, its last words; None for a sentence."""
    ends = [hit.end() for hit in _PARTS.finditer(row)] if len(row) <= _LONGEST_ROW else []
    if len(ends) < _FEWEST - 1:
        return None
    parts = _cut(row, ends)
    lead: list[str] = []
    colon = parts[0].rfind(": ", 0, _LONGEST_LEAD_IN)
    if colon > 0:
        lead, parts[0] = [parts[0][: colon + 2]], parts[0][colon + 2 :]
    tail: list[str] = []
    if last := _LAST_WORDS.search(parts[-1]):
        tail, parts[-1] = [parts[-1][last.start() :]], parts[-1][: last.start()]
        parts = parts if parts[-1].strip() else parts[:-1]
        tail = ["".join(tail)]
    return (lead, parts, tail) if _is_list(parts) and _same(row, lead, parts, tail) else None


def _same(row: str, *pieces: list[str]) -> bool:
    return row == "".join("".join(part) for part in pieces)


def _rows_parted(rows: list[str], *, sure: bool) -> Reading | None:
    """Return items each of which is a row that ends in a semicolon."""
    filled = [at for at, row in enumerate(rows) if row.strip()]
    ending = [place for place, at in enumerate(filled) if unmarked(rows[at]).strip().endswith(";")]
    if len(ending) < _FEWEST - 1 or ending != list(range(ending[0], ending[0] + len(ending))):
        return None
    places = [*ending, *(ending[-1] + 1,)][: len(filled) - ending[0]]
    own = [filled[place] for place in places if place < len(filled)]
    if not _is_list([rows[at] for at in own]):
        return None
    if not (sure or _is_headed(rows[: own[0]])):
        return None
    return Reading(
        rows, [Start(at, at, _indent(rows[at]), opening=Opening.HEADLINE) for at in own], own[-1] + 1
    )


def _is_list(parts: list[str]) -> bool:
    """Tell whether parts are headlines rather than clauses of a sentence."""
    plain = [unmarked(part).strip(" ;\r\n") for part in parts]
    if len(plain) < _FEWEST or any(not _SHORTEST_PART <= len(part) <= _LONGEST_PART for part in plain):
        return False
    return sum(part[0].isupper() or part[0] in _QUOTES for part in plain) >= _CAPITAL_SHARE * len(plain)


def _indent(piece: str) -> int:
    return len(piece) - len(piece.lstrip())


def _cut(row: str, places: list[int]) -> list[str]:
    """Cut a row before each place."""
    bounds = [0, *(place for place in places if 0 < place < len(row)), len(row)]
    return [row[start:end] for start, end in pairwise(bounds)]
