"""/theo-doi: searches are saved and managed by whoever has their address, and nothing leaks."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from lxml import html

from pipeline import alerting, letter_words
from pipeline.alerting import Purpose
from pipeline.model import LOCAL_ZONE
from pipeline.store import Database, accounts, deliveries, saved, saved_ways, schema, words
from pipeline.store.accounts import Role
from pipeline.store.saved_ways import Pace, State, Way
from search.question import STATED
from tests.pipeline.alert_desk import LAN, Desk
from tests.smtp_server import Office, mailing
from tests.store.newsroom import NEWS
from tests.store.tellings import settled
from tests.web.conftest import Serve

pytestmark = pytest.mark.long_on_postgresql  # what its SQL says there, tests/store/test_saved*.py hold
NOW = datetime.now(UTC)
ASKED = {"q": "đê bao", "province": "vinh-long"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_TOKEN = re.compile(r"/theo-doi/([0-9A-Za-z]{32})")
_SECRET = re.compile(r"whsec_[\w+/=]+")


@pytest.fixture
def office() -> Iterator[Office]:
    """A mail server."""
    with mailing() as running:
        yield running


@pytest.fixture
def desk(db: Database, tmp_path: Path, office: Office) -> Desk:
    """Who delivers."""
    return Desk(db, tmp_path, office)


@pytest.fixture
def client(serve: Serve, office: Office) -> httpx.Client:
    """A stranger at a site with a mail server."""
    return serve(smtp_url=office.url, mail_from="Tin Tỉnh <tin@tin.example>")


def signed_in(client: httpx.Client, db: Database, name: str = "lan") -> httpx.Client:
    """Have a client be somebody."""
    with db.write() as conn:
        token = accounts.open_session(conn, name, Role.READER, NOW, timedelta(hours=1))
    client.cookies.set("tintinh_session", token)
    return client


def csrf(page: httpx.Response) -> str:
    """Return the token of a page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def made(client: httpx.Client, **fields: str) -> str:
    """Save a search; return the path of its page."""
    token = csrf(client.post("/theo-doi/moi", data=ASKED))
    answer = client.post("/theo-doi/luu", data={**ASKED, "csrf": token, "name": "Đê", **fields})
    assert 303 == answer.status_code, answer.text
    return answer.headers["location"].partition("?")[0]


def act(client: httpx.Client, path: str, action: str, **fields: object) -> httpx.Response:
    """Do one thing with a search."""
    return client.post(f"{path}/{action}", data={"csrf": csrf(client.get(path)), **fields})


def wrong_fields(page: httpx.Response) -> list[tuple[str, str]]:
    """Return the ids of the fields of a page that are said to be wrong, each with the ids of why."""
    every = html.fromstring(page.text).iter()
    fields = [one for one in every if one.get("aria-invalid") == "true"]
    return [(one.get("id", ""), one.get("aria-describedby", "")) for one in fields]


def form_of(page: httpx.Response, action: str) -> html.FormElement:
    """Return the form of a page that does something."""
    forms = [one for one in html.fromstring(page.text).iter("form") if isinstance(one, html.FormElement)]
    return next(one for one in forms if (one.action or "").endswith(f"/{action}"))


def search(db: Database, path: str) -> saved.Saved:
    """Return the search of a page as it stands."""
    with db.read() as conn:
        found = saved.by_token(conn, path.rpartition("/")[2])
    assert found is not None
    return found


def ways(db: Database, path: str) -> list[Way]:
    """Return its ways."""
    with db.read() as conn:
        return saved_ways.of_search(conn, search(db, path).saved_id)


def test_a_stranger_saves_a_search(client: httpx.Client, db: Database) -> None:
    """What is saved is shown in words first; then there is a page at a secret address."""
    draft = client.post("/theo-doi/moi", data=ASKED)
    path = made(client)
    page = client.get(path)

    assert ("đê bao", "Vĩnh Long") == tuple(word for word in ("đê bao", "Vĩnh Long") if word in draft.text)
    assert ASKED == search(db, path).asked
    assert _TOKEN.fullmatch(path)
    assert 200 == page.status_code
    assert f"/feeds/{path.replace('/theo-doi/', 'saved/')}.atom" in page.text
    assert "Giữ kín địa chỉ này" in page.text


