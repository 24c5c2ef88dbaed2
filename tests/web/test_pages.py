"""The pages and the JSON of stories and searches, spoken to over a socket."""

import re
from datetime import UTC, datetime

import httpx
import pytest
from lxml import html

from pipeline.model import (
    DocumentMention,
    EntryKind,
    Officeholder,
    Role,
    Source,
    SourceId,
    Story,
    StoryId,
    StoryState,
)
from pipeline.store import Database, stories, words
from tests.store.tellings import draft, send, settled
from tests.web.conftest import Serve
from web.view import STATIC

BODY = "Sáng nay cầu Rạch Vong nối hai bờ sông Hàm Luông được thông xe sau hai mươi sáu tháng thi công."
OTHER = "Trạm y tế xã Tân Phú khám miễn phí cho ba trăm người cao tuổi trong hai ngày cuối tuần này."
GAZETTE = Source(SourceId("cong-mau"), "Cổng Mẫu", "vinh-long", "ben-tre", ("congmau.example",))


@pytest.fixture
def told(db: Database) -> dict[str, StoryId]:
    """Two stories by the beginning of their titles: one of two sources, one of one."""
    send(db, draft("1", "Thông xe cầu Rạch Vong", BODY, url="https://baomau.example/1", topics=("kinh-te",)))
    again = draft(
        "b#3",
        "Cầu Rạch Vong thông xe",
        BODY,
        kind=EntryKind.BULLETIN_ITEM,
        guid="",
        bulletin_id="b",
        bulletin_number=3,
        documents=(
            DocumentMention("12/QĐ-UBND", Role.ISSUES, "UBND tỉnh Bến Tre", "2026-11-19"),
            DocumentMention("73/2023/NĐ-CP", Role.CITES, "Chính phủ", "2023"),
        ),
        people=(
            Officeholder("Lê Văn Mẫu", "Bí thư Huyện ủy", "huyện Giồng Trôm"),
            Officeholder("Lê Văn Mẫu", "Chủ tịch HĐND huyện", "huyện Giồng Trôm"),
        ),
    )
    send(db, again, source=GAZETTE)
    send(db, draft("2", "Khám miễn phí ở Tân Phú", OTHER, url="javascript:alert(1)", topics=("y-te",)))
    settled(db)
    return {story.face.title[:4]: story.story_id for story in living(db)}


def found_in(page: httpx.Response, path: str) -> list[str]:
    """Return the values or whole texts that an XPath finds in a page."""
    hits = html.fromstring(page.text).xpath(path)
    assert isinstance(hits, list)
    return [hit if isinstance(hit, str) else "".join(map(str, hit.itertext())) for hit in hits]  # type: ignore[union-attr]


def living(db: Database) -> list[Story]:
    """Return all live stories."""
    with db.read() as conn:
        return stories.page(conn, None, 100)


def titles(page: httpx.Response) -> list[str]:
    """Return the headlines that a page of results lists."""
    return found_in(page, '//*[@class="card"]/h2/a')


def test_a_search_finds_and_marks(searching: httpx.Client) -> None:
    """The page shows the story once, marks the words, and names who tells it."""
    page = searching.get("/search", params={"q": "cầu rạch vong"})

    assert (200, ["Thông xe cầu Rạch Vong"]) == (page.status_code, titles(page))
    assert {"cầu", "Rạch", "Vong"} <= set(" ".join(found_in(page, "//mark")).split())
    assert "2 nguồn cùng đưa" in page.text
    assert "Trong Bản tin" in page.text


def test_the_json_has_the_form_that_was_promised(searching: httpx.Client, told: dict[str, StoryId]) -> None:
    """Hits in rank order, the exact total, facets and the time it took."""
    found = searching.get("/api/search", params={"q": "rạch vong"}).json()
    (hit,) = found["hits"]

    counted = {"total", "facets", "months", "days", "took_ms"}
    of_answer = {
        "hits",
        "cursor",
        "relaxed",
        "respelled",
        "documents",
        "down",
        "unapplied",
        "incomplete",
        *counted,
    }

    assert of_answer == set(found)
    assert (1, told["Thôn"]) == (found["total"], hit["story_id"])
    assert {"province", "area", "topics", "published", "url", "title", "snippet", "entries"} < set(hit)
    assert ["bao-mau", "cong-mau"] == [entry["source"] for entry in hit["entries"]]
    assert {"external_id": "b", "number": 3} == hit["entries"][1]["bulletin"]


