"""From the tables of a policy file to the typed rules. Faults are gathered, not raised: a file shows all of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from reconcile.books import HolderType
from reconcile.invoicing.numbers import PREFIX, InvoiceSeries
from reconcile.policy.counterparties import Counterparty, words
from reconcile.policy.document import Table
from reconcile.policy.fields import Fault, Fields
from reconcile.policy.listed import Directory
from reconcile.policy.model import (
    CardPolicy,
    CardScheme,
    CountryPolicy,
    Limits,
    Method,
    MobilePolicy,
    Policy,
    ThirdPartyRule,
)
from reconcile.policy.own_accounts import own_accounts

_FEWEST_DIGITS: Final = 4
_MOST_DIGITS: Final = 7
# The moment for which a country's `utc_offset` is stated: Almaty moved its clocks for good on 2024-03-01.
_PROBE: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)


def build(tables: Table, faults: list[Fault]) -> Policy:
    """The rules that merged tables state. Of no use where `faults` has grown."""
    root = Fields(tables, (), faults)
    name = root.text("name")
    countries = {code: _country(code, part) for code, part in root.parts("country")}
    for code in countries:
        _known_country(root, code)
    _own_prefixes(root, countries)
    general, forms = _required(root, "general"), _required(root, "names")
    legal_forms = frozenset(word for form in forms.texts("legal_forms") for word in words(form))
    policy = Policy(
        version=f"{name}@{content_hash(tables)}",
        countries=countries,
        intermediaries=_directory(root, "intermediary", legal_forms),
        senders=_directory(root, "lump_sum_sender", legal_forms),
        name_limits=_name_limits(_required(root, "name_limit")),
        approval_above=_approvals(_required(root, "approval_above")),
        reversal_window_days=general.whole("reversal_window_days"),
        subset_size=general.whole("subset_size"),
        power_of_attorney_years=general.whole("power_of_attorney_years"),
        settlement_window_days=general.whole("settlement_window_days"),
        invoice_days=general.whole("invoice_days"),
        own_accounts=own_accounts(root),
    )
    for part in (general, forms):
        _close(part)
    root.asked.add("change")
    root.close()
    return policy


def content_hash(tables: Table) -> str:
    """Twelve hexadecimal digits over the content in force, whatever order or comments the files have."""
    return hashlib.sha256(json.dumps(tables, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _required(root: Fields, key: str) -> Fields:
    part = root.part(key)
    if part is None:
        root.note(key, f"there is no table [{key}]", "add it; the built-in policy shows how")
    return part or Fields({}, (key,), [])


def _close(part: Fields) -> None:
    """Every table with figures says where they come from."""
    part.text("source", '"document, section"')
    part.close()


def _known_country(root: Fields, code: str) -> None:
    Fields({"code": [code]}, ("country", code), root.faults).country_codes("code")


def _country(code: str, part: Fields) -> CountryPolicy:
    bank, cards, mobile = part.part("bank_transfer"), part.part("card"), part.part("mobile_money")
    series = part.part("invoice_series")
    currencies = part.currencies("currencies")
    if not currencies:
        part.note("currencies", f"{code} has no balance currency", 'write currencies = ["…"]')
    third_party, power = _third_parties(bank)
    policy = CountryPolicy(
        code=code,
        time_zone=_checked_zone(part),
        currencies=currencies,
        legal_name=part.text_or_empty("legal_name"),
        methods=frozenset(_methods((bank, Method.BANK_TRANSFER), (cards, Method.CARD), (mobile, Method.MOBILE_MONEY))),
        third_party_rule=third_party,
        power_of_attorney=power,
        cards=_cards(cards, currencies) if cards else None,
        mobile=_mobile(mobile, currencies) if mobile else None,
        invoice_series=_series(series) if series else None,
    )
    for table in (bank, cards, mobile, series, part):
        if table is not None:
            _close(table)
    return policy


def _series(part: Fields) -> InvoiceSeries:
    """The numbers of our own invoices. So many digits in one piece that they are no phone's and no tax id's."""
    prefix, digits = part.text("prefix", '"BK"'), part.whole("digits", least=_FEWEST_DIGITS)
    if prefix and not PREFIX.fullmatch(prefix):
        part.note("prefix", f"prefix = {prefix!r} is no prefix of a number", "write two to four Latin capitals")
    if digits > _MOST_DIGITS:
        part.note("digits", f"digits = {digits} makes numbers as long as a tax id", f"write {_MOST_DIGITS} or less")
    return InvoiceSeries(prefix, digits)


def _own_prefixes(root: Fields, countries: Mapping[str, CountryPolicy]) -> None:
    """Two countries with one prefix would issue one number twice."""
    seen: dict[str, str] = {}
    for code, country in countries.items():
        prefix = country.invoice_series.prefix if country.invoice_series else ""
        if prefix and (other := seen.setdefault(prefix, code)) != code:
            where = Fields({}, ("country", code, "invoice_series"), root.faults)
            where.note("prefix", f"{prefix!r} is the prefix of {other} too", "give each country its own")


def _methods(*tables: tuple[Fields | None, Method]) -> Iterator[tuple[HolderType, Method]]:
    """Who may use each method that the country has."""
    for table, method in tables:
        if table is not None:
            yield from ((holder, method) for holder in table.choices("holder_types", HolderType))


def _third_parties(bank: Fields | None) -> tuple[ThirdPartyRule, bool]:
    if bank is None:
        return ThirdPartyRule.NOT_DOCUMENTED, False
    rule, power = bank.choice("third_party_rule", ThirdPartyRule), bank.flag("power_of_attorney")
    if power and bank.table.get("third_party_rule") == ThirdPartyRule.NOT_DOCUMENTED:
        mend = f'write third_party_rule = "{ThirdPartyRule.PURPOSE}", or power_of_attorney = false'
        bank.note("power_of_attorney", "a power of attorney without a rule for third parties is never asked for", mend)
    return rule, power


def _checked_zone(part: Fields) -> ZoneInfo:
    """The time zone; refused where this machine's zone data give another offset than the policy states: with old data
    every day in Almaty would begin an hour early, and the day's limits with it."""
    zone, stated = part.time_zone("time_zone"), part.offset("utc_offset")
    real = _PROBE.astimezone(zone).utcoffset()
    if zone.key != "UTC" and stated is not None and real != stated:
        what = f"{zone.key} is {real} ahead of UTC on this machine, not {stated}"
        part.note("utc_offset", what, "update the time zone data (pip install -U tzdata), or correct utc_offset")
    return zone


