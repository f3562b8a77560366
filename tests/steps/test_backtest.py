"""History decided again by other rules or another program, before these are put to work; and nothing written."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from reconcile import __version__, cli
from reconcile.matchers import references
from reconcile.policy import load_policy
from reconcile.steps import review
from reconcile.steps.acts import Person
from reconcile.steps.backtest import backtest_code, backtest_policy
from reconcile.steps.backtest.labels import read_labels
from reconcile.steps.backtest.replay import replay
from reconcile.steps.export import export
from reconcile.store import schema
from reconcile.store.engine import make_engine, reading
from reconcile.world.make import make_world
from reconcile.world.writers.folder import Folder, write_world
from tests.accuracy.play import play
from tests.accuracy.world import AS_OF, draw, write, write_labels
from tests.journeys.test_a_night import play as night

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
STRICTER = """
[country.KZ.bank_transfer]
third_party_rule = "not_documented"
power_of_attorney = false
source = "a trial"
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Engine, Folder]]:
    """A night on a made-up world, decided by the code as it is."""
    root: Path = tmp_path_factory.mktemp("backtest")
    folder = write_world(make_world(3, entries=220), root)
    if request.param == "sqlite":
        url = f"sqlite:///{root / 'books.db'}"
        engine = make_engine(url)
        schema.upgrade(engine)
        night(engine, folder)
        yield url, engine, folder
        engine.dispose()
        return
    with request.getfixturevalue("postgres").database() as url:
        engine = make_engine(url)
        schema.upgrade(engine)
        night(engine, folder)
        yield url, engine, folder
        engine.dispose()


def exported(engine: Engine, what: str = "payments") -> list[dict[str, Any]]:
    out = io.BytesIO()
    export(engine, what, out)
    return [json.loads(line) for line in out.getvalue().decode().splitlines()]


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    path = tmp_path / "stricter.toml"
    path.write_text(STRICTER, encoding="utf-8")
    return path


def test_the_same_code_and_policy_decide_the_same(books: tuple[str, Engine, Folder]) -> None:
    _, engine, _ = books
    result = backtest_code(engine, load_policy(None), as_of=DAY)
    assert result.compared > 200
    assert [(each.kind, each.before, each.after) for each in result.changed] == []
    assert result.shifts == ()


def test_another_policy_shows_what_it_would_no_longer_credit(books: tuple[str, Engine, Folder], stricter: Path) -> None:
    _, engine, _ = books
    result = backtest_policy(engine, load_policy(None), load_policy(stricter), as_of=DAY)
    stopped = [each for each in result.changed if each.kind == "no_longer_credited"]
    persons = "SELECT a.number FROM account a JOIN holder h ON h.key = a.holder_key WHERE h.type = 'individual'"
    with engine.connect() as connection:  # their accounts have the purpose rule of their own
        individuals = set(connection.execute(text(persons)).scalars())
    credited = [
        row
        for row in exported(engine)
        if row["status"] == "credited"
        and row["country"] == "KZ"
        and row["payer_relation"] == "third_party"
        and row["account_number"] not in individuals
    ]
    assert stopped and {each.payment_id for each in stopped} == {row["payment_id"] for row in credited}
    assert {each.after.reason for each in stopped} == {"third_party_not_documented"}
    for shift in result.shifts:
        lost = sum(
            part for each in stopped for number, part in each.before.credits if number == shift.account_number
        )  # fmt: skip
        assert shift.before - shift.after == lost > 0


def test_a_later_payment_gets_what_an_earlier_one_no_longer_takes(
    books: tuple[str, Engine, Folder], stricter: Path
) -> None:
    """The replay keeps its own account of what is outstanding: no invoice is paid twice in it."""
    _, engine, _ = books
    with reading(engine) as connection:
        found = replay(connection, load_policy(stricter), DAY)
        amounts = dict(tuple(row) for row in connection.execute(text("SELECT number, amount FROM invoice")).all())
    taken: dict[str, int] = {}
    for outcome in found.outcomes.values():
        for number, part in outcome.allocations:
            taken[number] = taken.get(number, 0) + part
    assert taken
    assert {number: part for number, part in taken.items() if part > amounts[number]} == {}


def test_nothing_is_written(books: tuple[str, Engine, Folder], stricter: Path) -> None:
    _, engine, _ = books
    before = {what: exported(engine, what) for what in ("payments", "balances", "journal")}
    backtest_policy(engine, load_policy(None), load_policy(stricter), as_of=DAY)
    backtest_code(engine, load_policy(None), as_of=DAY)
    assert {what: exported(engine, what) for what in before} == before


