"""Accounts, sessions and tickets, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pipeline.errors import BadInput, NotFound
from pipeline.store import Database, accounts, saved
from pipeline.store.accounts import Role

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_roles_stand_above_one_another() -> None:
    """Ops may do what editors may, editors what readers may, never the other way."""
    expected = {(a, b): rank_a >= rank_b for rank_a, a in enumerate(Role) for rank_b, b in enumerate(Role)}

    assert expected == {(a, b): a.allows(b) for a in Role for b in Role}


def test_a_password_fits_its_own_hash_only() -> None:
    """The hash is salted, and no hash, another one or the hash itself opens nothing."""
    one, other = accounts.hash_password("mật khẩu rất dài"), accounts.hash_password("mật khẩu rất dài")

    assert one != other
    assert accounts.check_password("mật khẩu rất dài", one)
    assert not accounts.check_password("mat khau rat dai", one)
    assert not accounts.check_password(one, one)
    assert not accounts.check_password("", "")


@pytest.mark.parametrize("password", ["", "ngắn quá", "x" * 1_025])
def test_a_weak_or_endless_password_is_refused(password: str) -> None:
    """A password has 12 to 1,024 characters."""
    with pytest.raises(BadInput, match="characters"):
        accounts.hash_password(password)


@settings(max_examples=5, deadline=None)
@given(st.text())
def test_no_guess_breaks_the_check(guess: str) -> None:
    """Whatever is typed, the answer is no."""
    assert not accounts.check_password(guess, "")


def test_an_account_is_kept_as_it_was_made(db: Database) -> None:
    """Accounts are found by name and listed in order of name."""
    with db.write() as conn:
        accounts.add_user(conn, "lan", Role.EDITOR, "hash", NOW)
        accounts.add_user(conn, "an@toasoan", Role.OPS, "", NOW)
    with db.read() as conn:
        found = accounts.find(conn, "lan")
        names = [known.name for known in accounts.listed(conn)]

    assert accounts.Account("lan", Role.EDITOR, "hash", NOW) == found
    assert ["an@toasoan", "lan"] == names


@pytest.mark.parametrize("name", ["", "Lan", "lan anh", "-lan", "x" * 65, "lan\n", "a' OR 1=1"])
def test_a_name_that_is_none_is_refused(db: Database, name: str) -> None:
    """Names are short and plain."""
    with db.write() as conn, pytest.raises(BadInput, match="name"):
        accounts.add_user(conn, name, Role.READER, "", NOW)


def test_a_taken_name_is_refused(db: Database) -> None:
    """Nobody takes over an account by adding it again."""
    with db.write() as conn:
        accounts.add_user(conn, "lan", Role.READER, "", NOW)
        with pytest.raises(BadInput, match="taken"):
            accounts.add_user(conn, "lan", Role.OPS, "", NOW)


def test_a_session_lives_until_it_ends(db: Database) -> None:
    """A session is found by its token while it lasts, and by nothing afterwards."""
    with db.write() as conn:
        token = accounts.open_session(conn, "lan", Role.EDITOR, NOW, HOUR)
    with db.read() as conn:
        living = accounts.session_of(conn, token, NOW + HOUR - timedelta(seconds=1))
        over = accounts.session_of(conn, token, NOW + HOUR)
        stranger = accounts.session_of(conn, token[:-1], NOW)

    assert living is not None
    assert ("lan", Role.EDITOR, NOW + HOUR) == (living.name, living.role, living.expires_at)
    assert (None, None) == (over, stranger)


def test_signing_out_ends_one_session(db: Database) -> None:
    """Another session of the same person goes on."""
    with db.write() as conn:
        one = accounts.open_session(conn, "lan", Role.EDITOR, NOW, HOUR)
        other = accounts.open_session(conn, "lan", Role.EDITOR, NOW, HOUR)
        accounts.close_session(conn, one)
    with db.read() as conn:
        assert accounts.session_of(conn, one, NOW) is None
        assert accounts.session_of(conn, other, NOW) is not None


def test_a_removed_account_is_out_at_once(db: Database) -> None:
    """Its sessions, tickets and saved searches end with it."""
    with db.write() as conn:
        accounts.add_user(conn, "lan", Role.OPS, "", NOW)
        token = accounts.open_session(conn, "lan", Role.OPS, NOW, HOUR)
        ticket = accounts.ticket(conn, "lan", Role.OPS, NOW, HOUR)
        saved.add(conn, "", {"q": "đê"}, "lan", NOW)
        accounts.remove_user(conn, "lan")
    with db.write() as conn:
        assert accounts.session_of(conn, token, NOW) is None
        assert accounts.redeem(conn, ticket, NOW, HOUR) is None
        assert [] == saved.of_owner(conn, "lan")
        with pytest.raises(NotFound):
            accounts.remove_user(conn, "lan")


def test_a_ticket_works_once(db: Database) -> None:
    """The first redeemer has the session, the second nothing."""
    with db.write() as conn:
        ticket = accounts.ticket(conn, "ops", Role.OPS, NOW, HOUR)
    with db.write() as conn:
        token = accounts.redeem(conn, ticket, NOW, HOUR)
    with db.write() as conn:
        again = accounts.redeem(conn, ticket, NOW, HOUR)
    with db.read() as conn:
        session = accounts.session_of(conn, token or "", NOW)

    assert again is None
    assert session is not None
    assert session.role is Role.OPS


def test_a_late_ticket_is_worth_nothing(db: Database) -> None:
    """A ticket that was not spent in time is over."""
    with db.write() as conn:
        ticket = accounts.ticket(conn, "ops", Role.OPS, NOW, HOUR)
        assert accounts.redeem(conn, ticket, NOW + HOUR, HOUR) is None


def test_no_token_stands_in_sql(db: Database) -> None:
    """Who reads the database cannot sign in with what is in it."""
    with db.write() as conn:
        secrets = [
            accounts.open_session(conn, "lan", Role.OPS, NOW, HOUR),
            accounts.ticket(conn, "lan", Role.OPS, NOW, HOUR),
        ]
        rows = [conn.execute(text(f"SELECT * FROM {table}")).all() for table in ("session", "ticket")]

    assert not [secret for secret in secrets if secret in str(rows)]
