"""Which process holds a piece of work, written into its token, so that others see when it is dead.

A killed process gives nothing back, and what it held would wait for the end of its time. Processes of
one machine can look: the token names machine, process and start by 22 hexadecimal digits behind ten
random ones. On a machine without /proc, and of another machine, nothing is known.
"""

import hashlib
import os
import secrets
from pathlib import Path

_RANDOM, _MACHINE, _PROCESS, _START = 10, 8, 6, 8  # digits
_LENGTH = _RANDOM + _MACHINE + _PROCESS + _START
_UNKNOWN = "0" * _MACHINE
_STARTED = 19  # of the fields behind the name in /proc/PID/stat: ticks from boot to start (proc(5))


def token() -> str:
    """Return a new token of this process: 32 hexadecimal digits."""
    pid = os.getpid()
    return f"{secrets.token_hex(_RANDOM // 2)}{_machine()}{_part(pid, _PROCESS)}{_part(_start(pid), _START)}"


def is_dead(held: str) -> bool:
    """Say whether the process that made a token is known to be gone: false where it cannot be known."""
    machine, rest = held[_RANDOM:][:_MACHINE], held[_RANDOM + _MACHINE :]
    if len(held) != _LENGTH or machine in (_UNKNOWN, "") or machine != _machine():
        return False
    started = _start(int(rest[:_PROCESS], 16))
    return started is None or _part(started, _START) != rest[_PROCESS:]


def _machine() -> str:
    """Return what this boot, this space of process numbers and this user are called.

    Other users' processes may be hidden (hidepid of proc(5)), and those of other containers are.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        said = f"{boot}{Path('/proc/self/ns/pid').readlink()}{os.getuid()}"
    except OSError:
        return _UNKNOWN
    return hashlib.sha256(said.encode()).hexdigest()[:_MACHINE]


def _start(pid: int) -> int | None:
    """Return when a process started, in ticks since boot, None if there is none."""
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    state, *fields = told.rpartition(b")")[2].split()
    return None if state in (b"Z", b"X") else int(fields[_STARTED - 1])


def _part(number: int | None, digits: int) -> str:
    return f"{(number or 0) % 16**digits:0{digits}x}"