def test_a_secret_page_is_kept_by_nobody(client: httpx.Client) -> None:
    """No cache, no robot, no referrer; the question stands in no address of the page."""
    page = client.get(made(client))

    assert "no-store" == page.headers["cache-control"]
    assert "no-referrer" == page.headers["referrer-policy"]
    assert "noindex" in page.headers["x-robots-tag"]
    assert not re.search(r'(href|action)="[^"]*(bao|vinh-long)', page.text)


def test_a_form_of_elsewhere_saves_nothing(client: httpx.Client, db: Database) -> None:
    """Without the token of this browser's form, or with another's."""
    path = made(client)
    bare = client.post("/theo-doi/luu", data={**ASKED, "csrf": "x"})
    ended = client.post(f"{path}/het", data={"csrf": "x"})

    assert (403, 403) == (bare.status_code, ended.status_code)
    assert saved.State.ACTIVE is search(db, path).state


def test_what_cannot_be_asked_cannot_be_saved(client: httpx.Client) -> None:
    """Nothing at all, or a topic that is none: said on the page, with what was typed."""
    nothing = client.post("/theo-doi/moi", data={})
    opposite = client.post("/theo-doi/moi", data={"q": "-nữ"})
    wrong = client.post("/theo-doi/moi", data={"q": "đê", "topic": "xyz"})
    token = csrf(client.post("/theo-doi/moi", data=ASKED))
    forced = client.post("/theo-doi/luu", data={"q": "đê", "topic": "xyz", "csrf": token})
    email = client.post("/theo-doi/luu", data={**ASKED, "csrf": token, "email": "x", "name": "Đê <b>"})

    assert [422] * 5 == [one.status_code for one in (nothing, opposite, wrong, forced, email)]
    assert "Chỉ có từ bỏ đi bằng dấu trừ" in opposite.text
    assert "Chủ đề: không dùng được" in wrong.text
    assert 'value="Đê &lt;b&gt;"' in email.text
    assert "Địa chỉ thư không đúng" in email.text
    assert [("thu", "loi thu-giup")] == wrong_fields(email)


def test_days_that_have_come_are_not_saved(client: httpx.Client, db: Database) -> None:
    """Whoever looked at today's stories wants tomorrow's; a day to come stays, and is told."""
    today, later = ((datetime.now(LOCAL_ZONE) + timedelta(days=days)).date().isoformat() for days in (0, 3))
    draft = client.post("/theo-doi/moi", data={**ASKED, "from": today, "to": today})
    only = client.post("/theo-doi/moi", data={"from": today, "to": today})
    path = made(client, **{"from": today, "to": today})
    first = search(db, path).asked
    act(client, path, "cau-hoi", q="đê", **{"from": today, "to": later})
    page = client.get(path)

    assert "Ngày không được lưu: tin mới luôn là tin từ nay" in draft.text
    assert "Hôm nay" not in draft.text
    assert (422, ASKED) == (only.status_code, first)
    assert {"q": "đê", "to": later} == search(db, path).asked
    assert f"Chỉ tin đăng đến hết ngày {date.fromisoformat(later):%d/%m/%Y}" in page.text


@pytest.mark.parametrize(("q", "rest"), [("sạt lở tháng 11/2026", "sạt lở"), ("hôm qua", "")])
def test_a_time_that_was_typed_is_told_of(client: httpx.Client, db: Database, q: str, rest: str) -> None:
    """It stays a word, which hardly a story to come has; one button keeps the question without it."""
    warning, offer = "Thời gian gõ trong ô tìm là từ khóa", "bỏ thời gian</button>"
    draft = client.post("/theo-doi/moi", data={"q": q})
    path = made(client, q=q)
    page = client.get(path)
    act(client, path, "cau-hoi", q=rest, province="vinh-long")
    mended = client.get(path)

    assert (True, True, False) == tuple(warning in one.text for one in (draft, page, mended))
    assert [bool(rest), True] == [offer in one.text for one in (draft, page)]
    assert bool(rest) is (f'name="q" value="{rest}"' in draft.text)
    assert {name: value for name, value in {**ASKED, "q": rest}.items() if value} == search(db, path).asked


def test_a_search_that_is_over_says_so(client: httpx.Client, db: Database) -> None:
    """Its last day has passed: what it asks is told by dates."""
    path = made(client)
    with db.write() as conn:
        saved.reask(conn, search(db, path).saved_id, {"q": "đê", "from": "2026-11-01", "to": "2026-11-02"})
    page = client.get(path)

    assert "01/11/2026 – 02/11/2026" in page.text
    assert "Đã qua ngày 02/11/2026" in page.text


