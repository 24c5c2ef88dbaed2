"""`sources`: who may speak here, and through which doors."""

from pathlib import Path
from typing import Annotated

import typer

from cli import rotten
from cli.console import out_row, say

app = typer.Typer(help="Who may speak here, and through which doors.", no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="1-100 of A-Z a-z 0-9 . _ -")]


@app.command("list")
def listed() -> None:
    """List sources: id, name, province, area, rights, feeds, webhook, state, last poll, next, entries, held.

    \b
    Example:
      ./tintinh sources list
    """
    from cli.desk import desk
    from cli.listing import list_all

    with desk() as opened:
        list_all(opened)


@app.command()
def show(source_id: IdArgument) -> None:
    """Show all that is known of one source: doors, last polls, errors, what its site and its feeds say.

    \b
    Example:
      ./tintinh sources show bao-dong-khoi
    """
    from cli.desk import desk
    from cli.listing import show_one
    from pipeline.model import SourceId

    with desk() as opened:
        show_one(opened, SourceId(source_id))


@app.command()
def add(
    source_id: Annotated[
        str, typer.Argument(metavar="ID|ADDRESS", help="A name of your own, or a page to look at.")
    ],
    *,
    name: Annotated[str, typer.Option(help="What readers see; the id if not given.")] = "",
    province: Annotated[str, typer.Option(help="Its home: a name or slug, of today or of before.")] = "",
    host: Annotated[list[str] | None, typer.Option(help="A host of its site; may be repeated.")] = None,
    rights: Annotated[str, typer.Option(help="What may be shown: title, summary or full.")] = "",
    feed: Annotated[
        list[str] | None,
        typer.Option(help="Address of a feed to poll, or numbers of the dry run: 1,3; may be repeated."),
    ] = None,
    folder: Annotated[
        list[Path] | None,
        typer.Option(help="A folder on this machine: files put there are taken in; may be repeated."),
    ] = None,
    mailbox: Annotated[
        list[str] | None,
        typer.Option(help="imaps://user@host/Folder: what is mailed there is taken in; may be repeated."),
    ] = None,
    sender: Annotated[
        list[str] | None,
        typer.Option("--from", help="With --mailbox: an address that may send to it; may be repeated."),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Its feeds and mailboxes may be on a private address.")
    ] = False,
    webhook: Annotated[
        bool, typer.Option("--webhook", help="Draw its webhook key and print it once.")
    ] = False,
    called: Annotated[
        str, typer.Option("--id", help="With an address: the id, if not the proposed one.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="With an address: register the feeds marked *.")] = False,
    all_feeds: Annotated[bool, typer.Option("--all", help="With --yes: every feed.")] = False,
    show: Annotated[int, typer.Option(min=0, max=1000, help="Items of a feed to show.")] = 5,
) -> None:
    """Register a source, or change what is given of a known one. Of an ADDRESS, find the feeds.

    An address is a dry run: what would come in of each feed, its dates, provinces and topics, what would
    join stories that are here, and what is old. Only --yes registers.

    \b
    Examples:
      ./tintinh sources add https://baodongkhoi.vn
      ./tintinh sources add https://baodongkhoi.vn --feed 1,3 --yes
      ./tintinh sources add bao-dong-khoi --province "Bến Tre" --feed https://baodongkhoi.vn/rss/home.rss
      ./tintinh sources add cong-an-giang --province an-giang --webhook
      ./tintinh sources add xa-binh-hoa --province "Bến Tre" --folder /srv/ban-tin/binh-hoa
      ./tintinh sources add xa-an-hoa --mailbox imaps://tin@mail.example/INBOX --from ubnd@anhoa.example
    """
    from cli.adding import Wanted, add_address, add_named
    from cli.desk import desk

    wanted = Wanted(
        source_id=called,
        name=name,
        province=province,
        rights=rights,
        hosts=tuple(host or ()),
        feeds=tuple(feed or ()),
        folders=tuple(folder or ()),
        mailboxes=tuple(mailbox or ()),
        senders=tuple(sender or ()),
        all_feeds=all_feeds,
        yes=yes,
        allow_private=allow_private,
        shown=show,
    )
    with desk() as opened:
        if "://" in source_id:
            add_address(opened, source_id, wanted)
        else:
            add_named(opened, source_id, wanted, webhook=webhook)


@app.command("mailbox-password")
def mailbox_password(
    source_id: IdArgument,
    mailbox: Annotated[str, typer.Option(help="Which one, if the source has several.")] = "",
) -> None:
    """Keep the password of a mailbox; it is asked for, or read from stdin's first line.

    Many providers want a password made for programs ("app password"), Gmail among them.

    \b
    Example:
      ./tintinh sources mailbox-password xa-an-hoa < password.txt
    """
    import sys
    from getpass import getpass

    from cli.adding import keep_password
    from cli.desk import desk

    with desk() as opened:
        told = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline()
        keep_password(opened, source_id, mailbox, told.rstrip("\r\n"))


@app.command()
def check(
    source_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="All if none is given.")
    ] = None,
) -> None:
    """Fetch feeds, count files and mails, keep nothing: source, address, ok or error, entries, newest date.

    What the hosts' robots.txt and tdmrep.json say goes to stderr.

    \b
    Example:
      ./tintinh sources check bao-dong-khoi
    """
    from cli.desk import desk
    from cli.probing import probe

    with desk() as opened:
        results = list(probe(opened, source_ids or []))
    for rules in dict.fromkeys(one.rules for one in results if one.rules):
        say(rules)
    say("id\taddress\tok or error\tentries\tnewest")
    for one in results:
        out_row(one.source_id, one.url, one.error or "ok", one.entries, one.newest)
    if any(one.error for one in results):
        raise typer.Exit(1)


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="TOML (see sources.toml), OPML or CSV; - is stdin.")
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change; change nothing.")
    ] = False,
) -> None:
    """Register every source of a list; what is not in it stays as it is.

    What the file is, its content says. A bad line is named with its number and stops no other; the command
    then ends with 1.

    \b
    Examples:
      ./tintinh sources import sources.toml
      ./tintinh sources import from-excel.csv --dry-run
    """
    from cli.desk import desk
    from cli.exchanging import take

    with desk() as opened:
        problems = take(opened, file, dry_run=dry_run)
    if problems:
        raise typer.Exit(1)


