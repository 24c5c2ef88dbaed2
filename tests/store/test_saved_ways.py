"""The ways of saved searches in SQL: who is behind, what is counted, and cursors that only move once."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest

from pipeline.errors import BadInput
from pipeline.store import Connection, Database, changes, deliveries, saved, saved_finds, saved_ways
from pipeline.store.saved_finds import Kind as Find
from pipeline.store.saved_ways import Kind, Pace, State, Way
from tests.store.tellings import NOW, draft, send, settled

UNTIL = dict.fromkeys(Pace, NOW)
BOTH = frozenset(Kind)


def search(conn: Connection) -> int:
    """Save a search."""
    return saved.add(conn, "Đê", {"q": "đê"}, None, NOW)[0]


def mail(conn: Connection, saved_id: int, name: str = "lan", pace: Pace = Pace.INSTANT) -> int:
    """Open a letter's way."""
    made = saved_ways.ask_mail(conn, saved_id, f"{name}@bao.example", name, pace, "vi", NOW)
    assert made is not None
    saved_ways.opened(conn, made)
    return made


def known(conn: Connection, way: int) -> Way:
    """Return a way as it stands."""
    found = saved_ways.get(conn, way)
    assert found is not None
    return found


def found(db: Database, *saved_ids: int) -> None:
    """Find one story for some searches."""
    send(db, draft("1", "Đê bao sạt lở", "Đoạn đê bao dài ba trăm mét sạt lở trong đêm, không ai bị thương."))
    settled(db)
    with db.write() as conn:
        [story] = {one.story_id for one in changes.after(conn, 0, 9)}
        saved_finds.note(conn, [(one, story, Find.NEW, NOW) for one in saved_ids], NOW)


def test_who_is_behind(db: Database) -> None:
    """Active ways of searches with finds up to their moment, without one that a delivery is due for."""
    with db.write() as conn:
        one, other = search(conn), search(conn)
        plain, daily, off = mail(conn, one, "a"), mail(conn, one, "b", Pace.DAILY), mail(conn, one, "c")
        hook = saved_ways.add_hook(conn, one, "https://a.example/", NOW)
        saved_ways.opened(conn, hook)
        saved_ways.closed(conn, off)
        due = mail(conn, one, "d")
        deliveries.want(conn, "saved_mail", str(due), "", "h", NOW)
        mail(conn, other, "e")
    found(db, one)
    earlier = {**UNTIL, Pace.DAILY: NOW - timedelta(hours=1)}
    with db.read() as conn:
        all_of_them = [way.way_id for way in saved_ways.behind(conn, UNTIL, BOTH, NOW)]
        without_digest = [way.way_id for way in saved_ways.behind(conn, earlier, BOTH, NOW)]
        hooks = [way.way_id for way in saved_ways.behind(conn, UNTIL, frozenset({Kind.HOOK}), NOW)]

    assert [plain, daily, hook] == all_of_them
    assert [plain, hook] == without_digest
    assert [hook] == hooks


def test_a_cursor_moves_once(db: Database) -> None:
    """Whoever comes late with the same batch changes nothing."""
    with db.write() as conn:
        one = search(conn)
        way = mail(conn, one)
    found(db, one)
    with db.write() as conn:
        before = known(conn, way)
        saved_ways.batched(conn, before, 7)
        saved_ways.told(conn, before, 7, 1, NOW)
        saved_ways.told(conn, before, 9, 5, NOW)
        saved_ways.batched(conn, before, 8)
        after = known(conn, way)

    assert (7, 7, 1, 1) == (after.position, after.through, after.told, after.burst)


def test_a_way_is_told_what_is_found_from_now_on(db: Database) -> None:
    """Opening it sets the cursor to the newest find; opening it again does not."""
    with db.write() as conn:
        one = search(conn)
    found(db, one)
    with db.write() as conn:
        way = mail(conn, one)
        first = known(conn, way).position
        saved_ways.told(conn, known(conn, way), first + 1, 1, NOW)
        saved_ways.opened(conn, way)

        assert saved_finds.head(conn) == first
        assert first + 1 == known(conn, way).position


