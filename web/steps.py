"""What may be seen of an entry's versions, and what changed from one to the next. Pure.

Changes are looked for in what a source's rights let out, and in nothing else (law 10).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline import face
from pipeline.diff import MOST_SHOWN, STEPS, Difference, difference
from pipeline.model import Draft, Rights
from pipeline.store.versions import Version


@dataclass(frozen=True, slots=True)
class Text:
    """What of a version may be seen."""

    title: str
    summary: str
    content: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed from the version before; `unseen`: so did what may not be shown."""

    title: Difference
    summary: Difference
    content: Difference
    unseen: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A version with what may be seen of it, and its changes; None for the first."""

    version: Version
    text: Text
    changes: Changes | None


def steps(
    told: Sequence[Version], rights: Rights | None, most: int = MOST_SHOWN, cost: int = STEPS
) -> list[Step]:
    """Return versions, the newest first, each with what it changed if the one before is among them.

    `rights` None: all of the text may be seen. `most`: words of one difference; `cost`: its steps.
    """
    seen = {one.rank: (one, _seen(one.draft, rights)) for one in told}
    return [
        Step(*seen[rank], _changes(seen.get(rank - 1), seen[rank], most, cost))
        for rank in sorted(seen, reverse=True)
    ]


def _seen(draft: Draft, rights: Rights | None) -> Text:
    if rights is None:
        return Text(draft.title, draft.summary, draft.body)
    return Text(draft.title, *face.visible(draft, rights))


def _changes(
    before: tuple[Version, Text] | None, after: tuple[Version, Text], most: int, cost: int
) -> Changes | None:
    if before is None:
        return None
    (old, seen), (new, sees) = before, after
    return Changes(
        title=difference(seen.title, sees.title, most, cost),
        summary=difference(seen.summary, sees.summary, most, cost),
        content=difference(seen.content, sees.content, most, cost),
        unseen=_hidden(old.draft, seen) != _hidden(new.draft, sees),
    )


def _hidden(draft: Draft, seen: Text) -> tuple[str, str]:
    """Return what of the summary and the body may not be seen."""
    body = "" if seen.content else _behind(seen.summary, draft.body)
    return _behind(seen.summary, draft.summary), body


def _behind(shown: str, whole: str) -> str:
    """Return what follows in a text on what is shown of its beginning; all of it if it begins otherwise."""
    line, begin = " ".join(whole.split()), " ".join(shown.removesuffix("…").split())
    return line.removeprefix(begin)
