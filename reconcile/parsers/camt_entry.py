"""One `Ntry` as an entry: status, dates, details, parties, remittance information.

Source of the rules: ISO 20022 message definitions of camt.053; the amount of an entry is authoritative, the amounts of
a batch's `TxDtls` must add up to it, and a batch that gives none is one payment without parts.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from reconcile.parsers.amounts import exact_amount, read_date
from reconcile.parsers.camt_tree import NO_NODE, Node, children, first_node, text, texts
from reconcile.parsers.source import account_number
from reconcile.problem import Refusal
from reconcile.statement import NOBODY, CreditDebit, Detail, Entry, Party, PartyKind, Statement, StructuredReference

_MARKS: Final = {"CRDT": CreditDebit.CREDIT, "DBIT": CreditDebit.DEBIT}
_NO_REFERENCE: Final = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NOTAVAILABLE", "NONREF"})
_NO_CUSTOMER_NUMBER: Final = frozenset(
    ("CMCN", "PUOR", "DISP", "BOLD", "VCHR", "SOAC", "CREN", "CNFA", "DNFA", "TSUT", "FXDR", "RADM", "RPIN")
)
"""A contract, an order, a waybill, a voucher, a credit note …: the document's type (ISO 20022 ExternalDocumentType1Code)
names its number, and it is no reference (`docs/decision-table.md`, Words)."""
_TRUE: Final = frozenset({"true", "1"})
_TAX_SCHEMES: Final = ("TXID", "NIDN", "BIN", "IIN", "INN", "STIR", "БИН", "ИИН", "ИНН", "KRA", "PIN")
_OTHER_REFERENCES: Final = ("TxId", "InstrId", "PmtInfId", "MndtId", "ChqNb", "ClrSysRef", "UETR")


def entry_of(node: Node, line: int, statement: Statement) -> Entry | None:
    """The entry; None where a statement of account has one that is not booked (`PDNG`, `INFO`, `FUTR`). Reports and
    notifications, which are evidence only, keep those too."""
    status = _status(node, line)
    if status != "BOOK" and not statement.evidence:
        return None
    amount = _amount(node, statement.currency, line)
    mark = _mark(node, line)
    transactions = [tx for details in children(node, "NtryDtls") for tx in children(details, "TxDtls")]
    # A returned payment (RtrInf) that comes back undoes one of our own: it is no payment of a customer.
    reversal = text(node, "RvslInd").lower() in _TRUE or any("RtrInf" in tx for tx in transactions)
    own = _Own(statement.account, statement.currency, mark is CreditDebit.CREDIT, reversal)
    own_reference = text(node, "AcctSvcrRef")
    return Entry(
        line=line,
        booking_date=_booking_date(node, statement, line),
        credit_debit=mark,
        amount=amount,
        currency=statement.currency,
        details=_details(node, transactions, amount, own, line),
        value_date=_day(first_node(node, "ValDt"), line),
        bank_reference=own_reference or ("" if reversal else _single_reference(transactions)),
        reversal=reversal,
        reverses=_reversed_reference(transactions, own_reference) if reversal else "",
        extra=_extra(node, transactions) if status == "BOOK" else _extra(node, transactions) | {"Sts": status},
    )


class _Own:
    """What the details need to know of the entry that they belong to."""

    __slots__ = ("account", "credit", "currency", "reversal")

    def __init__(self, account: str, currency: str, credit: bool, reversal: bool) -> None:
        self.account = account
        self.currency = currency
        self.credit = credit
        self.reversal = reversal


def _status(node: Node, line: int) -> str:
    """`Sts` is text up to .07, a `Cd` from .08 on."""
    status = text(node, "Sts") or text(first_node(node, "Sts"), "Cd")
    if status in ("BOOK", "PDNG", "INFO", "FUTR"):
        return status
    raise Refusal.of(
        f"the entry's status (Sts) is {status[:20]!r}, neither booked nor pending", "ask the bank", line=line
    )


def _amount(node: Node, currency: str, line: int) -> int:
    amount = first_node(node, "Amt")
    written = text(amount, "@Ccy")
    if written != currency:
        raise Refusal.of(
            f"the entry is in {written[:10] or 'no currency'}, the account in {currency}",
            "ask the bank for one statement a currency",
            line=line,
        )
    return exact_amount(text(amount, ""), currency, line)


def _mark(node: Node, line: int) -> CreditDebit:
    written = text(node, "CdtDbtInd")
    if written not in _MARKS:
        raise Refusal.of(f"CdtDbtInd is {written[:20]!r}, neither CRDT nor DBIT", "ask the bank", line=line)
    return _MARKS[written]


def _day(node: Node, line: int) -> date | None:
    """`Dt` or `DtTm`: the calendar day as written, whatever the time zone."""
    written = text(node, "Dt") or text(node, "DtTm")
    return read_date(written, line) if written else None


def _booking_date(node: Node, statement: Statement, line: int) -> date:
    """`BookgDt`; where the bank leaves it out, the day of a statement of one day. What is only announced has no booking
    date yet: then the value date, or the day of the message."""
    if booked := _day(first_node(node, "BookgDt"), line):
        return booked
    if statement.evidence and (due := _day(first_node(node, "ValDt"), line)):
        return due
    if statement.period_from is not None and statement.period_from == statement.period_to:
        return statement.period_from
    raise Refusal.of("a booked entry has no booking date (BookgDt)", "ask the bank to give it", line=line)


def _details(node: Node, transactions: list[Node], amount: int, own: _Own, line: int) -> tuple[Detail, ...]:
    if not transactions:
        whole = None if _batch_size(node) > 1 else amount
        return (Detail(whole, purpose="\n".join(texts(node, "AddtlNtryInf"))),)
    if len(transactions) == 1:
        return (_detail(transactions[0], amount, own, node),)
    amounts = _batch_amounts(transactions, amount, own, line)
    return tuple(_detail(tx, part, own, NO_NODE) for tx, part in zip(transactions, amounts, strict=True))


def _batch_size(node: Node) -> int:
    sizes = [text(first_node(details, "Btch"), "NbOfTxs") for details in children(node, "NtryDtls")]
    return sum(int(size) for size in sizes if size.isascii() and size.isdigit() and len(size) < 16)


def _batch_amounts(transactions: list[Node], amount: int, own: _Own, line: int) -> list[int | None]:
    """Each detail's amount where all have one and they add up; None for each where any has none, or where the batch
    nets credits against debits, so that no detail has an amount of the entry's direction."""
    found = [_detail_amount(tx, own.currency, line) for tx in transactions]
    given = [part for part in found if part is not None]
    nothing: list[int | None] = [None] * len(found)
    if len(given) < len(found):
        return nothing
    marks = {text(tx, "CdtDbtInd") for tx in transactions} - {""}
    if sum(given) == amount and len(marks) < 2:
        return found
    net = sum(part if text(tx, "CdtDbtInd") != "DBIT" else -part for part, tx in zip(given, transactions, strict=True))
    if len(marks) == 2 and abs(net) == amount:
        return nothing
    raise Refusal.of(
        "the details of a batch do not add up to its entry (in minor units: "
        f"{sum(given)} instead of {amount} {own.currency})",
        "ask the bank for a correct statement",
        line=line,
    )


