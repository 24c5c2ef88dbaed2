"""The human page of each channel and the feeds that every page names, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import html

from feeds.channel import channel, channels
from feeds.publish import publish
from pipeline.config import settings as chosen
from pipeline.model import Basis, Precision, When
from pipeline.store import Database
from pipeline.store.schema import story_label
from pipeline.topiclist import SHIPPED
from tests.store.tellings import NOW, draft, send, settled

BODY = (
    "Đoàn công tác số {} kiểm tra tuyến đê ấp Phú {}, ghi nhận {} hộ dân cần di dời và {} mét kè cần gia cố "
    "trước mùa triều cường năm nay, theo báo cáo của ban quản lý."
)


def tell(db: Database, number: int) -> None:
    """Receive one story of its own and settle, so that it enters its channels behind those before it."""
    body = BODY.format(
        number * 7 + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 26] * 3, number * 91 + 5, number * 37 + 11
    )
    title = f"Chuyện thứ {number} ở bến {number * 13}"
    published = When(NOW - timedelta(hours=1), Precision.SECOND, Basis.FEED)
    send(db, draft(f"n{number}", title, body, url=f"https://baomau.example/{number}", published=published))
    settled(db)


def found_in(page: httpx.Response, path: str) -> list[Any]:
    """Return what an XPath finds on a page."""
    found: Any = html.fromstring(page.text).xpath(path)
    return list(found)


def titles(page: httpx.Response) -> list[str]:
    """Return the headlines on a page, in order."""
    return [one.text_content().strip() for one in found_in(page, '//article[@class="card"]/h2')]


def links(page: httpx.Response, path: str) -> list[str]:
    """Return the addresses that an XPath finds."""
    return [str(one) for one in found_in(page, path)]


def alternates(page: httpx.Response) -> list[tuple[str, str]]:
    """Return the feeds that a page names in its head: type and address."""
    found = found_in(page, '//head/link[@rel="alternate"][@type!="application/json"]')
    assert all(one.get("title") for one in found)
    return [(one.get("type"), one.get("href")) for one in found]


def forms(key: str) -> list[tuple[str, str]]:
    """Return how a page names a channel."""
    types = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
    return [(media_type, f"/feeds/{key}.{form}") for form, media_type in types.items()]


def test_every_channel_has_a_page(client: httpx.Client) -> None:
    """The page that a feed links, without a story too; it names its own feeds first."""
    chosen = [one for one in channels() if not (one.province and one.topic) or one.province == "vinh-long"]
    pages = {one.key: client.get(one.page("")) for one in chosen[::9]}

    assert {200} == {page.status_code for page in pages.values()}
    assert [] == [key for key, page in pages.items() if forms(key) != alternates(page)[:3]]
    assert forms("all") == alternates(pages["all"])


@pytest.mark.parametrize(
    "path", ["/tinh/ha-tay", "/dia-ban/x", "/chu-de/khong-co", "/tinh/vinh-long/chu-de/khong-co", "/tinh/%00"]
)
def test_no_other_page_is_there(client: httpx.Client, path: str) -> None:
    """A slug that is none is a page not found."""
    assert 404 == client.get(path).status_code


@pytest.mark.long_on_postgresql
def test_the_page_is_the_feed(client: httpx.Client, db: Database) -> None:
    """The same stories in the same order, and a second page for the rest."""
    for number in range(33):
        tell(db, number)
    expected = [f"Chuyện thứ {number} ở bến {number * 13}" for number in reversed(range(33))]
    first = client.get("/tinh/vinh-long")
    [older] = links(first, '//nav[@class="pages"]/a[@rel="next"]/@href')
    second = client.get(older)

    assert expected[:30] == titles(first)
    assert expected[30:] == titles(second)
    assert [] == links(second, '//a[@rel="next"]/@href')
    assert links(second, '//meta[@name="robots"]/@content') == ["noindex, follow"]
    assert titles(first) == titles(client.get("/dia-ban/ben-tre")) == titles(client.get("/tin-moi"))
    assert [] == titles(client.get("/dia-ban/tra-vinh"))


def test_months_are_linked_and_hold_their_stories(client: httpx.Client, db: Database) -> None:
    """A month is of local time; stories of another are not in it."""
    tell(db, 1)
    tell(db, 2)
    with db.write() as conn:
        first = conn.scalar(story_label.select().with_only_columns(story_label.c.story_id).limit(1))
        last_of_october = datetime(2026, 10, 31, 16, 59, tzinfo=UTC)
        conn.execute(
            story_label.update().where(story_label.c.story_id == first).values(since=last_of_october)
        )
    page = client.get("/tin-moi")
    months = links(page, '//ul[@class="months"]//a/@href')

    assert 2 == len(months)
    assert months[1].endswith("?thang=2026-10")
    assert [1, 1] == [len(titles(client.get(month))) for month in months]
    assert set(titles(page)) == {title for month in months for title in titles(client.get(month))}


@pytest.mark.parametrize(
    "query",
    ["?truoc=x", "?truoc=20269999T000000.000000Z-s1", "?thang=2026-13", "?thang=0001-01", "?thang=9999-12"],
)
def test_what_cannot_be_read_is_passed_over(client: httpx.Client, db: Database, query: str) -> None:
    """A mistyped address shows the newest."""
    tell(db, 1)

    assert 1 == len(titles(client.get(f"/tin-moi{query}")))


def test_an_area_says_where_it_is_now(client: httpx.Client) -> None:
    """The page of Bến Tre leads to today's Vĩnh Long, and back."""
    area, province = client.get("/dia-ban/ben-tre"), client.get("/tinh/vinh-long")

    assert "nay thuộc Vĩnh Long" in area.text
    assert "/tinh/vinh-long" in links(area, "//main//a/@href")
    assert "/dia-ban/ben-tre" in links(province, "//main//a/@href")
    assert "/tinh/vinh-long/chu-de/y-te" in links(province, "//main//a/@href")


