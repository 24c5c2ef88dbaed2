"""Bytes to text, for feeds, pages and files of any age. Pure.

Order: byte order mark, UTF-8 (a few bad bytes or a cut end forgiven), what is declared, what
reads as Vietnamese in windows-1258 or TCVN3; the rest is refused. One bad byte costs one
character and not the whole feed: feedparser alone turns 100 of 100 titles to mojibake by it.
Text that was encoded twice, or typed in a TCVN3 font, is mended when the result is Vietnamese.
"""

import codecs
import re
import unicodedata
from contextlib import suppress

from pipeline.errors import Unreadable
from pipeline.text import clean, plain

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_TEXT = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x1f\x8b", "gzip"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a RIFF file"),
)
# Only charsets of the web: Python also knows "punycode" (quadratic) and "unicode_escape".
_WEB = frozenset(
    codecs.lookup(name).name
    for name in (
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "latin-1", "iso8859-2", "iso8859-15"),
        *("cp1250", "cp1251", "cp1252", "cp1258", "koi8-r"),
        *("gb18030", "gbk", "gb2312", "big5", "shift_jis", "euc-jp", "euc-kr"),
    )
)
_SERVER_DEFAULTS = frozenset(codecs.lookup(name).name for name in ("ascii", "latin-1", "cp1252"))
_CHARSET = re.compile(r"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_BARE_CHARSET = re.compile(r"[\w.:-]{1,40}")

_SAMPLE = 6_000  # characters: enough to know a language by
_FEW = 3  # foreign letters that any text may have
_SURE = 0.8  # share of Vietnamese syllables among words with marks; real text has 0.95 and more
_TCVN3 = dict(
    zip(
        (*range(0xA1, 0xAF), *range(0xB5, 0xBA), *range(0xBB, 0xBF), *range(0xC6, 0xCD), *range(0xCE, 0xD9),
         *range(0xDC, 0xE0), *range(0xE1, 0xF0), *range(0xF1, 0xFF)),
        "ĂÂÊÔƠƯĐăâêôơưđ" "àảãáạ" "ằẳẵắ" "ặầẩẫấậè" "ẻẽéẹềểễếệìỉ" "ĩíịò" "ỏõóọồổỗốộờởỡớợù" "ủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)  # fmt: skip  # TCVN 5712:1993 VN3; its capitals with tones are a matter of the font
# Bytes read as windows-1252, whose five gaps most software keeps as they are, back to Latin-1.
_BYTES_OF_1252 = {
    ord(char): byte
    for byte in range(0x80, 0xA0)
    if (char := bytes((byte,)).decode("cp1252", errors="ignore"))
}
_MARKED = frozenset("ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ")
_LETTERS = _MARKED | frozenset("abcdeghiklmnopqrstuvxy")
_SYLLABLE = re.compile(
    r"(?:ngh?|nh|kh|gh|gi|ch|ph|th|tr|qu|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)
_WORD = re.compile(r"[^\W\d_]+")
_BEYOND_ASCII = re.compile("[^\0-\x7f\ufffd]+")
_FOREIGN = re.compile("[\x80-\x9f¡-©«-¿ÄÅÆÇËÎÏÑÖ×ØÛÜÞßäåæçëîïñö÷øûüþÿ]")  # in Latin-1, not in Vietnamese
_OWN = re.compile(
    "[\u0102\u0103\u0110\u0111\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]"
)  # in Vietnamese, not in Latin-1


def decode(body: bytes, declared: str | None = None) -> str:
    """Return the text of `body`, cleaned (`text.clean`); its markup is untouched.

    Args:
        body: the bytes as received.
        declared: a charset or a Content-Type; else the first kilobyte is asked. Believed only
            if the bytes are no UTF-8.

    Raises:
        Unreadable: the bytes are no text, or no reading makes sense of them.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return clean(body[len(mark) :].decode(name, errors="replace"))
    _refuse_files(body)
    if b"\0" in body:
        return clean(_wide(body))
    text = _utf8(body, tolerance=10)
    if text is not None:
        return clean(_mended(text))
    charset = _charset(declared, body)
    if charset and charset not in _SERVER_DEFAULTS:
        try:
            return clean(body.decode(charset))
        except UnicodeDecodeError:
            charset = None
    text = _vietnamese(body)
    if text is None and charset:
        text = body.decode(charset, errors="replace") if charset != "ascii" else None
    if text is None:
        text = _utf8(body, tolerance=0)
    if text is None:
        raise Unreadable("encoding", "the bytes are neither UTF-8 nor a declared or Vietnamese charset")
    return clean(text)


def _refuse_files(body: bytes) -> None:
    """Raise Unreadable for what begins like a known kind of file that is no text."""
    for magic, kind in _NO_TEXT:
        if body.startswith(magic):
            raise Unreadable("encoding", f"the bytes are {kind}, not text")


def _wide(body: bytes) -> str:
    """Return bytes with NULs as UTF-16 without a mark, or as UTF-8 with a few stray NULs."""
    head = body[:4000]
    half = len(head) // 2
    if head[1::2].count(0) * 10 > half * 4 > head[0::2].count(0) * 100:
        return body.decode("utf-16-le", errors="replace")
    if head[0::2].count(0) * 10 > half * 4 > head[1::2].count(0) * 100:
        return body.decode("utf-16-be", errors="replace")
    text = _utf8(body, tolerance=10)
    if text is None or body.count(0) * 100 > len(body):
        raise Unreadable("encoding", "the bytes are binary, not text")
    return text


def _utf8(body: bytes, tolerance: int) -> str | None:
    """Return `body` as UTF-8 if at least 99 % of its bytes are; a character cut off at the end is dropped.

    Flaws must also be `tolerance` times rarer than good characters beyond ASCII: no other
    charset gives such bytes.
    """
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        end = error.start if error.reason == "unexpected end of data" else None
    text = body[:end].decode(errors="replace")
    flaws = text.count("\ufffd") + (end is not None)
    good = sum(map(len, _BEYOND_ASCII.findall(text)))
    return text if flaws * 100 <= len(body) and flaws * tolerance <= good else None


def _charset(declared: str | None, body: bytes) -> str | None:
    """Return Python's name of the declared charset, None if there is none that the web uses."""
    names: list[str] = []
    if declared:
        found = _CHARSET.search(declared)
        names = [found[1]] if found else _BARE_CHARSET.findall(declared)[:1]
    found = _CHARSET.search(body[:1024].decode("latin-1"))
    if found:
        names.append(found[1])
    for name in names:
        try:
            known = codecs.lookup(name).name
        except LookupError:
            continue
        if known in _WEB:
            return known
    return None


def _vietnamese(body: bytes) -> str | None:
    """Return `body` read as windows-1258 or TCVN3, the better of both, if that is Vietnamese."""
    readings = (
        unicodedata.normalize("NFC", body.decode("cp1258", errors="replace")),
        body.decode("latin-1").translate(_TCVN3),
    )
    best = max(readings, key=_likeness)
    return best if _likeness(best) >= _SURE else None


def _likeness(text: str) -> float:
    """Return the share of Vietnamese syllables among the words beyond ASCII, 0 if there are none."""
    marked = [word for word in _WORD.findall(text[:_SAMPLE].lower()) if not word.isascii()]
    good = sum(_LETTERS.issuperset(word) and _SYLLABLE.fullmatch(plain(word)) is not None for word in marked)
    strays = sum(unicodedata.combining(char) > 0 for char in text[:_SAMPLE])
    return good / (len(marked) + strays) if marked else 0.0


def _mended(text: str) -> str:
    """Return `text` with a second UTF-8 encoding undone, or TCVN3 typed as Latin-1 put right."""
    sample = text[:_SAMPLE]
    foreign = len(_FOREIGN.findall(sample))
    if foreign < _FEW or foreign <= len(_OWN.findall(sample)):
        return text
    readings = [text.translate(_TCVN3)]
    with suppress(UnicodeError):
        readings.append(text.translate(_BYTES_OF_1252).encode("latin-1").decode("utf-8"))
    best = max(readings, key=_likeness)
    return best if _likeness(best) >= _SURE > _likeness(text) else text
