"""The subscriber against somebody else's hub, Flask-WebSub, in an environment of its own."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from pipeline.config import Settings
from pipeline.fetch import Fetcher
from pipeline.store import Database, intakes, receipts, sources, subscriptions
from pipeline.store.schema import source
from pipeline.subscribing import tend
from pipeline.websub import Offer, State, Subscription
from tests.store.tellings import PAPER
from tests.web.conftest import Serve
from tests.web_server import Answer, serving

_PACKAGES = ("flask-websub==0.4.1", "flask==3.1.3", "celery==5.7.0")
FEED = b"<rss version='2.0'><channel><title>Tin</title></channel></rss>"


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has Flask-WebSub; skips where the packages cannot be had."""
    folder = tmp_path_factory.mktemp("foreign") / "venv"
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    for command in (
        [uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
        [uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *_PACKAGES],
    ):
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
        if done.returncode:
            pytest.skip(f"no Flask-WebSub: {done.stderr.decode()[-300:]}")
    return folder / "bin" / "python"


@pytest.fixture
def hub_url(interpreter: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a running hub."""
    program = Path(__file__).with_name("foreign_hub.py")
    command = [str(interpreter), str(program), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
        process.terminate()


def known(db: Database, intake_id: int) -> Subscription:
    """Return a subscription."""
    with db.read() as conn:
        found = subscriptions.of(conn, intake_id)
    assert found is not None
    return found


@pytest.mark.long
def test_a_foreign_hub_serves_us(db: Database, serve: Serve, hub_url: str, tmp_path: Path) -> None:
    """Subscribed, verified, delivered with its signature (sha512), left again."""
    client = serve()
    chosen = Settings(data=tmp_path, database_url=db.url, public_url=str(client.base_url))

    def answer(_path: str, _headers: dict[str, str]) -> Answer:
        links = f'<{hub_url}>; rel="hub", <{topic.url}/rss>; rel="self"'
        return Answer(body=FEED, headers={"Link": links, "Content-Type": "application/rss+xml"})

    with serving(answer) as topic, Fetcher(timeout=10, max_bytes=100_000) as fetcher:
        with db.write() as conn:
            sources.ensure(conn, PAPER)
            feed = intakes.add(conn, PAPER.source_id, "feed", f"{topic.url}/rss", allow_private=True)
            subscriptions.offered(conn, feed, Offer(hub_url, f"{topic.url}/rss"), datetime.now(UTC))
        assert tend(db, fetcher, chosen, lambda: datetime.now(UTC))
        assert (State.ACTIVE, "") == (known(db, feed).state, known(db, feed).error)
        told = httpx.post(
            hub_url, data={"hub.mode": "publish", "hub.topic": f"{topic.url}/rss"}, trust_env=False
        )
        assert 202 == told.status_code
        assert (1, 0) == (known(db, feed).deliveries, known(db, feed).ignored)
        with db.read() as conn:
            assert FEED == receipts.body(conn, 1)
        with db.write() as conn:
            conn.execute(source.update().values(paused_at=datetime.now(UTC) - timedelta(hours=1)))
        assert tend(db, fetcher, chosen, lambda: datetime.now(UTC))

    assert State.ENDED is known(db, feed).state
