"""The search page without a script: what it offers, how its links combine, what it says when it cannot."""

import sqlite3
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import brotli
import httpx
import pytest
from lxml import html

from pipeline.config import Settings
from pipeline.gazetteer import areas
from pipeline.model import LOCAL_ZONE
from pipeline.store import Database
from search.cursor import Cursor
from search.question import read
from tests.engine_fixtures import Lent
from tests.store.tellings import draft, send, settled
from tests.web.conftest import Serve
from tests.web.serving import indexed, serving
from tests.web.town import Town, raised
from web.app import create_app

ENGLISH = {"Cookie": "tintinh_language=en"}


@pytest.fixture(scope="module")
def reader(town: Town) -> Iterator[httpx.Client]:
    """Somebody who reads Vietnamese and follows no redirect."""
    with httpx.Client(base_url=town.address, trust_env=False, timeout=30) as client:
        yield client


def found(page: httpx.Response, path: str) -> list[str]:
    """Return the values, or the texts without line breaks, that an XPath finds."""
    hits = html.fromstring(page.text).xpath(path)
    assert isinstance(hits, list)
    return [" ".join((hit if isinstance(hit, str) else hit.text_content()).split()) for hit in hits]  # type: ignore[union-attr]


def sent(reader: httpx.Client, address: str, coding: str = "br") -> tuple[httpx.Headers, list[bytes]]:
    """Return an answer's headers and the pieces of its body as they come."""
    with reader.stream("GET", address, headers={"Accept-Encoding": coding}) as answer:
        return answer.headers, list(answer.iter_raw())


def unpacked(coding: str, piece: bytes) -> str:
    """Return the text of the beginning of a body."""
    match coding:
        case "br":
            return bytes(brotli.Decompressor().process(piece)).decode()
        case "gzip":
            return zlib.decompressobj(31).decompress(piece).decode()
        case _:
            return piece.decode()


def asked_by(address: str) -> dict[str, str]:
    """Return the parameters of a link."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def link(page: httpx.Response, words: str) -> dict[str, str]:
    """Return what the first link that holds some words asks for."""
    return asked_by(found(page, f'//a[contains(., "{words}")]/@href')[0])


def test_the_page_has_three_addresses(reader: httpx.Client) -> None:
    """/tim-kiem is the one that its links lead to, /search stays, / is the front page."""
    pages = [reader.get(path) for path in ("/", "/tim-kiem", "/search")]

    assert [200] * 3 == [page.status_code for page in pages]
    assert 1 == len({page.text for page in pages})
    assert {"/tim-kiem"} == set(found(pages[2], '//form[@id="find"]/@action'))


def test_a_day_of_the_question_is_offered_first(reader: httpx.Client) -> None:
    """One tap asks the other words of that month; a second one drops the month again."""
    page = reader.get("/tim-kiem", params={"q": "cầu rạch vong tháng 11/2026"})
    offered = found(page, '//ul[@class="chips when"]//a')
    to = asked_by(found(page, '//a[@class="mine"]/@href')[0])
    narrowed = reader.get("/tim-kiem", params=to)

    assert offered[0] in {"Tháng 11/2026", "Tháng này"}
    assert {"Hôm nay", "Hôm qua", "Tuần này"} <= set(offered)
    assert {"q": "cầu rạch vong", "from": "2026-11-01", "to": "2026-11-30"} == to
    assert ["Thông xe cầu Rạch Vong"] == found(narrowed, '//*[@class="card"]/h2/a')
    assert {"q": "cầu rạch vong"} == link(narrowed, "Ngày đăng:")
    assert "cầu rạch vong" == link(page, "Hôm qua")["q"]


def test_today_is_a_day_in_viet_nam(reader: httpx.Client) -> None:
    """From midnight in Viet Nam on, whatever the server's clock says."""
    today = datetime.now(UTC).astimezone(LOCAL_ZONE).date().isoformat()
    to = link(reader.get("/tim-kiem", params={"q": "xã"}), "Hôm nay")

    assert {"q": "xã", "from": today, "to": today} == to


