"""Personal accounts. Their currency, country and number never change; who holds them is derived (`holders`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from reconcile.books import HolderType
from reconcile.invoicing.language import LANGUAGES
from reconcile.problem import Refusal
from reconcile.reference import number_key, zeroless_key
from reconcile.steps.masters import holders
from reconcile.steps.masters.fields import (
    Field,
    Given,
    bank_account,
    check_tax_id,
    column,
    country,
    currency,
    day,
    email,
    listed,
    name,
    number,
    one_of,
    tax_id,
)
from reconcile.steps.masters.history import Draft, Record
from reconcile.steps.masters.upsert import Kind
from reconcile.store.bulk import any_of
from reconcile.store.tables import account, holder
from reconcile.tabular import Holds, Problems

FIELDS = (
    Field(column("account_number", Holds.IDENTIFIER), "number", number),
    Field(column("holder_name"), "holder_name", name),
    Field(column("holder_type"), "holder_type", one_of([kind.value for kind in HolderType])),
    Field(column("country"), "country", country),
    Field(column("currency"), "currency", currency),
    Field(column("tax_id", Holds.IDENTIFIER, optional=True), "tax_id", tax_id, ""),
    Field(column("other_tax_ids", Holds.IDENTIFIER, optional=True), "other_tax_ids", listed(tax_id), ()),
    Field(column("bank_accounts", Holds.IDENTIFIER, optional=True), "bank_accounts", listed(bank_account), ()),
    Field(column("email", optional=True), "email", email),
    Field(column("opened_on", Holds.DATE, optional=True), "opened_on", day),
    Field(column("status", optional=True), "status", one_of(["open", "closed"]), "open"),
    Field(column("language", optional=True), "language", one_of(LANGUAGES)),
)


@dataclass(slots=True)
class _Loading:
    """What one import has touched: every holder that gained or lost an account, and what the file says of it."""

    countries: Collection[str]
    touched: set[str] = field(default_factory=set)
    said: dict[str, holders.Said] = field(default_factory=dict)

    def complete(self, given: Given) -> Given:
        if given["country"] not in self.countries:
            known = ", ".join(sorted(self.countries))
            raise Refusal.of(f"country {given['country']} has no rules in the policy", f"the countries are: {known}")
        for found in (given.get("tax_id"), *(given.get("other_tax_ids") or ())):
            if found:
                check_tax_id(found, given["country"])
        for listed_ in ("other_tax_ids", "bank_accounts"):
            if listed_ in given:
                given[listed_] = list(given[listed_])
        return given

    def check(self, connection: Connection, drafts: Sequence[Draft], problems: Problems) -> None:
        """Within the file, all accounts of a holder give it the same type."""
        for draft in drafts:
            key, type_ = holder_key(draft.after), draft.after["holder_type"]
            said = self.said.setdefault(key, holders.Said(type_, draft.line, draft.key))
            if said.type != type_:
                what = f"holder_type {type_}: line {said.line} says {said.type} of the same holder"
                problems.add(what, "a holder has one type: correct either row", draft.line)

    def before_write(self, connection: Connection, drafts: Sequence[Draft]) -> None:
        """Every account needs its holder first; what the holder is called and owns follows at the end."""
        for draft in drafts:
            self.touched.add(holder_key(draft.after))
            if draft.before is not None:
                self.touched.add(holder_key(draft.before))
        wanted = {holder_key(draft.after): draft.after for draft in drafts}
        holders.ensure(connection, {key: (after["country"], after["holder_type"]) for key, after in wanted.items()})

    def finish(self, connection: Connection, seen: Mapping[str, int], problems: Problems) -> None:
        holders.settle(connection, self.touched, self.said, seen, problems)


def accounts(countries: Collection[str]) -> Kind:
    """`countries` are those that the policy has rules for."""
    loading = _Loading(countries)
    return Kind(
        name="accounts",
        history="account",
        table=account,
        key="number",
        fields=FIELDS,
        fixed=("currency", "country"),
        derive=_derive,
        complete=loading.complete,
        validate=_validate,
        stored=_stored,
        check=loading.check,
        before_write=loading.before_write,
        finish=loading.finish,
    )


def holder_key(record: Record) -> str:
    """(country, tax id), or the account itself where no tax id is known; never a name (docs/data-model.md, 8)."""
    return f"{record['country']}:{record['tax_id']}" if record["tax_id"] else f"account:{record['number']}"


def _validate(record: Record) -> None:
    if record["other_tax_ids"] and not record["tax_id"]:
        raise Refusal.of("other_tax_ids are given and tax_id is empty", "write the main one under tax_id")
    if record["tax_id"] in record["other_tax_ids"]:
        record["other_tax_ids"] = [found for found in record["other_tax_ids"] if found != record["tax_id"]]
    record["other_tax_ids"] = list(record["other_tax_ids"])
    record["bank_accounts"] = list(record["bank_accounts"])


def _derive(record: Record) -> Record:
    key = number_key(record["number"])
    return {
        "number": record["number"],
        "number_key": key,
        "zeroless_key": zeroless_key(key),
        "holder_key": holder_key(record),
        "holder_name": record["holder_name"],
        "country": record["country"],
        "currency": record["currency"],
        "tax_ids": [record["tax_id"], *record["other_tax_ids"]] if record["tax_id"] else [],
        "bank_accounts": record["bank_accounts"],
        "email": record["email"],
        "opened_on": record["opened_on"],
        "status": record["status"],
        "language": record["language"],
    }


def _stored(connection: Connection, keys: Sequence[str]) -> dict[str, Record]:
    query = (
        select(account, holder.c.type.label("holder_type"))
        .join(holder, holder.c.key == account.c.holder_key)
        .where(any_of(connection, account.c.number, keys))
    )
    return {row.number: _record(row._asdict()) for row in connection.execute(query)}


def _record(row: dict[str, object]) -> Record:
    tax_ids = row["tax_ids"]
    assert isinstance(tax_ids, list)
    names = [each.name for each in FIELDS if each.name not in ("tax_id", "other_tax_ids")]
    main = tax_ids[0] if tax_ids else ""
    return {"tax_id": main, "other_tax_ids": tax_ids[1:], **{name_: row[name_] for name_ in names}}
