"""A document that is read in parts, put together again. Pure but for the reading itself."""

from collections.abc import Callable
from dataclasses import replace

from pipeline.model import Document, Parsed


def whole(read: Callable[[Document], Parsed], document: Document) -> Parsed:
    """Return what all parts of a document yield, from `document.start` on; one that fails fails the whole.

    Raises what `read` raises.
    """
    told = read(document)
    while told.resume is not None:
        more = read(replace(document, start=told.resume))
        items = tuple(dict.fromkeys((*told.items, *more.items)))
        told = replace(more, drafts=told.drafts + more.drafts, drops=told.drops + more.drops, items=items)
    return told
