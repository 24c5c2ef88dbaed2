"""The versions of an entry, as a page and as JSON: what a stranger may see of them, and what an editor."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from lxml import html

from pipeline.model import Act, Rights
from pipeline.store import Database, accounts, sources, stories
from pipeline.store.accounts import Role
from pipeline.store.versions import Version
from tests.store.tellings import NOW, PAPER, draft, send, settled
from tests.web.conftest import Serve
from web.steps import steps

URL = "https://baomau.example/cau-a1.html"
FIRST = (
    "Sáng nay, xã Hòa Lộc khánh thành cầu Rạch Gốc dài 48 m.\n\n"
    "Kinh phí 3,2 tỷ đồng do dân và doanh nghiệp cùng góp.\n\nCầu thay bến đò cũ."
)
MENDED = FIRST.replace("3,2 tỷ", "3,4 tỷ")


def tell(db: Database, number: int, title: str, body: str, **fields: object) -> None:
    """Tell the bridge's article once more, an hour later each time."""
    values = {"summary": "Cầu dài 48 m.", "url": URL, "canonical_url": URL, "guid": "bai", **fields}
    at = datetime(2026, 11, 20, 1, 0, tzinfo=UTC) + timedelta(hours=number)
    send(db, draft(f"bai-{number}", title, body, updated=at, **values), at=NOW + timedelta(minutes=number))
    settled(db)


def the_entry(db: Database) -> str:
    """Return the id of the one entry."""
    with db.read() as conn:
        (story,) = stories.page(conn, None, 10)
    return story.face.tellings[0].entry_id


@pytest.fixture
def told(db: Database) -> str:
    """The id of an entry of two versions."""
    tell(db, 1, "Khánh thành cầu", FIRST)
    tell(db, 2, "Khánh thành cầu Rạch Gốc", MENDED)
    return the_entry(db)


def signed(serve: Serve, db: Database, role: Role) -> httpx.Client:
    """Return a client that is signed in."""
    client = serve()
    with db.write() as conn:
        token = accounts.open_session(conn, "lan", role, datetime.now(UTC), timedelta(hours=1))
    client.cookies.set("tintinh_session", token)
    return client


def give_rights(db: Database, rights: Rights) -> None:
    """Change what the paper lets out."""
    with db.write() as conn:
        sources.add(conn, replace(PAPER, rights=rights))


def texts(page: httpx.Response, path: str) -> list[str]:
    """Return the texts of the elements that an XPath finds, hidden words included."""
    hits = html.fromstring(page.text).xpath(path)
    assert isinstance(hits, list)
    return [" ".join("".join(map(str, hit.itertext())).split()) for hit in hits]  # type: ignore[union-attr]


def test_a_corrected_entry_shows_what_changed(client: httpx.Client, db: Database, told: str) -> None:
    """Both versions with their times, names and changes, readable without colours."""
    give_rights(db, Rights.FULL)
    page = client.get(f"/entries/{told}")

    assert ["Bản 2 Đang dùng", "Bản 1"] == texts(page, "//section/h2[starts-with(@id, 'ban-')]")
    assert ["[thêm: Rạch Gốc]", "[thêm: 3,4]"] == texts(page, "//ins")
    assert ["[bỏ: 3,2]"] == texts(page, "//del")
    assert {"bai-1", "bai-2", URL} <= set(texts(page, "//*[@class='code' or @class='out']"))
    assert ["10:00:00, 20/11/2026", "09:00:00, 20/11/2026"] == texts(
        page, "//dt[.='Nguồn ghi giờ sửa']/following-sibling::dd"
    )
    assert ["Đã sửa: bản thứ 2 của cùng một bài"] == texts(
        page, "//*[@class='why'][starts-with(., 'Đã sửa')]"
    )


