"""The door to Meilisearch: bad documents, lost servers, wrong keys."""

import socket
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from pipeline.config import Settings
from pipeline.errors import EngineUnavailable
from search.breaker import Breaker, State
from search.index import Index, open_index
from search.schema import version
from tests.engine_fixtures import Lent

ROOT = Path(__file__).parents[2]


def test_good_documents_stand_whatever_is_beside_them(index: Index) -> None:
    """Of twenty documents three are bad: they are named with the reason, the others are in."""
    documents: list[dict[str, object]] = [{"id": f"s{number}", "title": "x"} for number in range(20)]
    documents[3]["id"] = "có dấu"
    documents[4]["id"] = "x" * 600
    del documents[17]["id"]
    index.build(index.name)
    refused = index.write(index.name, documents)

    assert ["có dấu", "x" * 600, "None"] == [one.document_id for one in refused]
    assert all("invalid_document_id" in one.reason for one in refused[:2])
    assert "missing_document_id" in refused[2].reason
    assert 17 == index.count(index.name)


def test_a_refused_text_takes_its_older_one_along(index: Index) -> None:
    """A document whose new text is refused is not shown with its old one."""
    index.build(index.name)
    index.write(index.name, [{"id": "a", "title": "cũ"}, {"id": "b"}])
    refused = index.write(index.name, [{"id": "a", "_vectors": "none"}, {"id": "b", "title": "mới"}])

    assert ["a"] == [one.document_id for one in refused]
    assert 1 == index.count(index.name)


def test_failures_that_may_be_its_own_refuse_nothing_alone(index: Index) -> None:
    """Where Meilisearch calls it internal and no document stands, the write is to be tried again."""
    index.build(index.name)
    with pytest.raises(EngineUnavailable, match="internal"):
        index.write(index.name, [{"id": f"s{number}", "_vectors": "none"} for number in range(9)])


def test_deleting_takes_any_id(index: Index) -> None:
    """Ids are data: one that looks like a filter deletes nothing but itself."""
    index.build(index.name)
    index.write(index.name, [{"id": "a"}, {"id": "b"}])
    index.write(index.name, [], ['a" OR id EXISTS OR id = "', "nothing"])
    kept = index.count(index.name)
    index.write(index.name, [], ["a"])

    assert (2, 1) == (kept, index.count(index.name))


def test_large_batches_are_sent_in_parts(index: Index) -> None:
    """Thirty megabytes of documents get there."""
    index.build(index.name)
    text = "chữ " * 250_000
    index.write(index.name, [{"id": f"s{number}", "title": text} for number in range(30)])

    assert 30 == index.count(index.name)


def test_births_tell_indexes_apart(index: Index) -> None:
    """An index that was deleted and made again has another birth; none has none."""
    before = index.born(index.name)
    first = index.build(index.name)
    index.drop(index.name)
    index.drop(index.name)
    second = index.build(index.name)

    assert before is None
    assert first != second
    assert second == index.born(index.name)


def test_building_twice_is_no_error(index: Index) -> None:
    """A crash between making and filling an index may make it again."""
    assert index.build(index.name) == index.build(index.name)


def test_a_swap_takes_the_birth_along(index: Index) -> None:
    """After a swap the name stands for the other index."""
    new = index.beside(version())
    one, other = index.build(index.name), index.build(new)
    index.swap(new)

    assert (other, one) == (index.born(index.name), index.born(new))
    assert [new] == index.others()


def test_a_wrong_key_is_told_without_it(meilisearch: Lent) -> None:
    """The error says what Meilisearch said and does not hold the key."""
    index = Index(meilisearch.url, "not-the-key", "stories")
    with pytest.raises(EngineUnavailable, match="invalid_api_key") as caught:
        index.count("stories")

    assert "not-the-key" not in str(caught.value)


def test_a_key_that_changed_is_read_again(meilisearch: Lent, tmp_path: Path) -> None:
    """A server that came back with another key is asked with what its file holds, after one refusal."""
    file = tmp_path / "key"
    file.write_text("of before")
    chosen = Settings(
        meilisearch_url=meilisearch.url, meilisearch_key_file=file, meilisearch_index=f"key-{uuid4().hex}"
    )
    index = open_index(chosen, hurried=True)
    file.write_text(f"{meilisearch.key}\n")
    assert index is not None
    with pytest.raises(EngineUnavailable, match="invalid_api_key"):
        index.born(index.name)

    assert index.born(index.name) is None


def test_a_key_that_is_gone_is_told_with_the_way_out(tmp_path: Path) -> None:
    """A folder that was deleted under its server took the key with it: what to do is said."""
    chosen = Settings(
        meilisearch_url="http://127.0.0.1:9", meilisearch_key_file=tmp_path / "meilisearch" / "key"
    )
    with pytest.raises(EngineUnavailable, match=r"key is not there.*folder deleted.*kill PID.*`up` starts"):
        open_index(chosen)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://[::1]:9", "nonsense://x", "http://"])
def test_a_server_that_is_not_there_is_told(url: str) -> None:
    """Refused connections and impossible addresses are our error."""
    with pytest.raises(EngineUnavailable):
        Index(url, "key", "stories").born("stories")


def test_a_task_that_takes_too_long_is_left(index: Index, meilisearch: Lent) -> None:
    """Waiting ends in time, with our error."""
    hasty = Index(meilisearch.url, meilisearch.key, index.name, patience=0)
    with pytest.raises(EngineUnavailable, match="not done"):
        hasty.build(index.name)

    assert index.build(index.name)


def test_a_proxy_is_not_asked_for_loopback(meilisearch: Lent) -> None:
    """With the user's proxy in the environment our own server is reached all the same."""
    script = "import sys; from search.index import Index; print(Index(*sys.argv[1:4]).born('none'))"
    command = [sys.executable, "-c", script, meilisearch.url, meilisearch.key, "none"]
    environ = {
        "http_proxy": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "x.example",
    }
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ("None\n", "") == (done.stdout, done.stderr)


def test_a_server_that_hangs_is_asked_once() -> None:
    """A request ends in time; with a breaker the next one is refused without asking."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        index = Index(url, "key", "stories", timeout=1, breaker=Breaker(60))
        with pytest.raises(EngineUnavailable, match="no answer within 1 s"):
            index.search([{"q": "lúa"}], {"limit": 1})
        door.accept()[0].close()
        with pytest.raises(EngineUnavailable, match="left alone"):
            index.search([{"q": "lúa"}], {"limit": 1})
        door.setblocking(False)

        with pytest.raises(BlockingIOError):
            door.accept()


def test_a_server_that_is_back_is_asked_again(index: Index, meilisearch: Lent) -> None:
    """When the rest is over one answer opens the way for all, also where it is a refusal."""
    breaker = Breaker(0)
    again = Index(meilisearch.url, meilisearch.key, index.name, breaker=breaker)
    breaker.failed()
    again.build(index.name)

    assert 0 == again.count(index.name)
    assert State() == breaker._state
