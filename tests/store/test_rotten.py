"""Rotten sources: what is held, released and refused; pauses; rollbacks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from pipeline.errors import NotFound
from pipeline.model import Form, SourceId, StoryState
from pipeline.store import (
    Database,
    counters,
    export,
    habits,
    numbers,
    pauses,
    quarantine,
    receipts,
    rollbacks,
    stories,
    words,
)
from pipeline.store.schema import entry, story
from tests.store.doors import deliver, door, news
from tests.store.tellings import NOW, PAPER, HandedOver, clock, draft, drain, send, settled

SPAM = draft(
    "chen-vao",
    "Nhà cái uy tín số 1: link vào mới nhất không bị chặn",
    "Đăng ký ngay nhận khuyến mãi nạp đầu, nạp rút trong một phút. Tài xỉu, nổ hũ, bắn cá đổi thưởng, "
    "soi kèo mỗi ngày cho anh em tân thủ.",
)
DAY = timedelta(days=1)


def told(db: Database) -> set[str]:
    """Return the headlines of what stands."""
    settled(db)
    with db.read() as conn:
        return {one.face.title for one in stories.page(conn, None, 1_000)}


def test_one_bad_item_is_held_and_the_rest_goes_on(db: Database) -> None:
    """An injected item waits with its name and reason; its neighbours are news; the counts add up."""
    deliver(db, door(db), news(1), SPAM, news(2))

    assert {news(1).title, news(2).title} == told(db)
    with db.read() as conn:
        [held] = quarantine.listed(conn)
        assert ("chen-vao", "habit", PAPER.source_id) == (held.external_id, held.stage, held.source_id)
        assert "cờ bạc" in held.reason
        assert 1 == counters.listed(conn)["held_vocabulary"]
        assert 1 == numbers.state(conn, NOW)["quarantine_open"]
        today = habits.of(conn, [PAPER.source_id], NOW.toordinal())[PAPER.source_id]
        assert [(2, 1)] == [
            (day.entries, day.held) for days in today.values() for day in days if day.day == NOW.toordinal()
        ]


def test_what_is_held_is_traced(db: Database) -> None:
    """An item that never became an entry is found by its id, with where it is and why."""
    deliver(db, door(db), news(1), SPAM)
    with db.read() as conn:
        traced = export.trace(conn, "chen-vao")

    assert ([], "open") == (traced["entries"], traced["held"][0]["state"])
    assert "cờ bạc" in traced["held"][0]["reason"]


def test_what_an_editor_releases_is_news(db: Database) -> None:
    """A released item stands, and passes when the feed repeats it."""
    intake = door(db)
    deliver(db, intake, news(1), SPAM)
    with db.write() as conn:
        [held] = quarantine.listed(conn)
        assert 1 == quarantine.replay(conn, held.held_id)
    drain(db, HandedOver(), clock)
    deliver(db, intake, SPAM, news(2))

    assert SPAM.title in told(db)
    with db.read() as conn:
        assert [] == quarantine.listed(conn)


def test_what_an_editor_drops_stays_away(db: Database) -> None:
    """A dropped item and one that is still held are not held again, though the feed repeats them."""
    intake = door(db)
    deliver(db, intake, SPAM)
    deliver(db, intake, SPAM, news(1))
    with db.write() as conn:
        [held] = quarantine.listed(conn)
        quarantine.drop(conn, held.held_id)
    deliver(db, intake, SPAM, news(2))

    assert {news(1).title, news(2).title} == told(db)
    with db.read() as conn:
        assert [] == quarantine.listed(conn)
        assert {"drop_held_before": 1, "drop_refused_before": 1} == {
            name: count for name, count in counters.listed(conn).items() if name.startswith("drop_")
        }


@pytest.mark.parametrize("form", [Form.PUSH, Form.PAGE])
def test_pushes_and_pages_are_looked_at_too(db: Database, form: Form) -> None:
    """An injected push, or the injected page of a stub, waits as an item of a feed does."""
    deliver(db, door(db), SPAM, form=form)

    assert set() == told(db)


def test_pages_of_stubs_have_a_habit_of_their_own(db: Database) -> None:
    """The page that makes a text of a stub counts at a door of its own, not as another entry."""
    intake = door(db, days=0)
    deliver(db, intake, replace(news(1), body=""))
    deliver(db, intake, news(1), form=Form.PAGE)

    with db.read() as conn:
        doors = habits.of(conn, [PAPER.source_id], NOW.toordinal())[PAPER.source_id]
    assert {intake: (1, 1), -intake: (1, 0)} == {
        one: (days[0].entries, days[0].stubs) for one, days in doors.items()
    }


def test_a_stub_goes_with_its_page(db: Database) -> None:
    """A stub whose page is held is out of everything; dropped it stays out, released both are news."""
    intake = door(db)
    other = replace(SPAM, external_id="khac", guid="khac", body=f"{SPAM.body} Xem ngay.")
    for one in (SPAM, other):
        stub = replace(one, title=f"Tin {one.external_id}", body="", summary="Mời bạn đọc đón xem.")
        deliver(db, intake, replace(stub, canonical_url=f"https://baomau.example/{one.external_id}"))
    assert 2 == len(told(db))
    for one in (SPAM, other):
        at = f"https://baomau.example/{one.external_id}"
        deliver(db, intake, replace(one, canonical_url=at), news(1), form=Form.PAGE)

    assert {news(1).title} == told(db)
    with db.write() as conn:
        first, second = quarantine.listed(conn)
        quarantine.drop(conn, first.held_id)
        quarantine.replay(conn, second.held_id)
    drain(db, HandedOver(), clock)
    assert {news(1).title, other.title} == told(db)
    with db.write() as conn:
        found = rollbacks.extent(conn, PAPER.source_id, NOW - DAY, NOW + DAY)
        rollbacks.withdraw(conn, PAPER.source_id, found, NOW - DAY, "chi", NOW, "")
    assert set() == told(db)
    with db.write() as conn:
        assert 2 == rollbacks.undo(conn, PAPER.source_id, "chi", NOW)
    assert {news(1).title, other.title} == told(db)


def test_what_is_released_brings_its_page(db: Database) -> None:
    """A stub that an editor let pass is not held a second time by its page; a later change of it is."""
    intake = door(db)
    deliver(db, intake, replace(SPAM, body="", summary=SPAM.body))
    with db.write() as conn:
        [held] = quarantine.listed(conn)
        quarantine.replay(conn, held.held_id)
    drain(db, HandedOver(), clock)
    deliver(db, intake, SPAM, form=Form.PAGE)
    with db.read() as conn:
        assert [] == quarantine.listed(conn)
    deliver(db, intake, replace(SPAM, body=f"{SPAM.body} Tặng code."), form=Form.PAGE)

    with db.write() as conn:
        assert 1 == len(quarantine.listed(conn))
        found = rollbacks.extent(conn, PAPER.source_id, NOW - DAY, NOW + DAY)
        rollbacks.withdraw(conn, PAPER.source_id, found, NOW - DAY, "chi", NOW, "")
        assert [] == quarantine.listed(conn)


def test_a_revision_with_something_injected_is_held(db: Database) -> None:
    """A good article that gets injected text keeps its good text."""
    intake = door(db)
    deliver(db, intake, news(1))
    deliver(db, intake, replace(news(1), body=f"{news(1).body}\n\n{SPAM.title}. {SPAM.body}"))

    with db.read() as conn:
        assert 1 == len(quarantine.listed(conn))
    settled(db)
    with db.read() as conn:
        [found] = stories.page(conn, None, 10)
        assert [news(1).text()] == stories.texts(conn, [found.story_id])[found.story_id]


def test_another_language_is_held_where_all_was_vietnamese(db: Database) -> None:
    """English at a Vietnamese source waits; a source without a habit may speak as it likes."""
    english = draft(
        "en",
        "Province welcomes delegation of investors from abroad",
        "The leaders of the province met with a delegation of investors this morning and talked about the "
        "industrial zone, the new bridge over the river and training for young workers in the coming years.",
    )
    send(db, english)
    settled(db)
    deliver(db, door(db), replace(english, external_id="en-2", guid="en-2", title=f"{english.title} again"))

    assert {english.title} == told(db)
    with db.read() as conn:
        [held] = quarantine.listed(conn)
        assert "tiếng Việt" in held.reason


def test_links_to_many_foreign_hosts_are_held(db: Database) -> None:
    """An article that links to eight strange hosts waits at a source that never links away."""
    farm = tuple(f"shop{number}.example" for number in range(8))
    deliver(db, door(db), replace(news(1), linked=farm), replace(news(2), linked=("baomau.example",)))

    assert {news(2).title} == told(db)
    with db.read() as conn:
        assert 1 == counters.listed(conn)["held_links"]


def test_a_flood_is_held_as_a_whole_and_released_at_once(db: Database) -> None:
    """Three hundred items at a source of five a day wait; one word releases them, here for the archive."""
    intake = door(db)
    deliver(db, intake, *map(news, range(300)))
    with db.read() as conn:
        assert 300 == quarantine.count_open(conn)
        [pile] = quarantine.piles(conn)
        assert (300, 3) == (pile.count, len(pile.titles))
        assert "dồn dập" in pile.first.reason
    with db.write() as conn:
        assert 300 == quarantine.replay_all(conn, PAPER.source_id, as_old=True)
    drain(db, HandedOver(), clock)

    with db.read() as conn:
        assert 300 == stories.count(conn)
        assert [] == stories.window(conn, limit=10)
        assert 0 == quarantine.count_open(conn)


def test_a_flood_by_pushes_is_held_beyond_the_day(db: Database) -> None:
    """Pushes one by one are news up to the day's measure; what comes beyond waits."""
    intake = door(db)
    for number in range(60):
        deliver(db, intake, news(number), form=Form.PUSH)

    with db.read() as conn:
        assert 60 - 50 == quarantine.count_open(conn)