def test_an_english_reader_understands_what_stands_around_the_texts(client: httpx.Client, told: str) -> None:
    """The frame and the reasons are English; what a source wrote is marked as Vietnamese."""
    page = client.get(f"/entries/{told}", headers={"Cookie": "tintinh_language=en"})

    assert ["Version 2 In use", "Version 1"] == texts(page, "//section/h2[starts-with(@id, 'ban-')]")
    assert ["Khánh thành cầu Rạch Gốc"] == texts(page, "//h1[@lang='vi']")
    assert ["Edited: text 2 of one article"] == texts(page, "//*[@class='why'][1]")[:1]


def test_a_story_leads_to_the_versions(client: httpx.Client, db: Database, told: str) -> None:
    """Who reads that a telling was corrected can see how; one that never was has no such link."""
    send(db, draft("khac", "Họp chợ", "Chợ nổi họp sớm hơn mọi năm vì nước lớn.", guid="khac"))
    settled(db)
    with db.read() as conn:
        pages = [client.get(f"/tin/{story.story_id}") for story in stories.page(conn, None, 10)]

    links = [html.fromstring(page.text).xpath("//a[contains(@href, '/entries/')]/@href") for page in pages]
    assert [set(), {f"/entries/{told}"}] == sorted(map(set, links), key=len)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rights", "shown"),
    [
        (Rights.TITLE, {"title"}),
        (Rights.SUMMARY, {"title", "summary"}),
        (Rights.FULL, {"title", "summary", "content"}),
    ],
)
def test_a_stranger_sees_what_the_source_allows(
    client: httpx.Client, db: Database, told: str, rights: Rights, shown: set[str]
) -> None:
    """Neither texts nor changes go beyond the rights; that a hidden body changed may be known."""
    give_rights(db, rights)
    page, body = client.get(f"/entries/{told}"), client.get(f"/api/entries/{told}").json()
    newest, first = body["versions"]

    assert shown == {name for name in ("title", "summary", "content") if first[name]}
    assert ("content" in shown) == bool(newest["changes"]["content"]["rows"])
    assert ("content" not in shown) == newest["changes"]["unseen"]
    assert ("content" in shown) == ("3,4" in page.text) == ("3,2" in page.text)
    assert newest["changes"]["title"]["rows"]


_LONG = "Cầu mới nối hai bờ. " * 40  # more than a summary may be


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"summary": f"{_LONG}Hai xã."}, {"summary": f"{_LONG}Ba xã."}, (False, True)),
        ({"body": f"Hai xã.\n\n{_LONG}"}, {"body": f"Ba xã.\n\n{_LONG}"}, (True, False)),
        ({"body": f"Hai xã.\n\n{_LONG}Xong."}, {"body": f"Ba xã.\n\n{_LONG}Hết."}, (True, True)),
        ({"summary": "Hai\nxã."}, {"summary": "Hai xã."}, (False, False)),
    ],
)
def test_only_what_is_not_shown_is_called_unseen(
    old: dict[str, str], new: dict[str, str], expected: tuple[bool, bool]
) -> None:
    """Of a long summary that is its end, of a text without a summary what follows on its beginning."""
    versions = [
        Version(rank, draft("a", "Cầu", **{"body": "", **told}), False, NOW, NOW, NOW, 1, None)
        for rank, told in enumerate((old, new), 1)
    ]
    changes = steps(versions, Rights.SUMMARY)[0].changes

    assert changes is not None
    assert expected == (bool(changes.summary.rows), changes.unseen)


@pytest.mark.parametrize(("role", "sees"), [(Role.READER, False), (Role.EDITOR, True), (Role.OPS, True)])
def test_an_editor_sees_all_of_it(serve: Serve, db: Database, told: str, role: Role, sees: bool) -> None:  # noqa: FBT001
    """Whoever answers for the text may read it; no cache keeps that page."""
    give_rights(db, Rights.TITLE)
    client = signed(serve, db, role)
    page, body = client.get(f"/entries/{told}"), client.get(f"/api/entries/{told}")

    assert sees == ("3,4" in page.text) == ("3,4" in body.text)
    assert (
        sees == ("no-store" in page.headers["cache-control"]) == ("no-store" in body.headers["cache-control"])
    )


