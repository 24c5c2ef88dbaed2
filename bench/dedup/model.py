"""The words of the bench: an article to start from, and a telling of a story with its labels."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pipeline.model import LOCAL_ZONE


class Level(StrEnum):
    """What a telling is to its story, easiest first: the order in which a pair is put down to a level."""

    ORIGINAL = "original"  # a real article, as its publisher tells it
    TWIN = "twin"  # a real article with one or two facts swapped: another story
    TEMPLATE = "template"  # a notice made from a template: another story than its look-alikes
    REVISION = "revision"  # the same address again with a changed text
    EXACT = "exact_copy"  # the same text under another address, or at another publisher
    VERBATIM = "verbatim"  # item: the first paragraphs, word for word
    TEMPLATE_COPY = "template_copy"  # a notice told by a second publisher
    REPOST = "repost"  # a commune's site repeats the article a month later
    AGENCY = "agency_copy"  # one of 5-30 papers that print an agency's text
    NONADJACENT = "nonadjacent"  # item: two or three paragraphs from different places
    TRIMMED = "trimmed"  # item: sentences and clauses left out
    TWIN_ITEM = "twin_item"  # item: the first paragraphs of a twin
    EDITED = "edited_copy"  # another title, 10-30 % of the sentences changed, a paragraph added
    NOISE = "noise"  # item: tones, NFD, lost diacritics, OCR slips, other quotes
    STUB = "stub"  # title and a short summary, no text
    REWRITTEN = "rewritten"  # item: synonyms, other forms of dates and numbers, other order
    ABSTRACTIVE_TITLED = "abstractive_titled"  # item: headline and lead of an article that has no lead
    ABSTRACTIVE = "abstractive"  # item: the lead alone of an article that has no lead


LOOK_ALIKES = (Level.TEMPLATE, Level.TWIN)
RANK = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Article:
    """A real article: `paragraphs` are of one to four sentences each, without the lead."""

    article_id: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher. `area`: slug of its home, `name` and `place` as written in texts."""

    source_id: str
    name: str
    mark: str
    host: str
    area: str
    place: str


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that one publisher says once, with what is true about it.

    Args:
        external_id: unique in the set, as `./tintinh export` prints it.
        story: label of the story; `original`: external id of its original, "" for originals.
        at: when it came out, Asia/Ho_Chi_Minh. `dated`: whether its record says so.
        bulletin, number: the bulletin's id and the place in it, for items only.
        detail: which variant of its level it is.
    """

    external_id: str
    level: Level
    story: str
    original: str
    outlet: Outlet
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    at: datetime
    url: str = ""
    dated: bool = True
    bulletin: str = ""
    number: int = 0
    detail: str = ""

    @property
    def is_item(self) -> bool:
        """Whether it stands in a bulletin."""
        return bool(self.bulletin)

    def text(self) -> str:
        """Return all that it says, as `pipeline.model.Draft.text` does."""
        return "\n\n".join(part for part in (self.title, self.summary, *self.paragraphs) if part)


@dataclass(frozen=True, slots=True)
class Handed:
    """A record, ready to be ingested, with who says it and when."""

    line: bytes
    outlet: Outlet
    at: datetime


def record(telling: Telling, *, kind: str = "") -> Handed:
    """Return a telling that is no item as a record."""
    fields: dict[str, Any] = {
        "id": telling.external_id,
        "kind": kind,
        "source": telling.outlet.source_id,
        "province": telling.outlet.area,
        "url": telling.url,
        "title": telling.title,
        "summary": telling.summary,
        "body": "\n\n".join(telling.paragraphs),
    }
    if telling.dated:
        fields["published"] = telling.at.isoformat()
    return Handed(dumped(fields), telling.outlet, telling.at)


def truth(telling: Telling) -> dict[str, Any]:
    """Return the line of truth.jsonl."""
    return {
        "external_id": telling.external_id,
        "source": telling.outlet.source_id,
        "bulletin": telling.bulletin or None,
        "story": telling.story,
        "level": telling.level,
        "original": telling.original or None,
        "detail": telling.detail,
    }


def dumped(fields: dict[str, Any]) -> bytes:
    """Return one line of JSON, without its end."""
    return json.dumps(
        {name: value for name, value in fields.items() if value != ""}, ensure_ascii=False
    ).encode()


def moment(year: int, month: int, day: int, minute: int = 0) -> datetime:
    """Return a local time, `minute` minutes after midnight."""
    return datetime(year, month, day, minute // 60, minute % 60, tzinfo=LOCAL_ZONE)
