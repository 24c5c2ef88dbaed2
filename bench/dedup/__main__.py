"""Generate a labelled set, run the pipeline over it, score it: prints one JSON line."""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.dedup import errors, generate, run
from bench.dedup.check import misread
from bench.dedup.model import Level, Telling
from bench.dedup.score import Label, score
from pipeline.store import Connection, Database


def main() -> None:
    """Run the bench."""
    given = _arguments()
    told = generate.tellings(
        generate.articles(given.articles_file), seed=given.seed, count=given.articles, split=given.split
    )
    with _folder(given.keep) as folder:
        generate.write(told, folder)
        if given.generate_only:
            print(json.dumps(_made(told)))
            return
        db = None if given.cli else run.opened(folder)
        done = (
            run.by_command(folder)
            if db is None
            else run.in_process(generate.records(told), db, hours=given.every)
        )
        line = _line(given, told, done)
        if given.errors:
            _write_errors(given, told, done, db)
        if db is not None:
            db.close()
    print(json.dumps(line))


def labels(told: Sequence[Telling]) -> dict[str, Label]:
    """Return what is true of each external id."""
    return {one.external_id: Label(one.story, one.level, one.original, _likeness(one)) for one in told}


def _likeness(one: Telling) -> str:
    return one.detail.rpartition(" of ")[2] if one.level is Level.TWIN else ""


def _line(given: argparse.Namespace, told: Sequence[Telling], done: run.Done) -> dict[str, Any]:
    predicted = {line["external_id"]: line["story_id"] for line in done.lines if line["story_id"]}
    count = len(told)
    stage = "whole_way" if given.cli else "settled"
    speed = {
        "read_per_cpu_s": round(count / done.read) if done.read else None,
        f"{stage}_per_cpu_s": round(count / done.settled) if done.settled else None,
        "moved_ids": None if done.moved is None else round(done.moved, 4),
    }
    setting = {"seed": given.seed, "split": given.split} | _made(told)
    return setting | {"misread_items": len(misread(told))} | speed | score(labels(told), predicted)


def _made(told: Sequence[Telling]) -> dict[str, Any]:
    counts = Counter(one.level for one in told)
    return {
        "entries": len(told),
        "stories": len({one.story for one in told}),
        "made": {level: counts[level] for level in Level if counts[level]},
    }


def _write_errors(
    given: argparse.Namespace, told: Sequence[Telling], done: run.Done, db: Database | None
) -> None:
    lines = {line["external_id"]: line for line in done.lines}
    by_id = {one.external_id: one for one in told}

    def write(conn: Connection | None) -> None:
        with given.errors.open("w", encoding="utf-8") as file:
            for line in errors.explained(conn, labels(told), lines, by_id, texts=given.texts):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

    if db is None:
        write(None)
        return
    with db.read() as conn:
        write(conn)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """Yield the working folder: the one to keep, or one that goes away."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        (kept / "bench.db").unlink(missing_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.dedup", description=__doc__)
    parser.add_argument("articles_file", type=Path, metavar="ARTICLES", help=".jsonl or .jsonl.gz")
    parser.add_argument("--articles", type=int, default=3_000, help="how many originals (%(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", choices=generate.SPLITS, default="train")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    parser.add_argument("--every", type=int, default=0, metavar="HOURS", help="settle as news comes in")
    parser.add_argument("--cli", action="store_true", help="go through ./tintinh ingest and export")
    parser.add_argument("--errors", type=Path, help="write wrong and missed pairs here")
    parser.add_argument("--texts", action="store_true", help="with their texts")
    parser.add_argument("--generate-only", action="store_true", help="with --keep: write the set and stop")
    return parser.parse_args(sys.argv[1:])


if __name__ == "__main__":
    main()
