"""The words of the project as frozen data: what everyone speaks, what no one mutates.

All instants are aware UTC `datetime`s; a `When` adds how precise a date is and where it comes
from, and is shown in Asia/Ho_Chi_Minh. Texts are NFC with Đ as U+0110 (`pipeline.text.clean`);
paragraphs are separated by one blank line. Province and area values are slugs of
`pipeline/data/provinces.tsv`, topics are slugs of `pipeline/data/topics.toml`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

SourceId = NewType("SourceId", str)
EntryId = NewType("EntryId", str)
StoryId = NewType("StoryId", str)

LOCAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NATIONAL = "toan-quoc"  # the province label of news about the whole country


class Precision(StrEnum):
    """How much of a date is known."""

    SECOND = "second"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Basis(StrEnum):
    """Where a publication date was read, best first."""

    GIVEN = "given"  # a field of a record somebody handed us
    FEED = "feed"  # the feed's own element
    PUSH = "push"  # the webhook's field
    META = "meta"  # <meta>, <time> or JSON-LD of the page
    HEADER = "header"  # the date line between headline and text
    PAGE = "page"  # a date line elsewhere on the page
    URL = "url"
    BULLETIN = "bulletin"  # the heading of the bulletin that holds the item
    INFERRED = "inferred"  # the first full date that the text tells
    RECEIVED = "received"  # nothing better: when we got it


@dataclass(frozen=True, slots=True)
class When:
    """A publication date: the start of the known interval, its precision and its basis.

    `at` is aware UTC; a day-precise date is that day's midnight in Asia/Ho_Chi_Minh.
    """

    at: datetime
    precision: Precision
    basis: Basis

    def local(self) -> datetime:
        """Return the start of the interval in Asia/Ho_Chi_Minh."""
        return self.at.astimezone(LOCAL_ZONE)

    def day(self) -> date | None:
        """Return the local day, or None when only a month or a year is known."""
        if self.precision in (Precision.SECOND, Precision.DAY):
            return self.local().date()
        return None

    def text(self) -> str:
        """Return ISO 8601 in local time, only as long as it is precise."""
        local = self.local()
        match self.precision:
            case Precision.SECOND:
                return local.isoformat(timespec="seconds")
            case Precision.DAY:
                return local.date().isoformat()
            case Precision.MONTH:
                return f"{local.year:04}-{local.month:02}"
            case Precision.YEAR:
                return f"{local.year:04}"


class Form(StrEnum):
    """What a receipt's bytes are."""

    FEED = "feed"  # RSS, Atom or JSON Feed
    PAGE = "page"  # HTML
    TEXT = "text"  # plain text or Markdown
    RECORD = "record"  # one JSON object of a .jsonl file
    PUSH = "push"  # the body of a webhook call
    DOCX = "docx"  # a Word document
    PDF = "pdf"


class EntryKind(StrEnum):
    """An entry is an article (or its stub) or one item of a bulletin."""

    ARTICLE = "article"
    BULLETIN_ITEM = "bulletin_item"


class TitleBasis(StrEnum):
    """Where a title was read."""

    GIVEN = "given"  # a field of a record, a feed or a webhook
    PAGE = "page"  # the headline of the page or text
    BULLETIN = "bulletin"  # the numbered heading of an item
    INFERRED = "inferred"  # made from the text, which has no headline


