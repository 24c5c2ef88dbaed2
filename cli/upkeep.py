"""The commands that keep things well: `quarantine`, `publish`, `db`, `doctor`."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import local, out, out_row, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.desk import Desk
    from pipeline.drift import Alarm
    from pipeline.model import SourceId
    from pipeline.store.intakes import Intake
    from pipeline.websub import Subscription

quarantine = typer.Typer(help="What could not be read: look, try again, give up.", no_args_is_help=True)
db = typer.Typer(help="The database: its schema, and moving it.", no_args_is_help=True)

HeldArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="As `quarantine list` shows it.")]
SomeArgument = Annotated[
    int | None, typer.Argument(metavar="[NUMBER]", help="As `quarantine list` shows it.")
]
SourceOption = Annotated[str, typer.Option("--source", metavar="ID", help="All that is held of a source.")]


@quarantine.command("list")
def listed(
    source: Annotated[str, typer.Option("--source", metavar="ID", help="Only of this source.")] = "",
) -> None:
    """List what is in quarantine: number, receipt, stage, time, reason, source, id, title as it tells them.

    \b
    Example:
      ./tintinh quarantine list
    """
    from cli.desk import desk
    from pipeline.glimpse import Glimpse
    from pipeline.store import quarantine as store
    from pipeline.store import unread

    with desk() as opened, opened.db.read() as conn:
        say("number\treceipt\tstage\ttime\treason\tsource\tid\ttitle")
        held = store.listed(conn, source_id=source)
        named = unread.glimpses(conn, [one.receipt_id for one in held if not one.text_hash])
        for one in held:
            whole = named.get(one.receipt_id, Glimpse())
            told = (one.external_id, one.title) if one.text_hash else (whole.external_id, whole.title)
            item = (one.source_id, *(part or None for part in told))
            out_row(one.held_id, one.receipt_id, one.stage, local(one.at), one.reason, *item)


@quarantine.command()
def show(number: HeldArgument) -> None:
    """Print the bytes that were put aside, of an item its receipt's; the reason goes to stderr.

    \b
    Example:
      ./tintinh quarantine show 3 > bad.xml
    """
    import sys

    from cli.desk import desk
    from pipeline.store import quarantine as store

    with desk() as opened, opened.db.read() as conn:
        one = store.get(conn, number)
        say(one.reason)
        if one.text_hash:
            say(f"{one.source_id}: {one.title} ({one.external_id})")
        sys.stdout.buffer.write(store.body(conn, number))


@quarantine.command()
def replay(
    number: SomeArgument = None,
    *,
    source: SourceOption = "",
    old: Annotated[bool, typer.Option("--old", help="Release items as old news: in no live feed.")] = False,
) -> None:
    """Send a receipt through the stages once more, or release items that are held.

    \b
    Examples:
      ./tintinh quarantine replay 3
      ./tintinh quarantine replay --source cong-an-giang --old
    """
    from cli.desk import desk
    from cli.waiting import finish
    from pipeline.store import quarantine as store

    _one_or_all(number, source)
    with desk() as opened:
        with opened.db.write() as conn:
            if number is None:
                count = store.replay_all(conn, source, as_old=old)
            else:
                count = store.replay(conn, number, as_old=old)
        say(f"{count:,} released")
        finish(opened, "receive", wait=True)


@quarantine.command()
def drop(number: SomeArgument = None, *, source: SourceOption = "") -> None:
    """Give receipts or items up: a text that was dropped stays away though its feed repeats it.

    The bytes stay in the database.

    \b
    Examples:
      ./tintinh quarantine drop 3
      ./tintinh quarantine drop --source cong-an-giang
    """
    from cli.desk import desk
    from pipeline.store import quarantine as store

    _one_or_all(number, source)
    with desk() as opened, opened.db.write() as conn:
        count = store.drop_all(conn, source) if number is None else store.drop(conn, number)
    say(f"{count:,} given up")


def _one_or_all(number: int | None, source: str) -> None:
    from pipeline.errors import BadInput

    if (number is None) == (not source):
        raise BadInput("quarantine", "say either a NUMBER or --source ID")


def publish(
    *, everything: Annotated[bool, typer.Option("--all", help="Render every known channel anew.")] = False
) -> None:
    """Bring the feed files up to the change log, or with --all render all of them anew.

    \b
    Example:
      ./tintinh publish --all
    """
    from cli.desk import desk, now
    from cli.local import publish_all_changes
    from feeds.publish import publish_all

    with desk() as opened:
        publish_all_changes(opened)
        if everything:
            chosen = opened.settings
            done = publish_all(opened.db, chosen.feeds_dir, opened.base_url(), now(), hub=opened.hub())
            say(f"{done.files:,} files changed")


@db.command()
def upgrade() -> None:
    """Bring the schema to its newest revision.

    \b
    Example:
      TINTINH_DATABASE_URL=postgresql://tintinh@db/tintinh ./tintinh db upgrade
    """
    from cli import folder
    from pipeline.config import settings
    from pipeline.store import open_database

    chosen = settings()
    folder.make(chosen.data)
    opened = open_database(chosen.sql_url)
    opened.migrate()
    opened.close()
    say("the schema is the newest")


@db.command()
def copy(
    target: Annotated[
        str, typer.Argument(metavar="URL", help="An empty database: postgresql://… or sqlite:///…")
    ],
) -> None:
    """Copy everything into an empty database, for a move from SQLite to PostgreSQL or back.

    \b
    Example:
      ./tintinh db copy postgresql://tintinh@localhost/tintinh
    """
    from cli import folder
    from pipeline.config import read_settings, settings
    from pipeline.store import open_database, transfer

    chosen = settings()
    goal = read_settings({"TINTINH_DATABASE_URL": target})
    with folder.held(chosen.data, "a copy of the database"):
        origin, copied = open_database(chosen.sql_url), open_database(goal.sql_url)
        for table, rows in transfer.copy(origin, copied):
            say(f"{table}: {rows:,}")
        origin.close()
        copied.close()


def doctor() -> None:
    """Say what is here and what is wrong, a line each; exit code 1 if anything is.

    \b
    Example:
      ./tintinh doctor
    """
    from cli.desk import desk

    with desk() as opened:
        found = list(_examined(opened))
    for name, fine, said in found:
        out(f"{'ok' if fine else '!!'}  {name}: {said}")
    if not all(fine for _, fine, _ in found):
        raise typer.Exit(1)


def _examined(opened: "Desk") -> "Iterator[tuple[str, bool, str]]":
    """Yield each part's name, whether it is well, and what there is to say."""
    import shutil

    from cli.desk import now
    from cli.pushed import outward
    from pipeline import topiclist
    from pipeline.store import doors, intakes, numbers, pushes, subscriptions

    chosen = opened.settings
    yield "data folder", True, str(chosen.data.resolve())
    free = shutil.disk_usage(chosen.data).free
    yield "disk", free > _LEAST_DISK, f"{free / 1e9:.1f} GB free"
    yield "sql", opened.db.current(), opened.db.url.split("://", 1)[0]
    yield "up", True, f"runs at {opened.run.web_url}" if opened.run else "does not run on this folder"
    with opened.db.read() as conn:
        state = numbers.state(conn, now())
        quiet = [one.source_id for one in pushes.silent_webhooks(conn, now())]
        hubs = subscriptions.listed(conn)
        ill = [
            one for one in intakes.listed(conn) if one.kind == "feed" and one.failures and not one.paused_at
        ]
        unread = doors.passed_over_count(conn)
        going_out = outward(conn)
    late = state["oldest_unread_seconds"]
    yield (
        "receipts",
        late < _LATE_SECONDS,
        f"{_counted(state['receipts'])}; the oldest unread one is {late:.0f} s old",
    )
    yield "entries", True, f"{state['entries']:,}, of them {state['unlinked']:,} to link"
    yield "stories", True, f"{state['stories']:,}"
    yield "crowds", True, f"{state['crowds']:,} runs of words that too many entries hold to find any"
    for name, reader in state["readers"].items():
        yield name, reader["lag_seconds"] < _LATE_SECONDS, f"{reader['behind']:,} changes behind"
    wrong = topiclist.problem()
    yield (
        "topics",
        not wrong,
        wrong or f"{len(topiclist.current().topics)} from {chosen.topics or 'the shipped list'}",
    )
    held = state["quarantine_open"]
    yield "quarantine", not held, f"{held:,} open" + ("; see ./tintinh quarantine list" if held else "")
    yield "drift", not state["drifts"], _drifts(state["drifts"])
    failing = state["intakes"]["failing"]
    yield "feeds", not failing, f"{state['intakes']['feeds']:,}, {failing:,} failing{_failing(ill)}"
    asked = state["hosts"]
    said = f"{asked['known']:,} hosts, {asked['unanswered']:,} of them never answered and wait"
    said += f"; {asked['reserving']:,} reserve text and data mining"
    yield "robots.txt", not asked["unanswered"], said
    yield "pages", True, _counted(state["pages"])
    yield "webhooks", not quiet, _quiet(quiet)
    yield _hubs(hubs)
    yield going_out
    yield (
        "folders",
        not unread,
        f"{unread:,} files and mails that nothing could be made of" + (_SEE_OPS if unread else ""),
    )
    yield _meilisearch(opened)


