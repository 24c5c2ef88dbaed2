"""For those who run it: the ops page, and the three addresses that machines ask.

Everything shown comes from `pipeline.store`; the page acts only by forms with a CSRF token.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from feeds.standing import standing
from pipeline import topiclist
from pipeline.errors import NotFound, Transient
from pipeline.freshness import QUIET, late, quiet
from pipeline.store import doors as looked
from pipeline.store import export, hosts, intakes, numbers, pushes, quarantine, subscriptions
from pipeline.store.accounts import Role, Session
from pipeline.store.intakes import Intake
from pipeline.websub import State
from tasks.app import QUEUES
from tasks.wiring import queue_depths, ring
from web.account import check_csrf, needs
from web.indexed import indexed
from web.metrics import MEDIA_TYPE
from web.outward import outward
from web.problems import Problem, described
from web.reasons import trouble
from web.site import Site, TheSite
from web.view import render_vietnamese

_SHOWN_HELD = 100
_SHOWN_HOSTS = 100
_SHOWN_FILES = 20
_WATCHED = ("folder", "mailbox")
_LONGEST_NAME = 2_000
_DONE = {
    "replay": ("replayed", "Đã gửi lại vào dây chuyền."),
    "archive": ("archived", "Đã cho vào kho như tin cũ: tìm được, không lên kênh RSS."),
    "drop": ("dropped", "Đã bỏ; bản gốc vẫn được giữ."),
}
_LOG = structlog.get_logger("web")

router = APIRouter()
OpsPerson = Annotated[Session, Depends(needs(Role.OPS))]


@router.get("/ops", tags=["ops"], response_class=HTMLResponse, responses=described(404))
def page(
    site: TheSite,
    who: OpsPerson,
    trace: Annotated[str, Query(max_length=_LONGEST_NAME)] = "",
    done: str = "",
    pile: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
) -> HTMLResponse:
    """Show what is late, silent, held or broken, and where one thing is now."""
    now = datetime.now(UTC)
    with site.db.read() as conn:
        state = numbers.state(conn, now)
        piles = quarantine.piles(conn, _SHOWN_HELD)
        opened = quarantine.pile(conn, pile, _SHOWN_HELD) if pile else []
        doors = intakes.listed(conn)
        silent_webhooks = pushes.silent_webhooks(conn, now)
        asked_hosts = hosts.remarkable(conn, _SHOWN_HOSTS)
        hubs = [one for one in subscriptions.listed(conn) if one.state is not State.ENDED]
        going_out = outward(conn)
        index = indexed(conn, site.settings, now)
        watched = [door for door in doors if door.kind in _WATCHED and door.url]
        passed_over = {door.url: looked.passed_over(conn, door.intake_id, _SHOWN_FILES) for door in watched}
    shown = render_vietnamese(
        "ops.html",
        title="Vận hành",
        here="ops",
        signed=who,
        now=now,
        state=state,
        topics_problem=topiclist.problem(),
        queues=queue_depths(QUEUES),
        canaries={queue: state["stamps"].get(f"canary_{queue}") for queue in QUEUES},
        piles=piles,
        opened=opened,
        held_count=state["quarantine_open"],
        doors=[door for door in doors if _failing(door) or _late(door, now) or _silent(door, now)],
        silent_count=sum(_silent(door, now) for door in doors),
        silent_after=QUIET.total_seconds(),
        silent_webhooks=silent_webhooks,
        door_count=len(doors),
        asked_hosts=asked_hosts,
        hubs=hubs,
        outward=going_out,
        index=index,
        named={door.intake_id: door for door in doors},
        watched=watched,
        passed_over=passed_over,
        trace=trace,
        trouble=trouble,
        traced=_trace(site, trace.strip()) if trace.strip() else None,
        done=dict(_DONE.values()).get(done),
    )
    return HTMLResponse(shown, headers={"Cache-Control": "no-store"})


@router.post("/ops/quarantine/{held_id}/{action}", tags=["ops"], status_code=303, responses=described(404))
def act(
    site: TheSite,
    who: OpsPerson,
    held_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
    action: str,
    csrf: Annotated[str, Form()],
    *,
    whole: Annotated[bool, Form()] = False,
) -> Response:
    """Replay or drop a quarantined receipt or item, or release it as old news; with its pile if `whole`."""
    check_csrf(who, csrf)
    if action not in _DONE:
        raise Problem(404, "not_found", "replay, archive or drop")
    with site.db.write() as conn:
        if action == "drop":
            count = quarantine.drop(conn, held_id, whole=whole)
        else:
            count = quarantine.replay(conn, held_id, as_old=action == "archive", whole=whole)
    if action != "drop":
        ring("receive")
    _LOG.info("quarantine_action", held_id=held_id, action=action, count=count, by=who.name)
    return RedirectResponse(f"/ops?done={_DONE[action][0]}", 303)


@router.get("/healthz", tags=["ops"])
async def healthz() -> dict[str, str]:  # in the loop: it must not wait for a thread while all are taken
    """Say that the process answers."""
    return {"status": "ok"}


@router.get("/readyz", tags=["ops"], responses=described(503))
def readyz(site: TheSite) -> dict[str, str]:
    """Say whether SQL answers and the schema is current, and how search is, without which the rest works.

    `search_seen_at` is when the engine was looked at: what has befallen it since is not known yet.
    """
    told = {"status": "ready"}
    try:
        current = site.db.current()
        with site.db.read() as conn:
            if current:
                found = indexed(conn, site.settings, datetime.now(UTC))
                told["search"] = found.word
                if found.watched.at is not None:
                    told["search_seen_at"] = found.watched.at.isoformat(timespec="seconds")
    except Transient as error:
        raise Problem(503, "sql_unreachable", "SQL does not answer", headers={"Retry-After": "5"}) from error
    if not current:
        raise Problem(503, "schema_outdated", "run `tintinh db upgrade`", headers={"Retry-After": "30"})
    return told


@router.get(
    "/metrics", tags=["ops"], response_class=Response, responses={200: {"content": {"text/plain": {}}}}
)
def metrics(site: TheSite) -> Response:
    """Give the numbers in Prometheus's text form."""
    now = datetime.now(UTC)
    with site.db.read() as conn:
        state, index = numbers.state(conn, now), indexed(conn, site.settings, now)
    return Response(site.metrics.text(state, queue_depths(QUEUES), index), media_type=MEDIA_TYPE)


def _failing(door: Intake) -> bool:
    return bool(door.failures) and door.paused_at is None


def _late(door: Intake, now: datetime) -> bool:
    return door.paused_at is None and late(door.kind, door.next_due, now)


def _silent(door: Intake, now: datetime) -> bool:
    answers = door.kind == "feed" and door.paused_at is None and not door.failures
    return answers and quiet(door.changed_at, now)


def _trace(site: Site, name: str) -> dict[str, Any]:
    try:
        with site.db.read() as conn:
            told = export.trace(conn, name)
            return told | {"channels": standing(conn, (one["story_id"] for one in told["entries"]))}
    except NotFound as error:
        return {"missing": error.message}
