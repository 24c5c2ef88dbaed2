"""Feeds looked at once, without keeping anything: what would come of polling them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.desk import Desk, now
from pipeline.errors import NotFound, TinTinhError
from pipeline.fetch import Fetcher
from pipeline.model import Document, Form, Given, Source, SourceId
from pipeline.reader import Reader
from pipeline.store import intakes, sources
from pipeline.store.intakes import Intake


@dataclass(frozen=True, slots=True)
class Probed:
    """One feed: how many entries it has and the newest's date, or what is wrong with it."""

    source_id: SourceId
    url: str
    entries: int = 0
    newest: str | None = None
    error: str = ""


def probe(desk: Desk, source_ids: Sequence[str]) -> Iterator[Probed]:
    """Yield what each feed of the named sources (of all, if none is named) answers.

    Raises:
        NotFound: a source is not registered.
    """
    with desk.db.read() as conn:
        known = sources.many(conn)
        for name in source_ids:
            if SourceId(name) not in known:
                raise NotFound(name, "is not registered; see ./tintinh sources list")
        doors = [one for one in intakes.listed(conn) if one.kind == "feed"]
    chosen = desk.settings
    fetcher = Fetcher(timeout=chosen.http_timeout, max_bytes=chosen.fetch_max_bytes, contact=chosen.contact)
    with fetcher, Reader() as reader:
        for door in doors:
            if not source_ids or door.source_id in source_ids:
                yield _probed(known[door.source_id], door, fetcher, reader)


def _probed(source: Source, door: Intake, fetcher: Fetcher, reader: Reader) -> Probed:
    try:
        answer = fetcher.get(door.url, allow_private=door.allow_private)
        given = Given(url=answer.url, content_type=answer.headers.get("content-type", ""))
        drafts = reader.read(Document(source, Form.FEED, answer.body or b"", now(), given)).drafts
    except TinTinhError as error:
        return Probed(source.source_id, door.url, error=error.message)
    newest = max((draft.published for draft in drafts), key=lambda when: when.at, default=None)
    return Probed(source.source_id, door.url, len(drafts), newest.text() if newest else None)
