"""`partner`: programs of others that read by a key."""

from typing import Annotated

import typer

from cli.console import out, out_row, say

partner = typer.Typer(help="Keys by which programs of others read.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="1-64 of a-z 0-9 . _ -")]
Values = Annotated[list[str] | None, typer.Option(help="Only of this one; may be repeated.")]


@partner.command()
def add(
    name: NameArgument,
    *,
    province: Values = None,
    area: Values = None,
    topic: Values = None,
    source: Values = None,
    may: Annotated[str, typer.Option(help="What it opens: search, export, changes.")] = "search",
    per_minute: Annotated[int, typer.Option(help="Requests.")] = 120,
    days: Annotated[
        int, typer.Option(min=0, max=36_500, help="How long it is good; 0: until it is revoked.")
    ] = 0,
) -> None:
    """Draw a key and print it: once, since only its hash is kept.

    \b
    Example:
      ./tintinh partner add bao-ban --province vinh-long --may search,export --days 365
    """
    from datetime import timedelta

    from cli.desk import desk, now
    from pipeline.errors import BadInput
    from pipeline.store import partners
    from pipeline.store.partners import Partner, Right

    rights = [one.strip() for one in may.split(",") if one.strip()]
    if unknown := sorted({*rights} - {*Right}):
        raise BadInput("may", f"{', '.join(unknown)}: none of {', '.join(Right)}")
    given = {"province": province, "area": area, "topic": topic, "source": source}
    made_at = now()
    wanted = Partner(
        name=name,
        scope={kind: tuple(values) for kind, values in given.items() if values},
        may=frozenset(map(Right, rights)),
        per_minute=per_minute,
        made_at=made_at,
        expires_at=made_at + timedelta(days=days) if days else None,
    )
    with desk() as opened, opened.db.write() as conn:
        key = partners.add(conn, wanted)
    out(key)
    say(f"this key of {name} is shown once; it goes into the header Authorization: Bearer …")


@partner.command("list")
def listed() -> None:
    """List partners: name, state, what it opens, within what, at which pace, when used last (in UTC).

    \b
    Example:
      ./tintinh partner list
    """
    from cli.desk import desk, now
    from pipeline.store import partners

    at = now()
    with desk() as opened, opened.db.read() as conn:
        say("name\tstate\topens\twithin\tpace\tlast used (to a minute)")
        for one in partners.listed(conn):
            state = "revoked" if one.revoked_at else "open" if one.alive(at) else "expired"
            until = f" until {one.expires_at.date()}" if one.expires_at and one.alive(at) else ""
            bounds = " ".join(f"{kind}={','.join(values)}" for kind, values in one.scope.items())
            used = f"{one.used_at:%Y-%m-%dT%H:%M:%SZ}" if one.used_at else "never used"
            opens, pace = ",".join(sorted(one.may)), f"{one.per_minute} a minute"
            out_row(one.name, f"{state}{until}", opens, bounds or "everything", pace, used)


@partner.command()
def revoke(name: NameArgument) -> None:
    """End a key at once and for good.

    \b
    Example:
      ./tintinh partner revoke bao-ban
    """
    from cli.desk import desk, now
    from pipeline.store import partners

    with desk() as opened, opened.db.write() as conn:
        partners.revoke(conn, name, now())
    say(f"the key of {name} opens nothing any more")
