"""Full pages of stubs: fetched with manners, kept as texts of their entries."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from pipeline.config import Settings
from pipeline.fetch import Fetcher
from pipeline.model import Basis, Document, Parsed, Precision, Rights, Source, SourceId
from pipeline.parse import parse
from pipeline.polling import Drained, drain
from pipeline.stages import receive
from pipeline.store import Database, intakes, pages, sources
from pipeline.store.schema import entry, page, version
from tests.store.tellings import NOW
from tests.web_server import Answer, Server, serving

BODY = (
    "Sáng nay, xã Phú Thuận khởi công tuyến đường dài 3,2 km với vốn 18 tỷ đồng, dự kiến đưa vào sử dụng "
    "trước mùa mưa năm sau. Người dân hai bên đường đã hiến gần 4.000 mét vuông đất."
)
ARTICLE = "/tin/khoi-cong-77.html"
JPEG = {"Content-Type": "image/jpeg"}
HIDDEN = {"X-Robots-Tag": "noindex"}
RESERVING = json.dumps([{"location": "/", "tdm-reservation": 1}]).encode()
PAGE = (
    "<!doctype html><html><head><title>Khởi công đường Phú Thuận</title></head><body><article>"
    "<h1>Khởi công đường Phú Thuận</h1>" + f"<p>{BODY}</p>" * 2 + "</article></body></html>"
).encode()


class Reading:
    """A reader without a process of its own."""

    def read(self, document: Document) -> Parsed:
        """Return the drafts."""
        return parse(document)


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """A client."""
    with Fetcher(timeout=2, max_bytes=100_000) as made:
        yield made


def feed(link: str, summary: str = "Một con đường mới.") -> bytes:
    """Return a feed with one stub."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Báo</title>'
        f"<item><title>Khởi công đường Phú Thuận</title><link>{link}</link><guid>bai-77</guid>"
        f"<pubDate>Fri, 20 Nov 2026 04:30:00 GMT</pubDate><description>{summary}</description></item>"
        "</channel></rss>"
    ).encode()


class Site:
    """A paper's site: a feed, one article, and what a test changes of it."""

    def __init__(self) -> None:
        self.summary = "Một con đường mới."
        self.link = ARTICLE
        self.answers: dict[str, Answer] = {ARTICLE: Answer(body=PAGE, headers={"ETag": '"p1"'})}

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        """Answer."""
        if path == "/rss":
            link = self.link if "://" in self.link else f"http://{headers['host']}{self.link}"
            return Answer(body=feed(link, self.summary))
        found = self.answers.get(path, Answer(404))
        if found.headers.get("ETag") and headers.get("if-none-match") == found.headers["ETag"]:
            return Answer(304)
        return found


def brought(db: Database, fetcher: Fetcher, server: Server, hours: float = 0, **more: object) -> Drained:
    """Poll, read, fetch pages and read again."""
    at = NOW + timedelta(hours=hours)
    settings = Settings(host_gap=0, **more)  # type: ignore[arg-type]
    with db.write() as conn:
        sources.ensure(conn, Source(SourceId("bao"), "Báo", rights=Rights.SUMMARY))
        door = intakes.add(
            conn, SourceId("bao"), "feed", f"{server.url}/rss", allow_private=True, next_due=at
        )
        intakes.wake(conn, door, at)
    done = Drained()
    for _ in range(2):
        done += drain(db, fetcher, lambda: at, settings, seconds=10)
        while receive(db, Reading(), lambda: at).receipts:
            pass
    return done


def asked(server: Server, path: str = ARTICLE) -> int:
    """Return how often the article was asked for."""
    return sum(seen == path for _, seen, _, _ in server.seen)


def reason(db: Database) -> tuple[str, str]:
    """Return the state of the only page and why."""
    with db.read() as conn:
        row = conn.execute(select(page.c.state, page.c.error)).one()
    return row.state, row.error


def test_a_stub_gets_its_text(db: Database, fetcher: Fetcher) -> None:
    """The page's text becomes the entry's, with the feed's id, summary and time."""
    site = Site()
    with serving(site.answer) as server:
        done = brought(db, fetcher, server)
        url = f"{server.url}{site.link}"

    assert (1, 1, 2) == (done.polls, done.pages, done.receipts)
    with db.read() as conn:
        entry_id, current = conn.execute(select(entry.c.entry_id, entry.c.text_hash)).one()
        told = {row.text_hash: row.draft for row in conn.execute(select(version))}
        assert {"due": 0, "kept": 1, "refused": 0, "failed": 0} == pages.counts(conn)
    draft = told[current]
    assert entry_id
    assert BODY in draft["body"]
    assert ("bai-77", url, site.summary) == (draft["guid"], draft["url"], draft["summary"])
    assert (Basis.FEED, Precision.SECOND) == (draft["published"]["basis"], draft["published"]["precision"])


