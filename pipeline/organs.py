"""Places, organs and persons as a text writes them: where such a phrase ends. Pure; never raises.

Capital letters alone do not part "huyện Việt Yên Lê Ô Pích": family names (`data/offices.toml`) do.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline import gazetteer
from pipeline.text import CAPITALS, fold

_DATA = Path(__file__).parent / "data" / "offices.toml"
_FEWEST_SYLLABLES = 2  # of a name
_MOST_SYLLABLES = 6  # of a name: "Y Thanh Hà Niê Kđăm" has five
_MOST_WORDS = 14  # of an organ
_SEEN_BEHIND = 16  # characters behind a name: its next word
_STRONG = 3  # syllables of a name that follow a place of one

_SYLLABLE = rf"[{CAPITALS}][^\W\d_]*(?:['’`][^\W\d_]+|-[^\W\d_A-Z]+)*"
_RUN = re.compile(rf"{_SYLLABLE}(?: {_SYLLABLE}){{0,7}}")
_RUN_BEFORE = re.compile(rf"(?<!\w){_SYLLABLE}(?: {_SYLLABLE}){{0,7}}$")
_WORD = re.compile(r"(?P<sep>, | [-–&] |[-–&]| )?(?P<word>[^\W_]+\.?)")
_NUMBERED = re.compile(r" ?\d{1,2}(?![\d/.,])")
_REGION = re.compile(r" khu vực (?:\d{1,2}|[IVXL]+)$", re.IGNORECASE)
_DASH = re.compile(r" ?[-–] ?")
_FOLLOWING = re.compile(r" (?P<word>\d|[^\W_]+)")
_INNER = ("văn", "thị")  # syllables that end no name
_PEOPLES = re.compile(r"[KHYkh]['’`]")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of offices as data; `persons`: places of three syllables that look like a person's name."""

    surnames: frozenset[str]
    titles: frozenset[str]
    ends: frozenset[str]
    no_name: frozenset[str]
    seldom_name: frozenset[str]
    middle_name: frozenset[str]
    goes_on: frozenset[str]
    no_place: frozenset[str]
    shouted_ends: frozenset[str]
    polite: re.Pattern[str]
    polite_before: re.Pattern[str]
    province: re.Pattern[str]
    level: re.Pattern[str]
    persons: frozenset[str]
    stranger: re.Pattern[str]
    places: frozenset[str]
    field: re.Pattern[str]


@cache
def data() -> dict[str, Any]:
    """Return the file of offices."""
    with _DATA.open("rb") as read:
        return tomllib.load(read)


def pattern(phrase: str) -> str:
    """Return a phrase of the data as a pattern: both placements of a tone, groups that are not captured."""
    for early, late in (("ủy", "uỷ"), ("òa", "oà"), ("óa", "oá"), ("ụy", "uỵ"), ("úy", "uý"), ("ủa", "ủa")):
        phrase = phrase.replace(early, f"(?:{early}|{late})")
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", phrase)


def either(phrases: Sequence[str]) -> str:
    """Return a pattern of any of the phrases, the longest first."""
    return "(?:" + "|".join(map(pattern, sorted(phrases, key=lambda one: -len(one)))) + ")"