class Rights(StrEnum):
    """How much text of a source may leave by any door."""

    TITLE = "title"
    SUMMARY = "summary"  # the default: title, the source's own short summary, link
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose news a host of a source carries from one day to another, both included; None: no bound.

    `unit` is the slug of a province or a former unit, meant as its name meant on the day: "vinh-long" is a
    third of today's Vĩnh Long until 30 June 2025.
    """

    host: str
    unit: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, on: date | None) -> bool:
        """Tell whether it holds on a day; without one, whether it has no end."""
        if on is None:
            return self.valid_to is None
        return (self.valid_from or on) <= on <= (self.valid_to or on)


@dataclass(frozen=True, slots=True)
class Source:
    """Who speaks. `province` and `area` are slugs of the home, None when unknown.

    `seats`: homes that hold on some days only, or on one of its hosts; `hosts` names theirs too.
    """

    source_id: SourceId
    name: str
    province: str | None = None
    area: str | None = None
    hosts: tuple[str, ...] = ()
    rights: Rights = Rights.SUMMARY
    seats: tuple[Seat, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What was handed over with the bytes, outside of them. Empty means not said.

    `watched`: a file of a watched folder, where a file that is changed is the same thing told anew.
    """

    external_id: str = ""
    url: str = ""  # where the bytes come from; base of relative links
    kind: str = ""  # "article" or "bulletin"; detected when empty
    content_type: str = ""
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A receipt as the reader sees it.

    `known`: hashes of a feed's items that were read before and need not be read again.
    `start`: the first item of a feed to read, counted from 0; the ones before it were read already.
    """

    source: Source
    form: Form
    body: bytes
    received_at: datetime
    given: Given = Given()
    known: frozenset[str] = frozenset()
    start: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """What the text itself tells about, the publisher's home left out.

    `areas`: slugs of former units told about, weightiest first; `national`: agency copy or a
    text about the whole country; `explicit`: the areas named unmistakably ("tỉnh X"), the only
    ones that may contradict another text.
    """

    areas: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()  # today's units told about, weightiest first
    explicit: tuple[str, ...] = ()
    national: bool = False


class Role(StrEnum):
    """What a text has to do with an official document that it names."""

    ISSUES = "issues"  # that this document was issued is what the text tells
    CITES = "cites"  # a basis, a background, or not certain


@dataclass(frozen=True, slots=True)
class DocumentMention:
    """An official document as one text names it.

    A number starts anew with every issuer each January: a document is (number, issuer, date).

    Args:
        number: in canonical form (`pipeline.documents`), "90/KH-UBND".
        role: issued or cited.
        issuer: as written, or as the number's code says beyond doubt ("Chính phủ"); "" if unknown.
        dated: ISO 8601, as long as it is known: a day, a month, a year, or "".
    """

    number: str
    role: Role
    issuer: str = ""
    dated: str = ""


@dataclass(frozen=True, slots=True)
class Officeholder:
    """Somebody in public office as a text writes it: "Lê Quốc Phong", "Bí thư Tỉnh ủy", "Đồng Tháp".

    `unit` is the proper name of where the office is held, "" if the text does not say it.
    """

    name: str
    office: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """The picture of an article: its absolute address and its caption, "" if it has none."""

    url: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that an article hands out: its absolute address and how the article calls it."""

    url: str
    title: str = ""


class Act(StrEnum):
    """What a draft does to its entry."""

    TELL = "tell"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Draft:
    """One thing one source said, as read from a receipt; the store gives it its ids.

    Args:
        external_id: the publisher's name for it (guid, record id, file name, "bulletin#number").
        url: as given, absolute, or ""; where a page was found under another address, the one it claims.
        canonical_url: the comparison key of `url` (`pipeline.parse.canonical`), or "".
        guid: the feed's or CMS's own id, "" when there is none.
        bulletin_id, bulletin_number: the shell's name (an address with its edition) and its number as
            printed (by place where the printed ones do not rise), for items only.
        summary: the source's own short summary, "" when it gave none.
        body: cleaned paragraphs, "" for a stub.
        updated: the source's own time of this text, aware UTC.
        retold: the latest time at which the source pushed this very text again, aware UTC.
        credit: the agency or paper that the text names as its origin ("TTXVN"), or "".
        links: targets of "tại đây", canonical; "#" and the page itself are left out.
        documents: official documents named, each once, in order of appearance.
        people: holders of public office named, in order of appearance.
        image: the article's main picture.
        attachments: files to download, in order.
        linked: hosts that its markup links to, its own among them.
    """

    kind: EntryKind
    external_id: str
    title: str
    title_basis: TitleBasis
    published: When
    url: str = ""
    canonical_url: str = ""
    guid: str = ""
    bulletin_id: str = ""
    bulletin_number: int = 0
    summary: str = ""
    body: str = ""
    updated: datetime | None = None
    retold: datetime | None = None
    authors: tuple[str, ...] = ()
    credit: str = ""
    links: tuple[str, ...] = ()
    places: Places = field(default_factory=Places)
    topics: tuple[str, ...] = ()
    language: str = "vi"
    act: Act = Act.TELL
    note: str = ""
    documents: tuple[DocumentMention, ...] = ()
    people: tuple[Officeholder, ...] = ()
    image: Image | None = None
    attachments: tuple[Attachment, ...] = ()
    linked: tuple[str, ...] = ()

    @property
    def doc_numbers(self) -> tuple[str, ...]:
        """Return the numbers of the documents named, each once, in order of appearance."""
        return tuple(dict.fromkeys(one.number for one in self.documents))

    def text(self) -> str:
        """Return title, summary and body as one text, for matching."""
        return "\n\n".join(part for part in (self.title, self.summary, self.body) if part)


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed says of its own rhythm and hubs, as given; None and () mean not said.

    Args:
        ttl: seconds that its document may be kept (RSS 2.0 `ttl`).
        skip_hours: hours of the day in UTC, 0-23, in which nothing is published (RSS 2.0 `skipHours`).
        skip_days: days of the week, Monday is 0 (RSS 2.0 `skipDays`).
        period: seconds between two updates (RSS 1.0 syndication module, `updatePeriod` / `updateFrequency`).
        hubs: absolute addresses of its WebSub hubs (W3C WebSub section 4).
        topic: its own absolute address, `rel="self"`.
    """

    ttl: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    period: float | None = None
    hubs: tuple[str, ...] = ()
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a document yields: drafts in document order, and what was dropped and why.

    Args:
        drops: (name of the drop, detail).
        items: hashes of the feed's items up to `resume`, from `Document.start` on, known ones included.
        hints: what a feed says of itself; None for other forms.
        resume: the item to go on with (`Document.start`) where a long feed is read in parts; None at its end.
    """

    drafts: tuple[Draft, ...]
    drops: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    hints: Hints | None = None
    resume: int | None = None


