"""The evidence file of a story: who said what when, as a zip that anybody can check.

The same state gives the same bytes: times in the zip are fixed, names are in order, and nothing but what SQL
says goes in. Raw bytes are never named as anything that a browser would run. Secrets in addresses are masked;
whole texts are not: this file is for editors, not for the public (law 10).
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pydantic import TypeAdapter

from pipeline import explain
from pipeline.errors import Refused
from pipeline.masking import masked
from pipeline.model import Change, Decision, EntryId, Source, SourceId, Story, StoryId, When
from pipeline.store import Connection, changes, codec, dossiers, entries, review, versions, words
from pipeline.store.dossiers import Granted, Kept
from pipeline.store.review import Link, Seen
from pipeline.store.versions import History, Version
from pipeline.store.words import Said

MOST_BYTES = 200_000_000  # before packing
MOST_PIECES = 10_000  # receipts and versions
PAGE = "xem.html"
SUMS = "SHA256SUMS"

_README = Path(__file__).parent / "data" / "evidence_readme.txt"
_STORY = TypeAdapter(Story)
_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can tell: no file has a time of its own
_MODE = 0o100644 << 16
_UNIX = 3
_LEVEL = 6
_CHUNK = 1 << 20
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that the file is about, but for texts and raw bytes, which are read one by one.

    Args:
        absorbed: stories that were merged into this one.
        members: the entries, the lead first.
        receipts: by number. `log`: oldest first. `said`: editors' words, newest first.
        links: stored edges that touch an entry. `rights`: sources with what is known of their rights.
    """

    story: Story
    absorbed: list[StoryId]
    members: list[EntryId]
    receipts: list[Kept]
    log: list[Change]
    said: list[Said]
    links: list[Link]
    rights: dict[SourceId, tuple[Source, list[Granted]]]

    def came(self, entry_id: EntryId) -> list[Kept]:
        """Return the receipts that told of an entry, by number."""
        return [one for one in self.receipts if any(part.entry_id == entry_id for part in one.parts)]


@dataclass(frozen=True, slots=True)
class Head:
    """An entry at a glance: who told what, when by its own word, and when it was first seen here.

    `gone`: it tells the story no more.
    """

    entry_id: EntryId
    source_name: str
    title: str
    published: When
    first_seen: datetime
    decision: Decision | None
    gone: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A version of an entry with the hash of its text and the names of its files."""

    version: Version
    text_hash: str
    name: str


def gather(
    conn: Connection, story_id: StoryId, *, most_bytes: int = MOST_BYTES, most_pieces: int = MOST_PIECES
) -> Dossier:
    """Return what the evidence file of a story is about.

    Raises:
        NotFound: there is no such story.
        Refused: it would be larger than it may be.
    """
    story = dossiers.of_story(conn, story_id)
    members = dossiers.members(conn, story)
    extent = dossiers.extent(conn, members)
    if extent.size > most_bytes or extent.receipts + extent.versions > most_pieces:
        told = f"{extent.receipts} receipts, {extent.versions} versions, {extent.size:,} bytes"
        raise Refused(
            story.story_id,
            f"its evidence is too large: {told}; at most {most_pieces} of both and {most_bytes:,} bytes",
        )
    absorbed = dossiers.absorbed(conn, story.story_id)
    receipts = list(dossiers.receipts(conn, members))
    told_by = {one.source_id for one in receipts}
    return Dossier(
        story=story,
        absorbed=absorbed,
        members=members,
        receipts=receipts,
        log=changes.of(conn, [story.story_id, *absorbed]),
        said=words.said_of(conn, members),
        links=review.links_of(conn, members),
        rights=dossiers.granted(conn, told_by),
    )


def heads(conn: Connection, found: Dossier) -> list[Head]:
    """Return the entries at a glance, the lead first."""
    return [
        Head(
            entry_id=one.entry_id,
            source_name=one.source.name,
            title=one.draft.title,
            published=one.draft.published,
            first_seen=one.first_seen,
            decision=one.decision,
            gone=not one.live,
        )
        for one in _seen(conn, found.members)
    ]


def _seen(conn: Connection, members: Sequence[EntryId]) -> Iterator[Seen]:
    """Yield entries with their texts, some at a time."""
    for start in range(0, len(members), _AT_ONCE):
        part = members[start : start + _AT_ONCE]
        known = review.seen(conn, part)
        yield from (known[one] for one in part if one in known)


def history(conn: Connection, entry_id: EntryId) -> History:
    """Return an entry without its texts."""
    return versions.history(conn, entry_id, 0, 0)


def texts(conn: Connection, entry_id: EntryId, first: int, last: int) -> Iterator[Text]:
    """Yield the versions of an entry from one to another, counted from 1."""
    for start in range(first, last + 1, _AT_ONCE):
        stop = min(last, start + _AT_ONCE - 1)
        for one in versions.history(conn, entry_id, start, stop).versions:
            yield Text(one, entries.text_hash(one.draft), f"entries/{entry_id}/{one.rank:04}")


def raw_name(receipt: Kept) -> str:
    """Return the name of a receipt's bytes in the file."""
    return f"raw/{receipt.sha256}.bin"


def receipt_name(receipt: Kept) -> str:
    """Return the name of what is known of a receipt in the file."""
    return f"receipts/{receipt.receipt_id:010}.json"


