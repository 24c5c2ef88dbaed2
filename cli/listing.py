"""What is known of sources, for a terminal: one line each, or all of one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cli.console import out, out_row
from cli.desk import Desk, now
from cli.showing import home
from pipeline import keys
from pipeline.habits import DAYS, Day
from pipeline.model import LOCAL_ZONE, SourceId
from pipeline.store import habits, overview
from pipeline.store.overview import DoorView


def list_all(desk: Desk) -> None:
    """Print a line for each source: who, home, rights, doors, and how it is."""
    with desk.db.read() as conn:
        for one in overview.listed(conn, now()):
            source = one.source
            feeds = [door for door in one.doors if door.kind == "feed"]
            webhook = "webhook" if keys.of(desk.settings.keys_file, source.source_id) else None
            state = (
                f"{one.state} (late)" if any(door.late for door in feeds) and one.state == "ok" else one.state
            )
            last = max((door.polled_at for door in feeds if door.polled_at), default=None)
            due = min((door.next_due for door in feeds if door.next_due), default=None)
            out_row(
                *(
                    source.source_id,
                    source.name,
                    source.province,
                    source.area,
                    source.rights,
                    len(feeds),
                    webhook,
                ),
                *(state, _at(last), _at(due), one.entries, one.held),
            )


def show_one(desk: Desk, source_id: SourceId) -> None:
    """Print all that is known of a source. Raises NotFound."""
    with desk.db.read() as conn:
        [one] = overview.listed(conn, now(), source_id)
        days = habits.of(conn, [source_id], now().astimezone(LOCAL_ZONE).toordinal()).get(source_id, {})
    source = one.source
    out_row("source", source.source_id)
    out_row("name", source.name)
    out_row("home", home(source))
    out_row("rights", source.rights)
    out_row("hosts", " ".join(source.hosts) or None)
    for seat in source.seats:
        out_row(
            "host",
            seat.host,
            f"tells of {seat.unit}",
            f"from {seat.valid_from or '-'} to {seat.valid_to or '-'}",
        )
    out_row("state", one.state, one.paused_because or None, _at(one.paused_at))
    out_row("webhook", "has a key" if keys.of(desk.settings.keys_file, source.source_id) else None)
    out_row("entries", one.entries)
    out_row("held", one.held, "see ./tintinh quarantine list" if one.held else None)
    for door, brought in sorted(days.items()):
        out_row("habit", f"door {door}" if door else "files", _habit(brought))
    for view in one.doors:
        _door(view)


def _door(door: DoorView) -> None:
    out("")
    out_row(f"door {door.intake_id}", door.kind, door.url or None, door.state, door.paused_because or None)
    if door.kind in ("folder", "mailbox") and door.url:
        out_row("", "last look", _at(door.polled_at))
        out_row("", "last new file" if door.kind == "folder" else "last new mail", _at(door.changed_at))
        if door.error:
            out_row("", "error", door.error)
    if door.kind != "feed":
        return
    out_row("", "last poll", _at(door.polled_at), f"HTTP {door.status}" if door.status else None)
    out_row("", "last success", _at(door.succeeded_at))
    out_row("", "last change", _at(door.changed_at))
    out_row("", "next due", _at(door.next_due), "late" if door.late else None)
    told = {
        "error": f"{door.error} ({door.failures} in a row)" if door.error else "",
        "moved to": door.moved_to,
        "gone since": _at(door.gone_since) or "",
        "pinged": _at(door.pinged_at) or "",
        "WebSub": door.hub,
        "private network": "allowed" if door.allow_private else "",
        "robots.txt": _robots(door),
        "mining": _reserved(door),
        "the feed says": _pairs(door.hints),
        "learned": _pairs(door.rhythm),
    }
    for name, value in told.items():
        if value:
            out_row("", name, value)


def _robots(door: DoorView) -> str:
    if door.robots_status is None:
        return f"not known: {door.robots_error}" if door.robots_error else "not asked yet"
    return f"HTTP {door.robots_status}" + (f"; {door.robots_error}" if door.robots_error else "")


def _reserved(door: DoorView) -> str:
    return f"text and data mining is reserved; terms: {door.policy or 'not named'}" if door.reserved else ""


def _pairs(told: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in told.items() if value not in (None, [], ""))


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(LOCAL_ZONE).isoformat(timespec="seconds")


def _habit(days: Sequence[Day]) -> str:
    entries = sum(day.entries for day in days)
    shares = {"stubs": sum(day.stubs for day in days), "without a place": sum(day.unplaced for day in days)}
    told = "".join(f", {count / entries:.0%} {name}" for name, count in shares.items() if count)
    held = sum(day.held for day in days)
    return f"{entries:,} new entries on {len(days)} days of the last {DAYS}{told}" + (
        f", {held:,} held" if held else ""
    )
