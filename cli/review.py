"""`review`: what waits for an editor's word, and what was decided on a day."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import out_json

if TYPE_CHECKING:
    from pipeline.store import Connection
    from pipeline.store.review import Pair

_PAGE = 50


def review(
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only pairs of this day, by Viet Nam's clock."),
    ] = None,
    decided: Annotated[  # noqa: FBT002 - typer makes flags of booleans
        bool, typer.Option("--decided", help="What was joined on that day (today), the least certain first.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many pairs at most.")] = 100,
) -> None:
    """Print the pairs that wait for an editor's word, the likeliest first: a JSON object a pair.

    \b
    Example:
      ./tintinh review --day 2026-11-20
      ./tintinh review --decided --day 2026-11-20 --limit 20
    """
    from cli.desk import desk, now
    from pipeline import explain
    from pipeline.model import LOCAL_ZONE

    wanted = day.date() if day else now().astimezone(LOCAL_ZONE).date() if decided else None
    with desk() as opened, opened.db.read() as conn:
        for pair in _pairs(conn, wanted, limit, decided=decided):
            edge = pair.link
            out_json(
                {
                    "score": None if edge is None else edge.score,
                    "because": None if edge is None else edge.because,
                    "rules": None if edge is None else edge.rules,
                    "one": explain.entry(pair.one),
                    "other": explain.entry(pair.other),
                    "words": [explain.word(said) for said in pair.said],
                }
            )


def _pairs(conn: "Connection", day: date | None, limit: int, *, decided: bool) -> "Iterator[Pair]":
    """Yield pairs, page after page."""
    from pipeline.store import review as desk

    after = ""
    while True:
        most = min(limit, _PAGE)
        if decided and day is not None:
            page = desk.decided(conn, day, limit=most, after=after)
        else:
            page = desk.waiting(conn, day=day, limit=most, after=after)
        yield from page.pairs
        limit -= len(page.pairs)
        after = page.after
        if not after or limit <= 0:
            return
