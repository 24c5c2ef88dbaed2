"""/openapi.json: FastAPI's description of every address, completed by what holds for all of them.

Errors are pages for people and `ProblemBody` for programs, as `web.app` answers them; whatever takes a
body may find it too large or broken; whatever asks SQL may find it away.
"""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from web.problems import ProblemBody

_DESCRIPTION = (
    "Tin các tỉnh, thành Việt Nam: mỗi tin một lần, từ nhiều nguồn. "
    "Pages are for people; /api, /webhooks and /feeds are for programs. HEAD is answered wherever GET is."
)
_PAGE = {"text/html": {"schema": {"type": "string"}}}
_PROBLEM = {"application/json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
_MEANINGS = {
    400: "The body cannot be parsed",
    401: "Not signed, or wrongly",
    403: "Not for this account, or a form of another session",
    404: "There is no such thing",
    408: "The body came too slowly",
    409: "Contradicts what was said before",
    410: "It was taken back, or is over",
    413: "The body is too large",
    415: "Not in this form",
    422: "Understood, but something in it is wrong; `field` names it",
    429: "Too many tries; Retry-After says how long to wait",
    500: "An error of ours",
    503: "An engine is away; Retry-After says when to try again",
}
_SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "tintinh_session",
        "description": "made by POST /sign-in; `__Host-…` under https, `__Secure-…` below a path",
    },
    "key": {"type": "http", "scheme": "bearer", "description": "a webhook key"},
    "partner": {"type": "http", "scheme": "bearer", "description": "a partner's key; see docs/search-api.md"},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "Standard Webhooks: HMAC-SHA256 over id, timestamp and body; see docs/webhooks.md",
    },
}
_TAGS = {
    "pages": "What readers see",
    "search": "Stories and entries as JSON",
    "changes": "The change log, for mirrors",
    "feeds": "RSS, Atom and OPML",
    "webhooks": "Doors for publishers",
    "websub": "Our hub, and the callback for the hubs of others",
    "saved": "Saved searches, and the ways by which they reach people",
    "account": "Signing in and out",
    "desk": "For editors",
    "ops": "For those who run it",
}


def describe(app: FastAPI, for_programs: tuple[str, ...], root: str) -> Callable[[], dict[str, Any]]:
    """Return what makes an application's description, once.

    Args:
        app: it.
        for_programs: starts of JSON's paths.
        root: what the public address has before them, "" for nothing.
    """
    made: dict[str, Any] = {}

    def schema() -> dict[str, Any]:
        if not made:
            made.update(_described(app, for_programs) | {"servers": [{"url": root or "/"}]})
        return made

    return schema


def _described(app: FastAPI, for_programs: tuple[str, ...]) -> dict[str, Any]:
    told = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
    parts = told.setdefault("components", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    parts["schemas"]["ProblemBody"] = ProblemBody.model_json_schema()
    parts["securitySchemes"] = _SCHEMES
    told["tags"] = [{"name": name, "description": about} for name, about in _TAGS.items()]
    for path, methods in told["paths"].items():
        errors = _PROBLEM if path.startswith(for_programs) else _PAGE
        for method, operation in methods.items():
            _complete(path, method, operation, errors)
    return told


def _complete(path: str, method: str, operation: dict[str, Any], errors: dict[str, Any]) -> None:
    answers = operation["responses"]
    statuses = {int(status) for status in answers if int(status) >= 400} | {500, 503}  # noqa: PLR2004
    if operation.get("parameters"):
        statuses.add(422)
    if method == "post":
        statuses |= {400, 413}
    if path.startswith(("/desk", "/ops", "/sources")):
        statuses.add(403)
        answers["303"] = {"description": "Location leads to /sign-in, or on after a form"}
        operation["security"] = [{"session": []}]
    if {"401", "429"} <= answers.keys() and method == "get":
        operation["security"] = [{}, {"partner": []}]
    if path.startswith("/webhooks/{source}") and not path.endswith("/ping"):
        operation["security"] = [{"signature": []}] + ([{"key": []}] if method == "get" else [])
    for status in answers:
        if status.startswith("3"):
            answers[status].pop("content", None)
    for status in sorted(statuses):
        answers[str(status)] = {"description": _MEANINGS[status], "content": errors}
    operation["responses"] = dict(sorted(answers.items()))
