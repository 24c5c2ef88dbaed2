"""What stands around an article's headline and text on its page, and whose it is. Pure; never raises.

What stands in an element with somebody's headline as a link is a teaser's, whatever the element is
called; comments, clocks and lists of the newest are known by their names.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from pipeline.furniture import is_prose
from pipeline.sheet import Row, Sheet, names
from pipeline.text import fold

BELOW_HEADLINE, ABOVE_HEADLINE = 12, 4  # rows in which a date line may stand
ABOVE_TEXT = 6  # rows, where the headline is not found
ABOVE_END, BELOW_END = 3, 8  # rows around the end of the text
ANCESTORS = 12  # of an element that are asked whose it is
_ASIDE = re.compile(
    r"(?<![a-z])(?:relat(?!ive(?![a-z]))|lien-?quan|teaser|side-?bar|tin-?(?:khac|moi|lien|cung)|comment|cmt|"
    r"binh-?luan|most-?(?:read|view|popular)|popular|cung-?chuyen-?muc|clock|dong-?ho|current-?(?:date|time)|today)"
)
_TOOL = re.compile(
    r"(?<![^\W_])(?:chia sẻ|sao chép|theo dõi|google|facebook|zalo|twitter|email|in bài|gửi bài|lưu bài|nghe|"
    r"đọc bài|cỡ chữ|bình luận|quay (?:lại|trở)|bản in)(?![^\W_])",
    re.IGNORECASE,
)
_DATE_WORD = re.compile(
    r"ngày|tháng|năm|thứ|hai|ba|tư|bốn|sáu|bảy|tám|chín|mười|một|chủ|nhật|lúc|giờ|phút|đăng|bởi|by|on|posted|published",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_NUMBERS = re.compile(r"[\d/:.()|,–-]+")
_TITLE_WORDS, _LINKED, _LONGEST_TEASER = 5, 0.7, 300
_MOST_HEADS = 20
_SLACK = 20  # characters by which folding may change a row's length
_MOST_ROWS = 30  # of an element that may be a teaser


@dataclass(frozen=True, slots=True)
class Article:
    """Where on a page its article stands.

    Args:
        root: the page.
        sheet: its rows.
        main: the element that holds the text.
        head: the row of the headline, -1 if it is none of the page's.
        own: the rows of the text, in order.
        title: the headline.
        url: the page's address, "" if it is not known.
    """

    root: Any
    sheet: Sheet
    main: Any
    head: int
    own: tuple[int, ...]
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an article's headline and the ends of its text.

    Args:
        article: the article.
        rows: those of the page.
        heads: the rows that are the headline; it stands twice where breadcrumbs end with it.
        first: the row where the text begins, 0 if there is none.
        places: the elements of a row or less, the innermost first, by their rows.
    """

    article: Article
    rows: list[Row]
    heads: list[int]
    first: int
    places: dict[int, list[Any]]


def look(article: Article) -> Around:
    """Look at the rows around headline and text."""
    seen = article.sheet
    rows = seen.rows
    key = fold(article.title)
    like = range(len(key) - _SLACK, len(key) + _SLACK)
    heads = [at for at, row in enumerate(rows) if key and len(row.text) in like and seen.folded(at) == key]
    heads = heads[-_MOST_HEADS:]
    begin, end = (article.own[0], article.own[-1]) if article.own else (0, len(rows))
    first = next((at for at in article.own if is_prose(rows[at].text)), begin)
    wanted = {*range(end - ABOVE_END, end + BELOW_END + 1), *range(first - ABOVE_TEXT, first + 1)}
    for head in heads:
        wanted.update(range(head - ABOVE_HEADLINE, head + BELOW_HEADLINE + 2))
    every = seen.places()
    places = {at: every[at] for at in wanted if at in every}
    return Around(article, rows, heads, first, places)


def is_others(around: Around, elements: Sequence[Any], at: int) -> bool:
    """Tell whether a date stands in a teaser, a comment, a menu or the like.

    Args:
        around: what stands around the article.
        elements: of the date, the innermost first; without any the row above tells.
        at: its row, if that is near the headline or the text; -1 for somewhere on the page.
    """
    rows, article = around.rows, around.article
    if not elements:
        return at > 0 and at - 1 != article.head and is_teaser(rows[at - 1])
    anchors = (article.head, around.first)
    for holder in islice(chain((elements[0],), elements[0].iterancestors()), ANCESTORS):
        span = article.sheet.spans.get(holder)
        if holder is article.main or (span and any(span.first <= row < span.last for row in anchors)):
            return False
        if (at < 0 and holder.tag in ("aside", "nav", "footer")) or _ASIDE.search(names(holder)):
            return True
        if span and any(map(is_teaser, rows[span.first : min(span.last, span.first + _MOST_ROWS)])):
            return True
    return False


def is_teaser(row: Row) -> bool:
    """Tell whether a row is a link to another article, its date beside it; no tool, no link to an archive."""
    if not row.linked or len(row.text) > _LONGEST_TEASER or _TOOL.search(row.text):
        return False
    if row.linked < _LINKED * len(_NUMBERS.sub("", row.text).strip()):
        return False
    return sum(not _DATE_WORD.fullmatch(word) for word in _WORD.findall(row.text)) >= _TITLE_WORDS
