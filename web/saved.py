"""Saved searches: /theo-doi, where people say what they want to be told of, and by which ways.

What is asked comes in bodies and never in an address; who has a search's secret address manages it, and
somebody signed in has a list of their own. All of it works without a script (docs/alerts.md).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline import mail_addresses, outgoing
from pipeline.alert_batches import next_letter
from pipeline.errors import BadInput
from pipeline.model import StoryState
from pipeline.store import Connection, saved, saved_finds, saved_ways, sources, stories
from pipeline.store.accounts import Session
from pipeline.store.saved import Saved, State
from pipeline.store.saved_ways import Kind, Pace
from pipeline.text import clean
from search.question import STATED, gathered
from tasks.wiring import ring
from web import saved_words as words
from web.account import Signed, check_form, form_key, keep_form_key
from web.language import gettext as _
from web.problems import Problem, described
from web.saved_changes import ADDRESSES, CHANGES, SECRETS, Action, Typed, mailed
from web.site import Site, TheSite
from web.throttle import Throttle, network
from web.view import render

_MOST_SHOWN = 20
_LONGEST = 2_000
_LARGEST = 2**63 - 1  # of a number in SQL
_LOG = structlog.get_logger("web")
_ON: dict[int | str, dict[str, Any]] = {303: {"description": "Location leads on"}}
_ASKED = {"type": "object", "properties": {name: {"type": "string"} for name in STATED}}
_AS_ASKED: dict[str, Any] = {
    "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": _ASKED}}}
}

router = APIRouter(tags=["saved"], default_response_class=HTMLResponse)
Line = Annotated[str, Form(max_length=_LONGEST)]
PaceField = Annotated[Pace, Form()]


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says above all else: that something was done, or what is wrong, and with which status.

    Args:
        done, problem, note: whole sentences. secret: of a webhook.
        field: the part of a form that `problem` is about, "" for none.
        typed: what was refused, which stays in its form.
        wait: seconds until it may be tried again.
    """

    done: str = ""
    problem: str = ""
    field: str = ""
    typed: Typed | None = None
    secret: str = ""
    note: str = ""
    status: int = 200
    wait: float = 0


async def _given(request: Request) -> dict[str, str]:
    form = await request.form()
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    told = gathered((name, clean(value).strip()) for name, value in pairs if name in STATED)
    return {name: value for name, value in told.items() if value}


Given = Annotated[dict[str, str], Depends(_given)]


@router.get("/theo-doi")
def overview(request: Request, site: TheSite, who: Signed, done: str = "") -> Response:
    """List the searches of who is signed in; say to strangers what this is."""
    with site.db.read() as conn:
        mine = saved.of_owner(conn, who.name) if who else []
        known = sources.listed(conn)
        rows = [
            (one, words.in_words(one.asked, known), saved_ways.of_search(conn, one.saved_id)) for one in mine
        ]
    return shown(request, site, who, "saved_list.html", {"rows": rows, "done": words.done(done)})


@router.get("/theo-doi/moi", responses=_ON)
def nothing_asked() -> Response:
    """Lead on who loads the page of a new search again: what it asked was in a body."""
    return RedirectResponse("/theo-doi", 303)


@router.post("/theo-doi/moi", openapi_extra=_AS_ASKED, responses=described(422))
def draft(request: Request, site: TheSite, who: Signed, given: Given) -> Response:
    """Show what would be saved, in words; nothing is."""
    return _new(request, site, who, Typed(given, datetime.now(UTC)), Told())