def _detail_amount(tx: Node, currency: str, line: int) -> int | None:
    """`Amt` (from .03), else `AmtDtls/TxAmt`, else `AmtDtls/InstdAmt`: the first one in the account's currency."""
    details = first_node(tx, "AmtDtls")
    for holder in (tx, first_node(details, "TxAmt"), first_node(details, "InstdAmt")):
        amount = first_node(holder, "Amt")
        if amount and text(amount, "@Ccy") == currency:
            return exact_amount(text(amount, ""), currency, line)
    return None


def _detail(tx: Node, amount: int | None, own: _Own, entry: Node) -> Detail:
    counterparty, ultimate = _counterparty(tx, own)
    return Detail(amount, counterparty, ultimate, _purpose(tx, entry), _references(tx))


def _counterparty(tx: Node, own: _Own) -> tuple[Party, Party]:
    """Debtor of money in, creditor of money out, with the party on whose behalf. A reversal may keep the parties of
    what it undoes: then the one that is not the own account."""
    debtor, creditor = ("Dbtr", "UltmtDbtr"), ("Cdtr", "UltmtCdtr")
    wanted, other = (debtor, creditor) if own.credit else (creditor, debtor)
    party = _party(tx, wanted[0])
    if own.reversal and (not party or party.account == own.account):
        turned = _party(tx, other[0])
        if turned and turned.account != own.account:
            return turned, _party(tx, other[1])
    return party, _party(tx, wanted[1])


def _party(tx: Node, role: str) -> Party:
    related = first_node(tx, "RltdPties")
    if role not in related and role + "Acct" not in related:
        return NOBODY
    node = first_node(related, role)
    node = first_node(node, "Pty") or node  # from .08 on the party is one level deeper
    institution = first_node(node, "Agt", "FinInstnId")  # or the party is itself a bank
    account = first_node(related, role + "Acct", "Id")
    tax_id, kind = _tax_id(first_node(node, "Id"))
    found = Party(
        text(node, "Nm") or text(institution, "Nm"),
        tax_id,
        account_number(text(account, "IBAN") or text(first_node(account, "Othr"), "Id")),
        _bank(first_node(tx, "RltdAgts", role + "Agt", "FinInstnId")),
        kind,
    )
    return found if found else NOBODY


