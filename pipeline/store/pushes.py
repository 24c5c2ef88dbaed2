"""How webhooks are used: when each door's last messages came, and which doors fell silent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from pipeline.model import SourceId
from pipeline.silence import patience, silent
from pipeline.store.schema import intake, receipt, source

_LAST = 200  # messages of a door that make its habit


@dataclass(frozen=True, slots=True)
class Silent:
    """A webhook that used to push. `usual`: the longest silence that would still be its habit."""

    source_id: SourceId
    last: datetime
    usual: timedelta


def silent_webhooks(conn: Connection, now: datetime) -> list[Silent]:
    """Return the webhooks, of sources that are not paused, that are silent beyond their habit; by source."""
    doors = (
        select(intake.c.intake_id, intake.c.source_id)
        .join(source, source.c.source_id == intake.c.source_id)
        .where(intake.c.kind == "webhook", intake.c.paused_at.is_(None), source.c.paused_at.is_(None))
        .order_by(intake.c.source_id)
    )
    found = []
    for door in conn.execute(doors).all():
        pushed = last(conn, door.intake_id)
        usual = patience(pushed)
        if usual is not None and silent(pushed, now):
            found.append(Silent(SourceId(door.source_id), pushed[-1], usual))
    return found


def last(conn: Connection, intake_id: int) -> list[datetime]:
    """Return when the last messages of a door came, oldest first: those that make its habit."""
    mine = select(receipt.c.received_at).where(receipt.c.intake_id == intake_id)
    return sorted(conn.scalars(mine.order_by(receipt.c.receipt_id.desc()).limit(_LAST)))
