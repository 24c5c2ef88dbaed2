"""How well texts are labelled: prints one JSON line.

Usage: PYTHONPATH=. python -m bench.labels LABELS.jsonl [--articles ARTICLES.jsonl.gz] [--published DATE]
           [--each] [--errors]
       PYTHONPATH=. python -m bench.labels FOLDER [--errors]

LABELS is what `bench.labels.gold` describes. A FOLDER of cases (`bench.labels.case`) is measured by
field: the share of expectations that hold, of lines kept and gone. `--published` is the date of texts
that have none (a name means a former or a present unit by the day); `--each` adds every label's own
figures; `--errors` prints each error on a line of its own before.
"""

import argparse
import json
import sys
from pathlib import Path

from bench.labels import documents, lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--published", default="")
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--errors", action="store_true")
    chosen = parser.parse_args()
    try:
        if chosen.labels.is_dir():
            figures, errors = documents.measured(chosen.labels)
        else:
            figures, errors = lines.measured(
                chosen.labels, chosen.articles, published=chosen.published, each=chosen.each
            )
    except ValueError as error:
        sys.exit(str(error))
    if chosen.errors:
        for wrong in errors:
            print(json.dumps(wrong, ensure_ascii=False))
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
