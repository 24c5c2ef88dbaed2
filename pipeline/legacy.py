"""Text that was read in the wrong charset and stored so: put right by paragraphs. Pure; never raises.

Three accidents are told apart by what they leave: UTF-8 taken for windows-1252 and encoded again
("Äá»“ng ThÃ¡p"), fonts of TCVN3 ("§ång Th¸p") and of VNI ("Ñoàng Thaùp"), windows-1258 taken for
windows-1252 ("Ðôìng Thaìp"). A reading counts only where it is Vietnamese and the text as it stands is
not; French and Czech stay what they are.
"""

import re
import unicodedata
from collections.abc import Callable
from html import unescape

from pipeline.syllables import likeness

_ROUNDS = 3  # of encoding again; more were never seen
_SURE = 0.9  # share of syllables among marked words of a reading; real text has 0.9 to 1
_SAMPLE = 4_000  # characters of a paragraph that are asked
_WHOLLY = 0.9  # share of letters beyond ASCII that makes a paragraph encoded as a whole
_FEW = 2  # marked words that prove nothing alone

# Bytes read as windows-1252, whose five gaps most software keeps as they are, back to Latin-1.
_BYTES_OF_1252 = {
    ord(char): byte
    for byte in range(0x80, 0xA0)
    if (char := bytes((byte,)).decode("cp1252", errors="ignore"))
}
_NEXT = f"[{re.escape(''.join(map(chr, (*range(0x80, 0xC0), *_BYTES_OF_1252))))}]"
_TWICE = re.compile(f"[\u00c2-\u00df]{_NEXT}|[\u00e0-\u00ef]{_NEXT}{{2}}|[\u00f0-\u00f4]{_NEXT}{{3}}")
# Hardly any text has a letter that _TWICE ends with behind one that it begins with: a tenth of the time.
_MAY_BE_TWICE = re.compile(f"{_NEXT}(?<=[\u00c2-\u00f4].)", re.DOTALL)
# What Vietnamese text consists of beyond ASCII: other results were letters before quotation marks.
_OURS = re.compile(
    "[\u0080-\u024f\u0300-\u0323\u1e00-\u1eff\u02c6\u02dc\u2000-\u206f\u20ab\u20ac\u2122\ufeff]"
)
_UNIT = re.compile(r"(?<=\n)|(?=<(?:p|div|td|br|h[1-6]|li|title|item|description|span|a)\b)", re.IGNORECASE)

