"""Document numbers of the state and the Party, found and brought to one form. Pure; never raises.

State: number[/year]/TYPE-ORGAN ("01/CT-UBND", "73/2023/NĐ-CP", "202/2025/QH15"), for letters
ORGAN-DEPARTMENT. Party: number-TYPE/ORGAN ("06-CT/TU", "57-NQ/TW"). Fractions ("15/25 chỉ tiêu"),
streets ("đường 30/4") and dates are none. Numbers of courts and police ("205/C03-P14") follow no
form and are left out.
"""

import re

from pipeline.text import clean

_DASH = r"\s?[-‐‑–—−]\s?"
_SLASH = r"\s?/\s?"
_LETTER = "A-ZĐÐƯ"
_CODE = rf"(?:TT[rg](?![^\W\d_])|[{_LETTER}]{{1,12}})"
_ALONE = r"(?:(?:UBTV)?QH\d{1,2}|NQ|QĐ|CT|KH|TB|BC|TTr|CV|HD|NĐ|TT|TTLT|VBHN|SL|PL|L)"  # needs no organ
_STATE = (
    rf"\d{{1,5}}(?:{_SLASH}\d{{4}})?{_SLASH}"
    rf"(?:{_CODE}\d{{0,2}}(?:{_DASH}{_CODE}(?:&{_CODE})?\d{{0,2}})+|QĐNS/T[WƯ]|{_ALONE})"
)
_PARTY = rf"\d{{1,5}}{_DASH}[{_LETTER}]{{2,5}}{_SLASH}[{_LETTER}]{{2,8}}"
_NUMBER = re.compile(rf"(?<![\w/.,-])(?:{_STATE}|{_PARTY})(?![\w/])")
_WHOLE = re.compile(rf"{_STATE}|{_PARTY}")
_SPACE = re.compile(r"\s")
_ANY_DASH = re.compile(r"[‐‑–—−]")
_MIXED_CASE = re.compile(rf"(?<![{_LETTER}])TT([RG])(?![{_LETTER}])")
_LOST_BAR = re.compile(r"(?<=[/-])([QN])D(?=-)")
_LONGEST = 80  # characters, far beyond any number


def find(text: str) -> tuple[str, ...]:
    """Return the canonical document numbers in `text`, in order of first appearance, each once."""
    return tuple(dict.fromkeys(_one_form(found[0]) for found in _NUMBER.finditer(text)))


def spans(text: str) -> list[tuple[int, int]]:
    """Return where document numbers stand in `text`, as (start, end), in order."""
    return [found.span() for found in _NUMBER.finditer(text)]


def canonical(text: str) -> str | None:
    """Return the canonical form of one document number in any case ("90/kh-ubnd"), None if it is none."""
    if len(text) > _LONGEST:
        return None
    number = clean(text).strip().upper()
    return _one_form(number) if _WHOLE.fullmatch(number) else None


def _one_form(number: str) -> str:
    """Return upper case without spaces, one dash, Đ as U+0110, zeros as written, TTg and TTr in mixed case.

    QD and ND stand for QĐ and NĐ in texts typed without Đ, TƯ for TW; none is a code of its own.
    """
    compact = _ANY_DASH.sub("-", _SPACE.sub("", clean(number))).upper().replace("TƯ", "TW")
    compact = _LOST_BAR.sub(r"\1Đ", compact)
    return _MIXED_CASE.sub(lambda found: f"TT{found[1].lower()}", compact)
