"""What a person's act makes of a payment: the decision, or the refusal of what cannot be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, select

from reconcile.money import format_amount
from reconcile.outcome import Allocation, Conversion, Decision
from reconcile.payer import Relation
from reconcile.problem import Refusal
from reconcile.store.declined import row_of
from reconcile.store.lookup import invoice_positions
from reconcile.store.tables import account, entry_tie, invoice

PLACED: Final = ("credited", "returned", "ignored")


def planned(connection: Connection, row: Any, act: str, arguments: Mapping[str, Any]) -> Decision:
    """The decision that the act makes; refuses what cannot be done."""
    _check_state(connection, row, act)
    evidence = (("person", {"act": act}),)
    if act in ("credit", "reassign"):
        number = _account(connection, row, arguments["account"])
        conversion = _conversion(connection, row, number)
        amount = row.amount - row.refunded if conversion is None else conversion.amount
        made = replace(_credited(row, ((number, amount),), evidence), conversion=conversion)
        allocations = _allocations(connection, row, number, arguments.get("invoices") or [])
        return replace(made, account_number=number, allocations=allocations)
    if act == "split":
        shares = tuple((_account(connection, row, number), int(amount)) for number, amount in arguments["shares"])
        if sum(amount for _, amount in shares) != row.amount - row.refunded or any(amount <= 0 for _, amount in shares):
            total = format_amount(sum(amount for _, amount in shares), row.currency)
            raise Refusal.of(
                f"the shares make {total}, the payment is {format_amount(row.amount - row.refunded, row.currency)} "
                f"{row.currency}",
                "give shares above zero that make the payment exactly",
            )
        if len({number for number, _ in shares}) != len(shares):
            raise Refusal.of("an account stands twice among the shares", "give each account one share")
        single = shares[0][0] if len(shares) == 1 else None
        return replace(_credited(row, shares, evidence), account_number=single)
    status = {"hold": "held", "undo": "held", "return": "returned", "ignore": "ignored"}[act]
    reason = {"hold": "held_by_person", "undo": "undone_by_person", "return": "returned_by_person"}.get(
        act, "ignored_by_person"
    )
    flags = (reason,) if status == "held" else ()
    return Decision(status, reason, flags, "person", account_number=row.account_number, evidence=evidence)


def _check_state(connection: Connection, row: Any, act: str) -> None:
    placed = row.status in PLACED
    if row.status == "settlement":
        raise Refusal.of(
            f"payment {row.id} is a sum that is tied to payments through a gateway", "there is no money left to place"
        )
    if row.refunded == row.amount:
        raise Refusal.of(
            f"payment {row.id} has gone back to its payer through the gateway", "there is no money left to place"
        )
    if act in ("reassign", "undo") and not placed:
        raise Refusal.of(
            f"payment {row.id} is {row.status or 'not decided'}: there is nothing to undo", "credit it instead"
        )
    if row.status == "returned":
        tied = connection.execute(select(entry_tie.c.entry_id).where(entry_tie.c.payment_id == row.id)).first()
        if tied is not None:
            raise Refusal.of(
                f"payment {row.id} has gone back to its payer (entry {tied.entry_id})",
                "there is no money left to place",
            )
    if act not in ("reassign", "undo") and placed:
        raise Refusal.of(f"payment {row.id} is {row.status} already", "undo that first, or reassign it")


def _credited(row: Any, shares: tuple[tuple[str, int], ...], evidence: Any) -> Decision:
    return Decision("credited", None, (), "person", relation=Relation.UNKNOWN, splits=shares, evidence=evidence)


def _account(connection: Connection, row: Any, number: str) -> str:
    found = connection.execute(select(account).where(account.c.number == number)).first()
    if found is None:
        raise Refusal.of(f"there is no personal account {number!r}", "check the number with `reconcile find`")
    if found.currency != row.currency and found.currency != row.credited_currency:
        raise Refusal.of(
            f"account {number} is kept in {found.currency}, the payment is in {row.currency}",
            "return the payment, or credit an account in its currency",
        )
    if (word := row_of(connection, row.id, number, None)) is not None:
        raise _was_declined(f"account {number}", word)
    if found.status != "open":
        raise Refusal.of(f"account {number} is closed", "credit another account of the holder, or return the payment")
    return str(found.number)


def _was_declined(what: str, word: Any) -> Refusal:
    return Refusal.of(
        f"{word.actor} said that this payment is not for {what} («{word.reason}»)",
        "take that back first, with `reconcile review reconsider`, and its reason",
    )


def _conversion(connection: Connection, row: Any, number: str) -> Conversion | None:
    """Of a payment in another currency, what it was converted into when it was judged; a person does not convert."""
    currency = connection.execute(select(account.c.currency).where(account.c.number == number)).scalar_one()
    if currency == row.currency:
        return None
    return Conversion(row.credited_amount, currency, row.fx_rate, "as judged")


def _allocations(connection: Connection, row: Any, number: str, invoices: Sequence[str]) -> tuple[Allocation, ...]:
    left = row.amount - row.refunded
    taken = []
    positions = invoice_positions(connection, invoices)
    for wanted in dict.fromkeys(invoices):
        found = connection.execute(select(invoice).where(invoice.c.number == wanted)).first()
        if found is None or found.account_number != number:
            raise Refusal.of(f"account {number} has no invoice {wanted!r}", "check the invoice number")
        if (word := row_of(connection, row.id, number, wanted)) is not None:
            raise _was_declined(f"invoice {wanted}", word)
        outstanding = positions.get(wanted, (0, found.amount))[1]
        if found.status != "open" or found.currency != row.currency or outstanding <= 0:
            raise Refusal.of(
                f"nothing is outstanding of invoice {wanted}", "leave it out: the money stays on the account's balance"
            )
        share = min(left, outstanding)
        if share > 0:
            taken.append(Allocation(number, wanted, share))
            left -= share
    return tuple(taken)
