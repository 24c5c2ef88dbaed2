"""What the tests of feeds share: a small newsroom of hostile news."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.feeds.hostile_stories import Newsroom, newsroom


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Some 300 entries of four days, published where they are asked for; nothing may write to it."""
    with newsroom(tmp_path_factory.mktemp("hostile"), 300, timedelta(minutes=20)) as made:
        yield made
