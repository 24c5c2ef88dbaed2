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
from pipeline.legacy import mended
from pipeline.syllables import likeness
from pipeline.text import clean

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
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript document"),
    (b"MZ\x90\0", "a program"),
    (b"\x7fELF", "a program"),
    (b"ID3\x03", "a sound file"),
    (b"ID3\x04", "a sound file"),
    (b"OggS", "a sound file"),
    (b"wOF", "a font"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"BZh", "an archive"),
    (b"\xfd7zXZ", "an archive"),
)
_SEVEN_BITS = re.compile(rb"\x1b[$(][@-Z]|~\{(?:[!-}]{2}){8,}")  # ISO-2022, HZ: letters of Asia in ASCII
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
_SURE = 0.9  # share of syllables among marked words; real text has 0.9 to 1
_SYMBOLS = 0.02  # share of characters that text has at most
_SYMBOL = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x9f\u00a1-\u00a9\u00ac-\u00bf\u00d7\u00f7]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_BEYOND_ASCII = re.compile("[^\0-\x7f\ufffd]+")


def decode(body: bytes, declared: str | None = None) -> str:
    """Return the text of `body`, cleaned (`text.clean`); its markup is untouched.

    Args:
        body: the bytes as received.
        declared: a charset or a Content-Type; else the first kilobyte is asked. Believed only
            if the bytes are no UTF-8.

    Raises:
        Unreadable: the bytes are no text, or no reading makes sense of them.
    """
    text = read(body, declared)
    cleaned = clean(text)
    if cleaned is not text and len(_PRIVATE.findall(text)) * 50 > len(text):
        raise Unreadable("encoding", "the letters are private ones of a font")
    return cleaned


def read(body: bytes, declared: str | None = None) -> str:
    """Return the text of `body` with every character that it has, as JSON needs it; else like `decode`.

    Raises:
        Unreadable: the bytes are no text, or no reading makes sense of them.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, errors="replace")
    _refuse_files(body)
    if b"\0" in body:
        return _wide(body)
    text = _utf8(body, tolerance=10)
    if text is not None:
        return mended(text)
    charset = _charset(declared, body)
    if charset and charset not in _SERVER_DEFAULTS:
        with suppress(UnicodeDecodeError):
            return body.decode(charset)
        charset = None
    text = _vietnamese(body)
    if text is None and charset and charset != "ascii":
        text = body.decode(charset, errors="replace")
    if text is None:
        text = _utf8(body, tolerance=0)
    if text is None:
        raise Unreadable("encoding", "the bytes are neither UTF-8 nor a declared or Vietnamese charset")
    return text


def _refuse_files(body: bytes) -> None:
    """Raise Unreadable for what is a known kind of file that is no text, or text that nobody reads."""
    for magic, kind in _NO_TEXT:
        if body.startswith(magic):
            raise Unreadable("encoding", f"the bytes are {kind}, not text")
    if _SEVEN_BITS.search(body, 0, _SAMPLE):
        raise Unreadable("encoding", "the text is in a charset of seven bits")


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
    """Return `body` read as windows-1258, TCVN3 or VNI, the best of them, if that is Vietnamese."""
    flat = body.decode("latin-1")
    readings = (
        unicodedata.normalize("NFC", body.decode("cp1258", errors="replace")),
        mended(flat),
        mended(body.decode("cp1252", errors="replace")),
    )
    best = max(readings, key=lambda text: likeness(text[:_SAMPLE])[1])
    sample = best[:_SAMPLE]
    if likeness(sample)[1] < _SURE or len(_SYMBOL.findall(sample)) > _SYMBOLS * len(sample):
        return None
    return best
