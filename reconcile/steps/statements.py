"""Statements as finance handles them: list them with their checks, accept one in doubt, take back a wrong one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, exists, not_, select, update

from reconcile import ledger
from reconcile.outcome import Decision
from reconcile.problem import Refusal
from reconcile.steps import booking, continuity, freed, waiting
from reconcile.steps.acts import Person
from reconcile.store import journal, staging
from reconcile.store.alerts import audit, close_alert
from reconcile.store.decision_rows import Act, Written
from reconcile.store.decisions import standing_of, take_back, write
from reconcile.store.engine import reading
from reconcile.store.tables import entry, entry_tie, payment, statement, statement_file, statement_line


def statements(engine: Engine, own_account: str | None = None) -> Sequence[Any]:
    """All statements with file name and checks, in order of their days."""
    query = select(statement, statement_file.c.name).join(
        statement_file, statement_file.c.hash == statement.c.file_hash
    )
    if own_account:
        query = query.where(statement.c.own_account == own_account)
    with reading(engine) as connection:
        return connection.execute(
            query.order_by(statement.c.own_account, statement.c.period_from, statement.c.sequence)
        ).all()


def newest(engine: Engine, limit: int) -> Sequence[Any]:
    """The statements that came last, the last first."""
    query = select(statement, statement_file.c.name).join(
        statement_file, statement_file.c.hash == statement.c.file_hash
    )
    with reading(engine) as connection:
        return connection.execute(query.order_by(statement.c.loaded_at.desc(), statement.c.id).limit(limit)).all()


def accept(
    engine: Engine, statement_id: str, person: Person, also: Callable[[Connection], None] = lambda connection: None
) -> str:
    """A person vouches for a statement: a waiting one is booked, one that does not add up holds nothing any longer. The
    payments are decided by the next run. Returns what was done. `also` is written in the same transaction."""
    with engine.connect() as connection, staging.staging(connection):
        connection.execution_options(read_only=False)
        with connection.begin():
            also(connection)
            row = _locked(connection, statement_id, person)
            if row.state == "waiting":
                new, doubtful = waiting.book_waiting(connection, row, person.at)
                done = f"booked: {new} new entries, {doubtful} of them possible duplicates"
            elif row.state == "stored" and row.arithmetic == "mismatch" and row.accepted_by is None:
                done = "accepted although it does not add up"
            else:
                raise Refusal.of(
                    f"statement {row.id} is {row.state} and needs no acceptance", "see `reconcile statement list`"
                )
            connection.execute(
                update(statement)
                .where(statement.c.id == row.id)
                .values(accepted_by=person.actor, accepted_reason=person.reason)
            )
            for kind in ("balance_mismatch", "statement_waiting"):
                close_alert(connection, kind, row.id, person.actor, person.reason, person.at)
            audit(connection, person.actor, "accept_statement", row.id, person.reason, person.at)
            if row.state == "waiting":
                followed = waiting.release(connection, [row.own_account], person.at)
                for booked in (row.id, *followed):
                    journal.seal(connection, booked, person.at)
            return done


def void(engine: Engine, statement_id: str, person: Person) -> int:
    """Take back a wrong statement by counter-postings, as long as nothing of it is credited. Entries that another
    statement shows too stay. Returns how many entries were voided."""
    with engine.begin() as connection:
        row = _locked(connection, statement_id, person)
        if row.state == "voided":
            raise Refusal.of(f"statement {row.id} is voided already", "nothing is to be done")
        entries = _entries_only_here(connection, row.id)
        _refuse_credited(connection, row.id, entries)
        link = f"void:{row.id}"
        _counter_post(connection, link, entries, person)
        connection.execute(update(statement).where(statement.c.id == row.id).values(state="voided"))
        for kind in ("balance_mismatch", "statement_waiting", "statement_gap"):
            close_alert(connection, kind, row.id, person.actor, person.reason, person.at)
        voided = [each.id for each in entries]
        freed.free(connection, row.own_account, voided, person.actor, person.reason, person.at)
        continuity.recompute(connection, row.own_account, link, person.at)
        audit(connection, person.actor, "void_statement", row.id, person.reason, person.at, {"entries": len(entries)})
        journal.seal(connection, link, person.at)
        return len(entries)


def _locked(connection: Connection, given: str, person: Person) -> Any:
    if not person.reason.strip():
        raise Refusal.of("the act has no reason", "say why with --reason: it is part of the books")
    booking.lock(connection)
    found = (
        connection.execute(select(statement).where(statement.c.id.startswith(given, autoescape=True)).limit(2)).all()
        if len(given) >= 6
        else []
    )
    if len(found) != 1:
        what = f"several statements begin with {given!r}" if found else f"there is no statement {given!r}"
        raise Refusal.of(what, "copy the id from `reconcile statement list`")
    return found[0]


def _entries_only_here(connection: Connection, statement_id: str) -> Sequence[Any]:
    other = statement.alias("other")
    elsewhere = exists().where(
        statement_line.c.entry_id == entry.c.id, statement_line.c.statement_id == other.c.id,
        other.c.state == "stored", other.c.id != statement_id,
    )  # fmt: skip
    here = exists().where(statement_line.c.entry_id == entry.c.id, statement_line.c.statement_id == statement_id)
    return connection.execute(
        select(entry).where(here, not_(elsewhere), not_(entry.c.voided)).order_by(entry.c.id)
    ).all()


def _refuse_credited(connection: Connection, statement_id: str, entries: Sequence[Any]) -> None:
    ids = [row.id for row in entries]
    credited = (
        connection.execute(
            select(payment.c.id).where(
                payment.c.entry_id.in_(ids), payment.c.status.in_(("credited", "returned", "settlement"))
            )
        )
        .scalars()
        .all()
    )
    if credited:
        shown = ", ".join(credited[:5])
        raise Refusal.of(
            f"{len(credited)} payments of statement {statement_id} are credited or returned ({shown} …)",
            "undo these first, then void the statement",
        )
    tied = connection.execute(select(entry_tie.c.entry_id).where(entry_tie.c.entry_id.in_(ids))).scalars().first()
    if tied is not None:
        raise Refusal.of(
            f"entry {tied} of statement {statement_id} took a payment back, or returned it",
            "what it undid cannot be put back by voiding: ask the bank for a correcting entry",
        )


def _counter_post(connection: Connection, link: str, entries: Sequence[Any], person: Person) -> None:
    for row in entries:
        for its in connection.execute(select(payment).where(payment.c.entry_id == row.id)).all():
            standing = standing_of(its._mapping)
            if its.status == "ignored":
                first = journal.next_row(connection, link)
                take_back(connection, link, standing, person.at, "statement voided", person.at.date(), first)
            made = Decision("ignored", "statement_voided", (), "person", evidence=(("statement_voided", {}),))
            write(connection, link, [Written(standing, made, Act(person.actor, person.at, "", "void", person.reason))])
        keys = [f"{kind}:{row.id}" for kind in ("receive", "return_in", "pay")]
        posted = journal.posted(connection, keys)
        back = [ledger.reverse(each, person.at.date(), "statement voided") for each in posted.values()]
        journal.post(connection, link, back, person.at, journal.next_row(connection, link))
        connection.execute(update(entry).where(entry.c.id == row.id).values(voided=True))
