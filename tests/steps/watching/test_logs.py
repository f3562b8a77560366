"""Logs say which run and which payment, and never who: a whole night at the chattiest level holds no personal data."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from reconcile.steps import nightly as night
from reconcile.steps.inbox import Intake
from reconcile.steps.watching import logs
from tests.steps.books import NOW, open_books, policies
from tests.steps.nights import BIN, pay, prepare

SOMEBODY = "Иванов Иван"
PERSONAL = ("Ромашка", "Незнакомец", BIN, "000140000012", "Оплата", "4512", "150000")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(stream, logging.DEBUG)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_night_says_its_run_and_holds_no_personal_data(database_url: str, tmp_path, written: io.StringIO) -> None:  # type: ignore[no-untyped-def]
    engine = open_books(database_url)
    inbox = prepare(engine, tmp_path)
    pay(inbox)
    with structlog.contextvars.bound_contextvars(job="nightly:KZ"):
        night.nightly(Intake(engine, inbox, policies(), NOW, pause=0), "KZ", tmp_path / "reports")
    finished = [line for line in lines(written) if line["event"] == "run finished"]
    assert [(line["run"], line["statuses"], line["job"]) for line in finished] == [
        (1, {"credited": 1, "unmatched": 1}, "nightly:KZ")
    ]
    assert any(line["event"] == "chunk decided" and line["chunk"] == 2 for line in lines(written))
    assert [word for word in PERSONAL if word in written.getvalue()] == []


def test_what_the_database_quotes_does_not_reach_the_log(postgres_url: str, tmp_path, written: io.StringIO) -> None:  # type: ignore[no-untyped-def]
    engine = open_books(postgres_url)
    prepare(engine, tmp_path)
    again = text(
        "INSERT INTO account SELECT number, number_key, zeroless_key, holder_key, :name, country, currency, tax_ids, "
        "bank_accounts, email, opened_on, status, language FROM account"
    )
    for name in ("reconcile.steps.run", "celery.app.trace"):
        try:
            with engine.begin() as connection:
                connection.execute(again, {"name": SOMEBODY})
        except IntegrityError as error:
            logging.getLogger(name).exception("it failed")
            assert "Иванов" in str(error), "the exception itself does quote him"
    assert "Иванов" not in written.getvalue() and "104582" not in written.getvalue()
    for line in lines(written)[-2:]:
        assert line["exception"] == "IntegrityError (UniqueViolation) 23505 pk_account"
        assert "Traceback (most recent call last)" in str(line["where"]) and "test_logs.py" in str(line["where"])


def test_celerys_message_about_a_task_that_died_does_not_quote_it(written: io.StringIO) -> None:
    context = {
        "id": "1f", "name": "tasks.run_all", "exc": "ValueError('Иванов Иван')", "traceback": "… Иванов",
        "args": "('Иванов',)", "kwargs": "{}", "description": "raised unexpected", "internal": False,
    }  # fmt: skip
    try:
        raise ValueError(SOMEBODY)
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
        message = "Task %(name)s[%(id)s] %(description)s: %(exc)s"
        logging.getLogger("celery.app.trace").error(message, context, exc_info=info, extra={"data": context})
        logging.getLogger("celery.worker.request").error("Task handler raised error: %r", error, exc_info=info)
    assert "Иванов" not in written.getvalue()
    first, second = lines(written)
    assert first["event"] == "Task tasks.run_all[1f] …: …" and first["exception"] == "ValueError"
    assert second["event"] == "Task handler raised error: 'ValueError'"


def test_a_field_that_nobody_listed_is_dropped(written: io.StringIO) -> None:
    logging.getLogger("reconcile.steps.run").info("credited", extra={"payment": "0a1b", "payer_name": "Иванов Иван"})
    (line,) = lines(written)
    assert line["payment"] == "0a1b" and "payer_name" not in line
    assert set(line) == {"event", "payment", "level", "logger", "timestamp"}


def test_what_was_caused_by_something_else_says_both(written: io.StringIO) -> None:
    try:
        try:
            raise KeyError(SOMEBODY)
        except KeyError as error:
            raise RuntimeError(SOMEBODY) from error
    except RuntimeError as error:
        told = logs.traced(error)
    assert told.index("KeyError") < told.index("RuntimeError") and told.count("Traceback") == 2
    assert "Иванов" not in told
