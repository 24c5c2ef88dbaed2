"""Signing in and out. Sessions are cookies that only the server understands; forms carry CSRF tokens.

A one-time code stands behind the "#" of its link, which browsers keep to themselves: no server, log
or link preview sees it, and only the button spends it.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore
from typing import Annotated, Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.store import accounts
from pipeline.store.accounts import Role, Session
from web.language import gettext as _
from web.problems import Problem, described
from web.root import local_path
from web.site import Site, TheSite
from web.throttle import network
from web.view import render

SESSION_TTL = timedelta(hours=12)
_LONGEST_TOKEN = 100
# A try takes 16 MB and 0.14 s: two at a time keep a flood from eating the machine.
_HASHING = BoundedSemaphore(2)
_LOG = structlog.get_logger("web")

router = APIRouter(tags=["account"], default_response_class=HTMLResponse)
_ON: dict[int | str, dict[str, Any]] = {303: {"description": "Location leads on"}}
Text = Annotated[str, Form()]


def ticket_url(base_url: str, token: str, to: str = "/ops") -> str:
    """Return the address that signs in with a ticket of `accounts.ticket`."""
    return f"{base_url}/sign-in?{urlencode({'next': to})}#{token}"


def signed(request: Request, site: TheSite) -> Session | None:
    """Return who asks, or None for a stranger."""
    token = request.cookies.get(_cookie(site, "session"), "")
    if not 0 < len(token) <= _LONGEST_TOKEN:
        return None
    with site.db.read() as conn:
        return accounts.session_of(conn, token, datetime.now(UTC))


Signed = Annotated[Session | None, Depends(signed)]


def needs(role: Role) -> Callable[[Request, Session | None], Session]:
    """Return a dependency that lets a role pass, sends strangers to sign in and others away."""

    def check(request: Request, who: Signed) -> Session:
        if who is None:
            to = f"/sign-in?{urlencode({'next': request.url.path})}"
            raise Problem(303, "sign_in", "sign in first", headers={"Location": to})
        if not who.role.allows(role):
            raise Problem(403, "forbidden", f"only for {role.value}")
        return who

    return check


def check_csrf(who: Session, csrf: str) -> None:
    """Refuse a form that was not made for this session: Problem 403."""
    if not hmac.compare_digest(who.csrf.encode(), csrf.encode()):
        raise Problem(403, "csrf", "the form is not of this session; load the page again")


@router.get("/sign-in", responses=_ON)
def show(request: Request, site: TheSite, who: Signed, next: str = "/") -> Response:  # noqa: A002
    """Show the page for signing in."""
    if who is not None:
        return RedirectResponse(local_path(next), 303)
    return _page(request, site, to=next)


@router.post("/sign-in", responses=_ON | described(401, 403, 429))
def enter(
    request: Request,
    site: TheSite,
    *,
    name: Text,
    password: Text,
    csrf: Text,
    next: Text = "/",  # noqa: A002
) -> Response:
    """Sign in with name and password."""
    _check_stranger(request, site, csrf)
    address = network(request.client.host if request.client else "")
    person, now = f"{address} {name[:64]}", time.monotonic()
    wait = max(site.tries_of_person.attempt(person, now), site.tries_of_address.attempt(address, now))
    if wait:
        late = _page(request, site, to=next, status=429, problem=_("Thử quá nhiều lần. Xin chờ ít phút."))
        late.headers["Retry-After"] = str(int(wait) + 1)
        return late
    with site.db.read() as conn:
        known = accounts.find(conn, name)
    with _HASHING:
        right = accounts.check_password(password, known.password if known else "")
    if known is None or not right:
        _LOG.warning("sign_in_refused", address=address)
        return _page(
            request, site, to=next, status=401, problem=_("Tên hoặc mật khẩu không đúng."), name=name[:64]
        )
    site.tries_of_person.forgive(person)
    with site.db.write() as conn:
        token = accounts.open_session(conn, known.name, known.role, datetime.now(UTC), SESSION_TTL)
    return _entered(request, site, token, next)


@router.post("/sign-in/ticket", responses=_ON | described(401, 403))
def redeem(
    request: Request,
    site: TheSite,
    *,
    ticket: Text,
    csrf: Text,
    next: Text = "/",  # noqa: A002
) -> Response:
    """Sign in with a one-time code."""
    _check_stranger(request, site, csrf)
    with site.db.write() as conn:
        token = accounts.redeem(conn, ticket.strip()[:_LONGEST_TOKEN], datetime.now(UTC), SESSION_TTL)
    if token is None:
        return _page(request, site, to=next, status=401, problem=_("Mã không đúng, đã dùng hoặc đã hết hạn."))
    return _entered(request, site, token, next)


@router.post("/sign-out", status_code=303, responses=_ON | described(403))
def leave(request: Request, site: TheSite, who: Signed, csrf: Text) -> Response:
    """Sign out."""
    answer = RedirectResponse("/", 303)
    if who is not None:
        check_csrf(who, csrf)
        _close(request, site)
        answer.delete_cookie(_cookie(site, "session"), path=_home(site))
    return answer


def _entered(request: Request, site: Site, token: str, to: str) -> Response:
    _close(request, site)  # whatever session this browser had before
    answer = RedirectResponse(local_path(to), 303)
    answer.set_cookie(
        _cookie(site, "session"),
        token,
        max_age=int(SESSION_TTL.total_seconds()),
        path=_home(site),
        secure=site.https,
        httponly=True,
        samesite="lax",
    )
    return answer


def _close(request: Request, site: Site) -> None:
    if token := request.cookies.get(_cookie(site, "session"), ""):
        with site.db.write() as conn:
            accounts.close_session(conn, token[:_LONGEST_TOKEN])


def _page(
    request: Request, site: Site, *, to: str, status: int = 200, problem: str = "", name: str = ""
) -> Response:
    key = form_key(request, site, None)
    page = render(
        "sign_in.html",
        here="",
        signed=None,
        csrf=key.csrf,
        next=local_path(to),
        problem=problem,
        name=name,
    )
    answer = HTMLResponse(page, status, {"Cache-Control": "no-store"})
    keep_form_key(answer, site, key)
    return answer


@dataclass(frozen=True, slots=True)
class FormKey:
    """What ties a form to who got it: the token in it, and a stranger's secret, "" of somebody signed in."""

    csrf: str
    secret: str


