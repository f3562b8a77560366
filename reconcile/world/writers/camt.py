"""camt.053.001.02 and .08 as banks write them. Parties stand one level deeper, and `Sts` has a code, from .08 on."""

from __future__ import annotations

from datetime import date
from typing import Final
from xml.sax.saxutils import escape

from reconcile.money import format_amount
from reconcile.statement import CreditDebit, Detail, Entry, Party, PartyKind
from reconcile.world.model import Format, OwnAccount, PlannedStatement
from reconcile.world.writers.written import Page, Written

_MARK: Final = {CreditDebit.CREDIT: "CRDT", CreditDebit.DEBIT: "DBIT"}


def write(statement: PlannedStatement) -> Written:
    page, number = Page(), f"{statement.own.code}-{statement.reference}"
    page.add(
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{statement.format}">',
        "<BkToCstmrStmt>",
        f"<GrpHdr><MsgId>{number}</MsgId><CreDtTm>{statement.period_to}T23:40:00</CreDtTm></GrpHdr>",
        "<Stmt>",
        f"<Id>{number}</Id>",
        f"<CreDtTm>{statement.period_to}T23:40:00</CreDtTm>",
        f"<FrToDt><FrDtTm>{statement.period_from}T00:00:00</FrDtTm><ToDtTm>{statement.period_to}T23:59:59</ToDtTm></FrToDt>",
    )
    page.add(*_own(statement.own, statement.format), *_balances(statement), *_summary(statement))
    for planned in statement.entries:
        page.entry()
        page.add(*_entry(statement, planned.entry))
    page.add("</Stmt>", "</BkToCstmrStmt>", "</Document>")
    return page.written("utf-8")


def _own(own: OwnAccount, form: Format) -> list[str]:
    bic = "BICFI" if form is Format.CAMT_08 else "BIC"
    return [
        f"<Acct>{_account_id(own.number)}<Ccy>{own.currency}</Ccy><Nm>{escape(own.legal_entity)}</Nm>"
        f"<Svcr><FinInstnId><{bic}>{own.bic}</{bic}></FinInstnId></Svcr></Acct>"
    ]


def _account_id(number: str) -> str:
    if number.startswith("KZ"):
        return f"<Id><IBAN>{number}</IBAN></Id>"
    return f"<Id><Othr><Id>{number}</Id></Othr></Id>"


def _balances(statement: PlannedStatement) -> list[str]:
    return [
        _balance("OPBD", statement.opening, statement.own.currency, statement.period_from),
        _balance("CLBD", statement.closing, statement.own.currency, statement.period_to),
    ]


def _balance(code: str, amount: int, currency: str, day: date) -> str:
    mark = "CRDT" if amount >= 0 else "DBIT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(abs(amount), currency)}"
        f"<CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _summary(statement: PlannedStatement) -> list[str]:
    money, entries = statement.own.currency, statement.entries
    sides = [
        (side, name, [p for p in entries if p.entry.credit_debit is side])
        for side, name in ((CreditDebit.CREDIT, "TtlCdtNtries"), (CreditDebit.DEBIT, "TtlDbtNtries"))
    ]
    totals = "".join(
        f"<{name}><NbOfNtries>{len(found)}</NbOfNtries>"
        f"<Sum>{format_amount(sum(p.entry.amount for p in found), money)}</Sum></{name}>"
        for _, name, found in sides
    )
    return [f"<TxsSummry><TtlNtries><NbOfNtries>{len(entries)}</NbOfNtries></TtlNtries>{totals}</TxsSummry>"]


def _amount(minor: int, currency: str) -> str:
    return f'<Amt Ccy="{currency}">{format_amount(minor, currency)}</Amt>'


