"""The page of a story: its address, its tellings, who was first, what changed, how it is cited."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import event
from sqlalchemy.engine import Engine

from pipeline.model import (
    Act,
    Basis,
    Decision,
    Draft,
    EntryId,
    EntryKind,
    Face,
    Image,
    Labels,
    Officeholder,
    Precision,
    Rights,
    Source,
    SourceId,
    Story,
    Telling,
    Verdict,
    When,
)
from pipeline.store import Database, accounts, sources, stories, words
from pipeline.store.accounts import Role
from tests.store.tellings import NOW, PAPER, draft, send, settled
from tests.web.conftest import Serve
from web import story_page
from web.beside import MOST_WHOLE, sides
from web.citation import Cited, Form, line, written

BRIDGE = (
    "Sáng nay cầu Rạch Vong nối hai bờ sông Hàm Luông được thông xe sau hai mươi sáu tháng thi công.\n\n"
    "Kinh phí 3,2 tỷ đồng do dân và doanh nghiệp cùng góp, phần còn lại lấy từ ngân sách xã.\n\n"
    "Cầu thay bến đò cũ mà học sinh ba xã vẫn qua mỗi ngày, kể cả mùa nước nổi."
)
RADIO = Source(SourceId("dai-mau"), "Đài Mẫu", "vinh-long", None, ("daimau.example",))
PORTAL = Source(SourceId("cong-mau"), "Cổng Mẫu", "vinh-long", "ben-tre", ("congmau.example",))
ONLY_SQLITE = pytest.mark.long_on_postgresql  # what is shown does not hang on the database


def at(hour: int, minute: int = 0, second: int = 0, basis: Basis = Basis.FEED) -> When:
    """Return a time of 20 November 2026 in Viet Nam."""
    local = datetime(2026, 11, 20, hour, minute, second, tzinfo=UTC) - timedelta(hours=7)
    return When(local, Precision.SECOND, basis)


def on_the_day(basis: Basis = Basis.BULLETIN) -> When:
    """Return 20 November 2026, without a time of day."""
    return When(datetime(2026, 11, 19, 17, tzinfo=UTC), Precision.DAY, basis)


def tell(db: Database, source: Source, one: Draft, seen: datetime = NOW) -> None:
    """Receive one telling."""
    send(db, one, source=source, at=seen)


def bridge(name: str, title: str = "Thông xe cầu Rạch Vong", **fields: Any) -> Draft:
    """Return a telling of the bridge."""
    return draft(name, title, fields.pop("body", BRIDGE), url=f"https://{name}.example/1", **fields)


def only(db: Database) -> Story:
    """Link what waits and return the one living story."""
    settled(db)
    with db.read() as conn:
        (story,) = stories.page(conn, None, 10)
    return story


def found(page: httpx.Response, path: str) -> list[str]:
    """Return the values, or the whole texts, that an XPath finds."""
    hits = html.fromstring(page.text).xpath(path)
    assert isinstance(hits, list)
    texts = (hit if isinstance(hit, str) else "".join(map(str, hit.itertext())) for hit in hits)  # type: ignore[union-attr]
    return [" ".join(text.split()) for text in texts]


def meta(page: httpx.Response) -> dict[str, str]:
    """Return what the head says to machines."""
    elements = html.fromstring(page.text).xpath("//meta[@content][@name or @property]")
    assert isinstance(elements, list)
    return {str(one.get("property") or one.get("name")): str(one.get("content")) for one in elements}  # type: ignore[union-attr]


def data(page: httpx.Response) -> dict[str, Any]:
    """Return the linked data."""
    (text,) = found(page, '//script[@type="application/ld+json"]')
    read: dict[str, Any] = json.loads(text)
    return read


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that any database is asked."""
    said: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@ONLY_SQLITE
def test_the_older_address_leads_to_the_page(client: httpx.Client, db: Database) -> None:
    """Feeds and mirrors hold it; what is asked for beside goes along."""
    tell(db, PAPER, bridge("a"))
    story = only(db).story_id
    answer = client.get(f"/stories/{story}?utm=x")

    assert (308, f"/tin/{story}?utm=x") == (answer.status_code, answer.headers["location"])
    assert [404, 404] == [client.get(f"/{where}/sx").status_code for where in ("stories", "tin")]


