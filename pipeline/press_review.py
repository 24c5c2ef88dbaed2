"""The items of a bulletin without numbers: news under headlines, or a press review's paragraphs by field.

Pure; never raises.
"""

import re
from enum import Enum
from itertools import pairwise

from pipeline import dates, masthead
from pipeline.bulletin_words import either
from pipeline.bylines import byline
from pipeline.fields import is_field, is_paper, leads_in
from pipeline.furniture import is_headline, is_prose
from pipeline.items import Opening, Reading, Start
from pipeline.model import Basis
from pipeline.text import fold

_FEWEST = 2
_MOST = 300
_ROWS_ABOVE = 120  # filled rows in which the heading stands
_SENTENCE = 30  # characters of a paragraph of one short sentence
_MARKED = ("## ", "### ", "#### ")  # rows that Markdown calls headings
_SHARE = 0.6  # of the stretches of prose have a headline where headlines part them
_REVIEW, _SHORTS = re.compile(either("reviews")), re.compile(either("shorts"))
_CLOSED = re.compile(r"[.…][\"”]?(?: ?\([^()]{2,80}\)\.?)?$")  # in brackets the paper that tells it
_COUNTS = re.compile(
    r"(?:có|ghi nhận|tổng số|với|là)(?: khoảng| hơn| trên| gần| tổng số| tổng cộng)*? "
    r"\d[\d.]* (?:lượt )?(?:tin|bài|tác phẩm|thông tin)"
)
_GOES_ON = re.compile(rf"{either('paragraph_goes_on')}(?![^\W_])")


class _Row(Enum):
    """What a row of such a text is."""

    FIELD = 1
    HEADLINE = 2
    PROSE = 3  # that opens a paragraph of its own
    MORE = 4  # that goes on with the one above
    OTHER = 5


_OPENINGS = {_Row.HEADLINE: Opening.ANY}


def read(rows: list[str], *, sure: bool) -> Reading | None:
    """Return the items of a press review or of news under headlines, None if the text is neither.

    Args:
        rows: rows of the text with their ends.
        sure: somebody says that it is a bulletin.
    """
    bare = [masthead.plain(row) for row in rows]
    filled = [at for at, line in enumerate(bare) if line]
    head = _heading(rows, bare, filled, sure=sure)
    if head is None:
        return None
    below, name = head
    places = [at for at in filled if at >= below]
    kinds = _kinds(rows, bare, places)
    least = 0 if _SHORTS.match(fold(name)) else 1 if _REVIEW.match(fold(name)) else _FEWEST
    starts = (
        _in_capitals(rows, bare, filled, below)
        or _by_headline(places, kinds)
        or _by_paragraph(bare, places, kinds, least)
    )
    if len(starts) < _FEWEST:
        return None
    return Reading(rows, starts[:_MOST], len(rows))


def _heading(rows: list[str], bare: list[str], filled: list[int], *, sure: bool) -> tuple[int, str] | None:
    """Return the first row below the heading, and the row that names the bulletin."""
    place = masthead.named_at([bare[at] for at in filled[:_ROWS_ABOVE]])
    if place is None:
        return (filled[0], "") if sure and filled else None
    at = filled[place]
    end = at + 1
    while end < len(rows) and not (rows[end].startswith(_MARKED) or _begins(bare[end])):
        end += 1
    found = masthead.heading(rows[:end], told=True)
    if found is None or found.is_of_sickness():
        return (end, bare[at]) if sure else None
    return end, found.rows[0]


def _begins(line: str) -> bool:
    """Tell whether a row is below the heading: prose, a field, or a headline in small letters."""
    if not line or masthead.names_bulletin(line) or dates.line(line, Basis.HEADER):
        return False
    if is_field(line) or is_paper(line) or leads_in(line):
        return True
    return is_prose(line) or (is_headline(line) and not line.isupper() and not dates.mentions(line))


