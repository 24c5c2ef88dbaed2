"""A PDF as Markdown rows: its printed lines joined to paragraphs. Pure; raises Unreadable only.

The only importer of pypdfium2 (PDFium, the reader of Chromium; docs/adr/0006). A PDF knows no
paragraphs: a line goes on with the one above if that one is full, and nothing else parts them. What a
file unpacks to is bounded before PDFium sees it, for nothing can stop it then.
"""

import base64
import ctypes
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from statistics import median
from typing import Any

from pipeline.errors import Unreadable
from pipeline.markup import text as told
from pipeline.text import fold
from pipeline.wrapped import STARTS

_MOST_PAGES = 100
_MOST_CHARACTERS = 1_000_000  # of all pages
_MOST_CONTENT, _MOST_UNPACKED = 4_000_000, 100_000_000  # bytes of pages' content, of everything
_MOST_WORK = 60_000_000  # bytes of content times pages: one content may stand on all of them
_MOST_STREAMS = 5_000
_MOST_DRAWN = 10_000  # times that nested drawings may be drawn
_LEAST_TEXT = 20  # characters that are a text
_HEAD = 1_024
_BEFORE = 1_500  # bytes before a stream in which its dictionary stands
_SAMPLE, _PRINTABLE = 4_000, 0.9
_BINARY = bytes((*range(9), *range(14, 32), *range(127, 256)))
_MOST_LINKS, _LONGEST_ADDRESS = 100, 2_000  # of a page; bytes
_BOLD = 600  # weight of a font

_GAP, _INDENT, _SPACE = 1.4, 0.8, 0.25  # line heights, em, em
_SLACK, _SIZE = 0.04, 0.15  # shares: of the width, of the size
_EDGE_ROWS = 2  # rows at the top and the foot of a page that may be its header or footer
_SAME_HEIGHT = 4  # points
_REPEATED = 3  # pages that make a row a header; fewer, if there are no more

_STREAM = re.compile(rb"stream\r?\n")
_FILTERS = re.compile(rb"/Filter\s*(\[[^\]]{0,200}\]|/[\w#]{1,40}|\d{1,9} \d{1,9} R)")
_NAME = re.compile(rb"/([\w#]{1,40})")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_DRAWS = re.compile(rb"/[^\s/<>()\[\]]{1,60}\s+Do\b")
_KEEPING = (
    b"DCTDecode",
    b"JPXDecode",
    b"CCITTFaxDecode",
    b"JBIG2Decode",
    b"Crypt",
)  # pictures of bounded size
_PAGE_NUMBER = re.compile(
    r"(?:trang|page)?\s*[-–—]?\s*(?P<page>\d{1,3})(?:\s*/\s*\d{1,3})?\s*[-–—]?", re.IGNORECASE
)
_CLOSED = re.compile(r"[.!?…;:][\"”’')*\]]*$")


@dataclass(frozen=True, slots=True)
class _Line:
    """A printed line.

    Args:
        html: its text, with links.
        text: its text.
        left, right, top, size: in points, from the left and the foot of the page.
        first: the width of its first word.
        bold: whether its first letter is.
    """

    html: str
    text: str
    left: float
    right: float
    top: float
    size: float
    first: float
    bold: bool


def read(body: bytes) -> str:
    """Return the text of a PDF as Markdown, a row for a paragraph.

    Raises:
        Unreadable: no PDF, one with a password, of too many pages, that unpacks to too much, or without text.
    """
    start = body[:_HEAD].find(b"%PDF-")
    if start < 0:
        raise Unreadable("pdf", "the bytes are no PDF")
    content = _bounded(body)
    pages = [_without_edges(page, lines) for page, lines in enumerate(_pages(body[start:], content), 1)]
    pages = _without_headers(pages)
    rows = _paragraphs(pages)
    if sum(map(len, rows)) < _LEAST_TEXT:
        raise Unreadable("pdf", "no text in it: pictures of pages, perhaps")
    return told("\n".join(f"<p>{row}</p>" for row in rows))