@router.post("/theo-doi/luu", responses=_ON | described(403, 422, 429))
def create(
    request: Request,
    site: TheSite,
    who: Signed,
    given: Given,
    *,
    csrf: Line,
    name: Line = "",
    email: Line = "",
    pace: PaceField = Pace.INSTANT,
) -> Response:
    """Save a search, and lead to its secret address."""
    check_form(request, site, who, csrf)
    typed = Typed(given, datetime.now(UTC), clean(name).strip(), email.strip(), pace)
    doors = [site.saves_of_network, *([site.letters_of_network] if typed.email else [])]
    try:
        asked, owner = typed.asks(), who.name if who else None
        if typed.email:
            mail_addresses.address(typed.email)
        if wait := max(_wait(door, request, who) for door in doors):
            late = _("Đã lưu quá nhiều trong một giờ. Xin thử lại sau.")
            return _new(request, site, who, typed, Told(problem=late, status=429, wait=wait))
        with site.db.write() as conn:
            named = typed.name or words.nameless(typed.now)
            made, token = saved.add(conn, named, asked, owner, typed.now)
            if typed.email and site.has_mail:
                mailed(conn, site, made, typed)
    except BadInput as error:
        return _new(request, site, who, typed, _refused(error, typed))
    ring("deliver")
    _LOG.info("saved_search_made", saved_id=made, owned=who is not None)
    return RedirectResponse(f"/theo-doi/{token}?done={'moi-thu' if typed.email else 'moi'}", 303)


@router.get("/theo-doi/{key}", responses=_ON | described(404))
def manage(request: Request, site: TheSite, who: Signed, key: str, done: str = "") -> Response:
    """Show a search, its ways and what was found."""
    now = datetime.now(UTC)
    with site.db.read() as conn:
        known = _opened(conn, key, who)
    if saved.is_stale(known, now):
        with site.db.write() as conn:
            saved.seen(conn, known, now)
    return _page(request, site, who, key, known, Told(words.done(done)))


@router.post("/theo-doi/{key}/{action}", responses=_ON | described(403, 404, 422, 429))
def act(
    request: Request,
    site: TheSite,
    who: Signed,
    given: Given,
    *,
    key: str,
    action: Action,
    csrf: Line,
    name: Line = "",
    email: Line = "",
    url: Line = "",
    pace: PaceField = Pace.INSTANT,
    way: Annotated[int, Form(ge=0, le=_LARGEST)] = 0,
    number: Annotated[int, Form(ge=0, le=_LARGEST)] = 0,
) -> Response:
    """Do one thing with a search."""
    with site.db.read() as conn:
        known = _opened(conn, key, who)
    check_form(request, site, who, csrf)
    if action in SECRETS and who is None:
        raise Problem(403, "forbidden", "webhooks are for people who are signed in")
    typed = Typed(
        given, datetime.now(UTC), clean(name).strip(), email.strip(), pace, url.strip(), way, number
    )
    try:
        if action in ADDRESSES:
            ADDRESSES[action](typed)
        speaks = action in (Action.MAIL, Action.TRY, Action.HOOK)
        if speaks and (wait := _wait(site.letters_of_network, request, who)):
            late = _("Thử quá nhiều lần. Xin chờ ít phút.")
            told = Told(problem=late, typed=typed, status=429, wait=wait)
            return _page(request, site, who, key, known, told)
        with site.db.write() as conn:
            made = CHANGES[action](conn, site, known, typed)
    except BadInput as error:
        return _page(request, site, who, key, known, _refused(error, typed))
    ring("deliver")
    _LOG.info("saved_search_changed", saved_id=known.saved_id, action=action.value)
    if action in SECRETS:
        return _page(request, site, who, key, known, Told(words.done(action), secret=made or ""))
    to = {Action.END: "/theo-doi", Action.RENEW: f"/theo-doi/{made}"}.get(action, f"/theo-doi/{key}")
    cut = "-ngay" if action is Action.ASK and typed.is_cut() else ""
    return RedirectResponse(f"{to}?done={action}{cut}", 303)


def _opened(conn: Connection, key: str, who: Session | None) -> Saved:
    """Return the search of a token, or of the number that its owner knows it by."""
    known = None
    if key.isascii() and key.isdecimal() and len(key) < saved.TOKEN_LENGTH:
        if who is None:
            to = f"/sign-in?{urlencode({'next': f'/theo-doi/{key}'})}"
            raise Problem(303, "sign_in", "sign in first", headers={"Location": to})
        found = saved.get(conn, int(key)) if int(key) <= _LARGEST else None
        known = found if found is not None and found.owner == who.name else None
    else:
        known = saved.by_token(conn, key)
    if known is None or known.state is State.ENDED:
        raise Problem(404, "not_found", "no such saved search")
    return known


