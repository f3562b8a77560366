"""What the figures were measured on, and how a piece of work is measured: in a process of its own, so that its peak
memory is its own."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 2_000_000


@dataclass(frozen=True, slots=True)
class Measured:
    """`seconds` by the clock on the wall, `cpu` of the process itself, `peak` in MB (10^6 bytes)."""

    seconds: float
    cpu: float
    peak: int
    said: tuple[str, ...] = ()


def describe() -> str:
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({_processor()}), {_memory()} GB, Python {platform.python_version()}, "
        f"SQLite {_sqlite()}, load {load}; the core is {'compiled' if _compiled() else 'not compiled'}"
    )


def _compiled() -> bool:
    from reconcile import decision

    return not str(decision.__file__).endswith(".py")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 10**9)


def _sqlite() -> str:
    import sqlite3

    return sqlite3.sqlite_version


def loop() -> None:
    """A fixed amount of plain Python, so that figures of two machines (or of a busy one) can be compared."""
    words = {str(number): number for number in range(1000)}
    total = 0
    for number in range(ROUNDS):
        total += words[str(number % 1000)] & 7
    assert total


def measured(module: str, *arguments: object) -> Measured:
    """Run a module's task (see `report`) in a process of its own."""
    command = [sys.executable, "-m", module, "--task", *map(str, arguments)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    seconds, cpu, peak = answer[-1].split()
    return Measured(float(seconds), float(cpu), int(peak), tuple(answer[:-1]))


def report(task: Callable[[], None]) -> None:
    """The other end of `measured`: does the task, then prints what it cost as its last line."""
    started, spent = time.perf_counter(), time.process_time()
    task()
    seconds, cpu = time.perf_counter() - started, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 10**6
    print(f"{seconds:.3f} {cpu:.3f} {peak}")
