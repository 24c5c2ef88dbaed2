"""One poll of one intake: claim, fetch conditionally, keep what is new."""

import hashlib
import random
from dataclasses import replace
from datetime import datetime

from pipeline.config import Settings
from pipeline.errors import Refused, SourceUnreachable
from pipeline.fetch import Fetched, Fetcher, Unavailable
from pipeline.model import Form, Given
from pipeline.schedule import next_poll
from pipeline.stages import Clock
from pipeline.store import Database, intakes, receipts
from pipeline.store.intakes import Intake, Poll

_KEPT_HEADERS = ("content-type", "etag", "last-modified", "date", "cache-control", "link")


def poll(db: Database, fetcher: Fetcher, intake_id: int, clock: Clock, settings: Settings) -> bool:
    """Poll an intake if it is due and free; say whether it brought a receipt.

    A failure is written down with the intake, which is polled again later; nothing is raised for
    a source that misbehaves. The receipt and the new validators are one transaction.
    """
    with db.write() as conn:
        intake = intakes.claim(conn, intake_id, clock(), settings.lease)
    if intake is None:
        return False
    try:
        answer = fetcher.get(
            intake.url,
            etag=intake.etag,
            last_modified=intake.last_modified,
            allow_private=intake.allow_private,
        )
    except (SourceUnreachable, Refused) as error:
        _failed(db, intake, error, clock(), settings)
        return False
    return _answered(db, intake, answer, clock(), settings)


def _answered(db: Database, intake: Intake, answer: Fetched, now: datetime, settings: Settings) -> bool:
    digest = "" if answer.body is None else hashlib.sha256(answer.body).hexdigest()
    fresh = answer.body is not None and digest != intake.body_sha256
    due = next_poll(now, settings.poll_seconds, chance=random.random())  # noqa: S311 - spreads load
    seen = Poll(at=now, next_due=due, status=answer.status)
    content = receipts.pack(answer.body) if fresh and answer.body is not None else None
    with db.write() as conn:
        if content is not None:
            receipts.add(
                conn,
                source_id=intake.source_id,
                form=Form.FEED,
                content=content,
                given=Given(url=answer.url, content_type=answer.headers.get("content-type", "")),
                received_at=now,
                headers={name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers},
                intake_id=intake.intake_id,
            )
            seen = replace(
                seen,
                changed=True,
                etag=answer.headers.get("etag", ""),
                last_modified=answer.headers.get("last-modified", ""),
                body_sha256=digest,
            )
        intakes.done(conn, intake.intake_id, seen)
    return fresh


def _failed(
    db: Database, intake: Intake, error: SourceUnreachable | Refused, now: datetime, settings: Settings
) -> None:
    due = next_poll(
        now,
        settings.poll_seconds,
        failures=intake.failures + 1,
        retry_after=error.wait if isinstance(error, Unavailable) else None,
        chance=random.random(),  # noqa: S311 - spreads load
    )
    status = error.status if isinstance(error, Unavailable) else None
    with db.write() as conn:
        intakes.done(conn, intake.intake_id, Poll(at=now, next_due=due, status=status, error=str(error)))