def test_a_document_stands_above_the_hits(searching: httpx.Client) -> None:
    """The page and the JSON name the document, and the hits are there as ever."""
    asked = {"q": "qđ 12 ubnd bến tre"}
    page, found = searching.get("/search", params=asked), searching.get("/api/search", params=asked).json()
    address = "/van-ban/ubnd-ben-tre/2026/12-qd-ubnd"

    assert [address] == found_in(page, '//*[@class="papers"]//h3/a/@href')
    assert [address] == [one["page"] for one in found["documents"]]
    assert not found["down"]
    assert titles(page) == [hit["title"] for hit in found["hits"]]
    assert 200 == searching.get(address).status_code


def test_an_empty_question_lists_the_newest(searching: httpx.Client) -> None:
    """The first page, the search page and the JSON agree."""
    listed = [hit["title"] for hit in searching.get("/api/search").json()["hits"]]

    assert 2 == len(listed)
    assert listed == titles(searching.get("/")) == titles(searching.get("/search"))


def test_filters_are_links_that_can_be_taken_off(searching: httpx.Client) -> None:
    """A filter narrows, is named above the results, and goes by one link."""
    page = searching.get("/search", params={"topic": "y-te", "q": "xã"})
    chips = found_in(page, '//*[@class="chips"]//a/@href')

    assert ["Khám miễn phí ở Tân Phú"] == titles(page)
    assert ["/tim-kiem?q=x%C3%A3"] == chips


def test_a_channel_that_fits_is_offered(searching: httpx.Client) -> None:
    """Who filters by province and topic is offered exactly that feed, in the head too."""
    page = searching.get("/search?province=vinh-long&topic=kinh-te")
    offered = found_in(page, '//link[@rel="alternate"]/@href')

    assert "/feeds/province/vinh-long/topic/kinh-te.atom" in offered
    assert "/feeds/all.rss" in offered


def test_what_is_wrong_in_an_address_is_told_and_left_out(searching: httpx.Client) -> None:
    """The page forgives where the JSON refuses."""
    wrong = {"q": "xã", "province": "hà tây", "from": "hôm qua", "to": "9999-12-31", "page": "0", "utm": "x"}
    page = searching.get("/search", params=wrong)
    refused = searching.get("/api/search", params={"province": "ha-tay"})

    assert (200, ["Khám miễn phí ở Tân Phú"]) == (page.status_code, titles(page))
    assert "hà tây" in page.text
    assert (422, "bad_input", "province") == (
        refused.status_code,
        refused.json()["code"],
        refused.json()["field"],
    )


def test_no_question_breaks_the_page(searching: httpx.Client) -> None:
    """Quotes, operators, endless words and control characters are only words."""
    asked = ('"', "\\", '" OR topic EXISTS', "-xã", "x" * 5_000, "\x00", "�", "😀", "<b>")
    pages = {q: searching.get("/search", params={"q": q}) for q in asked}

    assert dict.fromkeys(asked, 200) == {q: page.status_code for q, page in pages.items()}
    assert "<b>" not in pages["<b>"].text


def test_a_withdrawn_story_is_gone_before_the_index_knows(
    searching: httpx.Client, db: Database, told: dict[str, StoryId]
) -> None:
    """The index is a second late; nobody sees the story in that second."""
    with db.write() as conn:
        words.withdraw(conn, told["Thôn"], "lan", datetime.now(UTC))
    settled(db)
    page, found = searching.get("/search?q=vong"), searching.get("/api/search?q=vong").json()
    gone = searching.get(f"/tin/{told['Thôn']}")

    assert ([], []) == (titles(page), found["hits"])
    assert (410, False) == (gone.status_code, "Rạch Vong" in gone.text)
    assert "withdrawn" == searching.get(f"/api/stories/{told['Thôn']}").json()["code"]


def test_without_an_index_the_newest_come_from_sql(client: httpx.Client, told: dict[str, StoryId]) -> None:
    """The page says what it could not do, and the status says so to machines."""
    first, asked = client.get("/?province=vinh-long"), client.get("/search?q=vong")

    assert len(told) == len(titles(first)) == len(titles(asked))
    assert (200, 503, "10") == (first.status_code, asked.status_code, asked.headers["retry-after"])
    assert "Máy tìm kiếm đang tạm nghỉ" in asked.text
    assert (503, "unavailable") == (
        client.get("/api/search?q=vong").status_code,
        client.get("/api/search?q=vong").json()["code"],
    )


