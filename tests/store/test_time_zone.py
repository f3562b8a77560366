"""A PostgreSQL server takes the time zone of the machine that it was set up on; the books must not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import Engine, text

from reconcile.steps.export import export
from reconcile.steps.run import run
from reconcile.steps.verify import verify
from reconcile.store.engine import make_engine
from tests.steps.books import NOW, Line, one_c, open_books, policies, upload

DAY = date(2026, 2, 3)


def _move(engine: Engine, zone: str) -> Engine:
    """The same books on a server that stands in another zone from now on."""
    url = engine.url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"ALTER DATABASE \"{engine.url.database}\" SET timezone TO '{zone}'"))
    engine.dispose()
    return make_engine(url)


def test_the_journals_chain_holds_whatever_zone_the_server_stands_in(postgres_url: str, tmp_path: Path) -> None:
    engine = _move(open_books(postgres_url), "Asia/Almaty")
    upload(engine, tmp_path, "1.txt", one_c([Line(DAY, 150_000, "1"), Line(DAY, 70_000, "2")], opening=0))
    run(engine, as_of=NOW.date(), now=NOW, policies=policies())
    journals = []
    for zone in ("Asia/Almaty", "UTC", "America/New_York"):
        engine = _move(engine, zone)
        assert verify(engine) == []
        export(engine, "journal", tmp_path / "journal.jsonl")
        journals.append((tmp_path / "journal.jsonl").read_text("utf-8"))
    assert len(set(journals)) == 1
    engine.dispose()
