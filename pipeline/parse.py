"""Bytes to drafts, for every form of document. Pure; raises Unreadable and nothing else.

The only importer of feedparser, which gets text that we decoded, without its prolog, and hands
back strings: dates, addresses and markup are read by our own rules.
"""

import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from html import unescape
from html.entities import html5
from typing import Any

import feedparser
from feedparser.mixin import _FeedParserMixin

from pipeline import dates, docx, drafts, extract, markup, pdf, push, record
from pipeline.bylines import Byline, byline
from pipeline.drafts import Finding
from pipeline.encoding import decode, read
from pipeline.errors import BadInput, Unreadable
from pipeline.legacy import mended
from pipeline.legible import flaw
from pipeline.model import Act, Basis, Document, Draft, Form, Parsed, TitleBasis, When
from pipeline.text import clean, fold
from pipeline.urls import absolute, canonical

__all__ = ["LARGEST", "canonical", "parse", "warm"]

LARGEST = 5_000_000  # bytes of a body
MOST_ITEMS = 2_000  # of a feed; 50,000 cost feedparser 20 s
_LONG_TEXT = 1_000  # characters that make a feed's description the article itself
_LONGEST_AUTHOR = 500
_LONGEST_NAME = 100
_LONGEST_ID = 500

_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel)(?=[\s>])", re.IGNORECASE)
_ITEM = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s>])", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\s{0,9}>", re.IGNORECASE)
_LOOSE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][\da-fA-F]{1,6});)(?:(?P<name>\w{1,32});)?")
_MARKUP_START = re.compile(r"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_ZIP, _PDF = b"PK\x03\x04", b"%PDF-"
_PDF_HEAD = 1_024  # bytes in which a PDF says what it is
_EMAIL = re.compile(r"\S+@\S+")

_sync_author_detail = _FeedParserMixin._sync_author_detail  # noqa: SLF001 - see below


def _sync_short_author_detail(self: Any, key: str = "author") -> None:
    """Shorten an author before feedparser looks for an address in it: 64 KB cost its regex 37 s of CPU."""
    context = self._get_context()
    if isinstance(context.get(key), str):
        context[key] = context[key][:_LONGEST_AUTHOR]
    _sync_author_detail(self, key)


_FeedParserMixin._sync_author_detail = _sync_short_author_detail  # noqa: SLF001 - no other way in


def parse(document: Document) -> Parsed:
    """Return what a document yields, in its order.

    Raises:
        Unreadable: the bytes are not what they claim to be, too large, or say nothing.
    """
    if len(document.body) > LARGEST:
        raise Unreadable(document.form, f"larger than {LARGEST} bytes")
    return _READERS[_form(document)](document)


def _form(document: Document) -> Form:
    """Return the form by what the bytes say, where a file's name or a portal may be wrong about it."""
    if document.form not in (Form.TEXT, Form.PAGE, Form.DOCX, Form.PDF):
        return document.form
    if document.body.startswith(_ZIP):
        return Form.DOCX
    if _PDF in document.body[:_PDF_HEAD]:
        return Form.PDF
    if document.form in (Form.DOCX, Form.PDF):
        return Form.TEXT  # a page saved as .doc, or a refusal that says what the bytes are
    return document.form


def warm() -> None:
    """Load what is loaded at first need otherwise. Never raises."""
    extract.page(f"<body><div><p>{'Tin tỉnh. ' * 30}</p></div></body>")


def _text(document: Document) -> Parsed:
    """Read plain text or Markdown; a page that calls itself text is a page."""
    told = _decoded(document)
    if _MARKUP_START.match(told):
        return _page(document)
    return _told(document, _given(document, text=told))


def _page(document: Document) -> Parsed:
    """Read HTML."""
    given = document.given
    page = extract.page(_decoded(document), given.url, document.received_at)
    found = _given(
        document,
        claimed=page.canonical,
        title=page.title,
        title_basis=TitleBasis.PAGE,
        summary=page.summary,
        text=page.text,
        whens=page.whens,
        is_page=True,
        updated=page.updated.at if page.updated else None,
        authors=page.authors,
        credit=page.credit,
        chrome=page.chrome,
        image=page.image,
        attachments=page.attachments,
    )
    return _told(document, found)


def _word(document: Document) -> Parsed:
    """Read a Word document."""
    return _told(document, _given(document, text=decode(docx.read(document.body).encode())))


def _pdf(document: Document) -> Parsed:
    """Read a PDF."""
    return _told(document, _given(document, text=decode(pdf.read(document.body).encode())))


def _record(document: Document) -> Parsed:
    """Read one object of a .jsonl file."""
    try:
        said = record.load(_as_utf8(document.body))
    except BadInput as error:
        raise Unreadable(f"record.{error.subject}", error.message) from error
    url = said.url if canonical(said.url) else document.given.url
    given = dates.parse(said.published, Basis.GIVEN)
    found = Finding(
        external_id=document.given.external_id or said.id,
        url=url,
        kind=said.kind or document.given.kind,
        title=markup.line(mended(said.title)),
        summary=markup.text(mended(said.summary), url),
        text=said.body if said.body.strip() else markup.text(mended(said.body_html), url),
        whens=(given,) if given else (),
    )
    return _told(document, found)


def _push(document: Document) -> Parsed:
    """Read the body of a webhook call."""
    try:
        said = push.load(_as_utf8(document.body))
    except BadInput as error:
        raise Unreadable(error.subject, error.message) from error
    article = said.article
    published, updated = (
        dates.parse(text, Basis.PUSH) for text in (article.published_at, article.updated_at)
    )
    makers = _makers(article.authors)
    withdrawn = said.event is push.Event.WITHDRAWN
    found = Finding(
        external_id=document.given.external_id or article.id,
        guid=article.id,
        url=article.url or article.canonical_url,
        claimed=article.canonical_url,
        kind=document.given.kind,
        title=markup.line(mended(article.title)),
        summary=markup.text(mended(article.summary), article.url),
        text=markup.text(mended(article.content_html), article.url)
        if article.content_html.strip()
        else article.content_text,
        whens=(published,) if published else (),
        updated=updated.at if updated else None,
        authors=makers.authors,
        credit=makers.credit,
        language=article.language,
        act=Act.WITHDRAW if withdrawn else Act.TELL,
        note=clean(article.note).strip() or ("Đính chính" if said.event is push.Event.CORRECTED else ""),
    )
    if withdrawn:
        return Parsed(drafts.drafts(found, document.source, document.received_at))
    return _told(document, found)


def _feed(document: Document) -> Parsed:
    """Read RSS or Atom."""
    told = _decoded(document)
    root = _ROOT.search(told)
    if root is None:
        raise Unreadable("feed", "neither RSS nor Atom")
    source, beyond, cut_off = _bounded(told[root.start() :])
    try:
        parsed = feedparser.parse(
            io.BytesIO(source.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except LookupError as error:  # <item><link></item></link>: it looks for a link that has gone
        raise Unreadable("feed", "the tags of its items are crossed") from error
    entries = parsed["entries"]
    if not entries and (parsed.get("bozo") or not parsed.get("version")):
        raise Unreadable("feed", "neither RSS nor Atom, or cut off before its first item")
    drops = [("too_many_items", f"{beyond} beyond {MOST_ITEMS}")] if beyond else []
    if cut_off and entries:
        drops.append(("cut_off_item", _field(entries[-1], "title")[:_LONGEST_NAME]))
        entries = entries[:-1]
    home = absolute(document.given.url, _field(parsed["feed"], "link")) or document.given.url
    seen: set[str] = set()
    found: list[Draft] = []
    for item in _named([_entry(entry, document.given.url, home) for entry in entries[:MOST_ITEMS]]):
        if not (item.title or item.summary or item.text.strip()):
            drops.append(("empty_item", item.external_id))
        elif item.external_id in seen:
            drops.append(("repeated_item", item.external_id))
        else:
            seen.add(item.external_id)
            found += drafts.drafts(item, document.source, document.received_at)
    kept, garbled = _legible(found)
    if garbled and not kept:
        raise Unreadable("encoding", garbled[0][1])
    return Parsed(kept, (*drops, *garbled))


def _bounded(source: str) -> tuple[str, int, bool]:
    """Return a feed with at most MOST_ITEMS items, how many it had more, and whether its last one is cut off.

    Entities of HTML and bare ampersands are mended, so that feedparser's strict parser can read
    what else falls to its loose one, at seven times the cost.
    """
    ends = [found.end() for found in _ITEM_END.finditer(source)]
    last = max((found.start() for found in _ITEM.finditer(source, ends[-1] if ends else 0)), default=-1)
    beyond = len(ends) - MOST_ITEMS
    if beyond > 0:
        source = source[: ends[MOST_ITEMS - 1]] + source[ends[-1] :]
    return _mended(source), max(beyond, 0), last >= 0


def _mended(source: str) -> str:
    """Return a feed with entities that XML knows; CDATA as it is."""
    parts: list[str] = []
    at = 0
    while (start := source.find("<![CDATA[", at)) >= 0 and (end := source.find("]]>", start)) >= 0:
        parts += (_LOOSE.sub(_known, source[at:start]), source[start : end + 3])
        at = end + 3
    return "".join((*parts, _LOOSE.sub(_known, source[at:])))


def _known(found: re.Match[str]) -> str:
    """Return an entity of HTML as its character, any other ampersand escaped."""
    name = found["name"]
    return html5.get(f"{name};") or f"&amp;{name or ''}{';' if name else ''}"


def _named(items: list[Finding]) -> list[Finding]:
    """Return the items of one feed with their names, taking away names that are nobody's own.

    Broken feeds give every item the same guid, or the link of the section page: a name under which
    items of different titles stand is none, whichever of them comes first.
    """
    heads: dict[str, set[str]] = defaultdict(set)
    for item in items:
        for name in {item.guid, item.url}:
            heads[name].add(fold(item.title or item.summary or item.text)[:_LONGEST_NAME])
    named = []
    for item in items:
        guid, link = (name if len(heads[name]) == 1 else "" for name in (item.guid, item.url))
        own = guid or link or drafts.name_of(item.title, item.summary, item.text)
        named.append(replace(item, guid=guid, url=link, external_id=own))
    return named


def _entry(entry: Any, url: str, home: str) -> Finding:
    """Return what one item of a feed says; its name is found among all items."""
    link = absolute(url, unescape(_field(entry, "feedburner_origlink") or _field(entry, "link")))
    link = "" if canonical(link) in ("", canonical(home)) else link
    guid = clean(_field(entry, "id")).strip()[:_LONGEST_ID]
    title = markup.line(_field(entry, "title"))
    described = markup.text(_field(entry, "summary"), link or url)
    whole = max(
        (markup.text(_field(part, "value"), link or url) for part in entry.get("content", ())),
        key=len,
        default="",
    )
    if not whole and len(described) >= _LONG_TEXT:
        described, whole = "", described
    makers = _makers(_field(person, "name") for person in entry.get("authors", ()))
    origin = _field(entry.get("source") or {}, "title")
    stated = (_date(entry, "published") or _date(entry, "created") or _date(entry, "updated"),)
    updated = _date(entry, "updated")
    return Finding(
        guid=guid,
        url=link,
        title=title,
        summary="" if described == whole else described,
        text=whole,
        whens=tuple(when for when in stated if when),
        updated=updated.at if updated else None,
        authors=makers.authors,
        credit=makers.credit or markup.line(origin)[:_LONGEST_NAME],
    )


def _field(entry: Any, name: str) -> str:
    """Return a field that the feed itself has; feedparser's own `get` invents some from others."""
    value = dict.get(entry, name)
    return value if isinstance(value, str) else ""


def _date(entry: Any, name: str) -> When | None:
    """Return a date of an item, read from its raw text: feedparser gets 10 of 39 forms silently wrong."""
    return dates.parse(_field(entry, name), Basis.FEED)


def _makers(people: Iterable[str]) -> Byline:
    """Return who fields for authors name, without mail addresses; "Theo TTXVN" is a credit there too."""
    authors: list[str] = []
    credit = ""
    for name in people:
        line = _EMAIL.sub("", markup.line(name[:_LONGEST_AUTHOR])).strip(" <>,;")[:_LONGEST_NAME]
        made = byline(line) or Byline((line,) if line else ())
        authors += made.authors
        credit = credit or made.credit
    return Byline(tuple(dict.fromkeys(authors)), credit)


def _given(document: Document, **fields: Any) -> Finding:
    """Return a finding with what was handed over beside the bytes."""
    given = document.given
    url = given.url if canonical(given.url) else ""
    return Finding(external_id=given.external_id, url=url, kind=given.kind, **fields)


def _told(document: Document, found: Finding) -> Parsed:
    """Return the drafts of a document that tells one thing.

    Raises:
        Unreadable: nothing is left of it.
    """
    made = drafts.drafts(found, document.source, document.received_at, document.given.url)
    kept, garbled = _legible(draft for draft in made if draft.title)
    if not kept:
        raise Unreadable(*(("encoding", garbled[0][1]) if garbled else (document.form, "no text in it")))
    empty = tuple(("empty_item", draft.external_id) for draft in made if not draft.title)
    unsplit = found.kind == "bulletin" and not any(draft.bulletin_number for draft in kept)
    return Parsed(kept, empty + garbled + ((("no_items", found.external_id),) if unsplit else ()))


def _legible(made: Iterable[Draft]) -> tuple[tuple[Draft, ...], tuple[tuple[str, str], ...]]:
    """Return the drafts that can be read, and a drop with its reason for each that cannot."""
    told = [(draft, flaw(draft.text())) for draft in made]
    kept = tuple(draft for draft, reason in told if not reason)
    return kept, tuple(
        ("garbled_item", f"{reason}: {draft.external_id[:_LONGEST_NAME]}") for draft, reason in told if reason
    )


def _as_utf8(body: bytes) -> bytes:
    """Return JSON in UTF-8: one bad byte, a mark or UTF-16 must not cost the whole."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return read(body).encode("utf-8", "replace")
    return body


def _decoded(document: Document) -> str:
    """Return the text of the body by what it and its headers say of the charset."""
    head = document.body[:2_000]
    declared = _XML_CHARSET.search(head) or _META_CHARSET.search(head)
    charset = document.given.content_type if "charset" in document.given.content_type.lower() else ""
    text = decode(document.body, charset or (declared[1].decode("ascii", "replace") if declared else None))
    if not text.strip():
        raise Unreadable(document.form, "no text in it")
    return text


_READERS: dict[Form, Callable[[Document], Parsed]] = {
    Form.FEED: _feed,
    Form.PAGE: _page,
    Form.TEXT: _text,
    Form.RECORD: _record,
    Form.PUSH: _push,
    Form.DOCX: _word,
    Form.PDF: _pdf,
}
