"""Which document a mention is of: number, issuer and year in one form, for looking up. Pure; never raises.

A number starts anew with every issuer each January, and papers write an issuer in a dozen ways: "UBND tỉnh
Kiên Giang", "Uỷ ban nhân dân tỉnh", "Chủ tịch UBND TP. HCM". A paper is (slug, organ, unit, year):
"90-kh-ubnd", "ubnd", "kien-giang", 2021. Party numbers of the centre ("…/TW") are of one row, whichever
organ signed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from pipeline import documents, gazetteer
from pipeline.model import NATIONAL, DocumentMention, Face, Role
from pipeline.text import plain, slug

RULES = 2  # raise it when this file makes other papers: stored ones are then made anew

UNKNOWN = "khong-ro"  # stands for an issuer or a year in an address
CENTRE = "trung-uong"
_LAST_DAY = date(2025, 6, 30)  # of the 63 units
_MERGED = "2025-07"
_CENTURY = 1900
_MOST_WORDS = 5  # of a unit's name
_LONGEST = 160

_HEADS = re.compile(
    r"^(?:(?:pho )?(?:chu tich|bo truong|giam doc|tong cuc truong|cuc truong|chanh thanh tra|thuong truc)"
    r"(?: (?=ubnd|uy ban|hdnd|hoi dong|bo|so|cuc|tong cuc|tinh|thanh|huyen)))+"
)
_BELOW = re.compile(r"\b(?:huyen|quan|thi xa|xa|phuong|thi tran|dac khu) (?!uy\b)\S")
_LEVEL = re.compile(r" (?:tinh|thanh pho|tp)$")
_LEVEL_BEFORE = re.compile(r"(?:tinh|thanh pho|tp) ")
_WORD = re.compile(r"[a-z0-9]+")
_WRITTEN_OUT = (
    ("uy ban nhan dan", "ubnd"),
    ("hoi dong nhan dan", "hdnd"),
    ("thanh uy", "tinh uy"),
    ("ban bi thu trung uong dang", CENTRE),
    ("ban chap hanh trung uong dang", CENTRE),
    ("ban chap hanh trung uong", CENTRE),
    ("trung uong dang", CENTRE),
    ("ban bi thu", CENTRE),
    ("bo chinh tri", CENTRE),
)

_KIND_NAMES = {
    "nq": "Nghị quyết",
    "qd": "Quyết định",
    "ct": "Chỉ thị",
    "nd": "Nghị định",
    "tt": "Thông tư",
    "ttlt": "Thông tư liên tịch",
    "kh": "Kế hoạch",
    "tb": "Thông báo",
    "bc": "Báo cáo",
    "ttr": "Tờ trình",
    "cv": "Công văn",
    "hd": "Hướng dẫn",
    "kl": "Kết luận",
    "qc": "Quy chế",
    "qyd": "Quy định",
    "qdi": "Quy định",
    "ctr": "Chương trình",
    "cthd": "Chương trình hành động",
    "da": "Đề án",
    "pa": "Phương án",
    "cd": "Công điện",
    "bb": "Biên bản",
    "gm": "Giấy mời",
    "gp": "Giấy phép",
    "pl": "Pháp lệnh",
    "sl": "Sắc lệnh",
    "vbhn": "Văn bản hợp nhất",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to look up.

    Args:
        slug: count without zeros in front and codes, without the year: "90-kh-ubnd", "73-nd-cp", "202-qh15".
        organ: slug of the issuer without its province: "ubnd", "chinh-phu", "ubnd-huyen-tan-phu", "".
        unit: slug of its province, of the unit that it was then; "" for central organs and if unknown.
        year: of the document, 0 if unknown.
    """

    slug: str
    organ: str
    unit: str
    year: int

    @property
    def count(self) -> str:
        """Return the count as compared: "90", "30a"."""
        return self.slug.partition("-")[0]

    @property
    def kind(self) -> str:
        """Return the code of its kind, "" for numbers that bear none ("3037/VP-NNTN")."""
        codes = [one.rstrip("0123456789") for one in self.slug.split("-")[1:2]]  # "qh15"
        return next((one for one in codes if one in kinds()), "")

    @property
    def kind_name(self) -> str:
        """Return what its kind is called: "Kế hoạch", "Văn bản" for one that bears none."""
        return kind_name(self.kind)

    @property
    def issuer(self) -> str:
        """Return the issuer's part of an address: "ubnd-kien-giang"."""
        return "-".join(filter(None, (self.organ, self.unit))) or UNKNOWN

    @property
    def path(self) -> str:
        """Return the address of its page: "/van-ban/ubnd-kien-giang/2021/90-kh-ubnd"."""
        return f"/van-ban/{self.issuer}/{self.year or UNKNOWN}/{self.slug}"


