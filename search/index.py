"""Meilisearch: the only door to it, with time limits and our errors.

A write answers when Meilisearch's task has succeeded, not when it was enqueued: a task fails
later, after its 202. A document that Meilisearch refuses fails the whole task, good documents
too, so a failed batch is halved until the bad one stands alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from meilisearch.errors import MeilisearchApiError

from pipeline.config import Settings
from pipeline.errors import EngineUnavailable
from search import batches
from search.batches import Document, Line
from search.breaker import Breaker
from search.conditions import quoted
from search.disk import Disk, disk
from search.door import ASKING, PATIENCE, REST, TIMEOUT, Door, Failed, read_key
from search.schema import PLACE_ACCENTED, PLACE_PLAIN, PRIMARY_KEY, SETTINGS, unlike
from search.sending import RefusedDocument, Sending

_WAITING_TASKS = 20  # more than these in its queue: it is behind, and sending more makes it worse
_UNKNOWN_ATTRIBUTE = "invalid_search_attributes_to_search_on"
_BUILDING = frozenset({"index_not_found", _UNKNOWN_ATTRIBUTE, "invalid_search_filter"})
# What an index of an earlier schema answers.
_LESS = frozenset({_UNKNOWN_ATTRIBUTE, "invalid_multi_search_facets", "invalid_search_sort"})
_LONGEST_FILTERED = 400  # bytes of an id; of longer ones a filter finds none
_VERSION = "[0-9a-f]{12}"  # as `search.schema.version` makes them
_MOST_FAILED = 100  # failed tasks that are looked through


@dataclass(frozen=True, slots=True)
class Task:
    """A task of Meilisearch. `at`: when it was enqueued, or failed; `code` and `message` of its failure."""

    number: int
    kind: str
    at: datetime
    code: str = ""
    message: str = ""


class Index(Door):
    """One index by name, and others beside it while it is built anew.

    Every method raises EngineUnavailable when Meilisearch is away, slow, full or refuses the key.
    """

    def __init__(
        self,
        url: str,
        key: str,
        name: str,
        timeout: int = TIMEOUT,
        patience: int = PATIENCE,
        *,
        folder: Path | None = None,
        breaker: Breaker | None = None,
        key_file: Path | None = None,
    ) -> None:
        """Connect to nothing yet. `timeout` and `patience` are seconds for a request and for a task.

        `folder`: where Meilisearch's data are, if that can be seen from here.
        `breaker`, `key_file`: as a Door takes them.
        """
        super().__init__(url, key, timeout, patience, breaker, key_file)
        self.name = name
        self._folder = folder

    def born(self, uid: str) -> str | None:
        """Return when an index was created, as a name for this very index; None if there is none."""
        with self.client() as client:
            try:
                return str(client.get_raw_index(uid)["createdAt"])
            except MeilisearchApiError as error:
                if error.code == "index_not_found":
                    return None
                raise

    def others(self) -> list[str]:
        """Return the indexes that were made beside this one, left-overs included."""
        mine = re.compile(re.escape(self.beside("")) + _VERSION)  # another installation's may begin like ours
        with self.client() as client:
            listed = client.get_indexes({"limit": 1000})["results"]
        return sorted(one.uid for one in listed if mine.fullmatch(one.uid))

    def beside(self, version: str) -> str:
        """Return what an index of a schema version is called while it is built."""
        return f"{self.name}--{version}"

    def build(self, uid: str) -> str:
        """Make an empty index with our settings and return when it was born."""
        with self.client() as client:
            made = client.create_index(uid, {"primaryKey": PRIMARY_KEY})
            self.wait(client, made, "index_already_exists")
            self.wait(client, client.index(uid).update_settings(SETTINGS))
            return str(client.get_raw_index(uid)["createdAt"])

    def swap(self, uid: str) -> None:
        """Put another index in this one's place, and this one in the other's, at once."""
        with self.client() as client:
            self.wait(client, client.swap_indexes([{"indexes": [self.name, uid]}]))

    def drop(self, uid: str) -> None:
        """Delete an index; one that does not exist is no error."""
        with self.client() as client:
            self.wait(client, client.delete_index(uid), "index_not_found")

    def write(
        self, uid: str, documents: Sequence[Document], gone: Sequence[str] = ()
    ) -> tuple[RefusedDocument, ...]:
        """Put documents and delete ids; return what Meilisearch refused, when all the rest stands.

        An index that was deleted meanwhile is made by Meilisearch, without our settings: `born`
        then tells another birth.
        """
        if self.waiting() > _WAITING_TASKS:
            raise EngineUnavailable("Meilisearch", "has too many tasks waiting; nothing more is sent for now")
        sending = Sending()
        lines = list(map(batches.line, documents))
        for line in lines:
            if line.flaw:
                sending.leave_out(line, line.flaw)
        for part in batches.cut([line for line in lines if not line.flaw]):
            self._put(uid, part, sending)
        sending.check()
        if sending.doubts and sending.probe is not None:
            probing = Sending()  # what stood before and fails now speaks for no fault of a document
            self._put(uid, [sending.probe], probing)
            probing.check()
        out = [*gone, *(one.document_id for one in sending.refused)]  # an old text is not shown for a new one
        self._delete(uid, [one for one in out if batches.is_id(one)])
        return tuple(sending.refused)

    def count(self, uid: str) -> int:
        """Return how many documents an index holds."""
        with self.client() as client:
            return int(client.index(uid).get_stats().number_of_documents)

    def held(self, uid: str, document_ids: Sequence[str]) -> dict[str, Any]:
        """Return the revisions of those of some documents that an index holds; None for one that has none."""
        wanted = [one for one in document_ids if batches.is_id(one)]
        return dict(self._fetched(uid, {"ids": wanted, "limit": len(wanted)})) if wanted else {}

    def page(self, uid: str, offset: int, limit: int) -> list[tuple[str, Any]]:
        """Return ids and revisions of documents, in the order of an index, which writing may shift."""
        return self._fetched(uid, {"offset": offset, "limit": limit})

    def whole(self, uid: str, document_ids: Sequence[str]) -> dict[str, Document]:
        """Return those of some documents that an index holds, with all their fields."""
        wanted = [one for one in document_ids if batches.is_id(one)]
        if not wanted:
            return {}
        with self.client() as client:
            found = client.index(uid).get_documents({"ids": wanted, "limit": len(wanted)}).results
        return {str(one[PRIMARY_KEY]): one for one in map(dict, found)}

    def unlike(self, uid: str) -> list[str]:
        """Return the names of settings that are not as we set them."""
        with self.client() as client:
            return unlike(client.index(uid).get_settings())

    def disk(self) -> Disk | None:
        """Return how full the disk of its data is, None where that cannot be seen from here. Never raises."""
        return disk(self._folder)

    def size(self) -> int:
        """Return the bytes that its database uses, other indexes included."""
        with self.client() as client:
            return int(client.get_all_stats()["usedDatabaseSize"])

    def oldest_task(self) -> Task | None:
        """Return the task that has waited for longest to be done, None if nothing waits."""
        asked = {"statuses": "enqueued,processing", "limit": 1, "reverse": "true"}
        with self.client() as client:
            found = client.get_tasks(asked).results
        return Task(found[0].uid, found[0].type, _aware(found[0].enqueued_at)) if found else None

    def failed_tasks(self, since: datetime) -> list[Task]:
        """Return tasks that failed since then by no fault of a document, the newest first."""
        asked = {
            "statuses": "failed",
            "limit": _MOST_FAILED,
            "afterFinishedAt": since.isoformat().replace("+00:00", "Z"),
        }
        with self.client() as client:
            found = client.get_tasks(asked).results
        return [
            Task(
                one.uid,
                one.type,
                _aware(one.finished_at or one.enqueued_at),
                str(fault["code"]),
                str(fault["message"]),
            )
            for one in found
            if (fault := one.error) and fault.get("type") != "invalid_request"
        ]

    def waiting(self) -> int:
        """Return how many tasks are not finished."""
        with self.client() as client:
            return int(client.get_tasks({"statuses": "enqueued,processing", "limit": 1}).total)

    def search(self, queries: Sequence[dict[str, Any]], federation: dict[str, Any]) -> dict[str, Any]:
        """Ask several queries as one and return Meilisearch's merged answer.

        An index that never held a document knows none of its attributes; it answers with nothing.
        """
        asked = [{"indexUid": self.name, **query} for query in queries]
        with self.client() as client:
            try:
                answer: dict[str, Any] = client.multi_search(asked, federation)
            except MeilisearchApiError as error:
                self._answered()  # before more is asked
                if self._is_bare(error):
                    return {"hits": [], "estimatedTotalHits": 0}
                less = _less(queries, federation)
                if error.code in _LESS and less != ([*queries], federation):
                    return self.search(*less)
                if error.code in _BUILDING:
                    message = f"the search index is being built ({error.code})"
                    raise EngineUnavailable(self.name, message) from error
                raise
        return answer

    def each(self, queries: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        """Ask several queries one by one in one request and return the hits of each."""
        asked = [{"indexUid": self.name, **query} for query in queries]
        with self.client() as client:
            try:
                return [answer["hits"] for answer in client.multi_search(asked)["results"]]
            except MeilisearchApiError as error:
                self._answered()  # before more is asked
                if self._is_bare(error):
                    return [[] for _ in queries]
                fewer = [_unplaced(one) for one in queries]
                if error.code == _UNKNOWN_ATTRIBUTE and fewer != [*queries]:
                    return self.each(fewer)
                raise

    def _is_bare(self, error: MeilisearchApiError) -> bool:
        """Say whether a question failed because the index never held a document to know attributes of."""
        return error.code == _UNKNOWN_ATTRIBUTE and self.count(self.name) == 0

    def _fetched(self, uid: str, asked: dict[str, Any]) -> list[tuple[str, Any]]:
        """Return ids and revisions of the documents asked for."""
        with self.client() as client:
            found = client.index(uid).get_documents({**asked, "fields": [PRIMARY_KEY, "revision"]}).results
        return [(str(one[PRIMARY_KEY]), one.get("revision")) for one in map(dict, found)]

    def _delete(self, uid: str, document_ids: Sequence[str]) -> None:
        """Delete documents by their ids."""
        short = [one for one in document_ids if len(one) <= _LONGEST_FILTERED]
        with self.client() as client:
            if short:
                chosen = f"{PRIMARY_KEY} IN [{', '.join(map(quoted, short))}]"
                self.wait(client, client.index(uid).delete_documents(filter=chosen))
            for one in document_ids:
                if len(one) > _LONGEST_FILTERED:
                    self.wait(client, client.index(uid).delete_document(one))

    def _put(self, uid: str, lines: Sequence[Line], sending: Sending) -> None:
        """Put documents, halving a batch that fails until the bad ones stand alone."""
        try:
            with self.client() as client:
                payload = b"\n".join(line.json for line in lines)
                told = client.index(uid).add_documents_raw(payload, PRIMARY_KEY, "application/x-ndjson")
                self.wait(client, told)
        except Failed as error:
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
            sending.probe = lines[0]


def _less(
    queries: Sequence[dict[str, Any]], federation: dict[str, Any]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return a question that an index of an earlier schema can answer.

    Uncounted, ordered by one field, and without the fields of the names of places.
    """
    counting = {"facetsByIndex", "mergeFacets"}
    plain = [one | {"sort": one["sort"][:1]} if "sort" in one else one for one in map(_unplaced, queries)]
    return plain, {name: value for name, value in federation.items() if name not in counting}


