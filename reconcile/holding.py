"""May it be credited? Why a payment whose account is known is held all the same: `docs/decision-table.md`, by the country of
the account, its holder, and who pays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stdnum import iso11649

from reconcile.allocating import open_amount
from reconcile.books import Account, HolderType, Invoice
from reconcile.invoicing.numbers import InvoiceSeries, is_valid
from reconcile.names import NameMatch, compare, is_masked, names_holder, party_type
from reconcile.payer import Relation, relation
from reconcile.policy import Method, ThirdPartyRule
from reconcile.proposal import Case, Evidence
from reconcile.purpose.reading import SpanKind

_Refusal = tuple[str | None, tuple[Evidence, ...]]
_BY_TRANSFER: Final = Method.BANK_TRANSFER
_NOT_DOCUMENTED: Final = ThirdPartyRule.NOT_DOCUMENTED


def refusal(case: Case, account: Account, stands: Relation, mentioned: Sequence[Invoice], amount: int) -> _Refusal:
    """The first reason to hold, in the order of `docs/decision-table.md`; (None, evidence) where it may be credited."""
    payment = case.payment
    if payment.currency != account.currency:
        return "currency_mismatch", (
            ("currency_mismatch", {"received": payment.currency, "account": account.currency}),
        )
    if payment.own_country and payment.own_country != account.country:
        return "wrong_legal_entity", (
            ("wrong_legal_entity", {"bank": payment.own_country, "account": account.country}),
        )
    if not account.is_open:
        return "account_not_open", (("account_not_open", {"account": account.number}),)
    country = case.policy.countries.get(account.country)
    if country is None or (account.holder.type, _BY_TRANSFER) not in country.methods:
        return "method_not_available", (("method_not_available", {"country": account.country}),)
    if stands is Relation.OWN:
        return None, (("own_payer", {"name": case.payer.name or case.payer.tax_id or case.payer.account}),)
    if stands is Relation.UNKNOWN:
        return _unknown_payer(case, account, mentioned, amount)
    if account.holder.type is HolderType.INDIVIDUAL:
        return _purpose_rule(case, account)
    kind = party_type(case.payer, account.country)
    if kind is None:
        return "payer_type_unknown", (("payer_type_unknown", {"name": case.payer.name}),)
    powers = country.power_of_attorney or kind is not HolderType.INDIVIDUAL
    if country.third_party_rule is _NOT_DOCUMENTED or not powers:
        return "third_party_not_documented", (("third_party_not_documented", {"country": account.country}),)
    if kind is HolderType.INDIVIDUAL:
        return _power_rule(case, account)
    return _purpose_rule(case, account)


def _unknown_payer(case: Case, account: Account, mentioned: Sequence[Invoice], amount: int) -> _Refusal:
    """Nobody known paid: credited only for a marked invoice's exact outstanding, with the account's number beside it or
    with check digits in the invoice's own number, and only where the country lets third parties pay at all."""
    held: _Refusal = ("payer_unknown", (("payer_unknown", {"name": case.payer.name}),))
    country = case.policy.country(account.country)
    if country.third_party_rule is _NOT_DOCUMENTED:
        return held
    marked = {ref.number for ref in case.references.marked if ref.kind is SpanKind.INVOICE}
    exact = sum(open_amount(case, inv) for inv in mentioned) == amount  # of this part, where there are several
    if not exact or not mentioned or not all(inv.number in marked for inv in mentioned):
        return held
    if _names_account(case, account):
        return None, (("invoice_and_account_exact", {"account": account.number}),)
    if all(_has_check_digits(country.invoice_series, inv.number) for inv in mentioned):
        return None, (("invoice_checked_exact", {"invoice": ", ".join(inv.number for inv in mentioned)}),)
    return held


def _has_check_digits(series: InvoiceSeries | None, number: str) -> bool:
    """Those of our own series, or of an ISO 11649 creditor reference («RF18…»), which an imported invoice may have."""
    return (series is not None and is_valid(series, number)) or iso11649.is_valid(number)


