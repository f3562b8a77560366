"""The country rules as values: what a top-up may be, by country, holder and method.

Amounts are whole minor units. A limit never loses money: a payment beyond it is held, with the reason that the limit
names. Which edition of the rules applies is told by the booking date (`PolicyBook.on`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from reconcile.books import HolderType
from reconcile.invoicing.numbers import InvoiceSeries
from reconcile.policy.listed import Directory
from reconcile.policy.own_accounts import OwnAccountDetails
from reconcile.problem import Refusal
from reconcile.statement import Party


class Method(StrEnum):
    """How money reaches a balance; the same words as a payment's channel."""

    BANK_TRANSFER = "bank_transfer"
    CARD = "card"
    MOBILE_MONEY = "mobile_money"


class ThirdPartyRule(StrEnum):
    """What the provider says about somebody else's paying by bank transfer."""

    PURPOSE = "purpose"
    """A legal entity or sole proprietor may pay; the purpose must name the holder and the personal account."""
    NOT_DOCUMENTED = "not_documented"
    """Nothing is said, so nothing is credited without a person."""


class CardScheme(StrEnum):
    VISA = "visa"
    MASTERCARD = "mastercard"
    AMERICAN_EXPRESS = "american_express"
    UNIONPAY = "unionpay"
    HUMO = "humo"
    UZCARD = "uzcard"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one card, or one phone, may pay in one currency. None: unlimited. A day is the country's calendar day."""

    currency: str
    payment_minimum: int
    payment_maximum: int
    day_maximum: int | None
    day_count: int | None
    contradiction: str = ""
    """Why the figures differ from the documented ones, where the documented ones contradict themselves."""

    def verdict(self, amount: int) -> str | None:
        """Why this one payment breaks a limit, by itself; None where it does not. Both ends are allowed."""
        if amount < self.payment_minimum:
            return "limit_below_minimum"
        if amount > self.payment_maximum:
            return "limit_above_maximum"
        return None

    def day_verdict(self, amount: int, sum_before: int, count_before: int) -> str | None:
        """Why this payment breaks a limit after `count_before` others of the same day, `sum_before` together."""
        if reason := self.verdict(amount):
            return reason
        if self.day_maximum is not None and sum_before + amount > self.day_maximum:
            return "limit_daily_sum"
        if self.day_count is not None and count_before + 1 > self.day_count:
            return "limit_daily_count"
        return None


@dataclass(frozen=True, slots=True)
class CardPolicy:
    """`restricted_issuers` are ISO 3166-1 alpha-2 codes of the country that issued the card. A payment in one of the
    `convertible_currencies` is credited, and judged, in the account's currency."""

    schemes: frozenset[CardScheme]
    limits: Mapping[str, Limits]
    restricted_issuers: frozenset[str] = frozenset()
    convertible_currencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MobilePolicy:
    operators: tuple[str, ...]
    limits: Mapping[str, Limits]
    callback_confirms: bool = False
    """Whether the operator's unsigned callback is enough to credit; else the credit waits for the wallet's statement,
    a registry, or a person who asked the operator."""


@dataclass(frozen=True, slots=True)
class CountryPolicy:
    """The rules of the country in which the account's holder resides."""

    code: str
    time_zone: ZoneInfo
    currencies: tuple[str, ...]
    legal_name: str
    """The provider's legal entity there, as invoices name it; empty until a deployment names it."""
    methods: frozenset[tuple[HolderType, Method]]
    third_party_rule: ThirdPartyRule
    power_of_attorney: bool
    """Whether an individual who pays for a legal entity or sole proprietor may do so with a power of attorney."""
    cards: CardPolicy | None = None
    mobile: MobilePolicy | None = None
    invoice_series: InvoiceSeries | None = None
    """The numbers of the invoices that we issue there; None where others issue them all."""

    def allows(self, holder: HolderType, method: Method) -> bool:
        return (holder, method) in self.methods

    def allows_bank_transfer(self, holder: HolderType) -> bool:
        return (holder, Method.BANK_TRANSFER) in self.methods

    def local_day(self, moment: datetime) -> date:
        """The calendar day of a moment in this country: daily limits count by it."""
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no offset: its day cannot be told")
        return moment.astimezone(self.time_zone).date()


@dataclass(frozen=True)
class Policy:
    """The rules in force on one day. `version` names them and their content: the same version, the same rules."""

    version: str
    countries: Mapping[str, CountryPolicy]
    intermediaries: Directory
    senders: Directory
    name_limits: Mapping[str, int]
    approval_above: Mapping[str, int]
    reversal_window_days: int
    subset_size: int
    """Of how many gateway payments at most a settlement's parts are sought one by one."""
    power_of_attorney_years: int
    settlement_window_days: int
    """Within how many calendar days, weekends and holidays included, a processing centre pays out a payment."""
    invoice_days: int = 30
    """How many days an invoice may be paid after its issue, where it does not say otherwise."""
    own_accounts: Mapping[str, OwnAccountDetails] = field(default_factory=dict)
    """By bank account: what invoices say of it beyond the master data."""

    def country(self, code: str) -> CountryPolicy:
        """The rules of a country. Refuses one that has none: nothing is credited there."""
        try:
            return self.countries[code]
        except KeyError:
            known = ", ".join(sorted(self.countries))
            mend = f"correct the country ({known}), or add [country.{code}] to the policy file"
            raise Refusal.of(f"the policy has no rules for country {code!r}", mend) from None

    @property
    def currencies(self) -> frozenset[str]:
        """Every currency in which a balance may be held."""
        return frozenset(currency for country in self.countries.values() for currency in country.currencies)

    def is_intermediary(self, party: Party) -> bool:
        """Whether this party only passes money on, so that the ultimate debtor is the payer."""
        return self.intermediaries.find(party) is not None

    def lump_sum_sender(self, party: Party) -> str | None:
        """The name of the processing centre, aggregator or operator that this party is; its money is a settlement."""
        sender = self.senders.find(party)
        return sender.name if sender else None

    def name_limit(self, format_: str) -> int | None:
        """After how many characters a statement format cuts names off; None where it does not."""
        return self.name_limits.get(format_)

    def needs_approval(self, amount: int, currency: str) -> bool:
        """Whether a second person approves what a person decided. A currency without a figure always needs one."""
        return amount > self.approval_above.get(currency, 0)

    def last_day_of_power(self, valid_from: date) -> date:
        """The latest `valid_until` of a power of attorney: the day before the anniversary. The anniversary of
        29 February is 1 March where the year has no such day.

        A power from 2026-02-03 may run until 2027-02-02.
        """
        return _anniversary(valid_from, self.power_of_attorney_years) - timedelta(days=1)


@lru_cache(maxsize=256)
def _anniversary(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@dataclass(frozen=True)
class Edition:
    """A policy and the first day on which it is in force; `first_day` None: from the beginning."""

    first_day: date | None
    policy: Policy


@dataclass(frozen=True)
class PolicyBook:
    """All editions of the rules, oldest first. The one in force on the booking date applies."""

    editions: tuple[Edition, ...]

    def on(self, day: date) -> Policy:
        """The rules in force on that day.

        The first edition has no first day, so every day has its rules.
        """
        for edition in reversed(self.editions):
            if edition.first_day is None or edition.first_day <= day:
                return edition.policy
        raise AssertionError("the first edition has no first day")

    def newest_day(self, now: datetime) -> date:
        """Today where the day began first, so that no country's entries of today wait for tomorrow."""
        countries = self.editions[-1].policy.countries.values()
        return max((country.local_day(now) for country in countries), default=now.date())
