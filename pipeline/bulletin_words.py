"""The words that tell a bulletin (`data/bulletins.toml`), as parts of patterns over folded text."""

import tomllib
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "bulletins.toml"


def either(name: str) -> str:
    """Return a list of the data as an alternation for a pattern.

    Raises:
        KeyError: there is no such list.
    """
    return f"(?:{'|'.join(_lists()[name])})"


def words(name: str) -> tuple[str, ...]:
    """Return a list of the data.

    Raises:
        KeyError: there is no such list.
    """
    return tuple(_lists()[name])


@cache
def _lists() -> dict[str, list[str]]:
    with _DATA.open("rb") as data:
        return tomllib.load(data)
