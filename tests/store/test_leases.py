"""Leases: one holder at a time, until it gives back, runs out, or is killed."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import holder
from pipeline.errors import LeaseLost
from pipeline.store import Database, leases

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TAKE = (
    "import sys; from datetime import datetime; from pipeline.store import leases, open_database\n"
    "held = leases.acquire(open_database(sys.argv[1]), 'index', 120, datetime.fromisoformat(sys.argv[2]))\n"
    "print(held.token, flush=True); sys.stdin.read()\n"
)


def test_what_a_killed_process_held_is_free_at_once(db: Database) -> None:
    """While it lives nobody else gets the lease; when it is killed nobody waits for the lease's end."""
    command = [sys.executable, "-c", TAKE, db.url, NOW.isoformat()]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as taker:
        assert taker.stdout is not None
        token = taker.stdout.readline().strip()
        during = leases.acquire(db, "index", 120, NOW)
        with db.read() as conn:
            until = leases.until(conn, "index")
        taker.kill()
    after = leases.acquire(db, "index", 60, NOW)
    with db.write() as conn, pytest.raises(LeaseLost):
        leases.fence(conn, leases.Lease("index", token, NOW))

    assert (None, NOW + timedelta(seconds=120)) == (during, until)
    assert after is not None
    assert NOW + timedelta(seconds=60) == after.until


def test_who_lives_or_is_elsewhere_is_not_dead() -> None:
    """Our own token, one of another machine, and one that was made otherwise: nothing is known of them."""
    mine = holder.token()
    elsewhere = mine[:10] + "12345678" + mine[18:]

    assert [False] * 4 == [holder.is_dead(one) for one in (mine, elsewhere, "", "ab" * 16)]
    assert 32 == len(mine)


def test_a_number_that_went_to_another_process_is_not_the_holder() -> None:
    """A process of the same number that started at another time is not the one that took the lease."""
    mine = holder.token()
    earlier = mine[:-8] + f"{int(mine[-8:], 16) - 1:08x}"

    assert holder.is_dead(earlier)
