"""Word documents: numbers that Word counts, links in both forms, what is not printed, hostile archives."""

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import docx
from pipeline.errors import Unreadable
from tests.corpus.build import BUILDERS

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _file(body: str, *, numbering: str = "", styles: str = "", namespace: str = WORD, **more: str) -> bytes:
    """Return a .docx with the paragraphs `body`."""
    parts = {
        "word/document.xml": f'<w:document xmlns:w="{namespace}" xmlns:r="{OFFICE}">'
        f"<w:body>{body}</w:body></w:document>",
        "word/numbering.xml": f'<w:numbering xmlns:w="{namespace}">{numbering}</w:numbering>',
        "word/styles.xml": f'<w:styles xmlns:w="{namespace}">{styles}</w:styles>',
        **more,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def _p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def _listed(text: str, number: str, level: int = 0) -> str:
    return _p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def _level(at: int, form: str, text: str, start: int = 1) -> str:
    printed = f'<w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/>{printed}</w:lvl>'


def _list(number: str, levels: str, more: str = "") -> str:
    return (
        f'<w:abstractNum w:abstractNumId="{number}">{levels}</w:abstractNum>'
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/>{more}</w:num>'
    )


def _rows(body: bytes) -> list[str]:
    return docx.read(body).split("\n\n")


def test_numbers_are_counted_through_other_paragraphs() -> None:
    """A numbered heading goes on counting where text and bullets stand between."""
    body = (
        _listed("Đê bao", "1")
        + _p("Đê dài.")
        + _listed("chi tiết", "2")
        + _listed("Cống", "1")
        + _listed("", "1")
    )
    lists = _list("1", _level(0, "decimal", "%1.")) + _list("2", _level(0, "bullet", "•"))

    assert ["1. Đê bao", "Đê dài.", "- chi tiết", "2. Cống"] == _rows(_file(body, numbering=lists))


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("decimal", "Tin %1:", ["Tin 3: A", "Tin 4: A"]),
        ("decimalZero", "%1)", ["03) A", "04) A"]),
        ("upperRoman", "%1.", ["III. A", "IV. A"]),
        ("lowerRoman", "%1.", ["iii. A", "iv. A"]),
        ("lowerLetter", "%1)", ["c) A", "d) A"]),
        ("upperLetter", "%1.", ["C. A", "D. A"]),
        ("none", "%1.", ["A", "A"]),
        ("thaiLetters", "%1.", ["3. A", "4. A"]),
    ],
)
def test_numbers_are_written_as_the_list_says(form: str, text: str, expected: list[str]) -> None:
    """Letters, Roman numbers, noughts, words around the number, another start."""
    lists = _list("1", _level(0, form, text, start=3))

    assert expected == _rows(_file(_listed("A", "1") * 2, numbering=lists))


def test_inner_levels_begin_anew() -> None:
    """1.1 and 1.2 stand below 1, and 2.1 below 2."""
    lists = _list("1", _level(0, "decimal", "%1.") + _level(1, "decimal", "%1.%2."))
    body = "".join(_listed("A", "1", level) for level in (0, 1, 1, 0, 1))

    assert ["1. A", "1.1. A", "1.2. A", "2. A", "2.1. A"] == _rows(_file(body, numbering=lists))


def test_a_list_may_restart() -> None:
    """Another number of the same list goes on, unless it says where to begin."""
    same = '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    other = f'<w:num w:numId="3"><w:abstractNumId w:val="1"/>{anew}</w:num>'
    lists = _list("1", _level(0, "decimal", "%1.")) + same + other
    body = _listed("A", "1") + _listed("B", "2") + _listed("C", "3") + _listed("D", "3")

    assert ["1. A", "2. B", "1. C", "2. D"] == _rows(_file(body, numbering=lists))


def test_a_style_may_number() -> None:
    """A paragraph is numbered by its style, or by the one that this rests on."""
    numbered = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    styles = (
        f'<w:style w:styleId="a">{numbered}</w:style><w:style w:styleId="b"><w:basedOn w:val="a"/></w:style>'
        '<w:style w:styleId="c"><w:basedOn w:val="c"/></w:style>'
    )
    body = "".join(_p("A", f'<w:pStyle w:val="{name}"/>') for name in "abc")
    lists = _list("1", _level(0, "decimal", "%1."))

    assert ["1. A", "2. A", "A"] == _rows(_file(body, numbering=lists, styles=styles))