def test_a_merged_story_leads_on_and_a_withdrawn_one_is_gone(client: httpx.Client, db: Database) -> None:
    """Both addresses do, and the page that is gone has no word of it."""
    tell(db, PAPER, bridge("a"))
    tell(db, PAPER, draft("b", "Khám miễn phí ở Tân Phú", "Trạm y tế xã khám cho ba trăm cụ."))
    settled(db)
    with db.write() as conn:
        one, other = both = [told.story_id for told in stories.page(conn, None, 9)]
        words.merge(conn, one, other, "lan", NOW)
    survivor = only(db).story_id
    (merged,) = set(both) - {survivor}
    led = [client.get(f"/{where}/{merged}") for where in ("stories", "tin")]
    with db.write() as conn:
        words.withdraw(conn, survivor, "lan", NOW)
    settled(db)
    gone = client.get(f"/tin/{survivor}")

    assert [(308, f"/tin/{survivor}")] * 2 == [(one.status_code, one.headers["location"]) for one in led]
    assert (410, ["Tin đã được gỡ"]) == (gone.status_code, found(gone, "//h1"))
    assert ["noindex"] == found(gone, '//meta[@name="robots"]/@content')
    assert not [word for word in ("Rạch Vong", "Tân Phú") if word in gone.text]
    assert 410 == client.get(f"/stories/{merged}", follow_redirects=True).status_code


@ONLY_SQLITE
def test_who_is_not_signed_in_is_answered_conditionally(serve: Serve, db: Database) -> None:
    """A page that did not change is not sent again; one with a form's token is kept by nobody."""
    tell(db, PAPER, bridge("a"))
    client, path = serve(), f"/tin/{only(db).story_id}"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    with db.write() as conn:
        token = accounts.open_session(conn, "lan", Role.EDITOR, datetime.now(UTC), timedelta(hours=1))
    client.cookies.set("tintinh_session", token)
    signed = client.get(path)

    assert (200, 304, b"") == (first.status_code, again.status_code, again.content)
    assert ("no-store", None) == (signed.headers["cache-control"], signed.headers.get("etag"))
    assert f"{path}/ho-so.zip" in signed.text
    assert "ho-so.zip" not in first.text


@ONLY_SQLITE
def test_link_previews_are_told_what_is_true(client: httpx.Client, db: Database) -> None:
    """Whose page holds all there is, the date as far as it is known, a picture only with full rights."""
    picture = Image("https://a.example/cau.jpg", "Xe đầu tiên qua cầu")
    mine = bridge("a", summary="Cầu dài 90 mét.", published=on_the_day(Basis.FEED), image=picture)
    tell(db, PAPER, mine)
    alone = client.get(f"/tin/{only(db).story_id}")
    with db.write() as conn:
        sources.add(conn, replace(PAPER, rights=Rights.FULL))
    tell(db, RADIO, bridge("b", published=at(9)))
    story = only(db)
    several = client.get(f"/tin/{story.story_id}")
    said = meta(alone)

    assert ["https://a.example/1"] == found(alone, '//link[@rel="canonical"]/@href')
    assert [said["og:url"]] == found(several, '//link[@rel="canonical"]/@href')
    assert said["og:url"].endswith(f"/tin/{story.story_id}")
    assert ("article", "Tin Tỉnh", "vi_VN") == (said["og:type"], said["og:site_name"], said["og:locale"])
    assert ("Thông xe cầu Rạch Vong", "Cầu dài 90 mét.") == (said["og:title"], said["og:description"])
    assert ("2026-11-20", "summary") == (said["article:published_time"], said["twitter:card"])
    assert "og:image" not in said
    assert (picture.url, "summary_large_image") == (
        meta(several)["og:image"],
        meta(several)["twitter:card"],
    )
    assert ("NewsArticle", "Báo Mẫu", "2026-11-20") == (
        data(alone)["mainEntity"]["@type"],
        data(alone)["mainEntity"]["publisher"]["name"],
        data(alone)["mainEntity"]["datePublished"],
    )


