"""The editors' desk and what editors see of a story, spoken to over a socket, on both databases."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from lxml import html

from pipeline.model import Act, EntryId, Rights, Source, SourceId, StoryId
from pipeline.store import Database, accounts, review, stories, words
from pipeline.store.accounts import Role
from pipeline.store.schema import edge
from tests.store.tellings import NOW, PAPER, draft, send, settled
from tests.web.conftest import Serve
from web.view import STATIC

TEXTS = {
    "cau": "Sáng nay cầu Rạch Vong nối hai bờ sông Hàm Luông được thông xe sau 26 tháng thi công liên tục.",
    "kham": "Trạm y tế xã Tân Phú khám miễn phí cho 300 người cao tuổi trong hai ngày cuối tuần vừa qua.",
    "lua": "Nông dân phấn khởi vì giá lúa tươi tăng thêm bốn trăm đồng một ký so với vụ trước của họ.",
}
OTHER = Source(SourceId("bao-khac"), "Báo Khác", "vinh-long", "ben-tre", ("baokhac.example",), Rights.TITLE)
SHOWN = ("/desk", "/desk/decisions", "/desk/words")


def url(name: str) -> str:
    """Return an article's address."""
    return f"https://baomau.example/{name}"


@pytest.fixture
def ids(db: Database) -> dict[str, EntryId]:
    """Three articles, the first told by two papers; the other two wait for a word in two pairs."""
    for name, body in TEXTS.items():
        send(db, draft(name, f"Tin {name} <b>", body, url=url(name), canonical_url=url(name)))
    send(db, draft("chep", "Tin cau", TEXTS["cau"], canonical_url=url("chep")), source=OTHER)
    settled(db)
    with db.write() as conn:
        known = {name: words.named(conn, url(name)) for name in (*TEXTS, "chep")}
        for one, score in (("kham", 0.6), ("cau", 0.7)):
            a, b = sorted((known[one], known["lua"]))
            values = {
                "a": a,
                "b": b,
                "relation": "review",
                "score": score,
                "because": "gần giống",
                "rules": 9,
            }
            conn.execute(edge.insert().values(values))
    return known


def signed_in(client: httpx.Client, db: Database, role: Role) -> httpx.Client:
    """Sign a client in."""
    with db.write() as conn:
        token = accounts.open_session(conn, "lan", role, datetime.now(UTC), timedelta(hours=1))
    client.cookies.set("tintinh_session", token)
    return client


@pytest.fixture
def editor(serve: Serve, db: Database) -> httpx.Client:
    """A client that is signed in as an editor."""
    return signed_in(serve(), db, Role.EDITOR)


