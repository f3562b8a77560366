"""The command line as scripts rely on it: exit codes, one line a fault, nothing stored of what is refused, and never a
traceback on the terminal."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import psycopg
import pytest
import typer
from sqlalchemy import text

from reconcile.cli import COMMANDS, main
from reconcile.steps import drafts
from reconcile.steps import run as running
from reconcile.steps import verify as verifying
from reconcile.store import schema
from reconcile.store.engine import make_engine
from tests.servers import PostgresServer, driver_url, free_port
from tests.steps.books import Line, one_c, rows

ROOT = Path(__file__).parents[1]
ERROR = re.compile(r"^error: (?P<file>[^:\n]+):(?:(?P<line>\d+):)? (?P<what>[^;\n]+); (?P<mend>.+)$")
"""Contract: `error: FILE:LINE: what is wrong; how to mend it`; no line where the fault has none."""

Run = Callable[..., tuple[int, str, str]]
GOOD = one_c([Line(date(2026, 2, 3), 5_000)], opening=100_000)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default database and the log lie in the folder that the command is called in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONCILE_ACTOR", "tester")


@pytest.fixture
def reconcile(capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*line: str) -> tuple[int, str, str]:
        code = main([str(word) for word in line])
        out, err = capfd.readouterr()
        assert "Traceback" not in out
        return code, out, err

    return run


@pytest.fixture(scope="session")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "reconcile.db"
    engine = make_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def books(_own_folder: None, _empty: Path) -> None:
    """Empty books in the default place."""
    shutil.copy(_empty, "reconcile.db")


def _stored() -> dict[str, int]:
    """How many rows of a file's own the books hold."""
    engine = make_engine("sqlite:///reconcile.db")
    names = ("statement_file", "statement", "statement_line", "entry", "payment", "journal", "account", "invoice",
             "power_of_attorney", "master_history", "own_bank_account")  # fmt: skip
    found = {name: int(str(rows(engine, f"SELECT count(*) FROM {name}")[0][0])) for name in names}
    engine.dispose()
    return found


