"""Bytes to drafts, for every form of document. Pure; raises Unreadable and nothing else."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pipeline import dates, docx, drafts, extract, feed, feed_parts, json_feed, markup, pdf, push, record
from pipeline.drafts import Finding
from pipeline.encoding import decode, read
from pipeline.errors import BadInput, Unreadable
from pipeline.feed_parts import Contents
from pipeline.feed_text import MOST_ITEMS
from pipeline.legacy import mended
from pipeline.media import first_picture
from pipeline.model import (
    Act,
    Attachment,
    Basis,
    Document,
    Form,
    Given,
    Image,
    Parsed,
    Source,
    SourceId,
    TitleBasis,
)
from pipeline.parts import whole
from pipeline.text import clean
from pipeline.urls import absolute, canonical

__all__ = ["LARGEST", "MOST_ITEMS", "canonical", "parse", "part", "warm"]

LARGEST = 5_000_000  # bytes of a body

_MARKUP_START = re.compile(r"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_ZIP, _PDF = b"PK\x03\x04", b"%PDF-"
_PDF_HEAD = 1_024  # bytes in which a PDF says what it is


def parse(document: Document) -> Parsed:
    """Return what a document yields, in its order: all parts of a long feed.

    Raises:
        Unreadable: the bytes are not what they claim to be, too large, or say nothing.
    """
    return whole(part, document)


def part(document: Document) -> Parsed:
    """Return what a document yields from `Document.start` on, up to `Parsed.resume`.

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
    text = "Tin tỉnh. " * 30
    extract.page(f"<body><div><p>{text}</p></div></body>")
    item = f"<item><title>Tin</title><description>{text}</description></item>"
    body = f"<rss version='2.0'><channel>{item}</channel></rss>".encode()
    parse(Document(Source(SourceId(""), ""), Form.FEED, body, datetime(2026, 1, 1, tzinfo=UTC)))


def _text(document: Document) -> Parsed:
    """Read plain text or Markdown; a page that calls itself text is a page."""
    told = _decoded(document.body, document.given, document.form)
    if _MARKUP_START.match(told):
        return _page(document)
    return _told(document, _given(document, text=told))


def _page(document: Document) -> Parsed:
    """Read HTML."""
    given = document.given
    page = extract.page(
        _decoded(document.body, document.given, document.form), given.url, document.received_at
    )
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
        linked=markup.hosts(said.summary, said.body_html),
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
        dates.moment(text, Basis.PUSH) for text in (article.published_at, article.updated_at)
    )
    makers = drafts.makers(article.authors)
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
        linked=markup.hosts(article.summary, article.content_html),
        image=_image(article),
        attachments=tuple(Attachment(one.url, markup.line(one.title)) for one in article.attachments),
        act=Act.WITHDRAW if withdrawn else Act.TELL,
        note=clean(article.note).strip() or ("Đính chính" if said.event is push.Event.CORRECTED else ""),
    )
    if withdrawn:
        return Parsed(drafts.drafts(found, document.source, document.received_at))
    return _told(document, found)


def _image(article: push.Article) -> Image | None:
    """Return the first picture that the publisher names, else the first of the text."""
    if article.images:
        return Image(article.images[0].url, markup.line(article.images[0].title))
    url = absolute(article.url or article.canonical_url, first_picture([article.content_html]))
    return Image(url) if url else None


def _feed(document: Document) -> Parsed:
    """Read the next part of a feed: RSS, Atom or JSON Feed, whatever it was served as."""
    made = feed_parts.parsed(document, _contents(document.body, document.given))
    if made.resume is None:
        _contents.cache_clear()  # a long text is not kept for nothing
    return made


@lru_cache(maxsize=1)
def _contents(body: bytes, given: Given) -> Contents:
    """Return what a feed holds; kept while its parts are read."""
    if json_feed.looks_like_one(body):
        return json_feed.contents(read(body), given.url)
    return feed.contents(_decoded(body, given, Form.FEED), given.url)


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
    kept, garbled = drafts.legible(draft for draft in made if draft.title)
    if not kept:
        raise Unreadable(*(("encoding", garbled[0][1]) if garbled else (document.form, "no text in it")))
    empty = tuple(("empty_item", draft.external_id) for draft in made if not draft.title)
    unsplit = found.kind == "bulletin" and not any(draft.bulletin_number for draft in kept)
    return Parsed(kept, empty + garbled + ((("no_items", found.external_id),) if unsplit else ()))


def _as_utf8(body: bytes) -> bytes:
    """Return JSON in UTF-8: one bad byte, a mark or UTF-16 must not cost the whole."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return read(body).encode("utf-8", "replace")
    return body


def _decoded(body: bytes, given: Given, form: Form) -> str:
    """Return the text of a body by what it and its headers say of the charset."""
    head = body[:2_000]
    declared = _XML_CHARSET.search(head) or _META_CHARSET.search(head)
    charset = given.content_type if "charset" in given.content_type.lower() else ""
    text = decode(body, charset or (declared[1].decode("ascii", "replace") if declared else None))
    if not text.strip():
        raise Unreadable(form, "no text in it")
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
