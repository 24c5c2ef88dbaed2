"""Scores the rules on pairs of real articles that were read and labelled: prints a JSON line for each form.

Usage: PYTHONPATH=. python -m bench.dedup.byhand ARTICLES.jsonl.gz [--errors]

labels.tsv beside this file has a line a pair: split, two article ids, and "same", "other" or
"unsure". They were drawn where an earlier model joined or asked, copies left out, so figures here
are far below those of all pairs: they say how the rules fare where it is hard. One of each pair is
also taken as a bulletin may tell it, by its title and lead or its lead alone. Those of the test split
are scored; `bench.dedup.train` learns from the others. "unsure" counts for nothing.
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
    articles = [one for one in middle.articles(asked.articles_file) if one["id"] in wanted]
    sides = {
        form: {one["id"]: middle.side(middle.read(one, form)) for one in articles} for form in middle.FORMS
    }
    whole = sides[middle.FULL]
    for form in middle.FORMS:
        counts: Counter[str] = Counter()
        for (a, b), label in sorted(told.items()):
            for edge in {decide(sides[form][a], whole[b]), decide(whole[a], sides[form][b])}:
                answer = edge.relation if edge.relation in (Relation.JOIN, Relation.REVIEW) else "apart"
                counts[f"{label} {answer}"] += 1
                if asked.errors and (label, answer) in (("same", "apart"), ("other", "join")):
                    print(json.dumps({"a": a, "b": b, "form": form, "label": label, "score": edge.score}))
        print(json.dumps({"one as": form, "pairs": len(told)} | figures(counts)))


def figures(counts: Counter[str]) -> dict[str, float | int | None]:
    """Return precision and recall of joins, the recall with those that an editor sees, and the counts."""
    joined = counts["same join"] + counts["other join"]
    same = counts["same join"] + counts["same review"] + counts["same apart"]
    shares = {
        "precision": counts["same join"] / joined if joined else None,
        "recall": counts["same join"] / same if same else None,
        "recall_with_review": (counts["same join"] + counts["same review"]) / same if same else None,
    }
    rounded = {name: None if share is None else round(share, 4) for name, share in shares.items()}
    return rounded | dict(sorted(counts.items()))


if __name__ == "__main__":
    main()