@ONLY_SQLITE
def test_a_date_that_the_source_did_not_write_is_told_to_no_machine(
    client: httpx.Client, db: Database
) -> None:
    """The day on which we received it is not when it was published."""
    tell(db, PAPER, bridge("a", published=at(8, basis=Basis.RECEIVED)))
    page = client.get(f"/tin/{only(db).story_id}")

    assert "article:published_time" not in meta(page)
    assert "datePublished" not in data(page)["mainEntity"]


@ONLY_SQLITE
def test_rights_of_the_title_hold_everywhere(client: httpx.Client, db: Database) -> None:
    """No summary and no text on the page, in previews, in linked data, in versions or in references."""
    with db.write() as conn:
        sources.add(conn, replace(PAPER, rights=Rights.TITLE))
    first = bridge("a", summary="Tóm tắt kín.", updated=datetime(2026, 11, 20, 2, tzinfo=UTC))
    tell(db, PAPER, first)
    tell(
        db, PAPER, replace(first, summary="Tóm tắt kín, sửa.", updated=datetime(2026, 11, 20, 3, tzinfo=UTC))
    )
    path = f"/tin/{only(db).story_id}"
    page = client.get(path)
    answers = [page, *(client.get(f"{path}/trich-dan.{form}") for form in Form)]

    assert not [one.url for one in answers if "kín" in one.text or "Hàm Luông" in one.text]
    assert "Thông xe cầu Rạch Vong" == meta(page)["og:description"]
    assert ["Có thay đổi ở phần mà quyền của nguồn không cho hiện ở đây."] == found(
        page, '//*[@class="unshown muted"]'
    )


def test_corrections_are_shown_within_rights(client: httpx.Client, db: Database) -> None:
    """Under the default rights a changed title is told, a changed body is not."""
    first = bridge("a", summary="Cầu dài 90 mét.", updated=datetime(2026, 11, 20, 2, tzinfo=UTC))
    tell(db, PAPER, first)
    later = replace(first, title="Thông xe cầu Rạch Gốc", body=BRIDGE.replace("3,2", "3,4"))
    tell(
        db,
        PAPER,
        replace(later, updated=datetime(2026, 11, 20, 3, tzinfo=UTC)),
        NOW + timedelta(seconds=42),
    )
    page = client.get(f"/tin/{only(db).story_id}")

    assert (["[thêm: Gốc]"], ["[bỏ: Vong]"]) == (found(page, "//ins"), found(page, "//del"))
    assert "3,4" not in page.text
    assert "12:00:42, 20/11/2026" in found(page, '//*[@class="steps"]//time')


@ONLY_SQLITE
def test_what_differs_from_the_lead_is_marked(client: httpx.Client, db: Database) -> None:
    """Where both may be shown whole; an editor has joined what the rules keep apart."""
    for source, name, text in ((PAPER, "a", BRIDGE), (RADIO, "b", BRIDGE.replace("3,2 tỷ", "3,4 tỷ"))):
        with db.write() as conn:
            sources.add(conn, replace(source, rights=Rights.FULL))
        tell(db, source, bridge(name, body=text))
    settled(db)
    with db.write() as conn:
        one, other = (told.story_id for told in stories.page(conn, None, 9))
        words.merge(conn, one, other, "lan", NOW)
    story = only(db)
    page, lead = client.get(f"/tin/{story.story_id}"), story.face.tellings[0].source_id

    assert found(page, "//h1/following-sibling::div")[0].count("3,2" if lead == "bao-mau" else "3,4")
    assert ["3,4" if lead == "bao-mau" else "3,2"] == found(
        page, '//*[contains(@class, "differing")]//mark[@class="differs"]'
    )
    assert ["Biên tập viên: cùng một tin (12:00:00, 20/11/2026)"] == found(page, '//*[@class="said"]/li')
    assert "lan" not in page.text.split("<h1")[1].split()


