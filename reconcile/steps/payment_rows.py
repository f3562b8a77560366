"""A payment's row read: the payment as a value, what the books are to be asked for it, its case.

Nothing here knows SQL: the module is compiled with the core. The row's columns are those of `cases.load`, in its order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reconcile.payer import holders_by_id, own_holders, payer_of
from reconcile.policy import Policy, PolicyBook
from reconcile.proposal import Case, Declined, Found, Payment, references_of
from reconcile.purpose.reader import read_purpose
from reconcile.purpose.resolve import keys_wanted
from reconcile.statement import Party, PartyKind, StructuredReference
from reconcile.store.found import Wanted

_KINDS: Final = {each.value: each for each in PartyKind}


@dataclass(slots=True)
class Asked:
    """A payment whose keys are known, before the books have answered."""

    payment: Payment
    payer: Party
    policy: Policy


def payment_of(row: Any, doubted: bool, vanished: bool) -> Payment:
    (
        id_, own_account, amount, currency, booking_date, _, _, _, possible_duplicate, _,
        name, tax_id, account, bank, kind, ultimate_name, ultimate_tax_id, ultimate_account, ultimate_kind,
        purpose, references, format_, _, _, country, without_amounts,
    ) = row  # fmt: skip
    return Payment(
        id_,
        amount,
        currency,
        booking_date,
        own_account,
        country,
        format_,
        Party(name, tax_id, account, bank, _KINDS[kind]),
        Party(ultimate_name, ultimate_tax_id, ultimate_account, "", _KINDS[ultimate_kind]),
        read_purpose(purpose),
        tuple([StructuredReference(each, value) for each, value in references]) if references else (),
        bool(without_amounts),
        doubted,
        possible_duplicate,
        vanished,
    )


def ask(payments: Iterable[Payment], policies: PolicyBook) -> tuple[list[Asked], Wanted]:
    """Each payment with its payer and the rules of its day; all keys that they look for."""
    asked: list[Asked] = []
    wanted = Wanted()
    for each in payments:
        policy = policies.on(each.booking_date)
        payer = payer_of(each.debtor, each.ultimate, policy)
        limit = policy.name_limit(each.format)
        wanted.zeroless |= keys_wanted(each.reading, each.references)[1]
        wanted.parties.add((payer, limit))
        if each.ultimate:
            wanted.parties.add((each.ultimate, limit))
        asked.append(Asked(each, payer, policy))
    return asked, wanted


def answered(asked: Sequence[Asked], found: Found, declined: Mapping[str, Sequence[Declined]]) -> list[Case]:
    cases: list[Case] = []
    for each in asked:
        its = tuple(declined.get(each.payment.id, ()))
        references = references_of(each.payment, found)
        cases.append(Case(each.payment, each.payer, references, found, each.policy, its))
    return cases


def accounts_to_open(cases: Iterable[Case]) -> set[str]:
    """The accounts whose open invoices a rule may ask for: a referenced account without an invoice beside it, and the
    payer's own where no reference was found."""
    numbers: set[str] = set()
    for case in cases:
        refs: Collection[Any] = (*case.references.marked, *case.references.bare)
        numbers.update([ref.number for ref in refs if ref.number in case.found.accounts])
        if case.references.marked:
            continue
        for holder in (*holders_by_id(case.payer, case.found), *own_holders(case.payer, case.found, case.name_limit)):
            numbers.update([account.number for account in case.accounts(holder)])
    return numbers
