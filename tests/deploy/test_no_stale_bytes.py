"""While a feed is published again and again, no server sends something older than it sent before."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event

import httpx

from feeds import files
from tests.deploy.conftest import Front
from tests.deploy.test_fronts import UNPACK, ask

PATH = "/feeds/topic/giao-duc.atom"
ROUNDS = 60
START = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


def publish(place: Path, number: int) -> None:
    """Put the next version in place, as the publisher does: each with a later time."""
    data = f"{number:06} ".encode() * 400
    files.write(place, data, START + timedelta(seconds=number)).settle()


def test_nothing_older_is_ever_sent(front: Front) -> None:
    """Each coding only goes forward, and no packed answer is older than plain bytes sent before it."""
    place, over = front.file(PATH), Event()
    publish(place, 0)

    def read() -> list[dict[str, int]]:
        seen = []
        while not over.is_set():
            told = {coding: ask(front, "GET", PATH, coding) for coding in UNPACK}
            assert {200} == {answer.status_code for answer in told.values()}
            seen.append({coding: version(answer) for coding, answer in told.items()})
        return seen

    with ThreadPoolExecutor() as threads:
        reading = [threads.submit(read) for _ in range(2)]
        for number in range(1, ROUNDS):
            publish(place, number)
            over.wait(0.002)  # readers come in between
        over.set()
        runs = [one.result(timeout=60) for one in reading]

    assert [] == [told for seen in runs for told in seen if min(told["gzip"], told["br"]) < told[""]]
    assert [] == [
        (before, after, coding)
        for seen in runs
        for before, after in pairwise(seen)
        for coding in UNPACK
        if after[coding] < before[coding]
    ]


def version(told: httpx.Response) -> int:
    """Return which version an answer holds; all of it is of one version."""
    body = UNPACK[told.headers.get("content-encoding", "")](told.content)
    (number,) = set(body.split())
    return int(number)
