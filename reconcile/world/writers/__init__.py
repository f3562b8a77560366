"""Statements and master data of a world as the bytes that banks and finance would send."""

from __future__ import annotations

from reconcile.world.model import PlannedStatement
from reconcile.world.writers import camt, ofx, one_c
from reconcile.world.writers.written import Written

_FAMILIES = {"1c": one_c.write, "camt": camt.write, "ofx": ofx.write}


def write_statement(statement: PlannedStatement) -> Written:
    """The statement in its own format."""
    return _FAMILIES[statement.format.family](statement)


__all__ = ["Written", "write_statement"]
