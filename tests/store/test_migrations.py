"""A migration on books that hold something: every row is still there, and so is every reference to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from reconcile.store import schema
from reconcile.store.engine import make_engine
from tests.steps.books import rows

BEFORE_GATEWAYS = """
INSERT INTO own_bank_account VALUES ('KZ1', 'KZ', 'KZT', '', NULL, NULL, NULL, true, '2026-02-03 00:00:00');
INSERT INTO statement_file VALUES ('h', 'f', 1, false, '2026-02-03 00:00:00', 'tester');
INSERT INTO statement (id, file_hash, number_in_file, own_account, format, version, reference, currency, entries,
    credit_sum, debit_sum, state, arithmetic, continuity, fault, loaded_at)
    VALUES ('s', 'h', 1, 'KZ1', '1c', '', '', 'KZT', 1, 5, 0, 'stored', 'ok', 'ok', '', '2026-02-03 00:00:00');
INSERT INTO statement_line (statement_id, position, file_line, booking_date, credit_debit, amount, currency,
    bank_reference, reversal, reverses, identity) VALUES ('s', 1, 1, '2026-02-03', 'credit', 5, 'KZT', '', false, '', 'i');
INSERT INTO entry VALUES ('e', 'KZ1', 'i', 1, '2026-02-03', 'credit', 5, 'KZT', false, 's', 1, 1, false, false, false);
INSERT INTO payment VALUES ('p', 'e', 1, 'bank_transfer', 'KZ1', 5, 'KZT', '2026-02-03', 1, 1, 'ignored', NULL, NULL,
    false, 1);
INSERT INTO decision VALUES ('p', 1, 'ignored', NULL, '[]', NULL, 'r', NULL, '[]', '[]', '[]', '[]', 'v', 'v', 'ignore',
    'tester', '', NULL, '2026-02-03 00:00:00', NULL, 'd');
INSERT INTO placement VALUES ('p', 1, 'ignore', 5, NULL);
"""


def _to(engine: Engine, revision: str, *, back: bool = False) -> None:
    config = schema.alembic_config()
    with schema._migrating(engine) as connection:
        config.attributes["connection"] = connection
        (command.downgrade if back else command.upgrade)(config, revision)


def _filled(url: str) -> Engine:
    engine = make_engine(url)
    _to(engine, "0001")
    with engine.begin() as connection:
        for statement in BEFORE_GATEWAYS.split(";"):
            if statement.strip():
                connection.execute(text(statement))
    return engine


def test_payments_of_entries_stay_what_they_are_and_gateways_find_their_place(database_url: str) -> None:
    engine = _filled(database_url)
    schema.upgrade(engine)
    query = "SELECT entry_id, gateway_id, channel, refunded, status, generation FROM payment"
    assert rows(engine, query) == [("e", None, "bank_transfer", 0, "ignored", 1)]
    with engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(text("INSERT INTO placement VALUES ('p', 2, 'ignore', 5, NULL)"))


def test_references_are_guarded_again_after_an_upgrade(database_url: str) -> None:
    engine = _filled(database_url)
    schema.upgrade(engine)
    with engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(text("DELETE FROM payment"))


def test_the_way_back_keeps_the_rows(database_url: str, tmp_path: Path) -> None:
    engine = _filled(database_url)
    schema.upgrade(engine)
    _to(engine, "0001", back=True)
    assert rows(engine, "SELECT id, entry_id, channel FROM payment") == [("p", "e", "bank_transfer")]
    assert rows(engine, "SELECT payment_id, kind FROM placement") == [("p", "ignore")]
    assert rows(engine, "SELECT payment_id, status FROM decision") == [("p", "ignored")]


def test_names_are_found_by_the_keys_of_today(database_url: str) -> None:
    engine = make_engine(database_url)
    _to(engine, "0012")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO holder VALUES ('UZ:1', 'UZ', 'sole_proprietor')"))
        for name, key in (("ЯТТ Кодиров Темур угли", "kodirov temur ugli"), ("Bahor Savdo", "baHor savdo")):
            row = {"name": name, "key": key}
            connection.execute(text("INSERT INTO holder_name VALUES ('UZ:1', :name, :key, :key)"), row)
    schema.upgrade(engine)
    query = "SELECT name_key, name_prefix FROM holder_name ORDER BY name_key"
    assert rows(engine, query) == [("baHor savdo", "baHor savdo"), ("kodirov ogli temur", "kodirov temur ogli")]