def _wait(door: Throttle, request: Request, who: Session | None) -> float:
    """Return how long to wait, 0: not at all. Who is signed in counts by name, strangers by network."""
    caller = f"@{who.name}" if who else network(request.client.host if request.client else "")
    return door.attempt(caller, time.monotonic())


def _new(request: Request, site: Site, who: Session | None, typed: Typed, told: Told) -> Response:
    """Show the page of a new search; what cannot be read in its question is told of."""
    asked = dict(typed.given)
    try:
        if typed.is_cut():
            told = replace(told, note=words.undated())
        asked = typed.asks()
        empty = ""
    except BadInput as error:
        empty = words.wrong(error, typed.given)
    if empty and not told.problem:
        told = replace(told, problem=empty, status=422)
    with site.db.read() as conn:
        listed = sources.listed(conn)
    ending = "" if empty else words.ending(asked, typed.now)
    values = {
        "asked": asked,
        "ending": ending,
        "timeless": words.timeless(asked, typed.now),
        "words": words.in_words(asked, listed),
        "typed": typed,
        "told": told,
    }
    answer = shown(request, site, who, "saved_new.html", values | {"can_save": not empty}, told.status)
    answer.headers["Cache-Control"] = "private, no-cache"  # nobody can go back to a form's answer otherwise
    return _later(answer, told)


def _page(  # noqa: PLR0917 - one page
    request: Request, site: Site, who: Session | None, key: str, known: Saved, told: Told
) -> Response:
    now = datetime.now(UTC)
    typed = told.typed or Typed({}, now)
    with site.db.read() as conn:
        known = saved.get(conn, known.saved_id) or known
        ways = saved_ways.of_search(conn, known.saved_id)
        waits = {
            one.way_id: (many, at)
            for one in ways
            if one.kind is Kind.MAIL
            and one.state is saved_ways.State.ACTIVE
            and (at := next_letter(one, now))
            and (many := saved_ways.waiting(conn, one))
        }
        found = saved_finds.stories_told(conn, known.saved_id, _MOST_SHOWN)
        last = dict.fromkeys(stories.resolve(conn, one) or one for one in found)
        standing = stories.many(conn, last)
        listed = sources.listed(conn)
    values = {
        "search": known,
        "key": key,
        "token": "" if key.isdecimal() else key,
        "base": site.settings.base_url,
        "words": words.in_words(known.asked, listed),
        "ending": words.ending(known.asked, now),
        "timeless": words.timeless(known.asked, now),
        "fields": words.form(typed.given if told.field in words.fields() else known.asked, listed),
        "typed": typed,
        "flaw": words.flaw(known),
        "waits": waits if site.has_mail and known.state is State.ACTIVE else {},
        "letters": [(one, words.masked(one.address)) for one in ways if one.kind is Kind.MAIL],
        "hooks": [(one, outgoing.shown(one.address)) for one in ways if one.kind is Kind.HOOK],
        "found": [standing[one] for one in last if standing[one].state is StoryState.LIVE],
        "gone": sum(standing[one].state is StoryState.WITHDRAWN for one in last),
        "told": told,
        "trouble": words.trouble,
        "most_at_once": saved_ways.MOST_IN_BURST,
    }
    return _later(shown(request, site, who, "saved.html", values, told.status), told)


def _refused(error: BadInput, typed: Typed) -> Told:
    """Return what is told of what cannot be used; it stays in its form."""
    problem, field = words.wrong(error, typed.given), words.wrong_field(error)
    return Told(problem=problem, field=field, typed=typed, status=422)


def _later(answer: Response, told: Told) -> Response:
    """Say in a header, too, how long to wait."""
    if told.wait:
        answer.headers["Retry-After"] = str(int(told.wait) + 1)
    return answer


def shown(  # noqa: PLR0917 - one page
    request: Request,
    site: Site,
    who: Session | None,
    template: str,
    values: Mapping[str, Any],
    status: int = 200,
) -> Response:
    """Return a page that nobody keeps, with the token of its forms."""
    key = form_key(request, site, who)
    more = {"csrf": key.csrf, "has_mail": site.has_mail, "paces": words.paces()}
    page = render(template, here="saved", signed=who, **more, **values)
    answer = HTMLResponse(page, status, {"Cache-Control": "no-store"})
    keep_form_key(answer, site, key)
    return answer
