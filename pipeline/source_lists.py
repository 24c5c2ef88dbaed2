"""Lists of sources from elsewhere: OPML of a feed reader, CSV of a spreadsheet, our own TOML. Pure.

What a list is, its content says, never its name. A bad line is named with its number and a reason and stops
no other. Lists that we write are read back as the same registry; webhook keys are in none of them.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from pipeline import catalogue, discovery, list_csv, list_opml, registry
from pipeline.encoding import read as text_of
from pipeline.errors import BadInput, Unreadable
from pipeline.list_rows import Problem, Row
from pipeline.model import Source
from pipeline.registry import Registered
from pipeline.text import clean, plain, slug
from pipeline.urls import host, newest_host

__all__ = ["LARGEST", "ListForm", "Listed", "Problem", "read", "suggested_id", "write"]

LARGEST = 1_000_000  # bytes: 63 provinces with 40 feeds each are 300 KB
_SOURCE = re.compile(r"^[ \t]*\[\[\s*source\s*\]\]", re.MULTILINE)
_TOML = re.compile(r"^[ \t]*\[\[?[\w.\s-]+\]", re.MULTILINE)
_LONGEST_ID = 60


class ListForm(StrEnum):
    """The forms of a list."""

    TOML = "toml"
    OPML = "opml"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list holds: sources with their doors, in its order, and its bad lines."""

    form: ListForm
    registered: tuple[Registered, ...] = ()
    problems: tuple[Problem, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)  # id → where it is told first, counted from 1
    homes: Mapping[str, str] = field(default_factory=dict)  # id → by what its home was found: "its name"


def read(body: bytes, known: Sequence[Source] = ()) -> Listed:
    """Return what a list of any form holds.

    Args:
        body: the file, in any charset that Excel or a feed reader writes.
        known: who is registered. A line without an id is theirs by its host, and what a CSV or an OPML
            does not say of them stays.

    Raises:
        BadInput: nothing in it can be read as a list; says why.
    """
    if len(body) > LARGEST:
        raise BadInput("list", f"larger than {LARGEST:,} bytes")
    try:
        text = text_of(body).lstrip("\ufeff")
    except Unreadable as error:
        raise BadInput("list", f"cannot be read: {error.message}; save it as CSV (UTF-8) or OPML") from error
    if not text.strip():
        raise BadInput("list", "is empty")
    if text.lstrip().startswith("<"):
        rows, problems = list_opml.read(text)
        return _gathered(ListForm.OPML, rows, problems, known)
    if _TOML.search(text):
        return _from_toml(text)
    rows, problems = list_csv.read(text)
    return _gathered(ListForm.CSV, rows, problems, known)


def write(registered: Iterable[Registered], form: ListForm) -> bytes:
    """Return a list that `read` reads back as it was; the CSV opens in Excel as it is."""
    listed = list(registered)
    match form:
        case ListForm.TOML:
            return registry.dump(listed).encode()
        case ListForm.OPML:
            return list_opml.write(listed)
        case ListForm.CSV:
            return list_csv.write(listed)


def suggested_id(name: str, address: str, taken: Iterable[str] = ()) -> str:
    """Return an id for a source that has none: by the catalogue, its name, else its host.

    One that is taken gets a number behind it. "nguon" where nothing is known. Never raises.
    """
    theirs = host(address)
    listed = catalogue.of_host(theirs)
    wanted = listed.id if listed else slug(name)
    if not wanted or len(wanted) > _LONGEST_ID:
        wanted = slug(theirs)[:_LONGEST_ID].strip("-")
    wanted = wanted or "nguon"
    used, number, free = set(taken), 2, wanted
    while free in used:
        free, number = f"{wanted}-{number}", number + 1
    return free


def _from_toml(text: str) -> Listed:
    """Read our own form; where it is no TOML as a whole, each [[source]] is tried by itself."""
    starts = [found.start() for found in _SOURCE.finditer(text)]
    registry.load(text[: starts[0]] if starts else text)
    found: list[Registered] = []
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line = text.count("\n", 0, start) + 1
        try:
            [one] = registry.load(text[start:end])
        except BadInput as error:
            problems.append(Problem(line, str(error)))
            continue
        if one.source.source_id in lines:
            problems.append(
                Problem(line, f"{one.source.source_id} stands in line {lines[one.source.source_id]} too")
            )
            continue
        lines[one.source.source_id] = line
        found.append(one)
    return Listed(ListForm.TOML, tuple(found), tuple(problems), lines)


@dataclass(slots=True)
class _Told:
    """What the lines of one source say together."""

    line: int
    guessed: bool  # its id is ours, made of its host or its name
    fields: dict[str, Any] = field(default_factory=dict)
    title: str = ""


