"""A change as programs are told it, the same in every door: /api/changes and outgoing webhooks. Pure.

Made from faces only, so nothing beyond a source's rights can get in (law 10); of a story that is gone
nothing is told but that. `web.shapes` describes the story's part for OpenAPI; a test holds the two equal.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from pipeline.model import Change, Story, StoryState, Telling


def change(one: Change, known: Story, base_url: str) -> dict[str, Any]:
    """Return a row of the change log as JSON-ready data, with the story as it stands now.

    Args:
        one: the row; its kind is what happened then, the story may have changed again since.
        known: that story.
        base_url: the public address, without a slash at the end.
    """
    living = known.state is StoryState.LIVE
    return {
        "seq": one.seq,
        "kind": one.kind.value,
        "at": instant(one.at),
        "story_id": known.story_id,
        "state": known.state.value,
        "backfill": known.backfill,
        "page": f"{base_url}/stories/{quote(known.story_id, safe='')}",
        "merged_into": known.merged_into,
        "story": story(known) if living else None,
    }


def story(known: Story) -> dict[str, Any]:
    """Return a live story as JSON-ready data, all its tellings with it, the lead first."""
    face, labels = known.face, known.face.labels
    return {
        "story_id": known.story_id,
        "revision": known.revision,
        "first_seen": instant(known.first_seen),
        "updated": instant(known.updated),
        "title": face.title,
        "summary": face.summary,
        "content": face.content,
        "url": _web(face.url),
        "published": face.published,
        "published_basis": face.published_basis.value,
        "province": labels.province,
        "provinces": list(labels.provinces),
        "area": labels.area,
        "areas": list(labels.areas),
        "topics": list(labels.topics),
        "doc_numbers": list(face.doc_numbers),
        "documents": [
            {"number": of.number, "role": of.role.value, "issuer": of.issuer, "dated": of.dated}
            for of in face.documents
        ],
        "people": [{"name": of.name, "office": of.office, "unit": of.unit} for of in face.people],
        "taken_back": list(face.taken_back),
        "entries": [_entry(told) for told in face.tellings],
    }


def instant(moment: datetime) -> str:
    """Return an instant by UTC, as RFC 3339 writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _entry(told: Telling) -> dict[str, Any]:
    number = told.bulletin_number
    return {
        "entry_id": told.entry_id,
        "source": told.source_id,
        "source_name": told.source_name,
        "kind": told.kind.value,
        "external_id": told.external_id,
        "bulletin": {"external_id": told.bulletin_id, "number": number} if told.bulletin_id else None,
        "title": told.title,
        "summary": told.summary,
        "content": told.content,
        "url": _web(told.url),
        "published": told.published,
        "published_basis": told.published_basis.value,
        "updated": None if told.updated is None else instant(told.updated),
        "authors": list(told.authors),
        "credit": told.credit,
        "version": told.version,
        "decision": asdict(told.decision) | {"verdict": told.decision.verdict.value},
    }


def _web(url: str) -> str | None:
    """Return an http(s) address as it is, None for anything else: it must never become a link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None
