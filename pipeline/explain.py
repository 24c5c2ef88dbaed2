"""Why two entries are one story or are not: what the rules say of them right now, and what can be seen.

`now` asks the rules anew; edges in the store tell what they said when the entries were linked.
`features` is for people: what the two texts have in common and what only one of them has.
"""

from dataclasses import asdict, dataclass
from typing import Any

from pipeline.dedup import Edge, decide
from pipeline.model import Draft, EntryId
from pipeline.sidebyside import compare
from pipeline.similarity import RULES
from pipeline.store import Connection, links
from pipeline.store.review import Link, Pair, Seen
from pipeline.store.words import Said


@dataclass(frozen=True, slots=True)
class Now:
    """What rules of a version say of two entries; `edge` is None if one of them has no fingerprint."""

    edge: Edge | None
    rules: int


def now(conn: Connection, one: EntryId, other: EntryId) -> Now:
    """Decide two entries anew, whatever is stored about them."""
    known = links.sides(conn, [one, other])
    both = one in known and other in known
    return Now(decide(known[one], known[other]) if both else None, RULES)


def features(one: Draft, other: Draft) -> dict[str, Any]:
    """Return what two texts have in common and what only one of them has, as a JSON-ready structure.

    `shared` are the shares of each text's words that stand in passages of both; `only` are the
    numbers, dates and names that the other text lacks; `days_apart` is None if a day is unknown.
    """
    left, right = compare(one.text(), other.text())
    days = one.published.day(), other.published.day()
    return {
        "shared": [round(left.shared, 4), round(right.shared, 4)],
        "only": [list(left.only), list(right.only)],
        "days_apart": abs((days[0] - days[1]).days) if days[0] and days[1] else None,
        "doc_numbers": {
            "both": sorted({*one.doc_numbers} & {*other.doc_numbers}),
            "only": [
                sorted({*mine.doc_numbers} - {*theirs.doc_numbers})
                for mine, theirs in ((one, other), (other, one))
            ],
        },
        "credits": [one.credit, other.credit],
        "links": [
            bool(theirs.canonical_url) and theirs.canonical_url in mine.links
            for mine, theirs in ((one, other), (other, one))
        ],
    }


def told(pair: Pair, decided: Now) -> dict[str, Any]:
    """Return all that can be said of a pair, as a JSON-ready structure."""
    edge = decided.edge
    fresh = None if edge is None else {**asdict(edge), "rules": decided.rules}
    return {
        "one": entry(pair.one),
        "other": entry(pair.other),
        "now": fresh,
        "stored": None if pair.link is None else asdict(pair.link),
        "features": features(pair.one.draft, pair.other.draft),
        "words": [word(said) for said in pair.said],
    }


def entry(seen: Seen) -> dict[str, Any]:
    """Return an entry without its text, as a JSON-ready structure."""
    draft = seen.draft
    return {
        "entry_id": seen.entry_id,
        "story_id": seen.story_id,
        "live": seen.live,
        "source": seen.source.source_id,
        "kind": draft.kind,
        "title": draft.title,
        "url": draft.url or None,
        "published": draft.published.text(),
        "decision": None if seen.decision is None else asdict(seen.decision),
    }


def link(stored: Link, of: EntryId) -> dict[str, Any]:
    """Return a stored edge as one of its ends sees it, as a JSON-ready structure."""
    other = stored.b if stored.a == of else stored.a
    return {
        "other": other,
        "relation": stored.relation,
        "score": stored.score,
        "because": stored.because,
        "rules": stored.rules,
    }


def word(said: Said) -> dict[str, Any]:
    """Return an editor's word, as a JSON-ready structure."""
    return {**asdict(said), "at": said.at.isoformat()}