def test_what_was_taken_back_is_for_editors(
    serve: Serve, client: httpx.Client, db: Database, told: str
) -> None:
    """A withdrawn entry is gone for strangers, old versions included."""
    tell(db, 9, "", "", act=Act.WITHDRAW)
    editor = signed(serve, db, Role.EDITOR)
    gone = [client.get(f"/entries/{told}"), client.get(f"/api/entries/{told}")]

    assert [410, 410] == [answer.status_code for answer in gone]
    assert not [answer for answer in gone if "Rạch Gốc" in answer.text]
    assert "Bài đã được gỡ" in editor.get(f"/entries/{told}").text
    assert editor.get(f"/api/entries/{told}").json()["withdrawn"]


def test_many_versions_come_in_pages(client: httpx.Client, db: Database) -> None:
    """Each version stands on one page, beside what it changed from the one before."""
    for number in range(12):
        tell(db, number, f"Khánh thành cầu, bản tin {number}", FIRST)
    entry_id = the_entry(db)
    pages = [client.get(f"/api/entries/{entry_id}", params={"page": page}).json() for page in (1, 2, 3)]
    told = [version for page in pages for version in page["versions"]]
    second = client.get(f"/entries/{entry_id}?page=2")

    assert list(range(12, 0, -1)) == [version["version"] for version in told]
    assert [True] * 11 + [False] == [version["changes"] is not None for version in told]
    assert [(12, 3)] * 3 == [(page["total"], page["pages"]) for page in pages]
    assert [404, 422, 422] == [
        client.get(f"/api/entries/{entry_id}", params={"page": page}).status_code for page in (4, 0, 10**9)
    ]
    assert [f"/entries/{entry_id}", f"/entries/{entry_id}?page=3"] == html.fromstring(second.text).xpath(
        "//nav[@class='pages']/a/@href"
    )


def test_every_name_stays_visible(client: httpx.Client, told: str) -> None:
    """Ids and addresses of all versions are listed, each once."""
    names = client.get(f"/api/entries/{told}").json()["names"]

    assert [
        {"kind": "guid", "value": "bai"},
        {"kind": "id", "value": "bai-1"},
        {"kind": "id", "value": "bai-2"},
        {"kind": "url", "value": URL},
    ] == names


def test_unknown_entries_are_not_found(client: httpx.Client, db: Database) -> None:
    """No such id, or one of which only the withdrawal is known."""
    send(db, draft("x", "", "", act=Act.WITHDRAW))
    settled(db)

    assert [404, 404] == [client.get(f"{where}/entries/e0").status_code for where in ("", "/api")]


def test_nothing_of_a_source_becomes_markup(client: httpx.Client, db: Database) -> None:
    """Texts, ids and addresses stay text in a comparison too."""
    evil = "<script>alert(1)</script>"
    give_rights(db, Rights.FULL)
    for number in (1, 2):
        tell(db, number, f"Tin {evil} {number}", f"{evil} {number}", url="javascript:alert(1)")
    page = client.get(f"/entries/{the_entry(db)}").text

    assert ("<script>alert" in page, 'href="javascript' in page) == (False, False)


def test_the_page_can_be_read_aloud(client: httpx.Client, told: str) -> None:
    """One language, one first headline, labelled sections, no double ids; search engines keep away."""
    page = client.get(f"/entries/{told}")
    tree = html.fromstring(page.text)
    ids = tree.xpath("//@id")

    assert (["vi"], 1) == (tree.xpath("/html/@lang"), len(texts(page, "//h1")))
    assert isinstance(ids, list)
    assert len(ids) == len(set(map(str, ids)))
    assert ["noindex"] == tree.xpath("//meta[@name='robots']/@content")
