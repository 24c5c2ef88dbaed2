"""One worker of `bench/poll.py` that reads receipts into entries, as the ones of `up` do.

Usage: PYTHONPATH=. python bench/poll_receiver.py SQL_URL. Says "ready" when its reader process runs; each
line of stdin has it read until nothing is left, and is answered with one JSON line.
"""

import json
import sys

from bench.poll import cpu, now
from pipeline.model import Document, Form, Source, SourceId
from pipeline.reader import Reader
from pipeline.stages import receive
from pipeline.store import open_database


def main() -> None:
    """Read at each line."""
    db = open_database(sys.argv[1])
    with Reader() as reader:
        reader.read(Document(Source(SourceId("x"), "x"), Form.TEXT, b"Tin", now()))
        print("ready", flush=True)
        for _ in sys.stdin:
            used, entries = cpu(), 0
            while (read := receive(db, reader, now, limit=20)).receipts:
                entries += read.entries
            print(json.dumps({"cpu": cpu() - used, "new": entries}), flush=True)
    db.close()


if __name__ == "__main__":
    main()
