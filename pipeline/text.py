"""Vietnamese text: one spelling of each character, and forms for matching. Pure; never raises.

Stored text is `clean`ed and nothing more. `fold`, `plain`, `words` and `slug` are for comparing
and are never shown. Measured on real pages: both tone placements ("Tỉnh ủy", "huyện uỷ") occur
in one text, Icelandic Ð (U+00D0) stands for Vietnamese Đ (U+0110), and no-break spaces abound.
"""

import re
import unicodedata
from itertools import product

_SPACES = "\t\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_LINE_ENDS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_LOOKALIKES = {"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ", "\u0256": "đ"}
_INVISIBLE = (
    (0x00, 0x08), (0x0E, 0x1B), (0x1F, 0x1F), (0x7F, 0x84), (0x86, 0x9F),  # controls
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180E, 0x180E),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB),
    (0xD800, 0xDFFF), (0xFDD0, 0xFDEF), (0xE0000, 0xE007F),  # surrogates, non-characters, tags
    (0xE000, 0xF8FF),  # private: icons of a font, bullets of Word
    *((plane + 0xFFFE, plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)),
)  # fmt: skip  # neither UTF-8 nor XML can carry surrogates and non-characters
_CLEANING: dict[int, str | None] = (
    {code: None for first, last in _INVISIBLE for code in range(first, last + 1)}
    | {ord(char): " " for char in _SPACES}
    | {ord(char): "\n" for char in _LINE_ENDS}
    | {ord(char): letter for char, letter in _LOOKALIKES.items()}
)
# A class without astral characters is a bitmap: 0.01 ms for 3 KB, with them 0.5 ms. Whether there are any,
# the length in UTF-16 tells in a sixth of the time that a pattern for them takes.
_UNCLEAN = re.compile("[" + "".join(f"\\u{code:04x}" for code in _CLEANING if code in range(0x10000)) + "]")

# For classes in patterns; a range like À-Ỹ would take in the small letters.
CAPITALS = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"

_TONES = "\u0300\u0301\u0309\u0303\u0323"  # grave, acute, hook, tilde, dot below


def _late_for_early() -> dict[str, str]:
    """Map oa, oe, uy with the tone on the first vowel to the same with the tone on the second."""
    moved = {}
    for rhyme, tone in product(("oa", "oe", "uy", "OA", "OE", "UY", "Oa", "Oe", "Uy"), _TONES):
        early = unicodedata.normalize("NFC", rhyme[0] + tone + rhyme[1])
        moved[early] = unicodedata.normalize("NFC", rhyme + tone)
    return moved


_LATE = _late_for_early()
_EARLY = {late: early for early, late in _LATE.items()}
# A second tone on a letter stays where it is: a moved one would leave text that is not NFC.
# A pattern that begins with a class is looked for by it: half the time of one that looks behind first.
_EARLY_FORM = re.compile(
    "[òóỏõọÒÓỎÕỌùúủũụÙÚỦŨỤ](?:(?<=[òóỏõọÒÓỎÕỌ])[aeAE]|(?<=[ùúủũụÙÚỦŨỤ])[yY])(?![\u0300-\u036f])"
)
_OPEN_LATE_FORM = re.compile(
    r"[oOuU](?<![qQ].)(?:(?<=[oO])[àáảãạèéẻẽẹÀÁẢÃẠÈÉẺẼẸ]|(?<=[uU])[ỳýỷỹỵỲÝỶỸỴ])(?![^\W\d_]|[\u0300-\u036f])"
)
_LONE_Y = re.compile(r"(?:(?<=[bcdghklmnprstvx])|(?<=qu))y$")
_MARKS = (
    dict.fromkeys("“”„‟«»″❝❞＂", '"') | dict.fromkeys("‘’‚‛′`´＇", "'") | dict.fromkeys("‐‑‒–—―−﹣－", "-")
)
_MARK = re.compile(f"[{''.join(_MARKS)}]")
_DIACRITICS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_SENTENCE_END = re.compile(rf"(?<![{CAPITALS}])(?<!Tp)[.!?…][\"”’')]*(?=\s)")  # not after "TP." or "A."


def clean(text: str) -> str:
    r"""Return `text` in NFC with Đ as U+0110, plain spaces, newlines as \n, and nothing invisible."""
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\xa0", " ")
        if _UNCLEAN.search(text) or len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text):
            text = text.translate(_CLEANING)
    elif _has_unclean_letter(text):
        text = text.translate(_CLEANING)
    return unicodedata.normalize("NFC", text)


def _has_unclean_letter(text: str) -> bool:
    """Tell whether a printable text has one of the characters to clean that are printable themselves.

    Nine searches for a character take a third of the time that one for a class takes.
    """
    return (
        "\u00d0" in text
        or "\u00f0" in text
        or "\u0189" in text
        or "\u0256" in text
        or "\u034f" in text
        or "\u115f" in text
        or "\u1160" in text
        or "\u17b4" in text
        or "\u17b5" in text
    )


def one_tone(text: str) -> str:
    """Return clean `text` with each tone where the press puts it: hoà → hòa, uỷ → ủy, qúy → quý.

    Only the rhymes oa, oe, uy differ between the two styles (QĐ 1989/QĐ-BGDĐT, Điều 8): open
    ones get the tone on the first vowel; after q, or before a final letter, on the second.
    Keeps length and case.
    """
    text = _EARLY_FORM.sub(lambda found: _LATE.get(found[0], found[0]), text)
    return _OPEN_LATE_FORM.sub(lambda found: _EARLY.get(found[0], found[0]), text)


def fold(text: str) -> str:
    """Return `text` for matching: clean, caseless, one tone placement, one quote, one dash."""
    caseless = unicodedata.normalize("NFC", clean(text).casefold())
    return _MARK.sub(lambda found: _MARKS[found[0]], one_tone(caseless))


def plain(text: str) -> str:
    """Return `fold(text)` without any diacritics and with d for đ."""
    bare = _DIACRITICS.sub("", unicodedata.normalize("NFD", fold(text)))
    return unicodedata.normalize("NFC", bare).replace("đ", "d")


def one_i(word: str) -> str:
    """Return one toneless word with i for a final y behind a consonant: ky → ki, quy → qui, thuy stays.

    Both spellings are right (kỹ/kĩ, quý/quí; QĐ 1989/QĐ-BGDĐT prefers i), and one text has both. For
    search alone: `fold` and `words` leave y as it is, because fingerprints and phrases of the data
    are stored in what they return, and a spelling costs containment less than new fingerprints do.
    """
    return _LONE_Y.sub("i", word)


def has_other_i(word: str) -> bool:
    """Say whether a word of `one_i` may be spelled with y, too: ki, qui; not hai."""
    return word.endswith("i") and one_i(f"{word[:-1]}y") == word


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
    if limit < 1:
        return ""
    ends = [found.end() for found in _SENTENCE_END.finditer(line[:limit]) if found.end() <= limit - 2]
    if ends and ends[-1] * 2 >= limit:
        return f"{line[: ends[-1]]} …"
    head = line[: limit - 1]
    if not line[limit - 1].isspace() and " " in head:
        head = head[: head.rindex(" ")]
    return f"{head.rstrip(' ,;:-–(')}…"
