"""Counts how many articles hold each word and each run of three words; writes the rules' weights.

Usage: PYTHONPATH=. python bench/rarity.py ARTICLES.jsonl.gz

Writes pipeline/data/rarity.npz: sorted 32-bit hashes and counts, no text. New counts are new
rules: raise `pipeline.similarity.RULES` with them.
"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np

from pipeline.hashing import grams, hashes, tokens

_LEAST_WORDS, _LEAST_GRAMS = 3, 12  # articles; what is rarer weighs as if never seen
_FLUSH = 2_000  # articles counted at a time
_TABLE = Path(__file__).parents[1] / "pipeline" / "data" / "rarity.npz"


def _united(counted: dict[int, int], found: list[np.ndarray]) -> None:
    keys, times = np.unique(np.concatenate(found), return_counts=True)
    for key, count in zip(keys.tolist(), times.tolist(), strict=True):
        counted[key] = counted.get(key, 0) + count
    found.clear()


def _kept(counted: dict[int, int], least: int) -> tuple[np.ndarray, np.ndarray]:
    kept = sorted((key, count) for key, count in counted.items() if count >= least)
    return np.array([key for key, _ in kept], np.uint32), np.array([count for _, count in kept], np.uint16)


def main() -> None:
    """Count and write."""
    words: dict[int, int] = {}
    runs: dict[int, int] = {}
    new_words: list[np.ndarray] = []
    new_runs: list[np.ndarray] = []
    articles = 0
    with gzip.open(sys.argv[1], "rt") as lines:
        for line in lines:
            told = json.loads(line)
            hashed = hashes(tokens("\n\n".join([told["title"], told["lead"], *told["body"]])))
            new_words.append(np.unique(hashed.astype(np.uint32)))
            new_runs.append(grams(hashed))
            articles += 1
            if articles % _FLUSH == 0:
                _united(words, new_words)
                _united(runs, new_runs)
    if new_words:
        _united(words, new_words)
        _united(runs, new_runs)
    word_keys, word_counts = _kept(words, _LEAST_WORDS)
    gram_keys, gram_counts = _kept(runs, _LEAST_GRAMS)
    np.savez_compressed(
        _TABLE,
        articles=articles,
        words=word_keys,
        words_counts=word_counts,
        words_least=_LEAST_WORDS,
        grams=gram_keys,
        grams_counts=gram_counts,
        grams_least=_LEAST_GRAMS,
    )
    print(
        json.dumps({"articles": articles, "words": len(word_keys), "grams": len(gram_keys)}),
        f"{_TABLE.stat().st_size} bytes",
    )


if __name__ == "__main__":
    main()
