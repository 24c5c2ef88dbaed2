"""`webhook`: keys that a source signs with, calls made as its CMS would make them, adapters for it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import out, out_row, say

if TYPE_CHECKING:
    from cli.calling import Answer
    from cli.desk import Desk
    from pipeline.model import SourceId

app = typer.Typer(help="Keys of sources that push, calls to try them with, adapters.", no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="A source; see ./tintinh sources list.")]
EventOption = Annotated[
    str, typer.Option(help="published, updated, corrected or withdrawn; of the sample alone.")
]


@app.command()
def key(
    source_id: IdArgument,
    *,
    days: Annotated[
        float,
        typer.Option(min=0, max=90, help="How long the key so far stays valid; 0 ends every older key now."),
    ] = 7,
) -> None:
    """Draw a key, the first or a further one, and print it once; two are valid at a time.

    \b
    Examples:
      ./tintinh webhook key bao-dong-khoi
      ./tintinh webhook key bao-dong-khoi --days 0
    """
    from datetime import timedelta

    from cli.desk import desk, now
    from pipeline import keys
    from pipeline.store import intakes

    with desk() as opened:
        speaker = _registered(opened, source_id)
        valid = keys.listed(opened.settings.keys_file, speaker, now())
        drawn, before = keys.renew(opened.settings.keys_file, speaker, timedelta(days=days), now())
        with opened.db.write() as conn:
            intakes.add(conn, speaker, "webhook")
        out(drawn)
        say(f"This is shown once. {speaker} posts to {opened.base_url()}/webhooks/{speaker}")
        stays = before and before.fingerprint
        if ended := [one.fingerprint for one in valid if one.fingerprint != stays]:
            say(f"Ended now: {', '.join(ended)}")
        if before is not None and before.ends is not None:
            say(
                f"Key {before.fingerprint} stays valid until {before.ends:%Y-%m-%d %H:%M} UTC; "
                f"./tintinh webhook end-key {speaker} ends it now."
            )


@app.command("end-key")
def end_key(
    source_id: IdArgument,
    fingerprint: Annotated[
        str, typer.Argument(metavar="[FINGERPRINT]", help="As `webhook keys` shows it.")
    ] = "",
) -> None:
    """End a key at once: the one before the newest, or the named one.

    \b
    Examples:
      ./tintinh webhook end-key bao-dong-khoi
      ./tintinh webhook end-key bao-dong-khoi 5d41402abc4b
    """
    from cli.desk import desk, now
    from pipeline import keys

    with desk() as opened:
        speaker = _registered(opened, source_id)
        ended = keys.end(opened.settings.keys_file, speaker, fingerprint, now())
        left = keys.listed(opened.settings.keys_file, speaker, now())
    say(f"ended: {', '.join(one.fingerprint for one in ended)}; valid keys left: {len(left)}")


@app.command("keys")
def keys_(
    source_id: Annotated[str, typer.Argument(metavar="[ID]", help="All sources if none is given.")] = "",
) -> None:
    """List valid keys: source, fingerprint, when drawn, when it last signed, when it ends. Never the keys.

    \b
    Example:
      ./tintinh webhook keys
    """
    from cli.desk import desk, now
    from pipeline import keys
    from pipeline.store import key_uses, sources

    with desk() as opened, opened.db.read() as conn:
        chosen = [_registered(opened, source_id)] if source_id else [*sources.many(conn)]
        say("source\tkey\tdrawn\tlast signed (to a minute)\tends")
        for speaker in chosen:
            used = key_uses.of(conn, speaker)
            for one in keys.listed(opened.settings.keys_file, speaker, now()):
                times = (one.drawn, used.get(one.fingerprint), one.ends)
                out_row(speaker, one.fingerprint, *(at and f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in times))


@app.command("test")
def trial(
    source_id: IdArgument,
    *,
    url: Annotated[str, typer.Option(help="Address of the site; that of this one if not given.")] = "",
    event: EventOption = "published",
    file: Annotated[Path | None, typer.Option(help="A JSON body to send in place of the sample.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run/--send", help="Ask what would come of it, or really send it.")
    ] = True,
) -> None:
    """Sign a sample article, or a file, send it and print the call, the answer and the verdict.

    The sample is never sent for good: --send needs --file.

    \b
    Examples:
      ./tintinh webhook test bao-dong-khoi
      ./tintinh webhook test bao-dong-khoi --file article.json --send
    """
    from http import HTTPStatus

    from cli.calling import call, sample, signed
    from cli.desk import desk, now
    from pipeline.errors import BadInput

    if file is None and not dry_run:
        raise BadInput("--send", "needs --file: a sample is no news for readers")
    with desk() as opened:
        body = sample(event, now()) if file is None else _read(file)
        speaker, secret = _key(opened, source_id)
        site = url.rstrip("/") or (opened.run.web_url if opened.run else opened.base_url())
        address = f"{site}/webhooks/{speaker}" + ("?dry_run=1" if dry_run else "")
        headers = signed(body, secret, now())
        out(f"POST {address}")
        for name, value in headers.items():
            out(f"{name}: {value}")
        answer = call(address, headers, body)
    _show(answer)
    if answer.status not in {HTTPStatus.OK, HTTPStatus.ACCEPTED}:
        raise typer.Exit(1)


@app.command()
def sign(
    source_id: IdArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The body, byte for byte as it is sent.")],
) -> None:
    """Print the headers that a call with this body needs, to compare with those that a CMS makes.

    \b
    Example:
      ./tintinh webhook sign bao-dong-khoi article.json
    """
    from cli.calling import signed
    from cli.desk import desk, now

    with desk() as opened:
        _, secret = _key(opened, source_id)
    for name, value in signed(_read(file), secret, now()).items():
        out(f"{name}: {value}")


def _show(answer: "Answer") -> None:
    """Print an answer: status, body as it came, and in a sentence what would come of a dry run."""
    import json

    out(f"\n{answer.status} {answer.reason}\n{answer.text}")
    try:
        told = json.loads(answer.text)
    except ValueError:
        return
    if not isinstance(told, dict) or not told.get("dry_run"):
        return
    until = f", not before {told['embargoed_until']}" if told.get("embargoed_until") else ""
    for entry in told.get("entries", ()):
        what = entry.get("verdict") or entry.get("became") or entry.get("act")
        say(f"verdict: {what}{until}: {entry.get('title') or entry.get('external_id')}")
    if told.get("outcome") == "dropped":
        say(f"verdict: {told.get('reason')}")
    if told.get("outcome") == "quarantined":
        say(f"verdict: cannot be read: {told.get('reason')}")


def _read(file: Path) -> bytes:
    from pipeline.errors import BadInput

    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(str(file), f"cannot be read: {error.strerror}") from error


def _key(opened: "Desk", source_id: str) -> "tuple[SourceId, str]":
    """Return a source with its newest key. Raises NotFound."""
    from cli.desk import now
    from pipeline import keys
    from pipeline.errors import NotFound

    speaker = _registered(opened, source_id)
    known = keys.of(opened.settings.keys_file, speaker, now())
    if not known:
        raise NotFound(source_id, f"has no webhook key; ./tintinh webhook key {source_id} draws one")
    return speaker, known[0]


def _registered(opened: "Desk", source_id: str) -> "SourceId":
    """Return a source's id. Raises NotFound: it is not registered."""
    from pipeline.errors import NotFound
    from pipeline.model import SourceId
    from pipeline.store import sources

    with opened.db.read() as conn:
        known = sources.get(conn, SourceId(source_id))
    if known is None:
        raise NotFound(source_id, f"is not registered; ./tintinh sources add {source_id} --webhook")
    return known.source_id


@app.command()
def adapter(
    cms: Annotated[str, typer.Argument(metavar="CMS", help="wordpress, drupal or nukeviet.")],
    *,
    to: Annotated[
        Path | None, typer.Option(help="The file to write; tin-tinh-CMS.zip here if not given.")
    ] = None,
) -> None:
    """Write the ready adapter for a CMS as a zip file; adapters/README.md says how it is installed.

    \b
    Example:
      ./tintinh webhook adapter wordpress
    """
    from cli.adapters import packed
    from pipeline.errors import BadInput

    name, content = packed(cms)
    target = to or Path(name)
    try:
        target.write_bytes(content)
    except OSError as error:
        raise BadInput(str(target), f"cannot be written: {error.strerror}") from error
    out(str(target))
