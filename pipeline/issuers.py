"""Who issued a document: by the words beside its number, else by the code in it. Pure; never raises."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline import documents, organs
from pipeline.document_window import Window
from pipeline.text import CAPITALS, fold

_LOOKED_AT = 220  # characters before a number

_HEAD = (
    r"(?:(?:Phó )?(?:Chủ tịch|Bộ trưởng|Giám đốc|Chánh án|Cục trưởng|Tổng cục trưởng|Thống đốc|"
    r"Chánh Thanh tra|Viện trưởng) "
    r"|(?:Ban Thường vụ|Ban Chấp hành|(?<!tịch )Thường trực|Văn phòng|BTV|BCH|Ban Tổ chức|Ban Tuyên giáo) )?"
)
_WHOLE = (
    r"Chính phủ|Thủ tướng(?: Chính phủ)?|(?:Ủy|Uỷ) ban Thường vụ Quốc hội|UBTVQH|Quốc hội|Chủ tịch nước|"
    r"Bộ Chính trị|"
    r"Ban Bí thư(?: Trung ương(?: Đảng)?)?|(?:Ban Chấp hành|BCH) Trung ương(?: Đảng)?|Trung ương Đảng|"
    r"Thanh tra Chính phủ|"
    r"Văn phòng Chính phủ|Văn phòng Quốc hội|Thống đốc(?: Ngân hàng Nhà nước(?: Việt Nam)?| NHNN)?|"
    r"Ngân hàng Nhà nước(?: Việt Nam)?|NHNN|UBCKNN"
)
_SEAT = r"UBND|HĐND|(?:Ủy|Uỷ) ban nhân dân|Hội đồng nhân dân|(?:Tỉnh|Thành|Huyện|Thị|Quận|Đảng) (?:ủy|uỷ)"
_FIELD = (
    r"Bộ|Sở|Tổng cục|Chi cục|Cục|Thanh tra|Văn phòng|Tòa án|Toà án|TAND|VKSND|Viện kiểm sát|Công an|"
    r"Kho bạc|BHXH|"
    r"Bảo hiểm xã hội|Ban Quản lý|BQL|Ban|Liên đoàn|Hội đồng|Ủy ban|Uỷ ban|Kiểm toán|Tổng Liên đoàn|Vụ"
)
_ORGAN = re.compile(
    rf"(?<![^\W_])(?:(?P<whole>{_WHOLE})|(?P<head>{_HEAD})(?:(?P<seat>{_SEAT})|"
    rf"(?P<field>{_FIELD}) ))(?![^\W\d_](?<! .))",
    re.IGNORECASE,
)
_CAPITAL = re.compile(rf"[{CAPITALS}]")
_OF = re.compile(r"[\s,)]*(?:của|do|được) ", re.IGNORECASE)
_NEXT = re.compile(r"[,;]| và ")
_DEPUTY = re.compile(r"^phó ", re.IGNORECASE)
_HEAD_OF = re.compile(
    r"^(?:phó )?(?:chủ tịch|bộ trưởng|giám đốc|chánh thanh tra|chánh án) (?!nước)", re.IGNORECASE
)
_ALONE = ("QĐ", "CT", "CĐ", "TT")  # what the head of an organ issues in his own name
_UNPLACED = re.compile(
    r"(?:chủ tịch )?(?:ubnd|ủy ban nhân dân|hđnd|hội đồng nhân dân|sở [^,]+|tỉnh ủy|văn phòng ubnd)"
    r"(?P<level> tỉnh| thành phố| tp)?$"
)
_PLACE = re.compile(
    r"(?<!\w)(?P<level>tỉnh|thành phố|tp|huyện|quận|thị xã|xã|phường|thị trấn)\.? (?P<name>(?!ủy).+)$"
)
_FITTING = {
    "UBND": ("ubnd", "ủy ban nhân dân"),
    "UB": ("ubnd", "ủy ban nhân dân"),
    "VPUB": ("văn phòng",),
    "HĐND": ("hđnd", "hội đồng nhân dân"),
    "TU": ("tỉnh ủy", "thành ủy"),
    "HU": ("huyện ủy",),
    "TW": ("trung ương", "bộ chính trị", "ban bí thư"),
    "TA": ("tand", "tòa án"),
}


@dataclass(frozen=True, slots=True)
class Organ:
    """An organ in a run of words: its name as written and where that stands."""

    start: int
    end: int
    name: str


def organs_in(words: str) -> list[Organ]:
    """Return the organs that words name, in order."""
    found: list[Organ] = []
    at = 0
    while (one := _ORGAN.search(words, at)) is not None:
        end = _end(words, one)
        if end > one.start():
            found.append(Organ(one.start(), end, words[one.start() : end].strip()))
        at = max(end, one.end())
    return found


def _end(words: str, found: re.Match[str]) -> int:
    """Return where an organ ends, its start if it is none ("ban hành", "bộ phận")."""
    if found["whole"]:
        return found.end()
    if found["seat"]:
        end = found.end()
        behind = end + 1 if words[end : end + 1] == " " else end
        where = organs.place(words, behind, bare=fold(found["seat"])[:3] in ("huy", "thị", "quậ"))
        return where.end if where.name else max(end, where.level_end) if where.level else end
    end = found.end("field")
    begun = (
        _CAPITAL.match(words, end + 1)
        or organs.words().field.match(words, end + 1)
        or organs.words().level.match(words, end + 1)
    )
    return organs.organ(words, end) if begun else found.start()


def issuer(window: Window, behind: int, home: str) -> str:
    """Return who issued a document, "" if neither the words beside its number nor its code say so.

    Args:
        window: the number and its surroundings.
        behind: where what is told of its date ends.
        home: the unit that "UBND tỉnh" means where the text does not say it ("tỉnh Quảng Nam"), or "".
    """
    rest = window.behind[behind:]
    if of := _OF.match(rest):
        said = organs_in(rest[of.end() : of.end() + _LOOKED_AT])
        if (
            said
            and said[0].start == 0
            and not (of[0].strip() == "được" and not _fits(said[0].name, window.codes))
        ):
            return _at_home(_office(said[0].name, window.codes), home)
    by_code, sure = _by_code(window.codes)
    if sure:
        return by_code
    near = organs_in(_own(window.head))[::-1] + organs_in(rest)
    told = next((one for one in near if _fits(one.name, window.codes)), None)
    return _at_home(_office(told.name, window.codes) if told else by_code, home)


def _own(head: str) -> str:
    """Return the part of a sentence that may tell who issued a document, not an earlier one in it."""
    others = documents.spans(head)
    own = head[others[-1][1] :] if others else head
    if others:
        own = own[found.end() :] if (found := _NEXT.search(own)) else ""
    return own.rpartition(";")[2][-_LOOKED_AT:]


def _office(name: str, codes: Sequence[str]) -> str:
    """Return the organ of which a deputy head is told, or a head who cannot issue such a document alone."""
    alone = codes and codes[0] in _ALONE
    return (_HEAD_OF if _DEPUTY.match(name) or not alone else _DEPUTY).sub("", name)


def _by_code(codes: Sequence[str]) -> tuple[str, bool]:
    """Return whom the codes of a number name, and whether it can be nobody else."""
    table = documents.codes()
    names = [table.issuers[code] for code in codes if code in table.issuers]
    if names and (len(names) == 1 or codes[0] in ("TTLT", "TTLB", "LT")):
        return " và ".join(filter(None, (", ".join(names[:-1]), names[-1]))), True
    if names:
        return names[0], True
    return next((table.local[code] for code in codes if code in table.local), ""), False


def _fits(name: str, codes: Sequence[str]) -> bool:
    """Tell whether an organ may have issued a document with these codes."""
    folded = fold(name)
    for code in codes:
        if code in _FITTING:
            return any(one in folded for one in _FITTING[code])
    return not any(one in folded for one in ("bộ chính trị", "ban bí thư", "trung ương"))


def _at_home(name: str, home: str) -> str:
    """Return the name of a provincial organ with the province, if the text leaves it to be known."""
    found = _UNPLACED.fullmatch(fold(name))
    if not home or found is None:
        return name
    kind, _, place = (
        home.partition(" ")
        if home.startswith("tỉnh ")
        else ("thành phố", "", home.removeprefix("thành phố "))
    )
    level = (found["level"] or "").strip().replace("tp", "thành phố")
    if level:
        return f"{name} {place}" if level == kind else name
    return f"{name} {place}" if fold(name).startswith("tỉnh ủy") else name


def place_of(name: str) -> str:
    """Return the level and the proper name of the place in an organ's name, folded; "" if it has none."""
    found = _PLACE.search(fold(name))
    return f"{found['level'].replace('tp', 'thành phố')} {found['name']}" if found else ""
