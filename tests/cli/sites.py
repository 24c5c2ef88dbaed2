"""Local sites in the ways of the content systems that provincial publishers use; all texts are ours."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.web_server import Answer

NOW = datetime.now(UTC)
_PLACES = ("Giồng Trôm", "Ba Tri", "Thạnh Phú", "Mỏ Cày", "Chợ Lách", "Bình Đại")
HTML = {"Content-Type": "text/html; charset=utf-8"}
RSS = {"Content-Type": "application/rss+xml; charset=utf-8"}


def item(number: int, age: timedelta) -> tuple[str, str, datetime]:
    """Return title, path and date of one item."""
    place = _PLACES[number % len(_PLACES)]
    return (
        f"Tỉnh Bến Tre: {place} khánh thành cầu số {number}",
        f"/tin/cau-so-{number}-a{71_000 + number}.html",
        NOW - age,
    )


def rss(title: str, numbers: range, *, days: float = 0.02) -> Answer:
    """Return an RSS feed whose items lie `days` apart; its first one is a minute old."""
    told = [item(number, timedelta(minutes=1, days=days * at)) for at, number in enumerate(numbers)]
    items = "".join(
        f"<item><title><![CDATA[{name}]]></title><link>{path}</link><guid>{path}</guid>"
        f"<pubDate>{format_datetime(at)}</pubDate><description>Cầu dài {len(path)} m.</description></item>"
        for name, path, at in told
    )
    channel = f"<channel><title>{title}</title><link>/</link>{items}</channel>"
    return Answer(body=f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode(), headers=RSS)


def page(title: str, body: str = "", head: str = "") -> Answer:
    """Return a page."""
    whole = f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return Answer(body=whole.encode(), headers=HTML)


def alternate(href: str, title: str = "", kind: str = "application/rss+xml") -> str:
    """Return the element that announces a feed."""
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


def json_feed() -> Answer:
    """Return a JSON Feed."""
    name, path, at = item(40, timedelta(minutes=5))
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Báo Bến Tre Mới",
        "items": [
            {"id": path, "url": path, "title": name, "content_text": name, "date_published": at.isoformat()}
        ],
    }
    return Answer(body=json.dumps(told).encode(), headers={"Content-Type": "application/feed+json"})


def paper() -> dict[str, Answer]:
    """Return a paper: the front page's feed, and a page that lists a feed for each section."""
    sections = "".join(
        f'<li>{name}<a href="/rss/{slug}.rss"><img src="/rss.png" alt="{name}"></a></li>'
        for slug, name in (("thoi-su", "Thời sự"), ("kinh-te", "Kinh tế"), ("trong", "Trống"), ("mat", "Mất"))
    )
    return {
        "/": page(
            "Trang chủ | Báo Bến Tre Mới",
            '<a href="/rss.html">RSS</a> <a href="/sitemap.xml">Sơ đồ</a>',
            alternate("/rss/home.rss", "Tin mới") + alternate("/comments/feed/", "Comments on all"),
        ),
        "/rss.html": page(
            "RSS", f"<ul>{sections}</ul><a href='https://feedly.com/i/subscription/feed/x'>Feedly</a>"
        ),
        "/rss/home.rss": rss("Tin mới", range(20)),
        "/rss/thoi-su.rss": rss("Thời sự", range(10)),
        "/rss/kinh-te.rss": rss("Kinh tế", range(15, 30), days=2),
        "/rss/trong.rss": rss("Trống", range(0)),
    }


def wordpress() -> dict[str, Answer]:
    """Return a WordPress: two announced feeds, one of them of comments."""
    head = alternate("/feed/", "Trung tâm Y tế Ba Tri &raquo; Feed") + alternate(
        "/comments/feed/", "Dòng bình luận"
    )
    return {"/": page("Trung tâm Y tế Ba Tri", head=head), "/feed/": rss("Trung tâm Y tế Ba Tri", range(8))}


def nukeviet() -> dict[str, Answer]:
    """Return a NukeViet: "/rss/" is a tree of feeds, each named by an alias."""
    tree = '<ul><li><a href="/rss/tin-tuc/">Tin tức</a></li><li><a href="/rss/van-ban/">Văn bản</a></li></ul>'
    return {
        "/": page("Trang thông tin điện tử xã Bình Hòa", '<a title="RSS" href="/rss/">Kênh RSS</a>'),
        "/rss/": page("RSS-feeds", tree),
        "/rss/tin-tuc/": rss("Tin tức", range(6)),
        "/rss/van-ban/": rss("Văn bản", range(6, 9)),
    }


def liferay() -> dict[str, Answer]:
    """Return a Liferay: the feed is a view of a portlet, its address all parameters."""
    view = "/web/guest/home/-/asset_publisher/Ab12/rss?p_p_cacheability=cacheLevelFull"
    return {
        "/": page("Cổng Thông tin điện tử tỉnh Bến Tre", f'<a href="{view}"><i></i> Đăng ký tin</a>'),
        view: rss("Tin tức", range(12)),
    }


def sharepoint() -> dict[str, Answer]:
    """Return a SharePoint: each list of it has a feed."""
    view = "/_layouts/15/listfeed.aspx?List=%7B3C1AE6D0%2D0000%7D"
    return {
        "/": page("Sở Y tế Bến Tre", f'<a href="{view}">Tin hoạt động</a>'),
        view: rss("Tin hoạt động", range(5)),
    }


def silent_about_its_feed() -> dict[str, Answer]:
    """Return a site that has a feed and says so nowhere."""
    return {"/": page("Đài Phát thanh và Truyền hình Bến Tre"), "/rss.xml": rss("Tin", range(4))}


FAMILIES: dict[str, Callable[[], dict[str, Answer]]] = {
    "paper": paper,
    "wordpress": wordpress,
    "nukeviet": nukeviet,
    "liferay": liferay,
    "sharepoint": sharepoint,
    "unannounced": silent_about_its_feed,
}


def answering(pages: dict[str, Answer]) -> Callable[[str, dict[str, str]], Answer]:
    """Return what serves pages by their path."""
    return lambda path, _: pages.get(path, Answer(404))
