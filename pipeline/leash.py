"""Dying with one's parent, so that a killed supervisor leaves no process behind.

Linux has it in the kernel (prctl(2), PR_SET_PDEATHSIG); elsewhere a daemon thread watches.
"""

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_WATCH_SECONDS = 1.0
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork


def die_with(parent: int) -> None:
    """Have this process killed as soon as `parent` is gone, or now if it is gone already.

    Call it in the child; on Linux it survives exec. SIGKILL, because whatever hangs would outlive
    anything milder, and everything here recovers from it.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
