"""Names of provinces and their towns in Vietnamese sentences: which of them tell of a place. Pure.

`pipeline.places` is the door. What stands before and after a name decides: "tỉnh Hà Nam" is a
province, "tỉnh Hà Nam (Trung Quốc)" is Henan, "Nguyễn Hòa Bình" a man, "đường Điện Biên Phủ" a
street, "phường Bến Tre" a ward, "Hà Nội (TTXVN 7/5)" a dateline, "Hà Nội 23°C" a weather box.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import islice

from pipeline.gazetteer import Name, key, names
from pipeline.places_local import Local, locals_in
from pipeline.text import CAPITALS, clean, one_tone

_TRAPS = (
    "Đồng Tháp Mười", "Thái Bình Dương", "Nam Định Vũ", "Bình Định Vương", "Sài Gòn Giải Phóng", "Hà Nội Mới",
    "Hà Nội mới", "Hoàng Anh Gia Lai", "Sài Gòn Co.op", "Hòa Bình Minh", "Phú Thọ Hòa",
    "Hải Dương 4", "Hải Dương 8", "Hải Dương 981", "Hải Dương học", "Hải Dương Địa chất",
)  # fmt: skip  # begin or end like a unit and are none
_OF_CHINA_TOO = frozenset({"ha-nam", "thai-nguyen"})  # Henan, Taiyuan
_BUREAUS = frozenset({"ha-noi", "ho-chi-minh"})  # where agencies write from, whatever they write about
_PRESIDENT = "hồ chí minh"

_BEFORE = re.compile(
    r"(?<![^\W_])(?:"
    r"(?P<credit>theo\s(?:báo|đài|trang)\s(?:[^\s.,;]+\s){0,2}|nguồn\s?:\s?(?:báo\s|đài\s)?|(?<!bây\s)giờ\s)"
    r"|(?P<paper>(?:báo|tạp chí|đài|truyền hình|pt-th|ptth|pháp luật|tuổi trẻ)\s)"
    r"|(?P<far>cấp cao\s(?:tại|ở)\s(?:tp\.?\s?|thành phố\s)?"
    r"|biển\s(?:số|kiểm soát)\s(?:[^\s.,;]+\s){0,2}|(?:trại giam|thị trường)\s(?:[^.;\n()]{1,30},\s"
    r"|tại\s)?(?:tỉnh\s)?"
    r"|sở giao dịch chứng khoán\s(?:tp\.?\s*|thành phố\s)?"
    r"|(?:như|chẳng hạn|ví dụ)\s(?:ở\s|tại\s)?(?:tỉnh\s|tp\.?\s?|thành phố\s)?)"
    r"|(?P<unit>(?:tỉnh|thành phố|tp|t\.p|thủ đô|tỉnh ủy|thành ủy|tỉnh đoàn|thành đoàn|đảng bộ|ubnd"
    r"|hđnd|thị xã|tx|(?<!vệ\s)(?<!hành\s)(?<!cứu\s)tinh)\.?\s*)"
    r"|(?P<district>(?:huyện|đảo|đặc khu|thị trấn)\s)"
    r"|(?P<ward>(?:phường|xã|quận)\s)"
    r"|(?P<other>(?:(?<!con\s)(?<!tuyến\s)đường|(?<!đường\s)phố|chợ|ngã tư|ngã ba|thôn|ấp|khóm|xa lộ|đại lộ"
    r"|(?<!yêu\s)(?<!nhu\s)(?<!toàn\s)cầu|bến xe|ga|sân|nhà hát|rạp|nhà thi đấu|trường đua|voọc|chùa"
    r"|đền|vịnh|hồ"
    r"|rạch|(?<!gia\s)đình|(?<!vùng\s)(?<!miền\s)núi|(?<!vùng\s)sông|bún|bún bò|quỹ tín dụng(?:\snhân dân)?"
    r"|ông|bà|anh|chị|(?<!trẻ\s)em|cô|chú|bác|bé|cháu)\s)"
    r"|(?P<firm>(?:nhiệt điện|xi măng|chi nhánh|flc|vinpearl|vinhomes|resort|hotel)\s"
    r"|trường\s(?:(?:tiểu học|thcs|thpt|th|mầm non|mẫu giáo|phổ thông"
    r"|trung học)\s(?:[^\s.,;]+\s){0,3})?"
    r"|(?:công ty(?!\s(?:[^\s.,;]+\s){0,4}(?:thoát nước|cấp nước|nước sạch"
    r"|môi trường đô thị|công viên|cây xanh|xổ số)\s)"
    r"|tập đoàn|ngân hàng|khách sạn|nhà hàng|siêu thị|chung cư|bia|clb|câu lạc bộ"
    r"|đội bóng)\s(?:(?!(?:ở|tại|của|với|và|cho|về|từ|đến)\s)[^\s.,;]+\s){0,4})"
    r"|(?P<institution>(?:đại học|cao đẳng|đh|học viện|bệnh viện"
    r"|(?<!môi\s)(?<!thị\s)(?<!hiện\s)(?<!công\s)(?<!quảng\s)trường)\s"
    r"(?:(?!(?:ở|tại|của|với|và|cho|về|từ|đến|tỉnh|thành\sphố|tp)\s)[^\s.,;]+\s){0,4})"
    r"|(?P<home>(?:tuổi,?\s(?:ở|người)"
    r"|(?<!học\s)(?<!thí\s)(?<!giáo\s)(?<!phát\s)(?<!nữ\s)(?<!vệ\s)(?<!hy\s)sinh(?:\sra|\snăm\s\d{4}|\sngày\s[\d/.-]+)?\s(?:tại|ở))\s(?:[^.;\n()]{1,25},\s)?"
    r"(?:tỉnh\s|tp\.?\s?|thành phố\s)?"
    r"|tốt nghiệp\s(?:[^\s.,;]+\s){0,6}|(?:trú|quê(?!\shương)|ngụ|hktt|gốc|hộ khẩu)\s(?:(?:quán|trú"
    r"|tại|ở|gốc)\s){0,2}"
    r"(?:(?!(?:bị|đã|vừa|khi|về|vào|đang|có|làm|lái|đi|ở|tại|từ|cướp|trộm|gây|tông|lừa|mua|bán|giết|đâm|chở|vượt)\s)"
    r"(?:(?:[phqx]|tp|tx)\.\w*,?|[^\s.;()]+)\s){0,9}\(?|(?:giọng|đến từ|lớn lên (?:ở|tại))\s"
    r"|(?:đại biểu|đb)\s(?:[^\s.,;()]+\s){0,5}\()"
    r"|(?P<road>(?:cao tốc|đường sắt|đường ống(?:\sdẫn\s[^\s.,;]+)?|tuyến|chuyến bay|xe khách)\s"
    r"(?:từ\s)?(?:(?:[^\s.,;()]+\s){0,3}[^\s.,;()]+\s?[-–]\s?)?(?:tp\.?\s?)?)"
    r"|(?P<today>nay\s(?:là|thuộc)\s(?:tỉnh\s|thành phố\s|tp\.?\s?)?)"
    r")$"
)  # asked of lower-cased text: ignoring case costs twice as much
_PERSON = re.compile(
    r"\b(?:Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trương|Đoàn|Lâm|Mai|Tô|Tạ|Trịnh"
    r"|Đào|Lương|Phí|Chu|Tống|Lưu|Quách|Kiều|Đàm|Nghiêm|Doãn|Mạc|Khuất|Khổng|Thị|Văn)\s$"
    rf"|(?<![^\W_])(?:[Ôô]ng|[Bb]à)\s[{CAPITALS}][^\W\d_]+\s$"
)
_NEXT = rf"\s(?:tỉnh\s|thành phố\s|TP\.?\s?)?[{CAPITALS}]"
_AFTER = re.compile(
    r"(?P<weather>\s?:?\s?\d{1,2}\s?(?:[-–]\s?\d{1,2}\s?)?(?:°|º|độ\sC))"
    r"|(?P<china>\s?[(,]?\s?(?:(?:của|ở|thuộc)\s)?(?:(?:miền|phía|vùng)\s(?:(?i:trung|đông|tây|nam|bắc)\s){1,2})?"
    r"Trung Quốc)"
    r"|(?P<former>\s?\(?(?:cũ|trước đây|trước (?:khi )?(?:sáp nhập|hợp nhất))(?![^\W_])|\s?\(nay\s)"
    r"|(?P<dateline>\s?[,(–-]+\s?(?:TTXVN|Vietnam\+|VOV|ngày\s\d))"
    rf"|(?P<road>\s(?:đến|tới|đi){_NEXT})|(?P<return>\s(?:về|vào|ra){_NEXT})"
)
_TRAVELS = re.compile(
    r"(?<![^\W_])(?:từ|quê ở|(?:chuyển|đưa|trở|quay)\s(?:[^\s.,;()]+\s){0,2}(?:về|lên|đến|tới|vào|ra|xuống)"
    r"(?:\s(?:bệnh viện|bv)(?:\s[^\s.,;()]+){0,5}?)?,?"
    r"|về(?=\s(?:tỉnh|thành phố|tp)(?![^\W_])))"
    r"(?:\s(?:tỉnh|thành phố|tp\.?))?\s?$",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s?(?:,|;|và|với|hoặc|-|–)\s?(?:(?:tỉnh|thành phố|tp\.?)\s?)?", re.IGNORECASE)
_GIVEN_NAME = re.compile(rf"(?<![^\W_])(?!Thiên|Festival|Thành|Học|Nội|Ương|Đô|Xứ)[{CAPITALS}][^\W\d_]+\s$")

_REACH = 60  # characters before a name that are looked at
_MOST = 3_000  # names, a hundred times those of a long article; what has more is a list
_HEAD = 200  # characters: headline and first words, where news says its place
_LIST = 4  # names in a row from which they are a list
_OF_INSTITUTION = 0.5  # it serves the whole province, but may be quoted from far away
_OF_TRAVEL = 0.1  # beside any place where something happens
_WEIGHTS = {"paper": 0.2, "far": 0.2, "firm": 0.4, "home": 0.4, "institution": _OF_INSTITUTION, "road": 0.5}
_OF_UNIT, _OF_NAME, _OF_TOWN, _IN_LIST, _IN_HEAD = 2.0, 1.0, 0.9, 0.3, 2.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """One name in a text that tells of a place.

    Args:
        area: slug of the former unit that bears the name, or whose town it is.
        weight: how much it says, 1 for a bare name.
        town: a town or nickname, which only the former unit has.
        explicit: named unmistakably ("tỉnh X", "TP X").
        former, today: the text itself says that the unit of until 2025, or of today, is meant.
        at: where it stands in the text.
        kind: what stands around it: a group of `_BEFORE`, "way", "list", "local", or "" for a bare name.
    """

    area: str
    weight: float
    town: bool = False
    explicit: bool = False
    former: bool = False
    today: bool = False
    at: int = 0
    kind: str = ""


@cache
def _lexicon() -> tuple[re.Pattern[str], dict[str, Name | None]]:
    """Return one pattern of all names in title case and capitals, and what each key means (None: a trap)."""
    known: dict[str, Name | None] = {}
    for name in names():
        known.setdefault(key(name.written), name)
    known |= dict.fromkeys(map(key, _TRAPS))
    tails: dict[str, set[str]] = defaultdict(set)
    for written in (*(name.written for name in names()), *_TRAPS):
        for cased in (one_tone(clean(written)), one_tone(clean(written)).upper()):
            head, *rest = re.split(r"([\s.-]+)", cased)
            tails[re.escape(head)].add("".join(map(_tail, rest)))
    # Grouped by first syllable and begun at capitals only: 0.1 ms for 3 KB, a flat list 0.7 ms.
    groups = (
        f"{head}(?:{'|'.join(sorted(ends, key=_longest_first))})" for head, ends in sorted(tails.items())
    )
    return re.compile(rf"(?=[A-ZĐ])(?:{'|'.join(groups)})(?![^\W_])"), known


def _longest_first(pattern: str) -> tuple[int, str]:
    return -len(pattern), pattern


def _tail(part: str) -> str:
    """Return the pattern of a syllable, or of the gap between two, which may be a line end."""
    if "-" in part:
        return r"\s*[-‐‑–—]\s*"
    if "." in part:
        return r"\.?\s?"
    return r"\s+" if part.isspace() else re.escape(part)


@lru_cache(maxsize=16)  # one text is asked for its labels and for its facts
def as_spoken(text: str) -> str:
    """Return a text as `sightings` reads it: clean, `one_tone`."""
    return one_tone(clean(text))


@lru_cache(maxsize=16)
def sightings(spoken: str) -> tuple[Sighting, ...]:
    """Return the names that tell of a place, in order of appearance. `spoken`: from `as_spoken`."""
    pattern, known = _lexicon()
    hits = [
        (hit, name)
        for hit in islice(pattern.finditer(spoken), _MOST)
        if (name := known.get(key(hit[0]))) and _begins(spoken, hit.start(), name.lead)
    ]
    units = {one.end: one for one in locals_in(spoken) if not one.commune}
    hits = [(hit, _of_its_kind(name, units.get(hit.end()))) for hit, name in hits]
    sizes = _row_sizes(spoken, [hit for hit, _ in hits])
    foreign = _of_china(spoken, hits)
    found: list[Sighting] = []
    travels: list[bool] = []
    row_is_of_units = row_travels = False
    tail_before = ""
    named: set[int] = set()
    for at, (hit, name) in enumerate(hits):
        after = _AFTER.match(spoken, hit.end())
        kind = _kind_before(spoken, hit.start())
        tail = (after.lastgroup if after else None) or ""
        goes_on = at > 0 and _JOINT.fullmatch(spoken, hits[at - 1][0].end(), hit.start()) is not None
        on_the_way = _TRAVELS.search(spoken, max(0, hit.start() - _REACH), hit.start()) is not None
        on_the_way = on_the_way and "road" not in {tail, tail_before}
        row_travels = on_the_way or (row_travels and (goes_on or tail_before == "return"))
        tail_before = tail
        row_is_of_units = kind == "unit" or (goes_on and row_is_of_units)
        if _is_no_place(spoken, hit, name, kind, tail, unit=row_is_of_units, foreign=foreign):
            continue
        short = name.area == "ho-chi-minh" and key(hit[0]) != _PRESIDENT
        unit = (row_is_of_units or short) and not name.town
        weight = _WEIGHTS.get(kind, _OF_UNIT if unit else _OF_TOWN if name.town else _OF_NAME)
        weight *= (_IN_LIST if sizes[at] >= _LIST else 1.0) * (_IN_HEAD if hit.start() < _HEAD else 1.0)
        explicit = unit and weight >= _OF_NAME
        said = "list" if sizes[at] >= _LIST else "unit" if unit and kind not in _WEIGHTS else kind
        found.append(
            Sighting(
                name.area, weight, name.town, explicit, tail == "former", kind == "today", hit.start(), said
            )
        )
        travels.append(row_travels)
        named.add(hit.end())
    for end, one in units.items():
        if len(one.areas) == 1 and end not in named:
            found.append(_local(spoken, one))
            travels.append(False)
    return tuple(sorted(_settled(found, travels), key=lambda one: one.at))


def _kind_before(spoken: str, at: int) -> str:
    """Return the group of `_BEFORE` that stands before a name, "person" for a family name, "" for nothing."""
    begin = max(0, at - _REACH - 1)
    found = _BEFORE.search(spoken[begin:at].lower(), 1 if begin else 0)
    if found is not None:
        return found.lastgroup or ""
    return "person" if _PERSON.search(spoken, begin, at) else ""


def _of_its_kind(name: Name, one: Local | None) -> Name:
    """Return a name, or the district that bears it: huyện Sơn Tây is not thị xã Sơn Tây."""
    if one is None or not name.town or name.area in one.areas or len(one.areas) > 1:
        return name
    return replace(name, area=min(one.areas))


def _local(spoken: str, one: Local) -> Sighting:
    kind = "home" if _kind_before(spoken, one.start) == "home" else "local"
    weight = _WEIGHTS.get(kind, _OF_TOWN) * (_IN_HEAD if one.at < _HEAD else 1.0)
    return Sighting(min(one.areas), weight, town=True, at=one.at, kind=kind)


def _settled(found: list[Sighting], travels: list[bool]) -> list[Sighting]:
    """Let the places that people only come from or go to weigh little, if another place is told."""
    stays = {one.area for one, moves in zip(found, travels, strict=True) if not moves}
    if not any(one.area in stays and one.weight >= _OF_INSTITUTION for one in found):
        return found
    return [
        one if one.area in stays else replace(one, weight=_OF_TRAVEL, explicit=False, kind="way")
        for one in found
    ]


def _of_china(spoken: str, hits: list[tuple[re.Match[str], Name]]) -> frozenset[str]:
    """Return the units whose name means China's: both if China is a theme, else each said to be once."""
    if spoken.count("Trung Quốc") > 1:
        return _OF_CHINA_TOO
    said = (name.area for hit, name in hits if (tail := _AFTER.match(spoken, hit.end())) and tail["china"])
    return _OF_CHINA_TOO.intersection(said)


