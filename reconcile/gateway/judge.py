"""May this payment through a gateway be credited? A list of refusals in a fixed order, against the policy of the account's
country and what is known of that card or phone on that local day. Pure: the same facts, the same decision.

A breach loses no money: the payment is held, with the reason that names the limit. What the policy needs and the report
lacks is held as `limit_not_checkable`, never let through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from reconcile.books import Account
from reconcile.candidates import Candidate
from reconcile.gateway.conversion import Rate, at_rate, by_centre
from reconcile.gateway.report import operator_key
from reconcile.outcome import CREDITED, HELD, UNMATCHED, Conversion, Decision
from reconcile.policy import CardPolicy, CardScheme, CountryPolicy, Limits, Method, Policy
from reconcile.proposal import Evidence

RULE: Final = "gateway"
_SCHEMES: Final = {
    "amex": "american_express", "americanexpress": "american_express", "mc": "mastercard", "mir": "mir",
    "unionpayinternational": "unionpay", "upi": "unionpay", "uzcard": "uzcard", "humo": "humo", "visa": "visa",
    "mastercard": "mastercard", "unionpay": "unionpay", "uzcar": "uzcard",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one payment when it is judged."""

    method: Method
    amount: int
    currency: str
    paid_at: datetime
    account_given: str
    scheme: str = ""
    issuer_country: str = ""
    payer_key: str = ""
    operator: str = ""
    converted_amount: int | None = None
    converted_currency: str | None = None
    confirmed: bool = True
    twin: str = ""
    """Another payment that may be this very one, known by another number."""


@dataclass(frozen=True, slots=True)
class Day:
    """What was credited before of the same card or phone on the same local day, in the account's currency."""

    total: int = 0
    count: int = 0


def scheme_of(text: str) -> str:
    """A card scheme however it is written.

    >>> scheme_of("American Express"), scheme_of("VISA"), scheme_of("Diners")
    ('american_express', 'visa', 'diners')
    """
    plain = "".join(sign for sign in text.casefold() if sign.isalnum())
    return _SCHEMES.get(plain, plain)


def local_day(facts: Facts, account: Account, policy: Policy) -> date:
    """The day whose limits count: the calendar day of the account's country."""
    country = policy.countries.get(account.country)
    return country.local_day(facts.paid_at) if country is not None else facts.paid_at.date()


def judge(facts: Facts, accounts: Sequence[Account], policy: Policy, day: Day, rate: Rate | None) -> Decision:
    """The decision about one payment. `accounts` are those that the given number leads to; `rate` that of the day."""
    if len(accounts) != 1:
        return _unmatched(facts, accounts)
    account = accounts[0]
    if account.opened_on is not None and account.opened_on > local_day(facts, account, policy):
        return replace(_unmatched(facts, ()), candidates=(_candidate(account, "opened_later"),))
    conversion = convert(facts, account, policy, rate)
    amount = conversion.amount if conversion is not None else facts.amount
    refusal = _refusal(facts, account, policy, conversion, day)
    return Decision(
        status=CREDITED if refusal is None else HELD,
        reason=None if refusal is None else refusal[0],
        flags=() if refusal is None else (refusal[0],),
        rule=RULE,
        account_number=account.number,
        splits=((account.number, amount),),
        evidence=(*_evidence(facts, account, conversion), *(() if refusal is None else (refusal,))),
        candidates=() if refusal is None else (_candidate(account, "account_given"),),
        conversion=conversion,
    )


def convert(facts: Facts, account: Account, policy: Policy, rate: Rate | None) -> Conversion | None:
    """What is credited in the account's currency, where the payment came in another that the country's cards may have;
    None where it came in the account's own, or cannot be converted."""
    country = policy.countries.get(account.country)
    cards = country.cards if country is not None and facts.method is Method.CARD else None
    if facts.currency == account.currency or cards is None or facts.currency not in cards.convertible_currencies:
        return None
    if facts.converted_amount is not None:
        if facts.converted_currency != account.currency:
            return None
        return by_centre(facts.amount, facts.currency, facts.converted_amount, account.currency)
    made = at_rate(facts.amount, facts.currency, account.currency, rate) if rate is not None else None
    return made if made is not None and made.amount > 0 else None


