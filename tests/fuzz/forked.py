"""Workbooks read by one child after another instead of each in a new interpreter: a million of them in an hour.

The child runs the very code of `table_workbook`, with the same limits for each workbook; only how long it lives differs,
and the suite starts one for each, as the program does. A child that a workbook has killed is followed by the next.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import IO

import python_calamine

from reconcile.parsers import table_workbook

assert python_calamine.__file__  # loaded once, before any fork


class _Child:
    """A forked process that reads workbooks until one kills it."""

    def __init__(self) -> None:
        self.pipe, theirs = Pipe()
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                self.pipe.close()
                os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a backtrace for each damaged workbook says nothing
                _serve(theirs)
                code = 0
            finally:
                os._exit(code)
        theirs.close()

    def read(self, given: list[str], content: bytes) -> tuple[int, bytes, bytes] | int:
        """Exit code, what was written, what was said; or the code with which the child died of it."""
        try:
            self.pipe.send((given, content))
            answer: tuple[int, bytes, bytes] = self.pipe.recv()
        except (EOFError, OSError):
            self.pipe.close()
            _, status = os.waitpid(self.pid, 0)
            return os.waitstatus_to_exitcode(status)
        return answer


def _serve(pipe: Connection) -> None:
    while True:
        try:
            given, content = pipe.recv()
        except EOFError:
            return
        place, memory, seconds = given
        used = resource.getrusage(resource.RUSAGE_SELF)
        allowed = int(used.ru_utime + used.ru_stime) + 1 + int(seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))
        sys.stdin = io.TextIOWrapper(io.BytesIO(content))
        written, said = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(written), contextlib.redirect_stderr(said):
            code = table_workbook.child(place, memory, seconds, limited=_limit_memory)
        pipe.send((code, written.getvalue().encode(), said.getvalue().encode()))


def _limit_memory(memory: int, seconds: int) -> None:
    """The processor's time is limited workbook by workbook; a limit of memory once lowered for a small one may rise."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


_children: dict[int, _Child] = {}


def run(given: list[str], content: bytes, rows: IO[bytes], patience: int) -> subprocess.CompletedProcess[bytes]:
    """As `table_workbook._run`; what never ends is ended by its limit of processor time."""
    own = os.getpid()
    child = _children.get(own) or _children.setdefault(own, _Child())
    answer = child.read(given, content)
    if isinstance(answer, int):
        del _children[own]
        return subprocess.CompletedProcess([], answer, stderr=b"")
    code, written, said = answer
    rows.write(written)
    rows.flush()
    return subprocess.CompletedProcess([], code, stderr=said)


def use() -> None:
    os.environ["RUST_BACKTRACE"] = "0"
    table_workbook._run = run