def _purpose_rule(case: Case, account: Account) -> _Refusal:
    """A third party's purpose must name the holder *and* the holder's account number; a different name refuses."""
    named = _holder_named(case, account)
    if named is NameMatch.SAME and _names_account(case, account):
        return None, (("purpose_names_holder", {"account": account.number}),)
    what = "another_name" if named is NameMatch.DIFFERENT else "no_holder_name" if named is None else "doubtful_name"
    missing = what if named is not NameMatch.SAME else "no_account_number"
    return "third_party_purpose_incomplete", (("third_party_purpose_incomplete", {"missing": missing}),)


def _names_account(case: Case, account: Account) -> bool:
    refs = (*case.references.marked, *case.references.bare)
    return any(ref.kind is SpanKind.ACCOUNT and ref.number == account.number for ref in refs)


def _holder_named(case: Case, account: Account) -> NameMatch | None:
    """Whether the purpose (or the ultimate debtor) names the holder; None where no name is given at all."""
    names = account.holder.names
    phrases = case.payment.reading.beneficiaries
    verdicts = [_named(phrase, names) for phrase in phrases]
    if len(verdicts) > 1 and NameMatch.SAME in verdicts:  # «B/O payer FOR holder»
        own = [case.payer.name]
        verdicts = [
            verdict
            for phrase, verdict in zip(phrases, verdicts, strict=True)
            if verdict is NameMatch.SAME or _named(phrase, own) is not NameMatch.SAME
        ]
    ultimate = case.payment.ultimate
    if ultimate and ultimate != case.payer and relation(ultimate, account.holder, case.found) is Relation.OWN:
        verdicts = [verdict for verdict in verdicts if verdict is NameMatch.DIFFERENT] or [NameMatch.SAME]
    if NameMatch.DIFFERENT in verdicts:
        return NameMatch.DIFFERENT
    if NameMatch.DOUBTFUL in verdicts:  # «за Свет, Свет Плюс»: for two, or one of them misread
        return NameMatch.DOUBTFUL
    return NameMatch.SAME if verdicts else None


def _named(phrase: str, names: Sequence[str]) -> NameMatch:
    """A name that the bank's line fold has cut is read both ways: as one word and as two."""
    readings = {phrase.replace("\n", ""), phrase.replace("\n", " ")}
    verdicts = {names_holder(reading, names) for reading in readings}
    return next(verdict for verdict in (NameMatch.SAME, NameMatch.DOUBTFUL, NameMatch.DIFFERENT) if verdict in verdicts)


_POWER_REASONS: Final = (
    ("revoked", "power_of_attorney_revoked"),
    ("expired", "power_of_attorney_expired"),
    ("not_yet_valid", "power_of_attorney_not_yet_valid"),
)


def _power_rule(case: Case, account: Account) -> _Refusal:
    """An individual pays for a legal entity or sole proprietor: a power of attorney valid on the booking date."""
    day = case.payment.booking_date
    powers = [
        power
        for power in case.found.powers_of.get(account.holder.key, ())
        if _same_person(case, power.representative_name, power.representative_tax_id)
    ]
    standing = {power.standing(day): power for power in powers}
    if valid := standing.get("valid"):
        return None, (("power_of_attorney", {"reference": valid.reference}),)
    for found, reason in _POWER_REASONS:
        if found in standing:
            return reason, ((reason, {"reference": standing[found].reference}),)
    return "power_of_attorney_missing", (("power_of_attorney_missing", {"name": case.payer.name}),)


def _same_person(case: Case, name: str, tax_id: str) -> bool:
    """The power's representative is the payer: by tax id where both have one, else by the same name."""
    payer = case.payer
    if tax_id and payer.tax_id:
        return tax_id == payer.tax_id
    return bool(payer.name) and not is_masked(payer.name) and compare(payer.name, name) is NameMatch.SAME
