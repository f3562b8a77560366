"""`import fx-rates`: exchange rates by day, with the history of every change."""

from __future__ import annotations

import csv
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from reconcile.gateway.rates import Published, plain_rate, read_national_bank
from reconcile.problem import Refusal
from reconcile.steps.masters.fields import Field, Given, column, currency, day
from reconcile.steps.masters.history import Record
from reconcile.steps.masters.upsert import ImportResult, Kind, import_file
from reconcile.store.gateway_tables import fx_rate
from reconcile.tabular import DEFAULT_LIMIT, Holds

MAX_XML: Final = 5_000_000
FIELDS: Final = (
    Field(column("date", Holds.DATE), "date", day),
    Field(column("currency"), "currency", currency),
    Field(column("base"), "base", currency),
    Field(column("rate", Holds.AMOUNT), "rate", plain_rate),
)


def _complete(given: Given) -> Given:
    if given["currency"] == given["base"]:
        raise Refusal.of(f"{given['currency']} in itself has no rate", "correct currency or base")
    return {**given, "key": f"{given['date']}:{given['currency']}:{given['base']}"}


def _derive(record: Record) -> Record:
    return dict(record)


RATES: Final = Kind(
    name="fx-rates",
    history="fx_rate",
    table=fx_rate,
    key="key",
    fields=FIELDS,
    derive=_derive,
    complete=_complete,
    beside=("key",),
)


def import_fx_rates(
    engine: Engine, path: Path, *, actor: str, now: datetime, limit: int = DEFAULT_LIMIT
) -> ImportResult:
    """Load rates of a table, or of the National Bank of Kazakhstan's XML. A rate that is corrected keeps its history;
    what was credited at it stays. All rows or none."""
    if path.suffix.lower() != ".xml":
        return import_file(engine, path, RATES, actor=actor, now=now, limit=limit)
    try:
        if path.stat().st_size > min(limit, MAX_XML):
            raise Refusal.of("a list of rates of more than 5 MB", "name the right file")
        rates = read_national_bank(path.read_bytes())
    except OSError as error:
        raise Refusal.of(f"the file cannot be read ({error.strerror})", "check the path", file=path.name) from None
    except Refusal as refusal:
        raise refusal.at(path.name) from None
    return _as_table(engine, path, rates, actor, now)


def _as_table(engine: Engine, path: Path, rates: list[Published], actor: str, now: datetime) -> ImportResult:
    """Through the same door as a table, under the file's own name."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / f"{path.name}.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow([each.column.name for each in FIELDS])
            rows.writerows([(each.day.isoformat(), each.currency, each.base, each.rate) for each in rates])
        return import_file(engine, table, RATES, actor=actor, now=now)
