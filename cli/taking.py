"""Files become receipts: batches of them in one transaction each, and the source of every one registered."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cli.console import say
from cli.desk import Desk, now
from pipeline import places
from pipeline.errors import BadInput
from pipeline.files import Handed, PassedOver, batches, documents, paths, readmes, refusal
from pipeline.model import Form, Source, SourceId
from pipeline.store import Connection, receipts, sources
from pipeline.store.tallies import tally
from pipeline.text import slug

DEFAULT_SOURCE = "local"
_MOST_COMPLAINTS = 20
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def source_id(name: str) -> SourceId:
    """Return the id that a source's name stands for: itself if it can be one, else its slug.

    Raises:
        BadInput: nothing of the name can be in an id.
    """
    made = name if _ID.fullmatch(name) else slug(name)[:100].strip("-")
    if not made:
        raise BadInput("source", f"{name!r} has no letter or digit to make an id of")
    return SourceId(made)


class Taking:
    """One run of handing in. `passed_over` counts files and lines that are no documents."""

    def __init__(self, desk: Desk, source: str, *, backfill: bool) -> None:
        """Take nothing yet. `source`: whose the documents are that do not say, "" for nobody's."""
        self.passed_over = 0
        self._desk = desk
        self._source = source
        self._backfill = backfill
        self._speakers: dict[tuple[str, str, str], SourceId] = {}
        self._receipts: list[int] = []
        self._unknown: set[str] = set()

    def take(self, given: list[Path]) -> None:
        """Commit everything as receipts, and ring after each batch if there are workers.

        Raises:
            BadInput: a path does not exist.
        """
        largest = self._desk.settings.fetch_max_bytes
        files = list(paths(given))  # a wrong name among many is said before anything is done
        for path in readmes(given):
            say(f"{path}: {refusal(path.name)}")
        handed = (document for path in files for document in documents(path, largest))
        for batch in batches(self._sound(handed)):
            packed = [(one, receipts.pack(one.body)) for one in batch]
            with self._desk.db.write() as conn:
                self._receipts += [self._keep(conn, one, content) for one, content in packed]
            if self._desk.run is not None:
                from tasks import wiring

                wiring.ring("receive")

    def report(self) -> None:
        """Say what became of it so far."""
        with self._desk.db.read() as conn:
            done = tally(conn, self._receipts)
        parts = [f"{done.receipts:,} receipts → {done.entries:,} entries → {done.stories:,} stories"]
        counts = {
            "receipts are still to be read": done.unread,
            "stories are old news: searchable, in no live feed": done.old,
            "receipts are in quarantine: see ./tintinh quarantine list": done.quarantined,
            "files or lines were passed over": self.passed_over,
        }
        say("; ".join(parts + [f"{count:,} {what}" for what, count in counts.items() if count]))

    def _sound(self, handed: Iterable[Handed | PassedOver]) -> Iterator[Handed]:
        """Yield the documents; complain of the rest."""
        for one in handed:
            if isinstance(one, Handed):
                yield one
                continue
            self.passed_over += 1
            if self.passed_over <= _MOST_COMPLAINTS:
                say(f"{one.name}: {one.reason}")

    def _keep(self, conn: Connection, one: Handed, content: receipts.Content) -> int:
        said = (one.source, one.province, one.host)
        if said not in self._speakers:
            self._speakers[said] = self._speaker(conn, one)
        accepted = receipts.add(
            conn,
            source_id=self._speakers[said],
            form=one.form,
            content=content,
            given=one.given,
            received_at=now(),
            backfill=self._backfill,
        )
        return accepted.receipt_id

    def _speaker(self, conn: Connection, one: Handed) -> SourceId:
        """Return whose a document is, registering who is unknown."""
        province, area = self._home(one)
        if name := one.source or self._source:
            hosts = (one.host,) if one.host else ()
            return sources.ensure(conn, Source(source_id(name), name, province, area, hosts)).source_id
        known = sources.by_host(conn, one.host) if one.host else None
        if known is not None:
            return known.source_id
        if one.host and one.form is Form.FEED:
            new = Source(source_id(one.host), one.host, province, area, (one.host,))
            return sources.ensure(conn, new).source_id
        if one.province and province:  # nobody's documents of several provinces share no home
            new = Source(SourceId(f"{DEFAULT_SOURCE}-{province}"), one.province, province, area)
            return sources.ensure(conn, new).source_id
        return sources.ensure(conn, Source(SourceId(DEFAULT_SOURCE), "Tệp trên máy")).source_id

    def _home(self, one: Handed) -> tuple[str | None, str | None]:
        """Return the home (province, area) that a document tells of its source."""
        if one.province:
            found = places.resolve(one.province)
            if found[0] is None and one.province not in self._unknown:
                self._unknown.add(one.province)
                say(f"{one.name}: no province is named {one.province!r}; the source stays without a home")
            return found
        return (places.home_of_host(one.host) if one.host else None) or (None, None)