def test_a_page_is_answered_conditionally(client: httpx.Client, db: Database) -> None:
    """Nothing changed, nothing sent."""
    tell(db, 1)
    first = client.get("/tin-moi")
    again = client.get("/tin-moi", headers={"if-none-match": first.headers["etag"]})
    tell(db, 2)
    after = client.get("/tin-moi", headers={"if-none-match": first.headers["etag"]})

    assert [200, 304, 200] == [one.status_code for one in (first, again, after)]


def test_every_page_names_feeds(client: httpx.Client, db: Database) -> None:
    """A story those of its place and topics, and then all; other pages, errors too, the one of all."""
    tell(db, 1)
    story = links(client.get("/tin-moi"), "//article//h2/a/@href")[0]
    named = alternates(client.get(story))
    others = ["/", "/feeds", "/status", "/sign-in", "/khong-co", "/search?q=x"]

    assert forms("area/ben-tre") == named[:3]
    assert forms("province/vinh-long") == named[3:6]
    assert forms("all") == named[-3:]
    assert [] == [path for path in others if alternates(client.get(path))[-3:] != forms("all")]


def test_old_addresses_stay(client: httpx.Client, db: Database) -> None:
    """The search page by province goes on working; who subscribed to a channel's link finds it."""
    tell(db, 1)

    assert titles(client.get("/search?province=vinh-long")) == titles(client.get("/tinh/vinh-long"))


def test_feeds_link_their_page(client: httpx.Client, db: Database, tmp_path: Path) -> None:
    """The alternate link of a feed is the page for people."""
    tell(db, 1)
    publish(db, tmp_path / "feeds", "http://127.0.0.1:8080", NOW)
    known = channel("province/vinh-long")
    assert known is not None

    assert (
        f'href="{known.page("http://127.0.0.1:8080")}"' in client.get("/feeds/province/vinh-long.atom").text
    )


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A newsroom's list in which "hoi-cho" is retired and "an-ninh" is now part of "phap-luat"."""
    text = SHIPPED.read_text(encoding="utf-8")
    text = text.replace("[topics.phap-luat]", '[topics.phap-luat]\nformerly = ["an-ninh"]')
    place = tmp_path / "topics.toml"
    place.write_text(f'{text}\n[retired]\nhoi-cho = "Hội chợ"\n', encoding="utf-8")
    monkeypatch.setenv("TINTINH_TOPICS", str(place))
    monkeypatch.setenv("TINTINH_DATA", str(tmp_path))
    chosen.cache_clear()
    yield
    monkeypatch.undo()
    chosen.cache_clear()


@pytest.mark.usefixtures("listed")
def test_the_page_of_a_channel_that_is_no_more_says_so(client: httpx.Client) -> None:
    """One that goes on elsewhere sends there; one that ended says its last word, and where to go."""
    moved = client.get("/tinh/vinh-long/chu-de/an-ninh")
    gone = client.get("/tinh/vinh-long/chu-de/hoi-cho")

    assert (301, "/tinh/vinh-long/chu-de/phap-luat") == (moved.status_code, moved.headers["location"])
    assert 410 == gone.status_code
    assert "Hội chợ" in gone.text
    assert forms("province/vinh-long") == alternates(gone)[:3]
