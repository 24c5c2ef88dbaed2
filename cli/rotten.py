"""The commands for sources gone wrong: `sources pause`, `resume` and `rollback`."""

from datetime import datetime
from typing import Annotated

import typer

from cli.console import out_row, say

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As `sources list` shows it.")]
_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]


def pause(
    source_id: IdArgument,
    *,
    because: Annotated[str, typer.Option(help="Why; the ops page shows it.")] = "",
) -> None:
    """Pause a source: it is not polled; what it pushes is kept and read when it is resumed.

    \b
    Example:
      ./tintinh sources pause cong-an-giang --because "trang bị chèn quảng cáo"
    """
    from cli.desk import desk, now
    from pipeline.model import SourceId
    from pipeline.store import pauses

    with desk() as opened, opened.db.write() as conn:
        pauses.pause(conn, SourceId(source_id), because, now())
    say(f"{source_id} is paused; what it told stays, see ./tintinh sources rollback")


def resume(source_id: IdArgument) -> None:
    """Resume a paused source: it is polled again, and what waited is read.

    \b
    Example:
      ./tintinh sources resume cong-an-giang
    """
    from cli.desk import desk
    from cli.waiting import finish
    from pipeline.model import SourceId
    from pipeline.store import pauses

    with desk() as opened:
        with opened.db.write() as conn:
            waited = pauses.resume(conn, SourceId(source_id))
        say(f"{source_id} is resumed; {waited:,} receipts waited")
        finish(opened, "receive", wait=bool(waited))


def rollback(
    source_id: IdArgument,
    *,
    since: Annotated[
        datetime | None, typer.Option(formats=_FORMATS, help="What came from then on, by Viet Nam's clock.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=_FORMATS, help="And before then; default: now.")
    ] = None,
    because: Annotated[str, typer.Option(help="Why; editors see it with each story.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much it would be.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Bring back what its last rollback took out.")] = False,
) -> None:
    """Withdraw everywhere what a source brought in a span of time; it stays out when it is told again.

    Prints how many entries were brought, how many older ones got their present text then, how many
    stories end and how many go on in the words of others.

    \b
    Examples:
      ./tintinh sources rollback cong-an-giang --since "2026-11-20 19:00" --dry-run
      ./tintinh sources rollback cong-an-giang --since 2026-11-20 --because "trang bị tấn công"
      ./tintinh sources rollback cong-an-giang --undo
    """
    import getpass

    from cli.desk import desk, now
    from cli.waiting import finish
    from pipeline.errors import BadInput
    from pipeline.model import LOCAL_ZONE, SourceId
    from pipeline.store import rollbacks

    if undo == (since is not None):
        raise BadInput("rollback", "say either --since TIME or --undo")
    source, by = SourceId(source_id), getpass.getuser()
    with desk() as opened:
        moment = now()
        if since is None:
            with opened.db.write() as conn:
                count = rollbacks.undo(conn, source, by, moment)
            say(f"{count:,} entries are back")
        else:
            begin = since.replace(tzinfo=LOCAL_ZONE)
            end = until.replace(tzinfo=LOCAL_ZONE) if until else moment
            with opened.db.write() as conn:
                found = rollbacks.extent(conn, source, begin, end)
                if not dry_run:
                    rollbacks.withdraw(conn, source, found, begin, by, moment, because)
            for name, number in (
                ("brought", len(found.brought)),
                ("revised", len(found.revised)),
                ("stories end", found.ends),
                ("stories go on", found.goes_on),
                ("embargoed", len(found.embargoed)),
            ):
                out_row(name, number)
        if not dry_run:
            finish(opened, "settle", wait=True)