def _begins(spoken: str, start: int, lead: str) -> bool:
    """Tell whether a name may begin at `start`: no letter before it, and its lead if it needs one."""
    before = spoken[max(0, start - len(lead) - 1) : start]
    return before.lower().endswith(lead) if lead else not before.isalnum()


def _is_no_place(
    spoken: str, hit: re.Match[str], name: Name, kind: str, tail: str, *, unit: bool, foreign: frozenset[str]
) -> bool:
    """Tell whether a name is a person, a street, a ward, a province of another country or a dateline."""
    elsewhere = tail == "china" or (name.area in foreign and not name.town)
    dateline = tail == "dateline" and name.area in _BUREAUS
    if kind in {"credit", "person", "other"} or tail == "weather" or elsewhere or dateline:
        return True
    if name.strict:
        return not unit and kind != "district"
    if kind in {"district", "ward"}:
        return not name.town
    return not unit and _needs_more(spoken, hit)


def _needs_more(spoken: str, hit: re.Match[str]) -> bool:
    """Tell whether a name without "tỉnh" or "TP" is rather the President or a person."""
    written = key(hit[0])
    if written == "huế":
        return _GIVEN_NAME.search(spoken, max(0, hit.start() - _REACH), hit.start()) is not None
    return written == _PRESIDENT


def _row_sizes(spoken: str, hits: Iterable[re.Match[str]]) -> list[int]:
    """Return for each name how many stand in a row with it ("Bến Tre, Trà Vinh và Vĩnh Long": 3 each)."""
    rows: list[list[re.Match[str]]] = []
    for hit in hits:
        if rows and _JOINT.fullmatch(spoken, rows[-1][-1].end(), hit.start()):
            rows[-1].append(hit)
        else:
            rows.append([hit])
    return [len(row) for row in rows for _ in row]
