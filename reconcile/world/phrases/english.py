"""English as Kenyan and Kazakh clerks type it, and the Swahili words that Kenyans use."""

from __future__ import annotations

from typing import Final

from reconcile.world.phrases.language import Language

ENGLISH: Final = Language(
    code="en",
    opening=(
        "Payment", "Payment", "Pymt", "Pmt", "Settlement of", "Top up", "Topup", "Being payment", "Advance payment", "Part payment",
        "Prepayment", "Payment of", "Paid", "EFT", "RTGS payment", "Remittance", "Being settlement",
    ),
    invoice=(
        "invoice {n}", "invoice no. {n}", "invoice no {n} dated {d}", "inv {n}", "inv. {n}", "INV NO {n}", "inv#{n}",
        "invoice number {n}", "invoice #{n}", "INV: {n}", "/INV/{n}", "as per invoice {n} of {d}", "against invoice {n}", "proforma {n}",
        "proforma invoice no. {n}", "per your invoice {n} dd {d}", "Invoice-{n}", "inv no.{n} dtd {d}",
    ),
    invoices=("invoices {ns}", "inv {ns}", "invoice nos {ns}", "invoice numbers {ns}", "INV NOS. {ns}", "invoices no. {ns}"),
    joiners=(", ", " and ", " & ", ",", "; ", " / "),
    account=(
        "a/c {a}", "acct {a}", "acc no {a}", "account {a}", "account no. {a}", "personal account {a}", "personal account number {a}",
        "a/c no. {a}", "acct no {a}", "cloud account {a}", "ACC {a}", "customer account no {a}",
    ),
    bare=("{n}", "no. {n}", "ref {n}", "#{n}", "for {n}", "No {n}", "REF: {n}"),
    ranges=("invoices {n}", "inv nos {n}", "no. {n}"),
    service=(
        "cloud services", "hosting", "for hosting services", "dedicated server rental", "for cloud hosting Feb", "VPS", "server fees",
        "for data storage", "IT services", "monthly subscription", "for web hosting", "colocation",
    ),
    tax=("incl VAT {r}%", "VAT {v}", "incl. {r}% VAT {v}", "VAT inclusive", "excl VAT", "less WHT 5%"),
    contract=(
        "contract {c}", "as per contract no. {c}", "agreement {c} dated {d}", "agreement no {c}", "contract no {c} of {d}", "under contract {c}",
    ),
    other=("LPO {x}", "tel {p}", "KRA PIN {t}", "order no {x}", "PO {x}", "cheque no {x}", "GRN {x}", "delivery note {x}"),
    beneficiary=("for {who}", "on behalf of {who}", "o/b of {who}", "on behalf of our client {who}", "for client {who}"),
    on_account=(
        "Payment for {who}, on the personal account number {a}", "Payment for <{who}>, on the personal account number {a}",
        "for {who} a/c {a}", "on behalf of {who}, account no. {a}", "Payment for {who} acct no {a}", "PYMT FOR {who} PERSONAL ACCOUNT {a}",
    ),
    plain=(
        "Payment for services", "Cloud services", "Hosting fees February", "Top up", "balance top up", "Server rental", "Payment for hosting",
        "monthly payment", "IT services", "funds transfer",
    ),
    refund=(
        "Refund of overpayment", "Refund of payment made in error {d}", "Return of funds sent in error", "Reversal of payment {x}",
        "refund invoice {n}", "Refund of deposit contract {c}", "returned funds wrong beneficiary",
    ),
    loan=("Loan repayment agreement {c}", "Loan disbursement", "Repayment of loan no. {c}", "shareholder loan"),
    interest=("Interest on fixed deposit", "Credit interest January", "Fixed deposit interest {c}"),
    own_funds=("Transfer of own funds", "Own account transfer", "Transfer between own accounts"),
    capital=("Share capital contribution", "Capital injection", "Contribution to share capital"),
    lump=(
        "MPESA SETTLEMENT {d} UTILITY TO BANK", "Organization Settle to Bank {d}", "Card settlement batch {x} {d}", "Merchant settlement {d} less fees",
        "PESAPAL SETTLEMENT BATCH {x}", "VISA/MC merchant settlement {d}",
    ),
    outgoing=("Bank charges", "Salaries January", "Office rent February", "Ledger fees", "Excise duty", "Supplier payment LPO {x}"),
    months=tuple("January February March April May June July August September October November December".split()),
)
SWAHILI: Final = Language(
    code="sw",
    opening=("Malipo", "Malipo ya", "Kulipa", "Malipo ya huduma", "Nalipa"),
    invoice=("ankara {n}", "ankara namba {n}", "ankara no. {n} ya {d}", "ankara nambari {n}"),
    invoices=("ankara {ns}", "ankara namba {ns}"),
    joiners=(", ", " na ", ","),
    account=("akaunti {a}", "akaunti namba {a}", "akaunti nambari {a}", "akaunti ya mteja {a}"),
    bare=("{n}", "no. {n}", "ref {n}"),
    ranges=("ankara {n}",),
    service=("huduma za cloud", "hosting", "huduma za mtandao", "seva", "kwa mwezi wa pili"),
    tax=("pamoja na VAT", "VAT {r}%", "VAT {v}"),
    contract=("mkataba {c}", "mkataba namba {c}"),
    other=("simu {p}", "LPO {x}", "KRA PIN {t}"),
    beneficiary=("kwa niaba ya {who}", "kwa ajili ya {who}"),
    on_account=("Malipo kwa niaba ya {who}, akaunti namba {a}", "kwa niaba ya {who} akaunti {a}"),
    plain=("Malipo ya huduma", "Malipo ya hosting", "kulipia seva", "huduma za cloud"),
    refund=("Kurudisha pesa zilizotumwa kimakosa", "Marejesho ya malipo ya ziada"),
    loan=("Kulipa mkopo", "Malipo ya mkopo namba {c}"),
    interest=("Riba ya amana", "Riba ya akiba ya muda maalum"),
    own_funds=("Uhamisho wa fedha zetu wenyewe", "Transfer of own funds"),
    capital=("Mchango wa mtaji wa hisa", "Share capital contribution"),
    lump=("MPESA SETTLEMENT {d}", "Organization Settle to Bank {d}"),
    outgoing=("Ada ya benki", "Mishahara ya Januari"),
    months=tuple("Januari Februari Machi Aprili Mei Juni Julai Agosti Septemba Oktoba Novemba Desemba".split()),
)
