"""What editors read at their desk, on both databases."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest

from pipeline.errors import BadInput, NotFound
from pipeline.model import Act, EntryId, EntryKind, Source, SourceId
from pipeline.store import Database, review, words
from pipeline.store.review import Page, Pair
from pipeline.store.schema import edge, entry
from tests.store.tellings import NOW, draft, send, settled

TODAY = date(2026, 11, 20)
BODY = (
    "Sáng nay cầu Rạch Vong nối hai bờ sông Hàm Luông được thông xe sau hai mươi sáu tháng thi công liên tục."
)
TEXTS = {
    "cau": ("Thông xe cầu Rạch Vong", BODY),
    "kham": (
        "Khám bệnh ở Tân Phú",
        "Trạm y tế xã khám miễn phí cho ba trăm người cao tuổi trong hai ngày nghỉ.",
    ),
    "lua": (
        "Lúa hè thu được giá",
        "Nông dân phấn khởi vì giá lúa tươi tăng thêm bốn trăm đồng so với vụ trước.",
    ),
    "thi": (
        "Hội thi đờn ca tài tử",
        "Mười hai đội tranh tài với các bài bản tổ và bản vắn trong đêm khai mạc.",
    ),
}
GAZETTE = Source(SourceId("cong-mau"), "Cổng Mẫu", "vinh-long", "ben-tre", ("congmau.example",))
ITEM = draft(
    "b#3",
    "Cầu Rạch Vong thông xe",
    BODY,
    kind=EntryKind.BULLETIN_ITEM,
    guid="",
    bulletin_id="b",
    bulletin_number=3,
)


@pytest.fixture
def ids(db: Database) -> dict[str, EntryId]:
    """The ids of four settled articles by their short names."""
    return told(db)


def told(db: Database) -> dict[str, EntryId]:
    """Tell four things that have nothing in common, and settle."""
    send(db, *(draft(name, title, body) for name, (title, body) in TEXTS.items()))
    settled(db)
    return {name: entry_id(db, name) for name in TEXTS}


def entry_id(db: Database, external_id: str) -> EntryId:
    """Return the entry that an external id names."""
    with db.read() as conn:
        known = review.seen(conn, conn.scalars(entry.select().with_only_columns(entry.c.entry_id)))
    return next(one.entry_id for one in known.values() if one.draft.external_id == external_id)


def left_over(db: Database, *pairs: tuple[EntryId, EntryId, float]) -> None:
    """Store pairs that the rules leave to an editor."""
    rows = [
        {
            "a": min(a, b),
            "b": max(a, b),
            "relation": "review",
            "score": score,
            "because": "gần giống",
            "rules": 9,
        }
        for a, b, score in pairs
    ]
    with db.write() as conn:
        conn.execute(edge.insert(), rows)


def names(page: Page) -> list[set[str]]:
    """Return the pairs of a page as external ids."""
    return [named(pair) for pair in page.pairs]


def named(pair: Pair) -> set[str]:
    """Return the external ids of a pair."""
    return {pair.one.draft.external_id, pair.other.draft.external_id}


def test_the_likeliest_pairs_come_first_and_pages_join_up(db: Database, ids: dict[str, EntryId]) -> None:
    """Read one by one or at once, the list is the same; equal scores have an order too."""
    scores = (0.7, 0.61, 0.61, 0.61, 0.5, 0.72)
    left_over(
        db, *((a, b, score) for (a, b), score in zip(combinations(ids.values(), 2), scores, strict=True))
    )
    with db.read() as conn:
        whole = review.waiting(conn, limit=10)
        single, after = [], ""
        while True:
            page = review.waiting(conn, limit=1, after=after)
            single += names(page)
            after = page.after
            if not after:
                break
        count = review.waiting_count(conn, 4), review.waiting_count(conn, 10)

    assert sorted(scores, reverse=True) == [pair.link.score for pair in whole.pairs if pair.link]
    assert names(whole) == single
    assert ("", (4, 6)) == (whole.after, count)


@pytest.mark.parametrize("kind", ["merge", "apart", "split"])
def test_a_word_decides_a_pair_and_undoing_it_leaves_it_open(
    db: Database, ids: dict[str, EntryId], kind: str
) -> None:
    """The pair goes from the list with the word, before anything is settled, and comes back."""
    left_over(db, (ids["cau"], ids["kham"], 0.6), (ids["cau"], ids["lua"], 0.5))
    with db.write() as conn:
        if kind == "split":
            words.split(conn, ids["cau"], "lan", NOW)
        else:
            say = words.merge if kind == "merge" else words.apart
            say(conn, ids["kham"], ids["cau"], "lan", NOW)
    with db.read() as conn:
        after = names(review.waiting(conn, limit=10))
        last = words.last_word(conn, "lan")
    assert last is not None
    with db.write() as conn:
        words.undo(conn, last.word_id, "an", NOW)
    with db.read() as conn:
        again = names(review.waiting(conn, limit=10))
        said = [(one.kind, one.undone, one.by) for one in words.said_of(conn, [ids["cau"]])]

    assert ([] if kind == "split" else [{"cau", "lua"}]) == after
    assert [{"cau", "kham"}, {"cau", "lua"}] == again
    assert [("undo", False, "an"), (kind, True, "lan")] == said


def test_what_is_one_story_or_gone_is_no_question(db: Database, ids: dict[str, EntryId]) -> None:
    """Pairs inside of a story, and those with a withdrawn entry, are passed over, however many."""
    left_over(db, *((a, b, 0.6) for a, b in combinations(ids.values(), 2)))
    with db.write() as conn:
        words.merge(conn, ids["lua"], ids["thi"], "lan", NOW)
    send(db, replace(draft("cau", *TEXTS["cau"]), act=Act.WITHDRAW, updated=NOW + timedelta(hours=1)))
    settled(db)
    left_over_again = [
        (ids["lua"], ids["thi"], 0.9),
        (ids["cau"], ids["lua"], 0.8),
        (ids["kham"], ids["lua"], 0.1),
    ]
    with db.write() as conn:
        conn.execute(edge.delete())
    left_over(db, *left_over_again)
    with db.read() as conn:
        page = review.waiting(conn, limit=1)

    assert ([{"kham", "lua"}], "") == (names(page), page.after)


def test_an_item_that_found_its_article_is_no_question(db: Database, ids: dict[str, EntryId]) -> None:
    """What else an item resembles is nobody's work once it has joined."""
    send(db, ITEM, source=GAZETTE)
    settled(db)
    item = entry_id(db, "b#3")
    left_over(db, (item, ids["lua"], 0.6), (ids["kham"], ids["lua"], 0.5))

    with db.read() as conn:
        [pair] = review.waiting(conn, limit=10).pairs
    assert {ids["kham"], ids["lua"]} == {pair.one.entry_id, pair.other.entry_id}


