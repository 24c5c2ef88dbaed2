"""The real reader for tests of the store, in the test's own process."""

from pipeline.model import Document, Parsed
from pipeline.parse import parse


class Parsing:
    """Reads documents as workers do, without a process of its own."""

    def read(self, document: Document) -> Parsed:
        """Return the drafts. Raises Unreadable."""
        return parse(document)
