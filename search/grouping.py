"""Which terms of a question are asked for together, and which tell most. Pure; never raises."""

from collections.abc import Sequence

from search.asked import Term
from search.schema import MOST_WORDS

_PAIRABLE = range(3, 7)  # terms: of more, few stories hold every one


def together(terms: Sequence[Term]) -> list[Term]:
    """Return terms that are few enough for Meilisearch: neighbours of a long question stand together."""
    size = 1
    joined = list(terms)
    while len(joined) > MOST_WORDS and size < len(terms):
        size += 1
        joined = _joined(terms, size)
    return joined[:MOST_WORDS]


def pairings(terms: Sequence[Term]) -> list[list[Term]]:
    """Return the ways in which neighbours are words of two syllables, at most one word being of one."""
    if len(terms) not in _PAIRABLE or not all(map(_is_bare, terms)):
        return []
    alone = range(0, len(terms), 2) if len(terms) % 2 else [len(terms)]
    return [
        [*_joined(terms[:place], 2), *terms[place : place + 1], *_joined(terms[place + 1 :], 2)]
        for place in alone
    ]


def _joined(terms: Sequence[Term], size: int) -> list[Term]:
    """Join single words that follow each other to terms of at most `size` words."""
    made: list[Term] = []
    room = 0
    for term in terms:
        if len(term.words) == 1 and room:
            made[-1] = Term(made[-1].words + term.words)
            room -= 1
        else:
            made.append(term)
            room = size - 1 if len(term.words) == 1 else 0
    return made


def telling_terms(terms: Sequence[Term]) -> list[Term]:
    """Return the ten most telling terms, each once, in their order."""
    once = list(dict.fromkeys(terms))
    best = sorted(range(len(once)), key=lambda place: (_is_bare(once[place]), _less(once[place])))
    return [once[place] for place in sorted(best[:MOST_WORDS])]


def _is_bare(term: Term) -> bool:
    return len(term.words) == 1 and not term.quoted


def _less(term: Term) -> tuple[int, int]:
    rank, length = term.weight
    return -rank, -length
