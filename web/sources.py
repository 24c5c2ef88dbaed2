"""Sources for those who run it: how each is, lists in and out, with a preview before anything is registered.

What a list may not do from here, because a stolen session could: open a private network, or a folder of the
server. The command line may.
"""

from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline import keys, registry, source_lists
from pipeline.errors import BadInput
from pipeline.model import SourceId
from pipeline.registry import Change, Door, Registered
from pipeline.source_lists import Listed, ListForm, Problem
from pipeline.store import overview, pauses, removals, sources
from pipeline.store.accounts import Role, Session
from pipeline.store.overview import DoorState
from tasks.wiring import ring
from web.account import check_csrf, needs
from web.problems import Problem as HttpProblem
from web.problems import described
from web.reasons import reason, trouble
from web.site import TheSite
from web.view import render_vietnamese

_LARGEST = 900_000  # bytes of a list between its preview and its confirmation; a form's part has at most 1 MB
_MEDIA = {
    ListForm.TOML: "application/toml; charset=utf-8",
    ListForm.OPML: "text/x-opml; charset=utf-8",
    ListForm.CSV: "text/csv; charset=utf-8",
}
_STATES = {
    DoorState.PAUSED: "Tạm dừng",
    DoorState.GONE: "Địa chỉ không còn",
    DoorState.FAILING: "Lỗi",
    DoorState.UNREADABLE: "Không đọc được",
    DoorState.NEW: "Chưa hỏi lần nào",
    DoorState.OK: "Tốt",
    DoorState.OPEN: "Chờ nguồn gửi",
}
_BAD = (DoorState.GONE, DoorState.FAILING, DoorState.UNREADABLE)
_CHANGES = {Change.NEW: "Mới", Change.CHANGED: "Thay đổi", Change.SAME: "Đã có"}
_DONE = {
    "pause": "Đã tạm dừng: nguồn không được hỏi nữa, bài gửi đến thì chờ.",
    "resume": "Đã cho chạy lại.",
    "remove": "Đã xóa nguồn chưa từng có bài.",
}
_SAFE_DOORS = ("feed", "webhook")
_LOG = structlog.get_logger("web")

router = APIRouter(tags=["ops"], default_response_class=HTMLResponse, responses=described(404))
OpsPerson = Annotated[Session, Depends(needs(Role.OPS))]
_PRIVATE = "mạng riêng chỉ mở được bằng dòng lệnh (--allow-private); kênh này được ghi là công khai"
_FOLDER = "loại cửa {kind} chỉ mở được bằng dòng lệnh; bỏ qua cửa này"


@router.get("/sources")
def page(site: TheSite, who: OpsPerson, done: str = "", problem: str = "") -> HTMLResponse:
    """Show every source with its doors and how they are."""
    now = datetime.now(UTC)
    with site.db.read() as conn:
        listed = overview.listed(conn, now)
    shown = render_vietnamese(
        "sources.html",
        title="Nguồn tin",
        here="ops",
        signed=who,
        now=now,
        sources=listed,
        states=_STATES,
        bad_states=_BAD,
        pushing={
            one.source.source_id for one in listed if keys.of(site.settings.keys_file, one.source.source_id)
        },
        bad=sum(one.state in _BAD for one in listed),
        done=_DONE.get(
            done, f"Đã ghi {done} nguồn. Kênh mới sẽ được hỏi trong ít phút." if done.isdecimal() else ""
        ),
        problem=problem,
        preview=None,
        trouble=trouble,
    )
    return HTMLResponse(shown, 422 if problem else 200, {"Cache-Control": "no-store"})


@router.post("/sources/preview")
def preview(site: TheSite, who: OpsPerson, csrf: Annotated[str, Form()], file: UploadFile) -> HTMLResponse:
    """Show what a list would register; nothing is kept."""
    check_csrf(who, csrf)
    body = file.file.read()
    with site.db.read() as conn:
        known, before = sources.listed(conn), registry.stored(conn)
    try:
        listed = source_lists.read(body, known)
    except BadInput as error:
        return page(site, who, problem=reason(str(error)))
    wanted, problems = _allowed(listed, before)
    told = registry.dump(wanted)
    if len(told.encode()) > _LARGEST:
        return page(site, who, problem=reason("list: too long for this page"))
    shown = render_vietnamese(
        "sources.html",
        title="Xem trước danh sách nguồn",
        here="ops",
        signed=who,
        now=datetime.now(UTC),
        sources=[],
        states=_STATES,
        bad_states=_BAD,
        pushing=set(),
        bad=0,
        trouble=trouble,
        done="",
        problem="",
        preview={
            "name": (file.filename or "")[:200],
            "form": listed.form.value.upper(),
            "rows": [
                (listed.lines.get(one.source.source_id, 0), one, _CHANGES[change])
                for one, change in registry.compare(before, wanted)
            ],
            "problems": [(one.line, reason(one.reason)) for one in problems],
            "shared": registry.shared(before, wanted),
            "homes": listed.homes,
            "list": told,
        },
    )
    return HTMLResponse(shown, headers={"Cache-Control": "no-store"})