def _unmatched(facts: Facts, accounts: Sequence[Account]) -> Decision:
    given = facts.account_given
    if accounts:
        reason, evidence = "ambiguous_reference", ("several_accounts", {"number": given})
    elif given:
        reason, evidence = "unknown_reference", ("not_on_the_books", {"numbers": given})
    else:
        reason, evidence = "no_reference", ("no_account_given", {})
    candidates = tuple(_candidate(account, "account_given") for account in accounts)
    return Decision(UNMATCHED, reason, (reason,), RULE, candidates=candidates, evidence=(evidence,))


def _candidate(account: Account, why: str) -> Candidate:
    return Candidate(account.number, None, 1.0, ((why, {"number": account.number}),))


def _evidence(facts: Facts, account: Account, conversion: Conversion | None) -> tuple[Evidence, ...]:
    found: list[Evidence] = [("account_given", {"number": account.number})]
    if conversion is not None:
        words = {
            "from": facts.currency,
            "to": conversion.currency,
            "rate": conversion.rate,
            "source": conversion.source,
        }
        found.append(("converted", words))
    return tuple(found)


def _refusal(
    facts: Facts, account: Account, policy: Policy, conversion: Conversion | None, day: Day
) -> Evidence | None:
    """The first reason to hold, in this order."""
    country = policy.countries.get(account.country)
    if facts.twin:
        return "possible_duplicate", {"other": facts.twin}
    if not facts.confirmed:
        return "awaiting_confirmation", {}
    if facts.currency != account.currency and conversion is None:
        return _no_conversion(facts, account, country)
    if not account.is_open:
        return "account_not_open", {"account": account.number}
    if country is None or not country.allows(account.holder.type, facts.method):
        return "method_not_available", {"country": account.country}
    amount = conversion.amount if conversion is not None else facts.amount
    if facts.method is Method.CARD:
        assert country.cards is not None
        return _card(facts, country.cards, account.currency, amount, day)
    assert country.mobile is not None
    known = {operator_key(operator) for operator in country.mobile.operators}
    if operator_key(facts.operator) not in known:
        return "operator_not_accepted", {"operator": facts.operator}
    return _limits(facts, country.mobile.limits.get(account.currency), amount, day, account.currency)


def _no_conversion(facts: Facts, account: Account, country: CountryPolicy | None) -> Evidence:
    cards = country.cards if country is not None and facts.method is Method.CARD else None
    convertible = cards is not None and facts.currency in cards.convertible_currencies
    if convertible and facts.converted_amount is None:
        return "fx_rate_missing", {"currency": facts.currency, "base": account.currency}
    return "currency_mismatch", {"received": facts.converted_currency or facts.currency, "account": account.currency}


def _card(facts: Facts, cards: CardPolicy, currency: str, amount: int, day: Day) -> Evidence | None:
    accepted = {str(scheme) for scheme in cards.schemes}
    if facts.scheme and scheme_of(facts.scheme) not in accepted:
        return "card_scheme_not_accepted", {"scheme": facts.scheme}
    if facts.issuer_country in cards.restricted_issuers:
        return "restricted_issuer_country", {"country": facts.issuer_country}
    limits = cards.limits.get(currency)
    if limits is not None and (reason := limits.verdict(amount)):
        return reason, {}
    if not facts.scheme and accepted != {str(scheme) for scheme in CardScheme}:
        return "limit_not_checkable", {"missing": "card_scheme"}
    if not facts.issuer_country and cards.restricted_issuers:
        return "limit_not_checkable", {"missing": "issuer_country"}
    return _limits(facts, limits, amount, day, currency)


def _limits(facts: Facts, limits: Limits | None, amount: int, day: Day, currency: str) -> Evidence | None:
    if limits is None:
        return "limit_not_checkable", {"missing": f"limits in {currency}"}
    if reason := limits.verdict(amount):
        return reason, {}
    if not facts.payer_key and (limits.day_maximum is not None or limits.day_count is not None):
        return "limit_not_checkable", {"missing": "card_token" if facts.method is Method.CARD else "msisdn"}
    reason = limits.day_verdict(amount, day.total, day.count)
    return (reason, {}) if reason else None
