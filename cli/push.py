"""`push`: outgoing webhooks, for whoever is to be told what changes."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli import pushed
from cli.console import local, out, out_row, say

if TYPE_CHECKING:
    from cli.desk import Desk
    from pipeline.store.endpoints import Endpoint

app = typer.Typer(help="Outgoing webhooks, and subscribers at our WebSub hub.", no_args_is_help=True)

app.command()(pushed.subscribers)
app.command()(pushed.deny)
app.command()(pushed.log)

NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="As `push list` shows it.")]
_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]


@app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where POSTs go; best https.")],
    *,
    province: Annotated[list[str] | None, typer.Option(help="Only news of this province (slug).")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="Only news about this topic (slug).")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="Only this channel (key, as in /feeds).")] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="The address may be on a private network.")
    ] = False,
) -> None:
    """Register an endpoint and print its number and its secret, once; it is told what changes from now on.

    Provinces and topics together mean both: news of these provinces about these topics.

    \b
    Examples:
      ./tintinh push add https://toasoan.example/tin-tinh
      ./tintinh push add https://toasoan.example/tin-tinh --province vinh-long --topic y-te
    """
    from cli.desk import desk, now
    from pipeline import outgoing
    from pipeline.store import changes, endpoints

    _check_choice(province or [], topic or [], channel or [])
    _check_address(url, private=allow_private)
    chosen = outgoing.chosen(province or [], topic or [], channel or [])
    with desk() as opened:
        with opened.db.write() as conn:
            number = endpoints.add(conn, url, chosen, changes.head(conn), now(), allow_private=allow_private)
        secret = outgoing.secrets_of(opened.settings.push_key_file, _known(opened, number), now())[0]
    out_row(number, secret)
    say(f"The secret is shown once. Try it: ./tintinh push test {number}")


@app.command("list")
def list_() -> None:
    """List endpoints: number, state, address without its query, channels, told, last told, behind, reason.

    \b
    Example:
      ./tintinh push list
    """
    from cli.desk import desk
    from pipeline import outgoing
    from pipeline.store import changes, endpoints

    with desk() as opened, opened.db.read() as conn:
        head = changes.head(conn)
        say("number\tstate\taddress\tchannels\ttold\tlast told\tbehind\treason")
        for one in endpoints.listed(conn):
            channels = " ".join(one.channels) or "all"
            times = (one.told, local(one.told_at), max(0, head - one.position))
            out_row(one.endpoint_id, one.state, outgoing.shown(one.url), channels, *times, one.error or None)


@app.command()
def show(number: NumberArgument) -> None:
    """Show an endpoint with its last attempts: when, status, milliseconds, why it failed. Never its secret.

    \b
    Example:
      ./tintinh push show 1
    """
    from cli.desk import desk
    from pipeline import outgoing
    from pipeline.store import changes, deliveries

    with desk() as opened, opened.db.read() as conn:
        one = _known(opened, number)
        head = changes.head(conn)
        rows = {
            "address": outgoing.shown(one.url),
            "state": one.state,
            "reason": one.error or None,
            "channels": " ".join(one.channels) or "all",
            "private addresses": "allowed" if one.allow_private else "refused",
            "since": local(one.made_at),
            "told": one.told,
            "last told": local(one.told_at),
            "changes not looked at": max(0, head - one.position),
            "older secret until": local(one.both_until),
        }
        for name, value in rows.items():
            out_row(name, value)
        for tried in deliveries.attempts(conn, deliveries.KEPT_ATTEMPTS, outgoing.WEBHOOK, str(number)):
            out_row("attempt", local(tried.at), tried.status, tried.ms, tried.reason or None)


@app.command()
def pause(number: NumberArgument) -> None:
    """Tell an endpoint nothing until it is resumed; what happens meanwhile is told it then.

    \b
    Example:
      ./tintinh push pause 1
    """
    from cli.desk import desk
    from pipeline.store import endpoints

    with desk() as opened:
        _known(opened, number)
        with opened.db.write() as conn:
            endpoints.paused(conn, number)
    say(f"{number} is paused")


@app.command()
def resume(number: NumberArgument) -> None:
    """Tell a paused or disabled endpoint what it missed, and what comes.

    \b
    Example:
      ./tintinh push resume 1
    """
    from cli.desk import desk, now
    from pipeline.store import changes, endpoints

    with desk() as opened:
        one = _known(opened, number)
        with opened.db.write() as conn:
            endpoints.resumed(conn, number, now())
            behind = changes.head(conn) - one.position
    say(f"{number} is resumed; {max(0, behind):,} changes to look at. {_by_up(opened)}")


@app.command()
def rotate(
    number: NumberArgument,
    *,
    hours: Annotated[
        float, typer.Option(min=0, max=720, help="How long the secret so far signs too; 0 ends it now.")
    ] = 24,
) -> None:
    """Draw another secret and print it once; until the older one ends, both sign each call.

    \b
    Examples:
      ./tintinh push rotate 1
      ./tintinh push rotate 1 --hours 0
    """
    from datetime import timedelta

    from cli.desk import desk, now
    from pipeline import outgoing
    from pipeline.store import endpoints

    with desk() as opened:
        one = _known(opened, number)
        until = now() + timedelta(hours=hours) if hours else None
        with opened.db.write() as conn:
            turned = endpoints.rotated(conn, one, until)
        out(outgoing.secrets_of(opened.settings.push_key_file, turned, now())[0])
    say(f"This is shown once. The secret before it {f'signs until {local(until)}' if until else 'is over'}.")


@app.command("test")
def trial(number: NumberArgument) -> None:
    """Send an endpoint a signed call of type "test" and print its answer; exit code 1 unless it is 2xx.

    \b
    Example:
      ./tintinh push test 1
    """
    from http import HTTPStatus

    from cli.desk import desk, now
    from pipeline import outgoing
    from pipeline.errors import EngineUnavailable, Refused, SourceUnreachable
    from pipeline.fetch import Fetcher

    with desk() as opened:
        chosen = opened.settings
        call = outgoing.trial(chosen.push_key_file, _known(opened, number), now())
        with Fetcher(timeout=chosen.http_timeout, max_bytes=chosen.fetch_max_bytes) as fetcher:
            try:
                answer = fetcher.send(
                    call.url,
                    content=call.content,
                    headers=dict(call.headers),
                    allow_private=call.allow_private,
                )
            except (SourceUnreachable, Refused) as error:
                raise EngineUnavailable(outgoing.shown(call.url), error.message) from error
    out_row(answer.status, call.headers["webhook-id"])
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        raise typer.Exit(1)


@app.command()
def replay(
    number: NumberArgument,
    *,
    since: Annotated[datetime, typer.Option(formats=_FORMATS, help="From when on, by Viet Nam's clock.")],
) -> None:
    """Tell an endpoint again what changed since a moment, with the webhook-ids of then.

    \b
    Example:
      ./tintinh push replay 1 --since 2026-11-20T06:00
    """
    from cli.desk import desk, now
    from pipeline.model import LOCAL_ZONE
    from pipeline.store import endpoints

    with desk() as opened:
        _known(opened, number)
        with opened.db.write() as conn:
            count = endpoints.replayed(conn, number, since.replace(tzinfo=LOCAL_ZONE), now())
    say(f"{count:,} changes are looked at again. {_by_up(opened)}")


@app.command()
def remove(number: NumberArgument) -> None:
    """Forget an endpoint, its secrets and its attempts.

    \b
    Example:
      ./tintinh push remove 1
    """
    from cli.desk import desk
    from pipeline.store import endpoints

    with desk() as opened:
        _known(opened, number)
        with opened.db.write() as conn:
            endpoints.removed(conn, number)
    say(f"{number} is removed")


def _by_up(opened: "Desk") -> str:
    return "`up` brings them." if opened.run else "They are brought when `up` runs."


def _known(opened: "Desk", number: int) -> "Endpoint":
    """Return an endpoint. Raises NotFound."""
    from pipeline.errors import NotFound
    from pipeline.store import endpoints

    with opened.db.read() as conn:
        found = endpoints.get(conn, number)
    if found is None:
        raise NotFound(str(number), "is no endpoint; see ./tintinh push list")
    return found


def _check_choice(provinces: list[str], topics: list[str], channels: list[str]) -> None:
    """Hold a choice to what there is. Raises BadInput."""
    from feeds.channel import channel
    from pipeline.errors import BadInput

    named = [("--province", one, f"province/{one}") for one in provinces]
    named += [("--topic", one, f"topic/{one}") for one in topics]
    named += [("--channel", one, one) for one in channels]
    for option, given, key in named:
        if channel(key) is None:
            raise BadInput(option, f"there is no {given!r}; the slugs are in the addresses of /feeds")


def _check_address(url: str, *, private: bool) -> None:
    """Hold an address to what can be called. Raises BadInput."""
    from pipeline import outgoing
    from pipeline.errors import BadInput, Refused, SourceUnreachable
    from pipeline.fetch import resolve

    goal = outgoing.address(url)
    try:
        resolve(goal.host, goal.port, private=private, patience=5)
    except Refused as error:
        raise BadInput("URL", f"{error.message}; --allow-private lets it be") from error
    except SourceUnreachable as error:
        say(f"for now, {error}")
