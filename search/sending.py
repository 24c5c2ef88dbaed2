"""What becomes of a write: what stood, what was refused, and whether Meilisearch itself is at fault."""

from dataclasses import dataclass

from pipeline.errors import EngineUnavailable
from search.batches import Line
from search.door import Failed


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document that Meilisearch does not take, and why."""

    document_id: str
    reason: str


class Sending:
    """The write under way."""

    def __init__(self) -> None:
        self.stood = 0
        self.probe: Line | None = None  # one that stood
        self.refused: list[RefusedDocument] = []
        self.doubts = 0  # refusals that may be Meilisearch's own failure

    def refuse(self, line: Line, error: Failed) -> None:
        """Note a document that fails alone; raise EngineUnavailable if all do and none is at fault."""
        self.leave_out(line, error.message)
        self.doubts += error.doubtful
        if self.doubts > 1:
            self.check()

    def leave_out(self, line: Line, reason: str) -> None:
        """Note a document that is not sent, or not taken."""
        self.refused.append(RefusedDocument(line.document_id, reason))

    def check(self) -> None:
        """Raise EngineUnavailable if there is doubt and no document stood."""
        if self.doubts and not self.stood:
            raise EngineUnavailable("Meilisearch", self.refused[-1].reason)