def csrf(page: httpx.Response) -> str:
    """Return the token of a page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_the_desk_has_one_language(editor: httpx.Client) -> None:
    """Its pages have no English: a screen reader must not be told that they are, whatever was chosen."""
    editor.cookies.set("tintinh_language", "en")
    page = editor.get("/desk")

    assert '<html lang="vi">' in page.text
    assert "Tìm tin</a>" in page.text
    assert "/ngon-ngu/" not in page.text


def found_in(page: httpx.Response, path: str) -> list[str]:
    """Return the values or whole texts that an XPath finds in a page."""
    hits = html.fromstring(page.text).xpath(path)
    assert isinstance(hits, list)
    return [hit if isinstance(hit, str) else "".join(map(str, hit.itertext())) for hit in hits]  # type: ignore[union-attr]


def forms(page: httpx.Response) -> list[dict[str, str]]:
    """Return what each form about a pair sends, without its button."""
    tree = html.fromstring(page.text)
    return [
        {str(field.get("name")): str(field.get("value")) for field in form.xpath('.//input[@type="hidden"]')}  # type: ignore[union-attr]
        for form in tree.xpath('//form[@class="verdict"]')  # type: ignore[union-attr]
    ]


def homes(db: Database, ids: dict[str, EntryId]) -> dict[str, StoryId | None]:
    """Return the story of each article."""
    with db.read() as conn:
        known = review.seen(conn, ids.values())
    return {
        name: known[entry_id].story_id if known[entry_id].live else None for name, entry_id in ids.items()
    }


@pytest.mark.parametrize("path", [*SHOWN, "/desk/pair?one=e1&other=e2"])
def test_the_desk_is_for_editors(client: httpx.Client, db: Database, path: str) -> None:
    """Strangers are sent to sign in, readers are refused; nothing is told to either."""
    away = client.get(path)
    refused = signed_in(client, db, Role.READER).get(path)

    assert (303, True) == (away.status_code, away.headers["location"].startswith("/sign-in?next=%2Fdesk"))
    assert 403 == refused.status_code


@pytest.mark.usefixtures("ids")
def test_words_are_for_editors_with_a_form_of_ours(
    serve: Serve, db: Database, ids: dict[str, EntryId]
) -> None:
    """Without a session, the role or its token nothing is said and nothing undone."""
    client = serve()
    told = {"kind": "apart", "one": ids["cau"], "other": ids["lua"]}
    with db.write() as conn:
        words.split(conn, ids["lua"], "an", NOW)
        last = words.last_word(conn, "an")
    assert last is not None
    paths = ("/desk/words", f"/desk/words/{last.word_id}/undo")
    stranger = [client.post(path, data=told | {"csrf": "x"}).status_code for path in paths]
    signed_in(client, db, Role.READER)
    reader = [client.post(path, data=told | {"csrf": csrf(client.get("/"))}).status_code for path in paths]
    signed_in(client, db, Role.EDITOR)
    forged = [client.post(path, data=told | {"csrf": "x"}).status_code for path in paths]
    bare = [client.post(path, data=told).status_code for path in paths]
    with db.read() as conn:
        said = [(one.kind, one.undone) for one in words.history(conn, limit=10)]

    assert ([303] * 2, [403] * 2, [403] * 2, [422] * 2) == (stranger, reader, forged, bare)
    assert [("split", False)] == said


@pytest.mark.usefixtures("ids")
def test_no_desk_page_is_kept_or_indexed(editor: httpx.Client) -> None:
    """Whole texts stay in this room."""
    answers = [editor.get(path) for path in SHOWN]

    assert {("no-store", "noindex, nofollow")} == {
        (told.headers["cache-control"], told.headers["x-robots-tag"]) for told in answers
    }


def test_pairs_stand_side_by_side_the_likeliest_first(editor: httpx.Client, ids: dict[str, EntryId]) -> None:
    """Score, reason, sources, days, both texts; nothing of a source becomes markup."""
    page = editor.get("/desk")
    first = forms(page)[0]

    assert {ids["cau"], ids["lua"]} == {first["one"], first["other"]}
    assert ["điểm 0,70", "điểm 0,60"] == found_in(page, '//*[@class="reason"]/span[1]')
    assert 2 == len(found_in(page, '//*[@class="two"]')) == len(found_in(page, '//details[@class="beside"]'))
    assert 1 == len(found_in(page, "//details[@class='beside'][@open]"))
    texts = found_in(page, '(//*[@class="two"])[1]//*[@class="whole"]')
    assert {TEXTS["cau"], TEXTS["lua"]} == {text.strip() for text in texts}
    assert "Tin cau &lt;b&gt;" in page.text
    assert "26" in found_in(page, '//strong[@class="differs"]')


@pytest.mark.usefixtures("ids")
def test_the_list_is_worked_through(editor: httpx.Client, db: Database) -> None:
    """A word leads to the next pair, is shown as being applied, and then as applied; undo leads back."""
    page = editor.get("/desk")
    one, two = forms(page)
    first, second = ("-".join(sorted((form["one"], form["other"]))) for form in (one, two))
    answer = editor.post("/desk/words", data=one | {"kind": "apart"})
    back = urlsplit(answer.headers["location"])
    after = editor.get(answer.headers["location"])
    settled(db)
    applied = editor.get("/desk").text
    undo = found_in(after, '//form[@id="undo"]/@action')[0]
    leads = found_in(after, '//form[@id="undo"]/input[@name="back"]/@value')[0]
    undone = editor.post(undo, data={"csrf": one["csrf"], "back": leads})

    assert (303, "/desk", second) == (answer.status_code, back.path, back.fragment)
    assert parse_qs(back.query)["at"] == [back.fragment]
    assert [back.fragment] == found_in(after, '//article[@class="pair"]/@id')
    assert ("đang được áp dụng" in after.text, "đã áp dụng" in applied) == (True, True)
    assert (303, f"/desk?at={first}#{first}") == (undone.status_code, undone.headers["location"])


def test_words_said_here_are_applied(editor: httpx.Client, db: Database, ids: dict[str, EntryId]) -> None:
    """Merge brings two stories together, apart takes two entries of one story from each other."""
    token = {"csrf": csrf(editor.get("/desk"))}
    editor.post("/desk/words", data=token | {"kind": "merge", "one": ids["kham"], "other": url("lua")})
    editor.post("/desk/words", data=token | {"kind": "apart", "one": ids["cau"], "other": ids["chep"]})
    settled(db)
    found = homes(db, ids)

    assert found["kham"] == found["lua"]
    assert found["cau"] != found["chep"]
    assert 0 == len(forms(editor.get("/desk/decisions")))


def test_a_days_decisions(editor: httpx.Client, ids: dict[str, EntryId]) -> None:
    """What was joined on a day, with who joined it; other days are a link away; a wrong day is told."""
    page = editor.get("/desk/decisions?day=2026-11-20")
    (told,) = forms(page)
    links = found_in(page, "//a/@href")

    assert {ids["cau"], ids["chep"]} == {told["one"], told["other"]}
    assert {"/desk/decisions?day=2026-11-19", "/desk/decisions?day=2026-11-21"} <= set(links)
    assert [] == forms(editor.get("/desk/decisions?day=2026-11-19"))
    assert 200 == editor.get("/desk/decisions").status_code
    assert [422] * 3 == [
        editor.get("/desk/decisions", params={"day": day}).status_code
        for day in ("hôm qua", "9999-12-31", "20/11/2026")
    ]


def test_a_pair_of_ones_own_choice(editor: httpx.Client, ids: dict[str, EntryId]) -> None:
    """Any two entries, by address too, whatever their rights; the rules are asked anew."""
    page = editor.get("/desk/pair", params={"one": url("cau"), "other": ids["chep"]})

    assert "Máy nói bây giờ: cùng một tin" in page.text
    assert [TEXTS["cau"]] * 2 == [text.strip() for text in found_in(page, '//*[@class="whole"]')]
    assert 404 == editor.get("/desk/pair", params={"one": "e0", "other": ids["cau"]}).status_code
    assert 404 == editor.get("/desk/pair", params={"one": "\x00", "other": ids["cau"]}).status_code


def test_editors_speak_on_a_storys_page(
    editor: httpx.Client, client: httpx.Client, db: Database, ids: dict[str, EntryId]
) -> None:
    """Split, merge and take out are offered to editors alone; the page says that a word is being applied."""
    path = f"/tin/{homes(db, ids)['cau']}"
    page, public = editor.get(path), client.get(path)
    token = {"csrf": csrf(page), "back": path}
    told = editor.post("/desk/words", data=token | {"kind": "split", "one": ids["chep"]})
    during = editor.get(path)
    settled(db)
    after, alone = editor.get(path), editor.get(f"/tin/{homes(db, ids)['chep']}")
    editor.post("/desk/words", data=token | {"kind": "merge", "one": ids["cau"], "other": url("kham")})
    settled(db)
    merged = homes(db, ids)
    editor.post("/desk/words", data=token | {"kind": "withdraw", "one": ids["lua"], "back": "/desk/words"})
    settled(db)

    assert (303, path, "no-store") == (
        told.status_code,
        told.headers["location"],
        page.headers["cache-control"],
    )
    assert ["split"] * 2 == found_in(page, '//button[@value="split"]/@value')
    assert not [part for part in ("/desk", "desk.css", "csrf") if part in public.text]
    assert ("đang được áp dụng" in during.text, "đang được áp dụng" in after.text) == (True, False)
    assert "Tách riêng" in alone.text
    assert merged["cau"] == merged["kham"] != merged["chep"]
    assert homes(db, ids)["lua"] is None


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"kind": "merge", "one": "{cau}", "other": "nai"}, 422),
        ({"kind": "merge", "one": "{cau}", "other": "{cau}"}, 422),
        ({"kind": "merge", "one": "{cau}"}, 422),
        ({"kind": "apart", "one": "{cau}", "other": "\x00"}, 422),
        ({"kind": "eat", "one": "{cau}"}, 404),
        ({"kind": "split", "one": "x" * 3_000}, 422),
    ],
)
def test_what_cannot_be_said(
    editor: httpx.Client, db: Database, ids: dict[str, EntryId], told: dict[str, str], status: int
) -> None:
    """A page in Vietnamese says what is wrong; no word is kept."""
    form = {name: value.replace("{cau}", ids["cau"]) for name, value in told.items()}
    answer = editor.post("/desk/words", data=form | {"csrf": csrf(editor.get("/desk"))})
    with db.read() as conn:
        said = words.history(conn, limit=1)

    assert (status, []) == (answer.status_code, said)


def test_the_history_tells_who_said_what(editor: httpx.Client, db: Database, ids: dict[str, EntryId]) -> None:
    """Newest first, with what was undone; whoever comes second with an undo is led to the list."""
    token = {"csrf": csrf(editor.get("/desk"))}
    with db.write() as conn:
        words.merge(conn, ids["kham"], ids["lua"], "an", NOW)
    action = found_in(editor.get("/desk/words"), "//li/form/@action")[0]
    answers = [editor.post(action, data=token | {"back": "//evil.example"}) for _ in range(2)]
    page = editor.get("/desk/words")

    assert ["/", "/desk/words"] == [told.headers["location"] for told in answers]
    said = found_in(page, '//*[@class="history"]/li/div/p[1]')

    assert ["Hoàn tác – lan", "Cùng một tin đã hoàn tác – an"] == [
        " ".join(text.partition(",")[0].split()) for text in said
    ]


def test_a_story_that_somebody_took_back_says_so(
    client: httpx.Client, db: Database, ids: dict[str, EntryId]
) -> None:
    """The other paper's copy stays, and page and JSON name who withdrew."""
    gone = draft("cau", "Tin cau <b>", TEXTS["cau"], url=url("cau"), canonical_url=url("cau"))
    send(db, replace(gone, act=Act.WITHDRAW, updated=NOW + timedelta(hours=1)), source=PAPER)
    settled(db)
    with db.read() as conn:
        (left,) = [
            one
            for one in stories.page(conn, None, 9)
            if ids["chep"] in {t.entry_id for t in one.face.tellings}
        ]
    path = f"/tin/{left.story_id}"

    assert "Báo Mẫu đã rút bài của mình về tin này" in client.get(path).text
    assert ["Báo Mẫu"] == client.get(f"/api/stories/{left.story_id}").json()["taken_back"]