def _gathered(
    form: ListForm, rows: Iterable[Row], problems: Iterable[Problem], known: Sequence[Source]
) -> Listed:
    """Put the lines of each source together; a line that is wrong by itself is left out."""
    by_id = {str(one.source_id): one for one in known}
    by_host = {newest_host(name): str(one.source_id) for one in reversed(known) for name in one.hosts}
    by_name: dict[str, list[str]] = {}
    for source in known:
        by_name.setdefault(plain(source.name), []).append(str(source.source_id))
    bad = list(problems)
    told: dict[str, _Told] = {}
    for row in rows:
        try:
            named = _named(row, by_host, by_name, {*told, *by_id})
            one = registry.make(_fields(row, named))
        except BadInput as error:
            bad.append(Problem(row.line, str(error)))
            continue
        so_far = told.setdefault(named, _Told(row.line, not row.source_id))
        so_far.title = so_far.title or clean(row.title).strip()
        _add(so_far.fields, row, one)
        for name in _hosts_of(row, one):
            by_host.setdefault(newest_host(name), named)
        if row.name and named not in by_name.setdefault(plain(row.name), []):
            by_name[plain(row.name)].append(named)
    found: list[Registered] = []
    homes: dict[str, str] = {}
    for named, together in told.items():
        try:
            whole = _whole(named, together, by_id.get(named))
        except BadInput as error:
            bad.append(Problem(together.line, str(error)))
            continue
        if named not in by_id and together.guessed:
            whole, by = _at_home(whole)
            homes |= {named: by} if by else {}
        found.append(whole)
    kept = {str(one.source.source_id) for one in found}
    lines = {named: together.line for named, together in told.items() if named in kept}
    return Listed(form, tuple(found), tuple(sorted(bad, key=lambda one: one.line)), lines, homes)


def _at_home(one: Registered) -> tuple[Registered, str]:
    """Return a source with the home its host or name tells, and by which; "" if nothing was added."""
    source = one.source
    if source.province is not None:
        return one, ""
    address = f"https://{source.hosts[0]}/" if source.hosts else ""
    like, by = discovery.proposed(address, source.name, ())
    if like.province is None:
        return one, ""
    return replace(one, source=replace(source, province=like.province, area=like.area)), by


def _named(
    row: Row, by_host: Mapping[str, str], by_name: Mapping[str, Sequence[str]], taken: Collection[str]
) -> str:
    """Return the id of the source that a line tells of; without id and host, of the one with its name."""
    if row.source_id:
        return row.source_id
    address = row.site or row.url
    mine = newest_host(row.hosts[0]) if row.hosts else host(address)
    if mine in by_host:
        return by_host[mine]
    if not mine and not row.title and not row.name:
        raise BadInput("id", "a line needs an id, a host or the address of a feed")
    namesakes = by_name.get(plain(row.name), ()) if row.name and not mine else ()
    if len(namesakes) > 1:
        raise BadInput("id", f"{row.name!r} is the name of {', '.join(namesakes)}: say which id")
    if namesakes:
        return namesakes[0]
    return suggested_id(row.name or row.title, address or f"https://{mine}/", taken)


def _fields(row: Row, named: str) -> dict[str, Any]:
    """Return the line as a [[source]] of its own."""
    fields: dict[str, Any] = {
        "id": named,
        "name": row.name,
        "province": row.province,
        "area": row.area,
        "hosts": list(row.hosts),
        "host": [{name: value for name, value in row.seat.items() if value}] if row.seat else [],
        "intake": [_door(row)] if row.kind or row.url or row.path else [],
    }
    return fields | ({"rights": row.rights} if row.rights else {})


def _door(row: Row) -> dict[str, object]:
    kind = row.kind or "feed"
    return {"kind": kind, "url": row.url, "path": row.path, "allow_private": row.allow_private}


def _hosts_of(row: Row, one: Registered) -> list[str]:
    """Return the hosts that a line names or shows: of a feed without any, the feed's own."""
    shown = host(row.site) or host(row.url)
    return list(one.source.hosts) or ([shown] if shown and not row.source_id else [])


def _add(fields: dict[str, Any], row: Row, one: Registered) -> None:
    """Add what a line says; of two words on the same thing the first stands."""
    for name, value in (
        ("name", row.name),
        ("province", row.province),
        ("area", row.area),
        ("rights", row.rights),
    ):
        if value and not fields.get(name):
            fields[name] = value
    for name, values in (("hosts", _hosts_of(row, one)), ("host", _fields(row, "-")["host"])):
        fields[name] = [
            *fields.get(name, []),
            *(value for value in values if value not in fields.get(name, [])),
        ]
    fields["intake"] = [*fields.get("intake", []), *([_door(row)] if one.doors else [])]


def _whole(named: str, told: _Told, known: Source | None) -> Registered:
    """Return a source with what its lines, the registry or the catalogue say of it, in this order."""
    base = registry.fields(known)
    if known is None:
        listed = (catalogue.of_host(name) for name in told.fields.get("hosts", ()) if told.guessed)
        theirs = next((one for one in listed if one is not None and one.id == named), None)
        base = registry.fields(theirs.source() if theirs else None) or (
            {"name": told.title} if told.title else {}
        )
    fields = {name: value for name, value in told.fields.items() if value}
    if "province" in fields or "area" in fields:
        base |= {"province": "", "area": ""}
    for name in ("hosts", "host"):
        older = base.get(name)
        mine = fields.get(name, [])
        fields[name] = [
            *mine,
            *(one for one in (older if isinstance(older, list) else []) if one not in mine),
        ]
    made = registry.make(base | fields | {"id": named})
    return replace(made, doors=tuple(dict.fromkeys(made.doors)))
