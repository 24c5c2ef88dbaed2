"""`sources add`: by an id, or by an address, whose feeds are found and tried before a person says yes."""

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cli.console import out, say
from cli.desk import Desk, now
from cli.exchanging import warn
from cli.showing import counted, home, show
from cli.surveying import Survey, survey
from cli.visiting import Scout, visit
from pipeline import folders, imap, keys, mail_passwords, registry
from pipeline.errors import BadInput, NotFound, Refused, TinTinhError
from pipeline.fetch import Fetcher
from pipeline.model import Rights, SourceId
from pipeline.reader import Reader
from pipeline.registry import Registered
from pipeline.store import intakes, pings, sources
from pipeline.urls import host, newest_host

GAP = 1.0  # seconds between two requests to a host
_PRIVATE = "is not a public address"
_MOST = 60  # requests for one site


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person says of the site beforehand; "" and () mean: as it is found.

    Args:
        feeds: numbers of the dry run, "1,3"; none means those that it marks.
        folders, mailboxes: to watch, for a source that is added by its id; `senders` may send to them.
        all_feeds: register every feed.
        yes: register; else it stays a dry run.
        shown: items of a feed to print.
    """

    source_id: str = ""
    name: str = ""
    province: str = ""
    rights: str = ""
    hosts: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    mailboxes: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    all_feeds: bool = False
    yes: bool = False
    allow_private: bool = False
    shown: int = 5
    gap: float = GAP


def add_address(desk: Desk, address: str, wanted: Wanted) -> None:
    """Print the dry run of an address and register what is wanted of it.

    Raises:
        BadInput: the address has no feeds, or a number is none of them.
        SourceUnreachable: it does not answer.
    """
    with looking(desk, gap=wanted.gap, allow_private=wanted.allow_private) as (scout, reader):
        say(f"Looking at {address} …")
        try:
            seen = visit(scout, address)
        except TinTinhError as error:
            if _PRIVATE not in str(error) or wanted.allow_private:
                raise
            meant = (
                f"if it is on your own network and that is meant: {_again(address, wanted)} --allow-private"
            )
            raise BadInput(address, f"{error.message}; {meant}") from error
        found = _as_told(survey(desk, reader, seen, source_id=wanted.source_id), wanted)
    signals = scout.signals()
    if newest_host(host(address)) != newest_host(host(seen.url)):
        signals.append(f"{address} leads to {seen.url}")
    show(found, shown=wanted.shown, signals=signals, registering=wanted.yes)
    if not wanted.yes:
        say(f"To register them: {_again(address, wanted)} --yes (with --feed 1,3: those; with --all: all)")
        return
    numbers = _numbers(found, wanted)
    register(desk, [found.registered(numbers, allow_private=wanted.allow_private)])
    taken = [one for one in found.feeds if one.number in numbers]
    say(f"Registered {found.source.source_id} with {len(taken)} feeds: {counted(taken)}.")


def add_named(desk: Desk, source_id: str, wanted: Wanted, *, webhook: bool) -> None:
    """Register a source by its id, or change what is said of a known one; print its key if one is drawn.

    Raises:
        BadInput: a field is wrong; names it.
    """
    given = {"name": wanted.name, "rights": wanted.rights, "hosts": list(wanted.hosts)}
    doors = [{"kind": "feed", "url": url, "allow_private": wanted.allow_private} for url in wanted.feeds]
    doors += [{"kind": "folder", "url": _watched(desk, path)} for path in wanted.folders]
    if bool(wanted.mailboxes) != bool(wanted.senders):
        raise BadInput("mailbox", "give --mailbox with its address, and --from for each who may send to it")
    mail = {"kind": "mailbox", "allow_private": wanted.allow_private, "from": list(wanted.senders)}
    doors += [mail | {"url": url} for url in wanted.mailboxes]
    if webhook:
        doors.append({"kind": "webhook"})
    with desk.db.read() as conn:
        known = registry.fields(sources.get(conn, SourceId(source_id)))
        mine = intakes.listed(conn, SourceId(source_id))
    if wanted.allow_private and not doors:
        doors = [
            {"kind": "feed", "url": one.url, "allow_private": True} for one in mine if one.kind == "feed"
        ]
        if not doors:
            raise BadInput("allow-private", f"{source_id} has no feed yet: give --feed or --mailbox with it")
    told = {key: value for key, value in given.items() if value}
    told |= {"province": wanted.province, "area": ""} if wanted.province else {}
    made = registry.make(known | told | {"id": source_id, "intake": doors})
    path, speaker = desk.settings.keys_file, made.source.source_id
    # The key comes first: a source that is registered without the key that was asked for helps nobody.
    key = keys.draw(path, speaker) if webhook else ""
    register(desk, [made])
    if told_feeds := [door.url for door in made.doors if door.kind == "feed"]:
        with desk.db.write() as conn:  # a known one may rest for hours
            pings.poll_now(conn, speaker, now(), told_feeds)
    say(_told(made, known=bool(known), webhook=bool(key)))
    if key:
        out(key)
        say(f"This is shown once. {speaker} posts to {desk.base_url()}/webhooks/{speaker}")
    elif wanted.mailboxes:
        say(f"Its password is asked for by: ./tintinh sources mailbox-password {speaker}")
    elif not known and not doors and "." in source_id:
        say(f"{source_id} has no door yet; to look for its feeds: ./tintinh sources add https://{source_id}")


def _told(made: Registered, *, known: bool, webhook: bool) -> str:
    """Return what was done with a source that was told by its id."""
    source = made.source
    counts = Counter(door.kind for door in made.doors if door.kind != "webhook")
    doors = [f"{count} {kind}{'s' * (count > 1)}" for kind, count in counts.items()]
    doors += ["a webhook with a new key"] if webhook else []
    done = f"{source.source_id} is {'changed' if known else 'registered'}: {source.name}, {home(source)}, "
    done += f"rights {source.rights}" + (f"; told now: {', '.join(doors)}" if doors else "")
    private = any(door.allow_private for door in made.doors)
    return done + ("; those may be on a private network" if private else "")


def keep_password(desk: Desk, source_id: str, address: str, password: str) -> None:
    """Keep the password of a source's mailbox, which is looked into at once.

    Raises:
        NotFound: the source has no such mailbox.
        BadInput: it has several and none is named, or the password cannot be sent.
    """
    with desk.db.read() as conn:
        known = [one for one in intakes.listed(conn, SourceId(source_id)) if one.kind == "mailbox"]
    wanted = imap.mailbox(address).url if address else ""
    mine = [one for one in known if wanted in ("", one.url)]
    if not mine:
        raise NotFound(source_id, "has no such mailbox; ./tintinh sources add ID --mailbox … --from …")
    if len(mine) > 1:
        raise BadInput("mailbox", f"say which one: --mailbox {mine[0].url}")
    mail_passwords.keep(desk.settings.mail_passwords_file, mine[0].url, password)
    with desk.db.write() as conn:
        intakes.wake(conn, mine[0].intake_id, now())
    say(f"The password of {mine[0].url} is kept in {desk.settings.mail_passwords_file}")


def _watched(desk: Desk, path: Path) -> str:
    """Return the absolute path of a folder that can be watched.

    Raises:
        BadInput: it is no folder, or our own.
    """
    folder = path.expanduser().absolute()
    if not folder.is_dir():
        raise BadInput("folder", f"{folder} is no folder on this machine")
    try:
        return str(folders.permitted(str(folder), desk.settings.data))
    except Refused as error:
        raise BadInput("folder", str(error)) from error


@contextmanager
def looking(
    desk: Desk, *, gap: float, allow_private: bool, most: int = _MOST
) -> Iterator[tuple[Scout, Reader]]:
    """Hold what a look at a site takes. `gap`: 0 for none, else it is at least the setting's."""
    chosen = desk.settings
    gap = gap and max(gap, chosen.host_gap)
    fetcher = Fetcher(timeout=chosen.http_timeout, max_bytes=chosen.fetch_max_bytes, contact=chosen.contact)
    with fetcher, Reader() as reader:
        yield Scout(fetcher, gap=gap, allow_private=allow_private, most=most, db=desk.db), reader