@app.command("export")
def export(
    form: Annotated[
        str, typer.Option("--format", help="toml, opml (for feed readers) or csv (for Excel).")
    ] = "toml",
) -> None:
    """Print every source with its doors, without keys: what `sources import` reads.

    \b
    Examples:
      ./tintinh sources export > sources.toml
      ./tintinh sources export --format csv > sources.csv
    """
    from cli.desk import desk
    from cli.exchanging import give

    with desk() as opened:
        give(opened, form)


@app.command()
def discover(
    *,
    catalogue: Annotated[
        bool, typer.Option("--catalogue", help="The shipped list of the 63 former units.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option("--file", help="A catalogue of your own, in that form.")
    ] = None,
    province: Annotated[str, typer.Option(help="Only this unit, of today or of before.")] = "",
    kind: Annotated[str, typer.Option(help="Only paper, portal or broadcaster.")] = "",
    minutes: Annotated[float, typer.Option(min=0.01, help="Stop after this long; run again to go on.")] = 60,
    anew: Annotated[bool, typer.Option("--anew", help="Ask again who was asked in the last week.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Register what was found.")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Hosts may be on a private network.")
    ] = False,
) -> None:
    """Go through a catalogue of publishers, one host after the other, and say which feeds answer.

    A dry run; --yes registers what it found, without asking the hosts again. It may be stopped at any time
    and goes on where it was. A host that fails stops no other.

    \b
    Examples:
      ./tintinh sources discover --catalogue --province "Vĩnh Long"
      ./tintinh sources discover --catalogue --kind paper
      ./tintinh sources discover --catalogue --province "Vĩnh Long" --yes
    """
    from cli.desk import desk
    from cli.discovering import Choice, go_through
    from pipeline.errors import BadInput

    if catalogue == (file is not None):
        raise BadInput("discover", "give --catalogue for the shipped one, or --file for your own")
    choice = Choice(file, province, kind, minutes * 60, anew=anew, yes=yes, allow_private=allow_private)
    with desk() as opened:
        go_through(opened, choice)


for _command in (rotten.pause, rotten.resume, rotten.poll, rotten.remove, rotten.drop_feed, rotten.rollback):
    app.command()(_command)
