"""What portals leave in a text, told line by line: phrases, invitations, menus, repetitions.

Pure; never raises. The phrases are data (`data/furniture.toml`); what is done about them stands in `tidy`.
"""

import re
import tomllib
from enum import Enum
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from pipeline.text import fold, words

_DATA = Path(__file__).parent / "data" / "furniture.toml"
_LONGEST_PHRASE = 200
_LONGEST_TITLE = 180
_PROSE, _SURELY_PROSE = 80, 160  # characters, with and without a full stop at the end
_ECHO = (0.5, 0.25)  # share of a headline's word pairs that its text repeats; if it repeats three in a row
_SHORTEST_TITLE = (10, 3)  # characters, words

_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,2000}\)")
LINK = re.compile(r"\[(?P<text>[^\[\]\n]{0,500})\]\((?P<target>[^()\s]{0,2000})(?: +\"[^\"\n]{0,200}\")?\)")
_STRONG = re.compile(r"\*\*|__")
_EMPHASIS = re.compile(r"(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])")
_MENU_ROW = re.compile(r"(?:[^|•»\d]{1,30}[|•»]){2,12}[^|•»\d]{0,30}")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>])")
_SENTENCE_START = r"(?:^|(?<=[.!?…”\"»):;] ))"
_INVITE = (
    r"(?:kính |trân trọng ){0,3}mời"
    r"(?: (?:quý (?:vị|bạn đọc|độc giả|khách)|bạn đọc|độc giả|các bạn|bạn)(?: và các bạn)?)?"
)
_CLICK = (
    r"xem|đọc|chi tiết|nội dung (?:chi tiết|cụ thể|văn bản|toàn văn)|toàn văn|bấm|nhấn|click|truy cập|tải|"
    r"download"
)
_INVITING = (
    rf"(?:(?:kính |trân trọng ){{0,3}}mời|theo dõi|quý vị|{_CLICK})(?: [^.!?\n]{{0,140}})? tại đây|"
    rf"(?:(?:{_INVITE}|quý vị)(?: [^.!?\n]{{0,40}})? )?(?:{_CLICK})(?: [^.!?\n]{{0,140}})? (?:ở|vào) đây"
)
# "Mời quý vị đón xem." is said of a programme; what is to be clicked has a name, or a colon before it.
_OBJECT = (
    r"(?: (?:chi tiết|thêm|tiếp|file|tệp|văn bản|đính kèm|video|clip|bài viết|nội dung|sau|dưới đây|tại))"
)
_OFFERING = (
    rf"{_INVITE} (?:đón )?(?:xem|đọc|theo dõi)(?:{_OBJECT}+|(?=\s*[:>»]))|"
    rf"xem (?:thêm|chi tiết|tiếp|file|tệp|văn bản|video|clip){_OBJECT}*"
)
_INVITATION = re.compile(
    rf"{_SENTENCE_START}[>»•–\-\s(*]{{0,9}}(?:{_INVITING}|{_OFFERING})"
    r"(?:\s*[:.…)*>»!]+|\s*$)(?:\s*https?://[^\s]+)?\s*",
    re.IGNORECASE,
)
# Hung on a paragraph that has no end mark ("… Ảnh: CTV Mời xem chi tiết tại đây."): told by its capital,
# and because the paragraph ends with it. Mời is a name, too ("bà Mời xem chợ tại đây").
_HUNG = re.compile(
    r"(?:(?<=\S) |(?<=[.!?…”\")\]:;]))(?<!hị )(?<![Bb]à )(?<![Cc]ô )(?<![Ôô]ng )(?=[A-ZĐ])"
    rf"(?i:(?:{_INVITE} (?:xem|đọc|theo dõi)|(?:xem|đọc) (?:chi tiết|thêm|tiếp|toàn văn)|"
    r"(?:nội dung )?chi tiết(?: xem)?)(?: [^.!?\n]{0,140})? tại đây)[\s:.…)*>»!]*+(?:https?://\S++)?\s*$",
)
_MORE = re.compile(
    r"[^\w\n]{0,9}(?:(?:kính )?mời )?(?:(?:quý )?(?:bạn đọc|độc giả|bạn|vị) )?(?:xem|đọc|tham khảo) thêm"
    r"(?: (?:các )?(?:video|clip|ảnh|hình(?: ảnh)?|bài(?: viết| báo)?|tin(?: tức)?|chi tiết))*"
    r"(?:(?<=video)|(?<=clip)|(?<=ảnh)|(?<=hình)|\s*[:>»→|–-])(?!\w)[^\n]*",
    re.IGNORECASE,
)
_LONGEST_BOX = 24  # characters of a heading that ends like a sentence
_SENTENCE = re.compile(r"[.!?…][\"”’')\]]*$")
_PICTURE_OF = re.compile(r"(?:(?:ảnh|hình|image|photo|img) )?\d{1,2}|ảnh|hình")
_SITE_NAME = re.compile(
    r"(?:báo|cổng (?:thông tin|ttđt)|trang (?:thông tin|tin)|đài (?:phát thanh|pt)|tạp chí)\b[^.!?]{0,60}"
)
ENDED = re.compile(r"[.!?…:;][\"”’')\]]*$")


