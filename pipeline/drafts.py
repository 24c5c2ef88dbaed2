"""What was found in a document, settled into drafts: furniture out, bulletins split, dated, labelled.

Pure; never raises. Every form of document comes through here, so that the same text gives the
same draft from a feed, a page, a file or a push.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipeline import dates, dating, markup, places
from pipeline.bulletin import Bulletin, split
from pipeline.bylines import Byline, byline
from pipeline.fields import without_lead_in
from pipeline.furniture import is_prose
from pipeline.labelling import labelled
from pipeline.legacy import restored
from pipeline.legible import flaw
from pipeline.model import (
    Act,
    Attachment,
    Basis,
    Draft,
    EntryKind,
    Image,
    Places,
    Source,
    TitleBasis,
    When,
)
from pipeline.text import clean, fold, shorten
from pipeline.tidy import Tidy, tidy
from pipeline.urls import absolute, canonical, is_traced

_LONGEST_TITLE = 160  # characters of one that we make
_LONGEST_GIVEN = 500
_MOST_LINKS = 50
_MOST_AUTHORS = 20
_SENTENCE = 40  # characters; a shorter one is an abbreviation ("TP.") or a call
_LONGEST_AUTHOR = 500
_LONGEST_NAME = 100
_PARAGRAPHS_ASKED = 40
_CHARACTERS_ASKED = 5_000
_HEAD, _HEAD_ROWS = 2_000, 8  # characters and rows in which a headline stands, if it does

_EMAIL = re.compile(r"\S+@\S+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’)]*\s")
_ISSUED = re.compile(
    r"(?:ban hành|công bố|phê duyệt|ký|triển khai)(?: \S+){0,4}? (?:kế hoạch|quyết định|chỉ thị|nghị quyết|"
    r"công văn|công điện|thông báo|chương trình|đề án|văn bản|hướng dẫn|quy định|quy chế)(?: \S+){0,12}? "
    r"(?:về việc|v/v|về) (?P<what>\S.{20,})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a document tells, as its form tells it.

    Args:
        external_id, guid, url: as given; `claimed` is the address that the page itself claims.
        kind: "article", "bulletin", or "" to find out.
        title: the headline if a field or the page gives it, "" to look for it in the text.
        text: Markdown lines, furniture included.
        whens: every date that somebody states, in any order.
        is_page: its date lines were looked for where they stand on the page, and are among `whens`.
        credit: the origin that a field names.
        chrome: what stands around the text.
        linked: hosts that its markup links to.
        image, attachments: the picture and the files that a page shows; a bulletin's are of no single item.
    """

    external_id: str = ""
    guid: str = ""
    url: str = ""
    claimed: str = ""
    kind: str = ""
    title: str = ""
    title_basis: TitleBasis = TitleBasis.GIVEN
    summary: str = ""
    text: str = ""
    whens: tuple[When, ...] = ()
    is_page: bool = False
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    credit: str = ""
    chrome: str = ""
    language: str = "vi"
    act: Act = Act.TELL
    note: str = ""
    image: Image | None = None
    attachments: tuple[Attachment, ...] = ()
    linked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Context:
    """What all drafts of a document share."""

    source: Source
    received_at: datetime
    base: str


@dataclass(frozen=True, slots=True)
class _Shell:
    """What a bulletin hands down to an item."""

    bulletin_id: str = ""
    number: int = 0
    chrome: str = ""
    places: Places = field(default_factory=Places)


def drafts(found: Finding, source: Source, received_at: datetime, base: str = "") -> tuple[Draft, ...]:
    """Return the drafts of one finding: one for an article, one for each item of a bulletin.

    Args:
        found: the finding.
        source: who says it.
        received_at: when we got it, aware UTC; no date is later than a day after it.
        base: where relative links of the text start from; default: the finding's own address.
    """
    context = _Context(source, received_at, base or found.url)
    found = replace(
        found, title=restored(found.title), summary=restored(found.summary), text=restored(found.text)
    )
    bulletin = None
    if found.kind != "article" and found.act is Act.TELL:
        head = "\n".join(found.text[:_HEAD].split("\n")[:_HEAD_ROWS])
        headed = fold(found.title) in fold(head)
        told = found.text if headed else f"{found.title}\n\n{found.text}"
        bulletin = split(clean(told), sure=found.kind == "bulletin")
    if bulletin is None:
        return (_draft(found, context, _Shell()),)
    return _items(found, bulletin, context)


