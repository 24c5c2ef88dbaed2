"""Bytes to text: every charset that Vietnamese pages come in, and what must be refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.encoding import decode
from pipeline.errors import Unreadable
from pipeline.text import clean

STORY = (
    "<p>Sáng 5/3, Ủy ban nhân dân tỉnh họp phiên thường kỳ, bàn việc giữ nước ngọt cho vùng trồng lúa, sửa"
    " đường liên xã và chuẩn bị trường lớp. Nhiều ý kiến đề nghị công khai tiến độ từng tuần.</p>\n"
)
VIETNAMESE = st.text(
    st.sampled_from(
        "aăâbcdđeêghiklmnoôơpqrstuưvxy àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọờớởỡợùúủũụừứửữựỳýỷỹỵ</>\n.,"
    ),
    max_size=300,
)
TONES = "\u0300\u0301\u0303\u0309\u0323"
TCVN3 = dict(
    zip(
        "âêôưđàãáầẩềếệỉịọồộờớùủúừửữỳý",
        bytes.fromhex("a9 aa ab ad ae b5 b7 b8 c7 c8 d2 d5 d6 d8 de e4 e5 e9 ea ed ef f1 f3 f5 f6 f7 fafd"),
        strict=True,
    )
)  # from the table of TCVN 5712:1993, as far as the story needs it


def _windows_1258(text: str) -> bytes:
    """Encode as Windows does: the vowel with its shape, then the tone as a combining character."""
    out = bytearray()
    for char in text:
        parts = unicodedata.normalize("NFD", char)
        letter = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        out += (letter + "".join(part for part in parts if part in TONES)).encode("cp1258")
    return bytes(out)


def _tcvn3(text: str) -> bytes:
    return b"".join(bytes((TCVN3[char],)) if char in TCVN3 else char.encode("ascii") for char in text)


def _as_1252(body: bytes) -> str:
    """Misread bytes as browsers do: windows-1252, its five gaps as they are."""
    return "".join(bytes((byte,)).decode("cp1252", errors="ignore") or chr(byte) for byte in body)


SMALL = STORY.replace("Ủ", "ủ")  # TCVN3 has no capitals with tones
CASES = {
    "utf-8": (STORY.encode(), None),
    "utf-8 with another declaration": (STORY.encode(), "text/html; charset=windows-1252"),
    "utf-8 declared utf-16": (STORY.encode(), "utf-16"),
    "utf-8 with a mark": (b"\xef\xbb\xbf" + STORY.encode(), "iso-8859-1"),
    "utf-16 with a mark": (STORY.encode("utf-16"), None),
    "utf-16 big end first": (b"\xfe\xff" + STORY.encode("utf-16-be"), "utf-8"),
    "utf-16 without a mark": (STORY.encode("utf-16-le"), None),
    "utf-16 big end first without a mark": (STORY.encode("utf-16-be"), None),
    "utf-32": (STORY.encode("utf-32"), None),
    "nfd": (unicodedata.normalize("NFD", STORY).encode(), None),
    "windows-1258 declared": (_windows_1258(STORY), "windows-1258"),
    "windows-1258 undeclared": (_windows_1258(STORY), None),
    "windows-1258 declared latin-1 by the server": (_windows_1258(STORY), "text/html; charset=ISO-8859-1"),
    "utf-8 encoded twice": (_as_1252(STORY.encode()).encode(), "utf-8"),
    "utf-8 encoded twice by latin-1": (STORY.encode().decode("latin-1").encode(), None),
    "cut inside a character": (STORY.encode() + "ệ".encode()[:2], None),
}


@pytest.mark.parametrize("name", CASES)
def test_every_way_to_write_vietnamese_gives_the_same_text(name: str) -> None:
    """The text comes back whole, NFC, with its markup."""
    body, declared = CASES[name]

    assert STORY == decode(body, declared)


@pytest.mark.parametrize("body", [_tcvn3(SMALL), _tcvn3(SMALL).decode("latin-1").encode()])
def test_tcvn3_is_read_as_bytes_and_as_latin_1_text(body: bytes) -> None:
    """Old office fonts come as bytes, or as Latin-1 letters stored in UTF-8."""
    assert SMALL == decode(body)


@pytest.mark.parametrize("bad", [b"\xff", b"\xc3", b"\xe1\xbb", b"\x80"])
@pytest.mark.parametrize("declared", [None, "utf-8", "iso-8859-1", "windows-1251"])
def test_one_bad_byte_costs_one_character(bad: bytes, declared: str | None) -> None:
    """A feed survives a bad byte whatever is declared."""
    body = STORY.encode()

    assert f"{STORY}\ufffd\n{STORY}" == decode(body + bad + b"\n" + body, declared)


@pytest.mark.parametrize(
    ("body", "declared", "expected"),
    [
        ("Привет, мир".encode("cp1251"), "windows-1251", "Привет, мир"),
        ("新闻".encode("gb18030"), "text/xml; charset=GB2312", "新闻"),
        ("été à la plage".encode("latin-1"), "iso-8859-1", "été à la plage"),
        (b"<a encoding='koi8-r'>" + "мир".encode("koi8-r"), None, "<a encoding='koi8-r'>мир"),
        ("été, garçon, naïf, Ångström".encode(), None, "été, garçon, naïf, Ångström"),
        (b"", None, ""),
        (b"a\0b" + b"c" * 300, None, "ab" + "c" * 300),
    ],
)
def test_other_languages_are_left_alone(body: bytes, declared: str | None, expected: str) -> None:
    """A declaration outside or inside the bytes is believed, and nothing foreign is mended."""
    assert expected == decode(body, declared)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"%PDF-1.7\n...", "a PDF"),
        (b"PK\x03\x04", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1", "office"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\0" * 500, "binary"),
        (bytes(range(256)) * 8, "binary"),
        (bytes(range(128, 256)) * 8, "neither"),
        ("été à la plage".encode("latin-1"), "neither"),
        (("市は今日、新しい交通計画を発表した。" * 9).encode("shift_jis"), "neither"),
        (("北京市今天公布新的交通计划。" * 9).encode("gbk"), "neither"),
        (("北京市今天公布新的交通计划。" * 9).encode("hz"), "seven bits"),
        (("市は今日、計画を発表した。\n" * 9).encode("iso2022_jp"), "seven bits"),
        (("THE COMMUNE OPENS A CLASS.\n" * 20).encode("cp500"), "neither"),
        (b"{\\rtf1\\ansi Ng\\'e0y}", "RTF"),
        (b"%!PS-Adobe-3.0\n", "PostScript"),
        ("\ue053\ue019\ue06e\ue067 ".encode() * 9, "private"),
    ],
)
def test_what_is_no_text_is_refused_by_name(body: bytes, reason: str) -> None:
    """Files and undeclared foreign bytes raise Unreadable with the reason."""
    with pytest.raises(Unreadable, match=reason):
        decode(body)


@pytest.mark.parametrize(
    "declared", ["punycode", "unicode_escape", "utf-7", "rot13", "idna", "no such charset", "ascii", ""]
)
def test_declarations_that_the_web_does_not_know_are_ignored(declared: str) -> None:
    """Python's odd codecs, some of them quadratic, are never used."""
    with pytest.raises(Unreadable):
        decode(b"\xe9t\xe9 \\u0041 +AGE-", declared)


@given(
    st.binary(max_size=400),
    st.one_of(st.none(), st.text(max_size=30), st.sampled_from(["gbk", "utf-16", "cp1258"])),
)
def test_any_bytes_give_clean_text_or_unreadable(body: bytes, declared: str | None) -> None:
    """Nothing but Unreadable comes out, and what is read is clean."""
    try:
        text = decode(body, declared)
    except Unreadable:
        return

    assert text == clean(text)


@given(VIETNAMESE)
def test_utf_8_and_utf_16_round_trip(text: str) -> None:
    """What is encoded properly comes back as it was."""
    assert clean(text) == decode(text.encode()) == decode(text.encode("utf-16"))


@given(VIETNAMESE.filter(lambda text: len(text) > 0))
def test_declared_windows_1258_round_trips(text: str) -> None:
    """Declared windows-1258 comes back composed, unless its bytes happen to be UTF-8."""
    body = _windows_1258(text)
    try:
        body.decode()
    except UnicodeDecodeError:
        assert clean(text) == decode(body, "windows-1258")