def kind_name(code: str) -> str:
    """Return what a kind is called by its code without accents: "kh" is "Kế hoạch", else "Văn bản"."""
    return _KIND_NAMES.get(code, "Văn bản")


@cache
def kinds() -> frozenset[str]:
    """Return the codes of kinds without accents, in small letters: "kh", "qd", "nd"."""
    return frozenset(map(plain, documents.codes().kinds))


@cache
def organs() -> dict[str, str]:
    """Return the slug of the organ that a plain phrase or code stands for: "bgddt", "so y te".

    The forms that the press likes are there too: "bo gddt", "so ldtbxh".
    """
    table = documents.codes()
    found: dict[str, str] = {}
    for code, name in (*table.local.items(), *table.issuers.items()):
        known = slug(_same_words(plain(name)))
        found |= {plain(code): known, " ".join(_WORD.findall(plain(name))): known}
        if name.startswith(("Bộ ", "Sở ")) and len(code) > len("BX"):
            found[f"{plain(name)[:2]} {plain(code)[1:]}"] = known
    found |= {written: slug(form) for written, form in _WRITTEN_OUT}
    return found | {
        "tw": CENTRE,
        "trung uong": CENTRE,
        "ttg": "thu-tuong-chinh-phu",
        "thu tuong": "thu-tuong-chinh-phu",
        "bo gddt": "bo-giao-duc-va-dao-tao",
        "bo vhttdl": "bo-van-hoa-the-thao-va-du-lich",
        "ngan hang nha nuoc": "ngan-hang-nha-nuoc-viet-nam",
    }


def of_face(face: Face) -> Iterator[tuple[DocumentMention, Paper]]:
    """Yield each document that a story names with what it is looked up by, in order."""
    for one in face.documents or ():
        yield one, paper(one, face)


def paper(mention: DocumentMention, face: Face) -> Paper:
    """Return the paper that a story's mention is of.

    What a text leaves to be known is filled in from the story: a local organ without a place is the one of
    the only province told about, a document without a date that is news is of the year of the news.
    """
    year = _year(mention, face)
    organ, unit = issued_by(mention.issuer, mention.number)
    day = mention.dated or face.published
    if not unit and _is_local(organ):
        unit = _home(face, after=day[:7] >= _MERGED)
    return Paper(number_slug(mention.number), organ, unit, year)


@lru_cache(maxsize=4_096)
def number_slug(number: str) -> str:
    """Return a canonical number without its year, zeros in front and accents: "01/CT-UBND" → "1-ct-ubnd"."""
    _, year, _ = documents.parts(number)
    count, *rest = slug(number)[:_LONGEST].split("-")
    if year and rest[:1] == [year]:
        rest = rest[1:]
    return "-".join((count.lstrip("0") or "0", *rest))


@lru_cache(maxsize=4_096)
def issued_by(name: str, number: str = "") -> tuple[str, str]:
    """Return (organ, unit) of an issuer as written, "" for what is not known.

    What the code says beyond doubt goes before the words: "bộ trưởng Bộ Xây dựng" and "bộ Xây dựng" of one
    "…-BXD" are one.
    """
    table, codes = documents.codes(), documents.parts(number)[2] if number else ()
    if "TW" in codes:
        return CENTRE, ""
    if sure := [table.issuers[code] for code in codes if code in table.issuers]:
        return slug(_same_words(plain(" va ".join(dict.fromkeys(sure)))))[:_LONGEST], ""
    words = " ".join(_WORD.findall(plain(name)))
    words = _same_words(_HEADS.sub("", words))
    organ, unit = _placed(words)
    if organ:
        return organ[:_LONGEST], unit
    return next(
        (slug(_same_words(plain(table.local[code]))) for code in codes if code in table.local), ""
    ), unit