def test_facets_combine_and_can_be_taken_back(reader: httpx.Client) -> None:
    """Two topics mean either; each is counted as if none was chosen, and has its way back."""
    page = reader.get("/tim-kiem", params={"topic": "y-te"})
    both = reader.get("/tim-kiem", params=link(page, "Kinh tế"))

    assert {"topic": "y-te,kinh-te"} == link(page, "Kinh tế")
    assert 2 == len(found(both, '//*[@class="card"]'))
    assert {"topic": "kinh-te"} == link(both, "Y tế ×")
    assert ["Y tế × – bỏ điều kiện này 1", "Kinh tế × – bỏ điều kiện này 1"] == found(
        both, '//section[@aria-labelledby="nhom-topic"]//a'
    )


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({"person": "le van mau"}, ["Thông xe cầu Rạch Vong"]),
        ({"office": "bí thư huyện ủy"}, ["Thông xe cầu Rạch Vong"]),
        ({"bulletin": "yes"}, ["Thông xe cầu Rạch Vong"]),
        ({"bulletin": "no"}, ["Khám miễn phí ở Tân Phú"]),
        ({"doc": "12/qđ-ubnd"}, ["Thông xe cầu Rạch Vong"]),
        ({"q": "xã", "source": "cong-mau"}, []),
        ({"office": "giám đốc sở văn hóa, thể thao"}, []),
    ],
)
def test_every_filter_can_be_asked_for_and_dropped(
    reader: httpx.Client, asked: dict[str, str], titles: list[str]
) -> None:
    """What is asked for stands above the hits, and goes by one link."""
    page = reader.get("/tim-kiem", params=asked)
    (name,) = asked.keys() - {"q"}
    chips = found(page, '//ul[@aria-label="Đang lọc"]//a/@href')

    assert titles == found(page, '//*[@class="card"]/h2/a')
    assert [{key: value for key, value in asked.items() if key != name}] == [asked_by(one) for one in chips]
    fields = f'//*[@form="find"][@name="{name}"]'
    assert [asked[name]] == found(page, f"{fields}/@value | {fields}/option[@selected]/@value")


def test_what_is_seldom_wanted_comes_when_it_is_opened(reader: httpx.Client) -> None:
    """The form and its lists are a link away, which keeps all that is asked for; the field keeps it, too."""
    asked = {"q": "xã", "topic": "y-te", "from": "2026-11-01", "sort": "oldest"}
    page = reader.get("/tim-kiem", params=asked)
    (way,) = found(page, '//aside//a[contains(., "Lọc theo ngày")]/@href')
    opened = reader.get(way)
    kept = '//*[@form="find"][@type="hidden"]'
    lists = "//aside//details[@open]//select/@name"

    assert (asked | {"mo": "tay"}, "tay") == (asked_by(way), urlsplit(way).fragment)
    assert asked == {"q": "xã"} | dict(
        zip(found(page, f"{kept}/@name"), found(page, f"{kept}/@value"), strict=True)
    )
    assert [] == found(page, lists)
    assert ["province", "area", "topic", "source", "bulletin"] == found(opened, lists)
    assert ["y-te"] == found(opened, '//select[@name="topic"]/option[@selected]/@value')
    assert "mo" not in asked_by(found(opened, '//ul[@class="chips when"]//a/@href')[0])


def test_hits_over_time_are_bars_and_a_table(reader: httpx.Client) -> None:
    """Each bar is a day; the table says the same to those who cannot see or point at bars."""
    page = reader.get("/tim-kiem", params={"from": "2026-11-19", "to": "2026-11-21"})
    rows = found(page, "//table//td")
    bars = found(page, '//*[@class="bars"]/a/@title')

    assert ["20/11/2026", "2"] == rows
    assert ["20/11/2026: 2"] == bars
    assert 3 == len(found(page, '//*[@class="bars"]/*'))
    assert {"from": "2026-11-20", "to": "2026-11-20"} == link(page, "20/11/2026")


def test_a_relaxed_answer_says_so(reader: httpx.Client) -> None:
    """A story that lacks a word is no silent lie."""
    page = reader.get("/tim-kiem", params={"q": "thông xe cầu rạch vong ở sao hỏa"})

    assert "Không tin nào có đủ các từ" in found(page, '//*[@class="notice"]')[0]
    assert ["Thông xe cầu Rạch Vong"] == found(page, '//*[@class="card"]/h2/a')


def test_nothing_found_says_what_else_to_do(reader: httpx.Client) -> None:
    """Wider, or the day that was named; never a dead end."""
    page = reader.get("/tim-kiem", params={"q": "xyzzy hôm qua", "topic": "y-te"})

    assert ["Không có tin nào khớp"] == found(page, '//*[@class="empty"]/h2')
    assert {"q": "xyzzy hôm qua"} == link(page, "ở mọi nơi")
    assert "xyzzy" == link(page, "của thời gian này")["q"]


