"""Every channel in every form over a database of hostile news: no error, no warning, nothing amiss.

By default some 300 entries and a sample of channels; with --long 20,000 and all of them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.channel import Channel, FeedForm, channels
from feeds.opml import opml
from feeds.publish import ensure, publish, publish_all
from pipeline.store import Database, open_database
from tests.feeds import semantics
from tests.feeds.check import check_atom, check_json, check_opml, check_rss
from tests.feeds.hostile_stories import fill
from tests.feeds.rules import rule_of

BASE = "https://tin.example"
HUB = f"{BASE}/hub"
CHECKS = {FeedForm.ATOM: check_atom, FeedForm.RSS: check_rss, FeedForm.JSON: check_json}
# One of each kind that is full, one of each kind that is nearly empty, and every twentieth of the rest.
SAMPLE = [one for place, one in enumerate(channels()) if place < 3 or place % 40 == 7]


@dataclass(frozen=True, slots=True)
class Site:
    """A database of hostile news, the folder that it is published in, and the time by then."""

    db: Database
    folder: Path
    now: datetime


def _site(folder: Path, count: int, step: timedelta) -> Iterator[Site]:
    db = open_database(f"sqlite:///{folder / 'tintinh.db'}")
    db.migrate()
    clock = fill(db, count, step=step)
    yield Site(db, folder / "feeds", clock())
    db.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Some 300 entries of two days."""
    yield from _site(tmp_path_factory.mktemp("hostile"), 300, timedelta(minutes=20))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """20,000 entries of some days around the end of a month."""
    yield from _site(tmp_path_factory.mktemp("hostile"), 20_000, timedelta(minutes=1))


def _documents(site: Site, where: Channel) -> dict[FeedForm, bytes]:
    return {
        form: ensure(site.db, site.folder, BASE, where, form, site.now, hub=HUB).read_bytes()
        for form in FeedForm
    }


def _problems(site: Site, wanted: list[Channel]) -> Counter[str]:
    """Check documents and what hangs together between them; count by problem, rarest last."""
    found: Counter[str] = Counter()
    everything: list[tuple[str, str, bytes]] = []
    for where in wanted:
        made = _documents(site, where)
        for form, data in made.items():
            url = where.url(BASE, form)
            found.update(CHECKS[form](data, now=site.now, url=url))
            everything.append((where.key, form.value, data))
        found.update(
            semantics.channel(
                {form.value: data for form, data in made.items()},
                page=where.page(BASE),
                urls={form.value: where.url(BASE, form) for form in FeedForm},
                hub=HUB,
            )
        )
    found.update(semantics.differing(everything))
    return found


def _told(problems: Counter[str]) -> list[str]:
    """Return the problems for a report: each rule with how often and two examples."""
    rules = Counter(rule_of(one) for one in problems.elements())
    return [f"{count} × {rule}: {_examples(problems, rule)}" for rule, count in rules.most_common()]


def _examples(problems: Counter[str], rule: str) -> list[str]:
    return [one for one in problems if rule_of(one) == rule][:2]


def test_a_sample_of_channels_over_300_hostile_entries_breaks_no_rule(small: Site) -> None:
    """Every twentieth channel in every form: no rule is broken, and an entry is the same wherever it is."""
    problems = _problems(small, SAMPLE)

    assert [] == _told(problems)
    assert 150 < len(semantics.seen("atom", _documents(small, channels()[0])[FeedForm.ATOM]).ids)


def test_the_list_of_channels_breaks_no_rule() -> None:
    """The OPML document is good by the validator's rules."""
    assert [] == check_opml(opml(BASE))


@pytest.mark.long
def test_every_channel_over_20000_hostile_entries_breaks_no_rule(large: Site) -> None:
    """Every channel there is, in every form: no error, no warning, one entry the same everywhere."""
    while publish(large.db, large.folder, BASE, large.now, hub=HUB).changes:
        pass
    publish_all(large.db, large.folder, BASE, large.now, hub=HUB)

    assert [] == _told(_problems(large, list(channels())))
