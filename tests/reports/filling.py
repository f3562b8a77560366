"""Small books for the report's tests, written straight into the tables: tested is what the report says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, insert, update

from reconcile.store import schema
from reconcile.store.engine import make_engine
from reconcile.store.tables import (
    account,
    alert,
    decision,
    entry,
    holder,
    invoice,
    line_detail,
    open_difference,
    own_bank_account,
    payment,
    proposed_act,
    statement,
    statement_file,
    statement_line,
)

DAY = date(2026, 2, 27)
NOW = datetime(2026, 2, 27, 20, 30, tzinfo=UTC)
LONG_AGO = (date(2026, 1, 1), date(2026, 1, 2))


@dataclass(frozen=True)
class Paid:
    """A payment as a test puts it into the books. Amounts in minor units; `status` None: not decided yet."""

    amount: int = 1_000_00
    status: str | None = "credited"
    booked: date = DAY
    own: str = "OWN-KZ"
    reason: str | None = None
    purpose: str = "Оплата"
    payer: str = "ТОО «Ромашка»"
    flags: tuple[str, ...] = ()
    candidates: Sequence[dict[str, Any]] = ()
    evidence: Sequence[list[Any]] = ()
    account: str | None = None
    by_person: bool = False
    note: str = ""
    entry_amount: int | None = None
    """What the entry brought, where it is not what the payment says: books that were damaged."""
    voided: bool = False
    before_books: bool = False


class Books:
    """Books that a test fills: own accounts, one statement each, payments in them."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = make_engine(url)
        schema.upgrade(self.engine)
        self._numbers = count(1)
        self._currencies: dict[str, str] = {}

    def own(self, number: str = "OWN-KZ", country: str = "KZ", currency: str = "KZT") -> None:
        """An own bank account and a statement that its payments stand in."""
        self._currencies[number] = currency
        self._put(
            own_bank_account,
            number=number,
            country=country,
            currency=currency,
            legal_entity="",
            bank_name="Банк",
            imported=True,
            taken_up_at=NOW,
        )
        self.statement(f"st-{number}", number, loaded_at=NOW - timedelta(days=30), period=LONG_AGO)

    def statement(
        self,
        key: str,
        own: str = "OWN-KZ",
        *,
        file_name: str = "",
        loaded_at: datetime = NOW,
        period: tuple[date, date] = (DAY, DAY),
        **more: Any,
    ) -> None:
        self._put(
            statement_file,
            hash=key,
            name=file_name or f"{key}.txt",
            size=1,
            redacted=False,
            received_at=loaded_at,
            actor="t",
        )
        given = {
            "id": key,
            "sequence": next(self._numbers),
            "file_hash": key,
            "number_in_file": 1,
            "own_account": own,
            "format": "1c",
            "version": "",
            "reference": "",
            "currency": self._currencies[own],
            "period_from": period[0],
            "period_to": period[1],
            "opening": 0,
            "closing": 0,
            "entries": 0,
            "credit_sum": 0,
            "debit_sum": 0,
            "state": "stored",
            "arithmetic": "ok",
            "continuity": "ok",
            "fault": "",
            "loaded_at": loaded_at,
        }
        self._put(statement, **(given | more))

    def account(
        self, number: str, holder_name: str = "ТОО «Василёк»", currency: str = "KZT", status: str = "open"
    ) -> None:
        self._put(holder, key=f"h:{number}", country="KZ", type="legal_entity")
        self._put(
            account,
            number=number,
            number_key=number,
            zeroless_key=number,
            holder_key=f"h:{number}",
            holder_name=holder_name,
            country="KZ",
            currency=currency,
            tax_ids=[],
            bank_accounts=[],
            status=status,
        )

    def invoice(self, number: str, account_number: str, amount: int, currency: str = "KZT") -> None:
        self._put(
            invoice,
            number=number,
            number_key=number,
            zeroless_key=number,
            account_number=account_number,
            amount=amount,
            currency=currency,
            issued_on=DAY,
            status="open",
        )

    def pay(self, paid: Paid) -> str:
        """Line, detail, entry, payment and its decision; the payment's id."""
        number = next(self._numbers)
        key, currency = f"pay{number:021d}", self._currencies[paid.own]
        brought = paid.amount if paid.entry_amount is None else paid.entry_amount
        where = {"statement_id": f"st-{paid.own}", "position": number}
        line = {"booking_date": paid.booked, "credit_debit": "credit", "currency": currency, "amount": brought}
        self._put(
            statement_line,
            **where,
            **line,
            file_line=number,
            bank_reference=f"REF{number}",
            reversal=False,
            reverses="",
            identity=str(number),
        )
        self._put(
            line_detail,
            **where,
            detail_no=0,
            name=paid.payer,
            tax_id="",
            account="",
            bank="",
            kind="",
            ultimate_name="",
            ultimate_tax_id="",
            ultimate_account="",
            ultimate_kind="",
            purpose=paid.purpose,
        )
        self._put(
            entry,
            id=f"e{number}",
            own_account=paid.own,
            identity=str(number),
            occurrence=1,
            **where,
            **line,
            sequence=1,
            reversal=False,
            before_books=paid.before_books,
            possible_duplicate=False,
            voided=paid.voided,
        )
        self._put(
            payment,
            id=key,
            entry_id=f"e{number}",
            detail_no=0,
            channel="bank_transfer",
            own_account=paid.own,
            amount=paid.amount,
            currency=currency,
            booking_date=paid.booked,
            sequence=1,
            generation=0,
            by_person=paid.by_person,
            status=paid.status,
            reason=paid.reason,
            account_number=paid.account,
        )
        if paid.status is not None:
            self._decide(key, paid)
        return key

    def _decide(self, key: str, paid: Paid) -> None:
        self._put(
            decision,
            payment_id=key,
            no=1,
            status=paid.status,
            reason=paid.reason,
            flags=list(paid.flags),
            account_number=paid.account,
            rule="t",
            allocations=[],
            splits=[],
            candidates=list(paid.candidates),
            evidence=list(paid.evidence),
            program_version="t",
            policy_version="t",
            act="decide",
            actor="t",
            note=paid.note,
            decided_at=NOW,
            run_no=1,
            digest="t",
        )
        with self.engine.begin() as connection:
            connection.execute(update(payment).where(payment.c.id == key).values(decision_no=1))

    def outgoing(self, amount: int, own: str = "OWN-KZ", *, reversal: bool = False, credit: bool = False) -> None:
        """An entry that is no payment: money out, or (credit) an outgoing entry that the bank took back."""
        number = next(self._numbers)
        where = {"statement_id": f"st-{own}", "position": number}
        line = {
            "booking_date": DAY,
            "credit_debit": "credit" if credit else "debit",
            "currency": self._currencies[own],
            "amount": amount,
            "identity": str(number),
            "reversal": reversal,
        }
        self._put(statement_line, **where, **line, file_line=number, bank_reference="", reverses="")
        self._put(
            entry,
            id=f"e{number}",
            own_account=own,
            occurrence=1,
            **where,
            **line,
            sequence=1,
            before_books=False,
            possible_duplicate=False,
            voided=False,
        )

    def alert(self, kind: str, text: str, **about: Any) -> None:
        self._put(
            alert, **{"key": f"{kind}:{next(self._numbers)}", "kind": kind, "raised_at": NOW, "text": text, **about}
        )

    def difference(self, amount: int, own: str = "OWN-KZ", **more: Any) -> None:
        given = {
            "key": f"statement_gap:{next(self._numbers)}",
            "own_account": own,
            "kind": "statement_gap",
            "as_of": DAY,
            "amount": amount,
            "currency": self._currencies[own],
            "explanation": "a gap",
        }
        self._put(open_difference, **(given | more))

    def proposed(self, payment_id: str, act: str, actor: str) -> None:
        self._put(proposed_act, payment_id=payment_id, act=act, arguments={}, actor=actor, reason="r", at=NOW)

    def _put(self, table: Any, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(insert(table).values(**values))
