"""Facts that a text tells, and how to swap one for another of its kind. Pure.

A swapped fact stands in the headline or in the lead and is changed wherever it occurs: the result
tells of something else, in the same words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from bench.dedup.model import Article
from pipeline.gazetteer import areas
from pipeline.text import CAPITALS

SURNAMES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô",
    "Dương", "Lý", "Trương", "Đinh", "Đoàn", "Lâm", "Mai", "Trịnh", "Cao", "Tạ", "Lưu", "Hà",
)  # fmt: skip
MIDDLES = (
    "Văn", "Thị", "Hữu", "Đức", "Minh", "Quốc", "Thanh", "Ngọc", "Công", "Xuân", "Hoài", "Anh", "Bá", "Kim",
    "Gia", "Trọng", "Thế", "Phương", "Đình", "Quang",
)  # fmt: skip
GIVEN = (
    "An", "Bình", "Châu", "Dũng", "Duyên", "Giang", "Hải", "Hạnh", "Hiếu", "Hùng", "Khánh", "Lan", "Liên",
    "Long", "Mẫn", "Nam", "Nga", "Nghĩa", "Nhung", "Phong", "Phúc", "Quyên", "Sơn", "Tâm", "Thắng", "Thảo",
    "Thịnh", "Thủy", "Toàn", "Trang", "Trung", "Tuấn", "Tùng", "Uyên", "Vinh", "Yến", "Đạt", "Hưng", "Loan",
    "Kiên",
)  # fmt: skip
COMMUNES = (
    "Tân Phú", "Mỹ Hòa", "An Thạnh", "Long Điền", "Bình Sơn", "Phú Lộc", "Hòa Bình", "Vĩnh Thành",
    "Đông Hưng", "Thạnh Trị", "Xuân Lâm", "Yên Thịnh", "Quảng Minh", "Hương Sơn", "Cẩm Thanh", "Đại Thắng",
    "Thanh Lương", "Ngọc Liên", "Tiên Phong", "Hải Ninh", "Lộc Ninh", "Trung An", "Nghĩa Hưng", "Kim Sơn",
    "Bắc Lý", "Nam Hồng", "Phước Thắng", "Tam Hải", "Ea Kly", "Đăk Môn", "Chư Pơng", "Mường Lạn", "Nậm Cắn",
    "Bản Lầu", "Pà Cò", "Suối Trai", "Sơn Hà", "Trà Đa", "Vạn Khánh", "Diên Điền", "Phong Nẫm", "Hàm Cần",
    "Thới Lai", "Giục Tượng", "Khánh Bình", "Trần Hợi", "Lai Hòa", "Đại Ân", "Tập Ngãi", "Hiếu Nhơn",
    "Lục Sĩ Thành", "Mỹ Cẩm", "Phú Ngãi Trị", "Tân Lân", "Lộc Hưng", "Bình Hòa Phước", "Hưng Điền",
    "Vĩnh Châu", "Thường Lạc", "Phú Thuận", "Tân Hội Đông", "Bàu Đồn", "Trường Đông", "Sông Ray", "Xà Bang",
    "Gia Canh", "Thanh Sơn", "Đức Liễu", "Quảng Tín", "Nhân Cơ", "Liên Hà", "Tân Thanh", "Đạ Ròn",
    "Phước Hậu", "Nhơn Sơn", "Công Hải", "Ninh Sim", "Hòa Trị", "Xuân Sơn Nam", "Cát Khánh", "Hoài Hảo",
    "Bình Chương", "Tịnh Hà", "Duy Phước", "Đại Lãnh", "Hòa Phong", "Lộc Trì", "Vinh Xuân",
)  # fmt: skip

_NUMBER = re.compile(
    r"(?<![\w/.,:-])(?P<n>\d{1,3}(?:\.\d{3})+|\d{1,4})(?P<rest>,\d+)?(?= ?%|\s[^\W\d_])(?!\s(?:tháng|giờ)\b)"
)
_DAY = re.compile(r"(?<![\w/.,-])(?P<d>\d{1,2})(?P<sign>[/-])(?P<m>\d{1,2})(?![\w/-])(?!\.\d)")
_NAME = re.compile(
    rf"\b(?:{'|'.join(SURNAMES)})(?: [{CAPITALS}][^\W\d_A-Z]*){{1,3}}(?![^\W\d_]|\s[{CAPITALS}])"
)
_UNIT = re.compile(
    rf"\b(?:xã|phường|huyện|quận|thị trấn) (?P<name>[{CAPITALS}][^\W\d_]*(?: [{CAPITALS}][^\W\d_]*){{0,2}})"
)
_DOCUMENT = re.compile(r"\b\d{1,4}(?=/(?:\d{4}/)?[A-ZĐ]{2,}[\w-]*)")
_ORDINAL = re.compile(r"\b(?:lần thứ|kỳ họp thứ|khóa|khoá|đợt|quý|kỳ|vòng|lần) (?P<n>[IVX]{1,5}|\d{1,2})\b")
_ROMAN = (
    "I",
    "II",
    "III",
    "IV",
    "V",
    "VI",
    "VII",
    "VIII",
    "IX",
    "X",
    "XI",
    "XII",
    "XIII",
    "XIV",
    "XV",
    "XVI",
)
_YEARS = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class Swap:
    """A fact and what stands in its place. `also`: further spellings of it, with theirs."""

    kind: str
    old: str
    new: str
    also: tuple[tuple[str, str], ...] = ()


def person(rng: Random) -> str:
    """Make a person's name."""
    return f"{rng.choice(SURNAMES)} {rng.choice(MIDDLES)} {rng.choice(GIVEN)}"


