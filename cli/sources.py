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
    source_id: IdArgument,
    *,
    name: Annotated[str, typer.Option(help="What readers see; the id if not given.")] = "",
    province: Annotated[str, typer.Option(help="Its home: a name or slug, of today or of before.")] = "",
    host: Annotated[list[str] | None, typer.Option(help="A host of its site; may be repeated.")] = None,
    rights: Annotated[str, typer.Option(help="What may be shown: title, summary or full.")] = "",
    feed: Annotated[
        list[str] | None, typer.Option(help="Address of a feed to poll; may be repeated.")
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Its feeds may be on a private address.")
    ] = False,
    webhook: Annotated[
        bool, typer.Option("--webhook", help="Draw its webhook key and print it once.")
    ] = False,
) -> None:
    """Register a source, or change what is given of a known one.

    \b
    Examples:
      ./tintinh sources add bao-dong-khoi --province "Bến Tre" --feed https://baodongkhoi.vn/rss/home.rss
      ./tintinh sources add cong-an-giang --province an-giang --webhook
    """
    from cli.desk import desk, now
    from pipeline import keys
    from pipeline.model import SourceId
    from pipeline.registry import fields, make, save
    from pipeline.store import sources

    given = {"name": name, "rights": rights, "hosts": host or []}
    doors = [{"kind": "feed", "url": url, "allow_private": allow_private} for url in feed or []]
    if webhook:
        doors.append({"kind": "webhook"})
    with desk() as opened:
        with opened.db.read() as conn:
            known = fields(sources.get(conn, SourceId(source_id)))
        told = {key: value for key, value in given.items() if value}
        told |= {"province": province, "area": ""} if province else {}
        registered = make(known | told | {"id": source_id, "intake": doors})
        path, speaker = opened.settings.keys_file, registered.source.source_id
        # The key comes first: a source that is registered without the key that was asked for helps nobody.
        key = keys.draw(path, speaker) if webhook else ""
        with opened.db.write() as conn:
            save(conn, [registered], now())
        if key:
            out(key)
            say(f"This is shown once. {speaker} posts to {opened.base_url()}/webhooks/{speaker}")


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
