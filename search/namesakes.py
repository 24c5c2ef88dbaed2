"""Which of the documents with one number a question means ("chỉ thị 16" of a dozen). Pure; never raises.

What a question says must not be contradicted; then who is told of most goes first. `search.document_question`
reads the question, SQL gives the namesakes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from pipeline import papers
from pipeline.store.papers import Known
from pipeline.text import plain
from search.document_question import WORD, DocumentQuestion

_COVERED = 0.5  # of the other words, in a title


class Missed(StrEnum):
    """What a question says of which no document with its number is: it was left out of account."""

    NOTHING = ""
    YEAR = "year"
    ISSUER = "issuer"


def ranked(asked: DocumentQuestion, known: Sequence[Known]) -> tuple[list[Known], Missed]:
    """Return the documents that a question may mean, the likeliest first, and what had to be passed over.

    `known`: documents with its count. The year, then the issuer are passed over only if no document fits
    them and the question says nothing else.
    """
    fitting = _fitting(asked, known)
    if any(asked.year in (0, one.paper.year) for one in fitting) or (asked.rest and not asked.slug):
        return fitting, Missed.NOTHING
    if asked.year and (of_any_year := _fitting(replace(asked, year=0), known)):
        return of_any_year, Missed.YEAR
    if asked.unit and (of_any_issuer := _fitting(replace(asked, unit=""), known)):
        return of_any_issuer, Missed.ISSUER
    return [], Missed.NOTHING


def covers(asked: DocumentQuestion, texts: Iterable[str]) -> bool:
    """Tell whether titles and issuers have the other words of a question: else it means something else."""
    if not asked.rest or asked.slug:
        return True
    told = {word for text in texts for word in WORD.findall(plain(text))}
    return sum(word in told for word in asked.rest) >= _COVERED * len(asked.rest)


def _fitting(asked: DocumentQuestion, known: Sequence[Known]) -> list[Known]:
    scored = [(score, one) for one in known if (score := _score(asked, one)) is not None]
    if asked.unit and any(score[0] for score, _ in scored):
        scored = [(score, one) for score, one in scored if score[0]]
    if asked.maybe:
        scored = [(score, one) for score, one in scored if one.paper.unit in asked.maybe] or scored
    scored.sort(key=lambda found: (found[0], found[1].last, found[1].paper.path), reverse=True)
    return [one for _, one in scored]


def _score(asked: DocumentQuestion, one: Known) -> tuple[int, ...] | None:
    """Return how well a document fits, None if it contradicts the question."""
    paper = one.paper
    unit, organ = _same_unit(asked.unit, paper.unit), _same_organ(asked.organ, paper.organ)
    if unit is None or organ is None or (asked.year and paper.year not in (0, asked.year)):
        return None
    year = int(paper.year == asked.year != 0)
    named = sum(word in paper.organ.split("-") for word in asked.rest)
    whole = int(paper.slug == asked.slug)
    issued = min(one.issued, 1)
    # Twice as often told counts as much as news of the issue, and more than newer: who asks for "chỉ thị 16"
    # means the one that everybody cites, though a dozen provinces have one whose issue was news here.
    often = one.told.bit_length() + issued
    return unit, year, organ, whole, named, int(bool(paper.year)), often, issued, paper.year


def _same_unit(asked: str, unit: str) -> int | None:
    if not asked or not unit:
        return 0
    if asked == unit:
        return 2
    return 1 if papers.today(asked) == papers.today(unit) else None


def _same_organ(asked: str, organ: str) -> int | None:
    if not asked or not organ:
        return 0
    if asked == organ:
        return 2
    return 1 if f"-{asked}-" in f"-{organ}-" else None
