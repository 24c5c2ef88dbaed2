"""The best fifty hits in our own order. Pure; never raises.

Meilisearch ranks words that stand anywhere by how near they are to each other. Headlines are what
journalists remember, so among hits that merely hold every word it counts as much where the words stand:
in the title, the summary or the text. Words that belong together ("Hà Nội": in most hits they are
neighbours) count where they stand together; the "hà" of another name is no half of Hà Nội.

Meilisearch's phrases are approximate: it looks for runs of three words, which may stand in different
places (milli's `compute_phrase_docids`); where the texts are at hand, a hit without the whole run goes
behind those that have it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from pipeline.text import has_other_i, words
from search.asked import FRAMES, Asked
from search.forms import leveller
from search.plan import EXACT, PAIRED, PHRASE, Led
from search.tokens import accented, bare, spelled, telex

TOP = 50
_READ = 30  # of them whose texts are looked into: twenty more bring nothing (docs/search.md), and cost 8 ms
_FRAME = 0.3  # what a word such as "của" counts, beside 1 for others
_FIELDS = (1.0, 0.67, 0.33)  # what a word counts in the title, the summary, the text
_AT_ONCE = 0.2  # for a title or a summary that has all words
_NEARLY_ALL = 0.999  # of them: sums of fractions
# For a story in which all words are neighbours as in the question; who asks for more words quotes.
_IN_A_ROW, _QUOTED_FROM = 0.3, 5
_TIGHT = 0.1  # for a title with few other words
# Share of the places in the score of a hit that holds every word: of a question in which all words belong
# together, and of one in which none do, where their distances tell little.
_SHARE = (0.4, 0.9)
_UNIT = 3  # two words that stand together in a third of the hits belong together
_CHANCE, _FEW = 1, 2  # hits in which two words are neighbours by chance; few hits tell little
_ABSENT = 0.5  # what a run is worth that stands in pieces
_RESPELLED = 0.5  # what a phrase is worth that has y for i, i for y, or 37C for 37
_LEAST_WORDS = 3  # Meilisearch's phrases of two are exact
_MOST_WORDS = 2_000  # of a text that are looked at for where words stand
# Texts, of 15 kB with their words: who types, pages or filters meets the same hits again.
_REMEMBERED = 1_000

Texts = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]
_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Field:
    """Which of the question's words stand in a field, and which of its pairs side by side."""

    words: Collection[str]
    pairs: frozenset[_Pair]


def score(hit: Mapping[str, Any]) -> float:
    """Return what a federated hit weighs."""
    return float(hit.get("_federation", {}).get("weightedRankingScore", 0.0))


def _is_open(hit: Mapping[str, Any]) -> bool:
    """Say whether texts tell what a hit is worth: no bearer of a number, nor found by loose searches."""
    return EXACT / 100 < score(hit) <= PHRASE


def doubtful(hits: Sequence[Mapping[str, Any]], question: Asked) -> list[str]:
    """Return the ids of the best hits whose texts tell in which order they belong: none for a single word."""
    if len(question.words()) < 2:  # noqa: PLR2004 - words
        return []
    return [str(hit["id"]) for hit in hits[:TOP] if _is_open(hit)][:_READ]


def ordered(
    hits: Sequence[dict[str, Any]],
    question: Asked,
    texts: Mapping[str, Sequence[str]],
    led: Led | None = None,
    *,
    half: bool = False,
) -> list[dict[str, Any]]:
    """Return hits in order.

    Args:
        hits: federated hits, the best first; only the first fifty change places.
        question: what was asked.
        texts: full texts of those that are `doubtful`, by id; none are fine too.
        led: the stories that go first, in their order.
        half: words that were typed without accents may have any.
    """
    rule = _Rule(hits[:TOP], question, texts, half=half)
    places = {story_id: place for place, story_id in enumerate(led.numbers)} if led else {}

    def value(hit: dict[str, Any]) -> float:
        place = places.get(str(hit["id"]))
        return rule.value(hit) if led is None or place is None else led.weight * (1 - place / (TOP * 2))

    return sorted(hits[:TOP], key=lambda hit: -value(hit)) + list(hits[TOP:])


