"""Texts with labels, read as records and measured label by label."""

import json
import re
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.labels import gold
from bench.labels.score import Tally, share
from pipeline.gazetteer import areas
from pipeline.model import Document, Draft, Form, Source, SourceId
from pipeline.parse import parse

_RECEIVED = datetime(2026, 9, 1, tzinfo=UTC)
_SETS = ("provinces", "areas", "topics")
_NEUTRAL = {"numbers": "documents_maybe", "offices": "people_maybe"}  # else the name of the set


def measured(
    labels: Path, articles: Path | None, *, published: str = "", each: bool = False
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the figures of a file of labels and its errors, one for each text and label.

    `published`: the date of texts that have none of their own.

    `province_right`: the first province that is read is one of the text's, or none is read where
    it tells of none and the whole country is told about as labelled; `baseline`: the same by the
    most frequent name.
    """
    tallies: dict[str, Tally] = {name: Tally() for name in (*_SETS, "numbers", "people", "offices")}
    counts: Counter[str] = Counter()
    errors: list[dict[str, Any]] = []
    spent = 0.0
    for text in gold.texts(labels, articles):
        began = time.process_time()
        draft = _draft(text, published)
        spent += time.process_time() - began
        wrong = _compare(text, draft, tallies, counts)
        errors += [{"id": text.text_id, "title": text.title, **one} for one in wrong]
    figures: dict[str, Any] = {"texts": counts["texts"], "ms_each": round(1000 * spent / counts["texts"], 2)}
    if counts["placed"]:
        figures["province_right"] = share(counts["province"], counts["placed"])
        figures["baseline"] = share(counts["baseline"], counts["placed"])
    if counts["roles"]:
        figures["role_right"] = share(counts["role"], counts["roles"])
    if counts["issuers"]:
        figures["issuer_right"] = share(counts["issuer"], counts["issuers"])
    if counts["bulletins"]:
        figures["bulletin_right"] = share(counts["bulletin"], counts["bulletins"])
    for name, tally in tallies.items():
        if counts[name]:
            figures[name] = tally.figures() | ({"each": tally.each()} if each else {})
    return figures, errors


def _draft(text: gold.Text, published: str) -> Draft:
    """Return what is read of a text that a record hands in."""
    told = {"id": text.text_id, "title": text.title, "summary": text.summary, "body": text.body}
    told["published"] = text.labels.get("published", published)
    told["kind"] = "" if "bulletin" in text.labels else "article"
    body = json.dumps(told, ensure_ascii=False).encode()
    return parse(Document(Source(SourceId("bench"), "Bench"), Form.RECORD, body, _RECEIVED)).drafts[0]


def _compare(
    text: gold.Text, draft: Draft, tallies: dict[str, Tally], counts: Counter[str]
) -> list[dict[str, Any]]:
    """Count one text and return its errors."""
    counts["texts"] += 1
    if "bulletin" in text.labels:
        counts["bulletins"] += 1
        counts["bulletin"] += bool(draft.bulletin_number) is text.labels["bulletin"]
    return [
        *_sets(text.labels, draft, tallies, counts),
        *_place(text, draft, counts),
        *_roles(text.labels, draft, counts),
    ]


def _sets(
    wanted: dict[str, Any], draft: Draft, tallies: dict[str, Tally], counts: Counter[str]
) -> list[dict[str, Any]]:
    """Compare what a text has several of."""
    said = {
        "provinces": [*draft.places.provinces],
        "areas": [*draft.places.areas],
        "topics": [*draft.topics],
        "numbers": [*draft.doc_numbers],
        "people": [one.name for one in draft.people],
        "offices": [f"{one.name}: {one.office}" for one in draft.people],
    }
    so: dict[str, list[str]] = {name: wanted[name] for name in _SETS if name in wanted}
    if "documents" in wanted:
        so["numbers"] = [one["number"] for one in wanted["documents"]]
    if "people" in wanted:
        so["people"] = [one["name"] for one in wanted["people"]]
        so["offices"] = [f"{one['name']}: {one['office']}" for one in wanted["people"]]
    errors = []
    for name, labels in so.items():
        neutral = wanted.get(_NEUTRAL.get(name, f"{name}_maybe"), ())
        if name == "offices":
            neutral = [one for one in said[name] if one.split(": ")[0] in neutral]
        tallies[name].add(said[name], labels, neutral)
        counts[name] += 1
        if set(labels) - set(said[name]) or set(said[name]) - set(labels) - set(neutral):
            errors.append({"field": name, "want": labels, "maybe": [*neutral], "got": said[name]})
    return errors


def _place(text: gold.Text, draft: Draft, counts: Counter[str]) -> list[dict[str, Any]]:
    """Compare the main place, and that of the baseline."""
    wanted = text.labels
    if "provinces" not in wanted:
        return []
    provinces, national = [*draft.places.provinces], draft.places.national
    right = _is_right(wanted, provinces, national=None if wanted.get("national_maybe") else national)
    counts["placed"] += 1
    counts["province"] += right
    counts["baseline"] += _is_right(wanted, _most_frequent(text), national=None)
    want = wanted["provinces"] or (["toan-quoc"] if wanted.get("national") else [])
    got = provinces or (["toan-quoc"] if national else [])
    return [] if right else [{"field": "province", "want": want, "got": got}]


def _roles(wanted: dict[str, Any], draft: Draft, counts: Counter[str]) -> list[dict[str, Any]]:
    """Compare what the text does with the documents that were found in it, and who issued them."""
    errors = []
    mentions = {one.number: one for one in draft.documents}
    for one in wanted.get("documents", ()):
        found = mentions.get(one["number"])
        if found and one["role"] != "either":
            counts["roles"] += 1
            counts["role"] += found.role == one["role"]
            if found.role != one["role"]:
                errors.append(
                    {"field": "role", "number": one["number"], "want": one["role"], "got": found.role}
                )
        if found and one.get("issuer"):
            counts["issuers"] += 1
            counts["issuer"] += found.issuer == one["issuer"]
    return errors


def _is_right(wanted: dict[str, Any], provinces: list[str], *, national: bool | None) -> bool:
    """Tell whether the main place is right; `national` None: whoever says so cannot know."""
    fine = [*wanted["provinces"], *wanted.get("provinces_maybe", ())]
    if provinces:
        return provinces[0] in fine
    if wanted["provinces"]:
        return False
    return national is None or national is bool(wanted.get("national")) or bool(fine)


def _most_frequent(text: gold.Text) -> list[str]:
    """Return the province whose names stand most often in a text, [] if none does."""
    whole = f"{text.title}\n{text.summary}\n{text.body}"
    seen: Counter[str] = Counter()
    for unit in areas():
        seen[unit.province] += len(re.findall(rf"(?<!\w){re.escape(unit.name)}(?!\w)", whole))
    name, count = max(seen.items(), key=lambda one: one[1])
    return [name] if count else []