def _cards(part: Fields, currencies: tuple[str, ...]) -> CardPolicy:
    convertible = part.currencies("convertible_currencies")
    for currency in set(convertible) & set(currencies):
        part.note("convertible_currencies", f"{currency} is a balance currency there", "list only others")
    return CardPolicy(
        schemes=frozenset(part.choices("schemes", CardScheme)),
        limits=_limits(part, currencies),
        restricted_issuers=_restricted(part),
        convertible_currencies=frozenset(convertible),
    )


def _restricted(part: Fields) -> frozenset[str]:
    """Issuer countries, listed under the names that the provider's page gives them."""
    groups = part.part("restricted_issuers")
    return frozenset(code for name in groups.table for code in groups.country_codes(name)) if groups else frozenset()


def _mobile(part: Fields, currencies: tuple[str, ...]) -> MobilePolicy:
    operators = part.texts("operators")
    if not operators:
        part.note("operators", "no mobile operator is named", 'write operators = ["M-Pesa"]')
    part.asked.add("callback_confirms")
    confirms = part.flag("callback_confirms") if part.has("callback_confirms") else False
    return MobilePolicy(operators, _limits(part, currencies), confirms)


def _limits(part: Fields, currencies: tuple[str, ...]) -> Mapping[str, Limits]:
    found = {}
    for currency, table in part.parts("limits"):
        if currency in currencies:
            found[currency] = _limit(currency, table)
        else:
            allowed = ", ".join(currencies) or "none"
            table.note("", f"limits in {currency!r}, which is no balance currency there ({allowed})", "correct either")
    if not found:
        part.note("limits", f"[{'.'.join(part.place)}] has no limits", "add a table limits.<currency>")
    return found


def _limit(currency: str, table: Fields) -> Limits:
    limits = Limits(
        currency=currency,
        payment_minimum=table.amount("payment_minimum", currency),
        payment_maximum=table.amount("payment_maximum", currency),
        day_maximum=table.amount_or_unlimited("day_maximum", currency),
        day_count=table.whole_or_unlimited("day_count"),
        contradiction=_contradiction(currency, table),
    )
    if limits.payment_minimum > limits.payment_maximum:
        mend = "put the smaller figure first; keep what a document says as documented_minimum and documented_maximum"
        table.note("payment_minimum", "the range is inverted: no amount satisfies it", mend)
    elif limits.day_maximum is not None and limits.payment_minimum > limits.day_maximum:
        table.note("day_maximum", "no payment satisfies it: the least payment is more than a day's sum", "raise it")
    _close(table)
    return limits


def _contradiction(currency: str, table: Fields) -> str:
    """What the documents say where they contradict themselves, beside the figures in force, and why those."""
    documented = [key for key in ("documented_minimum", "documented_maximum") if table.has(key)]
    if not documented:
        table.asked.update(("documented_minimum", "documented_maximum", "contradiction"))
        return ""
    low, high = (table.amount(key, currency) for key in ("documented_minimum", "documented_maximum"))
    if low <= high:
        mend = "remove the documented_… lines: they are for figures that contradict themselves"
        table.note("documented_minimum", "the documented range holds no contradiction", mend)
    return table.text("contradiction", '"the page gives …; in force is …"')


def _directory(root: Fields, key: str, legal_forms: frozenset[str]) -> Directory:
    return Directory(tuple(_counterparty(part) for _, part in root.parts(key)), legal_forms)


def _counterparty(part: Fields) -> Counterparty:
    names, phrases = part.texts("names"), part.texts("phrases")
    for phrase in phrases:
        if len("".join(words(phrase))) < 6:
            part.note("phrases", f"{phrase!r} is too short to be looked for inside names", "write it under names")
    found = Counterparty(
        name=part.text("name"),
        tax_ids=frozenset(part.texts("tax_ids")),
        names=frozenset(words(name) for name in names),
        phrases=frozenset(words(phrase) for phrase in phrases if words(phrase)),
    )
    _close(part)
    return found


def _name_limits(part: Fields) -> Mapping[str, int]:
    found = {key: part.whole(key, least=10) for key in part.table if key != "source"}
    _close(part)
    return found


def _approvals(part: Fields) -> Mapping[str, int]:
    found = {}
    for currency in part.table:
        if currency != "source" and part.is_currency(currency, currency):
            found[currency] = part.amount(currency, currency)
    _close(part)
    return found
