"""Stories that hold some of the words: which hold enough, and in what order. Pure; never raises."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

_ENOUGH = 0.5  # of the weight of the words that are anywhere at all
_RANK_STEP = 1e-6  # between equals, the better place in Meilisearch's list of the word


def covering(found: Sequence[Mapping[str, int]], *, nearly: bool = False) -> list[str]:
    """Return the ids that hold at least half of what was asked, best first.

    Args:
        found: for each word the ids that hold it, in Meilisearch's order; the value does not matter.
            A rare word weighs more than a frequent one; a word that is nowhere weighs nothing.
        nearly: only those that hold three quarters of the words by number, or all but one.
    """
    counts = Counter(one for ids in found for one in ids)
    least = len(found) - max(1, len(found) // 4) if nearly else 0
    scores: dict[str, float] = {}
    whole = 0.0
    for ids in filter(None, found):
        weight = 1 / math.log2(1 + len(ids) + 1)
        whole += weight
        for place, one in enumerate(ids):
            scores[one] = scores.get(one, 0) + weight - place * _RANK_STEP
    enough = {
        one: score for one, score in scores.items() if score >= _ENOUGH * whole and counts[one] >= least
    }
    return sorted(enough, key=lambda one: (-enough[one], one))