def test_what_is_invalid_is_told_once(db: Database) -> None:
    """Until it has another flaw."""
    with db.write() as conn:
        one = search(conn)
        way = mail(conn, one)
        saved.invalidate(conn, one, "no topic")
        first = saved_ways.behind(conn, UNTIL, BOTH, NOW)
        saved_ways.flaw_told(conn, known(conn, way), "no topic", NOW)

        assert [way] == [each.way_id for each in first]
        assert [] == saved_ways.behind(conn, UNTIL, BOTH, NOW)


def test_an_address_is_told_of_few_searches(db: Database) -> None:
    """Twenty; whoever asks for more hears nothing of it."""
    with db.write() as conn:
        for _ in range(saved_ways.MOST_OF_ADDRESS):
            mail(conn, search(conn))

        assert saved_ways.ask_mail(conn, search(conn), "lan@b.example", "lan", Pace.DAILY, "vi", NOW) is None
        assert saved_ways.ask_mail(conn, search(conn), "minh@b.example", "m", Pace.DAILY, "vi", NOW)


def test_who_confirmed_is_not_asked_again(db: Database) -> None:
    """One who was stopped, or wanted no more, is."""
    with db.write() as conn:
        one = search(conn)
        way = mail(conn, one)
        active = saved_ways.ask_mail(conn, one, "lan@bao.example", "lan", Pace.DAILY, "vi", NOW)
        saved_ways.stopped(conn, way, "SMTP 550")
        stopped = saved_ways.ask_mail(conn, one, "lan@bao.example", "lan", Pace.DAILY, "vi", NOW)
        saved_ways.closed(conn, way)
        off = saved_ways.ask_mail(conn, one, "lan@bao.example", "lan", Pace.DAILY, "vi", NOW)

        assert (None, way, way) == (active, stopped, off)
        assert (State.ASKED, Pace.DAILY) == (known(conn, way).state, known(conn, way).pace)


def test_who_presses_twice_is_asked_once(db: Database) -> None:
    """Two wishes at the same moment find one way: two would tell each story twice."""
    with db.write() as conn:
        one = search(conn)

    def ask(conn: Connection) -> int | None:
        return saved_ways.ask_mail(conn, one, "lan@bao.example", "lan", Pace.DAILY, "vi", NOW)

    def again() -> int | None:
        with db.write() as conn:
            return ask(conn)

    with ThreadPoolExecutor(1) as pool:
        with db.write() as conn:
            first = ask(conn)
            second = pool.submit(again)
            wait([second], timeout=0.2)  # it would be done by then if it did not wait for us

        assert first == second.result()


def test_an_address_is_one_webhook_of_a_search(db: Database) -> None:
    """A form that is sent twice adds no twin; another search may call there, and this one again later."""
    address = "https://a.example/"
    with db.write() as conn:
        one, other = search(conn), search(conn)
        first = saved_ways.add_hook(conn, one, address, NOW)
        with pytest.raises(BadInput, match="known URL"):
            saved_ways.add_hook(conn, one, address, NOW)
        saved_ways.add_hook(conn, other, address, NOW)
        saved_ways.closed(conn, first)
        again = saved_ways.add_hook(conn, one, address, NOW)

        assert [again] == [way.way_id for way in saved_ways.of_search(conn, one)]


def test_webhooks_are_few(db: Database) -> None:
    """Three of one search."""
    with db.write() as conn:
        one = search(conn)
        for number in range(saved_ways.MOST_HOOKS):
            saved_ways.add_hook(conn, one, f"https://a.example/{number}", NOW)
        with pytest.raises(BadInput, match="hook"):
            saved_ways.add_hook(conn, one, "https://a.example/x", NOW)

        assert 3 == saved_ways.counts(conn)["hook_asked"]
        saved_ways.end(conn, one)
        assert [] == saved_ways.of_search(conn, one)