def _items(found: Finding, bulletin: Bulletin, context: _Context) -> tuple[Draft, ...]:
    """Return a bulletin's items with what its shell knows better than they do."""
    bulletin_id = _bulletin_id(found, bulletin)
    day = bulletin.when
    if day is None or not dates.plausible(day, context.received_at):
        lines = (dates.line(row, Basis.HEADER) for row in bulletin.masthead.split("\n"))
        addresses = (dates.in_url(found.url), dates.in_url(found.claimed))
        day = dating.best((*found.whens, *lines, *addresses), "", context.received_at)
    chrome = f"{bulletin.masthead}\n{bulletin.signature}\n{found.chrome}"
    heading = f"{found.title}\n{bulletin.masthead}"
    inherited = places.read(heading, on=day.day() if day else None, chrome=chrome)
    items = []
    for item in bulletin.items:
        own = replace(
            found,
            external_id=f"{bulletin_id}#{item.number}",
            guid="",
            title=item.title,
            title_basis=TitleBasis.BULLETIN,
            summary="",
            text=item.body,
            whens=(day,) if day else (),
            image=None,
            attachments=(),
        )
        items.append(_draft(own, context, _Shell(bulletin_id, item.number, chrome, inherited)))
    return tuple(items)


def _bulletin_id(found: Finding, bulletin: Bulletin) -> str:
    """Return the name that a bulletin's items share.

    An address is no name of one bulletin: the morning's and the evening's, today's and tomorrow's may
    stand under one. The day and session of the heading make it one.
    """
    edition = "-".join(filter(None, (bulletin.when.text() if bulletin.when else "", bulletin.session)))
    address = canonical(found.claimed) or canonical(found.url)
    name = found.external_id or (address if edition else "")
    if not name:
        return name_of(found.title, found.summary, found.text)
    return f"{name}|{edition}" if edition and canonical(name) else name


def _draft(found: Finding, context: _Context, shell: _Shell) -> Draft:
    """Return one draft."""
    is_item = bool(shell.number)
    given = _one_line(found.title)
    told = tidy(found.text, given)
    title = told.title or _inferred(told.body) or _inferred(found.summary)
    basis = found.title_basis if given else TitleBasis.PAGE if told.title else TitleBasis.INFERRED
    brief = tidy(found.summary, title)
    summary = "" if fold(brief.body) == fold(title) else brief.body
    text = "\n\n".join(filter(None, (title, summary, told.body)))
    when = _when(found, told, text, context, is_item=is_item)
    credit = told.credit or brief.credit or found.credit
    chrome = "\n".join(filter(None, (told.removed, found.chrome)))
    key = canonical(found.claimed) or canonical(found.url)
    draft = Draft(
        kind=EntryKind.BULLETIN_ITEM if is_item else EntryKind.ARTICLE,
        external_id=found.external_id or key or name_of(found.title, found.summary, found.text),
        title=title,
        title_basis=basis,
        published=when,
        url=_address(found),
        canonical_url="" if is_item else key,
        guid=found.guid,
        bulletin_id=shell.bulletin_id,
        bulletin_number=shell.number,
        summary=summary,
        body=told.body,
        updated=credible(found.updated, context.received_at),
        authors=tuple(dict.fromkeys((*found.authors, *told.authors)))[:_MOST_AUTHORS],
        credit=credit,
        links=_links((*told.links, *brief.links), context.base, {key, canonical(found.url)}),
        language=found.language,
        act=found.act,
        note=found.note,
        image=found.image,
        attachments=found.attachments,
        linked=found.linked,
    )
    made = labelled(draft, context.source, chrome, shell.places)
    if is_item and not made.places.provinces and not made.places.national:
        # The shell's place is the publisher's word, not the text's.
        return replace(made, places=replace(shell.places, explicit=()))
    return made