def test_the_first_by_the_sources_own_times(client: httpx.Client, db: Database) -> None:
    """Beside it the second in which each was seen here, and who was seen before that hour."""
    tell(db, PAPER, bridge("a", published=at(8, 5)), NOW + timedelta(seconds=7))
    tell(db, RADIO, bridge("b", published=at(8, 5, 59)), datetime(2026, 11, 20, 0, 59, 1, tzinfo=UTC))
    tell(db, PORTAL, bridge("c", published=at(7, basis=Basis.RECEIVED)))
    story = only(db)
    overlapping = client.get(f"/tin/{story.story_id}")
    tell(
        db,
        RADIO,
        bridge("b", published=at(9), body=f"{BRIDGE} Hết.", updated=datetime(2026, 11, 20, 3, tzinfo=UTC)),
    )
    settled(db)
    page, body = client.get(f"/tin/{story.story_id}"), client.get(f"/api/stories/{story.story_id}").json()
    by_source = {one["source"]: one for one in body["entries"]}

    assert "không xác định được" in found(overlapping, '//*[@class="answer"]')[0]
    assert (
        "Báo Mẫu, 08:05, 20/11/2026 (ngày trong kênh RSS của nguồn; chính xác đến phút)"
        == (found(page, '//*[@class="answer"]')[0])
    )
    assert "Nhưng Tin Tỉnh đã thấy tin này trước giờ đó ở: Đài Mẫu." in found(page, "//section[1]/p")
    assert (by_source["bao-mau"]["entry_id"], "earliest", [by_source["cong-mau"]["entry_id"]]) == (
        body["first"]["entry_id"],
        body["first"]["why"],
        body["first"]["undated"],
    )
    assert ("2026-11-20T05:00:07Z", "minute") == (
        by_source["bao-mau"]["seen_at"],
        by_source["bao-mau"]["published_precision"],
    )
    assert by_source["cong-mau"]["published_precision"] is None
    assert body["page"] == meta(page)["og:url"]


@ONLY_SQLITE
def test_an_hour_that_was_changed_afterwards_is_told(client: httpx.Client, db: Database) -> None:
    """What was here before the hour that its source writes was not published then."""
    tell(db, PAPER, bridge("a", published=at(9)), datetime(2026, 11, 20, 1, tzinfo=UTC))
    alone = client.get(f"/tin/{only(db).story_id}")
    tell(db, RADIO, bridge("b", published=at(10)))
    several = client.get(f"/tin/{only(db).story_id}")

    assert "Tin Tỉnh đã thấy bài này trước giờ mà nguồn ghi." in found(alone, "//section[1]/p")
    assert "Nhưng Tin Tỉnh đã thấy tin này trước giờ đó ở: Báo Mẫu." in found(several, "//section[1]/p")


@ONLY_SQLITE
def test_a_source_can_be_first_with_either_of_two(client: httpx.Client, db: Database) -> None:
    """A bulletin of the day and an article of its eighth hour are not ordered; the other source is later."""
    item: dict[str, Any] = {"kind": EntryKind.BULLETIN_ITEM, "bulletin_id": "ban-tin-1", "bulletin_number": 4}
    tell(db, PAPER, bridge("a", published=at(8, 5)))
    tell(db, PAPER, bridge("c", published=on_the_day(), **item))
    tell(db, RADIO, bridge("b", published=replace(at(9), at=at(9).at + timedelta(days=1))))
    story = only(db)
    page, body = (client.get(f"{where}/{story.story_id}") for where in ("/tin", "/api/stories"))
    first = body.json()["first"]

    assert (None, "overlap", 2) == (first["entry_id"], first["why"], len(first["candidates"]))
    answer = found(page, '//*[@class="answer"]')[0]
    assert answer.startswith("Báo Mẫu; bài nào của nguồn này trước thì không xác định được: ")


