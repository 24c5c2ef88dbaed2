"""What is wrong with a newsroom's list of topics, every mistake at once. Pure; never raises."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from pipeline.text import slug as slug_of
from pipeline.text import words

STRENGTHS = {"sure": 2.0, "strong": 2.0, "words": 1.0, "hints": 0.4}
_KEYS = ("name", "iptc", "also", "formerly", *STRENGTHS)
_RETIRED = {"20000564": "20000331"}  # tourism, retired by IPTC on 2019-07-22
_CODE_DIGITS = 8
_MOST_TOPICS = 100
_LONGEST_PHRASE = 10  # words
_LONGEST_NAME = 80  # characters

Phrase = tuple[str, ...]


def problems(read: Mapping[str, Any], must_have: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each problem as (what to look for in the text, sentence)."""
    for key in read.keys() - {"formulas", "model", "topics", "retired"}:
        yield key, f"unknown key {key!r}; known are formulas, model, topics, retired"
    formulas, name, topics = read.get("formulas", []), read.get("model", ""), read.get("topics", {})
    if not isinstance(name, str) or PurePath(name).name != name:
        yield "model", "model: must be the name of a file, without a folder"
    if not _is_words(formulas):
        yield "formulas", 'formulas: must be a list of words in quotes, ["…", "…"]'
        formulas = []
    if not isinstance(topics, dict) or not 0 < len(topics) <= _MOST_TOPICS:
        yield "topics", f"topics: there must be 1 to {_MOST_TOPICS} tables [topics.SLUG]"
        return
    over: dict[str, str] = {}
    yield from _bad_endings(read, over)
    for slug in sorted(set(must_have) - set(topics) - set(over)):
        ways = (
            f'{slug} = "its name" under [retired], or formerly = ["{slug}"] in the topic that carries it on'
        )
        kept = "feeds hang on it; keep its table, with empty lists if need be, or say how it ended"
        yield "", f"topics.{slug} is missing: {kept}: {ways}"
    said = _folded(formulas)
    for written, phrase in said.items():
        yield from _bad_phrase("formulas", written, phrase)
    codes: dict[str, str] = {}
    for slug, entry in topics.items():
        if not isinstance(entry, dict):
            yield slug, f"topics.{slug}: must be a table [topics.{slug}]"
            continue
        yield from _bad_head(slug, entry, codes)
        yield from _bad_lists(slug, entry, {phrase: written for written, phrase in said.items()})


def _bad_endings(read: Mapping[str, Any], over: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with what is said of topics that ended; `over` takes their slugs and where."""
    retired, topics = read.get("retired", {}), read["topics"]
    if not isinstance(retired, dict) or not all(_is_name(name) for name in retired.values()):
        yield "retired", 'retired: must be a table [retired] of slugs and names, du-lich = "Du lịch"'
        retired = {}
    said = [(slug, "retired") for slug in retired]
    for successor, entry in topics.items():
        listed = entry.get("formerly", []) if isinstance(entry, dict) else []
        if not _is_words(listed):
            yield f"topics.{successor}", f'topics.{successor}.formerly: must be a list of slugs, ["…", "…"]'
            continue
        said += [(slug, f"topics.{successor}.formerly") for slug in listed]
    for slug, where in said:
        if slug != slug_of(slug) or len(slug) > _LONGEST_NAME:
            yield slug, f"{where}: a slug has small letters a-z, digits and hyphens, {slug!r} has others"
        elif slug in topics:
            yield f"topics.{slug}", f"{where}: {slug!r} is a topic of this list; what ended is none"
        elif slug in over:
            yield slug, f"{where}: {slug!r} stands in {over[slug]} already"
        over.setdefault(slug, where)


def reused(read: Mapping[str, Any], never: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the topics whose slugs ended before: readers were told for good that they are gone or moved."""
    topics = read.get("topics", {})
    for slug in sorted(set(never) & set(topics if isinstance(topics, dict) else ())):
        yield f"topics.{slug}", f"topics.{slug}: this slug ended and is never used again; choose another"


def _bad_head(slug: str, entry: Mapping[str, Any], codes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a topic's slug, keys, name and codes; `codes` holds who has which."""
    if slug != slug_of(slug) or len(slug) > _LONGEST_NAME:
        yield f"topics.{slug}", f"topics.{slug}: a slug has small letters a-z, digits and hyphens"
    for key in entry.keys() - {*_KEYS}:
        yield key, f"topics.{slug}: unknown key {key!r}; known are {', '.join(_KEYS)}"
    if not _is_name(entry.get("name")):
        yield f"topics.{slug}", f"topics.{slug}.name: must be a name of at most {_LONGEST_NAME} characters"
    also = entry.get("also", [])
    if not isinstance(also, list):
        yield f"topics.{slug}", f"topics.{slug}.also: must be a list of codes"
        also = []
    for code in (entry.get("iptc", ""), *also):
        if not (isinstance(code, str) and code.isascii() and code.isdecimal() and len(code) == _CODE_DIGITS):
            yield f"topics.{slug}", f"topics.{slug}: {code!r} is no IPTC Media Topic of eight digits"
        elif code in _RETIRED:
            yield code, f"topics.{slug}: IPTC has retired {code}; use {_RETIRED[code]}"
        elif codes.setdefault(code, slug) != slug:
            yield code, f"topics.{slug}: code {code} is topics.{codes[code]}'s already"


def _bad_lists(
    slug: str, entry: Mapping[str, Any], formulas: Mapping[Phrase, str]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a topic's words."""
    seen: dict[Phrase, str] = {}
    for strength in STRENGTHS:
        listed = entry.get(strength, [])
        if not _is_words(listed):
            yield f"topics.{slug}", f'topics.{slug}.{strength}: must be a list of words in quotes, ["…", "…"]'
            continue
        for written in listed:
            phrase = tuple(words(written))
            yield from _bad_phrase(f"topics.{slug}.{strength}", written, phrase)
            if phrase in seen:
                yield (
                    f'"{written}"',
                    f"topics.{slug}.{strength}: {written!r} stands in {seen[phrase]} already",
                )
            elif phrase in formulas:
                yield (
                    f'"{written}"',
                    f"topics.{slug}.{strength}: {written!r} is a formula, which counts nothing",
                )
            seen.setdefault(phrase, strength)


def _bad_phrase(where: str, written: str, phrase: Phrase) -> Iterator[tuple[str, str]]:
    if not 0 < len(phrase) <= _LONGEST_PHRASE:
        yield f'"{written}"', f"{where}: {written!r} must have 1 to {_LONGEST_PHRASE} words"


def _is_name(name: object) -> bool:
    return isinstance(name, str) and 0 < len(name.strip()) <= _LONGEST_NAME


def _is_words(listed: object) -> bool:
    return isinstance(listed, list) and all(isinstance(one, str) for one in listed)


def _folded(listed: list[str]) -> dict[str, Phrase]:
    return {written: tuple(words(written)) for written in listed}


def located(text: str, looked_for: str, sentence: str) -> str:
    """Return a problem with the line it is on, where that can be told."""
    at = text.find(looked_for) if looked_for else -1
    return sentence if at < 0 else f"line {text.count(chr(10), 0, at) + 1}: {sentence}"
