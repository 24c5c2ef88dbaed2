"""The tellings of a story side by side: which are copies of each other, and what only one of them says. Pure.

Made from faces, so nothing beyond a source's rights is compared or shown (law 10).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline import text
from pipeline.model import Face, Telling
from pipeline.sidebyside import Marked, compare

MOST_WHOLE = 24_000  # characters of full texts beside the lead's, on one page
_LEAST_WHOLE = 1_200  # of each of them


@dataclass(frozen=True, slots=True)
class Side:
    """A telling, with those that show the same words.

    Args:
        copies: further tellings whose title, summary and text are shown in the same words, in order.
        marked: its full text, what the lead's has too marked; None where one of both may not be shown whole.
    """

    told: Telling
    copies: tuple[Telling, ...]
    marked: Marked | None


def sides(face: Face) -> list[Side]:
    """Return the different tellings of a story, the lead's first, each copy with the first of its kind."""
    groups: list[list[Telling]] = []
    for told in face.tellings:
        same = next((group for group in groups if _same(group[0], told)), None)
        if same is None:
            groups.append([told])
        else:
            same.append(told)
    whole = [group[0] for group in groups[1:] if group[0].content]
    most = max(_LEAST_WHOLE, MOST_WHOLE // max(len(whole), 1))
    lead = face.tellings[0]
    return [
        Side(first, tuple(copies), _marked(lead, first, most) if first is not lead else None)
        for first, *copies in groups
    ]


def _marked(lead: Telling, told: Telling, most: int) -> Marked | None:
    if not lead.content or not told.content:
        return None
    return compare(lead.content, told.content, most=most)[1]


def _same(one: Telling, other: Telling) -> bool:
    """Say whether a reader would see the same words twice; less of them counts as the same."""
    if text.words(one.title) != text.words(other.title):
        return False
    mine, theirs = text.words(one.summary), text.words(other.summary)
    return _begins(mine, theirs) and text.words(one.content) == text.words(other.content)


def _begins(whole: Sequence[str], part: Sequence[str]) -> bool:
    return list(whole[: len(part)]) == list(part)