class Verdict(StrEnum):
    """What an entry is."""

    NEW = "NEW"
    JOINS = "JOINS"
    REPEATS = "REPEATS"
    REVISES = "REVISES"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with its score (0..1) and its reason in plain Vietnamese."""

    verdict: Verdict
    score: float
    because: str


@dataclass(frozen=True, slots=True)
class Labels:
    """Where and what a story is about: slugs, weightiest first; `province`/`area` the main one."""

    province: str | None = None
    provinces: tuple[str, ...] = ()
    area: str | None = None
    areas: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """One entry of a story as the outside may see it (rights applied)."""

    entry_id: EntryId
    source_id: SourceId
    source_name: str
    kind: EntryKind
    external_id: str
    bulletin_id: str
    bulletin_number: int
    title: str
    summary: str
    content: str  # paragraphs; "" unless the source's rights are full
    url: str
    published: str  # When.text()
    published_basis: Basis
    updated: datetime | None
    authors: tuple[str, ...]
    credit: str
    version: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Face:
    """What the outside sees of a story: made by `pipeline.face`, stored with the story.

    Only text that the sources' rights allow is in here, so every door that shows a face keeps
    law 10 by construction. `taken_back`: names of the sources that withdrew their own telling of a
    story that others still tell. `documents`, `people`: what any of its tellings names, each once;
    `doc_numbers` are the numbers of `documents`. `image`: the lead's picture with its caption, only under
    full rights; `language`: the lead's (BCP 47). `attachments`: links to files that its tellings hand out.
    """

    title: str
    summary: str
    content: str
    url: str  # the lead's own page, "" when it has none
    published: str  # When.text() of the lead
    published_at: datetime  # aware UTC, start of that interval; for sorting
    published_basis: Basis
    labels: Labels
    doc_numbers: tuple[str, ...]
    tellings: tuple[Telling, ...]  # lead first
    taken_back: tuple[str, ...] = ()
    documents: tuple[DocumentMention, ...] = ()
    people: tuple[Officeholder, ...] = ()
    image: Image | None = None
    language: str = "vi"
    attachments: tuple[Attachment, ...] = ()


class StoryState(StrEnum):
    """A story is told, or it is gone and leaves a tombstone."""

    LIVE = "live"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Story:
    """A story as stored: its face and its history.

    Args:
        revision: 1 at first, +1 at every visible change.
        first_seen: when it was first told here; feeds are ordered by `pipeline.store.labels`.
        updated: strictly increases with the revision.
        shown: when it began to look as it does, where revisions since then changed nothing that is shown
            (a source edited a text of which its rights let nothing out).
        backfill: old when first seen, in all its tellings: searchable, never in a live feed.
        merged_into: the surviving story, for `MERGED`.
    """

    story_id: StoryId
    state: StoryState
    revision: int
    first_seen: datetime
    updated: datetime
    backfill: bool
    face: Face
    merged_into: StoryId | None = None
    shown: datetime | None = None

    @property
    def looks_so_since(self) -> datetime:
        """Return when anything that is shown of it changed last."""
        return self.shown or self.updated


class ChangeKind(StrEnum):
    """What happened to a story."""

    CREATED = "created"
    UPDATED = "updated"
    CORRECTED = "corrected"
    MERGED_INTO = "merged_into"
    SPLIT_FROM = "split_from"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the change log, in commit order.

    `before`: the labels until then, or None. `other`: the story that a merged one went into, or that a
    split one came from, as far as it was written down.
    """

    seq: int
    story_id: StoryId
    kind: ChangeKind
    at: datetime
    before: Labels | None
    other: StoryId | None = None