def swapped(rng: Random, article: Article, facts: int) -> tuple[Article, tuple[Swap, ...]] | None:
    """Return the article with up to `facts` salient facts swapped, and which; None if it tells none."""
    opening = f"{article.title}\n{article.lead}"
    finders = list(_FINDERS)
    rng.shuffle(finders)
    done: list[Swap] = []
    changed = article
    for find in finders:
        if len(done) == facts:
            break
        swap = find(rng, opening)
        if swap is not None and (after := apply(changed, swap)) != changed:
            changed = after
            done.append(swap)
    return (changed, tuple(done)) if done else None


def apply(article: Article, swap: Swap) -> Article:
    """Return the article with a fact swapped wherever it stands."""
    pairs = ((swap.old, swap.new), *swap.also)

    def change(text: str) -> str:
        for old, new in pairs:
            text = re.sub(rf"(?<![\w/.,-]){re.escape(old)}(?![^\W_])(?![/.,-]\d)", lambda _: new, text)  # noqa: B023
        return text

    return replace(
        article,
        title=change(article.title),
        lead=change(article.lead),
        paragraphs=tuple(map(change, article.paragraphs)),
    )


def _number(rng: Random, text: str) -> Swap | None:
    found = [one for one in _NUMBER.finditer(text) if "." in one["n"] or int(one["n"]) not in _YEARS]
    if not found:
        return None
    one = rng.choice(found)
    old = one[0]
    value = int(one["n"].replace(".", ""))
    other = value + rng.choice((-1, 1)) * max(1, round(value * rng.uniform(0.1, 0.6)))
    other = value + 2 if other < 2 else other
    spelled = f"{other:,}".replace(",", ".") if "." in one["n"] else str(other)
    return Swap("number", old, spelled + (one["rest"] or ""))


def _day(rng: Random, text: str) -> Swap | None:
    found = [one for one in _DAY.finditer(text) if 1 <= int(one["d"]) <= 28 and 1 <= int(one["m"]) <= 12]
    if not found:
        return None
    one = rng.choice(found)
    day = (int(one["d"]) - 1 + rng.randint(1, 20)) % 28 + 1
    return Swap("day", one[0], f"{day}{one['sign']}{one['m']}")


def _name(rng: Random, text: str) -> Swap | None:
    found = _NAME.findall(text)
    if not found:
        return None
    old = rng.choice(found)
    new = person(rng)
    while new.split()[-1] == old.split()[-1]:
        new = person(rng)
    return Swap("name", old, new, ((old.split()[-1], new.split()[-1]),))


def _place(rng: Random, text: str) -> Swap | None:
    named = [unit.name for unit in areas() if re.search(rf"(?<!\w){re.escape(unit.name)}(?!\w)", text)]
    if not named:
        return None
    old = rng.choice(named)
    return Swap("province", old, rng.choice([unit.name for unit in areas() if unit.name != old]))


def _commune(rng: Random, text: str) -> Swap | None:
    found = [one["name"] for one in _UNIT.finditer(text)]
    if not found:
        return None
    old = rng.choice(found)
    return Swap("commune", old, rng.choice([name for name in COMMUNES if name != old]))


def _document(rng: Random, text: str) -> Swap | None:
    found = _DOCUMENT.findall(text)
    if not found:
        return None
    old = rng.choice(found)
    new = str(int(old) + rng.randint(1, 60))
    tails = dict.fromkeys(re.findall(rf"\b{old}(/(?:\d{{4}}/)?[A-ZĐ]{{2,}}[\w-]*)", text))
    return Swap("document", old + next(iter(tails)), new + next(iter(tails)))


def _ordinal(rng: Random, text: str) -> Swap | None:
    found = list(_ORDINAL.finditer(text))
    if not found:
        return None
    one = rng.choice(found)
    if one["n"].isdecimal():
        new = str(int(one["n"]) + rng.randint(1, 3))
    elif one["n"] in _ROMAN:
        new = rng.choice([roman for roman in _ROMAN if roman != one["n"]])
    else:
        return None
    return Swap("ordinal", one[0], one[0][: -len(one["n"])] + new)


_FINDERS: tuple[Callable[[Random, str], Swap | None], ...] = (
    _number, _number, _day, _name, _place, _commune, _document, _ordinal,
)  # fmt: skip
