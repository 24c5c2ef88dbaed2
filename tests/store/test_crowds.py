"""Floods of look-alikes: runs of words that too many hold find nobody, in any order of arrival."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from pipeline import linking
from pipeline.model import Draft, EntryKind
from pipeline.stages import receive, settle
from pipeline.store import Database, candidates, entries, export, leases, links, numbers, prints
from tasks.upkeep import thin_out
from tests.store.newsroom import PAPERS, TEXTS, emptied, evidence, notice, published
from tests.store.tellings import NOW, HandedOver, clock, draft, send, settled

pytestmark = pytest.mark.early

_NOTICES = 204  # more than a crowd
_COPIED = 12
_REVISED = 14  # fewer are left than make a crowd
_ELSEWHEN = (0, 40, None)  # days before today: near, in another partition, unknown
_BEGIN = ("Phú", "Long", "Tân", "An", "Bình", "Mỹ", "Thạnh", "Vĩnh", "Hòa", "Lương", "Đông", "Tiên")
_END = (
    "Thuận", "Định", "Lợi", "Khánh", "Phước", "Hưng", "Quới", "Nghĩa", "Sơn", "Trung", "Thới", "Mai", "Xuân",
    "Hiệp", "Bửu", "Điền", "Trạch",
)  # fmt: skip

Told = tuple[int, Draft]  # paper and what it says


def _notice(paper: int, number: int, days: int | None) -> Told:
    commune = f"{_BEGIN[number % len(_BEGIN)]} {_END[number // len(_BEGIN)]}"
    said = notice(
        str(1 + number % 28),
        commune,
        f"{5 + number % 9} giờ {number % 60}",
        f"{14 + number % 5} giờ {number * 7 % 60}",
    )
    name, host = f"cup-dien-{number}", f"{PAPERS[paper].source_id}.example"
    made = draft(
        name,
        said.title,
        said.body,
        guid=f"{host}-{name}",
        canonical_url=f"https://{host}/{name}",
        published=published(days),
    )
    return paper, made


def flood() -> list[Told]:
    """Return notices that differ in day, commune and hours, and copies of some at another paper."""
    copies = [_notice(1, number, _ELSEWHEN[number % len(_ELSEWHEN)]) for number in range(_COPIED)]
    return [_notice(0, number, number % 20) for number in range(_NOTICES)] + copies


def boilerplate() -> Told:
    """Return a bulletin's item that says nothing but what every notice says."""
    said = notice("1", "Phú Thuận", "7 giờ", "11 giờ").body.split("\n\n")[1]
    item = draft(
        "ban-tin#1",
        "Khuyến cáo khi cúp điện",
        said,
        guid="",
        kind=EntryKind.BULLETIN_ITEM,
        bulletin_id="ban-tin",
        bulletin_number=1,
    )
    return 2, item


def arrive(db: Database, told: list[Told], *, together: int, limit: int) -> None:
    """Receive so many at once, and settle so many at once."""
    for start in range(0, len(told), together):
        for paper, one in told[start : start + together]:
            send(db, one, source=PAPERS[paper])
        while receive(db, HandedOver(), clock).receipts:
            pass
        while settle(db, clock, limit=limit).entries:
            pass


@pytest.mark.long_on_postgresql
def test_a_flood_is_the_same_in_any_order(db: Database) -> None:
    """Look-alikes stay apart and true copies join, all at once or batch by batch; the crowd is counted."""
    found, crowds = [], []
    for seed, together, limit in ((0, 1_000, 200), (1, 60, 20), (2, 1_000, 7)):
        emptied(db)
        told = flood()
        Random(seed).shuffle(told)
        arrive(db, told, together=together, limit=limit)
        with db.read() as conn:
            found.append(evidence(conn))
            crowds.append(numbers.state(conn, NOW)["crowds"])

    assert [found[0]] * 3 == found
    assert [crowds[0]] * 3 == crowds
    assert crowds[0] > 0
    faces = found[0]["stories"].values()
    assert {1: _NOTICES - _COPIED, 2: _COPIED} == {
        size: sum(len(face["tellings"]) == size for face in faces) for size in (1, 2)
    }


@pytest.fixture
def crowded(db: Database) -> list[Told]:
    """A flood that was settled, with an item that the crowd hides from all notices, then revised away."""
    told = [*flood()[:_NOTICES], boilerplate()]
    arrive(db, told, together=1_000, limit=200)
    with db.read() as conn:
        before = (candidates.crowds(conn) > 0, evidence(conn)["edges"])
    assert (True, []) == before
    other = TEXTS["sen full"]
    revised = [
        (paper, replace(one, title=other.title, body=other.body, updated=NOW + timedelta(hours=1)))
        for paper, one in told[:_REVISED]
    ]
    arrive(db, revised, together=1_000, limit=200)
    return told + revised