def _unplaced(query: dict[str, Any]) -> dict[str, Any]:
    """Return a query that looks for no names of places beside the texts."""
    if "attributesToSearchOn" not in query:
        return query
    fields = [one for one in query["attributesToSearchOn"] if one not in (PLACE_PLAIN, PLACE_ACCENTED)]
    return query | {"attributesToSearchOn": fields}


def _aware(told: datetime) -> datetime:
    """Return a time with its zone: the library leaves Meilisearch's UTC out."""
    return told.replace(tzinfo=UTC)


def open_index(chosen: Settings, *, hurried: bool = False) -> Index | None:
    """Return the index that the settings name, None if they name no server.

    `hurried`: for readers, who get something else where it does not answer at once: three seconds for
    a request, and after one in vain five in which nothing is asked.

    Raises:
        EngineUnavailable: the file with the server's key cannot be read.
    """
    if not chosen.meilisearch_url:
        return None
    try:
        key = read_key(chosen.meilisearch_key_file) if chosen.meilisearch_key_file else ""
    except FileNotFoundError as error:
        deleted = "was its folder deleted under it? end it (kill PID): `up` starts it again and fills it anew"
        raise EngineUnavailable(
            "Meilisearch", f"its key is not there, {chosen.meilisearch_key_file}; {deleted}"
        ) from error
    except OSError as error:
        raise EngineUnavailable("Meilisearch", f"its key cannot be read: {error}") from error
    return Index(
        chosen.meilisearch_url,
        key,
        chosen.meilisearch_index,
        timeout=ASKING if hurried else TIMEOUT,
        folder=chosen.meilisearch_data,
        breaker=Breaker(REST) if hurried else None,
        key_file=chosen.meilisearch_key_file,
    )