def test_the_part_that_changes_is_a_part_of_the_page(reader: httpx.Client) -> None:
    """While somebody types the script asks for it alone: the same bytes, and no whole page around."""
    whole, part = (reader.get("/tim-kiem", params={"q": "rạch vong"} | more) for more in ({}, {"manh": "1"}))

    assert part.text.strip() in whole.text
    assert "<html" not in part.text
    assert "1 tin" == found(part, "//@data-told")[0]


def test_a_word_that_is_not_finished_is_left_out_while_typing(reader: httpx.Client) -> None:
    """The words "cầu rạch v" on the way to "cầu rạch vong" show what two of them find."""
    asked = {"q": "cầu rạch v"}
    typing, sent = (
        reader.get("/tim-kiem", params=asked | {"manh": "1"}),
        reader.get("/tim-kiem", params=asked),
    )

    assert ["“cầu rạch …”"] == found(typing, "//h1")
    assert [] == found(typing, '//*[@class="notice"]')
    assert ["“cầu rạch v”"] == found(sent, "//h1")


def test_without_an_engine_filters_hold_and_words_are_said_to_be_left_out(serve: Serve) -> None:
    """What was not applied is said in plain words, with a way to try again."""
    client = serve(meilisearch_url="http://127.0.0.1:9")
    page = client.get("/tim-kiem", params={"q": "cầu", "topic": "y-te"})
    filtered = client.get("/tim-kiem", params={"topic": "y-te"})
    late = client.get("/tim-kiem", params={"topic": "y-te", "page": "7"})
    said = found(page, '//*[@class="notice"]')[0]

    assert (503, 200) == (page.status_code, filtered.status_code)
    assert "theo các bộ lọc đã chọn" in said
    assert "Chưa xét các từ “cầu”" in said
    assert "cầu" == link(page, "Thử lại")["q"]
    assert [] == found(page, '//*[@class="card"]')
    assert ["Chưa thấy tin nào khớp các bộ lọc"] == found(filtered, '//*[@class="empty"]/h2')
    assert ["Hết rồi"] == found(late, '//*[@class="empty"]/h2')


def test_an_engine_that_has_just_gone_is_told_of_in_a_page_that_began(db: Database, tmp_path: Path) -> None:
    """The page is whole and says so with the status that was sent already; the next one says 503."""
    app = create_app(Settings(data=tmp_path, database_url=db.url, meilisearch_url="http://127.0.0.1:9"))
    app.state.site.answering = True
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        pages = [client.get("/tim-kiem", params={"q": "cầu"}) for _ in range(2)]

    assert [200, 503] == [page.status_code for page in pages]
    assert ["Chưa xét các từ “cầu”." in found(page, '//*[@class="notice"]')[0] for page in pages] == [
        True
    ] * 2
    assert pages[0].text == pages[1].text


def test_a_database_that_has_just_gone_is_told_of_in_a_page_that_began(
    sqlite_pattern: Path, tmp_path: Path, meilisearch: Lent
) -> None:
    """The page is whole and keeps the question; the next one is an error page with its status."""
    with raised(sqlite_pattern, tmp_path, meilisearch) as town, httpx.Client(trust_env=False) as client:
        first = client.get(f"{town.address}/tim-kiem", params={"q": "cầu"})
        with sqlite3.connect(tmp_path / "tintinh.db") as emptied:
            emptied.execute("ALTER TABLE source RENAME TO gone")
        pages = [client.get(f"{town.address}/tim-kiem", params={"q": "cầu"}) for _ in range(2)]

    assert [200, 200, 503] == [page.status_code for page in (first, *pages)]
    assert [["Hệ thống đang tạm nghỉ"]] * 2 == [found(page, "//h1") for page in pages]
    assert ["cầu"] == found(pages[0], '//*[@id="q"]/@value')
    assert pages[0].text.rstrip().endswith("</html>")


def test_without_an_engine_a_walk_can_be_gone_on_with(serve: Serve) -> None:
    """The way to try again leads to the same place of it."""
    place = Cursor(0, 1, 1, 2_000, read({"topic": "y-te"}).mark()).text()
    page = serve(meilisearch_url="http://127.0.0.1:9").get(
        "/tim-kiem", params={"topic": "y-te", "before": place}
    )

    assert {"topic": "y-te", "before": place} == link(page, "Thử lại")