def form_key(request: Request, site: Site, who: Session | None) -> FormKey:
    """Return the key of a form. A stranger has no session: a cookie that other sites cannot set stands in."""
    if who is not None:
        return FormKey(who.csrf, "")
    secret = request.cookies.get(_cookie(site, "form"), "")[:_LONGEST_TOKEN] or secrets.token_urlsafe(32)
    return FormKey(_stranger_csrf(secret), secret)


def keep_form_key(answer: Response, site: Site, key: FormKey) -> None:
    """Have a stranger's browser keep the key of a form."""
    if key.secret:
        answer.set_cookie(
            _cookie(site, "form"),
            key.secret,
            path=_home(site),
            secure=site.https,
            httponly=True,
            samesite="strict",
        )


def check_form(request: Request, site: Site, who: Session | None, csrf: str) -> None:
    """Refuse a form that was not made for who sends it: Problem 403."""
    if who is not None:
        check_csrf(who, csrf)
    else:
        _check_stranger(request, site, csrf)


def _check_stranger(request: Request, site: Site, csrf: str) -> None:
    secret = request.cookies.get(_cookie(site, "form"), "")[:_LONGEST_TOKEN]
    if not secret or not hmac.compare_digest(_stranger_csrf(secret).encode(), csrf.encode()):
        raise Problem(403, "csrf", "the form is too old; load the page again")


def _stranger_csrf(secret: str) -> str:
    return hashlib.sha256(f"form {secret}".encode()).hexdigest()


def _cookie(site: Site, name: str) -> str:
    if not site.https:
        return f"tintinh_{name}"
    # "__Host-" is for cookies of a whole host (RFC 6265bis §4.1.3.2); below a path it would be refused.
    return f"__Secure-tintinh_{name}" if site.settings.root else f"__Host-tintinh_{name}"


def _home(site: Site) -> str:
    return site.settings.root or "/"
