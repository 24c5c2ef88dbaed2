"""Orders of arrival, as the parameters of a test."""

from collections.abc import Iterable
from itertools import permutations
from typing import Any

import pytest


def orders(things: Iterable[object]) -> list[Any]:
    """Return every order of some things; PostgreSQL by default sees the first and its reverse alone.

    What an order changes, the rules decide and not the SQL.
    """
    every = list(permutations(things))
    both = (every[0], every[-1])
    return [
        pytest.param(
            order,
            id="-".join(map(str, order)),
            marks=[] if order in both else [pytest.mark.long_on_postgresql],
        )
        for order in every
    ]