def test_behind_the_end_is_a_way_back(reader: httpx.Client) -> None:
    """A page that is no more and a place that never was do not say that nothing was found."""
    late = reader.get("/tim-kiem", params={"q": "xã", "page": "7"})
    nowhere = Cursor(99, 1, 1, 1, read({"q": "xã", "sort": "oldest"}).mark()).text()
    first = reader.get("/tim-kiem", params={"q": "xã", "sort": "oldest", "before": nowhere})
    begun = Cursor(0, 1, 1, 1, read({"topic": "y-te", "sort": "oldest"}).mark()).text()
    walked = reader.get("/tim-kiem", params={"topic": "y-te", "sort": "oldest", "before": begun})

    assert ["Hết rồi"] == found(late, '//*[@class="empty"]/h2')
    assert "Không có trang 7: kết quả chỉ có 1 trang." == found(late, '//*[@class="empty"]/p')[0]
    assert {"q": "xã"} == link(late, "Về đầu")
    assert [["Khám miễn phí ở Tân Phú"]] * 2 == [
        found(one, '//*[@class="card"]/h2/a') for one in (first, walked)
    ]
    assert {"topic": "y-te", "sort": "oldest"} == link(walked, "Về đầu")


def test_behind_the_last_page_is_a_way_to_it(serve: Serve, db: Database, meilisearch: Lent) -> None:
    """And a number that no page can have is said to be none, above the first."""
    names = [one.slug for one in areas()][:21]
    send(db, *(draft(name, f"Phiên chợ {name}", f"Chuyện {name} thứ {at}.") for at, name in enumerate(names)))
    settled(db)
    with indexed(db, meilisearch) as chosen:
        client = serve(**chosen)
        late, far = (client.get("/tim-kiem", params={"q": "chợ", "page": page}) for page in ("3", "99"))
        english = client.get("/tim-kiem", params={"q": "chợ", "page": "3"}, headers=ENGLISH)

    assert (
        "Không có trang 3: kết quả chỉ có 2 trang. Đến trang cuối" == found(late, '//*[@class="empty"]/p')[0]
    )
    assert {"q": "chợ", "page": "2"} == link(late, "Đến trang cuối")
    assert "There is no page 3: the results have 2 pages." in found(english, '//*[@class="empty"]/p')[0]
    assert ["Không có trang “99”: đây là trang đầu."] == found(far, '//*[@class="notice"]/p')
    assert 20 == len(found(far, '//*[@class="card"]'))


def test_a_question_that_is_too_long_is_cut_and_said_so(reader: httpx.Client) -> None:
    """No question is an error page."""
    page = reader.get("/tim-kiem", params={"q": "từ " * 200, "sort": "ngược", "before": "x", "page": "-1"})

    assert 200 == page.status_code
    assert "Câu hỏi quá dài" in found(page, '//*[@class="notice"]')[0]


@pytest.mark.parametrize("q", ['"', "-", "((()))", "\N{WATER WAVE}"])
def test_what_has_no_word_is_said_to_have_none(reader: httpx.Client, q: str) -> None:
    """All such questions alike: what to type, above what there is without them."""
    page = reader.get("/tim-kiem", params={"q": q, "topic": "y-te"})

    assert [f"“{q}” không có từ nào để tìm. Hãy gõ ít nhất một chữ hoặc một con số."] == found(
        page, '//*[@class="notice"]/p'
    )
    assert ["Khám miễn phí ở Tân Phú"] == found(page, '//*[@class="card"]/h2/a')


def test_an_end_before_the_beginning_is_said_to_be_one(reader: httpx.Client) -> None:
    """A day that can be read is no nonsense: the page says what it is against."""
    page = reader.get("/tim-kiem", params={"from": "2024-05-01", "to": "2023-01-01"})
    english = reader.get("/tim-kiem", params={"from": "2024-05-01", "to": "x"}, headers=ENGLISH)

    assert [
        "Đến ngày “2023-01-01” đứng trước Từ ngày “2024-05-01” nên đã bỏ qua.",
    ] == found(page, '//*[@class="notice"]/p')
    assert ["To “x” cannot be used and was left out."] == found(english, '//*[@class="notice"]/p')


