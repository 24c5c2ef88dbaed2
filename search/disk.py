"""How full a disk is."""

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Disk:
    """Room on a disk, in bytes."""

    free: int
    total: int


def disk(folder: Path | None) -> Disk | None:
    """Return how full the disk of a folder is, None where it cannot be seen. Never raises."""
    if folder is None:
        return None
    try:
        seen = shutil.disk_usage(folder)
    except OSError:
        return None
    return Disk(seen.free, seen.total)
