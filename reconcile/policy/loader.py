"""Loads the policy: the built-in file, and a deployment's own file over it. Refuses what contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from reconcile.policy.build import build
from reconcile.policy.document import Document, Place, parse_document, read_document
from reconcile.policy.editions import Change, first_days, in_force, merge, read_changes, unsourced
from reconcile.policy.fields import Fault
from reconcile.policy.model import Edition, Policy, PolicyBook
from reconcile.problem import Problem, Refusal

BUILTIN: Final = "builtin.toml"


def load_policy(path: Path | None = None) -> PolicyBook:
    """The policy in force: the built-in one; with a path, that file over it, table by table. Refuses (`Refusal`, each
    problem with file and line) a file that cannot be read, unknown or missing keys, and figures that contradict
    themselves, each other or the calendar."""
    return _load(None if path is None else read_document(path))


@lru_cache(maxsize=1)
def _builtin() -> Document:
    return parse_document(files(__package__).joinpath(BUILTIN).read_text("utf-8"), BUILTIN)


def load_text(text: str, file: str = "policy.toml") -> PolicyBook:
    """As `load_policy`, of a file's content."""
    return _load(parse_document(text, file))


def _load(own: Document | None) -> PolicyBook:
    documents = [_builtin()] if own is None else [_builtin(), own]
    faults: list[list[Fault]] = [[] for _ in documents]
    changes = [read_changes(document, found) for document, found in zip(documents, faults, strict=True)]
    for number in range(len(documents)):
        faults[number] += _without_source(documents, changes, number)
    problems = [
        problem for document, found in zip(documents, faults, strict=True) for problem in _located(document, found)
    ]
    editions = []
    for day in (None, *first_days([change for each in changes for change in each])):
        policy, found = _edition(documents, changes, day)
        editions.append(Edition(day, policy))
        problems += [_problem(documents, changes, day, fault) for fault in found]
    if problems:
        raise Refusal(dict.fromkeys(problems))
    return PolicyBook(tuple(editions))


def _edition(
    documents: Sequence[Document], changes: Sequence[Sequence[Change]], day: date | None
) -> tuple[Policy, list[Fault]]:
    tables: dict[str, object] = {}
    for document, own in zip(documents, changes, strict=True):
        tables = merge(tables, in_force(document.tables, own, day))
    faults: list[Fault] = []
    return build(tables, faults), faults


def _without_source(documents: Sequence[Document], changes: Sequence[Sequence[Change]], number: int) -> Iterator[Fault]:
    """Figures that a file or its changes set anew without saying where they come from."""
    under: dict[str, object] = {}
    for document in documents[:number]:
        under = merge(under, document.tables)
    own = documents[number].tables
    yield from unsourced(under, own)
    for change in changes[number]:
        for fault in unsourced(merge(under, own), change.tables):
            yield Fault(change.place(*fault.place), fault.what, fault.mend)


def _located(document: Document, faults: Sequence[Fault]) -> list[Problem]:
    return [Problem(fault.what, fault.mend, document.line(fault.place), document.file) for fault in faults]


def _problem(
    documents: Sequence[Document], changes: Sequence[Sequence[Change]], day: date | None, fault: Fault
) -> Problem:
    """The fault of a merged edition, where the last file speaks of it, or of the table around it: the built-in rules
    alone have no fault."""
    for document, own in zip(reversed(documents), reversed(changes), strict=True):
        for end in range(len(fault.place), 0, -1):
            for place in _places(own, day, fault.place[:end]):
                if place in document.lines:
                    return Problem(fault.what, fault.mend, document.lines[place], document.file)
    return Problem(fault.what, fault.mend, None, documents[-1].file)


def _places(changes: Sequence[Change], day: date | None, place: Place) -> Iterator[Place]:
    if day is not None:
        yield from (change.place(*place) for change in reversed(changes) if change.in_force(day))
    yield place
