"""Drafts made by hand for tests of the store and the stages, and a reader that hands them over."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.errors import Unreadable
from pipeline.model import (
    Basis,
    Document,
    Draft,
    EntryKind,
    Form,
    Given,
    Parsed,
    Precision,
    Source,
    SourceId,
    TitleBasis,
    When,
)
from pipeline.stages import Clock, Reads, receive, settle
from pipeline.store import Database, codec, receipts, sources

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
PAPER = Source(SourceId("bao-mau"), "Báo Mẫu", "vinh-long", "ben-tre", ("baomau.example",))


def clock() -> datetime:
    """Stand still."""
    return NOW


def draft(external_id: str, title: str, body: str, **fields: object) -> Draft:
    """Return an article as a paper tells it on 20 November 2026."""
    published = When(datetime(2026, 11, 20, 1, 0, tzinfo=UTC), Precision.SECOND, Basis.FEED)
    values: dict[str, object] = {
        "kind": EntryKind.ARTICLE,
        "external_id": external_id,
        "guid": external_id,
        "title": title,
        "title_basis": TitleBasis.GIVEN,
        "published": published,
        "body": body,
    }
    return Draft(**{**values, **fields})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A reader of receipts that hold drafts as JSON; a body of b"broken" is unreadable."""

    def read(self, document: Document) -> Parsed:
        """Return the drafts."""
        if document.body == b"broken":
            raise Unreadable("test", "these bytes mean nothing")
        return Parsed(tuple(codec.load_draft(item) for item in json.loads(document.body)))


def send(
    db: Database, *drafts: Draft, source: Source = PAPER, at: datetime = NOW, form: Form = Form.RECORD
) -> int:
    """Commit a receipt with drafts and return its id."""
    body = json.dumps([codec.dump_draft(one) for one in drafts]).encode()
    with db.write() as conn:
        sources.ensure(conn, source)
        made = receipts.add(
            conn,
            source_id=source.source_id,
            form=form,
            content=receipts.pack(body),
            given=Given(),
            received_at=at,
        )
    return made.receipt_id


def drain(db: Database, reader: Reads, at: Clock) -> None:
    """Run receive and settle in this process until nothing is left to read or to link."""
    while receive(db, reader, at).receipts:
        pass
    while settle(db, at).entries:
        pass


def settled(db: Database) -> None:
    """Run the stages until nothing is left."""
    drain(db, HandedOver(), clock)