@router.post("/sources/import", status_code=303)
def confirm(
    site: TheSite, who: OpsPerson, csrf: Annotated[str, Form()], told: Annotated[str, Form(alias="list")]
) -> Response:
    """Register a list that was shown before."""
    check_csrf(who, csrf)
    wanted = registry.load(told.replace("\r\n", "\n"))
    with site.db.read() as conn:
        before = registry.stored(conn)
    wanted, _ = _allowed(Listed(ListForm.TOML, tuple(wanted)), before)
    with site.db.write() as conn:
        registry.save(conn, wanted, datetime.now(UTC))
    _LOG.info("sources_imported", sources=len(wanted), by=who.name)
    return RedirectResponse(f"/sources?done={len(wanted)}", 303)


@router.post("/sources/{source_id}/{action}", status_code=303)
def act(
    site: TheSite,
    who: OpsPerson,
    source_id: str,
    action: str,
    *,
    csrf: Annotated[str, Form()],
    feed: Annotated[str, Form(max_length=2_000)] = "",
    because: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Pause a source or one feed of it, resume it, or take out what never brought anything."""
    check_csrf(who, csrf)
    mine, now, why = SourceId(source_id), datetime.now(UTC), because.strip() or who.name
    with site.db.write() as conn:
        match action, feed:
            case "pause", "":
                pauses.pause(conn, mine, why, now)
            case "pause", url:
                pauses.pause_feed(conn, mine, url, why, now)
            case "resume", "":
                pauses.resume(conn, mine)
            case "resume", url:
                pauses.resume_feed(conn, mine, url, now)
            case "remove", "":
                removals.remove(conn, mine, now)
            case _:
                raise HttpProblem(404, "not_found", "pause, resume or remove")
    if action == "remove":
        for key in keys.listed(site.settings.keys_file, mine):
            keys.end(site.settings.keys_file, mine, key.fingerprint)
    ring("receive")
    _LOG.info("source_action", source=source_id, feed=feed, action=action, by=who.name)
    return RedirectResponse(f"/sources?done={action}", 303)


@router.get(
    "/sources/export.{form}",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in _MEDIA.values()}}},
)
def export(site: TheSite, who: OpsPerson, form: str) -> Response:  # noqa: ARG001 - whoever may
    """Give the registry as a file, without keys."""
    if form not in tuple(ListForm):
        raise HttpProblem(404, "not_found", "toml, opml or csv")
    with site.db.read() as conn:
        told = source_lists.write(registry.stored(conn), ListForm(form))
    headers = {"Content-Disposition": f'attachment; filename="nguon-tin.{form}"', "Cache-Control": "no-store"}
    return Response(told, headers=headers, media_type=_MEDIA[ListForm(form)])


def _allowed(listed: Listed, before: list[Registered]) -> tuple[list[Registered], list[Problem]]:
    """Return the sources without the doors that only the command line opens; those that are open stay."""
    known = {(one.source.source_id, door) for one in before for door in one.doors}
    problems = list(listed.problems)
    wanted = []
    for one in listed.registered:
        line, doors = listed.lines.get(one.source.source_id, 0), []
        for door in one.doors:
            if (one.source.source_id, door) in known:
                doors.append(door)
            elif door.kind not in _SAFE_DOORS:
                problems.append(Problem(line, _FOLDER.format(kind=door.kind)))
            else:
                problems += [Problem(line, f"{door.url}: {_PRIVATE}")] if door.allow_private else []
                doors.append(Door(door.kind, door.url))
        wanted.append(Registered(one.source, tuple(doors)))
    return wanted, sorted(problems, key=lambda one: one.line)
