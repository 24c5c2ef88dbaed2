"""Whether a text is one that people can read, or what is left of one after an accident. Pure; never raises.

Counted is what no readable text has many of: replacement characters, question marks inside words,
symbols inside words, letters of two scripts in one word, words that are no language's, runs of code.
None of 22,635 articles of the press has a flaw by these counts.
"""

import re

from pipeline.legacy import CAPITAL_LETTERS, SMALL_LETTERS
from pipeline.syllables import WORD, is_syllable, likeness

_FEW = 3  # flaws that any text may have
_LOST = 0.01  # share of characters that are lost
_GLUED = 0.03  # share of words that are broken
_LANGUAGE = 0.5  # share of words that make a text Vietnamese, and of syllables that make it readable
_ENOUGH = 8  # words that such a share can be told of
_CODE = 0.3  # share of a text that is code
_LETTERS = 0.45  # share of letters beyond ASCII; Vietnamese has 0.28, no other Latin script more
_ROOM = 30_000  # characters asked

_PIECE = re.compile(r"\S+")
_ADDRESS = re.compile(r"://|www\.|@|\.(?:vn|com|net|org|gov|edu)(?!\w)")
_LOST_CHAR = re.compile("[\ufffd\ue000-\uf8ff\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_QUESTION = re.compile(r"[^\W\d_]\?{1,3}(?=[^\W\d_])")
_SYMBOL = re.compile(
    "[^\\W\\d_][¡¢£¤¥¦§¨©ª«¬®¯±´¶¸¹º»¼½¾¿×÷†‡‰ˆ˜€™‹›\u2500-\u259f\u2200-\u22ff√∂]{1,3}(?=[^\\W\\d_])"
)
_MIXED = re.compile(
    "[a-zA-Z\u00c0-\u024f\u1ea0-\u1ef9][\u0370-\u1c7f\u3040-\u9fff\uac00-\ud7ff]"
    "|[\u0370-\u1c7f\u3040-\u9fff\uac00-\ud7ff][a-z\u00c0-\u024f\u1ea0-\u1ef9]{2}"
)
_CODED = re.compile(r"[A-Za-z0-9+/=_-]{40,}")
_OTHER_CODES = re.compile(r"~\{[!-}]{4,200}~\}|\+[A-Za-z0-9+/]{2,}-[a-z]|[ \"'][$][B@][!-~]{6,}")
_NOT_OURS = f"[^\x00-\x7f{SMALL_LETTERS}{CAPITAL_LETTERS}“”‘’…–—•·°²³™®©\xa0\n]"
_ODD = re.compile(f"{_NOT_OURS}|\\w\\?{{1,3}}\\w|[A-Za-z0-9+/]{{40}}|~\\{{|\\+[A-Z]")
# Without these _ODD finds no more than its class, which alone takes a tenth of the time.
_STRANGE, _GLUED_ODD = re.compile(_NOT_OURS), re.compile(r"[?+](?:(?<=\?)\w|(?<=\+)[A-Z])")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1ea0-\u1ef9]")
_ACCENTED = re.compile("[\u00c0-\u024f\u1ea0-\u1ef9]")


def flaw(text: str) -> str:
    """Return what is wrong with a text without markup, "" if it can be read."""
    text = text[:_ROOM]
    may_be_odd = "~{" in text or _GLUED_ODD.search(text) or _CODED.search(text)
    if not may_be_odd and len(_STRANGE.findall(text)) <= _FEW:
        return ""
    if len(_ODD.findall(text)) <= _FEW and not _CODED.search(text):
        return ""
    text = _PIECE.sub(lambda piece: "" if _ADDRESS.search(piece[0]) else piece[0], text)
    words = max(len(WORD.findall(text)), 1)
    shares = (
        ("characters were lost", _LOST_CHAR, len(text) * _LOST),
        ("letters were lost as question marks", _QUESTION, words * _GLUED),
        ("the letters were read in the wrong charset", _SYMBOL, words * _GLUED),
        ("the letters of two scripts were mixed up", _MIXED, words * _GLUED),
        ("the text is still encoded", _OTHER_CODES, words * _GLUED),
    )
    for reason, pattern, most in shares:
        if len(pattern.findall(text)) > max(_FEW, most):
            return reason
    if sum(map(len, _CODED.findall(text))) > _CODE * len(text):
        return "the text is still encoded"
    odd = (line for line in text.split("\n") if len(_ODD.findall(line)) > _FEW)
    return "the letters were read in the wrong charset" if any(map(_is_misread, (text, *odd))) else ""


def _is_misread(text: str) -> bool:
    """Tell whether words beyond ASCII are no language's, or no Vietnamese in a Vietnamese text."""
    latin, accented = len(_LATIN.findall(text)), len(_ACCENTED.findall(text))
    marked, share = likeness(text)
    if marked <= _ENOUGH or share >= _LANGUAGE:
        return False
    if accented > _LETTERS * latin:
        return True
    bare = [word for word in WORD.findall(text.lower()) if word.isascii() and len(word) > 1]
    return len(bare) > _ENOUGH and sum(map(is_syllable, bare)) > _LANGUAGE * len(bare)