@cache
def words() -> Words:
    """Read the data once."""
    read = data()
    polite = either((*read["honorifics"], *read["ranks"]))
    titles = "|".join(sorted(read["titles"], key=lambda one: -len(one)))
    written = {name.written for name in gazetteer.names() if not name.town and not name.lead}
    names = sorted({*written, "HCM", "Hồ Chí Minh", "TT. Huế", "TT Huế", "BR-VT"}, key=lambda one: -len(one))
    province = "|".join(
        re.escape(name).replace(r"\ \-\ ", r" ?[-–] ?").replace(r"\-", "[-–]") for name in names
    )
    return Words(
        frozenset(map(fold, read["surnames"].split())),
        frozenset(map(str.lower, read["titles"])),
        frozenset(read["ends"].split()),
        frozenset(map(fold, read["no_name"].split())),
        frozenset(map(fold, read["seldom_name"].split())),
        frozenset(map(fold, read["middle_name"].split())),
        frozenset(map(fold, read["goes_on"].split())),
        frozenset(map(fold, read["no_place"].split())),
        frozenset(map(fold, read["shouted_ends"].split())),
        re.compile(rf"(?:(?:{polite}|(?:{titles.lower()})\.?) ?(?![^\W\d_]))+", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{polite}|(?:{titles.lower()})\.?)\s?$", re.IGNORECASE),
        re.compile(rf"(?:{province})(?!\w)"),
        re.compile(
            rf"{either(read['levels'])}(?![^\W\d_])(?!(?-i: ?đoàn))(?:\. ?| (?=[{CAPITALS}\d]))?"
            rf"|(?:tt|tx|h|q|p|x)\. ?(?=(?-i:[{CAPITALS}\d]))",
            re.IGNORECASE,
        ),
        frozenset(read["places"]),
        re.compile(
            rf"(?!(?:{'|'.join(map(re.escape, read['countries']))})(?!\w)){_SYLLABLE}"
            rf"(?:[ -](?:(?:{'|'.join(read['particles'])})[ -]){{0,2}}{_SYLLABLE}"
            r"| - [a-z]{2,4}(?![^\W_])){0,4}"
        ),
        frozenset({*written, *read["countries"], "Việt Nam"}),
        re.compile(rf"{either(read['fields'])}(?![^\W_])", re.IGNORECASE),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A place: its level as written ("huyện", "" if none), its name ("" if none), where they end."""

    level: str
    name: str
    level_end: int
    end: int


def place(text: str, at: int, *, bare: bool = False) -> Place:
    """Return the place that begins at `at`; `bare`: an unknown name without its level is one, too."""
    table = words()
    found = table.level.match(text, at)
    level = found[0].rstrip(" .") if found else ""
    start = found.end() if found else at
    level_end = at + len(level)
    if known := table.province.match(text, start):
        return Place(level, known[0], level_end, known.end())
    if found and (numbered := _NUMBERED.match(text, start)):
        return Place(level, numbered[0].strip(), level_end, numbered.end())
    run = _RUN.match(text, start)
    if run is None or not (found or bare):
        return Place(level, "", level_end, level_end)
    syllables = run[0].split(" ")
    count = _of_place(syllables, sure=bool(found))
    if not count or _is_person(fold(level), syllables[:count]):
        return Place(level, "", level_end, level_end)
    name = " ".join(syllables[:count])
    return Place(level, name, level_end, start + len(name))


def _is_person(level: str, syllables: Sequence[str]) -> bool:
    """Tell whether what stands behind a level is somebody's name, as in "UBND huyện Trần Văn A"."""
    if level == "tỉnh":
        return True
    if level == "phường" or " ".join(syllables) in words().persons:
        return False
    return len(syllables) >= _STRONG and is_family(syllables[0])


def _of_place(syllables: Sequence[str], *, sure: bool) -> int:
    """Return how many of the capitalised syllables are of a place before a person's name begins."""
    count = next(
        (at for at, one in enumerate(syllables) if fold(one) in words().no_place and at), len(syllables)
    )
    if not sure and is_family(syllables[0]) and count <= _STRONG + 1:
        return 0
    for at in (2, 3, 1, 4):
        rest = count - at
        if (
            at < count
            and is_family(syllables[at])
            and 1 < rest < _MOST_SYLLABLES
            and (at != 1 or rest >= _STRONG)
        ):
            return at
    return count if sure or not is_family(syllables[0]) else 0


def is_family(syllable: str) -> bool:
    """Tell whether a name may begin with this syllable."""
    return fold(syllable) in words().surnames or _PEOPLES.match(syllable) is not None


def organ(text: str, at: int) -> int:
    """Return where an organ ends whose first words end at `at`: its field and its place."""
    table = words()
    start = at + 1 if text[at : at + 1] == " " else at
    if field := table.field.match(text, start):
        where = place(text, field.end() + 1) if text[field.end() : field.end() + 1] == " " else None
        return (
            max(field.end(), where.end)
            if where and where.level
            else where.end
            if where and where.name
            else field.end()
        )
    end = at
    for _ in range(_MOST_WORDS):
        word = _WORD.match(text, end)
        if word is None or (not word["sep"] and end > at and text[end - 1] != "."):
            break
        said = word["word"]
        if said[0].islower() and (
            said in table.ends or (word["sep"] and word["sep"] != " " and said != "và")
        ):
            break
        if word["sep"] in (", ", " - ", " – ") and (len(said) > _STRONG or not said.isupper()):
            break
        if (level := table.level.match(text, word.start("word"))) and said[0].islower():
            where = place(text, level.start())
            return where.end if where.name else where.level_end
        run = _RUN.match(text, word.start("word"))
        if run and end > at and (person := named(run[0].split(" "))) and is_family(person[0]):
            break
        end = word.end()
    return _with_its_region(text, at, end)


def _with_its_region(text: str, at: int, end: int) -> int:
    """Return where the place of an organ of a region ends: "TAND khu vực 3 - Vĩnh Long"."""
    dash = _DASH.match(text, end) if _REGION.search(text, at, end) else None
    where = place(text, dash.end()) if dash else None
    return where.end if where and where.name else end


def named(syllables: Sequence[str], *, sure: bool = False, behind: str = "") -> list[str]:
    """Return the syllables of the person whose name a run of capitalised ones begins with, [] if nobody's.

    `sure`: a word before says that a person follows; `behind`: the text behind the run, "" if the name
    cannot go on there.
    """
    shouted = all(one.isupper() for one in syllables[:3]) and sum(map(len, syllables[:3])) > _STRONG + 1
    name: list[str] = []
    for at, one in enumerate(syllables):
        folded = fold(one)
        if _ends_a_name(syllables, at, behind, sure=sure) or (
            not shouted and len(one) > 1 and one.isupper() and not _PEOPLES.match(one)
        ):
            break
        if shouted and at > 1 and folded in words().shouted_ends:
            break
        name.append(one)
    alone = len(name) == 1 and _PEOPLES.match(name[0])
    if not (1 < len(name) <= _MOST_SYLLABLES or alone) or (shouted and len(name) > _STRONG + 1):
        return []
    if (
        not (sure or is_family(name[0]))
        or name[:3] == ["Hồ", "Chí", "Minh"]
        or " ".join(name) in words().places
    ):
        return []
    return [one.capitalize() for one in name] if shouted else name


def _ends_a_name(syllables: Sequence[str], at: int, behind: str, *, sure: bool) -> bool:
    """Tell whether the name that begins these syllables is over before the one at `at`."""
    table = words()
    folded = fold(syllables[at])
    if folded not in table.seldom_name:
        return folded in table.no_name
    if _lacks_its_last(syllables[:at]):
        return False
    if at + 1 < len(syllables):
        return not _stands_in_a_name(syllables, at)
    if at < _FEWEST_SYLLABLES and (not sure or " ".join(syllables) in table.places):
        return True
    follows = _FOLLOWING.match(behind)
    return follows is not None and follows["word"] not in table.ends - table.goes_on


def _lacks_its_last(name: Sequence[str]) -> bool:
    """Tell whether "Vũ Văn" is all that there is of a name."""
    return len(name) == _FEWEST_SYLLABLES and is_family(name[0]) and fold(name[1]) in _INNER


def _stands_in_a_name(syllables: Sequence[str], at: int) -> bool:
    """Tell whether a syllable is as that in "Võ Nguyên Mẫu": behind a family, before a given name."""
    table = words()
    before, one, given = map(fold, syllables[at - 1 : at + 2]) if at else ("", "", "")
    return (
        one in table.middle_name
        and (before in table.surnames or before in _INNER)
        and " ".join(syllables[at - 1 : at + 1]) not in table.places
        and not (given in table.no_name or given in table.seldom_name or given in table.goes_on)
    )


def person_at(text: str, at: int, *, sure: bool = False) -> tuple[str, int] | None:
    """Return the person whose name, titles left out, begins at `at`, and where it ends; None if nobody's."""
    polite = words().polite.match(text, at)
    start = polite.end() if polite else at
    run = _RUN.match(text, start + 1 if text[start : start + 1] == " " else start)
    if run is None:
        return None
    behind = text[run.end() : run.end() + _SEEN_BEHIND]
    name = named(run[0].split(" "), sure=sure or polite is not None, behind=behind)
    return (" ".join(name), run.start() + len(" ".join(name))) if name else None


def stranger_at(text: str, at: int) -> tuple[str, int] | None:
    """Return the person from elsewhere whose name begins at `at`, of one word or more, and where it ends."""
    polite = words().polite.match(text, at)
    start = polite.end() if polite else at
    found = words().stranger.match(text, start + 1 if text[start : start + 1] == " " else start)
    if found is None or (" " not in found[0] and (is_family(found[0]) or len(found[0]) <= _STRONG)):
        return None
    return re.sub(r" - ", "-", found[0]), found.end()


def is_polite(text: str, at: int) -> bool:
    """Tell whether "ông", "đồng chí" or a rank stands at `at`."""
    return words().polite.match(text, at) is not None


def person_before(text: str, end: int) -> tuple[str, int] | None:
    """Return the person whose name ends at `end` and where it begins; None if there is none."""
    first = max(0, end - 80)
    window = text[first:end]
    run = _RUN_BEFORE.search(window)
    if run is None:
        return None
    syllables = run[0].split(" ")
    drop = next((at for at in range(len(syllables) - 1, -1, -1) if _is_no_name(syllables, at)), -1) + 1
    if len(syllables) - drop > _STRONG - 1 and fold(syllables[drop]) in ("ông", "bà"):
        drop += 1
    kept = syllables[drop:]
    start = run.start() + len(" ".join(syllables[:drop])) + (1 if drop else 0)
    sure = words().polite_before.search(window[:start]) is not None
    if not sure and len(kept) > _STRONG + 1:
        at = _of_place(kept, sure=True)
        if at < len(kept):
            start += len(" ".join(kept[:at])) + 1
            kept = kept[at:]
    name = named(kept, sure=sure)
    return (" ".join(name), first + start) if len(name) == len(kept) and name else None


def _is_no_name(syllables: Sequence[str], at: int) -> bool:
    one = syllables[at]
    kept = 0 < at == len(syllables) - 1 or _stands_in_a_name(syllables, at)
    return (
        fold(one) in words().no_name
        or (fold(one) in words().seldom_name and not kept)
        or fold(one) in words().titles
        or (len(one) > 1 and one.isupper() and not all(map(str.isupper, syllables)))
    )