def _bounded(body: bytes) -> int:
    """Return the bytes of the largest content of a page.

    Raises:
        Unreadable: it unpacks to too much, or draws too often.
    """
    unpacked = largest = content = 0
    drawn, nested = 1, 1
    for number, found in enumerate(_STREAM.finditer(body), 1):
        if number > _MOST_STREAMS:
            raise Unreadable("pdf", f"more than {_MOST_STREAMS} streams")
        head = body[max(0, found.start() - _BEFORE) : found.start()].rpartition(b" obj")[2]
        data = _unpacked(head, memoryview(body)[found.end() :], _MOST_UNPACKED - unpacked)
        unpacked += len(data)
        sample = data[:_SAMPLE]
        is_text = len(sample.translate(None, _BINARY)) >= _PRINTABLE * len(sample)
        if b"/Image" in head and not is_text:
            continue
        content += len(data) if is_text else 0
        largest = max(largest, len(data) if is_text else 0)
        draws = len(_DRAWS.findall(data))
        nested, drawn = (nested * (1 + draws), drawn) if b"/Form" in head else (nested, drawn + draws)
        if unpacked >= _MOST_UNPACKED or content > _MOST_CONTENT or nested * drawn > _MOST_DRAWN:
            raise Unreadable("pdf", "unpacks to more than a text needs")
    return largest


def _unpacked(head: bytes, data: memoryview, most: int) -> bytes:
    """Return a stream unpacked as far as `most`, b"" if it is not packed in a way that can grow.

    Raises:
        Unreadable: how it is packed is hidden, or nobody does it so any more.
    """
    said = _FILTERS.search(head)
    if said is None:
        length = re.search(rb"/Length (\d{1,9})(?! \d)", head)
        return bytes(data[: min(int(length[1]), most)]) if length else b""
    names = [_ESCAPED.sub(lambda hit: bytes((int(hit[1], 16),)), name) for name in _NAME.findall(said[1])]
    if not names:
        raise Unreadable("pdf", "a stream that hides how it is packed")
    now: bytes | memoryview = data
    for name in names:
        if name in (b"FlateDecode", b"Fl"):
            try:
                now = zlib.decompressobj().decompress(now, max(most, 1))
            except zlib.error:
                return b""
        elif name in (b"ASCII85Decode", b"A85"):
            end = bytes(now[:most]).find(b"~>")
            try:
                now = base64.a85decode(bytes(now[: max(end, 0)]))
            except ValueError:
                return b""
        elif name in _KEEPING or name == b"DCT":
            return b""
        else:
            raise Unreadable("pdf", f"a stream packed by {name.decode('latin-1')}")
    return bytes(now)


def _pages(body: bytes, content: int) -> Iterator[list[_Line]]:
    """Yield the lines of each page.

    Raises:
        Unreadable: PDFium cannot open it, or it has too many pages or characters.
    """
    import pypdfium2  # noqa: PLC0415 - 8 MB, for PDFs only

    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error)
        raise Unreadable("pdf", "it needs a password" if locked else "PDFium cannot open it") from error
    try:
        if len(document) > _MOST_PAGES or len(document) * content > _MOST_WORK:
            raise Unreadable("pdf", f"{len(document)} pages: too much to be read as one document")
        characters = 0
        for number in range(len(document)):
            try:
                page = document[number]
            except pypdfium2.PdfiumError as error:
                raise Unreadable("pdf", f"page {number + 1} is damaged") from error
            words = page.get_textpage()
            characters += words.count_chars()
            if characters > _MOST_CHARACTERS:
                raise Unreadable("pdf", f"more than {_MOST_CHARACTERS} characters")
            yield _lines(page, words, pypdfium2.raw)
            words.close()
            page.close()
    finally:
        document.close()


def _lines(page: Any, words: Any, raw: Any) -> list[_Line]:
    """Return the lines of a page, in the order in which they were written."""
    count = words.count_chars()
    text = words.get_text_range(0, count) if count else ""
    links = _links(page, words, raw)
    lines = []
    at = 0
    for row in text.split("\n"):
        start, end = at, at + len(row)
        at = end + 1
        while end > start and text[end - 1].isspace():
            end -= 1
        while start < end and text[start].isspace():
            start += 1
        if start == end or end > count:
            continue
        own = text[start:end].replace("\ufffe", "-").replace("\x02", "-")
        left, foot, _, top = words.get_charbox(start, loose=True)
        right = words.get_charbox(end - 1, loose=True)[2]
        word_end = start + len(own.split(maxsplit=1)[0]) - 1
        first = words.get_charbox(word_end, loose=True)[2] - left
        bold = raw.FPDFText_GetFontWeight(words, start) >= _BOLD
        html = _linked(own, start, links)
        lines.append(_Line(html, own, left, right, top, max(top - foot, 1.0), first, bold))
    return lines