@pytest.mark.long
def test_a_crowd_that_is_gone_is_mended(db: Database, crowded: list[Told]) -> None:
    """Once upkeep was there, the stories are those of a database that never saw a crowd."""
    touched = thin_out(db, NOW, 60)
    settled(db)
    with db.read() as conn:
        left, mended = candidates.crowds(conn), evidence(conn)
    emptied(db)
    arrive(db, crowded, together=1_000, limit=200)
    with db.read() as conn:
        fresh = evidence(conn)

    assert touched > 0
    assert 0 == left
    assert (
        len(mended["edges"]) > _NOTICES - _REVISED - 1
    )  # the item with every notice; it lies in the best of them
    assert fresh == mended


@pytest.mark.usefixtures("crowded")
def test_a_plan_from_before_does_not_undo_the_mending(db: Database) -> None:
    """What was planned with the crowd and is committed without it leaves its entries to be linked again."""
    with db.read() as conn:
        every = sorted(evidence(conn)["texts"])
    with db.write() as conn:
        entries.touch(conn, every)
    with db.read() as conn:
        plan = linking.plan(conn, 300)
    thin_out(db, NOW, 60)
    with db.write() as conn:
        links.commit(conn, plan, NOW)
    settled(db)
    with db.read() as conn:
        edges = evidence(conn)["edges"]

    assert len(edges) > _NOTICES - _REVISED - 1


@pytest.mark.usefixtures("crowded")
def test_upkeep_waits_for_the_linker_and_comes_once_an_hour(db: Database) -> None:
    """While somebody links nothing is mended; after a mending none is for an hour."""
    held = leases.acquire(db, "link", 60, NOW)
    assert held is not None
    busy = thin_out(db, NOW, 60)
    leases.release(db, held)
    with db.write() as conn:
        numbers.mark(conn, "thin_out", NOW - timedelta(minutes=59))
    early = thin_out(db, NOW, 60)
    late = thin_out(db, NOW + timedelta(minutes=1), 60)

    assert (0, 0) == (busy, early)
    assert late > 0


@pytest.mark.long
def test_the_same_words_in_any_order(db: Database) -> None:
    """More papers than make a crowd print one text: the same evidence at once and batch by batch."""
    _, first = _notice(0, 0, 0)
    told = [
        (
            0,
            replace(
                first,
                external_id=f"copy-{number}",
                guid=f"copy-{number}",
                canonical_url=f"https://{PAPERS[0].source_id}.example/copy-{number}",
                published=published(number % 20),
            ),
        )
        for number in range(_NOTICES + _COPIED)
    ]
    found = []
    for seed, together, limit in ((0, 1_000, 400), (1, 110, 150)):
        emptied(db)
        Random(seed).shuffle(told)
        arrive(db, told, together=together, limit=limit)
        with db.read() as conn:
            found.append(evidence(conn))

    assert found[0] == found[1]
    assert 1 == len(found[0]["stories"])


def test_items_and_articles_of_one_house_look_at_each_other(db: Database) -> None:
    """A bulletin's item need share no run of words with its publisher's article of these days."""
    _, item = boilerplate()
    texts = iter(TEXTS.values())
    for paper, days in ((2, 1), (2, 9), (1, 1)):
        title, body = next(texts).title, next(texts).body
        name = f"bai-{paper}-{days}"
        send(db, draft(name, title, body, guid=name, published=published(days)), source=PAPERS[paper])
    send(db, item, source=PAPERS[2])
    settled(db)
    with db.read() as conn:
        by_name = {line["external_id"]: line["entry_id"] for line in export.lines(conn)}
        known = prints.sought(conn, by_name.values())
        numbers_of = {name: known[entry_id].number for name, entry_id in by_name.items()}
        near = {
            name: {number for _, number in candidates.find(conn, [known[entry_id]], 45).pairs}
            for name, entry_id in by_name.items()
        }

    assert numbers_of["bai-2-1"] in near["ban-tin#1"]
    assert numbers_of["ban-tin#1"] in near["bai-2-1"]
    assert not {numbers_of["bai-2-9"], numbers_of["bai-1-1"]} & near["ban-tin#1"]