def _entry(statement: PlannedStatement, entry: Entry) -> list[str]:
    new = statement.format is Format.CAMT_08
    head = ["<Ntry>", _amount(entry.amount, entry.currency), f"<CdtDbtInd>{_MARK[entry.credit_debit]}</CdtDbtInd>"]
    if entry.reversal:
        head.append("<RvslInd>true</RvslInd>")
    head += [
        f"<Sts>{'<Cd>BOOK</Cd>' if new else 'BOOK'}</Sts>",
        f"<BookgDt><Dt>{entry.booking_date}</Dt></BookgDt>",
        f"<ValDt><Dt>{entry.value_date or entry.booking_date}</Dt></ValDt>",
        f"<AcctSvcrRef>{entry.bank_reference}</AcctSvcrRef>",
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>",
        "<NtryDtls>",
    ]
    if len(entry.details) > 1:
        head.append(f"<Btch><NbOfTxs>{len(entry.details)}</NbOfTxs></Btch>")
    details = [line for detail in entry.details for line in _detail(statement, entry, detail)]
    return [*head, *details, "</NtryDtls>", "</Ntry>"]


def _detail(statement: PlannedStatement, entry: Entry, detail: Detail) -> list[str]:
    references = {item.kind: item.value for item in detail.references}
    reverses = f"<AcctSvcrRef>{entry.reverses}</AcctSvcrRef>" if entry.reverses else ""
    refs = f"<Refs>{reverses}<EndToEndId>{escape(references.get('end_to_end_id', 'NOTPROVIDED'))}</EndToEndId></Refs>"
    amount = detail.amount if detail.amount is not None else entry.amount
    told = (
        _amount(amount, entry.currency) + f"<CdtDbtInd>{_MARK[entry.credit_debit]}</CdtDbtInd>"
        if statement.format is Format.CAMT_08
        else f"<AmtDtls><TxAmt>{_amount(amount, entry.currency)}</TxAmt></AmtDtls>"
    )
    return ["<TxDtls>", refs, told, *_parties(statement, entry, detail), *_remittance(detail, references), "</TxDtls>"]


def _parties(statement: PlannedStatement, entry: Entry, detail: Detail) -> list[str]:
    """A reversal keeps the parties of what it undoes: our debtor is debtor still."""
    form, ours = statement.format, Party(statement.own.legal_entity, account=statement.own.number)
    incoming = entry.credit_debit is CreditDebit.CREDIT or entry.reversal
    debtor, creditor = (detail.counterparty, ours) if incoming else (ours, detail.counterparty)
    text = (
        _party("Dbtr", debtor, form)
        + _party_account("DbtrAcct", debtor)
        + _party("UltmtDbtr", detail.ultimate, form)
        + _party("Cdtr", creditor, form)
        + _party_account("CdtrAcct", creditor)
    )
    return [f"<RltdPties>{text}</RltdPties>"] if text else []


def _party(role: str, party: Party, form: Format) -> str:
    name = f"<Nm>{escape(party.name)}</Nm>" if party.name else ""
    kind = "PrvtId" if party.kind is PartyKind.PRIVATE else "OrgId"
    scheme = "<SchmeNm><Cd>TXID</Cd></SchmeNm>"
    identity = f"<Id><{kind}><Othr><Id>{party.tax_id}</Id>{scheme}</Othr></{kind}></Id>" if party.tax_id else ""
    inner = name + identity
    if not inner:
        return ""
    return f"<{role}><Pty>{inner}</Pty></{role}>" if form is Format.CAMT_08 else f"<{role}>{inner}</{role}>"


def _party_account(role: str, party: Party) -> str:
    return f"<{role}>{_account_id(party.account)}</{role}>" if party.account else ""


def _remittance(detail: Detail, references: dict[str, str]) -> list[str]:
    lines = [f"<Ustrd>{escape(line)}</Ustrd>" for line in detail.purpose.split("\n") if line]
    if "invoice" in references:
        lines.append(
            f"<Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp>"
            f"<Nb>{escape(references['invoice'])}</Nb></RfrdDocInf></Strd>"
        )
    return [f"<RmtInf>{''.join(lines)}</RmtInf>"] if lines else []
