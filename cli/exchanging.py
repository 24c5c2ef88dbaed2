"""Lists of sources in and out: what `sources import` takes and `sources export` gives."""

import sys
from collections.abc import Iterable
from pathlib import Path

from cli.console import out_row, say
from cli.desk import Desk, now
from pipeline import registry, source_lists
from pipeline.errors import BadInput
from pipeline.registry import Change, Registered
from pipeline.source_lists import ListForm
from pipeline.store import sources


def take(desk: Desk, file: Path, *, dry_run: bool) -> int:
    """Register the sources of a list, name its bad lines, and return how many there are.

    Raises:
        BadInput: the file cannot be read, or it is no list.
    """
    body = _read(file)
    with desk.db.read() as conn:
        listed = source_lists.read(body, sources.listed(conn))
        before = registry.stored(conn)
    for one, change in registry.compare(before, listed.registered):
        if change is not Change.SAME:
            by = listed.homes.get(one.source.source_id)
            home = f"{one.source.province} (found by {by})" if by else one.source.province
            out_row(change, one.source.source_id, one.source.name, home, len(one.doors))
    for problem in listed.problems:
        say(str(problem))
    warn(before, listed.registered)
    doors = sum(len(one.doors) for one in listed.registered)
    told = f"{len(listed.registered):,} sources, {doors:,} doors; {len(listed.problems):,} bad lines"
    if dry_run:
        say(f"{told}. Nothing is registered: a dry run.")
        return len(listed.problems)
    with desk.db.write() as conn:
        registry.save(conn, listed.registered, now(), new_folders=True)
    say(f"{told}. No host was asked; to try the feeds: ./tintinh sources check")
    return len(listed.problems)


def warn(before: Iterable[Registered], wanted: Iterable[Registered]) -> None:
    """Say which feeds two sources would have: each would tell everything a second time."""
    for mine, url, other in registry.shared(before, wanted):
        say(
            f"warning: {url} of {mine} is a feed of {other} too; one of them is enough: "
            "./tintinh sources drop-feed ID URL"
        )


def give(desk: Desk, form: str) -> None:
    """Print the registry as a list. Raises BadInput: there is no such form."""
    if form not in tuple(ListForm):
        raise BadInput("format", f"{form!r} is none of {', '.join(ListForm)}")
    with desk.db.read() as conn:
        told = source_lists.write(registry.stored(conn), ListForm(form))
    sys.stdout.flush()
    sys.stdout.buffer.write(told)
    sys.stdout.buffer.flush()


def _read(file: Path) -> bytes:
    """Return the bytes of a file, no more than a list may have and one."""
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(source_lists.LARGEST + 1)
        with file.open("rb") as opened:
            return opened.read(source_lists.LARGEST + 1)
    except OSError as error:
        raise BadInput(str(file), f"cannot be read: {error.strerror or error}") from error
