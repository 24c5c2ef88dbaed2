"""A small WebSub hub for tests, over real HTTP: takes requests, asks callbacks, delivers, and lies."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import httpx

from tests.web_server import Answer, Server, serving

Form = dict[str, str]


@dataclass(slots=True)
class Hub:
    """A running hub. `url` is where it takes requests; `requests` are the forms that came, in order."""

    server: Server
    requests: list[Form] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The hub's address."""
        return f"{self.server.url}/hub"

    def ask(self, mode: str = "", **changed: str) -> httpx.Response:
        """Ask the callback of the last request whether it was meant; `changed` are the hub's lies."""
        form = self.requests[-1]
        said = {
            "hub.mode": mode or form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": "c-0815",
            "hub.lease_seconds": form.get("hub.lease_seconds", ""),
        }
        said |= {f"hub.{name}": value for name, value in changed.items()}
        return httpx.get(form["hub.callback"], params=said, trust_env=False)

    def deliver(self, body: bytes, *, method: str = "sha256", signature: str | None = None) -> httpx.Response:
        """Deliver a body to the callback of the first request, signed by its secret unless told not to."""
        form = self.requests[0]
        made = hmac.new(form["hub.secret"].encode(), body, getattr(hashlib, method)).hexdigest()
        given = f"{method}={made}" if signature is None else signature
        headers = {"Content-Type": "application/rss+xml"} | ({"X-Hub-Signature": given} if given else {})
        return httpx.post(form["hub.callback"], content=body, headers=headers, trust_env=False)


@contextmanager
def hub(answer: Callable[[Hub, Form], Answer] | None = None) -> Iterator[Hub]:
    """Serve a hub that answers 202, or as `answer` says of each request."""
    made: Hub

    def take(_path: str, _headers: dict[str, str]) -> Answer:
        form = dict(parse_qsl(made.server.seen[-1][3].decode(), keep_blank_values=True))
        made.requests.append(form)
        return Answer(202) if answer is None else answer(made, form)

    with serving(take) as server:
        made = Hub(server)
        yield made
