"""Where the links of letters lead: an address is confirmed, letters end, or come at another pace.

A link alone does nothing: programs that look through mail load every link. The button does, and the one
click of a mail program (RFC 8058), which needs no cookie: the code in the address is the right to do it.
"""

from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from pipeline import alerting
from pipeline.alerting import Purpose
from pipeline.store import Connection, saved, saved_ways
from pipeline.store.saved_ways import Pace, State, Way
from web.problems import Problem, described
from web.saved import shown
from web.site import Site, TheSite

_LONGEST = 100
_LOG = structlog.get_logger("web")

router = APIRouter(tags=["saved"], default_response_class=HTMLResponse)


@router.get("/theo-doi/xac-nhan/{given}", responses=described(404))
def ask(request: Request, site: TheSite, given: str) -> Response:
    """Ask whether letters are wanted."""
    with site.db.read() as conn:
        known = _known(conn, site, Purpose.CONFIRM, given)
    return _page(request, site, known, "ask" if _is_open(known, datetime.now(UTC)) else "over")


@router.post("/theo-doi/xac-nhan/{given}", responses=described(404))
def confirm(request: Request, site: TheSite, given: str) -> Response:
    """Have letters sent from now on."""
    with site.db.write() as conn:
        known = _known(conn, site, Purpose.CONFIRM, given)
        is_open = _is_open(known, datetime.now(UTC))
        if is_open:
            saved_ways.opened(conn, known.way_id)
    if is_open:
        _LOG.info("saved_mail_confirmed", way=known.way_id)
    return _page(request, site, known, "confirmed" if is_open else "over")


@router.get("/theo-doi/thu/{given}", responses=described(404))
def choose(request: Request, site: TheSite, given: str) -> Response:
    """Show how letters come, with the buttons that change it."""
    with site.db.read() as conn:
        known = _known(conn, site, Purpose.MANAGE, given)
    return _page(request, site, known, "ended" if known.state is State.OFF else "choose")


@router.post("/theo-doi/thu/{given}", responses=described(404, 422))
def change(
    request: Request,
    site: TheSite,
    given: str,
    *,
    one_click: Annotated[str, Form(alias="List-Unsubscribe", max_length=_LONGEST)] = "",
    pace: Annotated[Pace | None, Form()] = None,
) -> Response:
    """End letters, as mail programs ask for it by one click; or have them come at another pace."""
    with site.db.write() as conn:
        known = _known(conn, site, Purpose.MANAGE, given)
        if one_click:
            saved_ways.closed(conn, known.way_id)
        elif pace is not None and known.state is not State.OFF:
            saved_ways.paced(conn, known.way_id, pace)
    if one_click:
        _LOG.info("saved_mail_ended", way=known.way_id)
    is_over = bool(one_click) or known.state is State.OFF
    return _page(request, site, known, "ended" if is_over else "choose", changed=pace is not None)


def _known(conn: Connection, site: Site, purpose: Purpose, given: str) -> Way:
    found = alerting.way_of(conn, site.settings.push_key_file, purpose, given[:_LONGEST])
    if found is None:
        raise Problem(404, "not_found", "no such link")
    return found


def _is_open(known: Way, now: datetime) -> bool:
    return known.state is State.ASKED and now < known.asked_at + saved_ways.ASKED_FOR


def _page(request: Request, site: Site, known: Way, step: str, *, changed: bool = False) -> Response:
    with site.db.read() as conn:
        now_known = saved_ways.get(conn, known.way_id)
        search = saved.get(conn, known.saved_id)
    is_gone = search is None or search.state is saved.State.ENDED
    values = {
        "step": "ended" if is_gone and step == "choose" else step,
        "name": search.name if search else "",
        "pace": now_known.pace if now_known else known.pace,
        "is_active": now_known is not None and now_known.state is State.ACTIVE,
        "changed": changed,
    }
    return shown(request, site, None, "saved_letter.html", values)