def _kinds(rows: list[str], bare: list[str], places: list[int]) -> list[_Row]:
    """Tell what each filled row is."""
    kinds = []
    for at, below in pairwise([*places, len(bare)]):
        line = bare[at]
        after = bare[below] if below < len(bare) else ""
        if is_field(line) or is_paper(line):
            kinds.append(_Row.FIELD)
        elif _is_paragraph(line):
            goes_on = _GOES_ON.match(fold(line[:100])) or line[0].islower() or line[0] in "-–+•("
            kinds.append(_Row.MORE if goes_on else _Row.PROSE)
        elif _is_paragraph(after) and (rows[at].startswith(_MARKED) or _heads_text(line)):
            kinds.append(_Row.HEADLINE)
        else:
            kinds.append(_Row.OTHER)
    return kinds


def _is_paragraph(line: str) -> bool:
    """Tell whether a row is prose: long, or closed by a full stop."""
    return is_prose(line) or (len(line) >= _SENTENCE and bool(_CLOSED.search(line)))


def _heads_text(line: str) -> bool:
    """Tell whether a row above a paragraph is its headline."""
    return is_headline(line) and not masthead.is_signature(line) and byline(line) is None


def _in_capitals(rows: list[str], bare: list[str], filled: list[int], below: int) -> list[Start]:
    """Return headlines in capitals, the first of which seems part of the heading; [] unless all are."""
    place = filled.index(below) - 1 if below in filled else 0
    at = filled[place]
    if place < 1 or not (bare[at].isupper() and is_headline(bare[at])) or is_field(bare[at]):
        return []
    if dates.mentions(bare[at]) or masthead.heading(rows[:at], told=True) is None:
        return []
    kinds = [_Row.HEADLINE, *_kinds(rows, bare, filled[place + 1 :])]
    prose = sum(kind in (_Row.PROSE, _Row.FIELD) for kind in kinds)
    heads = [one for one, kind in zip(filled[place:], kinds, strict=True) if kind is _Row.HEADLINE]
    are_all = len(heads) > _FEWEST and len(heads) == prose and all(bare[one].isupper() for one in heads)
    return _by_headline(filled[place:], kinds) if are_all else []


def _by_headline(places: list[int], kinds: list[_Row]) -> list[Start]:
    """Return the headlines, [] if they do not part the text: prose begins without one."""
    stretches = [
        above
        for above, kind in zip([_Row.FIELD, *kinds], kinds, strict=False)
        if kind is _Row.PROSE and above in (_Row.FIELD, _Row.HEADLINE, _Row.OTHER)
    ]
    headed = sum(above is _Row.HEADLINE for above in stretches)
    if headed < _FEWEST or headed < _SHARE * len(stretches):
        return []
    starts: list[Start] = []
    for at, kind, above in zip(places, kinds, [_Row.FIELD, *kinds], strict=False):
        if kind is _Row.HEADLINE or (kind is _Row.PROSE and above is _Row.FIELD and starts):
            starts.append(Start(at, at, opening=_OPENINGS.get(kind, Opening.PROSE)))
    return starts


def _by_paragraph(bare: list[str], places: list[int], kinds: list[_Row], least: int) -> list[Start]:
    """Return the paragraphs, [] if fewer than `least` fields part them."""
    fields = sum(kind is _Row.FIELD or leads_in(bare[at]) for at, kind in zip(places, kinds, strict=True))
    if fields < least:
        return []
    starts: list[Start] = []
    above = _Row.FIELD
    for at, kind in zip(places, kinds, strict=True):
        is_intro = not starts and (_COUNTS.search(fold(bare[at])) or bare[at].endswith(":"))
        opens = kind is _Row.PROSE or (kind is _Row.MORE and above is _Row.FIELD) or kind is _Row.HEADLINE
        if opens and not is_intro and above is not _Row.HEADLINE:
            starts.append(Start(at, at, opening=_OPENINGS.get(kind, Opening.PROSE)))
        above = kind
    return starts