@ONLY_SQLITE
def test_twenty_copies_do_not_drown_the_page(client: httpx.Client, db: Database) -> None:
    """One column holds them, the page stays small, and no statement is asked once for each."""
    tell(db, PAPER, bridge("a"))
    few = only(db)
    with counted() as of_few, db.read() as conn:
        story_page.read(conn, few, "https://x.example", is_editor=False)
    for number in range(19):
        source = Source(SourceId(f"bao-{number}"), f"Báo Số {number}", None, None, (f"b{number}.example",))
        tell(db, source, bridge(f"b{number}", published=at(9, number), credit="TTXVN"))
    story = only(db)
    with counted() as of_many, db.read() as conn:
        story_page.read(conn, story, "https://x.example", is_editor=False)
    page = client.get(f"/tin/{story.story_id}", headers={"Accept-Encoding": "identity"})

    assert (20, 1, 19) == (
        len(story.face.tellings),
        len(found(page, '//article[@class="telling"]')),
        len(found(page, '//*[@class="copies"]//li')),
    )
    assert len(page.content) < 100_000
    assert len(of_few) == len(of_many) <= 12


@ONLY_SQLITE
def test_places_topics_and_people_lead_on(client: httpx.Client, db: Database) -> None:
    """To their channels, and to a search narrowed by the person or the office."""
    people = (Officeholder("Lê Văn Mẫu", "Bí thư Huyện ủy", "huyện Giồng Trôm"),)
    tell(db, PAPER, bridge("a", people=people, topics=("y-te",)))
    page = client.get(f"/tin/{only(db).story_id}")
    hrefs = found(page, "//main//a/@href")

    assert {"/tinh/vinh-long", "/dia-ban/ben-tre", "/chu-de/y-te", "/feeds/area/ben-tre.rss"} <= set(hrefs)
    assert "/tim-kiem?person=L%C3%AA+V%C4%83n+M%E1%BA%ABu" in hrefs
    assert 1 == len([one for one in hrefs if one.startswith("/tim-kiem?office=B%C3%AD+th%C6%B0")])


@ONLY_SQLITE
def test_nothing_of_a_source_ends_the_linked_data(client: httpx.Client, db: Database) -> None:
    """A title that would close the element stays a title; so does one in the references."""
    evil = 'Cầu </script><script>alert(1)</script> "{\\}" & 100%'
    tell(db, PAPER, bridge("a", title=evil, authors=("<b>\nTY  - BOOK",)))
    path = f"/tin/{only(db).story_id}"
    page, ris = client.get(path), client.get(f"{path}/trich-dan.ris").text

    assert "<script>alert" not in page.text
    assert evil == data(page)["mainEntity"]["headline"]
    assert 1 == len(re.findall(r"^TY  - ", ris, re.MULTILINE))


@ONLY_SQLITE
def test_references_are_files(client: httpx.Client, db: Database) -> None:
    """One record for each telling, with a name to save it by."""
    tell(db, PAPER, bridge("a", authors=("Trần Thị Bút",), published=at(8, 5)))
    tell(db, RADIO, bridge("b", published=at(9)))
    story = only(db).story_id
    bib, ris = (client.get(f"/tin/{story}/trich-dan.{form}") for form in Form)

    assert [200, 200, 422] == [
        bib.status_code,
        ris.status_code,
        client.get(f"/tin/{story}/trich-dan.pdf").status_code,
    ]
    assert [2, 2] == [bib.text.count("@online{"), ris.text.count("ER  - ")]
    assert f'filename="{story}.bib"' in bib.headers["content-disposition"]
    assert "date = {2026-11-20T08:05:00+07:00}" in bib.text
    assert "DA  - 2026/11/20/08:05\r\n" in ris.text


