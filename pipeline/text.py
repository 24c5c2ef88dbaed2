"""Vietnamese text: one spelling of each character, and forms for matching. Pure; never raises.

Stored text is `clean`ed and nothing more. `fold`, `plain`, `words` and `slug` are for comparing
and are never shown. Measured on real pages: both tone placements ("Tỉnh ủy", "huyện uỷ") occur
in one text, Icelandic Ð (U+00D0) stands for Vietnamese Đ (U+0110), and no-break spaces abound.
"""

import re
import sys
import unicodedata
from itertools import product

_SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_LINE_ENDS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_LOOKALIKES = {"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ", "\u0256": "đ"}
_INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\ufeff\ufff9\ufffa\ufffb"


def _cleaning() -> dict[int, str | None]:
    """Return the translation table of `clean`: what becomes a space, a newline, Đ, or nothing.

    Surrogates and non-characters go too: neither UTF-8 nor XML can carry them.
    """
    table: dict[int, str | None] = {code: None for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"}
    del table[ord("\n")]
    gone = [range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2060, 0x2070), range(0xD800, 0xE000)]
    gone += [range(0xFDD0, 0xFDF0), range(0xE0000, 0xE0080)]
    gone += [range(plane + 0xFFFE, plane + 0x10000) for plane in range(0, sys.maxunicode, 0x10000)]
    table |= {code: None for codes in gone for code in codes}
    table |= {ord(char): None for char in _INVISIBLE}
    table |= {ord(char): " " for char in _SPACES}
    table |= {ord(char): "\n" for char in _LINE_ENDS}
    return table | {ord(char): letter for char, letter in _LOOKALIKES.items()}


_CLEANING = _cleaning()
_TO_CLEAN = re.compile(
    "[" + "".join(f"\\U{code:08x}" for code in _CLEANING) + "]"
)
_TONES = "\u0300\u0301\u0309\u0303\u0323"  # grave, acute, hook, tilde, dot below


def _syllables(cases: tuple[str, ...]) -> dict[str, str]:
    """Map each of the rhymes oa, oe, uy with the tone on its first vowel to the tone on its second."""
    moved = {}
    for rhyme, tone in product(cases, _TONES):
        first, second = rhyme
        early = unicodedata.normalize("NFC", first + tone + second)
        moved[early] = unicodedata.normalize("NFC", first + second + tone)
    return moved


_LATE = _syllables(("oa", "oe", "uy", "OA", "OE", "UY", "Oa", "Oe", "Uy"))
_EARLY = {late: early for early, late in _LATE.items()}
_EARLY_FORM = re.compile("|".join(_LATE))
_OPEN_LATE_FORM = re.compile(rf"(?<![qQ])(?:{'|'.join(_EARLY)})(?![^\W\d_])")
_MARKS = str.maketrans(
    dict.fromkeys("“”„‟«»″❝❞＂", '"') | dict.fromkeys("‘’‚‛′`´＇", "'") | dict.fromkeys("‐‑‒–—―−﹣－", "-")
)
_DIACRITICS = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_SENTENCE_END = re.compile(r"[.!?…][\"”’')]*(?=\s)")


def clean(text: str) -> str:
    """Return `text` in NFC with Đ as U+0110, plain spaces, newlines as \\n, and nothing invisible."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _TO_CLEAN.search(text):
        text = text.translate(_CLEANING)
    return unicodedata.normalize("NFC", text)


def one_tone(text: str) -> str:
    """Return clean `text` with each tone where the press puts it: hoà → hòa, uỷ → ủy, qúy → quý.

    Only the rhymes oa, oe, uy differ between the two styles (QĐ 1989/QĐ-BGDĐT, Điều 8): open
    ones get the tone on the first vowel, after q or before a final letter on the second. Keeps
    length and case.
    """
    text = _EARLY_FORM.sub(lambda found: _LATE[found[0]], text)
    return _OPEN_LATE_FORM.sub(lambda found: _EARLY[found[0]], text)


def fold(text: str) -> str:
    """Return `text` for matching: clean, caseless, one tone placement, one quote, one dash."""
    caseless = unicodedata.normalize("NFC", unicodedata.normalize("NFD", clean(text)).casefold())
    return one_tone(caseless).translate(_MARKS)


def plain(text: str) -> str:
    """Return `fold(text)` without any diacritics and with d for đ."""
    bare = _DIACRITICS.sub("", unicodedata.normalize("NFD", fold(text)))
    return unicodedata.normalize("NFC", bare).replace("đ", "d")


def words(text: str) -> list[str]:
    """Return the word tokens of `fold(text)` in order; numbers are words, punctuation is dropped."""
    return _WORD.findall(fold(text))


def slug(text: str) -> str:
    """Return `text` as [a-z0-9-], for addresses; "" when nothing is left."""
    return _NOT_SLUG.sub("-", plain(text)).strip("-")


def paragraphs(text: str) -> list[str]:
    """Return the lines of `text`, stripped, without the empty ones."""
    return [line for line in map(str.strip, text.split("\n")) if line]


def shorten(text: str, limit: int) -> str:
    """Return `text` on one line in at most `limit` characters.

    Cut after a sentence if that keeps at least half of `limit`, else after a word; "…" says so.
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    room = line[: max(limit - 2, 0)]
    ends = [found.end() for found in _SENTENCE_END.finditer(line, 0, len(room) + 1) if found.end() <= len(room)]
    if ends and ends[-1] * 2 >= limit:
        return f"{room[: ends[-1]]} …"
    head = line[: max(limit - 1, 0)]
    if head and not line[len(head)].isspace():
        head = head.rsplit(" ", 1)[0] if " " in head else head
    return f"{head.rstrip(' ,;:-–(')}…"[: max(limit, 0)]