def test_one_can_go_back_to_a_draft(client: httpx.Client) -> None:
    """A browser that may not keep the answer to a form shows an error there."""
    assert "private, no-cache" == client.post("/theo-doi/moi", data=ASKED).headers["cache-control"]


def test_a_form_is_read_as_utf8(client: httpx.Client, db: Database) -> None:
    """Also where a program did not encode it by percents."""
    page = client.post("/theo-doi/moi", content='q="vỏ cà phê"'.encode(), headers=_FORM)
    form = f'csrf={csrf(page)}&q="vỏ cà phê"&name=Cà phê+%C4%90%E1%BA%AFk'
    saved_ = client.post("/theo-doi/luu", content=form.encode(), headers=_FORM)
    known = search(db, saved_.headers["location"].partition("?")[0])

    assert "vỏ cà phê" in page.text
    assert ({"q": '"vỏ cà phê"'}, "Cà phê Đắk") == (known.asked, known.name)


def test_a_search_is_managed(client: httpx.Client, db: Database) -> None:
    """Another name, another question, a rest, another address, an end."""
    path = made(client)
    act(client, path, "ten", name="Sạt lở")
    act(client, path, "cau-hoi", q="sạt lở")
    act(client, path, "nghi")
    resting = search(db, path)
    act(client, path, "tiep")
    moved = act(client, path, "dia-chi-moi").headers["location"].partition("?")[0]
    old = client.get(path)
    end = act(client, moved, "het")
    gone = client.get(moved)

    assert ("Sạt lở", {"q": "sạt lở"}) == (resting.name, resting.asked)
    assert saved.State.PAUSED is resting.state
    assert (404, 404) == (old.status_code, gone.status_code)
    assert "/theo-doi?done=het" == end.headers["location"]


def test_a_question_that_cannot_be_read_is_said_and_mended(client: httpx.Client, db: Database) -> None:
    """The page names the part, and the form below mends it."""
    path = made(client)
    with db.write() as conn:
        saved.invalidate(conn, search(db, path).saved_id, "province: no such province")
    page = client.get(path)
    bad = act(client, path, "cau-hoi", province="khong-co")
    act(client, path, "cau-hoi", q="đê bao")

    assert "Phần không dùng được: Tỉnh, thành: vinh-long" in page.text
    assert 422 == bad.status_code
    assert saved.State.ACTIVE is search(db, path).state


@pytest.mark.parametrize(
    ("q", "reason"),
    [
        ("", "Chưa có gì để theo dõi"),
        ("-nữ", "Chỉ có từ bỏ đi bằng dấu trừ"),
        ("🌊🌊", "“🌊🌊” không có từ nào để tìm"),
        ("đê " * 150, "Từ khóa dài 449 ký tự, nhiều nhất là 300"),
    ],
)
def test_a_refused_question_stays_to_be_mended(
    client: httpx.Client, db: Database, q: str, reason: str
) -> None:
    """Its form is open at the field that is wrong, with what was typed and why; the old one goes on."""
    path = made(client)
    page = act(client, path, "cau-hoi", q=q)
    form = form_of(page, "cau-hoi")
    around = form.getparent()

    assert (422, ASKED) == (page.status_code, search(db, path).asked)
    assert q.strip() == form.fields["q"]
    assert around is not None
    assert "open" in around.attrib
    assert [("f-q", "loi")] == wrong_fields(page)
    assert reason in form.get_element_by_id("loi").text_content()


@pytest.mark.parametrize(
    ("action", "typed", "field"),
    [
        ("cau-hoi", ("province", "khong-co"), ("f-province", "loi")),
        ("ten", ("name", "Đê " * 60), ("ten", "loi")),
        ("nhan-thu", ("email", "lan@bao"), ("email", "loi email-giup")),
        ("webhook", ("url", "ftp://a.example"), ("url", "loi url-giup")),
    ],
)
def test_whatever_is_refused_stays_in_its_field(
    client: httpx.Client, db: Database, action: str, typed: tuple[str, str], field: tuple[str, str]
) -> None:
    """And programs that read a page aloud are told that it is wrong, and where it stands why."""
    path, (name, value) = made(signed_in(client, db)), typed
    page = act(client, path, action, **{name: value})

    assert (422, value.strip()) == (page.status_code, form_of(page, action).fields[name])
    assert [field] == wrong_fields(page)


