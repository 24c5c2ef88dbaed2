"""Signing in and out, spoken to over a socket, on both databases."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from pipeline.store import Database, accounts
from pipeline.store.accounts import Role
from tests.web.conftest import Serve
from web.account import ticket_url

PASSWORD = "một mật khẩu dài"


@pytest.fixture
def lan(db: Database) -> str:
    """The name of an ops person."""
    hashed = accounts.hash_password(PASSWORD)
    with db.write() as conn:
        accounts.add_user(conn, "lan", Role.OPS, hashed, datetime.now(UTC))
    return "lan"


def csrf(page: httpx.Response) -> str:
    """Return the token of a page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def enter(client: httpx.Client, name: str, password: str, to: str = "/ops") -> httpx.Response:
    """Sign in by the form."""
    form = {"name": name, "password": password, "csrf": csrf(client.get("/sign-in")), "next": to}
    return client.post("/sign-in", data=form)


def use_ticket(client: httpx.Client, token: str) -> httpx.Response:
    """Sign in by a one-time code."""
    form = {"ticket": token, "csrf": csrf(client.get("/sign-in")), "next": "/ops"}
    return client.post("/sign-in/ticket", data=form)


def test_ops_is_for_those_who_signed_in(client: httpx.Client, lan: str) -> None:
    """A stranger is sent to sign in and comes back to the page."""
    away = client.get("/ops")
    inside = enter(client, lan, PASSWORD)

    assert (303, "/sign-in?next=%2Fops") == (away.status_code, away.headers["location"])
    assert (303, "/ops") == (inside.status_code, inside.headers["location"])
    assert client.get("/ops").status_code == 200


def test_the_session_cookie_is_shut_away(client: httpx.Client, lan: str) -> None:
    """Scripts and other sites never have it."""
    cookies = enter(client, lan, PASSWORD).headers.get_list("set-cookie")
    (session,) = [cookie for cookie in cookies if cookie.startswith("tintinh_session=")]

    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"} <= set(session.split("; "))
    assert "Secure" not in session


def test_under_https_cookies_are_for_https(serve: Serve) -> None:
    """With a public https address cookies are Secure and bound to the host, and HSTS is sent."""
    page = serve(public_url="https://tin.example").get("/sign-in")

    assert page.headers["set-cookie"].startswith("__Host-tintinh_form=")
    assert "Secure" in page.headers["set-cookie"].split("; ")
    assert page.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.usefixtures("lan")
@pytest.mark.parametrize(("name", "password"), [("lan", "sai mật khẩu rồi"), ("ai", PASSWORD)])
def test_wrong_name_and_wrong_password_read_the_same(client: httpx.Client, name: str, password: str) -> None:
    """The answer does not tell which of the two was wrong, and signs nobody in."""
    told = enter(client, name, password)

    assert (401, True) == (told.status_code, "Tên hoặc mật khẩu không đúng" in told.text)
    assert client.get("/ops").status_code == 303


def test_guessing_is_slowed_down(client: httpx.Client, lan: str) -> None:
    """After five wrong tries even the right password has to wait."""
    statuses = [enter(client, lan, "sai mật khẩu rồi").status_code for _ in range(5)]
    late = enter(client, lan, PASSWORD)

    assert [401] * 5 == statuses
    assert (429, True) == (late.status_code, int(late.headers["retry-after"]) > 600)


def test_nobody_is_sent_elsewhere_after_signing_in(client: httpx.Client, lan: str) -> None:
    """Only paths of this site are taken as the way back."""
    for to in ("https://example.org/", "//example.org", "/\\example.org", "javascript:x", "/a\r\nb"):
        told = enter(client, lan, PASSWORD, to)
        client.cookies.clear()

        assert (303, "/") == (told.status_code, told.headers["location"])


def test_a_forged_form_does_nothing(client: httpx.Client, lan: str) -> None:
    """Without the token of the page, or without its cookie, signing in and out is refused."""
    page = client.get("/sign-in")
    form = {"name": lan, "password": PASSWORD, "csrf": "x"}
    assert client.post("/sign-in", data=form).status_code == 403
    client.cookies.clear()
    assert client.post("/sign-in", data=form | {"csrf": csrf(page)}).status_code == 403
    enter(client, lan, PASSWORD)
    assert client.post("/sign-out", data={"csrf": "x"}).status_code == 403

    assert client.get("/ops").status_code == 200


def test_signing_out_ends_the_session(client: httpx.Client, lan: str) -> None:
    """Afterwards the old cookie is worth nothing."""
    enter(client, lan, PASSWORD)
    old = dict(client.cookies)
    told = client.post("/sign-out", data={"csrf": csrf(client.get("/ops"))})
    client.cookies.update(old)

    assert (303, "/") == (told.status_code, told.headers["location"])
    assert client.get("/ops").status_code == 303


def test_a_ticket_signs_in_once_and_looking_does_not_spend_it(client: httpx.Client, db: Database) -> None:
    """Whoever previews the link sees a form; the first to press the button has it."""
    with db.write() as conn:
        token = accounts.ticket(conn, "ops", Role.OPS, datetime.now(UTC), timedelta(hours=1))
    parts = urlsplit(ticket_url("http://tin.example", token))
    previews = [client.get(f"{parts.path}?{parts.query}").status_code for _ in range(3)]
    first = use_ticket(client, token)
    client.cookies.clear()
    second = use_ticket(client, token)

    assert token == parts.fragment
    assert [200] * 3 == previews
    assert (303, "/ops") == (first.status_code, first.headers["location"])
    assert (401, True) == (second.status_code, "đã dùng" in second.text)


def test_ops_is_not_for_readers_and_editors(client: httpx.Client, db: Database) -> None:
    """A lower role is told so, instead of being asked to sign in again."""
    with db.write() as conn:
        token = accounts.ticket(conn, "an", Role.EDITOR, datetime.now(UTC), timedelta(hours=1))
    use_ticket(client, token)

    assert client.get("/ops").status_code == 403


def test_a_form_is_small(client: httpx.Client) -> None:
    """A flood of form data is cut off before it is read."""
    told = client.post("/sign-in", data={"name": "a" * 100_000, "password": "b", "csrf": "c"})

    assert told.status_code == 413
