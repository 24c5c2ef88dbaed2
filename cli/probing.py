"""Doors looked at once, without keeping anything: what would come of polling them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from cli.adding import GAP, looking
from cli.desk import Desk, now
from cli.visiting import Scout
from pipeline import folders, mailbox
from pipeline.errors import NotFound, TinTinhError
from pipeline.model import Document, Form, Given, Source, SourceId
from pipeline.reader import Reader
from pipeline.store import intakes, sources
from pipeline.store.doors import File, passed_over
from pipeline.store.intakes import Intake
from pipeline.target import authority

_SHOWN = 5  # files that nothing could be made of


@dataclass(frozen=True, slots=True)
class Probed:
    """One feed: how many entries it has and the newest's date, or what is wrong with it.

    Of a folder: how many files it has; of a mailbox, how many mails. `rules`: what the feed's host says of
    programs.
    """

    source_id: SourceId
    url: str
    entries: int = 0
    newest: str | None = None
    error: str = ""
    rules: str = ""


def probe(desk: Desk, source_ids: Sequence[str], *, gap: float = GAP) -> Iterator[Probed]:
    """Yield what each feed, folder and mailbox of the named sources (of all, if none is named) has.

    Args:
        desk: whose sources.
        source_ids: their ids.
        gap: seconds between two requests to a host.

    Raises:
        NotFound: a source is not registered.
    """
    with desk.db.read() as conn:
        known = sources.many(conn)
        for name in source_ids:
            if SourceId(name) not in known:
                raise NotFound(name, "is not registered; see ./tintinh sources list")
        listed = [one for one in intakes.listed(conn) if not source_ids or one.source_id in source_ids]
        unread = {one.intake_id: passed_over(conn, one.intake_id, _SHOWN) for one in listed}
    chosen = desk.settings
    for one in listed:
        if one.kind == "folder" and one.url:
            yield _counted(one, unread[one.intake_id], partial(folders.count, one.url, chosen.data))
        if one.kind == "mailbox":
            held = partial(mailbox.count, one.url, chosen, private=one.allow_private)
            yield _counted(one, unread[one.intake_id], held)
    feeds = [door for door in listed if door.kind == "feed"]
    with looking(desk, gap=gap, allow_private=False, most=len(feeds)) as (scout, reader):
        for door in feeds:
            scout.allow_private = door.allow_private
            probed = _probed(known[door.source_id], door, scout, reader)
            name = f"{authority(door.url)}: "
            yield replace(probed, rules=next((one for one in scout.signals() if one.startswith(name)), ""))


def _counted(door: Intake, unread: Sequence[File], counting: Callable[[], int]) -> Probed:
    try:
        files = counting()
    except TinTinhError as error:
        return Probed(door.source_id, door.url, error=error.message)
    reasons = "; ".join(f"{file.name}: {file.reason}" for file in unread)
    return Probed(door.source_id, door.url, files, error=reasons)


def _probed(source: Source, door: Intake, scout: Scout, reader: Reader) -> Probed:
    try:
        answer = scout.get(door.url)
        given = Given(url=answer.url, content_type=answer.headers.get("content-type", ""))
        drafts = reader.read(Document(source, Form.FEED, answer.body or b"", now(), given)).drafts
    except TinTinhError as error:
        return Probed(source.source_id, door.url, error=error.message)
    newest = max((draft.published for draft in drafts), key=lambda when: when.at, default=None)
    return Probed(source.source_id, door.url, len(drafts), newest.text() if newest else None)