def test_links_are_read_in_both_forms() -> None:
    """A link is an element with a relation, or a field with its address in its code."""
    relations = (
        f'<Relationships><Relationship Id="r1" Type="{OFFICE}/hyperlink" Target="https://a.example/1" '
        'TargetMode="External"/></Relationships>'
    )
    body = (
        '<w:p><w:r><w:t>Xem </w:t></w:r><w:hyperlink r:id="r1"><w:r><w:t>tại đây</w:t></w:r></w:hyperlink>'
        '</w:p><w:p><w:r><w:t>Xem </w:t><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText>HYPERLINK </w:instrText><w:instrText>"https://a.example/2"</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        '<w:r><w:t>tại đây</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText><w:fldChar '
        'w:fldCharType="separate"/><w:t>7</w:t><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    file = _file(body, **{"word/_rels/document.xml.rels": relations})

    assert ["Xem [tại đây](https://a.example/1)", "Xem [tại đây](https://a.example/2)", "7"] == _rows(file)


def test_what_is_not_printed_is_no_text() -> None:
    """Deleted, hidden and doubled runs are left out; breaks, tabs and text boxes are kept."""
    body = (
        "<w:p><w:r><w:t>A</w:t><w:tab/><w:t>B</w:t><w:noBreakHyphen/><w:t>C</w:t><w:br/><w:t>D</w:t></w:r>"
        "<w:del><w:r><w:delText>x</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>E</w:t></w:r><w:ins><w:r><w:t>F</w:t></w:r></w:ins>'
        '</w:p><w:p><w:r><m:AlternateContent xmlns:m="m"><m:Choice><w:txbxContent>'
        "<w:p><w:r><w:t>Khung</w:t></w:r></w:p></w:txbxContent></m:Choice><m:Fallback><w:p><w:r><w:t>Khung</w:t></w:r></w:p></m:Fallback>"
        "</m:AlternateContent></w:r><w:r><w:t>Ngoài</w:t></w:r></w:p>"
    )

    assert ["A B-C", "DEF", "Khung", "Ngoài"] == _rows(_file(body))


def test_the_strict_form_and_another_main_part_are_read() -> None:
    """Elements are known by name, and the text stands where the archive says."""
    relation = f'<Relationship Id="1" Type="{OFFICE}/officeDocument" Target="/word/a.xml"/>'
    main = f'<w:document xmlns:w="{STRICT}"><w:body>{_p("Tin")}</w:body></w:document>'
    file = _file(
        "",
        namespace=STRICT,
        **{"_rels/.rels": f"<Relationships>{relation}</Relationships>", "word/a.xml": main},
    )

    assert ["Tin"] == _rows(file)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"PK\x03\x04", "damaged"),
        (b"", "damaged"),
        (BUILDERS["spreadsheet"]("x"), "without a Word document"),
        (BUILDERS["docx-bomb"]("x"), "unpacks to more"),
        (BUILDERS["docx-entities"]("x"), "DTD"),
        (_file("</w:body>"), "without a Word document"),
        (_file(_p("A") * 40_001), "paragraphs"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    """Damaged, foreign and hostile archives raise Unreadable and nothing else."""
    with pytest.raises(Unreadable, match=reason):
        docx.read(body)


GOOD = BUILDERS["docx-counted"]("BẢN TIN\n\n1. Tin [tại đây](https://a.example/)\n\n| a | b |")


@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=12),
    st.integers(0, len(GOOD)),
)
def test_damaged_bytes_are_read_or_refused(changes: list[tuple[int, int]], end: int) -> None:
    """Whatever befalls a file, it is text or Unreadable."""
    body = bytearray(GOOD)
    for at, byte in changes:
        body[at] = byte
    with suppress(Unreadable):
        assert isinstance(docx.read(bytes(body[:end] if end % 2 else body)), str)


XML = st.recursive(
    st.sampled_from(
        ("", "Tin", "<w:t>a</w:t>", "<w:br/>", '<w:fldChar w:fldCharType="end"/>', "<w:instrText/>")
    ),
    lambda inner: st.builds(
        lambda name, parts: f"<w:{name}>{''.join(parts)}</w:{name}>",
        st.sampled_from(("p", "r", "tbl", "tr", "tc", "hyperlink", "pPr", "numPr", "del", "sdt")),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@given(XML)
def test_any_nesting_is_read(xml: str) -> None:
    """Elements in any order raise nothing."""
    assert isinstance(docx.read(_file(xml, numbering=xml, styles=xml)), str)