def test_a_page_that_claims_another_address_is_still_the_stubs(db: Database, fetcher: Fetcher) -> None:
    """A CMS that calls its front page the canonical address of every article makes no second entry."""
    site = Site()
    head = b'<head><link rel="canonical" href="https://khac.example/">'
    site.answers[site.link] = Answer(body=PAGE.replace(b"<head>", head))
    with serving(site.answer) as server:
        brought(db, fetcher, server)

    with db.read() as conn:
        assert 1 == len(conn.execute(select(entry.c.entry_id)).all())


def test_a_page_is_fetched_once(db: Database, fetcher: Fetcher) -> None:
    """Not again while its item stands as it was; conditionally when the item changes."""
    site = Site()
    with serving(site.answer) as server:
        brought(db, fetcher, server)
        brought(db, fetcher, server, hours=1)
        assert 1 == asked(server)

        site.summary = "Một con đường mới, dài 3,2 km."
        brought(db, fetcher, server, hours=2)
        assert 2 == asked(server)
        *_, last = [headers for _, path, headers, _ in server.seen if path == site.link]
        assert '"p1"' == last["if-none-match"]
    assert ("kept", "") == reason(db)


def test_pages_may_be_switched_off(db: Database, fetcher: Fetcher) -> None:
    """An installation may do without."""
    site = Site()
    with serving(site.answer) as server:
        assert 0 == brought(db, fetcher, server, pages=False).pages
        assert 0 == asked(server)


def test_pages_of_other_sites_are_not_fetched(db: Database, fetcher: Fetcher) -> None:
    """A feed that links elsewhere sends us nowhere."""
    site = Site()
    site.link = "https://khac.example/tin/1.html"
    with serving(site.answer) as server:
        assert 0 == brought(db, fetcher, server).pages
    with db.read() as conn:
        assert 0 == sum(pages.counts(conn).values())


@pytest.mark.parametrize(
    ("path", "answer", "why"),
    [
        ("/.well-known/tdmrep.json", Answer(body=RESERVING), "text and data mining is reserved"),
        ("/robots.txt", Answer(body=b"User-agent: *\nDisallow: /tin/"), "robots.txt forbids this address"),
        (
            "/tin/khoi-cong-77.html",
            Answer(body=PAGE, headers=HIDDEN),
            "X-Robots-Tag says noindex",
        ),
        (
            "/tin/khoi-cong-77.html",
            Answer(body=b"\xff\xd8", headers=JPEG),
            "no page of text: image/jpeg",
        ),
        (ARTICLE, Answer(301, headers={"Location": "/"}), "leads to the front page"),
        (ARTICLE, Answer(410), "HTTP 410"),
    ],
    ids=["tdm", "robots", "tag", "picture", "front", "gone"],
)
def test_pages_that_may_not_be_kept(
    db: Database, fetcher: Fetcher, path: str, answer: Answer, why: str
) -> None:
    """They are left alone for good, with the reason; the stub stands."""
    site = Site()
    site.answers |= {"/": Answer(body=PAGE), path: answer}
    with serving(site.answer) as server:
        assert 1 == brought(db, fetcher, server).receipts
        brought(db, fetcher, server, hours=2)

        assert asked(server) <= 1
    assert ("refused", why) == reason(db)


def test_a_page_that_is_not_answered_is_tried_a_few_times(db: Database, fetcher: Fetcher) -> None:
    """Later each time, and then no more."""
    site = Site()
    site.answers[site.link] = Answer(500)
    with serving(site.answer) as server:
        brought(db, fetcher, server)
        assert ("due", "HTTP 500") == reason(db)
        for hours in (1, 3, 12, 40, 200, 800):
            brought(db, fetcher, server, hours=hours)

        assert 5 == asked(server)
    assert ("failed", "HTTP 500") == reason(db)


def test_news_goes_before_old_stubs(db: Database) -> None:
    """Pages of backfill wait behind those of news, and every host gets one at a time."""
    with db.write() as conn:
        sources.ensure(conn, Source(SourceId("bao"), "Báo"))
        door = intakes.add(conn, SourceId("bao"), "feed", "https://baomau.example/rss")
        for number, behind in enumerate((True, False, False)):
            stub = pages.Stub(f"https://baomau.example/{number}", str(number), f"h{number}", behind)
            pages.want(conn, SourceId("bao"), door, [stub], NOW + timedelta(seconds=number))

    later = NOW + timedelta(minutes=1)
    with db.read() as conn:
        ((first, host),) = pages.waiting(conn, later, 10)
        assert "https://baomau.example/2" == conn.scalar(select(page.c.url).where(page.c.page_id == first))
    assert "baomau.example" == host