def _write(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return name


# --- what works ------------------------------------------------------------------------------------------------------


def test_the_whole_way_on_an_empty_folder(reconcile: Run) -> None:
    """No `init`: an empty SQLite file is set up by the first command."""
    assert reconcile("ingest", _write("a.txt", GOOD))[0] == 0
    assert reconcile("run")[0] == 0
    code, out, err = reconcile("verify")
    assert (code, err) == (0, "")
    assert "checks hold" in out
    code, out, _ = reconcile("export", "payments")
    assert code == 0
    (row,) = map(json.loads, out.splitlines())
    assert (row["amount"], row["status"], row["schema"]) == ("50.00", "unmatched", 1)


@pytest.mark.parametrize(
    "line",
    [
        ("--json", "ingest", "a.txt"),
        ("ingest", "--json", "a.txt"),
        ("ingest", "a.txt", "--json"),
        ("ingest", "a.txt", "--json", "--database-url", "sqlite:///reconcile.db"),
        ("ingest", "--database-url=sqlite:///reconcile.db", "a.txt", "--json", "--quiet"),
    ],
    ids=" ".join,
)
def test_global_options_stand_anywhere_on_the_line(reconcile: Run, line: tuple[str, ...]) -> None:
    _write("a.txt", GOOD)
    code, out, err = reconcile(*line)
    assert (code, err) == (0, "")
    (told,) = map(json.loads, out.splitlines())
    assert (told["entries"], told["new"], told["known"]) == (1, 1, 0)


def test_what_follows_two_dashes_is_no_option(reconcile: Run) -> None:
    _write("--json", GOOD)
    code, out, _ = reconcile("ingest", "--", "--json")
    assert code == 0
    assert not out.startswith("{")


def test_quiet_leaves_the_results(reconcile: Run) -> None:
    reconcile("ingest", _write("a.txt", GOOD))
    assert reconcile("run", "--quiet") == (0, "", "")
    assert reconcile("--quiet", "verify") == (0, "", "")
    code, out, _ = reconcile("export", "balances", "--quiet")
    assert (code, out) == (0, "")
    assert reconcile("export", "payments", "--quiet")[1].startswith("{")


@pytest.mark.parametrize(
    "command",
    ["ingest a.txt", "run", "verify", "statement list", "review list", "find --amount 50.00", "export entries",
     "policy show", "version"],
)  # fmt: skip
def test_under_json_every_line_is_a_value(reconcile: Run, books: None, command: str) -> None:
    reconcile("ingest", _write("a.txt", GOOD))
    reconcile("run")
    code, out, err = reconcile(*command.split(), "--json")
    assert (code, err) == (0, "")
    assert out
    for line in out.splitlines():
        assert isinstance(json.loads(line), dict)


def test_the_policy_is_shown_with_the_names_that_it_lists(reconcile: Run) -> None:
    code, out, _ = reconcile("policy", "show", "--json")
    shown = json.loads(out)
    assert code == 0
    assert " object at " not in out
    assert any(one["names"] or one["phrases"] or one["tax_ids"] for one in shown["senders"])
    assert {one["name"] for one in shown["intermediaries"]}


def test_the_same_file_again_adds_nothing(reconcile: Run) -> None:
    _write("a.txt", GOOD)
    reconcile("ingest", "a.txt")
    before = _stored()
    code, out, _ = reconcile("ingest", "a.txt", "--json")
    assert (code, json.loads(out)["new"], json.loads(out)["known"]) == (0, 0, 1)
    assert _stored() == before


def test_init_may_be_repeated(reconcile: Run) -> None:
    assert "(created)" in reconcile("init")[1]
    code, out, _ = reconcile("init")
    assert code == 0
    assert "created" not in out


# --- exit code 2 -----------------------------------------------------------------------------------------------------

_CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + f']><Document xmlns="{_CAMT}"><BkToCstmrStmt><Stmt><Id>&i;</Id></Stmt></BkToCstmrStmt></Document>'
)
_OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    f'<Document xmlns="{_CAMT}"><BkToCstmrStmt><Stmt><Id>&secret;</Id></Stmt></BkToCstmrStmt></Document>'
)
_CAMT_CUT = f'<?xml version="1.0"?><Document xmlns="{_CAMT}"><BkToCstmrStmt><Stmt><Id>1</Id><Ntry><Amt'
_OFX_HEAD = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n"
_OFX_CUT = _OFX_HEAD + "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>KES<BANKTRANLIST><STMTTRN>"
_STANDARD = "\r\n".join([
    "1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=UTF-8", "РасчСчет=20208000900000001001",
    "СекцияРасчСчет", "РасчСчет=20208000900000001001", "НачальныйОстаток=0.00", "КонецРасчСчет", "КонецФайла", "",
])  # fmt: skip
BAD_STATEMENTS: dict[str, str | bytes] = {
    "empty.txt": b"",
    "blank.txt": b" \r\n\r\n",
    "binary.txt": bytes(range(256)) * 64,
    "nul.txt": b"\0" * 4096,
    "picture.xml": b"\x89PNG\r\n\x1a\n" + bytes(4096),
    "letter.txt": "Уважаемые коллеги, высылаем выписку",
    "cut.txt": GOOD[: GOOD.index("КонецДокумента")],
    "no-end.txt": _STANDARD.replace("КонецФайла\r\n", ""),
    "amount.txt": GOOD.replace("СуммаПриход=50.00", "СуммаПриход=50,0O"),
    "day.txt": GOOD.replace("ДатаОперации=03.02.2026", "ДатаОперации=31.02.2026"),
    "mixed.txt": GOOD.encode().replace("Ромашка".encode(), "Ромашка".encode("cp1251")),
    "bomb.xml": _BOMB,
    "outside.xml": _OUTSIDE,
    "cut.xml": _CAMT_CUT,
    "cut.ofx": _OFX_CUT,
    "cut.zip": b"PK\x03\x04" + bytes(100),
}


@pytest.mark.parametrize("name", BAD_STATEMENTS)
def test_a_bad_statement_is_refused_in_one_line_and_nothing_of_it_is_stored(reconcile: Run, books: None, name: str) -> None:
    before = _stored()
    code, out, err = reconcile("ingest", _write(name, BAD_STATEMENTS[name]))
    assert (code, out) == (2, "")
    for line in err.splitlines():
        found = ERROR.match(line)
        assert found, line
        assert found["file"] == name
    assert "root:" not in err, "an external entity was read"
    assert _stored() == before


def test_a_fault_names_its_line(reconcile: Run) -> None:
    _, _, err = reconcile("ingest", _write("amount.txt", BAD_STATEMENTS["amount.txt"]))
    found = ERROR.match(err.strip())
    assert found is not None
    page = str(BAD_STATEMENTS["amount.txt"]).split("\r\n")
    assert page[int(found["line"]) - 1] in ("СуммаПриход=50,0O", "СекцияДокумент=Выписка")
    assert "50,0O" in found["what"]


