"""What papers write in several ways: abbreviations, names, days. Readings of a question. Pure; never raises.

Meilisearch's synonyms do not serve: a source of four or five syllables ("ủy ban nhân dân") never
fires there, since it builds 2- and 3-grams only. So a question is asked in its other readings too,
and a document gets the forms that its text does not use (`search.document`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline import gazetteer
from pipeline.text import clean, fold, plain
from search.ordinals import ordinal_leveller, ordinals
from search.spellings import CAPITALS, SAME, SHORT_PLACES, TYPED
from search.tokens import accented, bare, telex, tokens

MOST_READINGS = 4  # beside the question itself; each is two more queries

_QUOTED = re.compile(r'["“”„‟«»″＂][^"“”„‟«»″＂]+["“”„‟«»″＂]|(?<![^\s(-])["“”„‟«»″＂][^"“”„‟«»″＂]+$')
_PIECE = re.compile(r"\d+|[^\W\d_]+")
_LEAD = r"(?:(?<!\w)(?P<lead>ng[aà]y)\s+)?"  # "sáng ngày 31/1" and "sáng 31/1" are one
_DAY, _MONTH, _YEAR = r"(?P<day>[0-3]?\d)", r"(?P<month>[01]?\d)", r"(?P<year>[12]\d{3})"
_NUMERIC = re.compile(
    rf"{_LEAD}(?<![\w/.,-]){_DAY}(?P<sign>[/.-]){_MONTH}(?:(?P=sign)(?P<year>[12]\d{{3}}|[0-4]\d))?(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
_TOLD = re.compile(
    rf"{_LEAD}(?<!\w){_DAY}\s+th[aá]ng\s+{_MONTH}(?!\w)(?:\s*,?\s*n[aă]m\s+{_YEAR}(?!\w))?", re.IGNORECASE
)
_WHOLE_MONTH = re.compile(
    rf"(?<!\w)(?P<lead>th[aá]ng)\s+{_MONTH}\s*(?:(?P<sign>[/.-])|,?\s+n[aă]m)\s*{_YEAR}(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
_INNER_SPACE = re.compile(r"(?<=\w) (?=\w)")
_LAST_DAY, _LAST_MONTH = 31, 12
_CAPITALS = re.compile(rf"(?<!\w)(?:{'|'.join(CAPITALS)})(?!\w)")
_TYPED = re.compile(rf"(?<!\w)(?:{'|'.join(TYPED)})(?!\w)", re.IGNORECASE)
# "ĐT 923" is a road, "ĐT Việt Nam" a team.
_ROAD = re.compile(
    r"(?<!\w)(?:[đd]t[. ]?|(?:[đd][ưu][ờo]ng )?t[ỉi]nh l[ộo] |[đd][ưu][ờo]ng t[ỉi]nh )(?=\d{3}[a-e]?(?!\w))",
    re.IGNORECASE,
)
_ROADS = ("đường tỉnh ", "ĐT.", "tỉnh lộ ")


@dataclass(frozen=True, slots=True)
class _Found:
    """A stretch of a question, and what else may stand there, the likeliest first."""

    start: int
    end: int
    others: tuple[str, ...]


def readings(q: str) -> tuple[str, ...]:
    """Return the other ways to write a question, the likeliest first, at most `MOST_READINGS`.

    The first has another form of everything that has one, the next of one thing each, then come further
    forms: "UBND xã" is "ủy ban nhân dân xã"; "sáng 31/01/2023" is "sáng 31 tháng 1 năm 2023", then
    "sáng 31/1". Without accents where the question has none.
    """
    text = clean(q)
    held = [quoted.span() for quoted in _QUOTED.finditer(text)]  # what is quoted has no other form
    found = [
        one
        for one in _apart(
            [*_former(text), *_days(text), *_months(text), *_ranks(text), *_roads(text), *_named(text)]
        )
        if not any(start < one.end and one.start < end for start, end in held)
    ]
    turns = range(max((len(one.others) for one in found), default=0))
    changes = [tuple(one.others[min(turn, len(one.others) - 1)] for one in found) for turn in turns]
    alone = [
        tuple(one.others[0] if one is chosen else text[one.start : one.end] for one in found)
        for chosen in (found if len(found) > 1 else ())
    ]
    made: dict[str, None] = {}
    for change in [*changes[:1], *alone, *changes[1:]]:
        parts, last = [], 0
        for one, other in zip(found, change, strict=True):
            parts += [text[last : one.start], _as_one(other)]
            last = one.end
        made["".join([*parts, text[last:]])] = None
    return tuple(one for one in made if one != text)[:MOST_READINGS]


def placed(q: str) -> tuple[str, ...]:
    """Return a question with a short name of a place in full, once for each place it may mean.

    Only beside other words, and for one such name: "lũ qn" is "lũ quảng_nam", "lũ quảng_ngãi" and "lũ
    quảng_ninh". "500 kg", "TP.HCM" and what is quoted are left.
    """
    text = clean(q)
    pieces = list(_PIECE.finditer(text))
    if len(pieces) < 2 or _QUOTED.search(text):  # noqa: PLR2004 - words
        return ()
    blind = not accented(tokens(text))
    for at, piece in enumerate(pieces):
        before = plain(pieces[at - 1][0]) if at else ""
        if before.isdecimal() or (before, plain(piece[0])) == ("tp", "hcm"):
            continue
        for size in (2, 1):
            run = pieces[at : at + size]
            known = _short_places().get(" ".join(plain(one[0]) for one in run), ())
            written = text[piece.start() : run[-1].end()]
            fitting = [
                name
                for short, name in known
                if blind or not accented(tokens(written)) or short == fold(written)
            ]
            if fitting and len(pieces) > size:
                head, tail = text[: piece.start()], text[run[-1].end() :]
                return tuple(f"{head}{_as_one(plain(name) if blind else name)}{tail}" for name in fitting)
    return ()


@cache
def _short_places() -> dict[str, tuple[tuple[str, str], ...]]:
    """Map each short name without accents to (the short name, a full one)."""
    known: dict[str, tuple[tuple[str, str], ...]] = {}
    for short, names in SHORT_PLACES.items():
        known[plain(short)] = (*known.get(plain(short), ()), *((short, name) for name in names))
    return known


def _as_one(form: str) -> str:
    """Return a form with its words hung together (`search.asked` takes them for one term)."""
    return _INNER_SPACE.sub("_", form)


def leveller(line: str, spelling: Callable[[str], str]) -> Callable[[str], str]:
    """Return what brings the forms of whatever stands in a spaced line of words to one, in any such line."""
    pairs: list[tuple[str, str]] = []
    for forms in SAME:
        spelled = [f" {' '.join(map(spelling, form.split()))} " for form in forms]
        if any(form in line for form in spelled):
            pairs += [(form, spelled[0]) for form in spelled[1:]]
    day = re.compile(rf"(?<= )(\d+) {spelling('tháng')} (\d+)(?: {spelling('năm')} (\d{{4}}))?(?= )")
    month = re.compile(rf"(?<= {spelling('tháng')} )(\d+) {spelling('năm')} (?=\d{{4}} )")
    led = re.compile(rf" {spelling('ngày')} (?=\d)")
    ranked = ordinal_leveller(spelling)

    def level(text: str) -> str:
        for form, first in pairs:
            text = text.replace(form, first)
        days = day.sub(lambda found: " ".join(filter(None, found.groups())), led.sub(" ", text))
        return ranked(month.sub(r"\1 ", days))

    return level


def missing(words: Sequence[str]) -> list[str]:
    """Return the words of the other ways to write what stands in a text in one way only."""
    text = f" {' '.join(words)} "
    added: list[str] = []
    for forms in SAME:
        unused = [form for form in forms if f" {form} " not in text]
        if len(unused) < len(forms):
            added += " ".join(unused).split()
    return added


def _apart(found: list[_Found]) -> list[_Found]:
    """Return stretches in order; of two that overlap the earlier, then the longer."""
    kept: list[_Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


@cache
def _forms() -> dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]]:
    """Map the plain words of each form to it and the other forms, for a short one the fullest first."""
    known: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = {}
    for forms in SAME:
        for form in forms:
            others = tuple(one for one in forms if one != form)
            told = others if form == forms[-1] else others[::-1]
            known.setdefault(tuple(plain(form).split()), []).append((form, told))
    return known


def _named(text: str) -> list[_Found]:
    """Find abbreviations and names that have another form."""
    pieces = list(_PIECE.finditer(text))
    letters = [plain(piece[0]) for piece in pieces]
    blind = not accented(tokens(text))
    found = []
    longest = max(map(len, _forms()))
    for at in range(len(pieces)):
        for size in range(1, min(longest, len(pieces) - at) + 1):
            if not (known := _forms().get(tuple(letters[at : at + size]))):
                continue
            if others := _others(known, [fold(one[0]) for one in pieces[at : at + size]], blind=blind):
                told = tuple(f"{plain(one) if blind else one} ".replace("  ", " ") for one in others)
                end = pieces[at + size - 1].end()
                joined = end < len(text) and text[end].isalnum()
                whole = told if joined else tuple(map(str.strip, told))
                found.append(_Found(pieces[at].start(), end, whole))
    short = [(seen, TYPED[seen[0].lower()]) for seen in _TYPED.finditer(text)]
    if blind or not text.isupper():  # "CA SĨ" is no police
        short += [(seen, CAPITALS[seen[0]]) for seen in _CAPITALS.finditer(text)]
    return found + [_Found(*seen.span(), (plain(full) if blind else full,)) for seen, full in short]


def _others(
    known: Sequence[tuple[str, tuple[str, ...]]], written: Sequence[str], *, blind: bool
) -> tuple[str, ...]:
    """Return the other forms of some folded words; the accents that they have are those of the form.

    Words without them stand for the form, too, unless the whole question is `blind`.
    """
    for form, others in known:
        told, wanted = list(map(telex, written)), list(map(telex, form.split()))
        if all(one in pair for one, *pair in zip(told, wanted, map(bare, written), strict=True)):
            return others if blind or told == wanted else (form, *others)
    return ()


def _days(text: str) -> list[_Found]:
    """Find days of a month, in figures and in words."""
    found = []
    blind = not accented(tokens(text))
    for pattern in (_NUMERIC, _TOLD):
        for seen in pattern.finditer(text):
            day, month, year = int(seen["day"]), int(seen["month"]), seen["year"]
            year = f"20{year}" if year and len(year) == len("21") else year
            dotted = pattern is _NUMERIC and year is None and seen["sign"] != "/"
            if not (1 <= day <= _LAST_DAY and 1 <= month <= _LAST_MONTH) or dotted:
                continue
            whole = f"{day} tháng {month} năm {year}" if pattern is _NUMERIC else f"{day}/{month}/{year}"
            short = (f"{day} tháng {month}", f"{day}/{month}")
            others = (whole, *(short if pattern is _NUMERIC else short[::-1])) if year else short
            if year != seen["year"]:
                others = (f"{day}/{month}/{year}", *others)
            now = " ".join(tokens(seen[0][seen.start("day") - seen.start() :]))
            spelled = [plain(one) if blind else one for one in others]
            fresh = tuple(one for one in spelled if " ".join(tokens(one)) != now)
            if seen["lead"]:
                led = tuple(f"{seen['lead']} {one}" for one in fresh)
                fresh = (*led[:1], *fresh[:1], *led[1:])
            found.append(_Found(seen.start(), seen.end(), fresh))
    return found


def _months(text: str) -> list[_Found]:
    """Find months with their year: "tháng 3/2019", "tháng 3 năm 2019"."""
    found = []
    blind = not accented(tokens(text))
    for seen in _WHOLE_MONTH.finditer(text):
        month, year = int(seen["month"]), seen["year"]
        if 1 <= month <= _LAST_MONTH:
            between = "/" if not seen["sign"] else " nam " if blind else " năm "
            found.append(_Found(seen.start(), seen.end(), (f"{seen['lead']} {month}{between}{year}",)))
    return found


def _ranks(text: str) -> list[_Found]:
    """Find quarters, terms and ordinals."""
    return [_Found(*one) for one in ordinals(text, blind=not accented(tokens(text)))]


def _former(text: str) -> list[_Found]:
    """Find units that are called former ones, as is usual since July 2025: "Tiền Giang cũ"."""
    return [_Found(*seen.span(), (seen["name"],)) for seen in _former_units().finditer(text)]


@cache
def _former_units() -> re.Pattern[str]:
    names = {named.name for unit in gazetteer.areas() for named in unit.names}
    told = "|".join(map(re.escape, sorted({*names, *map(plain, names)}, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?P<name>{told}) (?:cũ|cu)(?!\w)", re.IGNORECASE)


def _roads(text: str) -> list[_Found]:
    """Find roads of provinces with their number: "ĐT.923", "đường tỉnh 923", "tỉnh lộ 923"."""
    blind = not accented(tokens(text))
    spelled = [plain(one) if blind else one for one in _ROADS]
    return [
        _Found(seen.start(), seen.end(), tuple(one for one in spelled if tokens(one) != tokens(seen[0])))
        for seen in _ROAD.finditer(text)
    ]
