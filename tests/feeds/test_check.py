"""The checker of published feeds sees what it claims to see: each planted fault is found."""

from collections.abc import Callable

import pytest
from lxml import etree

from feeds.render import Rendered, render
from pipeline.model import StoryState
from tests.feeds.check import check_atom, check_rss
from tests.feeds.stories import SITE, known, story, telling

Fault = tuple[str, str]

ATOM_FAULTS: dict[str, Fault] = {
    "no self link": ('rel="self"', 'rel="next"'),
    "self of the wrong type": ("application/atom+xml", "text/xml"),
    "an id twice": (":story/s2", ":story/s1"),
    "an id that is no URI": (":story/s2<", ":story/s 2<"),
    "a relative link": ("https://bao1.example/cau-1.html", "/cau-1.html"),
    "a raw IRI": ("https://bao1.example/cau-1.html", "https://bao1.example/cầu"),
    "a link without rel": ('rel="related" ', ""),
    "two alternates": ('rel="related"', 'rel="alternate"'),
    "a naive date": ("<updated>2026-11-22T01:02:00+00:00", "<updated>2026-11-22T01:02:00"),
    "an older feed date": ("<updated>2026-11-22T01:03:00", "<updated>2026-11-22T01:02:30"),
    "markup in a title": ("<title>Khánh thành cầu số 1", "<title>Khánh &lt;b&gt;thành&lt;/b&gt; cầu số 1"),
    "an empty title": ("<title>Khánh thành cầu số 1</title>", "<title/>"),
    "an unclosed tag": ("&lt;/p&gt;", ""),
    "a foreign tag": ("&lt;p&gt;Cây", "&lt;script&gt;Cây"),
    "content of no type": (' type="html"', ""),
    "a category without a scheme": (' scheme="http://cv.iptc.org/newscodes/mediatopic/"', ""),
    "a source without an id": (f"<id>{SITE.tag('source/bao-1')}</id>", ""),
    "a standing entry's tombstone": ('story/s3"', 'story/s1"'),
    "a tombstone without a date": (' when="2026-11-22T01:03:00+00:00"', ""),
    "text that is not NFC": ("Báo Thứ 1", "Ba\u0301o Thứ 1"),
    "an unknown element": ("<generator>", "<x/><generator>"),
    "no language": (' xml:lang="vi"', ""),
}
RSS_FAULTS: dict[str, Fault] = {
    "the hub as the channel's link": (
        "<link>https://tin.example/search<",
        f"<link>{SITE.base_url}/feeds/all.rss<",
    ),
    "no self link": ('rel="self"', 'rel="next"'),
    "a guid that claims to be a link": ('isPermaLink="false"', ""),
    "a guid twice": (":story/s2", ":story/s1"),
    "a date of another form": ("Sat, 21 Nov 2026 08:30:00 +0700", "2026-11-21 08:30"),
    "a wrong weekday": ("Sat, 21 Nov", "Sun, 21 Nov"),
    "an author without e-mail": ("<dc:creator>Báo Thứ 1</dc:creator>", "<author>Báo Thứ 1</author>"),
    "a category without a domain": (f' domain="{SITE.tag("area")}"', ""),
    "a source without an address": (' url="https://bao1.example/"', ""),
    "no description of the channel": ("<description>Tin mới", "<x>Tin mới"),
}


def _rendered() -> Rendered:
    told = [story(2), story(1, telling(1, content="Toàn văn."))]
    return render(known("all"), told, [story(3, state=StoryState.WITHDRAWN)], SITE)


def _spoiled(data: bytes, fault: Fault, check: Callable[[bytes], list[str]]) -> list[str]:
    text = data.decode()
    assert fault[0] in text
    spoiled = text.replace(*fault, 1).encode()
    return check(etree.tostring(etree.fromstring(spoiled, etree.XMLParser(recover=True))))


@pytest.mark.parametrize("name", ATOM_FAULTS)
def test_faults_of_atom_are_found(name: str) -> None:
    """A fault planted into a good Atom feed is reported."""
    assert [] != _spoiled(_rendered().atom, ATOM_FAULTS[name], check_atom)


@pytest.mark.parametrize("name", RSS_FAULTS)
def test_faults_of_rss_are_found(name: str) -> None:
    """A fault planted into a good RSS feed is reported."""
    assert [] != _spoiled(_rendered().rss, RSS_FAULTS[name], check_rss)


def test_a_good_feed_has_none() -> None:
    """Without a fault nothing is reported."""
    assert [] == check_atom(_rendered().atom) + check_rss(_rendered().rss)