def test_a_day_is_a_local_one(db: Database, ids: dict[str, EntryId]) -> None:
    """A pair belongs to the day of its later entry, by the clock of Viet Nam."""
    late = NOW.replace(hour=17)  # midnight there
    send(
        db,
        draft("sau", "Giải bóng đá thiếu niên", "Tám đội thiếu niên tranh cúp trên sân vận động."),
        at=late,
    )
    settled(db)
    left_over(db, (ids["cau"], ids["kham"], 0.6), (ids["cau"], entry_id(db, "sau"), 0.5))
    with db.read() as conn:
        found = {
            day: names(review.waiting(conn, day=day, limit=10))
            for day in (TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1))
        }

    assert [[], [{"cau", "kham"}], [{"cau", "sau"}]] == list(found.values())


def test_decisions_of_a_day_name_who_joined_whom(db: Database) -> None:
    """An item is joined by its article, on the day of either; the texts are whole."""
    send(db, ITEM, source=GAZETTE, at=NOW - timedelta(days=1))
    settled(db)
    told(db)
    with db.read() as conn:
        days = [review.decided(conn, TODAY - timedelta(days=ago), limit=10) for ago in (0, 1, 2)]
        counts = [review.decided_count(conn, TODAY - timedelta(days=ago)) for ago in (0, 1, 2)]
    (pair,) = days[0].pairs

    assert [[{"b#3", "cau"}], [{"b#3", "cau"}], []] == [names(page) for page in days]
    assert [1, 1, 0] == counts
    assert ("b#3", "cau", BODY) == (
        pair.one.draft.external_id,
        pair.other.draft.external_id,
        pair.one.draft.body,
    )
    assert pair.link is not None
    assert pair.one.decision is not None
    assert (pair.link.score, pair.link.because) == (pair.one.decision.score, pair.one.decision.because)


def test_what_an_editor_joined_has_no_edge(db: Database, ids: dict[str, EntryId]) -> None:
    """The lead stands beside it, and the word is told."""
    with db.write() as conn:
        words.merge(conn, ids["lua"], ids["thi"], "lan", NOW)
    settled(db)
    with db.read() as conn:
        (pair,) = review.decided(conn, TODAY, limit=10).pairs

    assert ({"lua", "thi"}, None) == (named(pair), pair.link)
    assert [("merge", "lan")] == [(one.kind, one.by) for one in pair.said]


def test_the_least_certain_decisions_come_first(db: Database, ids: dict[str, EntryId]) -> None:
    """Pages join up in the order of their scores."""
    with db.write() as conn:
        words.merge(conn, ids["lua"], ids["thi"], "lan", NOW)
    send(db, ITEM, source=GAZETTE)
    settled(db)
    scores = {"b#3": 0.8}
    with db.write() as conn:
        item = entry_id(db, "b#3")
        conn.execute(entry.update().where(entry.c.entry_id == item).values(score=scores["b#3"]))
    with db.read() as conn:
        first = review.decided(conn, TODAY, limit=1)
        second = review.decided(conn, TODAY, limit=1, after=first.after)

    assert [[{"b#3", "cau"}], [{"lua", "thi"}]] == [names(first), names(second)]
    assert "" == second.after


def test_a_pair_can_be_seen_whatever_became_of_it(db: Database, ids: dict[str, EntryId]) -> None:
    """Withdrawn entries keep their text for an editor; an entry that was never told has none."""
    with db.write() as conn:
        words.apart(conn, ids["cau"], ids["kham"], "lan", NOW)
        words.withdraw(conn, ids["cau"], "lan", NOW + timedelta(seconds=1))
        words.split(conn, ids["lua"], "lan", NOW)
    settled(db)
    with db.read() as conn:
        seen = review.pair(conn, ids["kham"], ids["cau"])
        with pytest.raises(NotFound):
            review.pair(conn, ids["kham"], EntryId("e0"))

    assert (True, False, BODY) == (seen.one.live, seen.other.live, seen.other.draft.body)
    assert ["withdraw", "apart"] == [one.kind for one in seen.said]


@pytest.mark.parametrize("after", ["x", "~", "0.5.5~e~e", "nan.~a"])
def test_a_page_that_there_is_not_is_refused(db: Database, after: str) -> None:
    """Whoever writes the address by hand is told so; so is a day without a span."""
    with db.read() as conn:
        with pytest.raises(BadInput):
            review.waiting(conn, limit=1, after=after)
        with pytest.raises(BadInput):
            review.decided(conn, date.max, limit=1)
