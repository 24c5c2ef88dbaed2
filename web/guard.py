"""What holds for every request: security headers, bodies capped and read as UTF-8, HEAD, root, language.

Plain ASGI, so that it costs nothing measurable and streams stay streams.
"""

import re
from asyncio import CancelledError, get_running_loop, timeout_at

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.config import Settings
from web import language, root, secrets_in_paths

FORM_MAX_BYTES = 64_000
BODY_SECONDS = 30  # for a whole body; 2 MB in that time is 0.5 Mbit/s
LIST_MAX_BYTES = 1_050_000  # a list of sources in its form
_PINGS = "/rpc2"
_FORM = b"application/x-www-form-urlencoded"
_RAW = ("/webhooks/", "/websub/", _PINGS)  # bodies that are no forms, whatever type they claim
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_CLOSE = {"Connection": "close"}
_CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def security_headers(settings: Settings) -> dict[str, str]:
    """Return the headers that every answer carries."""
    headers = {
        "Content-Security-Policy": _CONTENT_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    # Below a path the host is another site's, whose word this is.
    if settings.base_url.startswith("https:") and not settings.root:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


class Guard:
    """The middleware. Bodies are capped while they stream, whatever their length says, and end in time."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Wrap an ASGI application."""
        self._app = app
        self._headers = security_headers(settings)
        self._root = settings.root
        self._most_bytes = {
            "/webhooks/": settings.push_max_bytes,
            "/websub/": settings.fetch_max_bytes,
            "/sources/": LIST_MAX_BYTES,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        root.serve_below(self._root)
        language.speak(_cookies(scope))
        path = root.inner(scope["path"], self._root)
        limits = (most for door, most in self._most_bytes.items() if path.startswith(door))
        limit = next(limits, FORM_MAX_BYTES)
        head = scope["method"] == "HEAD"
        # Blogs' settings write this one address in every way.
        path = _PINGS if path.rstrip("/").lower() == _PINGS else path
        inner = {**scope, "method": "GET" if head else scope["method"], "path": path}
        further = secrets_in_paths.HEADERS if secrets_in_paths.is_secret(path) else {}
        dressed = self._dressed(send, self._headers | further, head=head)
        capped = _capped(receive, limit, _announced(scope))
        is_form = _header(scope, b"content-type").lower().startswith(_FORM)
        body = _spelled(capped) if is_form and not path.startswith(_RAW) else capped
        await self._app(inner, body, dressed)

    @staticmethod
    def _dressed(send: Send, put_on: dict[str, str], *, head: bool) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(put_on)
                # A page may hold a session's form token: nobody keeps what does not say that it may be kept.
                headers.setdefault("Cache-Control", "private, no-cache")
                if "Location" in headers:
                    headers["Location"] = root.outer(headers["Location"])
                if headers.get("Allow") == "GET":
                    headers["Allow"] = "GET, HEAD"
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        return dressed


def _cookies(scope: Scope) -> dict[str, str]:
    sent = (value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    return cookie_parser("; ".join(sent))


def _announced(scope: Scope) -> int:
    """Return how many bytes a request says that it brings, 0 if it does not say."""
    said = _header(scope, b"content-length")
    return int(said) if said.isdigit() else 0


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _spelled(receive: Receive) -> Receive:
    """Return a form's body as the URL standard spells it, in ASCII.

    Programs send UTF-8 as it is (`curl -d`), which Starlette's parser takes for Latin-1.
    """

    async def spelled() -> Message:
        message = await receive()
        body = message.get("body", b"")
        if body.isascii():
            return message
        return {**message, "body": _BEYOND_ASCII.sub(lambda found: b"%%%02X" % found[0][0], body)}

    return spelled


def _capped(receive: Receive, limit: int, announced: int) -> Receive:
    taken, ended, until = announced, False, 0.0

    async def capped() -> Message:
        nonlocal taken, ended, until
        if ended:  # what comes now is the end of the connection, and may take its time
            return await receive()
        _check(taken, limit)
        if not until:
            taken, until = 0, get_running_loop().time() + BODY_SECONDS
        try:
            async with timeout_at(until):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(408, f"send the whole body within {BODY_SECONDS} seconds", _CLOSE) from error
        except CancelledError as error:  # the process ends and waits no longer for this body
            raise HTTPException(
                503, "going down; send it again later", _CLOSE | {"Retry-After": "10"}
            ) from error
        taken += len(message.get("body", b""))
        ended = not message.get("more_body", False)
        _check(taken, limit)
        return message

    return capped


def _check(taken: int, limit: int) -> None:
    if taken > limit:
        raise HTTPException(413, f"send at most {limit} bytes", _CLOSE)