def _hubs(hubs: "Sequence[Subscription]") -> tuple[str, bool, str]:
    """Return how subscriptions at WebSub hubs are."""
    from pipeline.websub import State

    counts = Counter(str(one.state) for one in hubs)
    open_ = [one for one in hubs if one.state is not State.ENDED]
    ill = [one for one in open_ if one.failures >= _MOST_FAILURES or one.ignored > one.deliveries]
    told = ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items())) or "none"
    last = f"; {ill[0].hub}: {ill[0].error or 'deliveries with a wrong signature'}" if ill else ""
    return "WebSub", not ill, f"{told}{last}"


def _drifts(drifts: "dict[SourceId, list[Alarm]]") -> str:
    """Return what has changed at sources in kind, with the figures and since when."""
    return (
        "; ".join(
            f"{source_id}: {alarm.measure}{' of pages' if alarm.pages else ''} "
            f"{alarm.usual:.2f} → {alarm.now:.2f} since {alarm.since}"
            for source_id, alarms in drifts.items()
            for alarm in alarms
        )
        or "every source is as it is used to be"
    )


def _failing(ill: "Sequence[Intake]") -> str:
    """Return the feeds that fail for longest with their reasons, and where to look further; "" for none."""
    if not ill:
        return ""
    first = sorted(ill, key=lambda one: -one.failures)[:_SHOWN_FEEDS]
    told = "; ".join(f"{one.source_id} ({one.error})" for one in first)
    more = f"; and {len(ill) - len(first):,} more" if len(ill) > len(first) else ""
    return f": {told}{more}; see /ops or ./tintinh sources show {first[0].source_id}"