def register(desk: Desk, wanted: Sequence[Registered]) -> None:
    """Register sources; what is known of one and not told anew stays."""
    with desk.db.write() as conn:
        before = registry.stored(conn)
        registry.save(conn, wanted, now(), new_folders=True)
    warn(before, wanted)


def _as_told(found: Survey, wanted: Wanted) -> Survey:
    """Return the survey with what the person says of the source."""
    source = found.source
    if wanted.province:
        province, area = registry.home(wanted.province)
        source = replace(source, province=province, area=area)
    hosts = tuple(dict.fromkeys((*source.hosts, *wanted.hosts)))
    source = replace(source, name=wanted.name or source.name, hosts=hosts)
    if wanted.rights:
        registry.make({"id": "x", "rights": wanted.rights})
        source = replace(source, rights=Rights(wanted.rights))
    by = "you" if wanted.province else found.by
    return replace(
        found, source=registry.make(registry.fields(source) | {"id": source.source_id}).source, by=by
    )


def _again(address: str, wanted: Wanted) -> str:
    """Return the command with what was said of the site."""
    options = {"--id": wanted.source_id, "--name": wanted.name, "--province": wanted.province}
    options |= {"--rights": wanted.rights}
    told = [word for name, value in options.items() if value for word in (name, value)]
    told += [word for name in wanted.hosts for word in ("--host", name)]
    told += ["--allow-private"] * wanted.allow_private
    return shlex.join(["./tintinh", "sources", "add", address, *told])


def _numbers(found: Survey, wanted: Wanted) -> list[int]:
    """Return the numbers of the feeds to register."""
    known = [one.number for one in found.feeds]
    if wanted.all_feeds:
        return known
    if not wanted.feeds:
        return [one.number for one in found.feeds if one.chosen] or known
    words = [word for told in wanted.feeds for word in re.split(r"[\s,;]+", told) if word]
    for word in words:
        if not word.isdecimal() or int(word) not in known:
            raise BadInput("feed", f"{word!r} is no number of the list above (1-{len(known)})")
    return sorted({int(word) for word in words})
