"""`ingest`: hand in files."""

from pathlib import Path
from typing import Annotated

import typer

Paths = Annotated[
    list[Path],
    typer.Argument(help="Files and folders: feeds, .txt, .md, .html, .docx, .pdf, .jsonl; also .gz of them."),
]
SourceOption = Annotated[
    str, typer.Option("--source", help="Whose they are, where they do not say; registered if unknown.")
]
BackfillOption = Annotated[bool, typer.Option("--backfill", help="Old news: searchable, in no live feed.")]
WaitOption = Annotated[
    bool, typer.Option("--wait", help="Return when everything is settled, indexed and published.")
]


def ingest(
    paths: Paths, source: SourceOption = "", *, backfill: BackfillOption = False, wait: WaitOption = False
) -> None:
    """Hand in feeds, bulletins, articles, or .jsonl files with one object a line.

    With a living `up` on the data folder its workers do the rest; without one this command does,
    and returns when everything is settled, indexed and published in any case.

    \b
    Examples:
      ./tintinh ingest bulletins/*.txt --source cong-dong-thap --wait
      ./tintinh ingest archive.jsonl.gz --backfill
    """
    from cli.desk import desk
    from cli.taking import Taking
    from cli.waiting import finish

    with desk() as opened:
        taking = Taking(opened, source, backfill=backfill)
        taking.take(paths)
        finish(opened, "receive", wait=wait)
        taking.report()
    if taking.passed_over:
        raise typer.Exit(1)
