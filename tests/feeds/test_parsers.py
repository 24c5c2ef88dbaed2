"""Six readers that others wrote understand our feeds of hostile news, in all fields, as we meant them.

What was meant is read from the documents by the shortest way there is, and that reading is held against the
stories themselves; then every reader has to agree with it on every field that it tells.
"""

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest
from lxml import etree

from feeds.channel import FeedForm
from feeds.item import Item, Site, item
from feeds.publish import ensure
from pipeline.store import meta, stories
from tests.feeds.check import ATOM, CONTENT, DC
from tests.feeds.foreign import OWN_ORDER, READERS, Got, missing, seconds, words
from tests.feeds.hostile_stories import Newsroom
from tests.feeds.stories import known

BASE = "https://tin.example"
# Those that take long to start read one form by default: test_clients.py has `reader` read the others.
_LATER = {("feedparser", "atom"), ("reader", "atom"), ("reader", "rss"), ("newsboat", "atom")}
PAIRS = [
    pytest.param(name, form, marks=[pytest.mark.long] if (name, form) in _LATER else [])
    for name, (_, forms) in READERS.items()
    for form in sorted(forms)
]


@dataclass(frozen=True, slots=True)
class Printed:
    """One channel in each form, and the entries that it tells, by id."""

    paths: dict[str, Path]
    items: dict[str, Item]


@pytest.fixture(scope="module")
def printed(hostile: Newsroom) -> Printed:
    """The channel of everything over hostile news."""
    paths = {
        form.value: ensure(
            hostile.db, hostile.folder, BASE, known("all"), form, hostile.now, hub=f"{BASE}/hub"
        )
        for form in FeedForm
    }
    with hostile.db.read() as conn:
        site = Site(BASE, *meta.authority(conn))
        told = [item(one, site) for one in stories.page(conn, None, 1_000)]
    return Printed(paths, {one.id: one for one in told})


def meant(path: Path) -> list[Got]:
    """Read a document of ours by the shortest way."""
    data = path.read_bytes()
    if path.suffix == ".json":
        return [_of_json(one) for one in json.loads(data)["items"]]
    root = etree.fromstring(data)
    if path.suffix == ".atom":
        return [_of_atom(one) for one in root.findall(f"{ATOM}entry")]
    return [_of_rss(one) for one in root.findall("channel/item")]


def _of_atom(one: etree._Element) -> Got:
    [link] = [link.get("href") for link in one.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
    summary = one.findtext(f"{ATOM}summary")
    return Got(
        id=one.findtext(f"{ATOM}id") or "",
        title=one.findtext(f"{ATOM}title") or "",
        link=link or "",
        published=seconds(one.findtext(f"{ATOM}published")),
        updated=seconds(one.findtext(f"{ATOM}updated")),
        authors=tuple(name.text or "" for name in one.iterfind(f"{ATOM}author/{ATOM}name")),
        categories=tuple(tag.get("label") or "" for tag in one.findall(f"{ATOM}category")),
        summary=words(summary),
        text=words(one.findtext(f"{ATOM}content") or summary),
    )


def _of_rss(one: etree._Element) -> Got:
    summary = one.findtext("description")
    return Got(
        id=one.findtext("guid") or "",
        title=one.findtext("title") or "",
        link=one.findtext("link") or "",
        published=seconds(one.findtext("pubDate")),
        updated=seconds(one.findtext(f"{ATOM}updated")),
        authors=tuple(name.text or "" for name in one.findall(f"{DC}creator")),
        categories=tuple(tag.text or "" for tag in one.findall("category")),
        summary=words(summary),
        text=words(one.findtext(f"{CONTENT}encoded") or summary),
    )


def _of_json(one: dict[str, object]) -> Got:
    authors, tags = one.get("authors", []), one.get("tags", [])
    assert isinstance(authors, list)
    assert isinstance(tags, list)
    return Got(
        id=str(one["id"]),
        title=str(one["title"]),
        link=str(one["url"]),
        published=seconds(str(one.get("date_published", ""))),
        updated=seconds(str(one["date_modified"])),
        authors=tuple(author["name"] for author in authors),
        categories=tuple(tags),
        summary=str(one.get("summary", "")),
        text=words(str(one["content_html"])),
    )


@pytest.mark.parametrize("form", FeedForm)
def test_documents_tell_the_stories(printed: Printed, form: FeedForm) -> None:
    """Each entry of a document has its story's id, title, link, times, people, labels and text."""
    told = meant(printed.paths[form.value])
    expected = [_expected(printed.items[one.id], form) for one in told if one.id in printed.items]

    assert len(expected) > 50
    assert expected == [one for one in told if one.id in printed.items]


def _expected(one: Item, form: FeedForm) -> Got:
    labels = tuple(tag.label for tag in one.categories)
    return Got(
        id=one.id,
        title=one.title,
        link=one.url,
        published=None if one.published is None else int(one.published.timestamp() // 1),
        updated=int(one.updated.timestamp() // 1),
        authors=tuple(author.name for author in one.authors),
        categories=tuple(dict.fromkeys(labels)) if form is FeedForm.JSON else labels,
        summary=one.gist if form is FeedForm.JSON else words(one.summary),
        text=words(one.content or one.summary),
    )


@pytest.mark.parametrize(("name", "form"), PAIRS)
def test_a_reader_understands_what_was_meant(printed: Printed, name: str, form: str) -> None:
    """A reader agrees on every field of every entry that it tells, in the order it was given."""
    if why := missing(name):
        pytest.skip(why)
    expected, got = meant(printed.paths[form]), READERS[name][0](printed.paths[form])
    if name in OWN_ORDER:
        expected, got = sorted(expected, key=lambda one: one.id), sorted(got, key=lambda one: one.id)

    assert [one.id for one in expected] == [one.id for one in got]
    differing = (_difference(one, other, name) for one, other in zip(expected, got, strict=True))
    assert [] == [one for one in differing if one]


def _difference(expected: Got, got: Got, reader: str) -> str:
    """Say in which fields a reader understood something else; "" for none."""
    told = [field.name for field in fields(Got) if getattr(got, field.name) is not None]
    expected = _as_it_tells(expected, got, reader)
    return "; ".join(
        f"{expected.id} {name}: {getattr(expected, name)!r} → {getattr(got, name)!r}"
        for name in told
        if getattr(expected, name) != getattr(got, name)
    )


def _as_it_tells(expected: Got, got: Got, reader: str) -> Got:
    """Return what was meant with what this reader is known to tell otherwise, whoever made the feed."""
    if expected.published is None and reader in {"newsboat", "sfeed", "rss-parser"}:
        expected = replace(expected, published=got.published)  # the update's time, or now
    if reader == "sfeed":
        expected = replace(expected, authors=(expected.authors or ())[:1] or ("",))
    if reader == "feedparser" and any("@" in name for name in expected.authors or ()):
        expected = replace(expected, authors=got.authors)  # it takes addresses out of names, not all of them
    return expected