class _Rule:
    """What the hits of one question are worth."""

    def __init__(
        self,
        hits: Sequence[dict[str, Any]],
        question: Asked,
        texts: Mapping[str, Sequence[str]],
        *,
        half: bool,
    ) -> None:
        typed = question.words()
        spelling = telex if accented(typed) and not half else bare
        self._kept = {telex(word) for word in typed if accented([word])} if half else set()
        self._words = [telex(word) if telex(word) in self._kept else spelling(word) for word in typed]
        self._asked = frozenset(self._words)
        self._pairs = frozenset(pairwise(self._words))
        self._weights = [_FRAME if word in FRAMES else 1.0 for word in typed]
        run = f" {' '.join(self._words)} "
        self._level = leveller(run, spelling)
        self._runs = (run, self._level(run))
        # Letters with figures are one word here: "37C" holds no "37".
        self._as_written = str if spelling is telex else bare
        self._has_other = any(
            word.isdecimal() or (spelling is telex and has_other_i(bare(word))) for word in typed
        )
        written = f" {' '.join(map(self._as_written, typed))} "
        self._level_written = leveller(written, self._as_written)
        self._runs_written = (written, self._level_written(written))
        self._told: dict[str, tuple[str, ...]] = {}
        self._lines: dict[str, list[Sequence[str]]] = {}
        self._fields: dict[str, list[_Field]] = {}
        for hit in hits:
            told = (hit["title"], hit.get("summary") or "", *texts.get(str(hit["id"]), ()))
            self._told[str(hit["id"])] = told
            lines = [self._line(text, spelling) for text in told]
            self._lines[str(hit["id"])] = lines
            body = [word for line in lines[2:] for word in line[:_MOST_WORDS]]
            self._fields[str(hit["id"])] = [self._field(row) for row in (*lines[:2], body)]
        self._units = self._belonging([str(hit["id"]) for hit in hits if _is_open(hit)])

    def _line(self, text: str, spelling: Callable[[str], str]) -> Sequence[str]:
        line = _remembered(text, spelling)
        if not self._kept:
            return line
        both = zip(_remembered(text, telex), line, strict=True)
        return [as_told if as_told in self._kept else word for as_told, word in both]

    def _field(self, line: Sequence[str]) -> _Field:
        places = [place for place, word in enumerate(line) if word in self._asked]
        beside = {tuple(line[place : place + 2]) for place in places}
        return _Field(frozenset(line[place] for place in places), self._pairs & beside)

    def value(self, hit: Mapping[str, Any]) -> float:
        """Return what a hit is worth: its phrase stands there, or by where its words stand."""
        weighed = score(hit)
        story_id = str(hit["id"])
        if not _is_open(hit):
            return weighed
        if weighed > PAIRED:
            title, _, *told = self._lines[story_id]
            is_short = len(self._words) < _LEAST_WORDS
            if is_short or not told or any(map(self._stands, (title, *told))):
                return weighed if self._is_as_typed(story_id) else weighed * _RESPELLED
            weighed = EXACT * _ABSENT
        together = sum(self._units) / (len(self._units) or 1)
        share = together * _SHARE[0] + (1 - together) * _SHARE[1]
        return weighed * (1 - share) + EXACT * self._placed(story_id) * share

    def _stands(self, line: Sequence[str]) -> bool:
        return _holds(f" {' '.join(line)} ", self._runs, self._level)

    def _is_as_typed(self, story_id: str) -> bool:
        """Say whether a phrase stands there as it was typed, in its i or y and its figures."""
        texts = self._told[story_id] if self._has_other else ()
        lines = (f" {' '.join(map(self._as_written, words(text)))} " for text in texts)
        return not self._has_other or any(
            _holds(line, self._runs_written, self._level_written) for line in lines
        )

    def _placed(self, story_id: str) -> float:
        """Return how near the top the words stand: about 1 if all are in the title, more if side by side."""
        held = [[weight * one for one in self._held(field)] for weight, field in self._weighed(story_id)]
        whole = sum(self._weights) or 1.0
        best = zip(self._weights, zip(*held, strict=True), strict=True)
        value = sum((weight * max(one) for weight, one in best), 0.0) / whole
        in_title, in_summary = (
            sum((weight * one for weight, one in zip(self._weights, row, strict=True)), 0.0)
            for row in held[:2]
        )
        if max(in_title / _FIELDS[0], in_summary / _FIELDS[1]) > _NEARLY_ALL * whole:
            value += _AT_ONCE
        pairs = list(pairwise(self._words))
        in_a_row = sum(any(pair in field.pairs for field in self._fields[story_id]) for pair in pairs)
        value += _IN_A_ROW * max(1, len(pairs) / _QUOTED_FROM) * (in_a_row / (len(pairs) or 1)) ** 2
        return value + _TIGHT * in_title / (len(self._lines[story_id][0]) or 1)

    def _weighed(self, story_id: str) -> list[tuple[float, _Field]]:
        return list(zip(_FIELDS, self._fields[story_id], strict=True))

    def _held(self, field: _Field) -> list[float]:
        """Return for each word whether a field holds it: in part if it stands away from where it belongs."""
        beside = [pair in field.pairs for pair in pairwise(self._words)]
        near = [left or right for left, right in zip([False, *beside], [*beside, False], strict=True)]
        return [
            1.0 if close else (1 - unit) * (word in field.words)
            for word, close, unit in zip(self._words, near, self._units, strict=False)
        ]

    def _belonging(self, ids: Sequence[str]) -> list[float]:
        """Return for each word how much it belongs to a neighbour in the question, by what the hits have."""
        strengths = []
        for pair in pairwise(self._words):
            found = sum(any(pair in field.pairs for field in self._fields[one]) for one in ids)
            strengths.append(min(1.0, _UNIT * max(0, found - _CHANCE) / (len(ids) + _FEW)))
        sides = zip([0.0, *strengths], [*strengths, 0.0], strict=True)
        return [max(left, right) for (left, right), _ in zip(sides, self._words, strict=False)]


def _holds(line: str, runs: tuple[str, str], level: Callable[[str], str]) -> bool:
    """Say whether a run of words stands in a line, or its levelled form in the levelled line.

    Not levelled alone: "ngày" goes before a day there, and a run may end with it.
    """
    return runs[0] in line or runs[1] in level(line)


_remembered = lru_cache(maxsize=_REMEMBERED)(spelled)
