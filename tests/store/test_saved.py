"""Saved searches in SQL: tokens, states, limits, and what was found."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from pipeline.errors import BadInput
from pipeline.model import StoryId
from pipeline.store import Database, changes, saved, saved_finds
from pipeline.store.saved import State
from pipeline.store.saved_finds import Kind
from pipeline.store.schema import saved_search
from tests.store.tellings import NOW, draft, send, settled

ASKED = {"q": "đê bao"}
BODY = "Một hai ba bốn năm sáu bảy tám chín mười. " * 3


def test_a_token_names_its_search_and_is_not_stored(db: Database) -> None:
    """Whoever has the token finds the search; the table holds only its hash."""
    with db.write() as conn:
        made, token = saved.add(conn, " Đê bao ", ASKED, "lan", NOW)
        known = saved.by_token(conn, token)
        [row] = conn.execute(saved_search.select()).all()

    assert known is not None
    assert (made, "Đê bao", ASKED, "lan") == (known.saved_id, known.name, known.asked, known.owner)
    assert saved.TOKEN_LENGTH == len(token)
    assert not any(token in str(value) for value in row)


@pytest.mark.parametrize("token", ["", "a" * 32, "a" * 31 + "é", "\x00" * 32, "a" * 5_000])
def test_another_token_names_nothing(db: Database, token: str) -> None:
    """Whatever is not a token of ours is unknown, whatever is in it."""
    with db.write() as conn:
        saved.add(conn, "", ASKED, None, NOW)

        assert saved.by_token(conn, token) is None


def test_states_follow_each_other(db: Database) -> None:
    """Pause and resume, invalid and readable again, and an end that forgets what was asked."""
    with db.write() as conn:
        made, token = saved.add(conn, "Tên", ASKED, "lan", NOW)
        went = []
        steps: tuple[Callable[[], object], ...] = (
            lambda: saved.pause(conn, made),
            lambda: saved.invalidate(conn, made, "no such topic"),
            lambda: saved.resume(conn, made),
            lambda: saved.invalidate(conn, made, "no such topic"),
            lambda: saved.revalidate(conn, made),
            lambda: saved.end(conn, made),
            lambda: saved.resume(conn, made),
            lambda: saved.rename(conn, made, "Khác"),
        )
        for step in steps:
            step()
            known = saved.get(conn, made)
            assert known is not None
            went.append((known.state.value, known.flaw, known.name))
        ended = saved.by_token(conn, token)

        assert [] == saved.of_owner(conn, "lan")
    assert went == [
        ("paused", "", "Tên"),
        ("paused", "", "Tên"),
        ("active", "", "Tên"),
        ("invalid", "no such topic", "Tên"),
        ("active", "", "Tên"),
        ("ended", "", ""),
        ("ended", "", ""),
        ("ended", "", ""),
    ]
    assert ended is not None
    assert ({}, None) == (ended.asked, ended.owner)


def test_every_write_moves_the_stamp(db: Database) -> None:
    """Who keeps the stamp learns of each search that was written since, and of nothing else."""
    with db.write() as conn:
        first, _ = saved.add(conn, "", ASKED, None, NOW)
        second, _ = saved.add(conn, "", ASKED, None, NOW)
        stamp = saved.stamp(conn)
        saved.pause(conn, first)

        assert stamp < saved.stamp(conn)
        assert [first] == [one.saved_id for one in saved.changed_since(conn, stamp)]
        assert [second, first] == [one.saved_id for one in saved.changed_since(conn, 0)]
        assert [] == saved.changed_since(conn, saved.stamp(conn))


def test_limits_are_told(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing asked, a long name, a long question, one search too many: each is refused by its name."""
    monkeypatch.setattr(saved, "MOST_OF_OWNER", 1)
    with db.write() as conn:
        saved.add(conn, "", ASKED, "lan", NOW)
        for name, asked, owner, field in (
            ("", {}, None, "q"),
            ("a" * 121, ASKED, None, "name"),
            ("", {"q": "a" * 2_001}, None, "q"),
            ("", ASKED, "lan", "saved searches"),
        ):
            with pytest.raises(BadInput) as refused:
                saved.add(conn, name, asked, owner, NOW)
            assert field == refused.value.subject
        saved.add(conn, "", ASKED, "minh", NOW)


def test_a_use_is_noted_to_the_hour(db: Database) -> None:
    """The second use within an hour writes nothing."""
    with db.write() as conn:
        made, _ = saved.add(conn, "", ASKED, None, NOW)
        times = []
        for minutes in (30, 61, 90):
            known = saved.get(conn, made)
            assert known is not None
            saved.seen(conn, known, NOW + timedelta(minutes=minutes))
            after = saved.get(conn, made)
            assert after is not None
            times.append((after.seen_at - NOW) // timedelta(minutes=1))

    assert [0, 61, 61] == times


def test_what_was_found_is_read_by_position(db: Database) -> None:
    """Each reader goes on behind its own position; operators see counts and no question."""
    send(db, draft("a", "Tin một", BODY), draft("b", "Tin hai", BODY.replace("hai", "chục")))
    settled(db)
    with db.write() as conn:
        made, _ = saved.add(conn, "Bí mật", ASKED, None, NOW)
        one, other = sorted({change.story_id for change in changes.after(conn, 0, 10)})
        saved_finds.note(conn, [(made, one, Kind.NEW, NOW), (made, other, Kind.NEW, NOW)], NOW)
        saved_finds.note(conn, [(made, one, Kind.WITHDRAWN, NOW)], NOW)
        found = saved_finds.matches(conn, made, 0, 10)
        [outline] = saved.outlines(conn, 10)

        assert found[1:] == saved_finds.matches(conn, made, found[0].position, 10)
        assert [one, other, one] == [match.story_id for match in found]
        assert found[-1].position == saved_finds.head(conn)
        assert [other, one] == saved_finds.stories_told(conn, made, 10)
        assert found[::2] == saved_finds.told(conn, [one])
        assert (3, NOW) == (outline.matches, outline.last_at)
        assert {"active": 1, "paused": 0, "invalid": 0, "ended": 0} == saved.counts(conn)
        assert "Bí mật" not in repr(outline)
        assert {} == saved_finds.went_into(conn, [StoryId("s1"), one])
        saved.end(conn, made)
        assert found[-1:] == saved_finds.told(conn, [one, other])  # no number is given twice, also in a copy
    assert State.ACTIVE is outline.state


def test_a_question_is_mended(db: Database) -> None:
    """A search that could not be read is active again; one that rests goes on resting."""
    with db.write() as conn:
        broken, _ = saved.add(conn, "", ASKED, None, NOW)
        resting, _ = saved.add(conn, "", ASKED, None, NOW)
        saved.invalidate(conn, broken, "no such topic")
        saved.pause(conn, resting)
        for one in (broken, resting):
            saved.reask(conn, one, {"q": "sạt lở"})
        with pytest.raises(BadInput, match="q"):
            saved.reask(conn, broken, {})
        after = [saved.get(conn, one) for one in (broken, resting)]

    assert [("active", "", {"q": "sạt lở"}), ("paused", "", {"q": "sạt lở"})] == [
        (one.state.value, one.flaw, one.asked) for one in after if one
    ]


def test_an_address_that_others_know_is_given_up(db: Database) -> None:
    """The search stays, its token is another one."""
    with db.write() as conn:
        made, old = saved.add(conn, "", ASKED, None, NOW)
        new = saved.renew(conn, made)
        known = saved.by_token(conn, new)

        assert saved.by_token(conn, old) is None
    assert known is not None
    assert made == known.saved_id
