"""What holds for every request: security headers, a cap on bodies, HEAD wherever there is GET.

Plain ASGI, so that it costs nothing measurable and streams stay streams.
"""

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.config import Settings

FORM_MAX_BYTES = 64_000
LIST_MAX_BYTES = 1_050_000  # a list of sources in its form
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
    if settings.base_url.startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


class Guard:
    """The middleware. Bodies are capped while they stream, whatever Content-Length says."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Wrap an ASGI application."""
        self._app = app
        self._headers = security_headers(settings)
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
        limits = (most for door, most in self._most_bytes.items() if scope["path"].startswith(door))
        limit = next(limits, FORM_MAX_BYTES)
        head = scope["method"] == "HEAD"
        inner = {**scope, "method": "GET"} if head else scope
        await self._app(inner, _capped(receive, limit), self._dressed(send, head=head))

    def _dressed(self, send: Send, *, head: bool) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                # A page may hold a session's form token: nobody keeps what does not say that it may be kept.
                headers.setdefault("Cache-Control", "private, no-cache")
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        return dressed


def _capped(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def capped() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > limit:
                raise HTTPException(413, f"send at most {limit} bytes", {"Connection": "close"})
        return message

    return capped
