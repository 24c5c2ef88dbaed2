"""How much a text is like the pages that are injected into hacked sites. Pure; never raises.

What is sought stands in `data/spam.toml`: games that are offered, calls that invite, brands, the same in
other languages. What stands close together counts, not the whole: one paragraph behind a good article is
found, and a long report that names two games in ten paragraphs is none. Of a headline with a line or two
less is enough, for there is no more of it. A report of a raid names games
and brands, too; it has the words of a report beside them and invites nobody, so games and brands count
in full only where something invites.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.syllables import is_syllable
from pipeline.text import one_tone

_DATA = Path(__file__).parent / "data" / "spam.toml"
_UNINVITED = 0.5  # what games and brands weigh where nothing invites
_ROOM = 60_000  # characters asked
_LONGEST_BRAND = 14
_TITLE = 1.5  # what a phrase in the headline weighs more
_SHOWN = 6  # phrases named in a reason
_LATE = (("òa", "oà"), ("óa", "oá"))  # the other placement of a tone

_WORD = re.compile(r"[^\W_]+")
_LETTER = re.compile(r"[^\W\d_]")
_SCRIPTS = (
    ("tiếng Trung", re.compile("[\u3400-\u9fff]")),
    ("tiếng Nhật", re.compile("[\u3040-\u30ff]")),
    ("tiếng Thái", re.compile("[\u0e00-\u0e7f]")),
    ("tiếng Hàn", re.compile("[\uac00-\ud7af]")),
    ("chữ Kirin", re.compile("[\u0400-\u04ff]")),
    ("chữ Ả Rập", re.compile("[\u0600-\u06ff]")),
)
_BEFORE_OURS, _BEHIND_OURS = ("\u0370", "\u1e00"), "\u1eff"  # where other scripts lie
_FEW_LETTERS, _FEW_WORDS = 12, 12  # of a text whose language is not told
_FIRST_WORDS = 300  # that tell the language
_SCRIPT_SHARE = 0.3
_MARKED_SHARE = 0.1  # of words with marks; Vietnamese has 0.7, no article of 22,635 has less than this
_BARE_SHARE = 0.75  # of words that are syllables without marks: Vietnamese typed without them


@dataclass(frozen=True, slots=True)
class Spam:
    """What a text is like.

    Args:
        weight: of the heaviest run of words; `least` is enough to hold the text.
        phrases: what weighs, heaviest first.
        language: in Vietnamese, "" for our languages or if it cannot be told.
    """

    weight: float = 0.0
    least: float = 1.0
    phrases: tuple[str, ...] = ()
    language: str = ""

    @property
    def holds(self) -> bool:
        """Tell whether the weight is enough to hold the text for an editor."""
        return self.weight >= self.least


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase as the data has it, in words."""

    words: tuple[str, ...]
    kind: str
    weight: float

    @property
    def text(self) -> str:
        """Return it as one string."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class _Terms:
    """The data, ready to be looked up. `offers`: what a text must have to be looked at closely."""

    phrases: tuple[_Phrase, ...]
    offers: tuple[frozenset[str], ...]
    characters: dict[str, float]
    brands: frozenset[str]
    brand: re.Pattern[str]
    brand_weight: float
    brand_most: float
    bad_host: re.Pattern[str]
    known_hosts: frozenset[str]
    least: float
    run: int
    news_doubles: int
    short: int
    short_least: float


@dataclass(frozen=True, slots=True)
class _Hit:
    at: int
    kind: str
    phrase: str
    weight: float


def weigh(title: str, text: str, hosts: Iterable[str] = ()) -> Spam:
    """Return how much an article is like an injected page, and its language.

    Args:
        title: its headline.
        text: its summary and body, clean.
        hosts: where it links to, its own site left out.
    """
    terms = _terms()
    text = text[:_ROOM]
    words = _WORD.findall(title.lower())
    titled = len(words)
    words += _WORD.findall(text.lower())
    distinct = set(words)
    strange = any(_BEFORE_OURS[0] <= word < _BEFORE_OURS[1] or word > _BEHIND_OURS for word in distinct)
    said = _language(words[:_FIRST_WORDS], f"{title} {text}" if strange else "")
    brands = {word for word in distinct if _is_brand(word, terms)}
    bad = sorted({host for host in hosts if terms.bad_host.search(host)})
    if not (brands or bad or strange or any(map(distinct.issuperset, terms.offers))):
        return Spam(language=said)
    hits, news = _hits(words, titled, distinct, terms)
    hits += [
        _Hit(at, "brands", word, terms.brand_weight * (_TITLE if at < titled else 1))
        for at, word in enumerate(words)
        if word in brands
    ]
    hits += [_Hit(len(words), "brands", host, terms.brand_weight) for host in bad]
    if strange:
        whole = f"{title} {text}".lower()
        found = [(one, weight) for one, weight in terms.characters.items() if one in whole]
        hits += [_Hit(0, "elsewhere", one, weight) for one, weight in found]
    if not hits:
        return Spam(language=said)
    weight, phrases = _heaviest(sorted(hits, key=lambda hit: hit.at), terms)
    invites = any(hit.kind == "calls" for hit in hits)
    short = len(words) <= terms.short
    if short and invites and not news:
        least = terms.short_least
    else:  # of a short report one phrase tells what it is
        least = terms.least * (2 if news >= (1 if short else terms.news_doubles) else 1)
    return Spam(weight, least, phrases, said)


def _language(words: list[str], whole: str) -> str:
    """Return the foreign language of a text's first words; `whole` if other scripts are in it.

    The languages of Viet Nam's minorities count as ours, Khmer, too.
    """
    letters = len(_LETTER.findall(whole))
    if letters >= _FEW_LETTERS:
        for name, script in _SCRIPTS:
            if len(script.findall(whole)) > _SCRIPT_SHARE * letters:
                return name
    words = [word for word in words if len(word) > 1 and word.isalpha()]
    marked = sum(not word.isascii() for word in words)
    if len(words) < _FEW_WORDS or marked > _MARKED_SHARE * len(words):
        return ""
    bare = sum(word.isascii() and is_syllable(word) for word in words)
    return "" if bare > _BARE_SHARE * len(words) else "một thứ tiếng viết bằng chữ La-tinh"


def foreign(hosts: Iterable[str], own: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct hosts that are neither the source's own, nor of the state, nor known everywhere."""
    known = _terms().known_hosts | set(own)
    return tuple(
        sorted(
            {
                host
                for host in hosts
                if host and not host.endswith(".gov.vn") and not any(_is_of(host, one) for one in known)
            }
        )
    )