def write(
    conn: Connection, found: Dossier, file: IO[bytes], page: Callable[[Collection[str]], Iterable[str]]
) -> None:
    """Write the zip; no more than one raw document and some texts are held at a time.

    `page` makes the page to read, given the hashes of those bytes that are no longer what was received.
    """
    damaged: set[str] = set()
    came = _came(found.receipts)
    folder = f"ho-so-{found.story.story_id}"
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        sums: list[str] = []

        def add(name: str, chunks: Iterable[bytes]) -> str:
            digest = hashlib.sha256()
            with archive.open(_info(f"{folder}/{name}"), "w") as member:
                for chunk in chunks:
                    digest.update(chunk)
                    member.write(chunk)
            sums.append(f"{digest.hexdigest()}  {name}\n")
            return digest.hexdigest()

        add("README.txt", [Template(_readme()).substitute(story=found.story.story_id).encode()])
        add("changes.json", _json(map(_change, found.log)))
        add("decisions.json", _json(_decisions(conn, found)))
        for entry_id in sorted(found.members):
            for one in texts(conn, entry_id, 1, versions.count(conn, entry_id)):
                told = _version(one) | {"receipts": came.get((entry_id, one.text_hash), [])}
                add(f"{one.name}.json", [_dumped(told)])
                add(f"{one.name}.txt", [f"{one.version.draft.text()}\n".encode()])
        for sha256, name in sorted({one.sha256: raw_name(one) for one in found.receipts}.items()):
            body = dossiers.raw(conn, sha256)
            if body is not None and add(name, [body]) != sha256:
                damaged.add(sha256)
        for receipt in found.receipts:
            how = _receipt(receipt) | {"damaged": receipt.sha256 in damaged}
            add(receipt_name(receipt), [_dumped(how)])
        add("sources.json", _json(_source(*one) for one in found.rights.values()))
        add("story.json", [_dumped(_told(found))])
        add(PAGE, _packets(page(damaged)))
        with archive.open(_info(f"{folder}/{SUMS}"), "w") as member:
            member.write("".join(sums).encode())


def digest(file: IO[bytes]) -> tuple[str, int]:
    """Return the SHA-256 and the size of a file; it stands at its beginning then."""
    file.seek(0)
    found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    size = file.tell()
    file.seek(0)
    return found, size


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name, _TIME)
    info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, _MODE, _UNIX
    return info


def _told(found: Dossier) -> dict[str, Any]:
    story = _STORY.dump_python(found.story, mode="json") | {"face": codec.dump_face(found.story.face)}
    told: dict[str, Any] = masked(story | {"absorbed": found.absorbed, "entries": found.members})
    return told


def _decisions(conn: Connection, found: Dossier) -> Iterator[dict[str, Any]]:
    for seen in _seen(conn, found.members):
        mine = seen.entry_id
        edges = [explain.link(one, mine) for one in found.links if mine in (one.a, one.b)]
        said = [explain.word(one) for one in found.said if mine in (one.a, one.b)]
        yield masked(explain.entry(seen) | {"edges": edges, "words": said})


def _came(receipts: Iterable[Kept]) -> dict[tuple[EntryId, str | None], list[int]]:
    """Return which receipts brought which text of which entry."""
    found: dict[tuple[EntryId, str | None], list[int]] = {}
    for kept in receipts:
        for part in kept.parts:
            found.setdefault((part.entry_id, part.text_hash), []).append(kept.receipt_id)
    return found


def _version(one: Text) -> dict[str, Any]:
    told = one.version
    return {
        "version": told.rank,
        "current": told.current,
        "text_hash": one.text_hash,
        "told_at": _iso(told.told_at),
        "received_at": _iso(told.received_at),
        "last_received_at": _iso(told.last_received_at),
        "decision": None if told.decision is None else asdict(told.decision),
        "published": told.draft.published.text(),
        "published_basis": told.draft.published.basis,
        "read": masked(codec.dump_draft(told.draft)),
    }


def _receipt(kept: Kept) -> dict[str, Any]:
    told = asdict(kept) | {
        "received_at": _iso(kept.received_at),
        "not_before": _iso(kept.not_before),
        "told_at": _iso(kept.told_at),
        "door": None if kept.door is None else {"kind": kept.door[0], "url": kept.door[1]},
        "file": None if kept.erased else raw_name(kept),
    }
    hidden: dict[str, Any] = masked(told)
    return hidden


def _source(known: Source, granted: Iterable[Granted]) -> dict[str, Any]:
    since = [{"rights": one.rights, "since": _iso(one.since)} for one in granted]
    seats = [
        {"host": one.host, "unit": one.unit, "from": one.valid_from and one.valid_from.isoformat()}
        for one in known.seats
    ]
    return asdict(known) | {"seats": seats, "rights_written_down": since}


def _change(one: Change) -> dict[str, Any]:
    return asdict(one) | {"at": _iso(one.at)}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _dumped(value: Any) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)}\n".encode()


def _json(values: Iterable[Any]) -> Iterator[bytes]:
    """Yield a JSON array, one value a piece."""
    begun = False
    for value in values:
        yield b",\n" if begun else b"[\n"
        yield _dumped(value).rstrip()
        begun = True
    yield b"\n]\n" if begun else b"[]\n"


def _packets(parts: Iterable[str]) -> Iterator[bytes]:
    """Yield a page in larger pieces than a template makes."""
    held, size = [], 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size > _CHUNK:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()


@cache
def _readme() -> str:
    return _README.read_text(encoding="utf-8")
