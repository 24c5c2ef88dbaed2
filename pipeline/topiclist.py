"""The list of topics in use: checked, read from its file, and read again when the file changes.

`TINTINH_TOPICS` names a newsroom's own file, else `data/topics.toml` is in use. Each use asks the
file system for the file's state (2 µs), so workers, their readers and web follow an edit at once. A
file that does not pass the checks is refused: the last good one stays in use, and `problem` says
what is wrong. Its copy in the data folder serves processes that start meanwhile.
"""

import os
import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import topicchecks, topicmodel
from pipeline.config import settings
from pipeline.errors import BadInput
from pipeline.text import words
from pipeline.topicchecks import STRENGTHS, Phrase
from pipeline.topicmodel import Learned

SHIPPED = Path(__file__).parent / "data" / "topics.toml"
KEPT = "topics-last-good.toml"  # in the data folder
_LARGEST = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: slug, name in Vietnamese, IPTC Media Topic of eight digits; `also`: further such codes."""

    slug: str
    name: str
    iptc: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicList:
    """What a file says, made ready for reading texts.

    `retired`: the names of topics that are no more, by slug; `formerly`: by slug of before, the slug of
    the topic that carries it on. Slugs of both are never given to another topic.
    """

    topics: tuple[Topic, ...]
    lengths: dict[str, tuple[int, ...]]  # of the phrases with a first word, longest first
    weights: dict[Phrase, tuple[tuple[str, float], ...]]  # topics that a phrase shows; none for a formula
    sure: dict[Phrase, tuple[str, ...]]  # topics that a phrase in the headline settles
    learned: Learned | None
    retired: dict[str, str] = field(default_factory=dict)
    formerly: dict[str, str] = field(default_factory=dict)

    @property
    def ended(self) -> frozenset[str]:
        """Return the slugs that must not come back."""
        return frozenset(self.retired.keys() | self.formerly.keys())


@dataclass(slots=True)
class _InUse:
    """What this process uses: the list, the file it came from and that file's state, and what is wrong."""

    source: Path | None = None
    state: tuple[int, int, int] | None = None
    known: TopicList | None = None
    problem: str = ""


_in_use = _InUse()


def current() -> TopicList:
    """Return the list in use, read again if its file has changed. Never raises for a file that is broken."""
    source = settings().topics or SHIPPED
    state = _state(source)
    if _in_use.known is None or source != _in_use.source or state != _in_use.state:
        _take(source, state)
    assert _in_use.known is not None
    return _in_use.known


def problem() -> str:
    """Return why the newsroom's file is not in use as it stands, "" if all is well."""
    current()
    return _in_use.problem


def published() -> frozenset[str]:
    """Return the slugs of the channels there are and were."""
    return _slugs(current()) | _published(settings().topics or SHIPPED)


def ended() -> frozenset[str]:
    """Return the slugs of the channels that are no more: a list that gives one to a topic is refused."""
    return current().ended | _ended(settings().topics or SHIPPED)


def handed_on() -> dict[str, str]:
    """Return the environment that makes another process use the same list; keeps a copy of it first."""
    chosen = settings()
    if chosen.topics is None:
        return {}
    current()
    return {"TINTINH_TOPICS": str(chosen.topics.resolve()), "TINTINH_DATA": str(chosen.data.resolve())}


