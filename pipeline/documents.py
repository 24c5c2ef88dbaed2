"""Document numbers of the state and the Party, found and brought to one form. Pure; never raises.

State: number[/year]/KIND-ORGAN ("01/CT-UBND", "73/2023/NĐ-CP", "202/2025/QH15"), for letters
ORGAN-DEPARTMENT ("1850/TTg-KTN"). Party: number-KIND/ORGAN ("06-CT/TU", "57-NQ/TW"). Codes are those of
`data/organs.toml`; one that is not there needs a word for a document before the number. Fractions
("15/25 chỉ tiêu"), streets ("đường 30/4"), dates, standards ("QCVN 01/2019/BYT") and the numbers of
courts and goods ("12/2019/HS-ST", "456/2018/ATTP-XNCB") are none.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from pipeline.text import clean

_DATA = Path(__file__).parent / "data" / "organs.toml"
_LONGEST = 80  # characters, far beyond any number
_BEFORE = 60  # characters in which a document is named
_BEHIND = 40
_ALONE = "văn bản số "  # what stands before a number that is all of a text

_LETTER = "A-ZĐ\u00d0Ư"
# Spaces around signs come from word segmentation and OCR, line ends from lines broken at a sign.
_DASH = r"[ \n]{0,2}[-‐‑–—−]\s{0,3}"
_SLASH = r"[ \n]{0,2}/\s{0,3}"
_DOT = rf"\.(?=(?!UBND|HĐND|TP)[{_LETTER}]{{2,5}}(?![^\W\d_]))"
_YEAR = r"(?:1 ?9\d\d|2 ?[01]\d\d|[89]\d)"
_PART = (
    r"(?:(?:UBTV)?QH ?\d{1,2}(?![\d/.])|[A-ZĐ]{1,6} \d{1,2}(?= (?:ngày|của|về) | ?- ?[A-ZĐ])|"
    rf"(?:TT[rg]|CTr|QyĐ|QĐi)(?:(?![^\W\d_])|(?=ngày|của|về))|[{_LETTER}]{{2,8}}[a-zđ]{{1,2}}(?![^\W\d_])|"
    rf"[{_LETTER}]{{1,14}}\d{{0,3}}(?: ?& ?[{_LETTER}]{{1,6}}|\.[IVX]{{1,4}}(?![^\W_]))?)"
)
# The first digit comes before what must not stand before it: so the scan runs at the speed of a class.
_FIRST = r"\d(?:(?<![\w/-].)(?<!\d[.,].)(?<!\w\..)|(?<=[Ss]ố.))"
_SPLIT = (  # "Nghị định 1 30/2006/NĐ-CP", as word segmentation leaves it
    "(?:"
    + "|".join(
        f"(?<=[{one[0].lower()}{one[0]}]{one[1:]} .)"
        for one in ("Số", "Nghị định", "Nghị quyết", "Quyết định", "Thông tư", "Chỉ thị", "Công văn")
    )
    + r")\d? \d{1,4}(?= ?/)"
)
_COUNT = rf"{_FIRST}(?:{_SPLIT}|\d?\.\d{{3}}|\d{{0,5}})[a-eA-E]?"
_NUMBER = re.compile(
    rf"{_COUNT}(?:"
    rf"(?:(?:{_SLASH}|-){_YEAR}(?:{_SLASH}|{_DASH}(?=(?:NQ|QĐ|QD|NĐ|CT|TT|KH|TTLT)(?!\w)))|{_SLASH}){_PART}"
    rf"(?:(?:{_DASH}|/|{_DOT}){_PART}){{0,9}}"
    rf"|{_DASH}{_PART}(?:(?:{_SLASH}|{_DASH}){_PART}(?:[-/.]{_PART}){{0,2}})?)"
    r"(?:(?![\w/]|-\w)|(?=ngày|của|về))"
)
_SIGN = re.compile(r"\s*[-‐‑–—−]\s*")
_SPACE = re.compile(r"\s")
_ANY_DASH = re.compile(r"[‐‑–—−]")
_CODES = re.compile(r"[-/.]")
_COUNTED = re.compile(r"\d{1,6}[a-eA-E]?(?:/\d{2,4})?[-/]")
_LETTERED = re.compile(r"[\d.]{1,7}[a-eA-E](?=[/-])")
_DIGITS = re.compile(r"[\d&].*")
_NAME = (
    r"(?:nghị (?:định|quyết)|quyết định|chỉ thị|thông (?:tư|báo|tri|cáo)|công (?:văn|điện|thư)|văn bản|"
    r"kế hoạch|"
    r"tờ trình|hướng dẫn|quy (?:định|chế|hoạch)|kết luận|chương trình|luật|pháp lệnh|sắc lệnh|lệnh|"
    r"đề án|giấy (?:phép|mời)|báo cáo|phương án|biên bản|\b(?:qđ|cv|nđ|tt|nq|ct|kh|tb|bc)\b)"
)
_NAMED = re.compile(_NAME)
_CALLED = re.compile(rf"{_NAME}(?: \S+){{0,3}}? ?(?:\bsố ?:? ?)?[(“\"]?$|\bsố ?: ?$")
_NO_DOCUMENT = re.compile(r"hợp đồng|giấy chứng nhận|hóa đơn|hoá đơn|biển số|chuyến bay|vụ án")
_STANDARD = re.compile(r"(?:QCVN|TCVN|TCXD\w*|TCXDVN|TCN|TCCS|QCĐP|QCXDVN|ISO|QCKT)[ \w.:-]{0,8}$")
_ACCUSATION = re.compile(
    r"cáo trạng(?: \S+){0,2}\s*$|bản án(?: \S+){0,4}\s*$|thụ lý(?: \S+){0,3}\s*$", re.IGNORECASE
)
_OTHERS = re.compile(
    r" ?- ?[A-Z][a-z]+[A-Z]|,? (?:\(?ngày [\d/.-]+\)? )?"
    r"của (?:công ty|ngân hàng tmcp|ctcp|tập đoàn|hiệp hội)",
    re.IGNORECASE,
)
_NOT_JOINED = frozenset(("TP", "UBND", "HĐND", "MTTQ", "VN", "TTXVN", "HCM", "TPHCM", "PV", "HN"))


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes in numbers as data, in upper case without digits behind; `spelled` restores case and Đ."""

    kinds: frozenset[str]
    alone: frozenset[str]
    alone_if_named: frozenset[str]
    foreign: frozenset[str]
    issuers: dict[str, str]
    local: dict[str, str]
    spelled: dict[str, str]


