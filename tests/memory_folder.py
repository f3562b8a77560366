"""Where tests keep their files: in memory, where the system has a place for that with room.

Every test makes databases and drops them; on a disk half of the suite's time is waiting for it. What a killed process has
written stays there as it does on a disk; only a power cut would not, and no test has one. Benchmarks keep to the disk.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

PLACE: Final = Path("/dev/shm")
ROOM: Final = 4 * 2**30


def use() -> None:
    """Temporary files of this process and of those that it starts go there, unless `TMPDIR` says where."""
    if "TMPDIR" in os.environ or not PLACE.is_dir() or not os.access(PLACE, os.W_OK):
        return
    if shutil.disk_usage(PLACE).free >= ROOM:
        os.environ["TMPDIR"] = str(PLACE)
        tempfile.tempdir = None
