"""Builders of documents that are no text: each makes the bytes of a file from the Markdown of a case.

They write the formats themselves: an office that types numbers and one that lets Word count them, a PDF with
running heads, one without text. A PDF needs no font file: its letters are named by `ToUnicode` alone.
"""

import io
import re
import textwrap
import zipfile
import zlib
from collections.abc import Callable
from html import escape

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)")
_NUMBER = re.compile(r"(\d+)\. ")
_PICTURE = "/Type/XObject/Subtype/Image/Width 10/Height 10/ColorSpace/DeviceGray/BitsPerComponent 8"
_COLUMNS, _ROWS = 76, 44  # characters of a printed line, lines of a page
_SIZE, _HEIGHT, _MARGIN, _PARAGRAPH = 12, 16, 60, 8  # points


def docx(markdown: str) -> bytes:
    """Make a Word document as typed: every number is text."""
    return _package(markdown, counted=False)


def docx_counted(markdown: str) -> bytes:
    """Make a Word document whose numbers "1. " are counted by Word, in one list through all paragraphs."""
    return _package(markdown, counted=True)


def docx_table(markdown: str) -> bytes:
    """Make a Word document with a table: the rows "| a | b |"."""
    return _package(markdown, counted=False)


def docx_bomb(markdown: str) -> bytes:
    """Make a Word document of 60 MB in 60 kB."""
    return _package(markdown + "\n\n" + "a" * 60_000_000, counted=False)


def docx_entities(markdown: str) -> bytes:
    """Make a Word document with a DTD that doubles an entity thirty times."""
    doubled = "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 30))
    body = f"<w:p><w:r><w:t>&a29;{escape(markdown)}</w:t></w:r></w:p>"
    head = f'<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY a0 "ha">{doubled}]>'
    document = f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return _zipped({"word/document.xml": head + document})


def spreadsheet(markdown: str) -> bytes:
    """Make a zip archive that is no Word document."""
    return _zipped({"xl/workbook.xml": f"<workbook>{escape(markdown)}</workbook>"})


