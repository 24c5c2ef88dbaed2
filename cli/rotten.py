"""`sources pause`, `resume`, `poll`, `remove`, `drop-feed` and `rollback`: for sources gone wrong."""

from datetime import datetime
from typing import Annotated

import typer

from cli.console import out_row, say

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As `sources list` shows it.")]
FeedOption = Annotated[str, typer.Option("--feed", metavar="URL", help="Only this feed of it.")]
_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]


def pause(
    source_id: IdArgument,
    *,
    feed: FeedOption = "",
    because: Annotated[str, typer.Option(help="Why; the ops page shows it.")] = "",
) -> None:
    """Pause a source: it is not polled; what it pushes is kept and read when it is resumed.

    \b
    Examples:
      ./tintinh sources pause cong-an-giang --because "trang bị chèn quảng cáo"
      ./tintinh sources pause bao-dong-khoi --feed https://baodongkhoi.vn/rss/the-thao.rss
    """
    from cli.desk import desk, now
    from pipeline.model import SourceId
    from pipeline.store import pauses

    with desk() as opened, opened.db.write() as conn:
        if feed:
            pauses.pause_feed(conn, SourceId(source_id), feed, because, now())
        else:
            pauses.pause(conn, SourceId(source_id), because, now())
    say(f"{feed or source_id} is paused; what it told stays, see ./tintinh sources rollback")


def resume(source_id: IdArgument, *, feed: FeedOption = "") -> None:
    """Resume a paused source or feed: it is polled again, and what waited is read.

    \b
    Example:
      ./tintinh sources resume cong-an-giang
    """
    from cli.desk import desk, now
    from cli.waiting import finish
    from pipeline.model import SourceId
    from pipeline.store import pauses

    with desk() as opened:
        if feed:
            with opened.db.write() as conn:
                pauses.resume_feed(conn, SourceId(source_id), feed, now())
            say(f"{feed} is resumed and asked at once")
            return
        with opened.db.write() as conn:
            waited = pauses.resume(conn, SourceId(source_id))
        say(f"{source_id} is resumed; {waited:,} receipts waited")
        finish(opened, "receive", wait=bool(waited))


def poll(source_id: IdArgument, *, feed: FeedOption = "") -> None:
    """Have the feeds of a source polled now, whatever their turn; not where a server asked us to wait.

    \b
    Example:
      ./tintinh sources poll bao-dong-khoi
    """
    from cli.desk import desk, now
    from pipeline.model import SourceId
    from pipeline.store import pings

    with desk() as opened:
        with opened.db.write() as conn:
            due, left = pings.poll_now(conn, SourceId(source_id), now(), [feed] if feed else [])
        for url in due:
            out_row(url, "due now")
        for url in left:
            out_row(url, "stays: paused, or its server asked us to wait")
        if opened.run is None:
            say("No `up` is running: it is polled when one is.")
        else:
            from tasks import wiring

            wiring.ring("fetch")


def remove(
    source_id: IdArgument,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Pause it for good, if it cannot be deleted any more.")
    ] = False,
) -> None:
    """Delete a source that never brought anything, with its doors and keys.

    One that brought something cannot be deleted: stories name it. It is paused for good with --yes.

    \b
    Examples:
      ./tintinh sources remove bao-nham
      ./tintinh sources remove cong-an-giang --yes
    """
    from cli.desk import desk, now
    from pipeline import keys
    from pipeline.errors import BadInput
    from pipeline.model import SourceId
    from pipeline.store import pauses, removals

    mine = SourceId(source_id)
    with desk() as opened:
        with opened.db.write() as conn:
            brought = removals.has_brought(conn, mine)
            if brought and not yes:
                raise BadInput(
                    source_id,
                    "has brought something and cannot be deleted. To pause it for good: --yes; to withdraw "
                    f"what it brought: ./tintinh sources rollback {source_id} --since DATE",
                )
            if brought:
                pauses.pause(conn, mine, removals.UNWANTED, now())
            else:
                removals.remove(conn, mine, now())
        path = opened.settings.keys_file
        for key in () if brought else keys.listed(path, mine):
            keys.end(path, mine, key.fingerprint)
    say(f"{source_id} is paused for good; what it brought stays" if brought else f"{source_id} is deleted")


def drop_feed(
    source_id: IdArgument,
    url: Annotated[str, typer.Argument(metavar="URL", help="As `sources show ID` shows it.")],
) -> None:
    """Take one feed from a source; one that brought something is paused for good, what it brought stays.

    \b
    Example:
      ./tintinh sources drop-feed bao-dong-khoi https://baodongkhoi.vn/rss/the-thao.rss
    """
    from cli.desk import desk, now
    from pipeline.model import SourceId
    from pipeline.store import removals

    with desk() as opened, opened.db.write() as conn:
        deleted = removals.drop_feed(conn, SourceId(source_id), url, now())
    back = f"to ask it again: ./tintinh sources resume {source_id} --feed {url}"
    say(f"{url} is deleted" if deleted else f"{url} is paused for good, what it brought stays; {back}")


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