def _address(found: Finding) -> str:
    """Return the address as given; the page's own claim where it was found elsewhere or with a trace on it.

    A page for telephones or for printing, or one that a newsletter's link led to, says where it lives.
    """
    is_elsewhere = canonical(found.claimed) != canonical(found.url) or is_traced(found.url)
    return found.claimed if found.claimed and is_elsewhere else found.url


def _one_line(title: str) -> str:
    """Return a given headline on one line, without the "null " that Liferay leaks before it."""
    return re.sub(r"^null\s+(?=\S)", "", shorten(clean(title), _LONGEST_GIVEN))


def _inferred(text: str) -> str:
    """Make a headline of a text that has none: what was issued, else how the text begins."""
    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph][:_PARAGRAPHS_ASKED]
    for paragraph in paragraphs:
        if issued := _ISSUED.search(paragraph[:_CHARACTERS_ASKED]):
            what = _SENTENCE_END.split(issued["what"], maxsplit=1)[0].rstrip(" .;:,")
            return shorten(what[0].upper() + what[1:], _LONGEST_TITLE)
    first = next((paragraph for paragraph in paragraphs if is_prose(paragraph)), next(iter(paragraphs), ""))
    first = without_lead_in(first)
    sentence = _SENTENCE_END.split(first, maxsplit=1)[0]
    return shorten(sentence if len(sentence) >= _SENTENCE else first, _LONGEST_TITLE).rstrip(" .:;,")


def _when(found: Finding, told: Tidy, text: str, context: _Context, *, is_item: bool) -> When:
    """Return the publication date; an item has its shell's, and the events that it tells date nothing."""
    if is_item:
        return dating.choose(found.whens, "", context.received_at)
    addresses = (dates.in_url(found.url), dates.in_url(found.claimed))
    lines = () if found.is_page and found.whens else (told.header, told.page)
    return dating.choose((*found.whens, *lines, *addresses), text, context.received_at)


def credible(updated: datetime | None, received_at: datetime) -> datetime | None:
    """Return a source's own time of a telling, None if its clock is more than a day ahead."""
    return updated if updated and updated <= received_at + timedelta(days=1) else None


def _links(targets: tuple[str, ...], base: str, own: set[str]) -> tuple[str, ...]:
    """Return the real targets of "tại đây": absolute ones of other pages, in canonical form."""
    keys = (canonical(absolute(base, target)) for target in targets)
    return tuple(dict.fromkeys(key for key in keys if key and key not in own))[:_MOST_LINKS]


def name_of(*parts: str) -> str:
    """Return a name for what has none: the same text gets the same."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def makers(people: Iterable[str]) -> Byline:
    """Return who fields for authors name, without mail addresses; "Theo TTXVN" is a credit there too."""
    authors: list[str] = []
    credit = ""
    for name in people:
        line = _EMAIL.sub("", markup.line(name[:_LONGEST_AUTHOR])).strip(" <>,;")[:_LONGEST_NAME]
        made = byline(line) or Byline((line,) if line else ())
        authors += made.authors
        credit = credit or made.credit
    return Byline(tuple(dict.fromkeys(authors)), credit)


def legible(made: Iterable[Draft]) -> tuple[tuple[Draft, ...], tuple[tuple[str, str], ...]]:
    """Return the drafts that can be read, and a drop with its reason for each that cannot."""
    told = [(draft, flaw(draft.text())) for draft in made]
    kept = tuple(draft for draft, reason in told if not reason)
    return kept, tuple(
        ("garbled_item", f"{reason}: {draft.external_id[:_LONGEST_NAME]}") for draft, reason in told if reason
    )
