"""The real pipeline over a set's records: export lines and CPU seconds of each stage.

In this process by default, stage by stage as `bench/stages.py` does; or through `./tintinh ingest`
and `export`, search index and feeds included.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from bench.dedup.model import Handed
from pipeline import places
from pipeline.model import ChangeKind, Form, Given, Source, SourceId
from pipeline.reader import Reader
from pipeline.stages import receive, settle
from pipeline.store import Connection, Database, changes, export, open_database, receipts, sources

_BATCH = 200
_DELAY = timedelta(minutes=20)  # between publication and its receipt
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Done:
    """What the pipeline made of the records; CPU seconds of this process and its children.

    `moved`: share of published story ids that ended in a merge or were made by a split.
    """

    lines: list[dict[str, Any]]
    read: float
    settled: float
    moved: float | None = None


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def cpu() -> float:
    """Return the CPU seconds of this process and its ended children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def opened(folder: Path) -> Database:
    """Return an empty database in a folder."""
    db = open_database(f"sqlite:///{folder}/bench.db")
    db.migrate()
    return db


def in_process(records: Sequence[Handed], db: Database, *, hours: int = 0) -> Done:
    """Receive, read and settle the records; each was received soon after it came out.

    Args:
        records: in order of publication.
        db: an empty database.
        hours: settle whenever as many hours have passed, as `up` would; 0: once, in the end.
    """
    read = settled = 0.0
    with Reader() as reader:
        for batch in _spans(records, timedelta(hours=hours)):
            start = cpu()
            hand_in(db, iter(batch))
            while receive(db, reader, now).receipts:
                pass
            midway = cpu()
            while settle(db, now).entries:
                pass
            read, settled = read + midway - start, settled + cpu() - midway
        ending = cpu()
    read += cpu() - ending  # the reader's own, known when it has ended
    with db.read() as conn:
        return Done(list(export.lines(conn)), read, settled, _moved(conn) if hours else None)


def by_command(folder: Path) -> Done:
    """Run `./tintinh ingest` and `export` on DIR/records.jsonl with a data folder of its own.

    Raises:
        CalledProcessError: a command failed.
    """
    environment = os.environ | {"TINTINH_DATA": str(folder / "data")}
    command = [sys.executable, "-m", "cli"]
    start = cpu()
    subprocess.run(  # noqa: S603
        [*command, "ingest", str(folder / "records.jsonl"), "--wait"],
        env=environment, cwd=_ROOT, check=True, stdout=sys.stderr,
    )  # fmt: skip
    done = cpu()
    told = subprocess.run(  # noqa: S603
        [*command, "export"], env=environment, cwd=_ROOT, check=True, capture_output=True
    )
    lines = [json.loads(line) for line in told.stdout.decode().splitlines()]
    return Done(lines, 0.0, done - start)


def _spans(records: Sequence[Handed], span: timedelta) -> Iterator[list[Handed]]:
    """Yield records by spans of time, all at once for a span of nothing."""
    batch: list[Handed] = []
    for one in records:
        if span and batch and one.at - batch[0].at >= span:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def _moved(conn: Connection) -> float:
    log = changes.after(conn, 0, changes.head(conn))
    made = {change.story_id for change in log}
    kinds = (ChangeKind.MERGED_INTO, ChangeKind.SPLIT_FROM)
    return len({change.story_id for change in log if change.kind in kinds}) / max(1, len(made))


def hand_in(db: Database, records: Iterator[Handed]) -> None:
    """Commit the records as receipts of their outlets, which are registered."""
    known: set[str] = set()
    while batch := list(islice(records, _BATCH)):
        packed = [(one, receipts.pack(one.line)) for one in batch]
        with db.write() as conn:
            for one, content in packed:
                outlet = one.outlet
                if outlet.source_id not in known:
                    known.add(outlet.source_id)
                    home = places.area(outlet.area)
                    province = home.province if home else None
                    source = Source(
                        SourceId(outlet.source_id), outlet.name, province, outlet.area, (outlet.host,)
                    )
                    sources.ensure(conn, source)
                receipts.add(
                    conn,
                    source_id=SourceId(outlet.source_id),
                    form=Form.RECORD,
                    content=content,
                    given=Given(),
                    received_at=one.at + _DELAY,
                )