def test_a_busy_day_of_a_small_source_is_no_flood(db: Database) -> None:
    """Thirty items at a source of one a day are a busy day."""
    deliver(db, door(db, per_day=1), *map(news, range(30)))

    with db.read() as conn:
        assert 0 == quarantine.count_open(conn)


def test_a_young_door_has_no_habit(db: Database) -> None:
    """The first document of a feed may be as long as it likes."""
    deliver(db, door(db, days=0), *map(news, range(200)))

    with db.read() as conn:
        assert 0 == quarantine.count_open(conn)


def test_a_first_poll_lists_what_is_old(db: Database) -> None:
    """Of a first document only the last two days are news; of the next one everything that is not old."""
    intake = door(db, days=0)
    deliver(db, intake, news(1), news(2, ago=5 * DAY))
    deliver(db, intake, news(3, ago=5 * DAY), news(4, ago=20 * DAY), at=NOW + timedelta(hours=1))
    settled(db)

    with db.read() as conn:
        live = {one.face.title for one in stories.window(conn, limit=10)}
        assert 4 == stories.count(conn)
        assert {"backfill_age": 1, "backfill_first_poll": 1} == {
            name: count for name, count in counters.listed(conn).items() if name.startswith("backfill")
        }
    assert {news(1).title, news(3).title} == live


