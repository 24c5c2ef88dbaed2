"""`export`: everything that was ever received, as JSON lines."""

from typing import Annotated

import typer

from cli.console import out_json


def export(*, text: Annotated[bool, typer.Option("--text", help="Add summary and body.")] = False) -> None:
    """Print one JSON line for each external id ever received, with its story and decision.

    \b
    Example:
      ./tintinh export > entries.jsonl
    """
    from cli.desk import desk
    from pipeline.store import export as store

    with desk() as opened, opened.db.read() as conn:
        for line in store.lines(conn, text=text):
            out_json(line)