@ONLY_SQLITE
def test_a_corrected_telling_is_cited_by_when_that_version_came(client: httpx.Client, db: Database) -> None:
    """New words were not there at the first receipt; saying the old ones again changes nothing."""
    first = bridge("a", title="Thông xe cầu 2,5 km", published=at(8, 5))
    corrected = replace(first, title="Thông xe cầu 2,6 km", updated=NOW)
    for told, seconds in ((first, 0), (corrected, 281), (corrected, 400)):
        tell(db, PAPER, told, NOW + timedelta(seconds=seconds))
    path = f"/tin/{only(db).story_id}"
    [cited] = found(client.get(path), '//*[@id="dong-trich"]')
    bib, ris = (client.get(f"{path}/trich-dan.{form}").text for form in Form)
    seen = "Tin Tỉnh thấy bản này lúc 12:04:41 ngày 20/11/2026"

    assert [True] * 3 == ["2,6 km" in one and seen in one for one in (cited, bib, ris)]
    assert "Y2  - 2026/11/20/12:04:41\r\n" in ris


@ONLY_SQLITE
def test_similar_stories_do_not_hold_the_page(client: httpx.Client, db: Database) -> None:
    """They have an address of their own, which says so where the search engine is away."""
    tell(db, PAPER, bridge("a"))
    path = f"/tin/{only(db).story_id}"
    near = client.get(f"{path}/gan-giong")

    assert f"{path}/gan-giong" in found(client.get(path), "//a[@data-near]/@href")
    assert (503, True) == (near.status_code, "Máy tìm kiếm đang tạm nghỉ" in near.text)


@ONLY_SQLITE
def test_what_a_withdrawal_leaves_is_not_compared(client: httpx.Client, db: Database) -> None:
    """The story goes on with the other source's telling alone."""
    tell(db, PAPER, bridge("a", published=at(7)))
    tell(db, RADIO, bridge("b", published=at(9)))
    tell(db, PAPER, bridge("a", act=Act.WITHDRAW, updated=datetime(2026, 11, 20, 6, tzinfo=UTC)))
    story = only(db)
    body = client.get(f"/api/stories/{story.story_id}").json()

    assert (["dai-mau"], "alone") == ([one["source"] for one in body["entries"]], body["first"]["why"])


@ONLY_SQLITE
def test_how_it_is_decided_is_told(client: httpx.Client) -> None:
    """In both languages."""
    told = [client.get("/cach-gop-tin", headers={"Cookie": f"tintinh_language={of}"}) for of in ("vi", "en")]

    assert ["Tin Tỉnh gộp tin thế nào", "How Tin Tỉnh puts stories together"] == [
        found(page, "//h1")[0] for page in told
    ]


def telling(name: str, title: str, **fields: Any) -> Telling:
    """Return a telling as a face has it."""
    values: dict[str, Any] = {
        "entry_id": EntryId(name),
        "source_id": SourceId(name),
        "source_name": f"Báo {name}",
        "kind": EntryKind.ARTICLE,
        "external_id": name,
        "bulletin_id": "",
        "bulletin_number": 0,
        "title": title,
        "summary": "",
        "content": "",
        "url": "",
        "published": "2023-01-31",
        "published_basis": Basis.FEED,
        "updated": None,
        "authors": (),
        "credit": "",
        "version": 1,
        "decision": Decision(Verdict.NEW, 1.0, ""),
    }
    return Telling(**values | fields)


def of_tellings(base: Face, *told: Telling) -> Face:
    """Return a face with other tellings."""
    return replace(base, tellings=told, title=told[0].title, content=told[0].content)


@pytest.fixture(scope="module")
def face() -> Face:
    """A face to begin with."""
    one = telling("a", "Cầu")
    labels = Labels()
    return Face("", "", "", "", "2023", NOW, Basis.FEED, labels, (), (one,))


def test_copies_are_those_that_read_the_same(face: Face) -> None:
    """Marks and case make no other text, another number does; a shorter summary hides nothing."""
    told = (
        telling("a", "Thông xe cầu Rạch Vong", summary="Cầu dài 90 mét, rộng 9 mét."),
        telling("b", "THÔNG XE CẦU RẠCH VONG!", summary="Cầu dài 90 mét…"),
        telling("c", "Thông xe cầu Rạch Vong", summary="Cầu dài 80 mét."),
        telling("d", "Thông xe cầu Rạch Vong"),
    )
    made = [
        (side.told.entry_id, [one.entry_id for one in side.copies])
        for side in sides(of_tellings(face, *told))
    ]

    assert [("a", ["b", "d"]), ("c", [])] == made


