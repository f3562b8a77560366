"""One input: read or refused within its time and memory, or a fault of ours."""

from __future__ import annotations

import io
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Final

from reconcile.parsers import PARSERS, Parser, ReadContext, detect
from reconcile.parsers.source import HEAD_BYTES
from reconcile.problem import Refusal
from tests.parsers.rendering import CONTEXT, cases

CORPUS: Final = Path(__file__).parent / "corpus"
SECONDS_PER_100_KB: Final = 2.0
MEGABYTES: Final = 500
SAYING: Final = replace(CONTEXT, account="600123", default_currency=lambda account: "KZT")
_PREFIX: Final = {"1c": "1c_", "camt": "camt_", "ofx": "ofx_", "mt940": "mt94", "table": "table_"}
FORMATS: Final[dict[str, Parser]] = {parser.NAME: parser for parser in PARSERS}


class Fault(Exception):
    """Too slow, too large, or a refusal that does not say what is wrong and how to mend it."""


def seeds(name: str) -> list[bytes]:
    """The golden files of a format, and the corpus of `CORPUS`: small inputs akin to what earlier fuzzing has found."""
    files = [*cases(), *sorted(CORPUS.iterdir())]
    return [path.read_bytes() for path in files if path.name.startswith(_PREFIX[name])]


def allowed(content: bytes) -> float:
    return SECONDS_PER_100_KB * max(1.0, len(content) / 100_000)


def outcome(content: bytes, parser: Parser | None = None, context: ReadContext = SAYING) -> str:
    """ "read" or "refused"; anything else that the parser raises goes up."""
    try:
        for statement in (parser or detect(content[:HEAD_BYTES])).read(io.BytesIO(content), context):
            for _ in statement.entries:
                pass
    except Refusal as refusal:
        if not refusal.problems or not all(problem.what and problem.mend for problem in refusal.problems):
            raise Fault(f"a refusal without words: {refusal.problems}") from refusal
        return "refused"
    return "read"


def checked(content: bytes, parser: Parser | None = None) -> tuple[str, float]:
    """The outcome and its processor seconds. Raises `Fault` where it took longer than allowed or too much memory."""
    started = time.process_time()
    with alarm(allowed(content)):
        found = outcome(content, parser)
    spent = time.process_time() - started
    if spent > allowed(content):
        raise Fault(f"{spent:.1f} s for {len(content)} bytes")
    if (peak := peak_megabytes()) > MEGABYTES:
        raise Fault(f"{peak} MB after {len(content)} bytes")
    return found, spent


def peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Ends what hangs, by the processor's clock: another program that keeps the machine busy is no hang."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise Fault(f"not done after {seconds:.1f} s of processor time")

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