def test_the_other_files_of_a_call_are_stored(reconcile: Run) -> None:
    other = one_c([Line(date(2026, 2, 4), 7_000)], opening=105_000)
    code, out, err = reconcile("ingest", _write("a.txt", GOOD), _write("bad.txt", b"?"), _write("b.txt", other), "--json")
    assert code == 2
    assert [json.loads(line)["file"] for line in out.splitlines()] == ["a.txt", "b.txt"]
    assert [line.split(":")[1].strip() for line in err.splitlines()] == ["bad.txt"]
    assert _stored()["entry"] == 2


@pytest.mark.parametrize("kind", ["ingest", "import"])
def test_two_gigabytes_are_refused_before_they_are_read(kind: str) -> None:
    """A sparse file; the process may not take 1 GB more than it is, so reading it would kill it."""
    with Path("huge.csv").open("wb") as file:
        file.write(b"1CClientBankExchange\r\n" if kind == "ingest" else b"invoice_number,account_number\r\n")
        file.truncate(2 * 1024**3)
    words = ("ingest", "huge.csv") if kind == "ingest" else ("import", "invoices", "huge.csv")
    done = _process(*words, prelude="import resource; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))")
    assert done.returncode == 2, done.stderr
    assert ERROR.match(done.stderr.strip()), done.stderr
    assert "huge.csv: " in done.stderr
    assert "limit" in done.stderr


def test_the_limit_is_a_setting(reconcile: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _write("a.txt", GOOD)
    monkeypatch.setenv("RECONCILE_MAX_STATEMENT_BYTES", "100")
    code, _, err = reconcile("ingest", "a.txt")
    assert code == 2
    assert re.search(r"has \d+ bytes, more than the limit of 100; .*RECONCILE_MAX_STATEMENT_BYTES", err)
    monkeypatch.setenv("RECONCILE_MAX_STATEMENT_BYTES", "plenty")
    code, _, err = reconcile("ingest", "a.txt")
    assert (code, err) == (2, "error: RECONCILE_MAX_STATEMENT_BYTES is 'plenty'; write a whole number above zero\n")


_ACCOUNTS = "account_number,holder_name,holder_type,country,currency\n"
_INVOICES = "invoice_number,account_number,amount,currency,issued_on\n"
_POWERS = "reference,account_number,representative_name,valid_from,valid_until\n"
BAD_TABLES: dict[str, tuple[str, str | bytes, int | None]] = {
    "unknown account": ("invoices", _INVOICES + "INV-1,999999,10.00,KZT,2026-01-01\n", 2),
    "unknown account of a power": (
        "powers-of-attorney",
        _POWERS + "P-1,999999,Иванов Иван,2026-01-01,2026-06-01\n",
        2,
    ),
    "a column too many": ("accounts", _ACCOUNTS.replace("\n", ",colour\n") + "1,ТОО А,legal_entity,KZ,KZT,red\n", 1),
    "a column too few": ("accounts", "account_number,holder_name\n1,ТОО А\n", 1),
    "a wrong value": ("accounts", _ACCOUNTS + "1,ТОО А,company,KZ,KZT\n", 2),
    "a wrong amount": ("invoices", _INVOICES + 'INV-1,1,"1,50",KZT,2026-01-01\n', 2),
    "an amount below zero": ("invoices", _INVOICES + "INV-1,1,-5.00,KZT,2026-01-01\n", 2),
    "a key twice": ("accounts", _ACCOUNTS + "1,ТОО А,legal_entity,KZ,KZT\n1,ТОО Б,legal_entity,KZ,KZT\n", 3),
    "empty": ("accounts", b"", None),
    "binary": ("accounts", bytes(range(256)) * 16, None),
    "not UTF-8": ("accounts", _ACCOUNTS.encode() + "1,ТОО А,legal_entity,KZ,KZT\n".encode("cp1251"), None),
    "no table": ("bank-accounts", "hello\n", 1),
}


@pytest.mark.parametrize("case", BAD_TABLES)
def test_a_bad_table_is_refused_and_nothing_of_it_is_stored(reconcile: Run, books: None, case: str) -> None:
    kind, content, at = BAD_TABLES[case]
    before = _stored()
    code, out, err = reconcile("import", kind, _write("table.csv", content))
    assert (code, out) == (2, "")
    found = [ERROR.match(line) for line in err.splitlines()]
    assert found
    assert all(each and each["file"] == "table.csv" for each in found), err
    if at is not None:
        assert str(at) in {each["line"] or "1" for each in found if each}, err
    assert _stored() == before


def test_every_fault_of_a_table_is_told_at_once(reconcile: Run) -> None:
    table = _ACCOUNTS + "1,ТОО А,company,KZ,KZT\n2,ТОО Б,legal_entity,KZ,EURO\n"
    _, _, err = reconcile("import", "accounts", _write("table.csv", table))
    assert {found["line"] for line in err.splitlines() if (found := ERROR.match(line))} == {"2", "3"}


@pytest.mark.parametrize("name", ["table.xlsx", "table.csv", "table.jsonl"])
def test_a_broken_workbook_or_line_is_refused(reconcile: Run, name: str) -> None:
    code, _, err = reconcile("import", "accounts", _write(name, b"PK\x03\x04 not a workbook {"))
    assert code == 2
    assert all(ERROR.match(line) for line in err.splitlines()), err


@pytest.mark.parametrize("line", [("ingest", "nowhere.txt"), ("import", "accounts", "nowhere.csv")], ids=" ".join)
def test_a_file_that_is_not_there(reconcile: Run, line: tuple[str, ...]) -> None:
    code, _, err = reconcile(*line)
    assert (code, err) == (2, f"error: {line[-1]}: there is no such file; check the path\n")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("ingets", "a.txt"), "ingets"),
        (("ingest",), "error: missing argument 'files'; see `reconcile ingest --help`"),
        (("review",), "error: a command is missing; see `reconcile review --help`"),
        (("run", "--as-of", "tomorrow"), "--as-of 'tomorrow' is not a date; write it as 2026-02-03"),
        (("run", "--as-off", "2026-01-01"), "--as-off"),
        (("export", "everything"), "'everything' cannot be exported; choose one of: payments"),
        (("export", "payments", "--format", "pdf"), "'pdf' is no export format; choose one of"),
        (("ingest", "--format", "pdf", "a.txt"), "no format is called 'pdf'; use one of"),
        (("status", "abcdef"), "there is no payment 'abcdef'; copy the payment id"),
        (("review", "credit", "abcdef", "1", "--reason", "so"), "there is no payment 'abcdef'"),
        (("statement", "accept", "abcdef", "--reason", "so"), "there is no statement 'abcdef'"),
        (("--database-url", "mysql://h/d", "run"), "names no database that the books can stand in; use sqlite"),
        (("export", "payments", "-o", "nowhere/out.csv"), "nowhere/out.csv: cannot be written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_usage(reconcile: Run, books: None, line: tuple[str, ...], words: str) -> None:
    _write("a.txt", GOOD)
    code, _, err = reconcile(*line)
    assert code == 2
    assert words in err
    assert all(each.startswith("error: ") for each in err.splitlines()), "one line a fault"


# --- exit codes 3, 75, 1 ---------------------------------------------------------------------------------------------


def test_books_that_differ_are_3(reconcile: Run) -> None:
    reconcile("ingest", _write("a.txt", GOOD))
    engine = make_engine("sqlite:///reconcile.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE entry SET amount = amount + 1"))
    engine.dispose()
    code, out, err = reconcile("verify")
    assert (code, err) == (3, "")
    assert any("the ledger says" in line for line in out.splitlines())
    code, out, _ = reconcile("verify", "--json")
    assert code == 3
    assert all("difference" in json.loads(line) for line in out.splitlines())


