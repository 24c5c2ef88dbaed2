"""A desk that tells saved searches, over a database, with a clock of its own."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline import alerting, mailer
from pipeline.alerting import Purpose
from pipeline.deliver import Drained, Maker, drain
from pipeline.fetch import Fetcher
from pipeline.mailer import Mailer
from pipeline.model import StoryId
from pipeline.store import Database, changes, deliveries, saved, saved_finds, saved_ways, stories
from pipeline.store.saved_finds import Kind
from pipeline.store.saved_ways import Pace, Way
from tests.smtp_server import Office, Taken
from tests.store.newsroom import NEWS
from tests.store.tellings import draft, send, settled

BASE = "https://tin.example"
LAN = "lan@bao.example"
_TIMEOUT = 30  # seconds: of a busy machine, which is no fault of the server
_WAY = re.compile(r"/theo-doi/(?:thu|xac-nhan)/(\S+)")


class Desk:
    """Saved searches and their ways; finds are written by hand, as the stage does."""

    def __init__(
        self,
        db: Database,
        folder: Path,
        office: Office | None = None,
        *,
        private: bool = True,
    ) -> None:
        self.db, self.key, self.now = db, folder / "push.key", datetime.now(UTC)
        url = office.url if office else ""
        self.mailer: Mailer | None = mailer.mailer(url, None, "Tin Tỉnh <tin@tin.example>", _TIMEOUT)
        self.fetcher = Fetcher(timeout=_TIMEOUT, max_bytes=100_000)
        made = alerting.Desk(BASE, self.key, self.mailer.writer if self.mailer else None, private, lambda: 0)
        self.makers: dict[str, Maker] = {
            alerting.MAIL: alerting.Letters(made),
            alerting.HOOK: alerting.Hooks(made),
            alerting.ASK: alerting.Questions(made),
            alerting.TRIAL: alerting.Trials(made),
        }

    def save(self, name: str = "Cầu đường") -> int:
        """Save a search."""
        with self.db.write() as conn:
            return saved.add(conn, name, {"q": "bí mật của phóng viên"}, None, self.now)[0]

    def ask(self, search: int, address: str = LAN, pace: Pace = Pace.INSTANT, language: str = "vi") -> None:
        """Type an address."""
        with self.db.write() as conn:
            alerting.ask(conn, self.key, search, address, pace, language, self.now)

    def way(self, search: int, pace: Pace = Pace.INSTANT, address: str = LAN, language: str = "vi") -> int:
        """Open a letter's way without the question."""
        with self.db.write() as conn:
            hashed = alerting.address_hash(self.key, address)
            made = saved_ways.ask_mail(conn, search, address, hashed, pace, language, self.now)
            assert made is not None
            saved_ways.opened(conn, made)
        return made

    def known(self, way: int) -> Way:
        """Return a way as it stands."""
        with self.db.read() as conn:
            found = saved_ways.get(conn, way)
        assert found is not None
        return found

    def burst(self, way: int, letters: int) -> None:
        """Have letters gone just now."""
        with self.db.write() as conn:
            for _ in range(letters):
                known = saved_ways.get(conn, way)
                assert known is not None
                saved_ways.told(conn, known, known.position, 0, self.now)

    def told_by(self, taken: Taken, purpose: Purpose) -> Way | None:
        """Return the way that a letter's link names."""
        [given] = set(_WAY.findall(taken.text))
        with self.db.read() as conn:
            return alerting.way_of(conn, self.key, purpose, given)

    def story(self, name: str) -> StoryId:
        """Tell a story; return its id."""
        told = NEWS[name]
        send(self.db, draft(name, told.title, told.body, summary=told.summary))
        settled(self.db)
        with self.db.read() as conn:
            return changes.after(conn, changes.head(conn) - 1, 1)[0].story_id

    def correct(self, name: str, was: str, by: str) -> None:
        """Have the source of a told story put one word in the place of another."""
        told = NEWS[name]
        made = [text.replace(was, by) for text in (told.title, told.body, told.summary)]
        send(self.db, draft(name, made[0], made[1], summary=made[2]), at=self.now)
        settled(self.db)

    def find(self, search: int, *found: StoryId, kind: Kind = Kind.NEW) -> None:
        """Write down what was found, now."""
        with self.db.write() as conn:
            known = stories.many(conn, found)
            saved_finds.note(conn, [(search, one, kind, known[one].updated) for one in found], self.now)

    def run(self, **later: float) -> Drained:
        """Let time go by, then deliver what is due."""
        self.now += timedelta(**later)
        return drain(
            self.db,
            self.fetcher,
            self.makers,
            lambda: self.now,
            seconds=5,
            lease_seconds=60,
            gather=lambda: alerting.gather(self.db, lambda: self.now, mail=self.mailer is not None),
            mailer=self.mailer,
        )

    def reasons(self) -> list[str]:
        """Return why attempts failed, the newest first."""
        with self.db.read() as conn:
            return [one.reason for one in deliveries.attempts(conn, 50) if one.reason]
