"""The best fifty hits in our own order. Pure; never raises.

Meilisearch ranks words that stand anywhere by how near they are to each other; headlines are what
journalists remember, so among hits that merely hold every word the share of the question that the
title holds counts as much. Its phrases are approximate: it looks for runs of three words, which may
stand in different places (milli's `compute_phrase_docids`); where the texts are at hand, a hit
without the whole run goes behind those that have it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from search.asked import FRAMES, Asked
from search.forms import leveller
from search.plan import EXACT, PHRASE
from search.tokens import accented, bare, telex, tokens

TOP = 50
_FRAME = 0.3  # what a word such as "của" counts, beside 1 for others
_TITLE = 0.5  # share of the title in the score of a hit that holds every word
_LEAD = 0.5  # what a word counts that the summary holds and the title does not
_TIGHT = 0.1  # for a title with few other words
_ABSENT = 0.5  # what a run is worth that stands in pieces
_LEAST_WORDS = 3  # Meilisearch's phrases of two are exact


def score(hit: Mapping[str, Any]) -> float:
    """Return what a federated hit weighs."""
    return float(hit.get("_federation", {}).get("weightedRankingScore", 0.0))


def doubtful(hits: Sequence[Mapping[str, Any]], question: Asked) -> list[str]:
    """Return the ids of hits that Meilisearch takes for bearers of a run, if that can be wrong."""
    if len(question.words()) < _LEAST_WORDS:
        return []
    return [str(hit["id"]) for hit in hits[:TOP] if EXACT < score(hit) <= PHRASE]


def ordered(
    hits: Sequence[dict[str, Any]], question: Asked, texts: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """Return hits in order; `texts`: full texts of those that are `doubtful`, by id; none are fine too."""
    spelling = telex if accented(question.words()) else bare
    words = [spelling(word) for word in question.words()]
    weights = {
        word: _FRAME if plain in FRAMES else 1.0 for word, plain in zip(words, question.words(), strict=True)
    }
    whole = sum(weights.values()) or 1.0
    level = leveller(f" {' '.join(words)} ", spelling)
    run = level(f" {' '.join(words)} ")

    def value(hit: dict[str, Any]) -> float:
        weighed = score(hit)
        if weighed > PHRASE:
            return weighed
        title = [spelling(word) for word in tokens(hit["title"])]
        lead = {spelling(word) for word in tokens(hit.get("summary", ""))} - set(title)
        held = sum(weights[word] for word in weights.keys() & set(title))
        share = (held + _LEAD * sum(weights[word] for word in weights.keys() & lead)) / whole
        share += _TIGHT * held / (len(title) or 1)
        if weighed > EXACT:
            told = texts.get(str(hit["id"]), ())
            lines = [title, *([spelling(word) for word in tokens(text)] for text in told)]
            if not told or any(run in level(f" {' '.join(line)} ") for line in lines):
                return weighed
            weighed = EXACT * _ABSENT
        if weighed <= EXACT / 100:
            return weighed
        return weighed * (1 - _TITLE) + EXACT * share * _TITLE

    return sorted(hits[:TOP], key=lambda hit: -value(hit)) + list(hits[TOP:])


Texts = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]
