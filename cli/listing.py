"""What is known of sources, for a terminal: one line each, or all of one."""

from collections.abc import Sequence
from typing import Any

from cli.console import local, out, out_row, say
from cli.desk import Desk, now
from cli.showing import home
from pipeline import keys
from pipeline.habits import DAYS, Day
from pipeline.model import LOCAL_ZONE, SourceId
from pipeline.schedule import Rhythm
from pipeline.store import habits, overview
from pipeline.store.overview import DoorView

_MOST_OF = 0.7  # of what a feed publishes
_MOST_SPANS = 4  # of hours; a feed that is busy in more has none of its own


def list_all(desk: Desk) -> None:
    """Print a line for each source: who, home, rights, doors, and how it is."""
    say("id\tname\tprovince\tarea\trights\tfeeds\twebhook\tstate\tlast poll\tnext poll\tentries\theld")
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
                *(state, local(last), local(due), one.entries, one.held),
            )


def show_one(desk: Desk, source_id: SourceId) -> None:
    """Print all that is known of a source. Raises NotFound."""
    with desk.db.read() as conn:
        [one] = overview.listed(conn, now(), source_id)
        days = habits.of(conn, [source_id], now().astimezone(LOCAL_ZONE).toordinal()).get(source_id, {})
    source = one.source
    _row("source", source.source_id)
    _row("name", source.name)
    _row("home", home(source))
    _row("rights", source.rights)
    _row("hosts", " ".join(source.hosts) or None)
    for seat in source.seats:
        _row(
            "host",
            seat.host,
            f"tells of {seat.unit}",
            " ".join(
                f"{word} {day}" for word, day in (("from", seat.valid_from), ("to", seat.valid_to)) if day
            ),
        )
    _row("state", one.state, one.paused_because or None, local(one.paused_at))
    _row("webhook", "has a key" if keys.of(desk.settings.keys_file, source.source_id) else None)
    _row("entries", one.entries)
    _row("held", one.held, "see ./tintinh quarantine list" if one.held else None)
    for door, brought in sorted(days.items()):
        named = f"door {door}" if door > 0 else f"full pages of door {-door}" if door < 0 else "files"
        _row("habit", named, _habit(brought))
    for view in one.doors:
        _door(view)


def _door(door: DoorView) -> None:
    out("")
    _row(f"door {door.intake_id}", door.kind, door.url or None, door.state, door.paused_because or None)
    if door.kind in ("folder", "mailbox") and door.url:
        _row("", "last look", local(door.polled_at))
        _row("", "last new file" if door.kind == "folder" else "last new mail", local(door.changed_at))
        if door.error:
            _row("", "error", door.error)
    if door.kind != "feed":
        return
    _row("", "last poll", local(door.polled_at), f"HTTP {door.status}" if door.status else None)
    _row("", "last success", local(door.succeeded_at))
    _row("", "last change", local(door.changed_at))
    _row("", "next due", local(door.next_due), "late" if door.late else None)
    told = {
        "error": f"{door.error} ({door.failures} in a row)" if door.failures else door.error,
        "moved to": door.moved_to,
        "gone since": local(door.gone_since) or "",
        "pinged": local(door.pinged_at) or "",
        "WebSub": door.hub,
        "private network": "allowed" if door.allow_private else "",
        "robots.txt": _robots(door),
        "mining": _reserved(door),
        "the feed says": _pairs(door.hints),
        "learned": _learned(door.rhythm),
    }
    for name, value in told.items():
        if value:
            _row("", name, value)


def _row(*told: object) -> None:
    """Print what is known: nothing stands for what is not."""
    known = [one for one in told if one is not None]
    if len(known) > (2 if known[0] == "" else 1):
        out_row(*known)


def _robots(door: DoorView) -> str:
    if door.robots_status is None:
        return f"not known: {door.robots_error}" if door.robots_error else "not asked yet"
    return f"HTTP {door.robots_status}" + (f"; {door.robots_error}" if door.robots_error else "")


def _reserved(door: DoorView) -> str:
    return f"text and data mining is reserved; terms: {door.policy or 'not named'}" if door.reserved else ""


def _learned(rhythm: Rhythm | None) -> str:
    """Return when a feed publishes: the hours of Viet Nam that hold most of it, and how much comes a day."""
    if rhythm is None or not sum(rhythm.hours):
        return ""
    hours = sorted(range(24), key=lambda hour: -rhythm.hours[hour])
    held, busy = 0.0, set[int]()
    for hour in hours:
        if held >= _MOST_OF * sum(rhythm.hours):
            break
        held += rhythm.hours[hour]
        busy.add(hour)
    spans: list[tuple[int, int]] = []
    for hour in sorted(busy):
        if spans and spans[-1][1] == hour:
            spans[-1] = spans[-1][0], hour + 1
        else:
            spans.append((hour, hour + 1))
    told = ", ".join(f"{start}–{end}" for start, end in spans)
    per_day = rhythm.per_day(now())
    often = f"about {per_day:.0f} a day" if per_day >= 1 else "less than one a day"
    return often if len(spans) > _MOST_SPANS else f"publishes mostly {told} h; {often}"


def _pairs(told: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in told.items() if value not in (None, [], ""))


def _habit(days: Sequence[Day]) -> str:
    entries = sum(day.entries for day in days)
    shares = {"stubs": sum(day.stubs for day in days), "without a place": sum(day.unplaced for day in days)}
    told = "".join(f", {count / entries:.0%} {name}" for name, count in shares.items() if count)
    held = sum(day.held for day in days)
    return f"{entries:,} new entries on {len(days)} days of the last {DAYS}{told}" + (
        f", {held:,} held" if held else ""
    )