def _links(page: Any, words: Any, raw: Any) -> list[tuple[int, int, str]]:
    """Return the links of a page: first and last letter, address."""
    found: list[tuple[int, int, str]] = []
    place, link = ctypes.c_int(0), raw.FPDF_LINK()
    while len(found) < _MOST_LINKS and raw.FPDFLink_Enumerate(page, place, link):
        rectangle = raw.FS_RECTF()
        action = raw.FPDFLink_GetAction(link)
        size = raw.FPDFAction_GetURIPath(page.pdf, action, None, 0) if action else 0
        if not 1 < size <= _LONGEST_ADDRESS or not raw.FPDFLink_GetAnnotRect(link, rectangle):
            continue
        address = ctypes.create_string_buffer(size)
        raw.FPDFAction_GetURIPath(page.pdf, action, address, size)
        middle = (rectangle.top + rectangle.bottom) / 2
        reach = abs(rectangle.top - rectangle.bottom) / 2
        first = words.get_index(rectangle.left + 1, middle, reach, reach)
        last = words.get_index(rectangle.right - 1, middle, reach, reach)
        if first is not None and last is not None and first <= last:
            found.append((first, last + 1, address.value.decode("utf-8", "replace")))
    return found


def _linked(text: str, start: int, links: list[tuple[int, int, str]]) -> str:
    """Return a line as HTML, with the links that lie in it."""
    parts: list[str] = []
    at = 0
    for first, end, address in sorted(links):
        begin, stop = first - start, end - start
        if at <= begin < stop <= len(text):
            parts += (escape(text[at:begin]), f'<a href="{escape(address)}">{escape(text[begin:stop])}</a>')
            at = stop
    return "".join((*parts, escape(text[at:])))


def _without_edges(page: int, lines: list[_Line]) -> list[_Line]:
    """Leave out the number of a page at its top or foot."""
    edges = {*range(_EDGE_ROWS), *range(len(lines) - _EDGE_ROWS, len(lines))}
    kept = []
    for at, line in enumerate(lines):
        found = _PAGE_NUMBER.fullmatch(line.text.strip())
        if not (found and at in edges and int(found["page"]) == page and len(lines) > 1):
            kept.append(line)
    return kept


def _without_headers(pages: list[list[_Line]]) -> list[list[_Line]]:
    """Leave out what stands at one height at the top or the foot of three pages, or of both of two."""
    seen = Counter(
        key
        for lines in pages
        for key in {_edge_key(line) for line in (*lines[:_EDGE_ROWS], *lines[-_EDGE_ROWS:])}
    )
    enough = min(_REPEATED, max(len(pages), 2))
    kept = []
    for lines in pages:
        edges = {*range(_EDGE_ROWS), *range(len(lines) - _EDGE_ROWS, len(lines))}
        kept.append(
            [line for at, line in enumerate(lines) if at not in edges or seen[_edge_key(line)] < enough]
        )
    return kept


def _edge_key(line: _Line) -> tuple[str, int]:
    """Return what a running head has in common on all pages; a title that it repeats stands elsewhere."""
    return re.sub(r"\d+", "#", fold(line.text)), round(line.top / _SAME_HEIGHT)


def _paragraphs(pages: list[list[_Line]]) -> list[str]:
    """Return the paragraphs of all pages as HTML."""
    rows: list[list[str]] = []
    last: tuple[_Line, float] | None = None  # the line above with the right edge of its page
    for lines in pages:
        right = max((line.right for line in lines), default=0.0)
        left = min((line.left for line in lines), default=0.0)
        heights = [above.top - line.top for above, line in pairwise(lines) if above.top > line.top]
        typical = median(heights) if heights else 0.0
        for at, line in enumerate(lines):
            if last is not None and _goes_on(last[0], line, last[1], left, typical if at else 0.0):
                rows[-1].append(line.html)
            else:
                rows.append([line.html])
            last = (line, right)
    return [" ".join(row) for row in rows]


def _goes_on(above: _Line, line: _Line, right: float, left: float, typical: float) -> bool:
    """Tell whether a line goes on with the one above.

    Args:
        above: the line above.
        line: the line.
        right: where the lines of its page end.
        left: where they begin.
        typical: the height of a line, 0 where a page begins.
    """
    is_open = not _CLOSED.search(above.text) and line.text[0].islower()
    looks_other = (
        abs(above.size - line.size) > _SIZE * above.size
        or (above.bold != line.bold and not is_open)
        or (line.text.isupper() != above.text.isupper() and not line.text[0].isdigit())
    )
    stands_apart = (bool(typical) and not 0 < above.top - line.top <= _GAP * typical) or line.left - max(
        above.left if typical else left, left
    ) > _INDENT * line.size
    begins = STARTS.match(line.text) or (above.text.endswith(":") and line.text[0].isupper())
    if looks_other or stands_apart or begins:
        return False
    room = right - above.right - line.size * _SPACE
    return is_open or line.first > room - _SLACK * (right - left)
