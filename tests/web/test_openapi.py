"""/openapi.json tells all of HTTP, and the site keeps to it: calls are made of it, answers held to it."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import APIRouter
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

import web
from pipeline import keys
from pipeline.model import Source, SourceId
from pipeline.store import Database, accounts, sources
from pipeline.store.accounts import Role
from tests.engine_fixtures import Lent
from tests.store.tellings import draft, send, settled
from tests.web.conftest import Serve
from tests.web.serving import indexed
from tests.web.test_webhooks import signature

PAPER = SourceId("bao-xudua")
TEXT = "Sáng nay cầu Rạch Vong được thông xe sau hai năm thi công, nối hai xã bên sông Ba Lai."
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.missing_required_header,
]
# Left out: positive_data_acceptance (a slug must be one of ours, a token one of this session: no schema
# says that), negative_data_rejection (pages take any query and say what they left out; unknown fields of a
# push are ignored by contract), unsupported_method and allow_header_conformance (HEAD is answered wherever
# GET is, but described nowhere), use_after_free, ensure_resource_availability and object_level_authorization
# (they follow resources that callers make; ours come from papers), ignored_auth (without its cookie a desk
# answers 303, the way to sign in). Authorization has tests of its own.


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with every right: a session, its form token, and a paper's key."""

    url: str
    cookie: str
    csrf: str
    key: str

    def call(self, case: Case[Any]) -> None:
        """Make a call and hold its answer to the description."""
        operation = f"{case.method} {case.path}"
        if operation == "POST /webhooks/{source}":
            self._push(case)
            return
        if isinstance(case.body, dict) and "csrf" in case.body:
            case.body["csrf"] = self.csrf
        headers = {"Authorization": f"Bearer {self.key}"} if "/receipts/" in case.path else {}
        answer = case.call(
            base_url=self.url,
            headers=headers,
            cookies={} if case.path == "/sign-out" else {"tintinh_session": self.cookie},
            allow_redirects=False,
        )
        case.validate_response(answer, checks=CHECKS)

    def _push(self, case: Case[Any]) -> None:
        """Sign what was made, as the paper's CMS would."""
        body = json.dumps(case.body).encode() if isinstance(case.body, (dict, list)) else b"[]"
        query = {"dry_run": (case.query or {}).get("dry_run", "")} if case.query else {}
        answer = httpx.post(
            f"{self.url}/webhooks/{PAPER}",
            params=query,
            content=body,
            headers=signature(body, self.key, f"m{hash(body)}"),
            trust_env=False,
        )
        case.validate_response(answer, checks=CHECKS)


@pytest.fixture
def caller(serve: Serve, db: Database, meilisearch: Lent, tmp_path: Path) -> Iterator[Caller]:
    """Somebody with every right, at a site with a story and an index."""
    send(db, draft("a", "Thông xe cầu Rạch Vong", TEXT, url="https://baomau.example/a"))
    settled(db)
    now = datetime.now(UTC)
    with db.write() as conn:
        sources.add(conn, Source(PAPER, "Báo Xứ Dừa", "vinh-long", "ben-tre"))
        cookie = accounts.open_session(conn, "lan", Role.OPS, now, timedelta(hours=1))
        session = accounts.session_of(conn, cookie, now)
    assert session is not None
    key = keys.draw(tmp_path / "keys.json", PAPER)
    with indexed(db, meilisearch) as chosen:
        yield Caller(str(serve(**chosen).base_url).rstrip("/"), cookie, session.csrf, key)


def described(client: httpx.Client) -> dict[str, Any]:
    """Return the description."""
    told: dict[str, Any] = client.get("/openapi.json").json()
    return told


def test_every_address_is_described(client: httpx.Client) -> None:
    """Each route of each module of `web`, with a summary, its answers and an error for people or programs."""
    known = {
        (method.lower(), route.path.replace(":path", ""))
        for found in pkgutil.iter_modules(web.__path__)
        if isinstance(
            router := getattr(importlib.import_module(f"web.{found.name}"), "router", None), APIRouter
        )
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    told = {
        (method, path): operation
        for path, methods in described(client)["paths"].items()
        for method, operation in methods.items()
    }

    assert known == set(told)
    assert [] == [name for name, one in told.items() if not one.get("description") or not one.get("tags")]
    assert [] == [name for name, one in told.items() if not {"500", "503"} <= set(one["responses"])]
    assert {"200", "202", "400", "401", "408", "409", "413", "422", "500", "503"} == set(
        told["post", "/webhooks/{source}"]["responses"]
    )


def test_the_description_is_valid(client: httpx.Client) -> None:
    """As OpenAPI 3.1 has it, with no reference into the void."""
    schema = schemathesis.openapi.from_url(str(client.base_url.join("/openapi.json")))
    schema.validate()

    assert "#/components/schemas/ProblemBody" in json.dumps(described(client))


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_site_keeps_to_its_description(
    caller: Caller, mode: GenerationMode, request: pytest.FixtureRequest
) -> None:
    """Whatever is sent, the status, the type, the headers and the form of the answer are as described."""
    load_all_checks()
    examples = 60 if request.config.getoption("--long") else 4
    schema = schemathesis.openapi.from_url(f"{caller.url}/openapi.json")
    wrong: list[str] = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        @given(operation.as_strategy(generation_mode=mode))
        def run(case: Case[Any]) -> None:
            caller.call(case)

        try:
            run()
        except Unsatisfiable:  # nothing can be wrong about a call without parameters and body
            assert mode is GenerationMode.NEGATIVE
        except FailureGroup as failures:
            wrong.append(f"{operation.label}: {failures}")

    assert [] == wrong