def test_a_silent_index_does_not_hold_the_page(serve: Serve, told: dict[str, StoryId]) -> None:
    """An address where nobody answers is as good as none."""
    client = serve(meilisearch_url="http://127.0.0.1:9")

    assert len(told) == len(titles(client.get("/")))


def test_a_story_shows_its_tellings_and_why_they_are_one(
    client: httpx.Client, told: dict[str, StoryId]
) -> None:
    """Side by side, with the reason in plain Vietnamese and the documents."""
    page = client.get(f"/tin/{told['Thôn']}")
    reasons = found_in(page, '//*[@class="why"]')
    body = client.get(f"/api/stories/{told['Thôn']}").json()

    assert ["Tin mới", "Cùng một tin"] == [reason.partition(":")[0] for reason in reasons]
    assert ["12/QĐ-UBND", "73/2023/NĐ-CP"] == body["doc_numbers"]
    assert ["NEW", "JOINS"] == [entry["decision"]["verdict"] for entry in body["entries"]]


def test_a_story_shows_its_documents_and_office_holders(
    client: httpx.Client, told: dict[str, StoryId]
) -> None:
    """What was issued stands apart from what is cited; each person has all offices behind."""
    page = client.get(f"/tin/{told['Thôn']}")
    body = client.get(f"/api/stories/{told['Thôn']}").json()
    documents = [" ".join(one.split()) for one in found_in(page, '//*[@class="docs"]/li')]
    people = [" ".join(one.split()) for one in found_in(page, '//*[@class="people"]/li')]

    assert ["12/QĐ-UBND UBND tỉnh Bến Tre, 19/11/2026", "73/2023/NĐ-CP Chính phủ, năm 2023"] == documents
    assert ["Lê Văn Mẫu Bí thư Huyện ủy Giồng Trôm, Chủ tịch HĐND huyện Giồng Trôm"] == people
    assert [("12/QĐ-UBND", "issues"), ("73/2023/NĐ-CP", "cites")] == [
        (one["number"], one["role"]) for one in body["documents"]
    ]
    assert ["Bí thư Huyện ủy", "Chủ tịch HĐND huyện"] == [one["office"] for one in body["people"]]


def test_a_merged_story_sends_on(client: httpx.Client, db: Database, told: dict[str, StoryId]) -> None:
    """Page and JSON answer 308 with the survivor, the JSON names it in the body too."""
    with db.write() as conn:
        words.merge(conn, told["Thôn"], told["Khám"], "lan", datetime.now(UTC))
    settled(db)
    (survivor,) = (story.story_id for story in living(db))
    (merged,) = set(told.values()) - {survivor}
    page, body = client.get(f"/tin/{merged}"), client.get(f"/api/stories/{merged}")

    assert (308, f"/tin/{survivor}") == (page.status_code, page.headers["location"])
    assert (308, f"/api/stories/{survivor}") == (body.status_code, body.headers["location"])
    assert ("merged", survivor) == (body.json()["code"], body.json()["story_id"])
    with db.read() as conn:
        story = stories.get(conn, merged)
    assert story is not None
    assert story.state is StoryState.MERGED


def test_an_unknown_story_is_not_found(client: httpx.Client) -> None:
    """The page says it in Vietnamese, the JSON by its code."""
    assert (404, True) == ((page := client.get("/tin/sx")).status_code, "Không có trang này" in page.text)
    assert {"code": "not_found", "message": "there is no such story"} == client.get("/api/stories/sx").json()


def test_nothing_of_a_source_becomes_markup_or_a_foreign_link(client: httpx.Client, db: Database) -> None:
    """Titles, names and addresses are text, whatever is in them."""
    evil = "<script>alert(1)</script>"
    source = Source(SourceId("xau"), f"Báo {evil}")
    hostile = draft(
        "1", f"Tin {evil}", f"Nội dung {evil}", url="javascript:alert(1)", authors=(evil,), credit=evil
    )
    send(db, hostile, source=source)
    settled(db)
    (story,) = living(db)
    pages = [client.get("/").text, client.get(f"/tin/{story.story_id}").text]

    assert not [page for page in pages if "<script>alert" in page or "javascript:" in page]
    assert client.get(f"/api/stories/{story.story_id}").json()["url"] is None


