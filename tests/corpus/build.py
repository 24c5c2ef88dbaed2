"""Builders of documents that are no text: each makes the bytes of a file from the Markdown of a case."""

from collections.abc import Callable

BUILDERS: dict[str, Callable[[str], bytes]] = {}
