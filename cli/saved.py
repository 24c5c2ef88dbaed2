"""`saved`: saved searches, for operators. What they ask is not shown: it is a secret."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import local, out_row, say

if TYPE_CHECKING:
    from pipeline.store.saved import Outline

saved = typer.Typer(help="Saved searches: how many there are, how they stand.", no_args_is_help=True)

NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="As `saved list` shows it.")]


@saved.command("list")
def listed(
    *, limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 1_000
) -> None:
    """List saved searches: number, state, whether it is an account's, made, used last, told of, last told.

    A use is noted once an hour: until an hour after it was made a search was "used" when it was made.

    What is asked, its name and its owner are not shown.

    \b
    Example:
      ./tintinh saved list
    """
    from cli.desk import desk
    from pipeline.store import saved as store

    with desk() as opened, opened.db.read() as conn:
        say("number\tstate\towned\tmade\tused\ttold of\tlast told")
        for one in store.outlines(conn, limit):
            _row(one)


@saved.command()
def show(number: NumberArgument) -> None:
    """Show one saved search, an ended one too.

    \b
    Example:
      ./tintinh saved show 12
    """
    from cli.desk import desk
    from pipeline.store import saved as store

    with desk() as opened, opened.db.read() as conn:
        found = store.outlines(conn, 1, number)
    if not found:
        raise _unknown(number)
    _row(found[0])


@saved.command()
def end(number: NumberArgument) -> None:
    """End a saved search for good: its feed answers 410; what it asked and whom it told is forgotten.

    \b
    Example:
      ./tintinh saved end 12
    """
    from cli.desk import desk
    from pipeline.store import saved as store
    from pipeline.store import saved_ways

    with desk() as opened, opened.db.write() as conn:
        if store.get(conn, number) is None:
            raise _unknown(number)
        saved_ways.end(conn, number)
    say(f"{number} is ended")


@saved.command("try-mail")
def try_mail(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who gets the letter: you.")],
) -> None:
    """Send a letter by the mail server that is set, and say what it answers.

    \b
    Example:
      ./tintinh saved try-mail lan@toasoan.example
    """
    from cli.desk import now
    from pipeline import letters, mail_addresses, mailer
    from pipeline.config import settings
    from pipeline.errors import BadSettings

    chosen = settings()
    post = mailer.mailer(chosen.smtp_url, chosen.smtp_password_file, chosen.mail_from, chosen.http_timeout)
    if post is None:
        raise BadSettings("TINTINH_SMTP_URL", "is empty: no letters are sent")
    to = mail_addresses.address(address)
    status = post.send(mailer.Letter(to, letters.trial(post.writer, to, now())))
    out_row(f"SMTP {status}")
    if not mailer.is_taken(status):
        raise typer.Exit(1)


def _row(one: "Outline") -> None:
    owned = "account" if one.owned else "token"
    out_row(
        one.saved_id,
        one.state,
        owned,
        local(one.made_at),
        local(one.seen_at),
        one.matches,
        local(one.last_at),
    )


def _unknown(number: int) -> Exception:
    from pipeline.errors import NotFound

    return NotFound(str(number), "is no saved search; see ./tintinh saved list")
