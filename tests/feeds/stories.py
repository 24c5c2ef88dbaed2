"""Stories for the feed tests: plain ones by hand, hostile ones by Hypothesis."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from feeds.channel import Channel, channel
from feeds.item import Site
from pipeline.model import (
    NATIONAL,
    Basis,
    Decision,
    EntryId,
    EntryKind,
    Face,
    Image,
    Labels,
    SourceId,
    Story,
    StoryId,
    StoryState,
    Telling,
    Verdict,
)
from pipeline.places import areas, provinces
from pipeline.topics import topics

SITE = Site("https://tin.example", "abc123.tintinh.invalid", "2026-11-22")
T0 = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def known(key: str) -> Channel:
    """Return the channel of a key that is known to exist."""
    found = channel(key)
    assert found is not None
    return found


def telling(number: int = 1, **changes: Any) -> Telling:
    """Return an ordinary telling; `number` makes its ids and address differ."""
    plain = Telling(
        entry_id=EntryId(f"e{number}"),
        source_id=SourceId(f"bao-{number}"),
        source_name=f"Báo Thứ {number}",
        kind=EntryKind.ARTICLE,
        external_id=f"bai-{number}",
        bulletin_id="",
        bulletin_number=0,
        title=f"Khánh thành cầu số {number}",
        summary=f"Cây cầu số {number} thông xe.",
        content="",
        url=f"https://bao{number}.example/cau-{number}.html",
        published="2026-11-21T08:30:00+07:00",
        published_basis=Basis.FEED,
        updated=None,
        authors=(),
        credit="",
        version=1,
        decision=Decision(Verdict.NEW, 0.0, "Chưa có tin nào giống."),
    )
    return replace(plain, **changes)


def story(number: int = 1, *tellings: Telling, labels: Labels | None = None, **changes: Any) -> Story:
    """Return an ordinary living story of these tellings, the lead first."""
    told = tellings or (telling(number),)
    lead = told[0]
    face = Face(
        title=lead.title,
        summary=lead.summary,
        content=lead.content,
        url=lead.url,
        published=lead.published,
        published_at=datetime(2026, 11, 21, 1, 30, tzinfo=UTC),
        published_basis=lead.published_basis,
        labels=labels or Labels("vinh-long", ("vinh-long",), "ben-tre", ("ben-tre",), ("y-te",)),
        doc_numbers=(),
        tellings=told,
    )
    seen = T0 + timedelta(minutes=number)
    plain = Story(StoryId(f"s{number}"), StoryState.LIVE, 1, seen, seen, backfill=False, face=face)
    return replace(plain, **changes)


NASTY = (
    "",
    " ",
    "\x00\x0b\x1f",
    "\ud800",
    "\ufffe\uffff",
    "\u202eabc\u200b",
    "<script>alert(1)</script>",
    "<b>đậm</b> & nhạt",
    "]]>",
    "<![CDATA[x",
    "<!-- x",
    "&amp;lt;script&amp;gt;",
    "&#0;&#x1F;&bogus;&nbsp",
    "5 < 6 && 7 > 6",
    "a \"b\" 'c'",
    "Ðô\u0300ng Tha\u0301p",
    "dòng\nhai\r\n\r\nba\u2028bốn",
    "😀" * 40,
    "x" * 400,
    "từ " * 400,
)
NASTY_URLS = (
    "",
    "javascript:alert(1)",
    "/tuong-doi",
    "//khong-luoc-do.example/x",
    "http://[::1",
    "http://[::1]:8080/x",
    "https://user:pass@host.example/x",
    "https://host.example:99999/",
    "https://host.example/%zz%41",
    'https://host.example/a b|[c]{d}"<e>\\^`',
    "https://host.example/?q=\"><script>&x='",
    "https://báo.example/đường dẫn/Đồng Tháp?q=ơ ư#mục",
    "HTTPS://HOST.EXAMPLE",
    "https://host.example/?a=1&b=2&amp;c=3&copy=4",
    "https://a..b/",
    "https://host.example/\ud800\x00",
    "https://host.example/" + "a" * 3_000,
    "#",
)

hostile_text = st.one_of(
    st.sampled_from(NASTY), st.text(st.characters(exclude_categories=()), max_size=60), st.text(max_size=60)
)
# feedparser takes "Â¡" for doubly encoded UTF-8 and mends it: no Latin-1 signs in what it must read.
readable_text = st.one_of(
    st.sampled_from(NASTY), st.text("aâđêôơưÂĐÊạếỗửỵ 0159 .,;:!?&#<>/\"'()[]–“”…‹›@xX\n", max_size=60)
)
instants = st.datetimes(datetime(1990, 1, 2), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_unknown = st.text("abcdefghijklmnopqrstuvwxyz-", max_size=12)


def _some(known: Iterable[str], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.one_of(st.sampled_from(list(known)), _unknown), max_size=most, unique=True).map(tuple)


def _labels(provinces: tuple[str, ...], areas: tuple[str, ...], topics: tuple[str, ...]) -> Labels:
    return Labels(next(iter(provinces), None), provinces, next(iter(areas), None), areas, topics)


labels = st.builds(
    _labels,
    _some([NATIONAL, *(one.slug for one in provinces())], 3),
    _some((one.slug for one in areas()), 3),
    _some((one.slug for one in topics()), 4),
)
ids = st.uuids().map(lambda value: StoryId(value.hex))
_published = st.sampled_from(("2026-11-21T08:30:00+07:00", "2026-11-21", "2026-11", "2026", ""))


def stories_of(text: st.SearchStrategy[str]) -> st.SearchStrategy[Story]:
    """Return living stories whose every string is such a text."""
    urls = st.one_of(
        st.sampled_from(NASTY_URLS),
        st.integers(1, 50).map(lambda n: f"https://bao{n}.example/tin-{n}.html"),
        text.map(lambda path: f"https://host.example/{path.replace('&', '')}"),  # feedparser mends "&x;"
        text,
    )
    tellings = st.builds(
        Telling,
        entry_id=st.uuids().map(lambda value: EntryId(value.hex)),
        source_id=text.map(SourceId),
        source_name=text,
        kind=st.sampled_from(EntryKind),
        external_id=text,
        bulletin_id=text,
        bulletin_number=st.integers(0, 99),
        title=text,
        summary=text,
        content=text,
        url=urls,
        published=_published,
        published_basis=st.sampled_from(Basis),
        updated=st.one_of(st.none(), instants),
        authors=st.lists(text, max_size=3).map(tuple),
        credit=text,
        version=st.integers(1, 9),
        decision=st.just(Decision(Verdict.NEW, 0.0, "")),
    )
    faces = st.builds(
        Face,
        title=text,
        summary=text,
        content=text,
        url=urls,
        published=_published,
        published_at=instants,
        published_basis=st.sampled_from(Basis),
        labels=labels,
        doc_numbers=st.lists(text, max_size=2).map(tuple),
        tellings=st.lists(tellings, max_size=4).map(tuple),
        image=st.one_of(st.none(), st.builds(Image, urls, text)),
        language=st.one_of(st.sampled_from(["vi", "en", "vi-VN", "km", "xx", "qaa-x", ""]), text),
    )
    return st.builds(
        Story,
        story_id=ids,
        state=st.just(StoryState.LIVE),
        revision=st.integers(1, 9),
        first_seen=instants,
        updated=instants,
        backfill=st.just(False),
        face=faces,
    )


live = stories_of(hostile_text)
readable = stories_of(readable_text)
gone = st.one_of(
    live.map(lambda one: replace(one, state=StoryState.WITHDRAWN)),
    st.builds(lambda one, into: replace(one, state=StoryState.MERGED, merged_into=into), live, ids),
)


def windows(of: st.SearchStrategy[Story], most: int = 6) -> st.SearchStrategy[list[Story]]:
    """Return lists of stories with distinct ids, newest first."""
    distinct = st.lists(of, max_size=most, unique_by=lambda one: one.story_id)
    return distinct.map(lambda found: sorted(found, key=lambda one: one.first_seen, reverse=True))
