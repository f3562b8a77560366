"""Rules 1 and 2: the references agree on one account, or marked invoices of one holder add up to the amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconcile.books import Account, Invoice
from reconcile.payer import Relation, relation
from reconcile.proposal import Case, Evidence, Part, Proposal
from reconcile.purpose.reading import SpanKind
from reconcile.purpose.resolve import Reference

NAME: Final = "references"


def propose(case: Case) -> tuple[Proposal, ...]:
    references = case.references
    if references.marked:
        if half_read := _half_read(case, references.marked, references.bare):
            return _unsettled(case, (*references.marked, *half_read))
        if references.either:
            return _either(case, references.marked, references.either, references.bare)
        return _marked(case, references.marked, references.bare)
    return _bare(case, references.bare) if references.bare else ()


def account_of(case: Case, reference: Reference) -> Account:
    found = case.found
    if reference.kind is SpanKind.ACCOUNT:
        return found.accounts[reference.number]
    return found.accounts[found.invoices[reference.number].account_number]


def _marked(case: Case, marked: Sequence[Reference], bare: Sequence[Reference]) -> tuple[Proposal, ...]:
    accounts = _accounts(case, marked)
    if len(accounts) == 1:
        account, agreeing = accounts[0], marked
        if bare:
            same = (ref for ref in bare if account_of(case, ref).number == account.number)
            agreeing = sorted((*marked, *same), key=_place)
        elif len(marked) > 1:
            agreeing = sorted(marked, key=_place)
        part = Part(account.number, _invoices(agreeing))
        return (Proposal("marked_reference", (part,), _evidence(agreeing), 1.0, True),)
    parts = _parts_of_one_holder(case, marked, accounts)
    if parts:
        return (Proposal("several_accounts", parts, _evidence(marked), 1.0, True),)
    return _unsettled(case, marked)


def _unsettled(case: Case, named: Sequence[Reference]) -> tuple[Proposal, ...]:
    """Numbers of several, all named: a person tells whose the money is."""
    unsettled = Proposal(NAME, reason="conflicting_references", certain=True, evidence=_evidence(named))
    return (*_each(case, named, 0.6), unsettled)


def _half_read(case: Case, marked: Sequence[Reference], bare: Sequence[Reference]) -> list[Reference]:
    """«счета 4512, 4513 85»: a number of the list of which only some blocks are on the books. It may be another's number and
    a contract's, or one of no book: enough to doubt that the money is for the others alone, whatever the amount."""
    kinds = {ref.kind for ref in marked}
    named = [ref for ref in bare if ref.span.kind is not SpanKind.BARE and ref.kind in kinds]
    if not named:
        return []
    accounts = {account_of(case, ref).number for ref in marked}
    return [ref for ref in named if account_of(case, ref).number not in accounts]


def _either(
    case: Case, marked: Sequence[Reference], doubtful: Sequence[Reference], bare: Sequence[Reference]
) -> tuple[Proposal, ...]:
    """«Шот 4512, 4513 акт бойынша»: the list's invoices, or one of them and an act's number. The amount tells which, where
    it is exactly what is outstanding of the ones or the others; else a person does."""
    every = tuple(sorted({*marked, *doubtful}, key=_place))
    for read in (tuple(marked), every):
        invoices = [case.found.invoices[number] for number in _invoices(read)]
        if sum(_open_amount(case, invoice) or 0 for invoice in invoices) == case.payment.amount:
            return _marked(case, read, bare)
    unsettled = Proposal(NAME, reason="ambiguous_reference", certain=True, evidence=_evidence(every))
    return (*_each(case, every, 0.5), unsettled)


def _place(reference: Reference) -> int:
    return reference.span.start


def _bare(case: Case, bare: Sequence[Reference]) -> tuple[Proposal, ...]:
    accounts = _accounts(case, bare)
    corroboration = _corroborated(case, accounts[0], bare) if len(accounts) == 1 else None
    if corroboration is not None:
        parts = (Part(accounts[0].number, _invoices(bare)),)
        return (Proposal("bare_reference", parts, (*_evidence(bare), corroboration), 0.9, True),)
    unsettled = Proposal(NAME, reason="ambiguous_reference", certain=True, evidence=_evidence(bare))
    return (*_each(case, bare, 0.5), unsettled)


def _accounts(case: Case, refs: Sequence[Reference]) -> list[Account]:
    if len(refs) == 1:
        return [account_of(case, refs[0])]
    return list({(account := account_of(case, ref)).number: account for ref in refs}.values())


def _invoices(refs: Sequence[Reference]) -> tuple[str, ...]:
    numbers = [ref.number for ref in refs if ref.kind is SpanKind.INVOICE]
    return tuple(dict.fromkeys(numbers)) if len(numbers) > 1 else tuple(numbers)


def _corroborated(case: Case, account: Account, bare: Sequence[Reference]) -> Evidence | None:
    """A bare reference needs a second witness: its own payer, or the exact outstanding of a referenced invoice."""
    limit = case.name_limit
    if relation(case.payer, account.holder, case.found, limit) is Relation.OWN:
        return ("own_payer", {"name": case.payer.name})
    for number in _invoices(bare):
        invoice = case.found.invoices[number]
        if _open_amount(case, invoice) == case.payment.amount:
            return ("exact_outstanding", {"invoice": number})
    return None


def _open_amount(case: Case, invoice: Invoice) -> int | None:
    if invoice.currency != case.payment.currency or not case.found.is_open(invoice, case.payment.booking_date):
        return None
    return case.found.left(invoice)


def _parts_of_one_holder(case: Case, marked: Sequence[Reference], accounts: list[Account]) -> tuple[Part, ...]:
    """Each account's share, where the marked references are invoices of several accounts of one holder whose
    outstanding adds up to the amount exactly; else nothing."""
    if len({account.holder.key for account in accounts}) != 1:
        return ()
    if any(ref.kind is not SpanKind.INVOICE for ref in marked):
        return ()
    shares: dict[str, list[tuple[str, int]]] = {account.number: [] for account in accounts}
    for number in _invoices(marked):
        left = _open_amount(case, case.found.invoices[number])
        shares[case.found.invoices[number].account_number].append((number, left or 0))
    total = sum(left for share in shares.values() for _, left in share)
    if total != case.payment.amount or any(sum(left for _, left in share) == 0 for share in shares.values()):
        return ()
    return tuple(
        Part(number, tuple(invoice for invoice, _ in share), sum(left for _, left in share))
        for number, share in shares.items()
    )


def _each(case: Case, refs: Sequence[Reference], score: float) -> list[Proposal]:
    return [
        Proposal(NAME, (Part(account_of(case, ref).number, _invoices([ref])),), _evidence([ref]), score) for ref in refs
    ]


def _evidence(refs: Sequence[Reference]) -> tuple[Evidence, ...]:
    if len(refs) == 1:
        return ((_CODES[refs[0].marked, refs[0].kind], {"number": refs[0].number}),)
    seen = dict.fromkeys([(_CODES[ref.marked, ref.kind], ref.number) for ref in refs])
    return tuple([(code, {"number": number}) for code, number in seen])


_CODES: Final = {
    (marked, kind): f"{'marked' if marked else 'bare'}_{kind.value}"
    for marked in (True, False)
    for kind in (SpanKind.INVOICE, SpanKind.ACCOUNT, SpanKind.RANGE)
}