@pytest.mark.usefixtures("told")
def test_every_answer_carries_the_security_headers(client: httpx.Client) -> None:
    """Pages, files, JSON, errors and redirects alike; pages need no inline script or style."""
    paths = (
        "/",
        "/feeds",
        "/sign-in",
        "/ops",
        "/nope",
        "/static/app.css",
        "/feeds/all.rss",
        "/api/stories/x",
    )
    answers = [client.get(path) for path in (*paths, "/healthz", "/openapi.json")]
    policies = {answer.headers["content-security-policy"] for answer in answers}

    assert 1 == len(policies)
    assert "unsafe" not in (policy := policies.pop())
    assert {"frame-ancestors 'none'", "default-src 'none'"} <= set(policy.split("; "))
    assert {"nosniff"} == {answer.headers["x-content-type-options"] for answer in answers}
    assert not [
        answer.url for answer in answers if re.search(r"<script>|<style|\son\w+=|\sstyle=", answer.text)
    ]


@pytest.mark.usefixtures("told")
def test_pages_can_be_used_with_keyboard_and_screen_reader(client: httpx.Client) -> None:
    """One language, one first headline, a way past the header, and a label for every control."""
    for path in ("/", "/search?q=xã&topic=y-te&mo=tay", "/feeds", "/sign-in", "/nope"):
        page = client.get(path)
        labelled = set(found_in(page, "//label/@for"))
        controls = '//*[self::select or self::textarea or self::input[not(@type="hidden")]]'
        ids = found_in(page, "//@id")

        assert (["vi"], 1) == (found_in(page, "/html/@lang"), len(found_in(page, "//h1"))), path
        assert "#noi-dung" == found_in(page, "//a/@href")[0]
        assert set(found_in(page, f"{controls}/@id")) <= labelled, path
        assert not found_in(page, f"{controls}[not(@id)]"), path
        assert len(ids) == len(set(ids)), path


def test_only_what_is_public_may_be_kept(client: httpx.Client) -> None:
    """A page may hold a session's token, so no cache keeps it; files with a version last for ever."""
    style = re.search(r'href="(/static/app.css\?v=\w+)"', client.get("/").text)
    assert style is not None
    kept = {path: client.get(path).headers["cache-control"] for path in ("/", "/feeds", "/api/stories/x")}

    assert {"private, no-cache"} == set(kept.values())
    assert "public, max-age=31536000, immutable" == client.get(style[1]).headers["cache-control"]


def test_styles_and_scripts_come_packed_and_of_their_version(client: httpx.Client) -> None:
    """A file is sent as small as its caller can read it; of another version's address nothing is kept."""
    forms = [client.get("/static/app.css", headers={"accept-encoding": one}) for one in ("br", "gzip", "")]
    again = client.get("/static/app.css", headers={"if-none-match": forms[0].headers["etag"]})
    unsure = client.get("/static/app.css?v=0123456789ab").headers["cache-control"]

    assert {(STATIC / "app.css").read_text()} == {one.text for one in forms}
    assert ["br", "gzip", None] == [one.headers.get("content-encoding") for one in forms]
    assert (304, "no-cache") == (again.status_code, unsure)
    assert 404 == client.get("/static/nope.css").status_code


def test_nobody_is_sent_to_a_host_that_the_caller_claims(client: httpx.Client) -> None:
    """No redirect is built from the Host header."""
    answers = [client.get(path, headers={"host": "evil.example"}) for path in ("/feeds/", "/search/", "/ops")]

    assert not [told for told in answers if "evil.example" in told.headers.get("location", "")]


def test_head_works_wherever_get_does(client: httpx.Client) -> None:
    """Monitors that only ask for headers get them."""
    assert [200] * 4 == [client.head(path).status_code for path in ("/", "/healthz", "/readyz", "/feeds")]
    assert 405 == client.head("/sign-out").status_code


def test_the_style_stays_small() -> None:
    """A phone on a slow line loads the style at once."""
    assert (STATIC / "app.css").stat().st_size < 30_000
    assert (STATIC / "app.js").stat().st_size < 3_000
