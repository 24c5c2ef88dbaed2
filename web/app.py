"""The web process: one FastAPI application with everything that people and programs may ask.

Handlers are thin: they read the request, call what knows, and render. `uvicorn web.app:app --factory`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from pipeline.config import Settings, settings
from pipeline.errors import BadSettings, TinTinhError
from web import (
    account,
    assets,
    changes,
    channels,
    desk,
    dossier,
    entries,
    export,
    feeds,
    hub,
    language,
    opml,
    ops,
    paper_index,
    papers,
    ping,
    saved,
    saved_feed,
    saved_letters,
    search,
    search_api,
    similar,
    sources,
    status,
    stories,
    webhooks,
    websub,
)
from web.guard import Guard, security_headers
from web.openapi import describe
from web.problems import CODES, Problem, of_error
from web.root import STORIES
from web.secrets_in_paths import shown
from web.site import Site
from web.view import render

_FOR_PROGRAMS = (
    "/api/",
    "/webhooks/",
    "/websub/",
    "/hub",
    "/rpc2",
    "/status.json",
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
)
_ADVICE = {
    401: ("Cần đăng nhập", "Trang này dành cho người có tài khoản."),
    403: ("Không được phép", "Tài khoản của bạn không mở được trang này, hoặc biểu mẫu đã quá cũ."),
    404: ("Không có trang này", "Địa chỉ có thể đã gõ nhầm, hoặc trang chưa bao giờ có."),
    405: ("Không làm được như vậy", "Trang này không nhận loại yêu cầu vừa gửi."),
    408: ("Gửi quá chậm", "Nội dung gửi lên không đến đủ trong thời gian cho phép. Xin thử lại."),
    410: (
        "Tin đã được gỡ",
        "Nguồn tin đã rút bài này; Tin Tỉnh không còn giữ nó trên trang và trong kênh RSS.",
    ),
    413: ("Gửi quá nhiều", "Nội dung gửi lên lớn hơn mức cho phép."),
    422: ("Chưa hiểu yêu cầu", "Có chỗ điền chưa đúng."),
    429: ("Thử quá nhiều lần", "Xin chờ một lát rồi thử lại."),
    503: ("Hệ thống đang tạm nghỉ", "Một bộ phận chưa sẵn sàng. Dữ liệu không mất; xin thử lại sau ít phút."),
}
_CRASHED = ("Lỗi của hệ thống", "Lỗi đã được ghi lại để sửa. Xin thử lại sau.")
_PARTS = (
    assets,  # first, because each page asks for several
    saved_letters,
    saved,
    search,
    search_api,
    export,
    similar,
    papers,
    paper_index,
    stories,
    entries,
    changes,
    channels,
    status,
    opml,
    language,
    saved_feed,  # before the channels, whose pattern takes any path
    feeds,
    webhooks,
    ping,
    websub,
    hub,
    account,
    desk,
    dossier,
    ops,
    sources,
)
_LOG = structlog.get_logger("web")


def app() -> FastAPI:
    """Make the application from this process's settings; uvicorn's factory."""
    return create_app(settings())


def create_app(chosen: Settings) -> FastAPI:
    """Make the application. It opens nothing until it is asked; raises BadSettings."""
    _check_root(chosen.root)
    site = Site(chosen)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        site.close()

    made = FastAPI(
        title="Tin Tỉnh",
        version="0.1.0",
        docs_url=None,  # Swagger's page loads scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # it would send to whatever Host the caller claims
        lifespan=lifespan,
    )
    made.state.site = site
    made.openapi = describe(made, _FOR_PROGRAMS, chosen.root)  # type: ignore[method-assign]
    made.add_middleware(Guard, settings=chosen)
    if chosen.proxies:
        made.add_middleware(ProxyHeadersMiddleware, trusted_hosts=chosen.proxy_networks)
    for part in _PARTS:
        made.include_router(part.router)
    made.add_exception_handler(Problem, _on_problem)
    made.add_exception_handler(TinTinhError, _on_error)
    made.add_exception_handler(HTTPException, _on_http)
    made.add_exception_handler(ClientDisconnect, _on_left)
    made.add_exception_handler(RequestValidationError, _on_invalid)
    made.add_exception_handler(Exception, _on_crash)
    return made


def _check_root(root: str) -> None:
    """Refuse a root that a path of ours begins with: whether a proxy had stripped it could not be told."""
    first = f"/{root.split('/')[1]}" if root else ""
    paths = (route.path for part in _PARTS for route in part.router.routes)
    ours = ["/openapi.json", *(path for path in paths if not path.startswith(STORIES))]
    if first and any(f"{path}/".startswith(f"{first}/") for path in ours):
        raise BadSettings("TINTINH_PUBLIC_URL", f"choose another path: {first} is an address of our own")


def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _shown(request, error)


def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, TinTinhError)
    problem = of_error(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("request_failed", path=shown(request.url.path), subject=error.subject, error=error.message)
    return _shown(request, problem)


async def _on_http(request: Request, error: Exception) -> Response:
    # In the loop and not in a thread: at shutdown no thread's answer is waited for.
    assert isinstance(error, HTTPException)
    code = CODES.get(error.status_code, "refused")
    return _shown(request, Problem(error.status_code, code, error.detail, headers=error.headers))


def _on_left(request: Request, _: Exception) -> Response:
    _LOG.info("caller_left", path=shown(request.url.path))
    return Response(None, HTTPStatus.BAD_REQUEST)  # nobody is there to read it


def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"][1:]) or "body"
    return _shown(request, Problem(422, "bad_input", first["msg"], field=where))


def _on_crash(request: Request, _: Exception) -> Response:
    # Starlette answers a crash outside of all middleware, so the headers are put on here.
    site: Site = request.app.state.site
    answer = _shown(request, Problem(500, "internal", "an error of ours; it has been written down"))
    answer.headers.update(security_headers(site.settings))
    return answer


def _shown(request: Request, problem: Problem) -> Response:
    if request.url.path.startswith(_FOR_PROGRAMS):
        return JSONResponse(problem.body(), problem.status, problem.headers)
    if problem.status < HTTPStatus.BAD_REQUEST:
        return Response(None, problem.status, problem.headers)
    title, advice = map(language.gettext, _ADVICE.get(problem.status, _CRASHED))
    detail = f"{problem.field}: {problem.message}" if problem.field else ""
    page = render(
        "error.html", title=title, advice=advice, detail=detail, status=problem.status, here="", signed=None
    )
    return HTMLResponse(page, problem.status, problem.headers)
