"""Workbooks read in a fork of this process, with the same limits, instead of in a new interpreter: a million of them in an
hour. Each runs the very child of `table_workbook`; only how it comes to life differs, and the suite starts it as usual."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import IO

import python_calamine

from reconcile.parsers import table_workbook

assert python_calamine.__file__  # loaded once, before any fork


def run(given: list[str], content: bytes, rows: IO[bytes], patience: int) -> subprocess.CompletedProcess[bytes]:
    """As `table_workbook._run`; what never ends is ended by its limit of processor time."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as errors:
        source.write(content)
        source.seek(0)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                for stream, number in ((source, 0), (rows, 1), (errors, 2)):
                    os.dup2(stream.fileno(), number)
                sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w", encoding="utf-8"), open(2, "w")  # noqa: SIM115
                code = table_workbook.child(*given)
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        errors.seek(0)
        return subprocess.CompletedProcess([], os.waitstatus_to_exitcode(status), stderr=errors.read())


def use() -> None:
    table_workbook._run = run
