"""Powers of attorney: registered by file or by hand, listed, revoked. Their parties and dates never change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy import Row as SqlRow

from reconcile.books import PowerOfAttorney
from reconcile.policy import PolicyBook, load_policy
from reconcile.problem import Refusal
from reconcile.steps.masters.fields import Field, column, day, name, plain, read_fields, reference, tax_id
from reconcile.steps.masters.history import Draft, Record, Source, audit, lock
from reconcile.steps.masters.invoices import known_accounts
from reconcile.steps.masters.upsert import Kind, merge, sound, store, stored_records
from reconcile.store.engine import reading
from reconcile.store.tables import account, power_of_attorney
from reconcile.tabular import Holds, Problems, Row
from reconcile.tabular.checks import checked

FIELDS = (
    Field(column("reference", Holds.IDENTIFIER), "reference", reference),
    Field(column("account_number", Holds.IDENTIFIER), "account_number", plain),
    Field(column("representative_name"), "representative_name", name),
    Field(column("representative_tax_id", Holds.IDENTIFIER, optional=True), "representative_tax_id", tax_id, ""),
    Field(column("issued_on", Holds.DATE, optional=True), "issued_on", day),
    Field(column("valid_from", Holds.DATE), "valid_from", day),
    Field(column("valid_until", Holds.DATE), "valid_until", day),
    Field(column("revoked_on", Holds.DATE, optional=True), "revoked_on", day),
)
BY_HAND = "by hand"


@dataclass(frozen=True, slots=True)
class RegisteredPower:
    """A power as it is listed: whose it is, for whom, and how it stands on the day that was asked for."""

    power: PowerOfAttorney
    account_number: str
    holder_name: str
    issued_on: date | None
    standing: str


def powers(policies: PolicyBook) -> Kind:
    return Kind(
        name="powers-of-attorney",
        history="power_of_attorney",
        table=power_of_attorney,
        key="reference",
        fields=FIELDS,
        fixed=(
            "account_number",
            "representative_name",
            "representative_tax_id",
            "issued_on",
            "valid_from",
            "valid_until",
        ),
        validate=_validate(policies),
        check=_check,
    )


def _validate(policies: PolicyBook) -> Callable[[Record], None]:
    def validate(record: Record) -> None:
        first, last = record["valid_from"], record["valid_until"]
        if last < first:
            raise Refusal.of(f"valid_until {last} is before valid_from {first}", "correct either day")
        if first.year > 9900:
            raise Refusal.of(f"valid_from {first} is no real day", "correct it")
        longest = policies.on(first).last_day_of_power(first)
        if last > longest:
            what = f"a power from {first} to {last} runs for more than a year"
            raise Refusal.of(what, f"its last day is {longest} at the latest; register a shorter one")

    return validate


def _check(connection: Connection, drafts: Sequence[Draft], problems: Problems) -> None:
    """The account is known; a revocation may be added, and stands once it is."""
    known_accounts(connection, drafts, problems)
    for draft in drafts:
        before = draft.before and draft.before["revoked_on"]
        if before and draft.after["revoked_on"] != before:
            what = f"{draft.key!r} was revoked on {before}, and a revocation stands"
            problems.add(what, "register a new power under another reference", draft.line)


def add_power(
    engine: Engine,
    *,
    reference: str,
    account_number: str,
    representative_name: str,
    valid_from: date,
    valid_until: date,
    actor: str,
    now: datetime,
    representative_tax_id: str = "",
    issued_on: date | None = None,
    reason: str = "",
    policies: PolicyBook | None = None,
) -> bool:
    """Register a power by hand, under the same rules as an imported one. False where the very same is on the books."""
    days = [day_.isoformat() if day_ else "" for day_ in (issued_on, valid_from, valid_until)]
    values = (reference, account_number, representative_name, representative_tax_id, *days, None)
    kind = powers(policies or load_policy())
    return _put(engine, values, kind, Source(actor, now, BY_HAND), "poa add", reason)


def revoke_power(
    engine: Engine,
    reference: str,
    on: date,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    policies: PolicyBook | None = None,
) -> bool:
    """From `on` on the power is no longer valid; what was credited before stays. False where it was revoked so before.
    Refuses a power that is unknown, or revoked on another day."""
    kind = powers(policies or load_policy())
    with reading(engine) as connection:
        stored = stored_records(kind, connection, [reference]).get(reference)
    if stored is None:
        raise Refusal.of(f"there is no power of attorney {reference[:80]!r}", "see `reconcile poa list`")
    shown = [value.isoformat() if isinstance(value, date) else value for value in stored.values()]
    return _put(engine, (*shown[:-1], on.isoformat()), kind, Source(actor, now, BY_HAND), "poa revoke", reason)


def _put(engine: Engine, values: Sequence[str | None], kind: Kind, source: Source, act: str, reason: str) -> bool:
    problems = Problems("")
    row = Row(1, tuple(value.strip() if value else value for value in values))
    columns = [each.column for each in kind.fields]
    given = [read_fields(whole, kind.fields) for whole in checked(iter([row]), columns, problems)]
    _settle(problems)
    with engine.begin() as connection:
        lock(connection)
        key = given[0][kind.key]
        before = stored_records(kind, connection, [key]).get(key)
        draft = Draft(None, key, before, merge(kind, before, given[0]))
        if sound(kind, draft, problems):
            kind.check(connection, [draft], problems)
        _settle(problems)
        if before == draft.after:
            return False
        store(connection, kind, [draft] if before is None else [], [draft] if before is not None else [], source)
        audit(connection, source, act, key, reason, {})
    return True


def _settle(problems: Problems) -> None:
    """What was typed by hand stands on no line."""
    problems.found = [replace(problem, line=None) for problem in problems.found]
    problems.settle()


def list_powers(engine: Engine, account_number: str | None = None, day: date | None = None) -> list[RegisteredPower]:
    """All powers, or those of an account's holder (on whichever account they were registered); with a day, how each
    stands on it ("valid", "expired", "revoked", "not_yet_valid")."""
    query = (
        select(power_of_attorney, account.c.holder_key, account.c.holder_name)
        .join(account, account.c.number == power_of_attorney.c.account_number)
        .order_by(power_of_attorney.c.valid_from, power_of_attorney.c.reference)
    )
    if account_number is not None:
        holder = select(account.c.holder_key).where(account.c.number == account_number).scalar_subquery()
        query = query.where(account.c.holder_key == holder)
    with reading(engine) as connection:
        return [_registered(row, day) for row in connection.execute(query)]


def _registered(row: SqlRow[Any], day: date | None) -> RegisteredPower:
    power = PowerOfAttorney(
        reference=row.reference,
        holder_key=row.holder_key,
        representative_name=row.representative_name,
        representative_tax_id=row.representative_tax_id,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        revoked_on=row.revoked_on,
    )
    standing = "" if day is None else power.standing(day)
    return RegisteredPower(power, row.account_number, row.holder_name, row.issued_on, standing)
