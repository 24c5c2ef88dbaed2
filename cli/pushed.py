"""`push subscribers`, `push deny` and `push log`: who is told at our WebSub hub, and what came of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import local, out_row, say

if TYPE_CHECKING:
    from pipeline.store import Connection

LimitOption = Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")]


def subscribers(*, limit: LimitOption = 1_000) -> None:
    """List subscriptions at our hub: number, state, callback's host, topic, lease, deliveries, last, reason.

    A callback's whole address is not shown: it is what a subscriber knows hubs by.

    \b
    Example:
      ./tintinh push subscribers
    """
    from cli.desk import desk
    from pipeline.store import hub_subscribers

    with desk() as opened, opened.db.read() as conn:
        say("number\tstate\thost\ttopic\tlease until\tdeliveries\tlast\treason")
        for one in hub_subscribers.listed(conn, limit):
            times = (local(one.lease_until), one.deliveries, local(one.delivered_at))
            out_row(one.subscriber_id, one.state, one.host, one.topic, *times, one.error or None)


def deny(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `push subscribers` shows it.")],
    *,
    because: Annotated[str, typer.Option(help="Why; the subscriber is told.")] = "",
) -> None:
    """End a subscription at our hub and tell its callback so.

    \b
    Example:
      ./tintinh push deny 12 --because "gọi quá nhiều"
    """
    from cli.desk import desk, now
    from pipeline import hub
    from pipeline.errors import NotFound
    from pipeline.store import hub_subscribers

    with desk() as opened, opened.db.write() as conn:
        known = hub_subscribers.get(conn, number)
        if known is None:
            raise NotFound(str(number), "is no subscription; see ./tintinh push subscribers")
        hub.deny(conn, known, because, now())
    say(f"{number} is ended")


def log(
    *,
    failing: Annotated[bool, typer.Option("--failing", help="Only what fails or was given up.")] = False,
    limit: LimitOption = 100,
) -> None:
    """List the last attempts outward, newest first: when, kind, host, status, milliseconds, why it failed.

    With --failing: each delivery that fails, with its failures in a row, since when, and the next try.

    \b
    Examples:
      ./tintinh push log
      ./tintinh push log --failing
    """
    from cli.desk import desk
    from pipeline.store import deliveries

    with desk() as opened, opened.db.read() as conn:
        if failing:
            say("kind\thost\tstate\tfailures\tsince\tnext\tstatus\treason")
            for one in deliveries.standing(conn, limit, failing=True):
                due = local(one.due) if one.state == "due" else None
                times = (one.attempts, local(one.failing_since), due, one.status)
                out_row(one.kind, one.host, one.state, *times, one.error or None)
            return
        say("when\tkind\thost\tstatus\tms\treason")
        for tried in deliveries.attempts(conn, limit):
            out_row(local(tried.at), tried.kind, tried.host, tried.status, tried.ms, tried.reason or None)


def outward(conn: "Connection") -> tuple[str, bool, str]:
    """Return how deliveries outward are, as a line of the doctor: its name, whether all is well, what is."""
    from pipeline.store import deliveries, endpoints, hub_subscribers
    from pipeline.store.endpoints import State

    counts, subscriptions = deliveries.counts(conn), hub_subscribers.counts(conn)
    known = endpoints.listed(conn)
    off = [str(one.endpoint_id) for one in known if one.state is State.DISABLED]
    said = (
        f"{counts['due']:,} due, {counts['failing']:,} failing; {subscriptions['active']:,} subscriptions, "
    )
    said += f"{subscriptions['suspended']:,} suspended; {len(known):,} webhooks"
    said += f", disabled: {', '.join(off)}; see ./tintinh push list" if off else ""
    return "push", not off, said
