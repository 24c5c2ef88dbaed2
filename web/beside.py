"""The tellings of a story side by side: which are copies of each other, and what only one of them says. Pure.

Made from faces, so nothing beyond a source's rights is compared or shown (law 10).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline import text
from pipeline.model import Face, Telling
from pipeline.sidebyside import Marked, compare

MOST_WHOLE = 12_000  # characters of full texts beside the lead's, on one page
_LEAST_WHOLE = 600  # of each of them
_MOST_COMPARED = 250_000  # characters of texts held against each other; a quarter of a second


@dataclass(frozen=True, slots=True)
class Side:
    """A telling, with those that show the same words.

    Args:
        copies: further tellings whose title, summary and text are shown in the same words, in order.
        text: its full text, or the beginning; "" where it may not be shown.
        marked: the same, what the lead's has not marked; None where one of both may not be shown whole.
    """

    told: Telling
    copies: tuple[Telling, ...]
    text: str
    marked: Marked | None

    @property
    def is_cut(self) -> bool:
        """Say whether there is more of its text."""
        return self.text != self.told.content


def sides(face: Face) -> list[Side]:
    """Return the different tellings of a story, the lead's first, each copy with the first of its kind."""
    groups: list[list[Telling]] = []
    by_title: dict[tuple[str, ...], list[list[Telling]]] = {}
    for told in face.tellings:
        entitled = by_title.setdefault(tuple(text.words(told.title)), [])
        same = next((group for group in entitled if _same(group[0], told)), None)
        if same is None:
            groups.append([told])
            entitled.append(groups[-1])
        else:
            same.append(told)
    whole = [group[0] for group in groups[1:] if group[0].content]
    most = max(_LEAST_WHOLE, MOST_WHOLE // max(len(whole), 1))
    made, left = [], _MOST_COMPARED
    for first, *copies in groups:
        size = len(face.content) + len(first.content)
        is_compared = first is not groups[0][0] and face.content and first.content and size <= left
        left -= size if is_compared else 0
        marked = compare(face.content, first.content, most=most)[1] if is_compared else None
        made.append(Side(first, tuple(copies), opening(first.content, most), marked))
    return made


def opening(content: str, most: int) -> str:
    """Return a text, or its first paragraphs in `most` characters; some words if the first is longer."""
    if len(content) <= most:
        return content
    paragraphs, _, _ = content[: most + 1].rpartition("\n")
    return paragraphs.rstrip() or text.shorten(content[: most + 1], most)


def _same(one: Telling, other: Telling) -> bool:
    """Say whether a reader would see the same words twice below one title; less of them is the same."""
    mine, theirs = text.words(one.summary), text.words(other.summary)
    return _begins(mine, theirs) and text.words(one.content) == text.words(other.content)


def _begins(whole: Sequence[str], part: Sequence[str]) -> bool:
    return list(whole[: len(part)]) == list(part)
