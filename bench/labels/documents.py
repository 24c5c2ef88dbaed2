"""A folder of cases, measured by field."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.labels import case, seen
from bench.labels.score import share
from tests.corpus.build import BUILDERS


def measured(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the figures of a folder and its errors.

    For each field: how many expectations there are and which share holds; for `kept` and `gone`
    lines are counted instead. `date_silently_wrong`: the share of expected dates that were read
    as another one from a better basis than `received`.
    """
    asked: dict[str, int] = defaultdict(int)
    right: dict[str, int] = defaultdict(int)
    errors: list[dict[str, Any]] = []
    silent = 0
    for path in sorted(folder.rglob("*.case")):
        one = case.load(path)
        document = one.document
        if one.build:
            document = replace(document, body=BUILDERS[one.build](document.body.decode()))
        told = seen.read(document)
        for want in one.expected:
            if want.field in ("kept", "gone"):
                lost = seen.missing(told, want.draft, want.field, want.value)
                asked[want.field] += len(want.value)
                right[want.field] += len(want.value) - len(lost)
                errors += [
                    {"case": one.name, "draft": want.draft, "field": want.field, "line": line}
                    for line in lost
                ]
                continue
            got = seen.value(told, document.source, want.draft, want.field)
            asked[want.field] += 1
            if got == want.value:
                right[want.field] += 1
                continue
            errors.append(
                {"case": one.name, "draft": want.draft, "field": want.field, "want": want.value, "got": got}
            )
            if want.field == "date" and seen.value(told, document.source, want.draft, "basis") != "received":
                silent += 1
    figures: dict[str, Any] = {
        name: {"share": share(right[name], count), "of": count} for name, count in sorted(asked.items())
    }
    figures["date_silently_wrong"] = share(silent, asked["date"])
    return figures, errors
