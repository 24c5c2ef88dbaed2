"""The wrong pairs of a run, each with what the pipeline knows of it: for people who tune."""

from collections.abc import Iterator, Mapping
from typing import Any

from bench.dedup.model import Telling
from bench.dedup.score import Truth, missed_pairs, wrong_pairs
from pipeline import explain
from pipeline.linking import near
from pipeline.model import EntryId
from pipeline.store import Connection, prints

_MOST_WRONG = 5_000


def explained(
    conn: Connection | None,
    truth: Truth,
    lines: Mapping[str, Mapping[str, Any]],
    told: Mapping[str, Telling],
    *,
    texts: bool,
) -> Iterator[dict[str, Any]]:
    """Yield one line for each wrong and each missed pair.

    Args:
        conn: the database of the run; without it nothing is decided anew.
        truth: the labels.
        lines: export lines by external id.
        told: the tellings by external id.
        texts: show their texts, too.
    """
    homes = {name: (lines[name]["story_id"] if name in lines else f"lost {name}") for name in truth}
    pairs = [("wrong", *pair) for pair in wrong_pairs(truth, homes)[:_MOST_WRONG]]
    pairs += [("missed", *pair) for pair in missed_pairs(truth, homes)]
    for kind, one, other in pairs:
        line: dict[str, Any] = {
            "kind": kind,
            "a": one,
            "b": other,
            "levels": [truth[one].level, truth[other].level],
            "detail": [told[one].detail, told[other].detail],
            "published": [_published(lines, one), _published(lines, other)],
            "stored": [_reason(lines, one), _reason(lines, other)],
        }
        if conn is not None and one in lines and other in lines:
            line |= _decided(conn, lines[one]["entry_id"], lines[other]["entry_id"])
        if texts:
            line["texts"] = [told[one].text(), told[other].text()]
        yield line


def _reason(lines: Mapping[str, Mapping[str, Any]], name: str) -> str | None:
    decision = lines[name]["decision"] if name in lines else None
    return decision["because"] if decision else None


def _published(lines: Mapping[str, Mapping[str, Any]], name: str) -> str | None:
    return lines[name]["published"] if name in lines else None


def _decided(conn: Connection, one: str, other: str) -> dict[str, Any]:
    """Return what the rules say of two entries now, and whether their words make them candidates."""
    a, b = EntryId(one), EntryId(other)
    edge = explain.now(conn, a, b).edge
    if edge is None:
        return {}
    sought = prints.sought(conn, [a])
    return {
        "relation": edge.relation,
        "score": edge.score,
        "because": edge.because,
        "candidates": a in sought and b in near(conn, sought[a]),
    }