def load(path: Path, must_have: Collection[str] = (), never: Collection[str] = ()) -> TopicList:
    """Read and check a file.

    Args:
        path: the file.
        must_have: slugs that must not be missing: their channels are or were subscribed to. Each is a
            topic, or the list says that it ended (`retired`) or goes on under another slug (`formerly`).
        never: slugs that ended before; they must not be topics again.

    Raises:
        BadInput: subject is the file, the message lists every problem with its line where there is one.
    """
    try:
        raw = path.read_bytes()[: _LARGEST + 1]
        if len(raw) > _LARGEST:
            raise BadInput(str(path), f"larger than {_LARGEST:,} bytes")
        text = raw.decode("utf-8-sig")
        read = tomllib.loads(text)
    except OSError as error:
        raise BadInput(str(path), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(str(path), f"is not UTF-8 (byte {error.start:,})") from error
    except tomllib.TOMLDecodeError as error:
        raise BadInput(str(path), f"is not TOML: {error}") from error
    except RecursionError as error:
        raise BadInput(str(path), "is nested too deeply") from error
    problems = [*topicchecks.problems(read, must_have), *topicchecks.reused(read, never)]
    if problems:
        raise BadInput(str(path), "; ".join(topicchecks.located(text, *one) for one in problems))
    name = read.get("model", "")
    found = next(
        (beside / name for beside in (path.parent, SHIPPED.parent) if (beside / name).is_file()), None
    )
    if name and found is None:
        raise BadInput(str(path), f"model: there is no file {name!r} beside it")
    return _made(read, topicmodel.read(found) if name and found else None)


def _take(source: Path, state: tuple[int, int, int] | None) -> None:
    """Put a file's list to use, or keep the one before it and remember what is wrong."""
    same = _in_use.known if source == _in_use.source else None
    before, over = (_slugs(same), same.ended) if same else (frozenset[str](), frozenset[str]())
    _in_use.problem = ""
    try:
        known = load(source, _published(source) | before, _ended(source) | over)
        if source != SHIPPED:
            _keep(source)
    except BadInput as error:
        if source == SHIPPED:
            raise
        _in_use.problem = str(error)
        known = _in_use.known if source == _in_use.source and _in_use.known else _last_good()
    _in_use.source, _in_use.state, _in_use.known = source, state, known


def _published(source: Path) -> frozenset[str]:
    """Return the slugs that feeds may hang on: the shipped ones, and those of the last good file."""
    return frozenset() if source == SHIPPED else _slugs(load(SHIPPED)) | _slugs(_last_good())


def _ended(source: Path) -> frozenset[str]:
    """Return the slugs that ended by the last good file."""
    return frozenset() if source == SHIPPED else _last_good().ended


def _slugs(known: TopicList) -> frozenset[str]:
    """Return every slug that a list accounts for, those that ended among them."""
    return frozenset(topic.slug for topic in known.topics) | known.ended


def _last_good() -> TopicList:
    """Return the list of the copy in the data folder, the shipped one if there is none."""
    with suppress(BadInput):
        return load(settings().data / KEPT)
    return load(SHIPPED)


def _keep(source: Path) -> None:
    """Copy a good file into the data folder; a process that may not write there leaves that to others."""
    kept = settings().data / KEPT
    fresh = kept.with_suffix(f".{os.getpid()}")
    try:
        good = source.read_bytes()
        if kept.parent.is_dir() and not (kept.is_file() and kept.read_bytes() == good):
            fresh.write_bytes(good)
            fresh.replace(kept)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _state(path: Path) -> tuple[int, int, int] | None:
    """Return what changes when a file is edited or replaced, None if there is none."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def _made(read: Mapping[str, Any], learned: Learned | None) -> TopicList:
    """Return the list that a checked file makes."""
    weights: dict[Phrase, dict[str, float]] = {tuple(words(one)): {} for one in read.get("formulas", ())}
    sure: dict[Phrase, list[str]] = defaultdict(list)
    for slug, entry in read["topics"].items():
        for strength, weight in STRENGTHS.items():
            for written in entry.get(strength, ()):
                phrase = tuple(words(written))
                weights.setdefault(phrase, {})[slug] = weight
                if strength == "sure":
                    sure[phrase].append(slug)
    lengths: dict[str, set[int]] = defaultdict(set)
    for phrase in weights:
        lengths[phrase[0]].add(len(phrase))
    return TopicList(
        tuple(
            Topic(slug, entry["name"].strip(), entry["iptc"], tuple(entry.get("also", ())))
            for slug, entry in read["topics"].items()
        ),
        {first: tuple(sorted(some, reverse=True)) for first, some in lengths.items()},
        {phrase: tuple(shown.items()) for phrase, shown in weights.items()},
        {phrase: tuple(slugs) for phrase, slugs in sure.items()},
        learned,
        {slug: name.strip() for slug, name in read.get("retired", {}).items()},
        {old: slug for slug, entry in read["topics"].items() for old in entry.get("formerly", ())},
    )