def test_an_archive_that_is_listed_again_is_no_news(db: Database) -> None:
    """Old articles under new names and new dates are told before; the ones of today are news."""
    intake = door(db)
    deliver(db, intake, *map(news, range(30)))
    later = NOW + DAY
    again = [
        replace(
            news(number, at=later),
            guid=f"moi-{number}",
            external_id=f"moi-{number}",
            url=f"https://baomau.example/moi/{number}",
            canonical_url=f"https://baomau.example/moi/{number}",
        )
        for number in range(30)
    ]
    deliver(db, intake, *again, news(99, at=later), at=later)

    with db.read() as conn:
        flags = conn.execute(select(entry.c.backfill).where(entry.c.first_seen == later)).scalars().all()
        assert 0 == quarantine.count_open(conn)
    assert [False] + [True] * 30 == sorted(flags)


def test_a_catch_up_after_our_own_outage_is_news(db: Database) -> None:
    """What is dated within two days without a poll is news, however much it is."""
    intake = door(db)
    deliver(db, intake, news(0))
    later = NOW + 2 * DAY
    missed = [news(number, at=later, ago=timedelta(hours=number)) for number in range(1, 40)]
    deliver(db, intake, *missed, at=later)
    settled(db)

    with db.read() as conn:
        assert 40 == len(stories.window(conn, limit=100))


