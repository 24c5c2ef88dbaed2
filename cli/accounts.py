"""`user`: who may sign in."""

from typing import Annotated

import typer

from cli.console import out_row, say

user = typer.Typer(help="Who may sign in.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="1-64 of a-z 0-9 . _ @ -")]


@user.command()
def add(
    name: NameArgument,
    role: Annotated[str, typer.Option(help="reader, editor or ops.")] = "reader",
) -> None:
    """Add somebody; the password is asked for, or read from stdin's first line when that is no terminal.

    \b
    Example:
      ./tintinh user add lan --role editor
    """
    import sys
    from getpass import getpass

    from cli.desk import desk, now
    from pipeline.errors import BadInput
    from pipeline.store import accounts

    if role not in list(accounts.Role):
        raise BadInput("role", f"{role!r} is none of {', '.join(accounts.Role)}")
    password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    hashed = accounts.hash_password(password)
    with desk() as opened, opened.db.write() as conn:
        accounts.add_user(conn, name, accounts.Role(role), hashed, now())
    say(f"{name} may sign in as {role}")


@user.command("list")
def listed() -> None:
    """List who may sign in: name, role, since when.

    \b
    Example:
      ./tintinh user list
    """
    from cli.desk import desk
    from pipeline.store import accounts

    with desk() as opened, opened.db.read() as conn:
        for one in accounts.listed(conn):
            out_row(one.name, one.role, one.created_at.date())


@user.command()
def remove(name: NameArgument) -> None:
    """Remove somebody, and end their sessions and saved searches.

    \b
    Example:
      ./tintinh user remove lan
    """
    from cli.desk import desk
    from pipeline.store import accounts

    with desk() as opened, opened.db.write() as conn:
        accounts.remove_user(conn, name)
