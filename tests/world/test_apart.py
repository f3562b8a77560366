"""The world is written apart from what it is to prove: no module of it knows the reader, the names or the decision."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import reconcile.world

FORBIDDEN = {
    "purpose", "names", "matchers", "decision", "holding", "allocating", "declined", "payer", "policy", "steps",
    "store", "parsers",
}  # fmt: skip
MODULES = sorted(Path(next(iter(reconcile.world.__path__))).rglob("*.py"))


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_world_knows_nothing_of_the_reader(path: Path) -> None:
    parts = {name.split(".")[1] for name in _imported(path) if name.startswith("reconcile.")}
    assert not parts & FORBIDDEN