def test_a_paused_source_waits(db: Database) -> None:
    """What comes while it is paused is kept and not read; it is read when it is resumed."""
    deliver(db, door(db), news(1))
    with db.write() as conn:
        pauses.pause(conn, PAPER.source_id, "trang bị chèn quảng cáo", NOW)
    send(db, news(2))
    assert {news(1).title} == told(db)
    with db.read() as conn:
        assert {PAPER.source_id: (NOW, "trang bị chèn quảng cáo", 1)} == pauses.listed(conn)
        assert (0, 0.0) == (receipts.pending(conn), numbers.state(conn, NOW)["oldest_unread_seconds"])
    with db.write() as conn:
        assert 1 == pauses.resume(conn, PAPER.source_id)

    assert {news(1).title, news(2).title} == told(db)


def test_nobody_pauses_an_unknown_source(db: Database) -> None:
    """A name that is nobody's is refused."""
    with pytest.raises(NotFound), db.write() as conn:
        pauses.pause(conn, PAPER.source_id, "", NOW)


def test_a_rollback_withdraws_what_came_and_is_undone(db: Database) -> None:
    """What came since is out of every window, stays out when it is told again, and comes back as a whole."""
    intake = door(db)
    deliver(db, intake, news(1), at=NOW - DAY)
    deliver(db, intake, news(2), news(3))
    settled(db)
    later = NOW + timedelta(hours=1)
    with db.write() as conn:
        found = rollbacks.extent(conn, PAPER.source_id, NOW, later)
        assert (2, 0, 2, 0) == (len(found.brought), len(found.revised), found.ends, found.goes_on)
        rollbacks.withdraw(conn, PAPER.source_id, found, NOW, "lan", later, "trang bị tấn công")
    deliver(db, intake, news(2), replace(news(3), body=f"{news(3).body} Thêm một câu."), at=later)

    assert {news(1).title} == told(db)
    with db.read() as conn:
        gone = conn.execute(select(story).where(story.c.state == StoryState.WITHDRAWN)).all()
        assert 2 == len(gone)
        assert "thu hồi" in words.history(conn, limit=1)[0].because
        assert 0 == len(rollbacks.extent(conn, PAPER.source_id, NOW, later).brought)
    with db.write() as conn:
        assert 2 == rollbacks.undo(conn, PAPER.source_id, "lan", later)
    assert {news(1).title, news(2).title, news(3).title} == told(db)
    with pytest.raises(NotFound), db.write() as conn:
        rollbacks.undo(conn, PAPER.source_id, "lan", later)


def test_a_story_that_others_tell_goes_on(db: Database) -> None:
    """A rollback takes a source's telling out of a story; the other paper's stands."""
    other = replace(PAPER, source_id=SourceId("bao-khac"), name="Báo Khác")
    send(db, replace(news(1), external_id="k", guid="k", url="", canonical_url=""), source=other)
    deliver(db, door(db), news(1))
    settled(db)
    with db.write() as conn:
        found = rollbacks.extent(conn, PAPER.source_id, NOW, NOW + DAY)
        assert (1, 0, 1) == (len(found.brought), found.ends, found.goes_on)
        rollbacks.withdraw(conn, PAPER.source_id, found, NOW, "lan", NOW, "")
    settled(db)

    with db.read() as conn:
        [standing] = stories.page(conn, None, 10)
    assert ["bao-khac"] == [telling.source_id for telling in standing.face.tellings]


def test_a_defaced_article_is_taken_out_too(db: Database) -> None:
    """An older article whose present text came in the span is part of a rollback."""
    intake = door(db)
    deliver(db, intake, news(1), at=NOW - DAY)
    deliver(db, intake, replace(news(1), body="Trang này đã bị đổi.", updated=NOW))
    settled(db)

    with db.read() as conn:
        found = rollbacks.extent(conn, PAPER.source_id, NOW, NOW + DAY)
    assert (0, 1) == (len(found.brought), len(found.revised))
