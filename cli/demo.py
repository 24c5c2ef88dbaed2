"""`demo`: the sample set, played through the real doors of an installation that can be thrown away."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cli import folder
from cli.console import say
from pipeline.errors import BadInput, EngineUnavailable

_PREFIX = "tintinh-demo-"
_MARK = "demo"  # a file in each data folder that a demo has made
_LEFT_SECONDS = 600.0  # a folder that nobody holds and nobody touched for so long was left by a kill
# What could lead to somebody's real data, or off this machine.
_FOREIGN = ("DATABASE_URL", "BROKER_URL", "MEILISEARCH_URL", "MEILISEARCH_KEY_FILE", "PUBLIC_URL", "HUB_URL")
_CENTURY = 36_500  # days: the dates of the samples stay news

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Keep everything in this folder (default: a temporary one).")
]
PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="The port of web; 0 picks a free one.")
]
OnceOption = Annotated[bool, typer.Option("--once", help="End after the report.")]


def demo(data: DataOption = None, port: PortOption = 0, *, once: OnceOption = False) -> None:
    """See it work: samples/ played through polled feeds, signed pushes and files, and what came of it.

    Runs until Ctrl-C and leaves nothing behind, unless --data names a folder to keep.

    \b
    Examples:
      ./tintinh demo
      ./tintinh demo --once --data ~/tintinh-demo
    """
    started = time.monotonic()
    with _temporary() if data is None else _kept(data) as home:
        _environment(home, port)
        from cli.performance import perform

        perform(started, once=once)


@contextmanager
def _temporary() -> Iterator[Path]:
    """Yield a folder that goes in the end; it stays for a look when an engine failed."""
    _sweep()
    home = Path(tempfile.mkdtemp(prefix=_PREFIX))
    keep = False
    try:
        yield home
    except EngineUnavailable:
        keep = True
        say(f"what there is to look at stays in {home} until the next demo")
        raise
    finally:
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _kept(data: Path) -> Iterator[Path]:
    """Yield the folder that was named.

    Raises:
        BadInput: it holds real data, among which invented news would be told.
    """
    if (data / "tintinh.db").exists() and not (data / _MARK).exists():
        raise BadInput(
            str(data), "holds data of its own; the demo's news is invented and wants another folder"
        )
    folder.make(data)
    (data / _MARK).touch()
    yield data


def _sweep() -> None:
    """Remove the temporary folders of demos that were killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        found = left.lstat()
        ours = found.st_uid == os.getuid() and left.is_dir() and not left.is_symlink()
        if ours and time.time() - found.st_mtime > _LEFT_SECONDS and not folder.busy(left):
            shutil.rmtree(left, ignore_errors=True)


def _environment(home: Path, port: int) -> None:
    """Have the environment say this demo's settings, for this process and for its children."""
    for name in (f"TINTINH_{one}" for one in _FOREIGN):
        if os.environ.pop(name, ""):
            say(f"the demo brings its own engines and addresses: {name} is left aside")
    os.environ |= {
        "TINTINH_DATA": str(home.resolve()),
        "TINTINH_PORT": str(port),
        "TINTINH_BACKFILL_AFTER_DAYS": str(_CENTURY),
        "TINTINH_HOST_GAP": "0",  # the newsstand is ours
        "TINTINH_PAGES": "false",  # nobody serves the pages of the sample set
    }
