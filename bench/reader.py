"""How fast feeds are read: prints one JSON line.

Usage: PYTHONPATH=. python bench/reader.py ARTICLES.jsonl.gz [FEEDS]

ARTICLES has one object a line: {"id", "title", "lead", "body": [paragraph, …]}. FEEDS (100) feeds of 30
full-text entries go through the reader process, once with every entry new and once with 3 of 30 new and
the others known. Rates are entries per CPU second of the reader process, known ones counted too.
"""

import gzip
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from pipeline.model import Document, Form, Given, Source, SourceId
from pipeline.reader import Reader

_ENTRIES, _NEW = 30, 3
_SOURCE = Source(SourceId("bench"), "Bench", "dong-thap")
_AT = datetime(2026, 9, 1, tzinfo=UTC)


def articles(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the articles of a file."""
    with gzip.open(path, "rt") as lines:
        for line in lines:
            yield json.loads(line)


def item(told: dict[str, Any]) -> str:
    """Return an article as a feed's full-text item."""
    address = f"https://bench.example/tin/{told['id']}"
    paragraphs = "".join(f"<p>{escape(one)}</p>" for one in told["body"])
    return (
        f"<item><title>{escape(told['title'])}</title><link>{address}</link><guid>{address}</guid>"
        "<pubDate>Mon, 31 Aug 2026 14:05:00 +0700</pubDate><dc:creator>Ngọc Hà</dc:creator>"
        f"<category>Thời sự</category><description>{escape(told['lead'] or '')}</description>"
        f"<content:encoded><![CDATA[{paragraphs}]]></content:encoded></item>"
    )


def document(items: list[str], number: int, known: frozenset[str] = frozenset()) -> Document:
    """Return a feed of items."""
    url = f"https://bench.example/rss/{number}"
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Bench</title><link>https://bench.example/</link>{''.join(items)}</channel></rss>"
    )
    return Document(_SOURCE, Form.FEED, body.encode(), _AT, Given(url=url), known)


def cpu(pid: int) -> float:
    """Return the CPU seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(path: Path, feeds: int) -> None:
    """Read all feeds twice and print the rates."""
    told = articles(path)
    items = [[item(one) for one in islice(told, _ENTRIES)] for _ in range(feeds)]
    fresh = [[item(one) for one in islice(told, _NEW)] for _ in range(feeds)]
    with Reader() as reader:
        reader.read(document(items[0][:1], 0))
        assert reader._child is not None  # noqa: SLF001 - its time is asked, nothing else
        pid = reader._child.pid  # noqa: SLF001
        begun = cpu(pid)
        read = [reader.read(document(some, number)) for number, some in enumerate(items)]
        between = cpu(pid)
        again = [
            reader.read(document([*new, *some[:-_NEW]], number, frozenset(before.items)))
            for number, (new, some, before) in enumerate(zip(fresh, items, read, strict=True))
        ]
        ended = cpu(pid)
    entries = feeds * _ENTRIES
    result = {
        "entries": entries,
        "bytes_an_entry": sum(len(one.encode()) for some in items for one in some) // entries,
        "read_new": sum(len(one.drafts) for one in read),
        "read_known": sum(len(one.drafts) for one in again),
        "new_per_s": round(entries / (between - begun)),
        "mostly_known_per_s": round(entries / (ended - between)),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100)
