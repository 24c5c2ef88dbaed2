"""Meilisearch: the only door to it, with time limits and our errors.

A write answers when Meilisearch's task has succeeded, not when it was enqueued: a task fails
later, after its 202. A document that Meilisearch refuses fails the whole task, good documents
too, so a failed batch is halved until the bad one stands alone.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from meilisearch import Client
from meilisearch.errors import MeilisearchApiError, MeilisearchError, MeilisearchTimeoutError
from meilisearch.models.task import TaskInfo

from pipeline.errors import EngineUnavailable
from search.conditions import quoted
from search.schema import PRIMARY_KEY, SETTINGS

_TIMEOUT = 10  # seconds for one request; the library's default is to wait for ever
_PATIENCE = 45  # seconds for one task; below Celery's soft limit
_BATCH_BYTES = 16_000_000  # of JSON; Meilisearch refuses more than 100 MB
_WAITING_TASKS = 20  # more than these in its queue: it is behind, and sending more makes it worse
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_UNKNOWN_ATTRIBUTE = "invalid_search_attributes_to_search_on"
_BUILDING = frozenset({"index_not_found", _UNKNOWN_ATTRIBUTE, "invalid_search_filter"})

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document that Meilisearch does not take, and why."""

    document_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A document as it is sent."""

    document_id: str
    json: bytes


class _Failed(EngineUnavailable):
    """A write failed. `theirs`: the documents are at fault; `doubtful`: they or Meilisearch itself."""

    theirs = False
    doubtful = False


class _Sending:
    """What became of a write so far."""

    def __init__(self) -> None:
        self.stood = 0
        self.refused: list[RefusedDocument] = []
        self.doubts = 0  # refusals that may be Meilisearch's own failure

    def refuse(self, line: _Line, error: _Failed) -> None:
        """Note a document that fails alone; raise EngineUnavailable if all do and none is at fault."""
        self.refused.append(RefusedDocument(line.document_id, error.message))
        self.doubts += error.doubtful
        if self.doubts > 1:
            self.check()

    def check(self) -> None:
        """Raise EngineUnavailable if there is doubt and no document stood."""
        if self.doubts and not self.stood:
            raise EngineUnavailable("Meilisearch", self.refused[-1].reason)


class Index:
    """One index by name, and others beside it while it is built anew.

    Every method raises EngineUnavailable when Meilisearch is away, slow, full or refuses the key.
    """

    def __init__(
        self, url: str, key: str, name: str, timeout: int = _TIMEOUT, patience: int = _PATIENCE
    ) -> None:
        """Connect to nothing yet. `timeout` and `patience` are seconds for a request and for a task."""
        self.name = name
        self._url = url
        _spare_proxy(url)
        self._key = key
        self._timeout = timeout
        self._patience = patience

    def born(self, uid: str) -> str | None:
        """Return when an index was created, as a name for this very index; None if there is none."""
        with self._client() as client:
            try:
                return str(client.get_raw_index(uid)["createdAt"])
            except MeilisearchApiError as error:
                if error.code == "index_not_found":
                    return None
                raise

    def others(self) -> list[str]:
        """Return the indexes that were made beside this one, left-overs included."""
        with self._client() as client:
            listed = client.get_indexes({"limit": 1000})["results"]
        return sorted(one.uid for one in listed if one.uid.startswith(f"{self.name}--"))

    def build(self, uid: str) -> str:
        """Make an empty index with our settings and return when it was born."""
        with self._client() as client:
            made = client.create_index(uid, {"primaryKey": PRIMARY_KEY})
            self._wait(client, made, "index_already_exists")
            self._wait(client, client.index(uid).update_settings(SETTINGS))
            return str(client.get_raw_index(uid)["createdAt"])

    def swap(self, uid: str) -> None:
        """Put another index in this one's place, and this one in the other's, at once."""
        with self._client() as client:
            self._wait(client, client.swap_indexes([{"indexes": [self.name, uid]}]))

    def drop(self, uid: str) -> None:
        """Delete an index; one that does not exist is no error."""
        with self._client() as client:
            self._wait(client, client.delete_index(uid), "index_not_found")

    def write(
        self, uid: str, documents: Sequence[Document], gone: Sequence[str] = ()
    ) -> tuple[RefusedDocument, ...]:
        """Put documents and delete ids; return what Meilisearch refused, when all the rest stands.

        An index that was deleted meanwhile is made by Meilisearch, without our settings: `born`
        then tells another birth.
        """
        if self.waiting() > _WAITING_TASKS:
            raise EngineUnavailable("Meilisearch", "has too many tasks waiting; nothing more is sent for now")
        sending = _Sending()
        for part in _parts(documents):
            self._put(uid, part, sending)
        sending.check()
        out = [*gone, *(one.document_id for one in sending.refused)]  # an old text is not shown for a new one
        if out:
            with self._client() as client:
                listed = ", ".join(map(quoted, out))
                chosen = f"{PRIMARY_KEY} IN [{listed}]"
                self._wait(client, client.index(uid).delete_documents(filter=chosen))
        return tuple(sending.refused)

    def count(self, uid: str) -> int:
        """Return how many documents an index holds."""
        with self._client() as client:
            return int(client.index(uid).get_stats().number_of_documents)

    def waiting(self) -> int:
        """Return how many tasks are not finished."""
        with self._client() as client:
            return int(client.get_tasks({"statuses": "enqueued,processing", "limit": 1}).total)

    def search(self, queries: Sequence[dict[str, Any]], federation: dict[str, Any]) -> dict[str, Any]:
        """Ask several queries as one and return Meilisearch's merged answer.

        An index that never held a document knows none of its attributes; it answers with nothing.
        """
        asked = [{"indexUid": self.name, **query} for query in queries]
        with self._client() as client:
            try:
                answer: dict[str, Any] = client.multi_search(asked, federation)
            except MeilisearchApiError as error:
                if self._is_bare(error):
                    return {"hits": [], "estimatedTotalHits": 0}
                if error.code in _BUILDING:
                    message = f"the search index is being built ({error.code})"
                    raise EngineUnavailable(self.name, message) from error
                raise
        return answer

    def each(self, queries: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        """Ask several queries one by one in one request and return the hits of each."""
        asked = [{"indexUid": self.name, **query} for query in queries]
        with self._client() as client:
            try:
                return [answer["hits"] for answer in client.multi_search(asked)["results"]]
            except MeilisearchApiError as error:
                if self._is_bare(error):
                    return [[] for _ in queries]
                raise

    def _is_bare(self, error: MeilisearchApiError) -> bool:
        """Say whether a question failed because the index never held a document to know attributes of."""
        return error.code == _UNKNOWN_ATTRIBUTE and self.count(self.name) == 0

    def _put(self, uid: str, lines: Sequence[_Line], sending: _Sending) -> None:
        """Put documents, halving a batch that fails until the bad ones stand alone."""
        try:
            with self._client() as client:
                payload = b"\n".join(line.json for line in lines)
                told = client.index(uid).add_documents_raw(payload, PRIMARY_KEY, "application/x-ndjson")
                self._wait(client, told)
        except _Failed as error:
            if not (error.theirs or error.doubtful):
                raise
            if len(lines) == 1:
                sending.refuse(lines[0], error)
                return
            middle = len(lines) // 2
            self._put(uid, lines[:middle], sending)
            self._put(uid, lines[middle:], sending)
        else:
            sending.stood += len(lines)

    def _wait(self, client: Client, told: TaskInfo, fine: str = "") -> None:
        """Return when a task has succeeded, or failed with the error code `fine`.

        Raises:
            _Failed: the task failed.
            EngineUnavailable: it is not done in time.
        """
        try:
            task = client.wait_for_task(told.task_uid, timeout_in_ms=self._patience * 1000, interval_in_ms=20)
        except MeilisearchTimeoutError as error:
            message = f"task {told.task_uid} is not done after {self._patience} s"
            raise EngineUnavailable("Meilisearch", message) from error
        if task.status == "succeeded":
            return
        fault = task.error or {}
        code, message = str(fault.get("code", task.status)), str(fault.get("message", ""))[:300]
        if code == fine:
            return
        failed = _Failed(
            "Meilisearch", f"task {told.task_uid} ({task.type}) {task.status}: {code}: {message}"
        )
        failed.doubtful = code == "internal"
        failed.theirs = fault.get("type") == "invalid_request" and not code.startswith("index_")
        raise failed

    @contextmanager
    def _client(self) -> Iterator[Client]:
        """Yield a client and translate its errors.

        One for each use: it keeps no connection, and its headers are shared between threads.
        """
        try:
            yield Client(self._url, self._key, timeout=self._timeout)
        except MeilisearchApiError as error:
            message = f"{error.status_code} {error.code}: {str(error.message)[:300]}"
            failed = _Failed("Meilisearch", message)
            failed.theirs = error.code == "payload_too_large"
            raise failed from error
        except (MeilisearchError, OSError, ValueError) as error:  # OSError: requests; ValueError: no JSON
            raise EngineUnavailable("Meilisearch", str(error)[:300]) from error


def _spare_proxy(url: str) -> None:
    """Have requests reach a loopback server directly: it would ask the user's HTTP proxy for it.

    Only the environment can say so; the library hands no setting through.
    """
    with suppress(ValueError):
        host = urlsplit(url).hostname or ""
        if host in _LOOPBACK:
            spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
            if host not in spared.split(","):
                os.environ["no_proxy"] = ",".join(filter(None, (spared, host)))


def _parts(documents: Sequence[Document]) -> Iterator[list[_Line]]:
    """Cut documents into batches of at most `_BATCH_BYTES`."""
    part: list[_Line] = []
    size = 0
    for document in documents:
        line = _Line(str(document.get(PRIMARY_KEY)), json.dumps(document).encode())
        if part and size + len(line.json) > _BATCH_BYTES:
            yield part
            part, size = [], 0
        part.append(line)
        size += len(line.json)
    if part:
        yield part
