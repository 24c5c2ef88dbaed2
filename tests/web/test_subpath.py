"""The site below a path of another site, behind a proxy that strips the path or keeps it; whom it believes.

The site is walked as a crawler walks it: every link, form, file and redirect must lead below the path.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from lxml import etree, html
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.config import Settings
from pipeline.errors import BadSettings
from pipeline.store import Database, accounts, open_database
from pipeline.store.accounts import Role
from tests.store.tellings import draft, send, settled
from tests.web.conftest import Serve, serving
from web.app import create_app

PUBLIC = "https://x.example/tin"
PASSWORD = "một mật khẩu dài"
BODY = "Sáng nay cầu Rạch Vong nối hai bờ sông Hàm Luông được thông xe sau hai mươi sáu tháng thi công."
LEADS = re.compile(r"[\w-]*(?:href|src|action)$")


class Proxy:
    """A host on which only what is below /tin is ours; it strips that path, or keeps it."""

    def __init__(self, app: ASGIApp, *, strips: bool) -> None:
        """Stand in front of an application."""
        self._app = app
        self._strips = strips

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is below the path, answer 418 to the rest: it is another site's."""
        path = scope.get("path", "")
        if scope["type"] == "http" and path != "/tin" and not path.startswith("/tin/"):
            await send({"type": "http.response.start", "status": 418, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        passed = path.removeprefix("/tin") if self._strips else path
        await self._app({**scope, "path": passed} if path else scope, receive, send)


@pytest.fixture(params=["strips", "keeps"])
def browser(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a site with one story, at the host's top."""
    settings = Settings(data=tmp_path, public_url="http://x.example/tin/")
    db = open_database(settings.sql_url)
    db.migrate()
    send(db, draft("1", "Thông xe cầu Rạch Vong", BODY, url="https://baomau.example/1", topics=("y-te",)))
    send(db, draft("1", "Thông xe cầu Rạch Vong", f"{BODY} Cầu dài 90 mét.", url="https://baomau.example/1"))
    settled(db)
    add_person(db)
    with ExitStack() as stack:
        app = create_app(settings)
        address = stack.enter_context(serving(Proxy(app, strips=request.param == "strips")))  # type: ignore[arg-type]
        yield stack.enter_context(httpx.Client(base_url=address, trust_env=False, timeout=30))
    db.close()


def add_person(db: Database) -> None:
    """Let Lan run the site."""
    with db.write() as conn:
        accounts.add_user(conn, "lan", Role.OPS, accounts.hash_password(PASSWORD), datetime.now(UTC))


def csrf(page: httpx.Response) -> str:
    """Return the token of a page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def enter(client: httpx.Client, name: str, root: str = "/tin", **headers: str) -> httpx.Response:
    """Sign in by the form, or fail to."""
    page = client.get(f"{root}/sign-in")
    form = {"name": name, "password": PASSWORD, "csrf": csrf(page), "next": "/ops"}
    return client.post(f"{root}/sign-in", data=form, headers=headers)


def led_to(answer: httpx.Response) -> Iterator[str]:
    """Return every address that an answer names, as it stands there."""
    kind = answer.headers.get("content-type", "")
    if "location" in answer.headers:
        yield answer.headers["location"]
    yield from re.findall(r"<([^>]*)>", answer.headers.get("link", ""))
    if kind.startswith("text/html"):
        for element in html.fromstring(answer.content).iter():
            yield from (str(value) for name, value in element.items() if LEADS.match(str(name)))
    elif "xml" in kind or "opml" in kind:
        for element in etree.fromstring(answer.content).iter(etree.Element):
            named = {str(name): str(value) for name, value in element.items()}
            yield from (value for name, value in named.items() if name.endswith(("href", "Url", "url")))
            if element.tag in {"link", "comments", "url"} and element.text:
                yield element.text
    elif "json" in kind and "openapi" not in str(answer.url):
        yield from re.findall(r'"(https?://[^"]+|/[a-z][^"]*)"', answer.text)
    elif kind.startswith("text/css"):
        yield from re.findall(r"url\(['\"]?(/[^)'\"]+)", answer.text)


def shape(path: str) -> str:
    """Return what pages of one kind have in common."""
    parts = path.split("/")
    return "/".join(parts[:4]) if parts[2:3] == ["feeds"] else "/".join(parts[:3])


def walk(client: httpx.Client, start: str) -> tuple[dict[str, int], list[str]]:
    """Follow what leads on; return the statuses by path, and what leads above the site."""
    seen: dict[str, int] = {}
    astray: list[str] = []
    shapes: dict[str, int] = {}
    left = [start]
    while left:
        path = left.pop(0)
        if path in seen or path.endswith("/sign-out"):
            continue
        shapes[shape(path)] = shapes.get(shape(path), 0) + 1
        if shapes[shape(path)] > 3:
            continue
        answer = client.get(path)
        seen[path] = answer.status_code
        for address in led_to(answer):
            whole = urlsplit(urljoin(f"http://x.example{path}", address))
            if whole.netloc != "x.example":
                continue
            inside = whole.path == "/tin" or whole.path.startswith("/tin/")
            if whole.scheme != "http" or not inside:
                astray.append(f"{path}: {address}")
            elif not address.startswith("#"):
                left.append(whole.path + (f"?{whole.query}" if whole.query else ""))
    return seen, astray


def test_a_story_can_be_read_below_a_path_of_its_own_name(browser: httpx.Client) -> None:
    """Whether the proxy strips /tin or keeps it: what names a story is no path to be stripped."""
    (name,) = set(re.findall(r"/stories/(s\w+)", browser.get("/tin/feeds/all.atom").text))

    assert [200, 308] == [browser.get(f"/tin/{kind}/{name}").status_code for kind in ("tin", "stories")]
    assert f"/tin/tin/{name}" == browser.get(f"/tin/stories/{name}").headers["location"]


def test_no_link_leads_above_the_site(browser: httpx.Client) -> None:
    """Pages for strangers and for those who run it, feeds, lists and files all name addresses below /tin."""
    enter(browser, "lan")
    seen, astray = walk(browser, "/tin")
    kinds = {path.split("?")[0].split("/")[2] for path in seen if path.count("/") > 1}

    fine = (200, 303, 308, 405, 422, 503)

    assert [] == astray
    assert {
        "tim-kiem",
        "feeds",
        "feeds.opml",
        "stories",  # in feeds
        "tin",
        "entries",
        "static",
        "ops",
        "desk",
        "sources",
    } <= kinds
    assert {} == {path: status for path, status in seen.items() if status not in fine}


def test_signing_in_and_out_stays_below_the_path(browser: httpx.Client) -> None:
    """Redirects and the session's cookie are for /tin; no other site of the host is told of them."""
    away = browser.get("/tin/ops")
    inside = enter(browser, "lan")
    out = browser.post("/tin/sign-out", data={"csrf": csrf(browser.get("/tin/ops"))})

    assert [(303, "/tin/sign-in?next=%2Fops"), (303, "/tin/ops"), (303, "/tin/")] == [
        (told.status_code, told.headers["location"]) for told in (away, inside, out)
    ]
    assert all("; Path=/tin" in cookie for cookie in inside.headers.get_list("set-cookie"))
    assert 303 == browser.get("/tin/ops").status_code


def test_the_description_says_where_its_paths_begin(browser: httpx.Client) -> None:
    """A program that reads /openapi.json calls addresses below the path."""
    assert [{"url": "/tin"}] == browser.get("/tin/openapi.json").json()["servers"]


def test_under_https_the_cookie_is_for_the_path(serve: Serve, db: Database) -> None:
    """A cookie of a path cannot be called __Host-; it is Secure all the same. HSTS is the host's affair."""
    add_person(db)
    client = serve(public_url=PUBLIC)
    page = client.get("/tin/sign-in")
    (cookie,) = page.headers.get_list("set-cookie")

    assert cookie.startswith("__Secure-tintinh_form=")
    assert {"Path=/tin", "Secure", "HttpOnly"} <= set(cookie.split("; "))
    assert "strict-transport-security" not in page.headers


def test_a_feed_names_itself_below_the_path(serve: Serve) -> None:
    """The topic of WebSub and the self link are the address that readers type."""
    told = serve(public_url=PUBLIC).get("/tin/feeds/all.atom")

    assert f'<{PUBLIC}/feeds/all.atom>; rel="self"' in told.headers["link"]
    assert f'href="{PUBLIC}/feeds/all.atom"' in told.text


@pytest.mark.parametrize("path", ["feeds", "search/tin", "static"])
def test_a_path_of_our_own_is_no_place_to_live(path: str, tmp_path: Path) -> None:
    """Below /feeds nobody could tell whether a proxy has stripped the path."""
    with pytest.raises(BadSettings, match="PUBLIC_URL"):
        create_app(Settings(data=tmp_path, public_url=f"https://x.example/{path}"))


@pytest.mark.parametrize("path", ["/", "/feeds", "/feeds/all.atom", "/feeds.opml", "/ops", "/nowhere"])
def test_the_host_header_is_in_no_answer(client: httpx.Client, path: str) -> None:
    """Whatever host a caller claims, it is put into no link and no redirect."""
    told = client.get(path, headers={"host": "evil.example", "x-forwarded-host": "evil.example"})

    assert "evil.example" not in f"{told.headers} {told.text}"


def test_a_stranger_cannot_say_where_he_comes_from(serve: Serve) -> None:
    """Without named proxies X-Forwarded-For is nobody's word: the sixth try waits whatever it says."""
    client = serve()
    tries = [enter(client, "lan", "", **{"x-forwarded-for": f"198.51.100.{n}"}).status_code for n in range(6)]

    assert [401] * 5 + [429] == tries


def test_a_named_proxy_says_who_asks(serve: Serve) -> None:
    """Only the last address counts, which the proxy itself wrote; those before it are the caller's word."""
    client = serve(proxies="127.0.0.0/8")
    said = [*(f"203.0.113.{n}, 198.51.100.1" for n in range(6)), "198.51.100.2"]
    tries = [enter(client, "lan", "", **{"x-forwarded-for": one}).status_code for one in said]

    assert [401] * 5 + [429, 401] == tries
