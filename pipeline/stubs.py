"""Stubs: what a feed tells the beginning of, and the page that tells the rest. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from pipeline.model import Act, Basis, Draft, EntryKind, Precision, TitleBasis
from pipeline.urls import newest_host


def is_stub(draft: Draft) -> bool:
    """Say whether a feed's item tells only its beginning and names the page of the rest."""
    return draft.kind is EntryKind.ARTICLE and draft.act is Act.TELL and bool(draft.url) and not draft.body


def is_own(url: str, addresses: Iterable[str], hosts: Iterable[str]) -> bool:
    """Say whether a page stands on a host of its source: one of its hosts, or that of an own address.

    A host's subdomains are its own; "www." and older names of a host are the host.
    """
    asked = newest_host(_name(url))
    own = {newest_host(host) for host in (*map(_name, addresses), *hosts)} - {""}
    return bool(asked) and any(asked == host or asked.endswith(f".{host}") for host in own)


def leads_home(asked: str, landed: str) -> bool:
    """Say whether an article's address led to a front page, as those of deleted articles do."""
    return urlsplit(asked).path.strip("/") != "" and urlsplit(landed).path.strip("/") in _FRONTS


def completed(page: Draft, stub: Draft) -> Draft:
    """Return a stub's page as a text of the stub's entry.

    Names and the summary are the feed's; so is its time of publication, where it has one to the second.
    The text and what was read in it are the page's.
    """
    from_feed = stub.published.basis is Basis.FEED and stub.published.precision is Precision.SECOND
    untitled = page.title_basis is TitleBasis.INFERRED
    return replace(
        page,
        external_id=stub.external_id,
        guid=stub.guid,
        url=stub.url,
        canonical_url=stub.canonical_url,
        title=stub.title if untitled else page.title,
        title_basis=stub.title_basis if untitled else page.title_basis,
        summary=stub.summary or page.summary,
        published=stub.published if from_feed else page.published,
        updated=stub.updated or page.updated,
        authors=page.authors or stub.authors,
        credit=page.credit or stub.credit,
    )


def _name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


_FRONTS = frozenset(("", "index.html", "index.php", "index.htm", "default.aspx", "trang-chu", "vi", "home"))
