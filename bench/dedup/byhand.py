"""Scores the rules on pairs of real articles that people labelled: prints one JSON line.

Usage: PYTHONPATH=. python -m bench.dedup.byhand ARTICLES.jsonl.gz [--errors]

labels.tsv beside this file has a line a pair: split, two article ids, and "same", "other" or
"unsure". They were drawn where an earlier model was least sure and joined or asked, so figures here
are far below those of all pairs: they say how the rules fare where it is hard. Those of the test
split are scored; `bench.dedup.train` learns from the others. "unsure" counts for nothing.
"""

import argparse
import csv
import json
from collections import Counter
from pathlib import Path

from bench.dedup import middle
from bench.dedup.generate import SPLITS
from pipeline.dedup import Relation, decide

_LABELS = Path(__file__).parent / "labels.tsv"


def labels(split: str) -> dict[tuple[str, str], str]:
    """Return the labels of a split by pair of article ids, the lower first."""
    with _LABELS.open(encoding="utf-8", newline="") as lines:
        told = csv.DictReader((line for line in lines if line[0] != "#"), delimiter="\t")
        return {(line["a"], line["b"]): line["label"] for line in told if line["split"] == split}


def main() -> None:
    """Score."""
    parser = argparse.ArgumentParser(prog="python -m bench.dedup.byhand", description=__doc__)
    parser.add_argument("articles_file", type=Path)
    parser.add_argument("--errors", action="store_true", help="print each pair that the rules get wrong")
    asked = parser.parse_args()
    told = labels(SPLITS[1])
    wanted = {name for pair in told for name in pair}
    sides = {
        one["id"]: middle.side(middle.read(one))
        for one in middle.articles(asked.articles_file)
        if one["id"] in wanted
    }
    counts: Counter[str] = Counter()
    for (a, b), label in sorted(told.items()):
        edge = decide(sides[a], sides[b])
        answer = edge.relation if edge.relation in (Relation.JOIN, Relation.REVIEW) else "apart"
        counts[f"{label} {answer}"] += 1
        if asked.errors and {label, answer} in ({"same", "apart"}, {"other", "join"}):
            print(json.dumps({"a": a, "b": b, "label": label, "answer": answer, "score": edge.score}))
    joined = counts["same join"] + counts["other join"]
    same = counts["same join"] + counts["same review"] + counts["same apart"]
    figures = {
        "pairs": len(told),
        "precision": round(counts["same join"] / joined, 4) if joined else None,
        "recall": round(counts["same join"] / same, 4) if same else None,
        "recall_with_review": round((counts["same join"] + counts["same review"]) / same, 4)
        if same
        else None,
    }
    print(json.dumps(figures | dict(sorted(counts.items()))))


if __name__ == "__main__":
    main()
