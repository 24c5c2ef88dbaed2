"""Dying with one's parent, so that a killed supervisor leaves no process behind.

Linux has it in the kernel (prctl(2), PR_SET_PDEATHSIG) and it survives exec; elsewhere a thread of
a Python process watches, and other programs are not tied.
"""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_WATCH_SECONDS = 1.0
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork


def die_with(parent: int) -> None:
    """Have this process killed as soon as `parent` is gone, or now if it is gone already.

    SIGKILL, because whatever hangs would outlive anything milder, and everything here recovers
    from it.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def tied() -> Callable[[], None] | None:
    """Return a `preexec_fn` that ties a new program to the thread that starts it; None off Linux."""
    if _LIBC is None:
        return None
    parent = os.getpid()
    return lambda: die_with(parent)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
