"""The error tree: it reads well and crosses process borders."""

import pickle

import pytest

from pipeline.errors import TinTinhError
from pipeline.fetch import Unavailable


def tree(root: type[TinTinhError]) -> list[type[TinTinhError]]:
    """Return a class and everything below it."""
    return [root, *(found for child in root.__subclasses__() for found in tree(child))]


@pytest.mark.parametrize("kind", tree(TinTinhError))
def test_errors_pickle(kind: type[TinTinhError]) -> None:
    """Subject and message survive the way from a pool child to its worker."""
    found = pickle.loads(pickle.dumps(kind("feed 7", "did not answer")))

    assert ("feed 7: did not answer", kind) == (str(found), type(found))


def test_unavailable_keeps_the_wait() -> None:
    """What a server asked for survives too."""
    found = pickle.loads(pickle.dumps(Unavailable("u", "m", 503, 30.0)))

    assert (503, 30.0) == (found.status, found.wait)