class Kind(Enum):
    """A kind of furniture; its value is the list of its phrases in the data."""

    LINE = "lines"
    BOX = "boxes"
    END = "ends"
    MENU = "menus"


def unmarked(text: str) -> str:
    """Return Markdown as plain text: no emphasis, links as their text, no pictures. Newlines stay."""
    if "](" in text:
        text = LINK.sub(lambda found: found["text"], _IMAGE.sub("", text))
    if "*" in text or "__" in text:
        text = _EMPHASIS.sub(r"\1", _STRONG.sub("", text))
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def is_prose(line: str) -> bool:
    """Tell whether a line is a paragraph of an article: long, and closed like a sentence."""
    return len(line) >= _SURELY_PROSE or (len(line) >= _PROSE and bool(ENDED.search(line)))


def invites(line: str) -> bool:
    """Tell whether a plain line invites to click."""
    return bool(_INVITATION.search(line) or _HUNG.search(line))


def without_invitation(line: str) -> str:
    """Return a line without its invitation to click ("Mời xem chi tiết tại đây.")."""
    here = "đây" in line.casefold()
    if here:
        line = _HUNG.sub("", line)
    return _INVITATION.sub("", line).rstrip() if here or len(line) < _LONGEST_PHRASE else line


@cache
def _patterns() -> dict[Kind, re.Pattern[str]]:
    with _DATA.open("rb") as data:
        phrases = tomllib.load(data)
    return {kind: re.compile("|".join(f"(?:{phrase})" for phrase in phrases[kind.value])) for kind in Kind}


@lru_cache(maxsize=1_000)
def _key(line: str) -> str:
    """Return the words of a line, for comparing."""
    return " ".join(words(line))


@lru_cache(maxsize=2_000)  # one line is asked for by several, and a site has the same ones on each page
def kind_of(line: str) -> Kind | None:
    """Tell what furniture a line is, None if it is none."""
    if len(line) > _LONGEST_PHRASE:
        return None
    key = _key(line)
    if not key or _MENU_ROW.fullmatch(line) or _MORE.fullmatch(line):
        return Kind.LINE
    if len(line) > _LONGEST_BOX and _SENTENCE.search(line):
        kinds = (Kind.LINE, Kind.END)  # a sentence is the heading of no box
        return next((kind for kind in kinds if _patterns()[kind].fullmatch(key)), None)
    return next((kind for kind, pattern in _patterns().items() if pattern.fullmatch(key)), None)


def is_headline(line: str) -> bool:
    """Tell whether a line is written like a headline: a few words, not closed by a full stop."""
    characters, least = _SHORTEST_TITLE
    if not characters <= len(line) <= _LONGEST_TITLE or len(line.split()) < least:
        return False
    return not re.search(r"[^.][.;:,]$", line)


def is_entry(line: str, following: list[str], told: list[str]) -> bool:
    """Tell whether a line at the top of a page is an entry of its menu, or the site's name."""
    if len(line.split()) < _SHORTEST_TITLE[1]:
        return True
    site = _SITE_NAME.fullmatch(fold(line)) and any(map(is_headline, following))
    return bool(site) and not echoes(line, told)


def repeats(line: str, title: str) -> bool:
    """Tell whether a line only repeats the headline, as a picture's name does ("… - Ảnh 1.")."""
    if not title or len(line) > len(title) + 20:
        return False
    key, head = _key(line), _key(title)
    return key == head or (key.startswith(f"{head} ") and bool(_PICTURE_OF.fullmatch(key[len(head) + 1 :])))


def echoes(line: str, told: list[str]) -> bool:
    """Tell whether a text, given as its words, speaks of what a line says; no menu's entry is spoken of.

    Of 250 headlines of the press 91 % pass, and no menu that was seen.
    """
    own = words(line)
    pairs = set(pairwise(own))
    share = len(pairs & set(pairwise(told))) / len(pairs) if pairs else 0.0
    most, some = _ECHO
    runs = set(zip(own, own[1:], own[2:], strict=False)) & set(zip(told, told[1:], told[2:], strict=False))
    return share >= most or (share >= some and bool(runs))