def test_an_address_is_confirmed_by_its_button(
    client: httpx.Client, db: Database, desk: Desk, office: Office
) -> None:
    """The link shows a page and changes nothing: programs that look through mail load it too."""
    path = made(client, email=LAN, pace="daily")
    desk.run(minutes=1)
    [link] = re.findall(r"https?://\S+(/theo-doi/xac-nhan/\S+)", office.got[0].text)
    shown = client.get(link)
    asked = ways(db, path)[0].state
    client.cookies.clear()
    confirmed = client.post(link)
    again = client.post(link)

    assert "Xác nhận</button>" in shown.text
    assert "Đê" in shown.text
    assert (State.ASKED, 200, 200) == (asked, confirmed.status_code, again.status_code)
    assert (State.ACTIVE, Pace.DAILY) == (ways(db, path)[0].state, ways(db, path)[0].pace)
    assert "đã xác nhận rồi" in again.text


def test_a_link_runs_out(client: httpx.Client, db: Database, desk: Desk) -> None:
    """After two days; a made-up one is none."""
    path = made(client)
    with db.write() as conn:
        hashed = "h"
        early = NOW - timedelta(days=3)
        one = search(db, path).saved_id
        way = saved_ways.ask_mail(conn, one, LAN, hashed, Pace.INSTANT, "vi", early)
        assert way is not None
        known = saved_ways.get(conn, way)
    assert known is not None
    link = f"/theo-doi/xac-nhan/{alerting.code(desk.key, Purpose.CONFIRM, known)}"
    late = client.post(link)

    assert "không còn dùng được" in late.text
    assert State.ASKED is ways(db, path)[0].state
    assert [404] * 2 == [client.get(f"/theo-doi/{door}/1-abc").status_code for door in ("xac-nhan", "thu")]


def confirmed(desk: Desk, path: str, db: Database) -> str:
    """Open the letters of a search; return the path where they end."""
    [way] = ways(db, path)
    with db.write() as conn:
        saved_ways.opened(conn, way.way_id)
    return f"/theo-doi/thu/{alerting.code(desk.key, Purpose.MANAGE, way)}"


def test_one_click_ends_letters(client: httpx.Client, db: Database, desk: Desk) -> None:
    """A mail program's POST (RFC 8058), without a cookie; the link alone ends nothing."""
    path = made(client, email=LAN)
    link = confirmed(desk, path, db)
    client.cookies.clear()
    page = client.get(link)
    before = ways(db, path)[0].state
    answer = client.post(link, content="List-Unsubscribe=One-Click", headers=_FORM)
    again = client.post(link, files={"List-Unsubscribe": (None, "One-Click")})  # as multipart/form-data
    late = client.post(link, data={"pace": "daily"})

    assert 'name="List-Unsubscribe" value="One-Click"' in page.text
    assert "Không còn thư nào" in late.text
    assert (State.ACTIVE, 200, 200) == (before, answer.status_code, again.status_code)
    assert [] == ways(db, path)
    assert "Không còn thư nào" in client.get(link).text


def test_letters_come_at_another_pace(client: httpx.Client, db: Database, desk: Desk) -> None:
    """From the letter's own page, and from the search's."""
    path = made(client, email=LAN)
    link = confirmed(desk, path, db)
    client.post(link, data={"pace": "weekly"})
    first = ways(db, path)[0]
    act(client, path, "nhip", way=first.way_id, pace="daily")

    assert (Pace.WEEKLY, Pace.DAILY) == (first.pace, ways(db, path)[0].pace)


def test_the_page_tells_of_an_address_that_bounces(client: httpx.Client, db: Database, desk: Desk) -> None:
    """Its holder sees that it is stopped and what to do; the address is not shown whole."""
    path = made(client, email=LAN)
    confirmed(desk, path, db)
    with db.write() as conn:
        saved_ways.stopped(conn, ways(db, path)[0].way_id, "SMTP 550")
    page = client.get(path)

    assert "địa chỉ này không nhận được thư (SMTP 550)" in page.text
    assert "la…@bao.example" in page.text
    assert LAN not in page.text


