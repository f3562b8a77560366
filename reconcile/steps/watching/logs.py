"""Logs that a machine can read and that hold no personal data, by construction and not by care.

Of our own events only the fields listed here leave: ids, codes, counts. Of another library's message what could quote a
payer (an exception's text, a task's arguments and result) is left out. A traceback says where and which kind, never the
exception's message: a database quotes the row that it refused.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Final, TextIO

import structlog

FIELDS: Final = frozenset({
    "account", "attempts", "away", "channel", "chunk", "country", "day", "dead", "decided", "changed", "due_at", "entered",
    "entries", "event", "exception", "fault", "file_hash", "files", "given_up", "id", "job", "kind", "level", "logger",
    "missing", "nudged", "outcome", "payment", "pid", "previous", "receiver", "run", "seconds", "sequence", "statement",
    "statuses", "task", "timestamp", "told", "where",
})  # fmt: skip
"""What a line may say. A field that is not named here is dropped, whatever somebody passes tomorrow."""
QUOTING: Final = frozenset({"exc", "traceback", "return_value", "args", "kwargs", "description"})
"""Of Celery's messages: what could quote what a task was given, returned or died of."""
_SAFE: Final = (str, int, float, type(None))
Event = MutableMapping[str, Any]


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """All logs of this process: JSON lines, or readable ones on a terminal."""
    out = sys.stderr if stream is None else stream
    render: Any = (
        structlog.dev.ConsoleRenderer() if out.isatty() else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ExtraAdder(FIELDS),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[_plain, structlog.stdlib.ProcessorFormatter.remove_processors_meta, _only_fields, render],
            keep_exc_info=True,
        )
    )
    handler.addFilter(_unquoted)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    logging.getLogger("reconcile").handlers[:] = []  # the command line's own file
    root.setLevel(level)


def _unquoted(record: logging.LogRecord) -> bool:
    """Before another library's record becomes text, what could quote somebody is taken out of it."""
    if isinstance(record.args, Mapping):
        record.args = {key: "…" if key in QUOTING else value for key, value in record.args.items()}
    elif record.args and not _ours(record.name):
        record.args = tuple(value if isinstance(value, _SAFE) else type(value).__name__ for value in record.args)
    return True


def _ours(name: str) -> bool:
    return name == "tasks" or name.partition(".")[0] == "reconcile"


def _plain(_: Any, __: str, event: Event) -> Event:
    """The traceback without the messages of its exceptions."""
    record = event.get("_record")
    info = event.pop("exc_info", None) or (record.exc_info if record is not None else None)
    error = info[1] if isinstance(info, tuple) else info if isinstance(info, BaseException) else sys.exc_info()[1]
    if info and error is not None:
        event["exception"] = kind_of(error)
        event["where"] = traced(error)
    if record is not None:
        record.exc_info, record.exc_text = None, None
    return event


def _only_fields(_: Any, __: str, event: Event) -> Event:
    return {key: value for key, value in event.items() if key in FIELDS}


def kind_of(error: BaseException) -> str:
    """Which kind of exception; of a database's also its code and the constraint, and never its message.

    >>> kind_of(ValueError("Ivanov Ivan"))
    'ValueError'
    """
    original = getattr(error, "orig", None)
    name = type(error).__name__
    if original is None:
        return name
    about = getattr(original, "diag", None)
    said = [getattr(original, "sqlstate", None), getattr(about, "constraint_name", None)]
    return " ".join([f"{name} ({type(original).__name__})", *(str(each) for each in said if each)])


def traced(error: BaseException) -> str:
    """The traceback of an exception and of what caused it, each with its kind and without its message."""
    parts = []
    for each in _chain(error):
        lines = "".join(traceback.format_tb(each.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{lines}{kind_of(each)}\n")
    return "\n".join(parts)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The first cause first, as a traceback shows it."""
    found: list[BaseException] = []
    now: BaseException | None = error
    while now is not None and now not in found:
        found.append(now)
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    return reversed(found)
