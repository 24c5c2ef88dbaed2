"""Holders of public office as a text names them: name, office, unit. Pure; never raises.

"Bí thư Tỉnh ủy Lê Quốc Phong", "ông Trần B - Phó Chủ tịch HĐND tỉnh", "các Phó Chủ tịch UBND tỉnh: A, B".
An office is one of `data/offices.toml`; who held one ("nguyên …") and who leads a company, school or
hospital is left out, as is everybody without an office: a name alone is a private person's.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from pipeline import organs
from pipeline.model import Officeholder
from pipeline.text import CAPITALS, fold

_MOST = 100  # office holders of one text
_MOST_OFFICES = 2_000  # read in one text
_LONGEST_LIST = 12  # names behind "các Phó Chủ tịch UBND tỉnh:"
_START = re.compile(
    r"(?<![^\W_])(?:(?:phó tổng|phó|quyền|tổng|p\.|q\.|đảng|tỉnh|thành|huyện|quận|thị) ?)?(?:bí thư|chủ tịch|"
    r"chủ nhiệm|thủ tướng|"
    r"tổng thanh tra|tổng kiểm toán|tổng thống|tổng lãnh sự|tổng thư ký|bộ trưởng|thứ trưởng|"
    r"ngoại trưởng|giám đốc|trưởng|"
    r"chánh|cục trưởng|cục phó|vụ trưởng|vụ phó|chi cục trưởng|viện trưởng|hạt trưởng|trạm trưởng|"
    r"đồn trưởng|đội trưởng|"
    r"chỉ huy trưởng|chính (?:ủy|uỷ|trị viên)|tham mưu trưởng|tư lệnh|(?:ủy|uỷ) viên|thường trực|"
    r"đại biểu|đbqh|đại sứ|"
    r"thống đốc|thủ trưởng|thủ hiến|thẩm phán|kiểm sát viên|quốc vương|nhà vua|nhà lãnh đạo|nữ hoàng|"
    r"thái tử|pct|pgđ|"
    r"người phát ngôn)(?![^\W\d_])"
)
_FORMER_LINK = r"(?:kiêm |nguyên |cựu |cố |đồng thời là |là )*"
_LINK = re.compile(rf"\s*(?:,| -| –|kiêm|và)?\s*{_FORMER_LINK}", re.IGNORECASE)
_FORMER = re.compile(
    r"(?:(?<!\w)(?:nguyên|cựu|cố|nguyên là|từng là|từng giữ chức(?: vụ)?|từng làm|khi còn là|hồi còn là|"
    r"thôi giữ chức(?: vụ)?|"
    r"thôi làm|khi làm|hồi làm|không còn là|mạo danh|giả danh|tự xưng là)) ?$",
    re.IGNORECASE,
)
_JOIN_LEFT = re.compile(
    r"(?:\s*(?:,|\(|[-–])\s*(?:hiện |đang )*(?:là |giữ chức(?: vụ)? |quyền )?|\s+(?:hiện |đang )*(?:là|"
    r"làm|giữ chức(?: vụ)?|"
    r"giữ cương vị|đảm nhiệm chức vụ|với cương vị)\s+)$",
    re.IGNORECASE,
)
_JOIN_RIGHT = re.compile(r"(?P<sep>\s*(?:[,:(]|[-–]|là|gồm)?\s*(?:các |hai |ba |là )?)", re.IGNORECASE)
_TERM = re.compile(
    r"(?:,? (?:khóa|khoá) [IVXL]+|,? nhiệm kỳ \d{4} ?[-–] ?\d{4}|,? (?:phụ trách|thường trực)(?= )|"
    r" [IVXL]{1,5}(?!\w)| nước (?=[A-ZĐ]))"
)
_SEVERAL = re.compile(r"(?<!\w)(?:các|hai|ba|bốn|năm)(?: vị)?(?: đồng chí)? $", re.IGNORECASE)
_MET = re.compile(r"(?<!\w)(?:gặp|tiếp|với|cùng|tới|gửi|của|là|làm) $")
_NEXT_NAME = re.compile(r"\s*(?:,|;|và|cùng|,? và)\s*")
_LEADER = re.compile(r"(?:phó )?(?:bí thư|chủ tịch)(?: (?:tp|thành phố))?(?= )")
_STRANGE = re.compile(r"(?:phó )?tổng thống|ngoại trưởng|quốc vương|nhà lãnh đạo")
_BARE = re.compile(r"(?:phó )?bí thư|(?:phó )?bộ trưởng|thứ trưởng")
_ACRONYMS = frozenset(
    ("UBND", "HĐND", "MTTQ", "UBMTTQ", "ĐBQH", "TAND", "VKSND", "TW", "BCH", "BTV", "CHQS", "BĐBP", "TP")
)
_COMMITTEE = re.compile("(?:tỉnh|thành|huyện|quận|thị|đảng) (?=ủy|uỷ)")
_LEVEL_OF_SEAT = {"tỉnh": "tỉnh", "thành": "thành phố", "huyện": "huyện", "quận": "quận", "thị": "thị xã"}
_SHORT = (
    ("ủy ban nhân dân", "ubnd"),
    ("hội đồng nhân dân", "hđnd"),
    ("thành phố", "tp"),
    ("mặt trận tổ quốc", "mttq"),
)


@dataclass(frozen=True, slots=True)
class _Office:
    """An office where it stands; `level` is that of its unit ("huyện"), for a unit that is told elsewhere."""

    start: int
    end: int
    office: str
    unit: str
    level: str = ""
    former: bool = False
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class _Patterns:
    alone: re.Pattern[str]
    seated: tuple[re.Pattern[str], ...]
    named: tuple[re.Pattern[str], ...]
    foreign: re.Pattern[str]
    country: re.Pattern[str]
    stately: re.Pattern[str]
    private: re.Pattern[str]
    room: re.Pattern[str]
    parent: re.Pattern[str]
    aide: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    read = organs.data()
    either = organs.either
    countries = "|".join(re.escape(one) for one in sorted(read["countries"], key=lambda one: -len(one)))
    ends = r"(?![^\W_])"
    return _Patterns(
        re.compile(rf"{either(read['alone'])}(?: việt nam)?{ends}"),
        tuple(
            re.compile(
                rf"{either(one['heads'])} (?:của )?(?P<seat>{either(one['seats'])})"
                rf"{'' if '(?=' in one['seats'][0] else ends}"
            )
            for one in read["seated"]
        ),
        tuple(
            re.compile(
                rf"(?P<head>{either(one['heads'])})(?:,| -|"
                rf" –)? (?:của )?(?P<organ>{either(one['organs'])}){ends}"
            )
            for one in read["named"]
        ),
        re.compile(either(read["foreign"]) + ends),
        re.compile(rf"(?:nước )?(?P<name>{countries})(?!\w)"),
        re.compile(either(read["stately"]) + ends),
        re.compile(rf"[\s,–-]*(?:của )?{either(read['private'])}{ends}"),
        re.compile(
            rf"(?P<head>{either(read['rooms']['heads'])}) (?P<organ>{either(read['rooms']['rooms'])}){ends}"
        ),
        re.compile(
            r"(?:(?:,| kiêm|, kiêm) người phát ngôn)?(?:,| -| –| \()? ?(?:thuộc |của )?"
            rf"(?={either(read['rooms']['organs'])}{ends})"
        ),
        re.compile(rf"(?<!\w){either(read['aides'])}(?: của)?(?: \S+){{0,2}} $"),
    )


def find(text: str, home: str = "") -> tuple[Officeholder, ...]:
    """Return the holders of public office in a clean text, each name and office once, in order.

    `home`: the unit that "tỉnh" or "thành phố" without a name means ("tỉnh Đồng Tháp"), "" if nobody knows.
    """
    low = text.lower()
    if len(low) != len(text):
        low = "".join(one.lower() if len(one.lower()) == 1 else one for one in text)
    found: list[tuple[str, _Office]] = []
    places = _Places(text)
    for chain in _chains(text, low):
        for name in _holders(text, low, chain):
            found += [(name, _placed(office, chain)) for office in chain if not office.former]
        if len(found) > _MOST:
            break
    return once(
        [Officeholder(name, _calm(one.office), one.unit or _unit(places, one, home)) for name, one in found]
    )


def _placed(office: _Office, chain: Sequence[_Office]) -> _Office:
    """Return an office with the place of another of the same level beside it."""
    beside = (one.unit for one in chain if one.unit and one.level == office.level)
    return office if office.unit or not office.level else replace(office, unit=next(beside, ""))


def _calm(office: str) -> str:
    """Return an office that is written in capitals as others are."""
    if not office.isupper() or " " not in office:
        return office
    small = " ".join(one if one in _ACRONYMS else one.lower() for one in office.split(" "))
    return _COMMITTEE.sub(lambda found: found[0].capitalize(), small[0].upper() + small[1:])


def _chains(text: str, low: str) -> Iterator[list[_Office]]:
    """Yield runs of offices with nothing but a comma or the like between."""
    chain: list[_Office] = []
    for office in _offices(text, low):
        if chain:
            gap = _LINK.fullmatch(text, chain[-1].end, office.start)
            if gap is None or "\n\n" in gap[0]:
                yield chain
                chain = []
        chain.append(office)
    if chain:
        yield chain


def _offices(text: str, low: str) -> Iterator[_Office]:
    end = 0
    for count, start in enumerate(_START.finditer(low)):
        if count > _MOST_OFFICES:
            return
        if start.start() < end:
            continue
        office = _office(text, low, start.start())
        if office is not None:
            former = _FORMER.search(text, max(0, office.start - 24), office.start) is not None
            end = office.end
            yield replace(office, former=former)


def _office(text: str, low: str, at: int) -> _Office | None:
    """Return the office that begins at `at`, None if it is none or no public one."""
    readers = (_abroad, _alone, _at_a_seat, _in_a_room, _in_an_organ, _stately, _of_a_province, _bare, _head)
    for read in readers:
        if (office := read(text, low, at)) is not None:
            return office if office.end > at else None
    return None


def _abroad(text: str, low: str, at: int) -> _Office | None:
    """Read an office with a country behind: "Tổng thống" with "Mỹ"."""
    table = _patterns()
    found = table.foreign.match(low, at)
    country = table.country.match(text, found.end() + 1) if found else None
    if found is None or country is None:
        return None
    return _Office(at, country.end(), text[at : found.end()], country["name"], foreign=True)


def _alone(text: str, low: str, at: int) -> _Office | None:
    """Read an office that needs no organ: "Thủ tướng Chính phủ"."""
    found = _patterns().alone.match(low, at)
    if found is None:
        return None
    term = _TERM.match(text, found.end())
    end = term.end() if term else found.end()
    return _Office(at, end, text[at : found.end()].removesuffix(" Việt Nam"), "")


def _at_a_seat(text: str, low: str, at: int) -> _Office | None:
    table = _patterns()
    for one in table.seated:
        if (found := one.match(low, at)) and not table.private.match(low, found.end()):
            return _seated(text, at, found)
    return None


def _in_a_room(text: str, low: str, at: int) -> _Office | None:
    found = _patterns().room.match(low, at)
    return _room(text, low, at, found) if found else None


def _in_an_organ(text: str, low: str, at: int) -> _Office | None:
    table = _patterns()
    for one in table.named:
        if (found := one.match(low, at)) and not table.private.match(low, found.end()):
            return _named(text, low, at, found)
    return None


def _stately(text: str, low: str, at: int) -> _Office | None:
    """Read an office that nobody but the state has: "Cục trưởng", with what stands behind as its unit."""
    table = _patterns()
    found = table.stately.match(low, at)
    if found is None or table.private.match(low, found.end()):
        return None
    worded = text[found.end() : found.end() + 1] == " " and organs.person_at(text, found.end() + 1) is None
    end = organs.organ(text, found.end()) if worded else found.end()
    return _Office(at, end, text[at : found.end()], text[found.end() : end].strip())


def _of_a_province(text: str, low: str, at: int) -> _Office | None:
    """Read "Chủ tịch Hà Nội"."""
    found = _LEADER.match(low, at)
    known = organs.words().province.match(text, found.end() + 1) if found else None
    return _Office(at, known.end(), text[at : found.end()], known[0]) if found and known else None


def _bare(text: str, low: str, at: int) -> _Office | None:
    """Read an office whose unit was told before: "Bí thư", "Bộ trưởng", "Bộ trưởng Tài chính"."""
    found = _BARE.match(low, at)
    if found is None:
        return None
    worded = text[found.end() : found.end() + 1] == " " and "trưởng" not in found[0]
    if worded and organs.person_at(text, found.end() + 1) is None:
        return None  # of an organ that is not the state's or the Party's
    field = organs.words().field.match(text, found.end() + 1) if "trưởng" in found[0] else None
    end = field.end() if field else found.end()
    return _Office(at, end, text[at : found.end()], f"Bộ {field[0]}" if field else "")


def _head(text: str, low: str, at: int) -> _Office | None:
    """Read an office that only other countries have, its country told before."""
    found = _STRANGE.match(low, at)
    return _Office(at, found.end(), text[at : found.end()], "", foreign=True) if found else None


def _seated(text: str, at: int, found: re.Match[str]) -> _Office:
    """Return an office at a seat: "Phó Chủ tịch UBND tỉnh" with "Đồng Tháp"."""
    end = found.end()
    behind = end + 1 if text[end : end + 1] == " " else end
    seat = found["seat"].split(" ")
    own = _LEVEL_OF_SEAT.get(seat[0], "") if len(seat) > 1 else ""
    where = organs.place(text, behind, bare=own not in ("", "tỉnh"))
    if not where.level and not where.name:
        return _Office(at, end, text[at:end], "", own or ("" if seat[0] == "đảng" else "tỉnh"))
    level = where.level or own
    if where.level and fold(where.name) in ("hcm", "hồ chí minh"):
        return _Office(at, where.end, text[at:end], text[behind : where.end])
    office = text[at : where.level_end] if where.level else text[at:end]
    unit = where.name
    if unit and fold(level) not in ("tỉnh", "thành phố", "tp", "tp.", ""):
        unit = f"{level} {where.name}"
    return _Office(at, where.end, office.rstrip(), unit, fold(level).rstrip("."))


def _named(text: str, low: str, at: int, found: re.Match[str]) -> _Office:
    """Return an office in an organ, "Giám đốc" with "Sở Y tế Đồng Tháp"; an empty one if of a company."""
    end = organs.organ(text, found.end())
    if _patterns().private.search(low, found.end(), end):
        return _Office(at, at, "", "")
    return _Office(at, end, text[at : found.end("head")], text[found.start("organ") : end].strip())


def _room(text: str, low: str, at: int, found: re.Match[str]) -> _Office:
    """Return an office in a room of an organ: "Trưởng phòng CSGT" with "Công an tỉnh Đồng Tháp"."""
    end = organs.organ(text, found.end())
    inside = _patterns().parent.search(low, found.end(), end)
    if inside:
        return _Office(at, end, text[at : inside.start()].rstrip(), text[inside.end() : end])
    if parent := _patterns().parent.match(low, end):
        behind = organs.organ(text, parent.end() + (7 if low.startswith("công an", parent.end()) else 0))
        return _Office(at, behind, text[at:end], text[parent.end() : behind])
    return _Office(at, end, text[at:end], "")


def _holders(text: str, low: str, chain: Sequence[_Office]) -> list[str]:
    """Return who holds the offices of a chain: the name right behind, else the one before it."""
    first, last = chain[0], chain[-1]
    end = last.end
    if term := _TERM.match(text, end):
        end = term.end()
    gap = _JOIN_RIGHT.match(text, end)
    assert gap is not None
    behind = gap.end()
    tight = not gap["sep"].strip()
    several = _SEVERAL.search(text, max(0, first.start - 24), first.start) is not None
    right = _person(text, behind, last) if "\n\n" not in gap["sep"] else None
    if (
        right
        and not tight
        and not several
        and gap["sep"].strip()[:1] in (",", "-", "–", "(")
        and not organs.is_polite(text, behind)
    ):
        right = None
    if right and not tight and _MET.search(text, max(0, first.start - 12), first.start):
        right = None
    if _patterns().aide.search(low[max(0, first.start - 40) : first.start]):
        return []
    left = _left(text, first.start)
    if left and right and not last.unit and right[0].count(" ") == 1 and not organs.is_polite(text, behind):
        right = None  # two syllables behind an office whose holder stands before are a place
    if right and (tight or several):
        return _listed(text, right, several=several or ":" in gap["sep"])
    if left:
        return [left]
    if right is None:
        return []
    return _listed(text, right, several=":" in gap["sep"] or "gồm" in gap["sep"])


def _person(text: str, at: int, office: _Office) -> tuple[str, int] | None:
    if text[at : at + 1].isspace():
        return None
    if not office.foreign:
        return organs.person_at(text, at)
    found = organs.stranger_at(text, at)
    return found if found and (" " in found[0] or not office.office.lower().startswith("nhà")) else None


def _left(text: str, start: int) -> str:
    """Return the name that stands before an office and is said to hold it, "" if there is none."""
    before = start
    if marked := _FORMER.search(text, max(0, start - 24), start):
        before = marked.start()
    joined = _JOIN_LEFT.search(text, max(0, before - 30), before)
    if joined is None or "\n\n" in joined[0]:
        return ""
    found = organs.person_before(text, joined.start())
    return found[0] if found else ""


def _listed(text: str, first: tuple[str, int], *, several: bool) -> list[str]:
    """Return the names of a list that begins with one, only that one unless there are several."""
    names, end = [first[0]], first[1]
    while several and len(names) < _LONGEST_LIST:
        gap = _NEXT_NAME.match(text, end)
        person = organs.person_at(text, gap.end()) if gap else None
        if person is None:
            break
        names.append(person[0])
        end = person[1]
    return names


class _Places:
    """The places of each level that a text names, looked for once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[str, list[tuple[int, str]]] = {}

    def near(self, level: str, at: int) -> str:
        """Return the nearest place of a level before `at`, else the first behind, "" if there is none."""
        if level not in self._found:
            self._found[level] = list(islice(self._named(level), _MOST))
        places = self._found[level]
        before = bisect_left(places, (at, ""))
        return places[max(0, before - 1)][1] if places else ""

    def _named(self, level: str) -> Iterator[tuple[int, str]]:
        """Yield where places of a level stand, and their names."""
        for one in re.compile(rf"(?<!\w){level} (?=[{CAPITALS}\d])", re.IGNORECASE).finditer(self._text):
            if name := organs.place(self._text, one.start()).name:
                yield one.start(), name


