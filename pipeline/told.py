"""A change as programs are told it, the same in every door: /api/changes and outgoing webhooks. Pure.

Made from faces only, so nothing beyond a source's rights can get in (law 10); of a story that is gone
nothing is told but that. `web.shapes` describes the story's part for OpenAPI; a test holds the two equal.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from pipeline.model import Face, Story, Telling
from pipeline.replay import Line

_PRECISIONS = {4: "year", 7: "month", 10: "day"}  # by the length of the date as told


@dataclass(frozen=True, slots=True)
class Here:
    """Whose stories they are: the public address without a slash at its end, and the parts of tag: URIs."""

    base_url: str
    authority: str
    date: str

    def named(self, story_id: str) -> dict[str, str]:
        """Return a story's names: its id in every feed, its short one, and our page about it."""
        short = quote(story_id, safe="")
        return {
            "id": f"tag:{self.authority},{self.date}:story/{short}",
            "story_id": story_id,
            "page": f"{self.base_url}/stories/{short}",
        }


def change(line: Line, here: Here) -> dict[str, Any]:
    """Return a row of the change log as JSON-ready data, with the story as it stands now.

    `type` is what happened then, `state` how the story is now; `story` is there exactly if it is live.
    """
    names = here.named(line.change.story_id)
    return {
        "seq": line.change.seq,
        "type": line.change.kind.value,
        "at": instant(line.change.at),
        "id": names["id"],
        "story_id": names["story_id"],
        "state": line.presence.value,
        "story": None if line.story is None else whole(line.story, here),
        "into": here.named(line.into) if line.into else None,
        "origin": here.named(line.origin) if line.origin else None,
    }


def whole(known: Story, here: Here) -> dict[str, Any]:
    """Return a live story as JSON-ready data with its names, its date's precision and whether it is old."""
    more = {
        "published_precision": _PRECISIONS.get(len(known.face.published), "second"),
        "backfill": known.backfill,
    }
    return here.named(known.story_id) | more | story(known)


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
        "language": face.language,
        "image": _image(face),
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
        "attachments": [{"url": of.url, "title": of.title} for of in face.attachments if _web(of.url)],
        "taken_back": list(face.taken_back),
        "entries": [entry(told) for told in face.tellings],
    }


def _image(face: Face) -> dict[str, str] | None:
    url = _web(face.image.url) if face.image else None
    return {"url": url, "caption": face.image.caption} if face.image and url else None


def instant(moment: datetime) -> str:
    """Return an instant by UTC, as RFC 3339 writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def entry(told: Telling) -> dict[str, Any]:
    """Return a telling as JSON-ready data."""
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
