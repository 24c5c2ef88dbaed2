"""Keys by which holders of public office are compared. Pure; never raises.

A name typed with accents means these accents, one without any reading of it, as in the search
itself. Offices are few, so accents do not count: "bi thu tinh uy" is Bí thư Tỉnh ủy. What is
abbreviated in one text is not in the next, so that an office is offered in one of its spellings.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from pipeline.model import Officeholder
from pipeline.text import one_tone
from search.spellings import OFFICES, SAME
from search.tokens import accented, bare, telex, tokens

_FEWEST_WORDS = 2  # "chủ tịch"; one syllable is no office, unless it is all
_LEVELS = {"h": "huyện", "q": "quận", "x": "xã", "p": "phường"}
_SMALL = ("tỉnh", "thành", "thị", "đặc", *_LEVELS.values())  # words of levels, the first ones of units
_CITY = "TP.HCM"
_CITY_ALONE = ("HCM", "Hồ Chí Minh")  # a unit without its level
_CITY_KEYS = (("ho chi minh", "tphcm"), ("hcm", "tphcm"), ("tp tphcm", "tphcm"))
_BETWEEN = r"(?:[.,] ?| ?[-–&] ?| )"  # the words of one spelling: "GD - ĐT", "TP. HCM"


def person_key(name: str) -> str:
    """Return the key that a name is looked for by; "" for one without letters."""
    words = tokens(name)
    return _with_accents(words) if accented(words) else _without(words)


def person_keys(name: str) -> list[str]:
    """Return the keys that a named person is found by."""
    words = tokens(name)
    return [_without(words), _with_accents(words)] if words else []


def office_key(office: str) -> str:
    """Return the key of an office, with or without its unit; "" for one without letters."""
    key = f" {_without(tokens(office))} "
    for long, short in (*_short_forms(), *_CITY_KEYS):
        key = key.replace(f" {long} ", f" {short} ")
    return key.strip()


def held_key(name: str, office: str) -> str:
    """Return the key of a person in an office."""
    return f"{person_key(name)} @ {office_key(office)}"


def office_keys(people: Iterable[Officeholder]) -> Iterator[str]:
    """Yield the keys that offices are found by: from their first words up to all with the unit, and by whom.

    So "Giám đốc Sở Y tế" finds that of any province and "Phó Giám đốc" is never asked for by it.
    """
    for one in people:
        words = office_key(called(one)).split()
        for length in range(min(_FEWEST_WORDS, len(words)), len(words) + 1):
            if key := " ".join(words[:length]):
                yield key
                yield from (f"{person} @ {key}" for person in person_keys(one.name))


def called(one: Officeholder) -> str:
    """Return an office with its unit, as it is offered: "Giám đốc Sở Y tế Đồng Tháp".

    What an office ends with is not said again by its unit, nor is a level that it names: "Chủ tịch UBND
    huyện" of "huyện Krông Bông" is "Chủ tịch UBND huyện Krông Bông". It begins with a capital. What texts
    write in several ways is written in one: "Phó chủ tịch Ủy ban nhân dân TP. HCM" is "Phó Chủ tịch UBND
    TP.HCM". Its key is that of all these.
    """
    office, unit = one.office.split(), one.unit.split()
    if one.unit in _CITY_ALONE:
        unit = [_CITY]
    said, where = list(map(_level, office)), list(map(_level, unit))
    again = (size for size in range(min(len(said), len(where)), 0, -1) if said[-size:] == where[:size])
    named = len(where) > 1 and where[0] in _LEVELS.values() and where[0] in said
    if where and where[0] not in _SMALL:
        unit[0] = _capital(unit[0])
    told = one_tone(" ".join([*office, *unit[next(again, int(named)) :]])).rstrip(".")
    written = _other_forms().sub(_as_offered, told)
    return _capital(written.replace(f"TP {_CITY}", _CITY))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _as_offered(found: re.Match[str]) -> str:
    return _offered().get(" ".join(tokens(found[0])), found[0])  # "İ" is an "i" to patterns alone


@cache
def _offered() -> dict[str, str]:
    """Return the words of offices by their spellings: "gd đt" is "Giáo dục và Đào tạo"."""
    same = {form: group for group in SAME for form in group}
    written = {" ".join(tokens(one)): one for one in OFFICES}
    return {form: one for words, one in written.items() for form in same.get(words, (words,))}


@cache
def _other_forms() -> re.Pattern[str]:
    spelled = sorted(_offered(), key=lambda form: -len(form))
    forms = "|".join(_BETWEEN.join(map(re.escape, form.split())) for form in spelled)
    return re.compile(rf"(?<![^\W_])(?:{forms})(?![^\W_])(?:\.(?= ))?", re.IGNORECASE)


def _level(word: str) -> str:
    """Return a word as levels are compared: "P." as "phường"."""
    low = word.casefold()
    return _LEVELS.get(low.rstrip("."), low)


@cache
def _short_forms() -> list[tuple[str, str]]:
    """Return what abbreviations stand for, the longest first, and their shortest form."""
    forms = [(_without(tokens(form)), _without(tokens(short))) for short, *longer in SAME for form in longer]
    return sorted(forms, key=lambda one: -len(one[0]))


def _without(words: list[str]) -> str:
    return " ".join(map(bare, words))


def _with_accents(words: list[str]) -> str:
    """Return words in Telex, marked: "Lê" is no "Lee"."""
    return f"={' '.join(map(telex, words))}"
