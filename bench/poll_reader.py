"""`reader` polling the feeds of `bench/poll.py`; runs in a venv of its own.

Usage: python bench/poll_reader.py DATABASE WORKERS < ADDRESSES. The first line of stdin holds the
addresses; each further line has all of them updated, and is answered with one JSON line.
"""

import json
import resource
import sys
import time

from reader import make_reader  # type: ignore[import-not-found]


def cpu() -> float:
    """Return the CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Update at each line."""
    made = make_reader(sys.argv[1])
    workers = int(sys.argv[2])
    for url in sys.stdin.readline().split():
        made.add_feed(url)
    for _ in sys.stdin:
        wall, used = time.perf_counter(), cpu()
        failed = new = 0
        for result in made.update_feeds_iter(workers=workers, scheduled=False):
            if isinstance(result.value, Exception):
                failed += 1
            elif result.value is not None:
                new += result.value.new
        spent = {"wall": time.perf_counter() - wall, "cpu": cpu() - used, "failed": failed, "new": new}
        print(json.dumps(spent), flush=True)


if __name__ == "__main__":
    main()
