"""Texts with labels that people gave, as JSON lines.

A line: {"id", labels…} with the text in the same line ("title", "summary" or "lead", "body" or
"text"; a list of paragraphs is fine) or under the same id in another file. Labels, all optional:

- `provinces`, `areas`, `topics`: slugs, the main one first; `…_maybe`: right or wrong for nobody.
- `national`: true for news of the whole country; `national_maybe`: either counts as right.
- `documents`: [{"number", "role": "issues" | "cites" | "either", "issuer", "dated"}]; `documents_maybe`:
  numbers that count for nobody.
- `people`: [{"name", "office", "unit"}]; `people_maybe`: names.
- `bulletin`: whether it is one. `published`: the text's date.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """One text: title, summary and body (paragraphs with a blank line between), and its labels."""

    text_id: str
    title: str
    summary: str
    body: str
    labels: dict[str, Any]


def texts(labels: Path, articles: Path | None = None) -> list[Text]:
    """Return the labelled texts in order; `articles` holds them where the labels have none.

    Raises:
        ValueError: a label's id is not among the articles; it says which.
    """
    rows = list(_lines(labels))
    wanted = {row["id"] for row in rows}
    told = {row["id"]: row for row in _lines(articles) if row["id"] in wanted} if articles else {}
    lost = [row["id"] for row in rows if "title" not in row and row["id"] not in told]
    if lost:
        raise ValueError(f"{labels}: no text for {lost[:5]}; name the file that has them")
    return [_text(told.get(row["id"], row), row) for row in rows]


def _text(told: dict[str, Any], labels: dict[str, Any]) -> Text:
    summary = told.get("summary") or told.get("lead") or ""
    body = told.get("body") or told.get("text") or ""
    return Text(
        told["id"], told["title"], summary, "\n\n".join(body) if isinstance(body, list) else body, labels
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