def test_full_texts_together_are_bounded(face: Face) -> None:
    """Twenty long ones fit on a page; each says that there is more."""
    told = [
        telling(str(at), f"Tin {at}", content="\n\n".join(f"Đoạn {at} của bài {n}. " * 20 for n in range(10)))
        for at in range(20)
    ]
    made = sides(of_tellings(face, *told))
    shown = sum(
        len(piece.text) for side in made if side.marked for row in side.marked.paragraphs for piece in row
    )

    assert MOST_WHOLE // 2 < shown <= MOST_WHOLE
    assert [True] * 19 == [bool(side.marked and side.marked.left) for side in made[1:]]


@given(
    st.lists(
        st.tuples(st.text(max_size=20), st.text(max_size=40), st.text(max_size=60)), min_size=1, max_size=6
    )
)
def test_every_telling_stands_on_the_page_once(texts: list[tuple[str, str, str]]) -> None:
    """As a side or as a copy, the lead first."""
    told = [
        telling(str(at), title, summary=summary, content=content)
        for at, (title, summary, content) in enumerate(texts)
    ]
    labels = Labels()
    made = sides(Face("", "", "", "", "2023", NOW, Basis.FEED, labels, (), tuple(told)))
    shown = [one.entry_id for side in made for one in (side.told, *side.copies)]

    assert sorted(one.entry_id for one in told) == sorted(shown)
    assert told[0] == made[0].told


@pytest.mark.parametrize(
    ("published", "basis", "dated"),
    [
        ("2023-01-31T17:05:00+07:00", Basis.FEED, "17:05 ngày 31/01/2023"),
        ("2023-01-31T17:05:09+07:00", Basis.FEED, "17:05:09 ngày 31/01/2023"),
        ("2023-01-31", Basis.BULLETIN, "ngày 31/01/2023"),
        ("2023-01", Basis.PAGE, "tháng 1/2023"),
        ("2023", Basis.URL, "năm 2023"),
        ("2023-01-31", Basis.INFERRED, "không ghi ngày đăng (khoảng 31/01/2023, theo lời văn)"),
        ("2023-01-31T17:05:00+07:00", Basis.RECEIVED, "không ghi ngày đăng"),
    ],
)
def test_a_citation_is_as_precise_as_its_source(published: str, basis: Basis, dated: str) -> None:
    """Neither a time of day nor a day that the source did not write."""
    one = telling("a", "Cầu", authors=("Trần Thị Bút",), published=published, published_basis=basis)
    cited = Cited(
        one, "https://a.example/1", datetime(2023, 1, 31, 11, 0, 7, tzinfo=UTC), "https://x.example/tin/s1"
    )

    assert (
        f"Trần Thị Bút, “Cầu”, Báo a, {dated}, https://a.example/1. "
        "Tin Tỉnh thấy lúc 18:00:07 ngày 31/01/2023: https://x.example/tin/s1"
    ) == line(cited)


def test_an_item_is_cited_with_its_number() -> None:
    """Which bulletin it stands in, and whom it names as its origin."""
    item = telling("a", "Cầu", kind=EntryKind.BULLETIN_ITEM, bulletin_number=3, credit="TTXVN")

    assert "“Cầu”, mục 3, Bản tin, Báo a, ngày 31/01/2023, dẫn theo TTXVN. https://x.example" == line(
        Cited(item, "", None, "https://x.example")
    )


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=40))
def test_no_text_breaks_a_reference(title: str, author: str, url: str) -> None:
    """Braces are balanced, and each line of RIS begins with a tag."""
    one = Cited(telling("a", title, authors=(author,)), url, NOW, "https://x.example")
    bib, ris = written([one], Form.BIBTEX), written([one], Form.RIS)
    bare = re.sub(r"\\.", "", bib)

    assert bare.count("{") == bare.count("}")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", row) for row in ris.split("\r\n") if row)
