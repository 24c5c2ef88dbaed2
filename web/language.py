"""In which language pages speak: Vietnamese, or English for who asks for it. Never raises but at import.

The Vietnamese text in code and templates is the message itself; `locale/en/*.po`, one catalogue a family of
pages, say it in English. A message that no catalogue holds stays Vietnamese. The choice is a cookie, so that
one address is one page.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from web.root import inner, local_path
from web.site import Site, TheSite

CATALOGUES = Path(__file__).parent / "locale"
_COOKIE = "tintinh_language"
_KEPT = timedelta(days=365)


class Language(StrEnum):
    """A language of the pages, as HTML names it (BCP 47)."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


_LANGUAGE: ContextVar[Language] = ContextVar("language", default=Language.VIETNAMESE)
router = APIRouter(tags=["pages"])


def speak(cookies: Mapping[str, str]) -> None:
    """Say for the request of this context which language its reader has chosen."""
    chosen = cookies.get(_COOKIE, "")
    _LANGUAGE.set(Language(chosen) if chosen in set(Language) else Language.VIETNAMESE)


@contextmanager
def speaking(one: Language) -> Iterator[None]:
    """Speak a language while the block runs, whatever the reader has chosen."""
    token = _LANGUAGE.set(one)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def language() -> str:
    """Return the language of this context's pages."""
    return _LANGUAGE.get().value


def gettext(message: str, **values: Any) -> str:
    """Return a message in the reader's language, with `%(name)s` filled in if values are given."""
    told = _messages(_LANGUAGE.get()).get(message, (message,))[0]
    return told % values if values else told


def ngettext(one: str, many: str, count: int) -> str:
    """Return a message for a number of things, `%(num)s` not filled in; Vietnamese has one form for all."""
    forms = _messages(_LANGUAGE.get()).get(one, (one, many))
    return forms[min(int(count != 1), len(forms) - 1)]


@router.get("/ngon-ngu/{chosen}", responses={303: {"description": "Back to the page, in that language"}})
def choose(
    request: Request, site: TheSite, chosen: Language, back: Annotated[str, Query(max_length=2_000)] = ""
) -> Response:
    """Keep the reader's language and go back to where they were: `back`, else the page that led here.

    Pages do not name themselves in the link: what was searched for would stand in one more address.
    """
    answer = RedirectResponse(local_path(back) if back else _came_from(request, site), 303)
    answer.set_cookie(
        _COOKIE,
        chosen.value,
        max_age=round(_KEPT.total_seconds()),
        path=site.settings.root or "/",
        samesite="lax",
        httponly=True,
        secure=site.https,
    )
    return answer


def _came_from(request: Request, site: Site) -> str:
    """Return the page of this site that the browser comes from, "/" for none and for another site."""
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    ours = {request.headers.get("host"), urlsplit(site.settings.base_url).netloc}
    if page.netloc not in ours:
        return "/"
    return local_path(inner(page.path, site.settings.root) + (f"?{page.query}" if page.query else ""))


def catalogues(of: Language) -> list[tuple[str, Catalog]]:
    """Return the catalogues of a language by file name, in order; none of Vietnamese."""
    found = []
    for path in sorted((CATALOGUES / of).glob("*.po")):
        with path.open("rb") as file:
            found.append((path.name, read_po(file, locale=of, abort_invalid=True)))
    return found


@cache
def _messages(of: Language) -> dict[str, tuple[str, ...]]:
    """Map each message to its translation, one text for each plural form."""
    known: dict[str, tuple[str, ...]] = {}
    for _, catalogue in catalogues(of):
        for message in catalogue:
            ids, told = _forms(message.id), _forms(message.string)
            if any(ids) and all(told):
                known[ids[0]] = told
    return known


def _forms(texts: object) -> tuple[str, ...]:
    return tuple(texts) if isinstance(texts, (list, tuple)) else (str(texts or ""),)
