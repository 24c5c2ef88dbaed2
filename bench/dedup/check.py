"""Whether the real reader sees a set as it was meant: one entry for each telling, with its text."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from bench.dedup import generate
from bench.dedup.model import Telling
from pipeline.errors import Unreadable
from pipeline.model import Document, Form, Source, SourceId
from pipeline.reader import Reader
from pipeline.text import words

_CLOSE = 0.98  # share of the words that must arrive; the reader takes invitations and credits out


def misread(told: Sequence[Telling]) -> list[str]:
    """Return the external ids of items that do not arrive as one entry with the right text."""
    items = {one.external_id: one for one in told if one.is_item}
    arrived: dict[str, list[str]] = {}
    with Reader() as reader:
        for record in generate.records(list(items.values())):
            source = Source(SourceId(record.outlet.source_id), record.outlet.name)
            with suppress(Unreadable):
                for draft in reader.read(Document(source, Form.RECORD, record.line, record.at)).drafts:
                    arrived.setdefault(draft.external_id, []).append(draft.text())
    bad = [name for name, item in items.items() if not _same(item, arrived.get(name, []))]
    return sorted([*bad, *(arrived.keys() - items.keys())])


def _same(item: Telling, texts: list[str]) -> bool:
    """Tell whether an item arrived once, with its words and hardly any others."""
    if len(texts) != 1:
        return False
    wanted, got = Counter(words(item.text())), Counter(words(texts[0]))
    if not item.title:  # the reader repeats the beginning as a headline
        got = Counter({word: min(count, wanted[word]) for word, count in got.items()})
    return (wanted & got).total() >= _CLOSE * max(wanted.total(), got.total())
