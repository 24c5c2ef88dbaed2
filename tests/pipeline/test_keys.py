"""Webhook keys: drawn once, readable by their owner only, never half written."""

import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from pipeline import keys
from pipeline.errors import BadInput, BadSettings, NotFound
from pipeline.model import SourceId

BAO = SourceId("bao-a")
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


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
    """Drawing again is refused with the remedy."""
    path = tmp_path / "keys.json"
    first = keys.draw(path, BAO)

    with pytest.raises(BadInput, match="webhook key bao-a"):
        keys.draw(path, BAO)

    assert keys.of(path, BAO) == (first,)


def test_the_key_before_the_newest_ends_by_itself(tmp_path: Path) -> None:
    """Two keys sign during the stated time, then the newest alone; a third draw ends the first at once."""
    path = tmp_path / "keys.json"
    first = keys.draw(path, BAO, NOON)
    second, staying = keys.renew(path, BAO, timedelta(days=2), NOON)
    day, week = NOON + timedelta(days=1), NOON + timedelta(days=7)

    assert staying is not None
    assert (keys.fingerprint(first), NOON, NOON + timedelta(days=2)) == (
        staying.fingerprint,
        staying.drawn,
        staying.ends,
    )
    assert [(second, first), (second,)] == [keys.of(path, BAO, at) for at in (day, week)]
    third, _ = keys.renew(path, BAO, timedelta(days=2), day)
    assert (third, second) == keys.of(path, BAO, day)


def test_a_leaked_key_ends_at_once(tmp_path: Path) -> None:
    """The old one, a named one, or every one before a key that is drawn without an overlap."""
    path = tmp_path / "keys.json"
    keys.draw(path, BAO)
    second, _ = keys.renew(path, BAO)
    keys.end(path, BAO)

    assert (second,) == keys.of(path, BAO)
    with pytest.raises(NotFound, match="beside its newest"):
        keys.end(path, BAO)
    third, staying = keys.renew(path, BAO, timedelta(0))
    assert ((third,), None) == (keys.of(path, BAO), staying)
    keys.end(path, BAO, keys.fingerprint(third))
    assert () == keys.of(path, BAO)
    with pytest.raises(NotFound, match="fingerprint"):
        keys.end(path, BAO, keys.fingerprint(third))


def test_keys_of_older_files_are_read(tmp_path: Path) -> None:
    """A list of bare keys is valid without an end, and goes over into the new form at the next change."""
    path = tmp_path / "keys.json"
    old = "whsec_" + "A" * 43 + "="
    path.write_text(json.dumps({BAO: [old], "bao-b": [old]}), encoding="utf-8")
    before = keys.listed(path, BAO)
    new, _ = keys.renew(path, BAO)

    assert (keys.Key(old),) == before
    assert ((new, old), (old,)) == (keys.of(path, BAO), keys.of(path, SourceId("bao-b")))


def test_keys_drawn_at_once_are_all_kept(tmp_path: Path) -> None:
    """Writers at the same time lose no key of each other."""
    path = tmp_path / "keys.json"
    names = [SourceId(f"s{number}") for number in range(20)]

    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda name: keys.draw(path, name), names))

    assert [(key,) for key in drawn] == [keys.of(path, name) for name in names]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"a": 1}',
        '{"a": ["plain"]}',
        '{"a": [1]}',
        '{"a": [{}]}',
        '{"a": [{"key": 1}]}',
        '{"a": [{"key": "whsec_A", "ends": "soon"}]}',
        '{"a": [{"key": "whsec_A", "ends": "2026-11-20T05:00:00"}]}',
    ],
)
def test_a_damaged_file_stops_instead_of_opening_the_door(tmp_path: Path, text: str) -> None:
    """What is no key file is a bad setting, not a source without a key."""
    path = tmp_path / "keys.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadSettings):
        keys.of(path, BAO)
