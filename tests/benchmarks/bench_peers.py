"""`make bench-peers`: the same bank entries through pretix's and Tryton's own import, and through ours.

Each of them is installed from the package index into an environment of its own, which is thrown away afterwards, and
works on a database of its own on one PostgreSQL that waits for the disk. One customer, an invoice for each entry (with
pretix an order), every entry names its invoice as the system in question wants it. What is measured is their import
alone: pretix `process_banktransfers` with its rows parsed already; Tryton the CSV import, its rules that find the
invoice, validation and posting; ours `ingest` and `run` of a 1C file, parsing included. Mail is not sent.

Not part of CI: it downloads a few hundred packages.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import venv
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text

from reconcile.policy import load_policy
from reconcile.steps.ingest import Origin, ingest
from reconcile.steps.masters import import_accounts, import_bank_accounts, import_invoices
from reconcile.steps.run import run
from reconcile.store import schema
from reconcile.store.engine import make_engine
from tests.benchmarks.machine import describe
from tests.servers import PostgresServer, driver_url, postgres_server
from tests.steps.books import NOW, OWN, Line, one_c

HERE = Path(__file__).parent / "peers"
DAY = date(2026, 2, 3)
BIN = "990140000007"


@dataclass(frozen=True, slots=True)
class Result:
    """How long the import took, and how many invoices were paid by it."""

    entries: int
    seconds: float
    paid: int

    def row(self, name: str) -> str:
        return f"{name:10} {self.entries:8,} {self.seconds:10.2f} {self.entries / self.seconds:12,.0f} {self.paid:8,}"


@dataclass(frozen=True, slots=True)
class Peer:
    """What to install, and what to run in it."""

    name: str
    packages: tuple[str, ...]
    script: str


PEERS = (
    Peer("pretix", ("pretix",), "pretix_import.py"),
    Peer("Tryton", ("trytond", "trytond_account_statement_rule", "proteus", "psycopg[binary,pool]"), "tryton_import.py"),
)


def main() -> int:
    given = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_peers", description=__doc__)
    given.add_argument("--entries", type=int, default=1000)
    given.add_argument("--keep", type=Path, help="a folder for the environments that is not thrown away")
    given.add_argument("--only", choices=[peer.name for peer in PEERS], help="one of them")
    asked = given.parse_args()
    print(describe())
    print(f"{'':10} {'entries':>8} {'seconds':>10} {'entries/s':>12} {'paid':>8}", flush=True)
    failed = 0
    with ExitStack() as stack:
        folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="peers-")))
        server = stack.enter_context(postgres_server(durable=True))
        for peer in (each for each in PEERS if asked.only in (None, each.name)):
            try:
                print(measure(peer, folder, server, asked.entries).row(peer.name), flush=True)
            except subprocess.CalledProcessError as error:
                failed += 1
                print(f"{peer.name:10} failed: {' '.join(map(str, error.cmd))[:80]}\n{error.stderr[-3000:]}", flush=True)
        print(ours(Path(stack.enter_context(tempfile.TemporaryDirectory())), server, asked.entries).row("reconcile"))
    print(describe())
    return 1 if failed else 0


def measure(peer: Peer, folder: Path, server: PostgresServer, entries: int) -> Result:
    home = folder / peer.name.lower()
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        _call([python, "-m", "pip", "install", "--quiet", *peer.packages], {})
    with server.database() as url, tempfile.TemporaryDirectory(prefix="peer-") as work:
        (Path(work) / "quiet_settings.py").write_text(
            "from pretix.settings import *\n"
            "EMAIL_BACKEND = EMAIL_CUSTOM_SMTP_BACKEND = 'django.core.mail.backends.dummy.EmailBackend'\n"
        )
        said = _call([python, HERE / peer.script, entries], _environment(url, Path(work)))
    _, count, seconds, paid = next(line for line in said.splitlines() if line.startswith("RESULT ")).split()
    return Result(int(count), float(seconds), int(paid))


def _environment(url: str, work: Path) -> dict[str, str]:
    at = urlsplit(url)
    return {
        "PYTHONPATH": str(work),
        "DATA_DIR": str(work),
        "DJANGO_SETTINGS_MODULE": "quiet_settings",
        "PRETIX_DATABASE_BACKEND": "postgresql",
        "PRETIX_DATABASE_NAME": at.path[1:],
        "PRETIX_DATABASE_USER": at.username or "",
        "PRETIX_DATABASE_PASSWORD": at.password or "",
        "PRETIX_DATABASE_HOST": at.hostname or "",
        "PRETIX_DATABASE_PORT": str(at.port),
        "TRYTOND_DATABASE_URI": driver_url(url).rpartition("/")[0] + "/",
        "DB_NAME": f"{at.path[1:]}_tryton",  # its helpers create it themselves
    }


def _call(command: list[object], more: dict[str, str]) -> str:
    line = [str(word) for word in command]
    done = subprocess.run(line, env={**os.environ, **more}, capture_output=True, text=True)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, line, done.stdout, done.stderr)
    return done.stdout


def ours(folder: Path, server: PostgresServer, entries: int) -> Result:
    """The same with our program, in this process."""
    pages = {
        "banks.csv": f"bank_account,country,currency,legal_entity\n{OWN},KZ,KZT,Cloud\n",
        "accounts.csv": "account_number,holder_name,holder_type,country,currency,tax_id\n"
        f"104582,ТОО Ромашка,legal_entity,KZ,KZT,{BIN}\n",
        "invoices.csv": "invoice_number,account_number,amount,currency,issued_on\n"
        + "".join(f"{100_000 + number},104582,{1000 + number},KZT,2026-01-20\n" for number in range(entries)),
    }
    for name, page in pages.items():
        (folder / name).write_text(page, encoding="utf-8")
    lines = [
        Line(DAY, (1000 + number) * 100, str(number), f"Оплата по счету на оплату № {100_000 + number}", tax_id=BIN)
        for number in range(entries)
    ]
    (folder / "statement.txt").write_text(one_c(lines, opening=0), encoding="utf-8")
    with server.database() as url:
        engine, policies = make_engine(url), load_policy(None)
        schema.upgrade(engine)
        import_bank_accounts(engine, folder / "banks.csv", actor="bench", now=NOW)
        import_accounts(engine, folder / "accounts.csv", actor="bench", now=NOW)
        import_invoices(engine, folder / "invoices.csv", actor="bench", now=NOW)
        started = time.perf_counter()
        ingest(engine, folder / "statement.txt", origin=Origin("bench"), now=NOW, policies=policies)
        run(engine, as_of=DAY, now=NOW, policies=policies)
        seconds = time.perf_counter() - started
        paid = text("SELECT count(*) FROM allocation WHERE after = 0")
        with engine.connect() as connection:
            count = int(connection.execute(paid).scalar_one())
        engine.dispose()
    return Result(entries, seconds, count)


if __name__ == "__main__":
    sys.exit(main())