def issuer_name(paper: Paper, written: str) -> str:
    """Return what the issuer is called, with its province as of then: "UBND tỉnh Kiên Giang".

    `written`: as a text has it, for organs without a name here.
    """
    name = _organ_names().get(paper.organ)
    if name is None:
        return written
    if not paper.unit:
        return name
    on = date(paper.year, 6, 30) if paper.year else _LAST_DAY
    known = gazetteer.area(paper.unit) if on <= _LAST_DAY else gazetteer.province(paper.unit)
    known = known or gazetteer.area(paper.unit) or gazetteer.province(paper.unit)
    place = known.name_on(on) if known else ""
    if paper.organ.endswith("tinh-uy"):  # "Tỉnh ủy Kiên Giang", "Thành ủy Đà Nẵng"
        city = place.startswith("thành phố ")
        name = name.replace("Tỉnh ủy", "Thành ủy") if city else name
        place = place.removeprefix("thành phố ").removeprefix("tỉnh ")
    return f"{name} {place}"


@cache
def _organ_names() -> dict[str, str]:
    """Return what organs are called, by slug."""
    table = documents.codes()
    named = (*table.issuers.values(), *table.local.values())
    return {slug(_same_words(plain(name))): name for name in named} | {CENTRE: "Trung ương Đảng"}


def unit_of(words: list[str]) -> tuple[str, int]:
    """Return the unit that the last words name and how many words it takes; "", 0 if they name none."""
    for size in range(min(_MOST_WORDS, len(words)), 0, -1):
        name = " ".join(words[-size:])
        province, area = (None, None) if _LEVEL_BEFORE.match(name) else gazetteer.resolve(name)
        if province:
            return area or province, size
    return "", 0


def today(unit: str) -> str:
    """Return the slug of today's province that a unit of any time is of, "" for an unknown one."""
    return gazetteer.today(unit) or ""


def _same_words(words: str) -> str:
    """Return plain words with each organ called by one name."""
    for written, form in _WRITTEN_OUT:
        words = re.sub(rf"\b{written}\b", form, words)
    return words


def _placed(words: str) -> tuple[str, str]:
    """Return the slug of an organ's plain words without its province, and that province."""
    listed = words.split()
    unit, size = unit_of(listed)
    rest = " ".join(listed[: len(listed) - size])
    if size and _is_town(rest, unit):
        return slug(words), ""
    if size and _BELOW.search(f"{rest} x") and not _BELOW.search(rest):
        return slug(words), ""  # "UBND quận Hải Dương": a lower unit of that name
    rest = _LEVEL.sub("", f" {rest}".rstrip()).strip()
    first, _, field = rest.partition(" ")
    known = organs().get(rest) or organs().get(f"{first} {field.replace(' ', '')}")
    return known or slug(rest), unit


def _is_town(before: str, unit: str) -> bool:
    """Tell whether "TP Thanh Hóa" is meant, the town, and not the province of that name."""
    if not before.endswith((" tp", " thanh pho")):
        return False
    known = [one for one in (gazetteer.area(unit), gazetteer.province(unit)) if one]
    return all(named.kind == "tỉnh" for one in known for named in one.names or (one,))


def _is_local(organ: str) -> bool:
    """Tell whether every province has such an organ, and no lower unit is named."""
    return organ in _local()


@cache
def _local() -> frozenset[str]:
    return frozenset(slug(_same_words(plain(name))) for name in documents.codes().local.values()) - {
        "huyen-uy"
    }


def _home(face: Face, *, after: bool) -> str:
    """Return the only unit that a story tells about, today's one for what was issued since July 2025."""
    provinces = [one for one in face.labels.provinces if one != NATIONAL]
    if after and len(provinces) == 1:
        return provinces[0]
    if not after and len(face.labels.areas) == 1:
        return face.labels.areas[0]
    return provinces[0] if len(provinces) == 1 and not face.labels.areas else ""


def _year(mention: DocumentMention, face: Face) -> int:
    written = documents.parts(mention.number)[1] or mention.dated[:4]
    if not written and mention.role is Role.ISSUES:
        written = face.published[:4]
    if not (written.isascii() and written.isdecimal()):
        return 0
    return int(written) + (_CENTURY if len(written) == len("98") else 0)
