"""Where words go: data to stdout, everything said about it to stderr."""

import json
import sys
from datetime import datetime
from typing import Any


def say(text: str) -> None:
    """Tell the person in front of the terminal something."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def out(text: str) -> None:
    """Print a line of data."""
    sys.stdout.write(f"{text}\n")


def out_json(value: Any, *, indent: int | None = None) -> None:
    """Print a value as JSON, on one line unless indented."""
    out(json.dumps(value, ensure_ascii=False, indent=indent))


def out_row(*fields: object) -> None:
    """Print a line of tab-separated fields; None is "-", tabs and line ends within a field become spaces."""
    out("\t".join("-" if field is None else " ".join(str(field).split()) for field in fields))


def local(moment: datetime | None) -> str | None:
    """Return a time by Viet Nam's clock, to the second, with its offset; None stays None."""
    from pipeline.model import LOCAL_ZONE

    return None if moment is None else moment.astimezone(LOCAL_ZONE).isoformat(timespec="seconds")