@pytest.mark.usefixtures("ids")
def test_the_desk_can_be_used_with_keyboard_and_screen_reader(editor: httpx.Client, db: Database) -> None:
    """One first headline, unique ids, a label for every control, and no inline script or style."""
    with db.read() as conn:
        story = stories.page(conn, None, 1)[0].story_id
    for path in (*SHOWN, f"/tin/{story}"):
        page = editor.get(path)
        labelled = set(found_in(page, "//label/@for"))
        controls = '//*[self::select or self::textarea or self::input[not(@type="hidden")]]'
        ids = found_in(page, "//@id")

        assert 1 == len(found_in(page, "//h1")), path
        assert set(found_in(page, f"{controls}/@id")) <= labelled, path
        assert not found_in(page, f"{controls}[not(@id)]"), path
        assert len(ids) == len(set(ids)), path
        assert not re.search(r"<script>|<style|\son\w+=|\sstyle=", page.text), path


def test_every_key_that_is_told_is_bound() -> None:
    """The help and the guide name the keys that the script knows, and no other."""
    script = (STATIC / "desk.js").read_text(encoding="utf-8")
    told = (STATIC.parent / "templates" / "_desk.html").read_text(encoding="utf-8")
    guide = (STATIC.parents[1] / "docs" / "editors.md").read_text(encoding="utf-8")
    table = guide.partition("## By keyboard")[2].partition("All of it")[0]
    bound = re.findall(r"^  (\w+): \(\) =>", script, re.MULTILINE) + re.findall(r'\bkey === "(.)"', script)
    arrows = {"ArrowDown": "↓", "ArrowUp": "↑"}
    known = {arrows.get(key, key) for key in bound}

    assert known == set(re.findall(r"<kbd>(.)</kbd>", told))
    assert known == set(re.findall(r"`(.)`", table))