def test_the_page_tells_what_waits(client: httpx.Client, db: Database, desk: Desk) -> None:
    """After a dozen letters in an hour the next is late: how much of it, until when, and why."""
    path = made(client, email=LAN)
    confirmed(desk, path, db)
    desk.burst(ways(db, path)[0].way_id, 12)
    desk.find(search(db, path).saved_id, desk.story("cau full"))
    page = client.get(path)

    assert (
        f"1 tin đang chờ, gửi lúc {(desk.now + timedelta(hours=1)).astimezone(LOCAL_ZONE):%H:%M}" in page.text
    )
    assert "Sau 12 thư trong một giờ" in page.text


def test_the_page_counts_what_matched_and_is_gone(client: httpx.Client, db: Database, desk: Desk) -> None:
    """What was told and then withdrawn did match: its number is told, and no word of it."""
    path, story = made(client), desk.story("cau full")
    desk.find(search(db, path).saved_id, story)
    before = client.get(path)
    title = NEWS["cau full"].title
    with db.write() as conn:
        words.withdraw(conn, story, "lan", NOW)
    settled(db)
    page = client.get(path)

    assert (True, False) == tuple(title in one.text for one in (before, page))
    assert (False, True) == tuple("1 tin đã khớp nay đã bị gỡ" in one.text for one in (before, page))
    assert "Chưa có tin nào khớp" not in page.text


def test_the_answer_is_the_same_for_every_address(client: httpx.Client, db: Database, desk: Desk) -> None:
    """Nobody learns whether an address is known here, or was asked too often."""
    path = made(client)
    answers = [act(client, path, "nhan-thu", email=LAN) for _ in range(5)]
    confirmed(desk, path, db)
    answers.append(act(client, path, "nhan-thu", email=LAN))

    assert {(303, f"{path}?done=nhan-thu")} == {(one.status_code, one.headers["location"]) for one in answers}


def test_a_network_asks_so_often(client: httpx.Client) -> None:
    """Then it waits, and is told so on the page and for how long; what is no address counts for nothing."""
    path = made(client)
    token = csrf(client.get(path))
    wrong = [{"csrf": token, "email": f"p{number}@bao@example"} for number in range(21)]
    refused = [client.post(f"{path}/nhan-thu", data=one).status_code for one in wrong]
    fields = [{"csrf": token, "email": f"p{number}@bao.example"} for number in range(22)]
    answers = [client.post(f"{path}/nhan-thu", data=one) for one in fields]
    statuses = [one.status_code for one in answers]
    late = client.post("/theo-doi/luu", data={**ASKED, "csrf": token, "email": LAN})

    assert {422} == set(refused)
    assert {303, 422} == set(statuses[:20])
    assert [429, 429, 429] == [*statuses[20:], late.status_code]
    assert all(3_500 < int(one.headers["retry-after"]) <= 3_600 for one in (*answers[20:], late))


def test_without_a_mail_server_the_page_says_so(serve: Serve, db: Database) -> None:
    """And keeps the search, with its feed."""
    client = serve()
    path = made(client, email=LAN)
    page = client.get(path)

    assert "chưa nối với máy chủ thư" in page.text
    assert 'type="email"' not in page.text
    assert [] == ways(db, path)


def test_who_is_signed_in_has_a_list(client: httpx.Client, db: Database) -> None:
    """Their searches by number, without the secret address; another's are not found."""
    signed_in(client, db)
    path = made(client)
    number = search(db, path).saved_id
    listed = client.get("/theo-doi")
    mine = client.get(f"/theo-doi/{number}")
    signed_in(client, db, "minh")
    other = client.get(f"/theo-doi/{number}")
    client.cookies.clear()
    stranger = client.get(f"/theo-doi/{number}")

    assert f'href="/theo-doi/{number}"' in listed.text
    assert (200, 404, 303) == (mine.status_code, other.status_code, stranger.status_code)
    assert "/sign-in?next=%2Ftheo-doi%2F" in stranger.headers["location"]
    assert not _TOKEN.search(mine.text)


