"""A dry run says of a push just what its receipt says once it was sent, on both databases."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import push, stages
from pipeline.model import Document, Form, Given, Parsed
from pipeline.parse import parse
from pipeline.store import Database, export, receipts, sources
from pipeline.store.receipts import Told
from tests.store.tellings import NOW, PAPER, drain

_ARTICLES = count()


class InProcess:
    """A reader without a child."""

    def read(self, document: Document) -> Parsed:
        """Return the drafts."""
        return parse(document)


@dataclass(frozen=True, slots=True)
class Message:
    """One of a few texts of an article, or a withdrawal, with times in minutes; an embargo may be on it."""

    text: int | None
    updated: int | None
    published: int | None
    stub: bool
    wait: int

    def body(self, article: str) -> bytes:
        """Return the message as a CMS sends it."""
        told: dict[str, Any] = {"id": article}
        if self.updated is not None:
            told["updated_at"] = minutes(self.updated).isoformat()
        if self.text is None:
            return json.dumps({"event": "article.withdrawn", "article": told}).encode()
        if self.published is not None:
            told["published_at"] = minutes(self.published).isoformat()
        told["title"] = f"Bản {self.text} của bài {article}"
        if not self.stub:
            told["content_text"] = f"Thân bài {article}, bản số {self.text}."
        return json.dumps({"event": "article.updated", "article": told}).encode()


def minutes(ahead: int) -> datetime:
    """Return a moment."""
    return NOW + timedelta(minutes=ahead)


def foreseen(db: Database, body: bytes, now: datetime) -> tuple[str, list[str | None]]:
    """Ask what would become of a push."""
    told = said(body, now)
    with db.read() as conn:
        if receipts.outdated(conn, PAPER.source_id, told):
            return "dropped", []
    document = Document(PAPER, Form.PUSH, body, told.not_before or now)
    return "read", [one["became"] for one in stages.preview(db, InProcess(), document)]


def said(body: bytes, now: datetime) -> Told:
    """Return what a push says of itself."""
    loaded = push.load(body)
    return Told(loaded.article.id, push.told_at(loaded), push.embargo(loaded, now))


def sent(db: Database, body: bytes, now: datetime) -> int:
    """Take a push as the door does, and let the stages run; return its receipt."""
    told = said(body, now)
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        made = receipts.add(
            conn,
            source_id=PAPER.source_id,
            form=Form.PUSH,
            content=receipts.pack(body),
            given=Given(),
            received_at=now,
            told=told,
        )
        receipts.lift(conn, made.receipt_id, PAPER.source_id, told)
    drain(db, InProcess(), lambda: now)
    return made.receipt_id


def became(db: Database, receipt_id: int) -> tuple[str, list[str | None]]:
    """Ask what became of a push."""
    with db.read() as conn:
        told = export.outcome(conn, receipt_id)
    state = "dropped" if told["state"] == "dropped" else "read"
    return state, [entry["became"] for entry in told["entries"]]


MESSAGES = st.builds(
    Message,
    text=st.sampled_from([1, 2, 3, None]),
    updated=st.one_of(st.none(), st.integers(-60, 60)),
    published=st.one_of(st.none(), st.integers(-60, 0), st.sampled_from([90, 150])),
    stub=st.sampled_from([False, False, False, True]),
    wait=st.integers(0, 3),
)


@pytest.mark.long_on_postgresql  # tests/store/test_outcome.py holds what its SQL says there
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(MESSAGES, min_size=1, max_size=6))
def test_a_dry_run_and_the_receipt_agree(db: Database, messages: list[Message]) -> None:
    """Whatever was sent before, in whatever order; what comes later changes no receipt's word."""
    article, now = f"n{next(_ARTICLES)}", NOW
    expected, receipts_sent, waiting = [], [], []
    for message in messages:
        now += timedelta(minutes=message.wait)
        body = message.body(article)
        expected.append(foreseen(db, body, now))
        receipts_sent.append(sent(db, body, now))
        waiting.append(said(body, now).not_before is not None)
    told = [became(db, one) for one in receipts_sent]
    drain(db, InProcess(), lambda: now + timedelta(days=1))
    after = [became(db, one) for one in receipts_sent]
    alive = [place for place, held in enumerate(waiting) if not held or after[place][0] == "read"]

    assert [expected[place] for place in alive] == [after[place] for place in alive]
    assert [told[place] for place in alive if not waiting[place]] == [
        after[place] for place in alive if not waiting[place]
    ]