def _tax_id(node: Node) -> tuple[str, PartyKind]:
    for name, kind in (("OrgId", PartyKind.ORGANISATION), ("PrvtId", PartyKind.PRIVATE)):
        if name in node:
            others = children(first_node(node, name), "Othr")
            others.sort(key=_scheme_rank)
            return next((found for other in others if (found := text(other, "Id"))), ""), kind
    return "", PartyKind.UNSAID


def _scheme_rank(other: Node) -> int:
    """A tax id before customer numbers and the like."""
    scheme = first_node(other, "SchmeNm")
    named = (text(scheme, "Cd") or text(scheme, "Prtry")).upper()
    return 0 if any(known in named for known in _TAX_SCHEMES) else 1


def _bank(institution: Node) -> str:
    member = text(first_node(institution, "ClrSysMmbId"), "MmbId")
    return text(institution, "BICFI") or text(institution, "BIC") or member or text(institution, "Nm")


def _purpose(tx: Node, entry: Node) -> str:
    """What the payer wrote, in the order of the file; only where that is nothing, what the bank says of the booking."""
    remittance = first_node(tx, "RmtInf")
    lines = texts(remittance, "Ustrd")
    for structured in children(remittance, "Strd"):
        lines += texts(structured, "AddtlRmtInf")
    return "\n".join(lines or texts(tx, "AddtlTxInf") or texts(entry, "AddtlNtryInf"))


def _references(tx: Node) -> tuple[StructuredReference, ...]:
    found = [("end_to_end_id", text(first_node(tx, "Refs"), "EndToEndId"))]
    for structured in children(first_node(tx, "RmtInf"), "Strd"):
        creditor = first_node(structured, "CdtrRefInf")
        if _document_type(creditor) not in _NO_CUSTOMER_NUMBER:
            found += [("creditor_reference", ref) for ref in texts(creditor, "Ref")]
        for document in children(structured, "RfrdDocInf"):
            if _document_type(document) not in _NO_CUSTOMER_NUMBER:
                found += [("invoice", number) for number in texts(document, "Nb")]
    kept = dict.fromkeys(item for item in found if item[1].upper() not in _NO_REFERENCE)
    return tuple(StructuredReference(kind, value) for kind, value in kept)


def _document_type(document: Node) -> str:
    """`Tp/CdOrPrtry/Cd` of a referred document or a creditor reference."""
    return text(first_node(document, "Tp", "CdOrPrtry"), "Cd")


def _single_reference(transactions: list[Node]) -> str:
    return text(first_node(transactions[0], "Refs"), "AcctSvcrRef") if len(transactions) == 1 else ""


def _reversed_reference(transactions: list[Node], own_reference: str) -> str:
    """The reference of the original entry, where the bank repeats it in the details of the reversal."""
    for tx in transactions:
        references = first_node(tx, "Refs")
        original = text(references, "AcctSvcrRef")
        if original and original != own_reference:
            return original
        for proprietary in children(references, "Prtry"):
            if "ORIG" in text(proprietary, "Tp").upper():
                return text(proprietary, "Ref")
    return ""


def _extra(node: Node, transactions: list[Node]) -> dict[str, str]:
    """References and remarks that no field takes. Of a batch only what the entry itself says."""
    found = {"NtryRef": text(node, "NtryRef"), "BkTxCd": _transaction_code(first_node(node, "BkTxCd"))}
    found["AddtlNtryInf"] = "\n".join(texts(node, "AddtlNtryInf"))
    if len(transactions) == 1:
        tx = transactions[0]
        references = first_node(tx, "Refs")
        found |= {name: text(references, name) for name in _OTHER_REFERENCES}
        found["AddtlTxInf"] = "\n".join(texts(tx, "AddtlTxInf"))
        found["Purp"] = text(first_node(tx, "Purp"), "Cd") or text(first_node(tx, "Purp"), "Prtry")
        found["RtrInf"] = text(first_node(tx, "RtrInf", "Rsn"), "Cd") or text(first_node(tx, "RtrInf"), "AddtlInf")
    return {name: value for name, value in found.items() if value}


def _transaction_code(node: Node) -> str:
    family = first_node(node, "Domn", "Fmly")
    parts = (text(first_node(node, "Domn"), "Cd"), text(family, "Cd"), text(family, "SubFmlyCd"))
    return "/".join(part for part in parts if part) or text(first_node(node, "Prtry"), "Cd")