@cache
def codes() -> Codes:
    """Read the data once."""
    with _DATA.open("rb") as data:
        read = tomllib.load(data)
    known = (*read["kinds"], *read["issuers"], *read["local"])
    upper = frozenset(map(str.upper, known))
    spelled = {code.upper(): code for code in known if code != code.upper()}
    spelled |= {bare: code for code in known if (bare := code.upper().replace("Đ", "D")) not in upper}
    return Codes(
        frozenset(map(str.upper, read["kinds"])),
        frozenset(map(str.upper, read["alone"])),
        frozenset(map(str.upper, read["alone_if_named"])),
        frozenset(read["foreign"]),
        {code.upper(): name for code, name in read["issuers"].items()},
        {code.upper(): name for code, name in read["local"].items()},
        spelled | {"TƯ": "TW"},
    )


def find(text: str) -> tuple[str, ...]:
    """Return the canonical document numbers in `text`, in order of first appearance, each once."""
    return tuple(dict.fromkeys(one_form(text[start:end]) for start, end in _found(text)))


def spans(text: str) -> list[tuple[int, int]]:
    """Return where document numbers stand in `text`, as (start, end), in order."""
    return list(_found(text))


def canonical(text: str) -> str | None:
    """Return the canonical form of one document number in any case ("90/kh-ubnd"), None if it is none."""
    if len(text) > _LONGEST:
        return None
    number = _in_capitals(clean(text).strip())
    if not _NUMBER.fullmatch(number) or _end(number, 0) < len(number):
        return None
    plain = one_form(number)
    return plain if _is_code(_parts(plain), _ALONE) else None