def _quiet(silent: "list[SourceId]") -> str:
    return f"silent beyond their habit: {', '.join(silent)}" if silent else "none is silent beyond its habit"


def _counted(counts: "dict[str, int]") -> str:
    return ", ".join(f"{count:,} {name!s}" for name, count in counts.items())


def _meilisearch(opened: "Desk") -> tuple[str, bool, str]:
    from cli.desk import now
    from cli.engines import meilisearch_binary
    from pipeline.errors import EngineUnavailable
    from search import health
    from search.index import open_index

    try:
        index = open_index(opened.settings, hurried=True)
        if index is None:
            return "Meilisearch", True, str(meilisearch_binary(opened.settings))
    except EngineUnavailable as error:
        return "Meilisearch", False, str(error)
    seen = health.look(opened.db, index, now())
    raised = health.alarms(seen, health.limits(opened.settings))
    told = f"{seen.documents:,} documents, {seen.refused:,} refused"
    return "Meilisearch", not raised, "; ".join([*raised.values()] or [told])


_LEAST_DISK = 2_000_000_000  # bytes; Meilisearch stops taking tasks on a full disk and says so nowhere
_LATE_SECONDS = 300.0
_SHOWN_FEEDS = 5
_MOST_FAILURES = 3  # of a hub in a row; the feed is polled all the same
_SEE_OPS = "; see ./tintinh sources check"
