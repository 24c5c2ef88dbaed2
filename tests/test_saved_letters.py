"""Letters of saved searches from a running installation: in seconds, each story once over killed workers."""

import os
import re
import signal
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.smtp_server import Office, Taken, mailing
from tests.test_survival import Installation, eventually

_STORY = re.compile(r"/tin/(\S+)")


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """A mail server."""
    with mailing() as running:
        yield running


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, office: Office) -> Iterator[Installation]:
    """A running installation with a mail server and without search: alerts need none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINTINH_SMTP_URL", office.url)
        patch.setenv("TINTINH_MAIL_FROM", "Tin Tỉnh <tin@tin.example>")
        patch.setenv("TINTINH_MEILISEARCH_BIN", "/nonexistent/meilisearch")
        installation = Installation(tmp_path_factory.mktemp("data"))
        installation.start()
        yield installation
        installation.stop()


def follow(up: Installation, office: Office, address: str, question: str) -> None:
    """Save a search as a stranger does, and confirm its address by the letter's link."""
    client = httpx.Client(base_url=up.run()["web_url"], trust_env=False, timeout=30)
    with client:
        page = client.post("/theo-doi/moi", data={"q": question})
        token = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
        form = {"q": question, "csrf": token, "name": address, "email": address}
        assert 303 == client.post("/theo-doi/luu", data=form).status_code
        eventually(lambda: bool(to(office, address)), up.report)
        [link] = re.findall(r"/theo-doi/xac-nhan/\S+", to(office, address)[0].text)
        assert 200 == client.post(link).status_code


def to(office: Office, address: str) -> list[Taken]:
    """Return the letters to an address, in order."""
    return [letter for letter in office.got if letter.to == address]


def told(office: Office, address: str) -> list[str]:
    """Return the stories that were told to an address, letters of one Message-ID counted once."""
    letters = {letter.message["Message-ID"]: letter for letter in to(office, address)}
    return [story for letter in letters.values() for story in _STORY.findall(letter.text)]


@pytest.mark.long
def test_a_letter_comes_within_seconds(up: Installation, office: Office) -> None:
    """From the end of `ingest` to the mailbox; one letter for one story with two tellings."""
    follow(up, office, "lan@bao.example", "sự kiện")
    up.ingest(0, 1)
    begun = time.monotonic()
    eventually(lambda: bool(told(office, "lan@bao.example")), up.report)
    print(f"a letter {time.monotonic() - begun:.1f} s after `ingest` ended")  # noqa: T201 - a measurement

    assert 1 == len(told(office, "lan@bao.example"))


@pytest.mark.long
def test_killed_workers_tell_each_story_once(up: Installation, office: Office) -> None:
    """Kill -9 of those who match and those who deliver, while stories come in."""
    follow(up, office, "minh@bao.example", "sự kiện")
    for round_ in range(4):
        up.ingest(100 + 10 * round_, 10)
        for pid in up.pids("worker-alert", "worker-deliver"):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: len(set(told(office, "minh@bao.example"))) == 40, up.report)
    eventually(lambda: b"tintinh_deliveries_due 0.0" in (up.get("/metrics") or b""), up.report)

    stories = told(office, "minh@bao.example")
    assert len(stories) == len(set(stories))