def _is_of(host: str, known: str) -> bool:
    return host == known or host.endswith(f".{known}")


def _hits(words: list[str], titled: int, distinct: set[str], terms: _Terms) -> tuple[list[_Hit], int]:
    """Return what was found, and how many distinct phrases of a report there are."""
    by_first: dict[str, list[_Phrase]] = {}
    for phrase in terms.phrases:
        if distinct.issuperset(phrase.words):
            by_first.setdefault(phrase.words[0], []).append(phrase)
    hits: list[_Hit] = []
    news: set[str] = set()
    for at, word in enumerate(words):
        for phrase in by_first.get(word, ()):  # longest first
            if tuple(words[at : at + len(phrase.words)]) != phrase.words:
                continue
            if phrase.kind == "news":
                news.add(phrase.text)
            else:
                weight = phrase.weight * (_TITLE if at < titled else 1)
                hits.append(_Hit(at, phrase.kind, phrase.text, weight))
            break
    return hits, len(news)


def _is_brand(word: str, terms: _Terms) -> bool:
    if word.isalpha():
        return word in terms.brands or (word.endswith(("bet", "casino")) and _fits(word, terms))
    return not word.isdigit() and (word in terms.brands or _fits(word, terms))


def _fits(word: str, terms: _Terms) -> bool:
    return len(word) <= _LONGEST_BRAND and terms.brand.fullmatch(word) is not None


def _heaviest(hits: list[_Hit], terms: _Terms) -> tuple[float, tuple[str, ...]]:
    """Return the weight and the phrases of the heaviest run of words."""
    best: tuple[float, tuple[str, ...]] = (0.0, ())
    first = 0
    for last, hit in enumerate(hits):
        while hits[first].at < hit.at - terms.run:
            first += 1
        found = _weight(hits[first : last + 1], terms)
        best = max(best, found)
    return best


def _weight(hits: list[_Hit], terms: _Terms) -> tuple[float, tuple[str, ...]]:
    distinct: dict[str, _Hit] = {}
    for hit in hits:
        known = distinct.get(hit.phrase)
        if known is None or known.weight < hit.weight:
            distinct[hit.phrase] = hit
    sums = dict.fromkeys(("games", "calls", "elsewhere", "brands"), 0.0)
    for hit in distinct.values():
        sums[hit.kind] += hit.weight
    offered = sums["games"] + min(sums["brands"], terms.brand_most)
    calls = min(sums["calls"], offered)
    weight = (offered if calls >= 1 else offered * _UNINVITED) + calls + sums["elsewhere"]
    heavy = sorted(distinct.values(), key=lambda hit: (-hit.weight, hit.phrase))[:_SHOWN]
    return weight, tuple(hit.phrase for hit in heavy)


@cache
def _terms() -> _Terms:
    with _DATA.open("rb") as data:
        read = tomllib.load(data)
    phrases = []
    for kind in ("games", "calls", "news", "elsewhere"):
        for phrase, weight in read[kind].items():
            spelled = {phrase, one_tone(phrase), *(phrase.replace(*other) for other in _LATE)}
            phrases += [_Phrase(tuple(_WORD.findall(one)), kind, weight) for one in sorted(spelled)]
    phrases.sort(key=lambda one: (-len(one.words), one.words))
    offers = {frozenset(one.words) for one in phrases if one.kind in ("games", "elsewhere")}
    return _Terms(
        phrases=tuple(phrases),
        offers=tuple(one for one in offers if not any(other < one for other in offers)),
        characters=read["characters"],
        brands=frozenset(read["brands"]["names"]),
        brand=re.compile(read["brands"]["pattern"]),
        brand_weight=read["brands"]["weight"],
        brand_most=read["brands"]["most"],
        bad_host=re.compile(read["hosts"]["bad"]),
        known_hosts=frozenset(read["hosts"]["known"]),
        least=read["least"],
        run=read["run"],
        news_doubles=read["news_doubles"],
        short=read["short"],
        short_least=read["short_least"],
    )
