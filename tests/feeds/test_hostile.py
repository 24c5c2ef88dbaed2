"""Every channel in every form over a database of hostile news: no error, no warning, nothing amiss.

By default some 300 entries and a sample of channels; with --long 20,000, all channels and all archives.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache

import pytest

from feeds import archive
from feeds.channel import Channel, FeedForm, channels
from feeds.opml import opml
from feeds.publish import ensure, publish_all
from tests.feeds import semantics
from tests.feeds.check import check_atom, check_json, check_opml, check_rss
from tests.feeds.hostile_stories import Newsroom, newsroom
from tests.feeds.rules import broken, rule_of

BASE = "https://tin.example"
HUB = f"{BASE}/hub"
CHECKS = {FeedForm.ATOM: check_atom, FeedForm.RSS: check_rss, FeedForm.JSON: check_json}
SAMPLE = [one for place, one in enumerate(channels()) if place < 3 or place % 40 == 7]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """20,000 entries of some days around the end of a month."""
    with newsroom(tmp_path_factory.mktemp("large"), 20_000, timedelta(minutes=1)) as made:
        yield made


def _documents(site: Newsroom, where: Channel) -> dict[str, dict[str, bytes]]:
    """Return the live document and the archive of a channel by form, by address, the live one first."""
    made = {}
    for form in FeedForm:
        live = ensure(site.db, site.folder, BASE, where, form, site.now, hub=HUB)  # may seal parts
        made[form.value] = {where.url(BASE, form): live.read_bytes()}
    with site.db.read() as conn:
        parts = [one.name for one in archive.listed(conn, where)]
    for form in FeedForm:
        for part in parts:
            path = archive.ensure(site.db, site.folder, BASE, where, part, form, site.now)
            made[form.value][where.part_url(BASE, part, form)] = path.read_bytes()
    return made


@lru_cache(maxsize=2)
def _shelves(site: Newsroom) -> dict[tuple[str, str], dict[str, str]]:
    """Return since when each living story stands on each shelf, straight from SQL."""
    with site.db.engine.connect() as conn:
        rows = conn.exec_driver_sql(
            "select l.story_id, l.kind, l.slug, l.since from story_label l"
            " join story s on s.story_id = l.story_id where s.state = 'live' and not s.backfill"
        ).fetchall()
    shelves: dict[tuple[str, str], dict[str, str]] = {}
    for story_id, kind, slug, at in rows:
        shelves.setdefault((kind, slug), {})[story_id] = str(at)
    return shelves


def _order(site: Newsroom, where: Channel) -> list[str]:
    """Return the ids of a channel's living stories, newest `since` first."""
    first, *others = (_shelves(site).get(label, {}) for label in _labels(where))
    full = [
        (max(at, *(other[story_id] for other in others), at), story_id)
        for story_id, at in first.items()
        if all(story_id in other for other in others)
    ]
    return [story_id for _, story_id in sorted(full, reverse=True)]


def _labels(where: Channel) -> list[tuple[str, str]]:
    if where.key == "all":
        return [("all", "")]
    named = [("province", where.province), ("area", where.area), ("topic", where.topic)]
    return [(kind, slug) for kind, slug in named if slug]


def _problems(site: Newsroom, wanted: Iterable[Channel]) -> tuple[Counter[str], Counter[str]]:
    """Check documents and what hangs together between them; count problems, and what was checked."""
    found: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    everything: list[tuple[str, str, bytes]] = []
    for where in wanted:
        made, order = _documents(site, where), _order(site, where)
        live = {form: documents[where.url(BASE, FeedForm(form))] for form, documents in made.items()}
        for form, documents in made.items():
            for url, data in documents.items():
                found.update(CHECKS[FeedForm(form)](data, now=site.now, url=url))
                everything.append((url, form, data))
            seen["documents"] += len(documents)
            found.update(_complete(order, where, form, documents))
        seen["channels"] += 1
        urls = {form: where.url(BASE, FeedForm(form)) for form in made}
        found.update(semantics.channel(live, page=where.page(BASE), urls=urls, hub=HUB))
    found.update(semantics.differing(everything))
    seen["entries"] = sum(len(list(semantics.entries(form, data))) for _, form, data in everything)
    return found, seen


def _complete(order: list[str], where: Channel, form: str, documents: dict[str, bytes]) -> list[str]:
    """Check that the live document and the archive together tell every story, in its order."""
    ids, problems = semantics.chain(form, documents, where.url(BASE, FeedForm(form)))
    told = [one.rpartition(":story/")[2] for one in dict.fromkeys(ids)]
    standing = set(order)
    got = [one for one in told if one in standing]
    if got != order:
        problems += broken("OrderIsNotSince", f"{where.key}: {semantics.first_difference(got, order)}")
    return problems


def _told(problems: Counter[str]) -> list[str]:
    """Return the problems for a report: each rule with how often and two examples."""
    rules = Counter(rule_of(one) for one in problems.elements())
    return [f"{count} × {rule}: {_examples(problems, rule)}" for rule, count in rules.most_common()]


def _examples(problems: Counter[str], rule: str) -> list[str]:
    return [one for one in problems if rule_of(one) == rule][:2]


def test_a_sample_of_channels_over_300_hostile_entries_breaks_no_rule(hostile: Newsroom) -> None:
    """Every fortieth channel in every form: no rule is broken, and an entry is the same wherever it is."""
    problems, seen = _problems(hostile, SAMPLE)

    assert [] == _told(problems)
    assert (len(SAMPLE), True) == (seen["channels"], seen["entries"] > 400)


def test_the_list_of_channels_breaks_no_rule() -> None:
    """The OPML document is good by the validator's rules."""
    assert [] == check_opml(opml(BASE))


@pytest.mark.long
def test_every_channel_over_20000_hostile_entries_breaks_no_rule(large: Newsroom) -> None:
    """Every channel there is, in every form, archives included: no error, no warning, nothing missed."""
    publish_all(large.db, large.folder, BASE, large.now, hub=HUB)
    problems, seen = _problems(large, channels())
    print(dict(seen))  # noqa: T201 - the figures of docs/feeds-checked.md

    assert [] == _told(problems)
