"""The head of a camt statement: account, currency, servicer, period, balances and summary.

Balances `OPBD` (else `PRCD`, the previous closing one) and `CLBD`; all others are of no booked money.
"""

from __future__ import annotations

import re

from lxml import etree

from reconcile.parsers.amounts import exact_amount, read_date
from reconcile.parsers.camt_tree import Node, children, first_node, fold, text
from reconcile.parsers.source import account_number
from reconcile.problem import Refusal
from reconcile.statement import Statement


def account_of(head: Node, line: int | None) -> str:
    identification = first_node(head, "Acct", "Id")
    other = first_node(identification, "Othr") or first_node(identification, "PrtryAcct")  # the latter in version 01
    number = account_number(text(identification, "IBAN") or text(other, "Id") or text(identification, "BBAN"))
    if not number:
        raise Refusal.of("the statement does not name its account (Acct/Id)", "ask the bank", line=line)
    return number


def currency_of(head: Node, entry: etree._Element | None) -> str | None:
    """Of the account, else of its opening or closing balance, else of its first entry."""
    if said := text(first_node(head, "Acct"), "Ccy"):
        return said
    for balance in children(head, "Bal"):
        if _balance_code(balance) in ("OPBD", "PRCD", "CLBD"):
            return text(first_node(balance, "Amt"), "@Ccy")
    return text(first_node(fold(entry), "Amt"), "@Ccy") or None if entry is not None else None


def servicer_of(head: Node) -> str:
    institution = first_node(head, "Acct", "Svcr", "FinInstnId")
    return text(institution, "BICFI") or text(institution, "BIC") or text(institution, "Nm")


def _balance_code(balance: Node) -> str:
    return text(first_node(balance, "Tp", "CdOrPrtry"), "Cd")


def take_head(statement: Statement, head: Node, line: int | None) -> None:
    balances = _balances(head, statement.currency, line)
    statement.opening = balances.get("OPBD", balances.get("PRCD"))
    statement.closing = balances.get("CLBD")
    period = first_node(head, "FrToDt")
    for field, names in (("period_from", ("FrDtTm", "FrDt")), ("period_to", ("ToDtTm", "ToDt"))):
        if written := text(period, names[0]) or text(period, names[1]):
            setattr(statement, field, read_date(written, line))
    if statement.evidence and not period and (made := text(head, "CreDtTm")):
        statement.period_from = statement.period_to = read_date(made, line)
    summary = first_node(head, "TxsSummry")
    credits, debits = first_node(summary, "TtlCdtNtries"), first_node(summary, "TtlDbtNtries")
    statement.total_credit = _sum(credits, statement.currency, line)
    statement.total_debit = _sum(debits, statement.currency, line)
    statement.count_expected = _count(first_node(summary, "TtlNtries"), line)


def _balances(head: Node, currency: str, line: int | None) -> dict[str, int]:
    """Signed, by code, in the statement's currency; of several with one code the first opening and the last closing."""
    found: dict[str, int] = {}
    for balance in children(head, "Bal"):
        code, amount = _balance_code(balance), first_node(balance, "Amt")
        if code not in ("OPBD", "PRCD", "CLBD") or text(amount, "@Ccy") != currency:
            continue
        minor = exact_amount(text(amount, ""), currency, line)
        signed = -minor if text(balance, "CdtDbtInd") == "DBIT" else minor
        if code == "CLBD":
            found[code] = signed
        else:
            found.setdefault(code, signed)
    return found


def _sum(totals: Node, currency: str, line: int | None) -> int | None:
    written = text(totals, "Sum")
    return exact_amount(written, currency, line) if written else None


def _count(totals: Node, line: int | None) -> int | None:
    written = text(totals, "NbOfNtries")
    if not written:
        return None
    if not re.fullmatch(r"[0-9]{1,15}", written, re.ASCII):
        raise Refusal.of(f"the number of entries {written[:20]!r} is no number", "ask the bank", line=line)
    return int(written)
