"""Our reading of pages beside other libraries'; prints one JSON line for each.

Usage: PYTHONPATH=. python -m bench.pages [FOLDER]

FOLDER holds cases (`bench.labels.case`), default `tests/corpus/pages`. For each reader: the share of the
articles' lines that it keeps, of the furniture that it leaves out, of the headlines that it gets right
(none where it reads no headline), and CPU per page; `tidied` is the same with its text through our own
rules for furniture. Libraries that are not installed are named and left out; none of them is needed.
"""

import argparse
import json
import logging
import time
from pathlib import Path

from bench.labels import case
from bench.labels.score import share
from bench.pages.readers import Reader, installed, tidied
from pipeline.errors import Unreadable
from pipeline.model import Form
from pipeline.text import fold


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("tests/corpus/pages"))
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    cases = [case.load(path) for path in sorted(chosen.folder.rglob("*.case"))]
    pages = [one for one in cases if one.document.form is Form.PAGE]
    readers, missing = installed()
    for name, reader in readers.items():
        told = _measured(pages, reader)
        if name != "ours":
            told["tidied"] = {
                key: value for key, value in _measured(pages, tidied(reader)).items() if key != "ms"
            }
        print(json.dumps({"reader": name, "pages": len(pages), **told}))
    print(json.dumps({"not installed": missing}))


def _measured(pages: list[case.Case], reader: Reader) -> dict[str, object]:
    """Return one reader's shares over some pages."""
    asked = {"kept": 0, "gone": 0, "title": 0}
    right = dict.fromkeys(asked, 0)
    failed = 0
    spent = 0.0
    for one in pages:
        began = time.process_time()
        try:
            title, text = reader(one.document.body.decode("utf-8", "replace"), one.document.given.url)
        except (ValueError, TypeError, AttributeError, IndexError, OSError, Unreadable):
            title, text, failed = "", "", failed + 1
        spent += time.process_time() - began
        flat = " ".join(text.split())
        for want in one.expected:
            if want.field in ("kept", "gone"):
                asked[want.field] += len(want.value)
                right[want.field] += sum(
                    (" ".join(line.split()) in flat) is (want.field == "kept") for line in want.value
                )
            elif want.field == "title":
                asked["title"] += 1
                right["title"] += fold(title) == fold(want.value)
    shares: dict[str, object] = {name: share(right[name], count) for name, count in asked.items()}
    return {**shares, "failed": failed, "ms": round(1000 * spent / len(pages), 1)}


if __name__ == "__main__":
    main()