def old_word(markdown: str) -> bytes:
    """Make what begins like an old .doc, or like a .docx with a password."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + markdown.encode("utf-16-le")


def pdf(markdown: str) -> bytes:
    """Make a PDF: lines of 76 letters, more room between paragraphs, page numbers and running heads."""
    return drawn_pdf(_pages(markdown, heads=True))


def pdf_tight(markdown: str) -> bytes:
    """Make a PDF without more room between paragraphs than between lines, without running heads."""
    return drawn_pdf(_pages(markdown, room=0))


def pdf_scanned(markdown: str) -> bytes:
    """Make a PDF of pages that are pictures."""
    return drawn_pdf([b"q 400 0 0 600 50 100 cm /I Do Q"] * markdown.count("\n"))


def pdf_locked(markdown: str) -> bytes:
    """Make a PDF that needs a password."""
    lock = f"<</Filter/Standard/V 1/R 2/P -4/O<{'ab' * 32}>/U<{'cd' * 32}>>>"
    return drawn_pdf(_pages(markdown), trailer=f"/Encrypt {lock}/ID[<00><00>]")


def pdf_of_a_thousand(markdown: str) -> bytes:
    """Make a PDF of 1,000 pages."""
    return drawn_pdf(_pages(markdown)[:1] * 1_000)


def pdf_bomb(markdown: str) -> bytes:
    """Make a PDF whose page unpacks to 40 MB of text."""
    return drawn_pdf([_pages(markdown)[0] + b"BT /F 12 Tf (aaaaaaaaaa) Tj ET " * 1_300_000])


def _package(markdown: str, *, counted: bool) -> bytes:
    """Make a Word document: a paragraph for a paragraph, a break for a line, links as links."""
    targets: list[str] = []
    body = "".join(_block(block.strip("\n"), targets, counted=counted) for block in markdown.split("\n\n"))
    level = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/hyperlink" TargetMode="External" '
        f'Target="{escape(target)}"/>'
        for at, target in enumerate(targets)
    )
    return _zipped(
        {
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{_WORD}" xmlns:r="{_OFFICE}"><w:body>{body}</w:body>'
            "</w:document>",
            "word/numbering.xml": f'<w:numbering xmlns:w="{_WORD}"><w:abstractNum w:abstractNumId="7">{level}'
            '</w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num></w:numbering>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>',
        }
    )


def _block(block: str, targets: list[str], *, counted: bool) -> str:
    """Make one paragraph, or one table."""
    if block.startswith("|"):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.split("\n")]
        cells = ("".join(f"<w:tc>{_paragraph(cell, targets)}</w:tc>" for cell in row) for row in rows)
        return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"
    found = _NUMBER.match(block.replace("**", "")) if counted else None
    if not found:
        return _paragraph(block, targets)
    number = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr>'
    return _paragraph(block.replace(found[0], "", 1), targets, number)


def _paragraph(text: str, targets: list[str], properties: str = "") -> str:
    parts = []
    at = 0
    for found in _LINK.finditer(text):
        targets.append(found[2])
        parts.append(_run(text[at : found.start()]))
        parts.append(f'<w:hyperlink r:id="rId{len(targets) - 1}">{_run(found[1])}</w:hyperlink>')
        at = found.end()
    return f"<w:p>{properties}{''.join(parts)}{_run(text[at:])}</w:p>"


def _run(text: str) -> str:
    bold = "<w:rPr><w:b/></w:rPr>" if "**" in text else ""
    lines = text.replace("**", "").split("\n")
    told = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
    return f"<w:r>{bold}{told}</w:r>"


def _zipped(parts: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _pages(markdown: str, *, room: int = _PARAGRAPH, heads: bool = False) -> list[bytes]:
    """Return the drawing of each page."""
    printed: list[tuple[str, int]] = []  # a line, the room above it
    for block in markdown.replace("**", "").split("\n\n"):
        above = room
        for line in _LINK.sub(r"\1", block).split("\n"):
            for part in textwrap.wrap(line, _COLUMNS, break_on_hyphens=False):
                printed.append((part, above))
                above = 0
    pages = []
    for number, start in enumerate(range(0, max(len(printed), 1), _ROWS), 1):
        top = 780
        drawn = [_drawn("CỔNG THÔNG TIN - BẢN IN", top + 30), _drawn(f"Trang {number}", 30)] if heads else []
        for line, above in printed[start : start + _ROWS]:
            top -= _HEIGHT + above
            drawn.append(_drawn(line, top))
        pages.append(b"\n".join(drawn))
    return pages


def _drawn(line: str, top: int) -> bytes:
    letters = line.encode("utf-16-be").hex()
    return f"BT /F {_SIZE} Tf {_MARGIN} {top} Td <{letters}> Tj ET".encode()


def drawn_pdf(pages: list[bytes], trailer: str = "") -> bytes:
    """Make a PDF of drawn pages. The same drawing is stored once."""
    unicode = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def "
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange "
        b"1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end end"
    )
    kinds = list(dict.fromkeys(pages))
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[4 0 R]/ToUnicode 6 0 R>>"
    )
    shape = b"<</Type/FontDescriptor/FontName/A/Flags 4/Ascent 800/Descent -200/FontBBox[0 -200 1000 800]>>"
    letters = (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/A/DW 500/FontDescriptor 5 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
    )
    kids = " ".join(f"{8 + len(kinds) + at} 0 R" for at in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
        font,
        letters,
        shape,
        _stream(unicode),
        _stream(bytes(100), _PICTURE),
        *map(_stream, kinds),
    ]
    objects += [
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {8 + kinds.index(page)} 0 R"
        "/Resources<</Font<</F 3 0 R>>/XObject<</I 7 0 R>>>>>>".encode()
        for page in pages
    ]
    file = b"%PDF-1.5\n"
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(file)}\n%%EOF".encode()
    return file + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def _stream(data: bytes, more: str = "") -> bytes:
    packed = zlib.compress(data)
    return f"<<{more}/Length {len(packed)}/Filter/FlateDecode>>stream\n".encode() + packed + b"\nendstream"


BUILDERS: dict[str, Callable[[str], bytes]] = {
    "docx": docx,
    "docx-counted": docx_counted,
    "docx-table": docx_table,
    "docx-bomb": docx_bomb,
    "docx-entities": docx_entities,
    "spreadsheet": spreadsheet,
    "old-word": old_word,
    "pdf": pdf,
    "pdf-tight": pdf_tight,
    "pdf-scanned": pdf_scanned,
    "pdf-locked": pdf_locked,
    "pdf-of-a-thousand": pdf_of_a_thousand,
    "pdf-bomb": pdf_bomb,
}