def test_another_version_of_the_program(books: tuple[str, Engine, Folder], monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that would never look at bare numbers: what it no longer credits, against the decisions stored."""
    _, engine, _ = books
    monkeypatch.setattr(references, "_bare", lambda case, bare: iter(()))
    result = backtest_code(engine, load_policy(None), as_of=DAY, version=__version__)
    assert result.before.endswith(__version__)
    assert {each.before.rule for each in result.changed if each.kind == "no_longer_credited"} == {"bare_reference"}


def test_labels_as_the_world_wrote_them(books: tuple[str, Engine, Folder], stricter: Path) -> None:
    _, engine, folder = books
    labels = read_labels(_decided(folder))
    result = backtest_policy(engine, load_policy(None), load_policy(stricter), as_of=DAY, labels=labels)
    assert result.labels is not None
    assert result.labels.agreeing[0] == result.labels.labelled > 150
    assert result.labels.agreeing[1] < result.labels.labelled
    assert [each for each in result.labels.wrong if each.side == "before"] == []


def _decided(folder: Folder) -> Path:
    """Labels of payments that a run decides; not those that a reversal took back."""
    path = folder.root / "decided.jsonl"
    rows = [json.loads(line) for line in folder.expected.read_text("utf-8").splitlines()]
    kept = [row for row in rows if row["status"] in ("credited", "held", "unmatched")]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), "utf-8")
    return path


def test_labels_that_finance_exported_and_corrected(books: tuple[str, Engine, Folder], tmp_path: Path) -> None:
    """An export is a labelled file: one row is corrected to another account, so its credit counts as wrong."""
    _, engine, _ = books
    rows = [row for row in exported(engine) if row["status"] == "credited" and row["account_number"]][:20]
    rows[3]["account_number"] = "somebody-elses"
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    result = backtest_code(engine, load_policy(None), as_of=DAY, labels=read_labels(path))
    assert result.labels is not None
    assert (result.labels.labelled, result.labels.agreeing) == (20, (19, 19))
    assert [(each.line, each.side) for each in result.labels.wrong] == [(4, "before"), (4, "after")]


def test_the_command_says_it_to_people_and_to_scripts(
    books: tuple[str, Engine, Folder], stricter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, _, _ = books
    assert cli.main(["--database-url", url, "backtest", "--policy", str(stricter), "--as-of", "2026-03-02"]) == 0
    shown = capsys.readouterr().out
    assert "credited before, not now" in shown and "Credited before" in shown
    assert "nothing was written to the books" in shown
    words = ["--database-url", url, "--json", "backtest", "--policy", str(stricter), "--as-of", "2026-03-02"]
    assert cli.main(words) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    changed = [row for row in rows if "change" in row]
    assert rows[-1]["changed"] == len(changed) > 0
    assert changed[0]["before"]["status"] == "credited" and changed[0]["after"]["status"] == "held"
    assert {"account_number", "currency", "credited_before", "credited_after"} in [set(row) for row in rows]


def test_what_one_person_decided_is_left_alone(sqlite_url: str, tmp_path: Path) -> None:
    """A person's act is no rule's work: it stands, and what it took of an invoice is gone for the replay too."""
    folder = write_world(make_world(4, entries=40), tmp_path)
    engine = make_engine(sqlite_url)
    schema.upgrade(engine)
    night(engine, folder)
    row = next(row for row in exported(engine) if row["status"] == "unmatched")
    review.ignore(engine, load_policy(None), row["payment_id"], Person("tester", "not ours", NOW))
    result = backtest_code(engine, load_policy(None), as_of=DAY)
    assert result.changed == ()
    assert result.compared == sum(
        each["status"] in ("credited", "held", "unmatched") and each["reason"] != "not_decided"
        for each in exported(engine)
    )
    engine.dispose()


REFUSED = {
    "neither": ([], "say what to try"),
    "both": (["--code", "--policy", "x.toml"], "say what to try"),
    "a version without --code": (["0.1.0", "--policy", "x.toml"], "say what to try"),
    "an unknown version": (["--code", "9.9.9"], "no decision in force was made by version '9.9.9'"),
    "no policy file": (["--policy", "missing.toml"], "missing.toml"),
    "no labels": (["--code", "--labelled", "missing.jsonl"], "missing.jsonl: there is no such file"),
    "an empty file": (["--code", "--labelled", "empty.jsonl"], "empty.jsonl: the file has no labels"),
    "no JSON": (["--code", "--labelled", "text.jsonl"], "text.jsonl:1: no JSON object"),
    "no status": (["--code", "--labelled", "nothing.jsonl"], "nothing.jsonl:1: no label"),
    "no key": (["--code", "--labelled", "keyless.jsonl"], "keyless.jsonl:2: booking_date, amount, currency"),
    "no amount": (["--code", "--labelled", "amount.jsonl"], "amount.jsonl:1: amount '1,5'"),
}
FILES = {
    "empty.jsonl": "\n", "text.jsonl": "hello\n", "nothing.jsonl": "{}\n",
    "keyless.jsonl": '{"payment_id": "1", "status": "held"}\n{"status": "held", "bank_account": "1"}\n',
    "amount.jsonl": '{"status": "held", "bank_account": "1", "booking_date": "2026-02-02", "amount": "1,5", '
    '"currency": "KZT", "purpose": ""}',
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_exit_2(
    name: str, sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for file, content in FILES.items():
        Path(file).write_text(content, encoding="utf-8")
    words, told = REFUSED[name]
    assert cli.main(["--database-url", sqlite_url, "backtest", *words]) == 2
    assert told in capsys.readouterr().err


def test_the_benchmarks_labels_are_labels(sqlite_url: str, tmp_path: Path) -> None:
    """What `make accuracy` writes beside its world can be handed to a backtest."""
    engine = make_engine(sqlite_url)
    written = write(draw(8, 150), tmp_path)
    play(engine, written)
    write_labels(written.labelled, tmp_path / "labels.jsonl")
    result = backtest_code(engine, load_policy(None), as_of=AS_OF, labels=read_labels(tmp_path / "labels.jsonl"))
    assert result.labels is not None
    assert result.labels.labelled + len(result.unlabelled) == len(written.labelled)
    assert result.labels.labelled > 100
    engine.dispose()