def _unit(places: _Places, office: _Office, home: str) -> str:
    """Return the unit of an office that is told elsewhere."""
    if not office.level:
        return ""
    if office.level in ("tỉnh", "thành phố", "tp"):
        kind = "tỉnh " if office.level == "tỉnh" else "thành phố "
        own = home.removeprefix(kind) if home.startswith(kind) else ""
        return own or places.near(office.level, office.start)
    near = places.near(office.level, office.start)
    return f"{office.level} {near}" if near else ""


def once(people: Iterable[Officeholder]) -> tuple[Officeholder, ...]:
    """Leave out who is named again in the same office, if shorter or otherwise written."""
    kept: list[Officeholder] = []
    keys: list[tuple[str, str]] = []
    for one in people:
        name, office = fold(one.name), _short(one.office)
        same = next(
            (
                at
                for at, (other, held) in enumerate(keys)
                if _same_name(name, other) and (office.startswith(held) or held.startswith(office))
            ),
            None,
        )
        if same is None:
            kept.append(one)
            keys.append((name, office))
            continue
        better = (len(office), one.office[0].isupper()) > (len(keys[same][1]), kept[same].office[0].isupper())
        fuller = one if better else kept[same]
        longer = max(one.name, kept[same].name, key=len)
        kept[same] = replace(fuller, name=longer, unit=fuller.unit or one.unit or kept[same].unit)
        keys[same] = (fold(longer), _short(fuller.office))
    return tuple(kept[:_MOST])


def _same_name(one: str, other: str) -> bool:
    return one == other or f" {one}".endswith(f" {other}") or f" {other}".endswith(f" {one}")


def _short(office: str) -> str:
    folded = fold(office)
    for long, short in _SHORT:
        folded = folded.replace(long, short)
    return folded
