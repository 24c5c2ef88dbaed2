"""`sources discover`: go through a catalogue, one publisher after the other, and register what answers.

What was found is kept in DATA/discovered.json, so that a run goes on where the last one was and `--yes`
registers what the dry run showed. The file is a note, not a registry: without it everything is asked again.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from cli.adding import GAP, looking, register
from cli.console import out, out_row, say
from cli.desk import Desk, now
from cli.showing import home
from cli.surveying import Survey, survey, would_come
from cli.visiting import Scout, visit
from pipeline import catalogue, registry
from pipeline.catalogue import Publisher
from pipeline.errors import BadInput, TinTinhError
from pipeline.reader import Reader
from pipeline.store import sources
from pipeline.urls import host, newest_host

_FRESH = {"ok": timedelta(days=7), "silent": timedelta(days=7)}  # how long a note is good
_AGAIN = timedelta(hours=1)  # for all others
_SILENT = timedelta(days=60)  # without anything new, a feed is dead
_MOST = 40  # requests for one publisher
_SECONDS = 180.0  # for one publisher
_KINDS = ("paper", "portal", "broadcaster")


@dataclass(frozen=True, slots=True)
class Choice:
    """What to go through: a file or the shipped catalogue, a unit, a kind; how long, in seconds."""

    file: Path | None = None
    province: str = ""
    kind: str = ""
    seconds: float = 3_600.0
    gap: float = GAP
    anew: bool = False
    yes: bool = False
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What was found of a publisher: the address that answered, counts, and its sources as TOML to register.

    state: "ok", or why nothing is registered: "silent", "elsewhere", "no feed".
    """

    at: datetime
    state: str
    address: str = ""
    feeds: int = 0
    chosen: int = 0
    items: int = 0
    news: int = 0
    old: int = 0
    joins: int = 0
    newest: str = ""
    toml: str = ""
    error: str = ""


_NOTES = TypeAdapter(dict[str, Note])


def go_through(desk: Desk, choice: Choice) -> None:
    """Look at each publisher, say what answers, and register it if that is wanted.

    Raises:
        BadInput: the catalogue cannot be read, or nobody in it fits.
    """
    wanted = _wanted(choice)
    path = desk.settings.data / "discovered.json"
    notes = {} if choice.anew else _read(path)
    end = time.monotonic() + choice.seconds
    done: list[str] = []
    try:
        with looking(desk, gap=choice.gap, allow_private=choice.allow_private) as (scout, reader):
            for at, one in enumerate(wanted, 1):
                note = notes.get(one.id)
                if note is None or now() - note.at > _FRESH.get(note.state, _AGAIN):
                    if time.monotonic() >= end:
                        continue
                    stop = min(end, time.monotonic() + _SECONDS)
                    note = _look(desk, replace(scout, most=_MOST, deadline=stop), reader, one, choice)
                    notes[one.id] = note
                    _keep(path, notes)
                done.append(one.id)
                say(
                    f"{at}/{len(wanted)} {one.id}: {note.state}"
                    + (f", {note.chosen} feeds" if note.chosen else "")
                )
                if choice.yes and note.toml:
                    _register(desk, note.toml)
    finally:
        _table([one for one in wanted if one.id in done], notes, registered=choice.yes)
    if len(done) < len(wanted):
        say(f"{len(wanted) - len(done):,} were not asked: the time is over. Run it again to go on.")


def _wanted(choice: Choice) -> list[Publisher]:
    try:
        listed = catalogue.read(choice.file.read_text("utf-8-sig")) if choice.file else catalogue.shipped()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(choice.file), f"cannot be read: {error}") from error
    if choice.kind and choice.kind not in _KINDS:
        raise BadInput("kind", f"{choice.kind!r} is none of {', '.join(_KINDS)}")
    within = catalogue.within(listed, choice.province) if choice.province else list(listed)
    wanted = [one for one in within if choice.kind in ("", one.kind)]
    if not wanted:
        raise BadInput("discover", "nobody in the catalogue fits")
    return wanted


def _look(desk: Desk, scout: Scout, reader: Reader, one: Publisher, choice: Choice) -> Note:
    """Return what one publisher has, at the first of its addresses that has feeds."""
    errors: list[str] = []
    for address in one.addresses():
        try:
            seen = visit(scout, address, one.feeds)
            if not _theirs(seen.url, one):
                return Note(
                    now(),
                    "elsewhere",
                    seen.url,
                    error=f"{address} leads to another site: look at it yourself",
                )
            found = survey(desk, reader, seen, one.source())
        except TinTinhError as error:
            errors.append(str(error))
            continue
        return _noted(found, choice)
    return Note(now(), "no feed", error="; ".join(errors))


def _register(desk: Desk, told: str) -> None:
    """Register what a note holds; of who is registered meanwhile, only the doors are new."""
    with desk.db.read() as conn:
        known = sources.many(conn)
    register(
        desk,
        [replace(one, source=known.get(one.source.source_id, one.source)) for one in registry.load(told)],
    )


def _theirs(url: str, one: Publisher) -> bool:
    """Tell whether an address is of the publisher: a lapsed domain may lead to anybody."""
    end = newest_host(host(url))
    known = {newest_host(name) for name in one.hosts} | {newest_host(host(page)) for page in one.pages}
    return any(end == name or end.endswith(f".{name}") or name.endswith(f".{end}") for name in known)


def _noted(found: Survey, choice: Choice) -> Note:
    chosen = [feed for feed in found.feeds if feed.chosen]
    counts = would_come(chosen)
    newest = max(
        (item.published for feed in chosen for item in feed.items), key=lambda one: one.at, default=None
    )
    state = "ok"
    if newest is None or newest.at < now() - _SILENT:
        state = "silent"
    wanted = found.registered([feed.number for feed in chosen], allow_private=choice.allow_private)
    return Note(
        at=now(),
        state=state,
        address=found.address,
        feeds=len(found.feeds),
        chosen=len(chosen),
        items=counts["items"],
        news=counts["news"],
        old=counts["old"],
        joins=counts["joins"],
        newest=newest.text() if newest else "",
        toml=registry.dump([wanted]) if state == "ok" else "",
    )


def _table(done: Sequence[Publisher], notes: dict[str, Note], *, registered: bool) -> None:
    out("id\thome\tstate\tfeeds\tchosen\titems\tnews\told\tjoins\tnewest\taddress")
    for one in done:
        note = notes[one.id]
        counts = (
            (note.feeds, note.chosen, note.items, note.news, note.old, note.joins)
            if note.feeds
            else ("-",) * 6
        )
        where = note.address if note.state in ("ok", "silent") else note.error
        out_row(one.id, home(one.source()), note.state, *counts, note.newest or None, where)
    good = [notes[one.id] for one in done if notes[one.id].state == "ok"]
    said = "Registered" if registered else "Nothing is registered yet. With --yes:"
    say(
        f"{said} {len(good):,} of {len(done):,} publishers, {sum(one.chosen for one in good):,} feeds, "
        f"{sum(one.items for one in good):,} items, {sum(one.old for one in good):,} of them old."
    )


def _read(path: Path) -> dict[str, Note]:
    """Return the notes of before; none if there are none that can be read."""
    try:
        return _NOTES.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return {}


def _keep(path: Path, notes: dict[str, Note]) -> None:
    """Keep the notes: whole or not at all."""
    beside = path.with_suffix(".new")
    told = {name: asdict(note) | {"at": note.at.isoformat()} for name, note in notes.items()}
    beside.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    beside.replace(path)
