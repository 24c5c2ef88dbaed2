"""Document numbers of the state and the Party, found and brought to one form. Pure; never raises.

State: number[/year]/TYPE-ORGAN ("01/CT-UBND", "73/2023/NĐ-CP", "202/2025/QH15").
Party: number-TYPE/ORGAN ("06-CT/TU", "57-NQ/TW"). Fractions ("15/25 chỉ tiêu"), streets
("đường 30/4") and dates are none.
"""

import re

from pipeline.text import clean

_DASH = r"[ \u00a0]?[-‐‑–—−][ \u00a0]?"
_SLASH = r"[ \u00a0]?/[ \u00a0]?"
_CODE = r"(?:T[Tt][rg](?![^\W\d_])|[A-ZĐÐ]{1,10})"
_BARE_TYPE = r"(?:QH\d{1,2}|NQ|QĐ|CT|KH|TB|BC|TTr|CV|HD|NĐ|TT|TTLT|VBHN|SL|PL|L)"
_STATE = rf"\d{{1,5}}(?:{_SLASH}\d{{4}})?{_SLASH}(?:{_CODE}\d{{0,2}}(?:{_DASH}(?:{_CODE}(?:&{_CODE})?)\d{{0,2}})+|{_BARE_TYPE})"
_PARTY = rf"\d{{1,5}}{_DASH}[A-ZĐÐ]{{2,5}}/[A-ZĐÐ]{{2,4}}"
_NUMBER = re.compile(rf"(?<![\w/.,-])(?:{_STATE}|{_PARTY})(?![\w/])")
_WHOLE = re.compile(rf"(?:{_STATE}|{_PARTY})")
_MIXED_CASE = re.compile(r"(?<![A-ZĐ])TT([RG])(?![A-ZĐ])")
_LOST_BAR = re.compile(r"(?<=[/-])([QN])D(?=-)")
_SIZE = 60  # longer than any number: 5 + 4 digits and four codes of ten letters


def find(text: str) -> tuple[str, ...]:
    """Return the canonical document numbers in `text`, in order of first appearance, each once."""
    return tuple(dict.fromkeys(_one_form(found[0]) for found in _NUMBER.finditer(text)))


def spans(text: str) -> list[tuple[int, int]]:
    """Return where document numbers stand in `text`, as (start, end), in order."""
    return [found.span() for found in _NUMBER.finditer(text)]


def canonical(text: str) -> str | None:
    """Return the canonical form of one document number in any case ("90/kh-ubnd"), None if it is none."""
    number = clean(text).strip()
    if len(number) > _SIZE or not _WHOLE.fullmatch(number.upper()):
        return None
    return _one_form(number)


def _one_form(number: str) -> str:
    """Return upper case without spaces, one dash, Đ as U+0110, TTg and TTr as they are written.

    QD and ND stand for QĐ and NĐ in texts typed without Đ; neither is a type of its own.
    """
    compact = re.sub(r"[‐‑–—−]", "-", re.sub(r"\s", "", clean(number))).upper()
    compact = _LOST_BAR.sub(r"\1Đ", compact)
    return _MIXED_CASE.sub(lambda found: f"TT{found[1].lower()}", compact)