@pytest.mark.parametrize("command", [("run",), ("verify",), ("init",), ("export", "payments"), ("ingest", "a.txt")])
def test_a_database_that_is_away_is_75(reconcile: Run, command: tuple[str, ...]) -> None:
    _write("a.txt", GOOD)
    url = f"postgresql+psycopg://finance:secret-word@127.0.0.1:{free_port()}/books"
    code, out, err = reconcile("--database-url", url, *command)
    assert (code, out) == (75, "")
    assert err.startswith("error: the database or the broker is away: ")
    assert err.count("\n") == 1
    assert err.rstrip().endswith("try again")
    assert "secret-word" not in err + Path("reconcile.log").read_text()
    assert "Traceback" in Path("reconcile.log").read_text()


def test_a_postgresql_without_books_says_what_to_run(reconcile: Run, postgres_url: str) -> None:
    code, _, err = reconcile("--database-url", postgres_url, "verify")
    assert code == 2
    assert "holds no books yet; run `reconcile init`" in err
    assert reconcile("--database-url", postgres_url, "init")[0] == 0
    assert reconcile("--database-url", postgres_url, "verify")[0] == 0


def test_a_database_that_goes_away_half_way_is_75_and_nothing_is_lost(
    reconcile: Run, postgres: PostgresServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends the session while rows are on their way into a COPY."""
    where = ("--database-url", postgres_url)
    reconcile(*where, "init")
    reconcile(*where, "ingest", _write("a.txt", GOOD))
    plain = psycopg.Copy.write

    def cut_off(copy: psycopg.Copy, row: Sequence[object]) -> None:
        with psycopg.connect(driver_url(postgres.url), autocommit=True) as other:
            pid = copy.cursor.connection.info.backend_pid
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        plain(copy, row)

    with monkeypatch.context() as patched:
        patched.setattr(psycopg.Copy, "write", cut_off)
        code, out, err = reconcile(*where, "run")
        assert (code, out) == (75, "")
        assert err.count("\n") == 1
    assert reconcile(*where, "run")[0] == 0
    assert reconcile(*where, "verify")[0] == 0
    assert json.loads(reconcile(*where, "export", "payments")[1])["reason"] == "no_reference"


def _broken(*_: object) -> list[str]:
    raise ZeroDivisionError("the sum of nothing")


def test_our_own_fault_is_1_and_its_traceback_lies_in_the_log(reconcile: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "verify", _broken)
    code, out, err = reconcile("verify")
    assert (code, out) == (1, "")
    assert err == "error: unexpected ZeroDivisionError: the sum of nothing; what was under way is not stored\n"
    log = Path("reconcile.log").read_text()
    assert "Traceback (most recent call last)" in log
    assert "in _broken" in log


@pytest.mark.parametrize("more", [(), ("--quiet",), ("--json",), ("--fail-on-alert",)], ids=str)
def test_a_run_that_could_decide_nothing_says_so_and_is_1(
    reconcile: Run, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    reconcile("ingest", _write("a.txt", GOOD))
    with monkeypatch.context() as broken:
        broken.setattr(drafts, "decide", _broken)
        broken.setattr(running, "ATTEMPTS", 1)
        code, out, err = reconcile("run", *more)
    assert code == 1
    assert "credited" not in out and "unmatched" not in out
    assert err.startswith("error: run 1 could not decide 1 payment in 1 attempts; the money stays in unapplied cash")
    assert err.count("\n") == 1, "no traceback"
    assert "in _broken" in Path("reconcile.log").read_text()
    assert reconcile("run")[0] == 0
    assert reconcile("verify")[0] == 0


@pytest.mark.parametrize("line", [("--debug", "verify"), ("verify", "--debug")], ids=" ".join)
def test_debug_shows_the_traceback(reconcile: Run, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...]) -> None:
    monkeypatch.setattr(verifying, "verify", _broken)
    code, _, err = reconcile(*line)
    assert code == 1
    assert "Traceback (most recent call last)" in err
    assert "in _broken" in err


def test_fail_on_alert(reconcile: Run) -> None:
    short = one_c([Line(date(2026, 2, 3), 5_000)], opening=100_000, closing=1)
    _write("a.txt", short)
    assert reconcile("ingest", "a.txt", "--fail-on-alert")[0] == 4
    assert reconcile("run")[0] == 0
    assert reconcile("run", "--fail-on-alert")[0] == 4


# --- the installed command -------------------------------------------------------------------------------------------


def _process(*line: str, prelude: str = "pass") -> subprocess.CompletedProcess[str]:
    """As a scheduler would run it: a process of its own."""
    program = f"{prelude}; from reconcile.cli import entry_point; entry_point()"
    return subprocess.run(
        [sys.executable, "-c", program, *line], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )


def test_the_process_ends_with_the_code() -> None:
    done = _process("ingest", _write("empty.txt", b""))
    assert (done.returncode, done.stdout) == (2, "")
    assert ERROR.match(done.stderr.strip())


def test_help_names_every_command(reconcile: Run) -> None:
    code, out, _ = reconcile("--help")
    assert code == 0
    for name in ("init", "import", "ingest", "run", "export", "report", "verify", "poa", "review", "find", "statement",
                 "status", "policy", "demo"):  # fmt: skip
        assert re.search(rf"\b{name}\b", out), name


# --- what a line loads -----------------------------------------------------------------------------------------------


FILES = {path.stem for path in ROOT.glob("reconcile/commands/*.py")} - {"__init__", "context"}


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_list_of_commands_says_which_file_knows_which_words(name: str) -> None:
    app = typer.Typer()
    importlib.import_module(f"reconcile.commands.{name}").register(app)
    words = [*(each.name for each in app.registered_commands), *(each.name for each in app.registered_groups)]
    assert sorted(map(str, words)) == sorted(COMMANDS[name])


def test_a_line_loads_the_file_that_it_asks_for_and_no_more() -> None:
    program = (
        "import sys; from reconcile.cli import main; main(['--quiet', 'version']); "
        "print(sorted(name for name in sys.modules if name.startswith('reconcile.commands.')), 'alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "['reconcile.commands.context'] False"
    program = program.replace("['--quiet', 'version']", "['export', '--help']")
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "['reconcile.commands.context', 'reconcile.commands.exports'] False"
