"""`sources`: who may speak here, and through which doors."""

from pathlib import Path
from typing import Annotated

import typer

from cli.console import out, out_row, say

app = typer.Typer(help="Who may speak here, and through which doors.", no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="1-100 of A-Z a-z 0-9 . _ -")]


@app.command("list")
def listed() -> None:
    """List sources: id, name, province, area, rights, number of feeds, webhook or not.

    \b
    Example:
      ./tintinh sources list
    """
    from cli.desk import desk
    from pipeline import keys
    from pipeline.registry import stored

    with desk() as opened, opened.db.read() as conn:
        for one in stored(conn):
            source = one.source
            feeds = sum(door.kind == "feed" for door in one.doors)
            webhook = "webhook" if keys.of(opened.settings.keys_file, source.source_id) else None
            out_row(
                source.source_id, source.name, source.province, source.area, source.rights, feeds, webhook
            )


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
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Its feeds may be on a private address.")
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


@app.command()
def check(
    source_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="All if none is given.")
    ] = None,
) -> None:
    """Fetch feeds once and keep nothing: source, address, ok or error, entries, newest date.

    \b
    Example:
      ./tintinh sources check bao-dong-khoi
    """
    from cli.desk import desk
    from cli.probing import probe

    with desk() as opened:
        results = list(probe(opened, source_ids or []))
    for one in results:
        out_row(one.source_id, one.url, one.error or "ok", one.entries, one.newest)
    if any(one.error for one in results):
        raise typer.Exit(1)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A TOML file; see sources.toml.")],
) -> None:
    """Register every source of a TOML file; what is not in the file stays as it is.

    \b
    Example:
      ./tintinh sources import sources.toml
    """
    from cli.desk import desk, now
    from pipeline.errors import BadInput
    from pipeline.registry import load, save

    try:
        registered = load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(file), f"cannot be read: {error}") from error
    with desk() as opened, opened.db.write() as conn:
        save(conn, registered, now())
    say(f"{len(registered):,} sources, {sum(len(one.doors) for one in registered):,} doors")


@app.command("export")
def export() -> None:
    """Print every source as TOML, without keys: what `sources import` reads.

    \b
    Example:
      ./tintinh sources export > sources.toml
    """
    from cli.desk import desk
    from pipeline.registry import dump, stored

    with desk() as opened, opened.db.read() as conn:
        out(dump(stored(conn)).rstrip("\n"))