def test_a_webhook_is_added_and_its_secret_shown_once(client: httpx.Client, db: Database) -> None:
    """By people who are signed in; it is tried by a button, and another secret made by one."""
    path = made(client)
    refused = [
        client.post(f"{path}/{action}", data={"csrf": csrf(client.get(path)), "url": "https://a.example/"})
        for action in ("webhook", "khoa-moi")
    ]
    signed_in(client, db)
    bad = act(client, path, "webhook", url="ftp://a.example")
    shown = act(client, path, "webhook", url="https://a.example/hook?key=abc")
    later = client.get(path)
    act(client, path, "goi-thu", way=ways(db, path)[0].way_id)
    turned = act(client, path, "khoa-moi", way=ways(db, path)[0].way_id, number=1)

    assert ({403}, 422, 200) == ({one.status_code for one in refused}, bad.status_code, shown.status_code)
    assert 2 == len({secret for page in (shown, turned) for secret in _SECRET.findall(page.text)})
    assert "whsec_" not in later.text
    assert "https://a.example/hook?…" in later.text
    with db.read() as conn:
        assert "saved_trial" in str(deliveries.standing(conn, 9))


def test_a_page_with_a_secret_may_be_loaded_again(client: httpx.Client, db: Database) -> None:
    """The form goes out again: no twin is made, no secret ends, and the page says what to do without it."""
    path = made(signed_in(client, db))
    first, again = (act(client, path, "webhook", url="https://a.example/?key=abc") for _ in range(2))
    form = dict(form_of(first, "khoa-moi").fields)
    turned, late = (client.post(f"{path}/khoa-moi", data=form) for _ in range(2))

    assert [200, 422, 200, 422] == [one.status_code for one in (first, again, turned, late)]
    assert [2] == [way.number for way in ways(db, path)]
    assert [("url", "loi url-giup")] == wrong_fields(again)
    assert "hãy bấm “Đổi khóa ký”" in again.text
    assert "Khóa ký đã đổi rồi" in late.text
    assert [False] * 2 == [bool(_SECRET.search(one.text)) for one in (again, late)]


def test_the_page_tells_of_a_webhook_that_is_not_reached(client: httpx.Client, db: Database) -> None:
    """In the reader's language, and not what address a name of our network stands for."""
    path = made(client)
    with db.write() as conn:
        way = saved_ways.add_hook(conn, search(db, path).saved_id, "https://kho.example/", NOW)
        saved_ways.failed(conn, way, "10.0.0.7 is not a public address")
    page = client.get(path)

    assert "Gọi không thành: địa chỉ này ở trong mạng riêng." in page.text
    assert "10.0.0.7" not in page.text


def test_a_way_of_another_search_is_not_touched(client: httpx.Client, db: Database, desk: Desk) -> None:
    """Whoever manages one search manages that one."""
    mine, other = made(client), made(client, email=LAN)
    confirmed(desk, other, db)
    [way] = ways(db, other)
    answers = [
        act(client, mine, action, way=way.way_id, pace="daily") for action in ("bo", "nhip", "goi-thu")
    ]

    assert [404] * 3 == [one.status_code for one in answers]
    assert (State.ACTIVE, Pace.INSTANT) == (ways(db, other)[0].state, ways(db, other)[0].pace)


def test_an_end_forgets_addresses(client: httpx.Client, db: Database) -> None:
    """Nothing of who wanted to know what is kept."""
    path = made(client, email=LAN)
    act(client, path, "het")
    with db.read() as conn:
        kept = conn.execute(schema.saved_way.select()).mappings().one()

    assert ("", "off") == (kept["address"], kept["state"])


def test_no_log_line_holds_the_address(client: httpx.Client, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither of making, nor of changing, nor of failing."""
    path = made(client, name="Tên riêng")
    act(client, path, "nghi")
    client.get(f"{path}x")
    told = "".join(capfd.readouterr())

    assert "saved_search_made" in told
    assert not [word for word in (path.rpartition("/")[2], "đê bao", "Tên riêng") if word in told]


def test_a_question_is_changed_by_choosing(client: httpx.Client) -> None:
    """What is asked now stands chosen, also where it is several values."""
    path = made(client)
    act(client, path, "cau-hoi", q="đê", province="vinh-long,dong-thap", bulletin="yes")
    page = client.get(path)

    assert '<option value="vinh-long,dong-thap" selected>Vĩnh Long; Đồng Tháp</option>' in page.text
    assert '<option value="yes" selected>Có trong Bản tin</option>' in page.text


def test_letters_know_every_part_of_a_question() -> None:
    """A flaw names one of them."""
    assert [set(STATED)] * 2 == [set(words.fields) for words in letter_words.WORDS.values()]