SMALL_LETTERS = "ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
CAPITAL_LETTERS = SMALL_LETTERS.upper()
_ENTITY = re.compile(r"&(?:amp;)?(?:[A-Za-z]{2,8}\d?|#\d{2,5}|#[xX][\da-fA-F]{2,5});")
TCVN3 = dict(
    zip(
        (*range(0xA1, 0xAF), *range(0xB5, 0xBA), *range(0xBB, 0xBF), *range(0xC6, 0xCD), *range(0xCE, 0xD9),
         *range(0xDC, 0xE0), *range(0xE1, 0xF0), *range(0xF1, 0xFF)),
        "ĂÂÊÔƠƯĐăâêôơưđ" "àảãáạ" "ằẳẵắ" "ặầẩẫấậè" "ẻẽéẹềểễếệìỉ" "ĩíịò" "ỏõóọồổỗốộờởỡớợù" "ủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)  # fmt: skip  # TCVN 5712:1993 VN3; its capitals with tones are a matter of the font (.VnTimeH)
_CAPITAL_FONT = re.compile(
    r"(<(?P<tag>font|span|p|div|b|strong|td|h[1-6])\b[^<>]{0,300}\.vn\w{1,20}h\b[^<>]{0,300}>)"
    r"(?P<text>(?:(?!</(?P=tag)).){0,3000})",
    re.IGNORECASE | re.DOTALL,
)
_TEXT = re.compile(r"(?<![^>])[^<>]+|(?<=>)[^<>]+")

# VNI writes a vowel and behind it a letter for shape and tone: grave, acute, hook, tilde, dot below.
_VNI_MARKS = {
    **dict(zip("øùûõï", "\u0300\u0301\u0309\u0303\u0323", strict=True)),
    **dict(zip("âàáåãä", (f"\u0302{tone}" for tone in ("", *"\u0300\u0301\u0309\u0303\u0323")), strict=True)),
    **dict(zip("êèéúüë", (f"\u0306{tone}" for tone in ("", *"\u0300\u0301\u0309\u0303\u0323")), strict=True)),
}
_VNI_LONE = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "í": "í", "ì": "ì"}
_VNI_PAIR = re.compile(f"([aeouy]|[ôö])([{''.join(_VNI_MARKS)}])|([{''.join(_VNI_LONE)}])", re.IGNORECASE)
_HIGH = re.compile(
    "[\x80-\xff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2018-\u2022\u2026\u20ac\u2122]"
)
_BEYOND = re.compile("[^\x00-\x7f]")
_OWN = re.compile(
    "[\u0102\u0103\u0110\u0111\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]"
)  # Vietnamese, not Latin-1
_FOREIGN = re.compile("[\x80-\x9f¡-©«-¿ÄÅÆÇËÎÏÑÖ×ØÛÜÞßäåæçëîïñöøûüþÿÐð]")  # in Latin-1, not Vietnamese


def mended(text: str) -> str:
    """Return `text` with those paragraphs put right that were read in the wrong charset."""
    if _HIGH.search(text) is None:
        return text
    for _ in range(_ROUNDS):
        if _MAY_BE_TWICE.search(text) is None or _TWICE.search(text) is None:
            break
        once = "".join(map(_once, _UNIT.split(text)))
        if once == text:
            break
        text = once
    return _in_fonts(text) if len(_FOREIGN.findall(text)) > _FEW else text


def restored(text: str) -> str:
    """Return `text` mended, and without entities that were escaped twice ("Đ&ocirc;ng" in plain text)."""
    if "&" in text:
        text = _ENTITY.sub(_unescaped, text)
    return mended(text)


def _unescaped(found: re.Match[str]) -> str:
    """Return an entity as its character if that is a letter or a sign beyond ASCII, else as it stands."""
    char = unescape(unescape(found[0]))
    return found[0] if char.isascii() or (not char.isprintable() and char != "\xa0") else char


def _once(unit: str) -> str:
    """Return a paragraph with one encoding too many undone, as far as it has any.

    A capital before a quotation mark ("Ở XÃ”") looks like one encoded letter: letters that no
    Vietnamese text has must stand among them.
    """
    runs = "".join(_TWICE.findall(unit))
    foreign, beyond = len(_FOREIGN.findall(runs)), len(_BEYOND.findall(unit))
    if foreign < _FEW and not (foreign and beyond == len(runs)):
        return unit
    wholly = len(runs) >= _WHOLLY * beyond
    return _TWICE.sub(lambda found: _decoded(found, wholly=wholly), unit)


def _decoded(found: re.Match[str], *, wholly: bool) -> str:
    """Return a run of letters as the one that it encodes, or as it stands."""
    run, after = found[0], found.string[found.end() : found.end() + 1]
    try:
        letter = run.translate(_BYTES_OF_1252).encode("latin-1").decode()
    except UnicodeError:
        return run
    is_letter = _OURS.fullmatch(letter) and (wholly or _FOREIGN.search(run) or after.isalpha())
    return letter if is_letter else run


def _in_fonts(text: str) -> str:
    """Return `text` with the paragraphs put right that came of fonts, or were read by the wrong code page."""
    units = _UNIT.split(text)
    readers = {reader for unit in units if (reader := _reader(unit)) is not None}
    if not readers:
        return text
    if from_tcvn3 in readers and ".vn" in text.lower():
        units = _UNIT.split(_CAPITAL_FONT.sub(_as_capitals, text))
    return "".join(_best(unit, readers) for unit in units)


def _reader(unit: str) -> Callable[[str], str] | None:
    """Return what reads a paragraph as Vietnamese beyond doubt, where it is none as it stands."""
    if len(_FOREIGN.findall(unit)) < _FEW or len(_OWN.findall(unit)) * 4 > len(_HIGH.findall(unit)):
        return None
    sample = unit[:_SAMPLE]
    if likeness(sample)[1] >= _SURE:
        return None
    read = [(*likeness(reader(sample)), reader) for reader in (from_tcvn3, from_vni, from_1258)]
    count, share, reader = max(read, key=lambda one: one[1])
    return reader if count > _FEW and share >= _SURE else None


def _best(unit: str, readers: set[Callable[[str], str]]) -> str:
    """Return the most Vietnamese reading of a paragraph among those that its text was seen to need."""
    if _HIGH.search(unit) is None:
        return unit
    now = likeness(unit[:_SAMPLE])[1]
    if now >= _SURE and not _FOREIGN.search(unit):
        return unit
    read = [reader(unit) for reader in readers]
    best = max(read, key=lambda one: likeness(one[:_SAMPLE])[1])
    return best if likeness(best[:_SAMPLE])[1] > now else unit


def from_tcvn3(text: str) -> str:
    """Return text typed in a font of TCVN3 (".VnTime") as what it shows, in a font without capitals."""
    return text.translate(_BYTES_OF_1252).translate(TCVN3)


def from_vni(text: str) -> str:
    """Return text typed in a font of VNI ("VNI-Times") as what it shows."""
    return unicodedata.normalize("NFC", _VNI_PAIR.sub(_vni, text))


def _vni(found: re.Match[str]) -> str:
    if found[3]:
        letter = _VNI_LONE[found[3].lower()]
        return letter.upper() if found[3].isupper() else letter
    vowel = _VNI_LONE.get(found[1].lower(), found[1].lower())
    whole = vowel + _VNI_MARKS[found[2].lower()]
    return whole.upper() if found[1].isupper() else whole


def from_1258(text: str) -> str:
    """Return windows-1258 that was taken for windows-1252 as what it was."""
    body = text.translate(_BYTES_OF_1252).encode("latin-1", errors="replace")
    return unicodedata.normalize("NFC", body.decode("cp1258", errors="replace"))


def _as_capitals(found: re.Match[str]) -> str:
    """Return an element in a font of capitals with its text in capitals of the same font's letters."""
    shown = _TEXT.sub(lambda part: from_tcvn3(part[0]).upper(), found["text"])
    return found[1] + shown
