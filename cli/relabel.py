"""`relabel`: stored entries are labelled again with today's tables."""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import out_row, say

if TYPE_CHECKING:
    from pipeline.relabel import Difference

_EXAMPLES = 20
_EVERY = 2_000  # entries between two words about how far it is


def relabel(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; write nothing.")] = False,
    source: Annotated[str, typer.Option(help="Only entries of this source.")] = "",
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only entries first seen since this day.")
    ] = None,
) -> None:
    """Label stored entries again: places, topics, documents, by the tables of today.

    Prints one line for each label: kind, slug, entries that lose it, entries that gain it; then
    up to 20 examples: entry, labels that go (-) and come (+), title. Texts, titles and ids stay. It may be
    stopped at any time and run again.

    \b
    Examples:
      ./tintinh relabel --dry-run
      ./tintinh relabel --source bao-dong-khoi --since 2026-01-01
    """
    from cli.desk import desk
    from cli.waiting import finish
    from pipeline.errors import NotFound
    from pipeline.model import LOCAL_ZONE, SourceId
    from pipeline.relabel import relabel as run
    from pipeline.store import sources

    looked_at, written = 0, 0
    gone: Counter[tuple[str, str]] = Counter()
    come: Counter[tuple[str, str]] = Counter()
    examples: list[Difference] = []
    only = SourceId(source) if source else None
    begin = since.replace(tzinfo=LOCAL_ZONE) if since else None
    with desk() as opened:
        with opened.db.read() as conn:
            if only is not None and sources.get(conn, only) is None:
                raise NotFound(source, "there is no such source")
        for batch in run(opened.db, source_id=only, since=begin, dry_run=dry_run):
            looked_at += batch.looked_at
            written += len(batch.different)
            for one in batch.different:
                gone.update(one.gone)
                come.update(one.come)
                examples += [one] if (one.gone or one.come) and len(examples) < _EXAMPLES else []
            if looked_at % _EVERY < batch.looked_at:
                say(f"{looked_at:,} entries looked at, {written:,} to change")
        for kind, slug in sorted(gone.keys() | come.keys()):
            out_row(kind, slug, gone[kind, slug], come[kind, slug])
        for one in examples:
            signed = [f"-{slug}" for _, slug in one.gone] + [f"+{slug}" for _, slug in one.come]
            out_row(one.entry_id, " ".join(signed), one.title)
        would = "would change" if dry_run else "changed"
        say(f"{looked_at:,} entries looked at, {written:,} {would}")
        if written and not dry_run:
            finish(opened, "settle", wait=True)
