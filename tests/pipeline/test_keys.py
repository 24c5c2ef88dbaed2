"""Webhook keys: drawn once, readable by their owner only, never half written."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from pipeline import keys
from pipeline.errors import BadInput, BadSettings
from pipeline.model import SourceId

BAO = SourceId("bao-a")


def test_a_source_without_a_key_has_none(tmp_path: Path) -> None:
    """A missing file and an unknown source mean no key, so nothing can be signed."""
    assert keys.of(tmp_path / "keys.json", BAO) == ()


def test_a_drawn_key_is_the_one_that_is_valid(tmp_path: Path) -> None:
    """The key that is shown is the key that is kept, in the form that Standard Webhooks reads."""
    path = tmp_path / "data" / "keys.json"

    key = keys.draw(path, BAO)

    assert keys.of(path, BAO) == (key,)
    assert len(base64.b64decode(key.removeprefix("whsec_"))) == 32
    assert Webhook(key) is not None


def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    """The file has mode 0600 from its first byte."""
    path = tmp_path / "keys.json"

    keys.draw(path, BAO)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_key_must_be_asked_for(tmp_path: Path) -> None:
    """Drawing again is refused with the remedy; replacing ends the old key."""
    path = tmp_path / "keys.json"
    first = keys.draw(path, BAO)

    with pytest.raises(BadInput, match="--new-key"):
        keys.draw(path, BAO)
    second = keys.replace(path, BAO)

    assert keys.of(path, BAO) == (second,)
    assert first != second


def test_keys_drawn_at_once_are_all_kept(tmp_path: Path) -> None:
    """Writers at the same time lose no key of each other."""
    path = tmp_path / "keys.json"
    names = [SourceId(f"s{number}") for number in range(20)]

    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda name: keys.draw(path, name), names))

    assert [(key,) for key in drawn] == [keys.of(path, name) for name in names]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": ["plain"]}', '{"a": [1]}'])
def test_a_damaged_file_stops_instead_of_opening_the_door(tmp_path: Path, text: str) -> None:
    """What is no key file is a bad setting, not a source without a key."""
    path = tmp_path / "keys.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadSettings):
        keys.of(path, BAO)