def parts(number: str) -> tuple[str, str, tuple[str, ...]]:
    """Return (count, year or "", codes in upper case without digits behind) of a canonical number.

    "202/2025/QH15" gives ("202", "2025", ("QH",)), "57-NQ/TW" gives ("57", "", ("NQ", "TW")).
    """
    counted = _COUNTED.match(number)
    head = counted[0][:-1] if counted else ""
    count, _, year = head.partition("/")
    return count, year, tuple(_parts(number))


def _found(text: str) -> Iterator[tuple[int, int]]:
    for found in _NUMBER.finditer(text):
        start, end = found.start(), _end(found[0], found.start())
        before = text[max(0, start - _BEFORE) : start]
        written = text[start:end]
        if _STANDARD.search(before) or _ACCUSATION.search(before):
            continue
        if _is_code(_parts(one_form(written)), before.lower() or _ALONE) and not _OTHERS.match(
            text[end : end + _BEHIND]
        ):
            yield start, end


def _end(written: str, start: int) -> int:
    """Return where a number ends: behind a dash with spaces something else begins, unless all have them."""
    signs = list(_SIGN.finditer(written))
    for at, sign in enumerate(signs):
        behind = written[sign.end() :]
        loose = sign[0][0].isspace() and sign[0][-1].isspace()
        if at and loose and (len(signs[0][0]) == 1 or _CODES.split(behind)[0].strip() in _NOT_JOINED):
            return start + sign.start()
    return start + len(written)


def _parts(number: str) -> list[str]:
    """Return the codes of a number without spaces, in upper case, without digits behind."""
    return [_DIGITS.sub("", part) for part in _CODES.split(_COUNTED.sub("", number.upper(), count=1))]


def _is_code(found: list[str], before: str) -> bool:
    """Tell whether codes are those of an official document; `before`: the words before, in small letters."""
    table = codes()
    known = [table.spelled.get(part, part).upper() for part in found]
    if not table.foreign.isdisjoint(known) or known[0][:1] == "":
        return False
    if len(known) == 1:
        return _is_one(known[0], before)
    if len(known[0]) == 1 and known[0] != "L":
        return False
    listed = table.issuers.keys() | table.local.keys()
    if known[0] in table.kinds or not listed.isdisjoint(known):
        return True
    return _NAMED.search(before) is not None and not _NO_DOCUMENT.search(before)


def _is_one(code: str, before: str) -> bool:
    """Tell whether a number with a single code ("50/2014/QH13", "2820/QĐ", "95/UBND") is of a document."""
    table = codes()
    if code in ("QH", "UBTVQH") or code in table.alone:
        return True
    known = code in table.alone_if_named or code in table.issuers or code in table.local
    return known and _CALLED.search(before) is not None


def _in_capitals(number: str) -> str:
    """Return what somebody typed in any case with the letters as in print; one behind the count stays."""
    head = _LETTERED.match(number)
    return f"{head[0] if head else ''}{_spelled(number[head.end() if head else 0 :].upper())}"


def _spelled(number: str) -> str:
    """Return a number with each known code as it is written: TTg, NĐ for ND, TW for TƯ."""
    table = codes().spelled
    return re.sub(rf"[{_LETTER}]+", lambda found: table.get(found[0], found[0]), number)


@lru_cache(maxsize=4_096)
def one_form(number: str) -> str:
    """Return a found number without spaces, one dash, Đ as U+0110, zeros as written, codes as spelled.

    Codes typed without Đ (QD, BGDDT) get it back where none is written so; TW stands for TƯ.
    """
    compact = _ANY_DASH.sub("-", _SPACE.sub("", clean(number)))
    head = re.match(r"(\d{1,2})\.(\d{3})", compact)
    if head:
        compact = f"{head[1]}{head[2]}{compact[head.end() :]}"
    return _in_capitals(compact)