def test_feeds_are_named_in_the_language_of_the_page(reader: httpx.Client) -> None:
    """A reader's program offers them by these names."""
    names = [
        found(reader.get("/", headers=headers), '//link[@type="application/rss+xml"]/@title')
        for headers in ({}, ENGLISH)
    ]

    assert [["Tin Tỉnh – Toàn bộ tin (RSS)"], ["Tin Tỉnh – All stories (RSS)"]] == names


def test_english_words_stand_around_vietnamese_news(reader: httpx.Client) -> None:
    """The page is in English, the news in it stay Vietnamese and say so to a screen reader."""
    page = reader.get("/tim-kiem", params={"q": "xã"}, headers={"Cookie": "tintinh_language=en"})

    assert ["en"] == found(page, "/html/@lang")
    assert {"vi"} == set(found(page, '//*[@class="card"]/h2/@lang'))
    assert ["“xã” 1 story"] == [" ".join(found(page, '//h1 | //*[@class="head"]/p[@class="muted"]'))]
    assert ["Health"] == found(page, '//*[@class="topic"]')


def test_all_that_is_found_can_be_taken_along(reader: httpx.Client) -> None:
    """As a file with the same question, for programs and spreadsheets."""
    page = reader.get("/tim-kiem", params={"q": "xã", "topic": "y-te", "sort": "oldest"})
    files = found(page, "//a[@download]/@href")

    assert [{"q": "xã", "topic": "y-te", "sort": "oldest"}] * 2 == [asked_by(one) for one in files]
    assert {200} == {reader.get(one).status_code for one in files}


@pytest.mark.parametrize("coding", ["br", "gzip", ""])
def test_a_page_begins_before_its_hits_are_there(reader: httpx.Client, coding: str) -> None:
    """Styles and scripts are named in what is sent at once, in a piece that can be read by itself."""
    reader.get("/tim-kiem")
    headers, (first, *others) = sent(reader, "/tim-kiem?q=xã", coding)
    begin = unpacked(coding, first)

    assert others
    assert (coding or None, "no") == (headers.get("content-encoding"), headers["x-accel-buffering"])
    assert "search.js" in begin
    assert 'id="found"' not in begin
    assert unpacked(coding, b"".join([first, *others])) == reader.get("/tim-kiem?q=xã").text


def test_the_page_is_light(reader: httpx.Client) -> None:
    """Page, styles and scripts together, as a phone gets them, are a tenth of a picture."""
    page = reader.get("/tim-kiem", params={"q": "xã"}, headers={"Accept-Encoding": "br"})
    files = found(page, '//link[@rel="stylesheet"]/@href | //script/@src')
    weights = [sum(map(len, sent(reader, one)[1])) for one in (*files, "/tim-kiem?q=xã")]

    assert 4 == len(files)
    assert sum(weights) < 40_000


def test_a_search_is_followed_without_standing_in_an_address(reader: httpx.Client) -> None:
    """All of the question goes by POST to the page that saves it."""
    page = reader.get("/tim-kiem", params={"q": "xã", "topic": "y-te", "from": "1/11/2026", "sort": "newest"})
    form = '//form[@action="/theo-doi/moi"]'
    fields = dict(zip(found(page, f"{form}/input/@name"), found(page, f"{form}/input/@value"), strict=True))

    assert ["post"] == found(page, f"{form}/@method")
    assert {"q": "xã", "topic": "y-te", "from": "2026-11-01"} == fields
    assert 200 == reader.post("/theo-doi/moi", data=fields).status_code


def test_a_hit_that_shows_none_of_the_words_says_why(reader: httpx.Client) -> None:
    """Full texts and who wrote them are searched, and texts shown only as far as their sources allow."""
    shown = reader.get("/tim-kiem", params={"q": "rạch vong"})
    keyed = reader.get("/tim-kiem", params={"q": "khams"})
    hidden, written = (reader.get("/tim-kiem", params={"q": q}) for q in ("dọn dẹp", "lý thị sậy"))

    assert [[], []] == [found(page, '//*[contains(@class, "note")]') for page in (shown, keyed)]
    assert ["Khám"] == found(keyed, "//h2//mark")
    assert [["Chỗ khớp nằm trong toàn văn hoặc ở tên người viết, ngoài phần trích này."]] * 2 == [
        found(page, '//p[contains(@class, "note")]') for page in (hidden, written)
    ]
