"""What a live document shows, and when what is older is sealed into parts of the archive. Pure.

A channel is a list of positions, each story's place since it was first told there; positions only grow.
The live document holds what came in the 48 hours before the newest entry, at least 50 entries, at most 500
or 2 MB, and always everything that no part holds yet. So a part is sealed when a month has ended (RFC 5005
section 4 wants finished documents) and before anything would fall out of the live document unsealed. Live
document and parts together are everything, at any time, and a sealed part never gets another bound.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.model import LOCAL_ZONE
from pipeline.store.archives import BEGINNING, Part
from pipeline.store.labels import Position

STONES = 500  # tombstones a live document, at most


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a document holds.

    Args:
        span: before the newest entry, what a live document shows in any case.
        least, most: entries; `most` counts last words on withdrawn stories and a notice of ours too.
        last_words: how many of those there may be.
        room: bytes of entries; the rest of 2 MB is for the head and its tombstones.
    """

    span: timedelta = timedelta(hours=48)
    least: int = 50
    most: int = 500
    last_words: int = 19
    room: int = 1_600_000

    @property
    def unsealed(self) -> int:
        """Return how many stories a live document has place for, so also how many wait to be sealed."""
        return self.most - self.last_words - 1


LIMITS = Limits()


def wanted(newest: Sequence[Position], sealed: Position, limits: Limits = LIMITS) -> int:
    """Return how many of a channel's positions, newest first, the live document should show."""
    if not newest:
        return 0
    since = newest[0].since - limits.span
    lately = sum(1 for one in newest if one.since >= since or one > sealed)
    return min(max(lately, limits.least), limits.unsealed, len(newest))


def is_due(newest: Sequence[Position], sealed: Position, limits: Limits = LIMITS) -> bool:
    """Say whether something is to be sealed, by one position more than may wait, newest first."""
    unsealed = [one for one in newest if one > sealed]
    return bool(unsealed) and (
        len(unsealed) > limits.unsealed or month(unsealed[0].since) != month(unsealed[-1].since)
    )


def parts(
    channel: str,
    sealed: Part | None,
    unsealed: Sequence[tuple[Position, int]],
    limits: Limits = LIMITS,
) -> list[Part]:
    """Return the parts to seal of positions with their bytes, oldest first; they may be none.

    The first two parts of a channel are sealed together: one without a neighbour would be no archive.
    """
    cuts = list(_cuts(unsealed, limits))
    if sealed is None and cuts:
        half = len(cuts[0]) // 2
        if half:
            cuts[:1] = [cuts[0][:half], cuts[0][half:]]
        elif len(cuts) == 1 and sum(size for _, size in unsealed) <= limits.room:
            cuts = []
    made: list[Part] = []
    last = sealed
    for cut in cuts:
        of = month(cut[0].since)
        number = last.number + 1 if last and last.month == of else 1
        after = last.last if last else BEGINNING
        last = Part(channel, of, number, after, cut[-1], len(cut))
        made.append(last)
    return made


def month(moment: datetime) -> str:
    """Return the local month of a moment: "2026-11"."""
    local = moment.astimezone(LOCAL_ZONE)
    return f"{local.year:04}-{local.month:02}"


def _cuts(unsealed: Sequence[tuple[Position, int]], limits: Limits) -> Iterator[list[Position]]:
    """Yield what is to be sealed, as if the positions came one by one; batches change no bound."""
    waiting: list[tuple[Position, int]] = []
    weight = 0
    for at, size in unsealed:
        if waiting and month(waiting[0][0].since) != month(at.since):
            yield [one for one, _ in waiting]
            waiting, weight = [], 0
        waiting.append((at, size))
        weight += size
        while len(waiting) > 1 and (len(waiting) > limits.unsealed or weight > limits.room):
            half = len(waiting) // 2
            yield [one for one, _ in waiting[:half]]
            weight -= sum(size for _, size in waiting[:half])
            waiting = waiting[half:]
