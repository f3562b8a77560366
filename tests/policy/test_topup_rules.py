"""Every row of the provider's top-up page, as far as the rules alone can judge it, with the values on both sides."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from reconcile.books import HolderType
from reconcile.money import read_amount
from reconcile.policy import CardScheme, CountryPolicy, Limits, Method, ThirdPartyRule, load_policy
from reconcile.problem import Refusal

POLICY = load_policy().on(date(2026, 11, 23))
COMPANY, SOLE, PERSON = HolderType.LEGAL_ENTITY, HolderType.SOLE_PROPRIETOR, HolderType.INDIVIDUAL


def card(country: str, currency: str) -> Limits:
    cards = POLICY.country(country).cards
    assert cards is not None
    return cards.limits[currency]


def mpesa() -> Limits:
    mobile = POLICY.country("KE").mobile
    assert mobile is not None
    return mobile.limits["KES"]


@pytest.mark.parametrize(("code", "currencies"), [("UZ", ("UZS",)), ("KZ", ("KZT",)), ("KE", ("KES", "USD"))])
def test_balance_currency(code: str, currencies: tuple[str, ...]) -> None:
    assert POLICY.country(code).currencies == currencies


def test_all_balance_currencies() -> None:
    assert POLICY.currencies == {"UZS", "KZT", "KES", "USD"}


def test_a_country_without_rules_is_refused() -> None:
    with pytest.raises(Refusal, match=r"no rules for country 'RU'; correct the country \(KE, KZ, UZ\)"):
        POLICY.country("RU")


@pytest.mark.parametrize(
    ("code", "holder", "allowed"),
    [
        ("UZ", COMPANY, True), ("UZ", SOLE, True), ("UZ", PERSON, False),
        ("KZ", COMPANY, True), ("KZ", SOLE, True), ("KZ", PERSON, True),
        ("KE", COMPANY, True), ("KE", SOLE, True), ("KE", PERSON, True),
    ],
)  # fmt: skip
def test_bank_account_in_uzbekistan_only_for_legal_entities_and_sole_proprietorships(
    code: str, holder: HolderType, allowed: bool
) -> None:
    assert POLICY.country(code).allows_bank_transfer(holder) is allowed


@pytest.mark.parametrize("holder", HolderType)
@pytest.mark.parametrize(("code", "mobile"), [("UZ", False), ("KZ", False), ("KE", True)])
def test_bank_card_everywhere_and_mobile_payment_in_kenya_alone(code: str, mobile: bool, holder: HolderType) -> None:
    assert POLICY.country(code).allows(holder, Method.CARD)
    assert POLICY.country(code).allows(holder, Method.MOBILE_MONEY) is mobile
    assert (POLICY.country(code).mobile is not None) is mobile


@pytest.mark.parametrize(
    ("code", "rule", "power"),
    [
        ("UZ", ThirdPartyRule.NOT_DOCUMENTED, False),
        ("KZ", ThirdPartyRule.PURPOSE, True),
        ("KE", ThirdPartyRule.PURPOSE, True),
    ],
)
def test_third_parties_and_powers_of_attorney(code: str, rule: ThirdPartyRule, power: bool) -> None:
    country: CountryPolicy = POLICY.country(code)
    assert (country.third_party_rule, country.power_of_attorney) == (rule, power)


@pytest.mark.parametrize(
    ("valid_from", "last_day"),
    [
        (date(2026, 2, 3), date(2027, 2, 2)),
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_a_power_of_attorney_runs_for_at_most_one_year(valid_from: date, last_day: date) -> None:
    assert POLICY.last_day_of_power(valid_from) == last_day


@pytest.mark.parametrize(
    ("code", "schemes"),
    [
        ("UZ", {CardScheme.VISA, CardScheme.MASTERCARD, CardScheme.HUMO, CardScheme.UZCARD}),
        ("KZ", {CardScheme.VISA, CardScheme.MASTERCARD, CardScheme.UNIONPAY}),
        ("KE", {CardScheme.VISA, CardScheme.MASTERCARD, CardScheme.AMERICAN_EXPRESS}),
    ],
)
def test_card_schemes(code: str, schemes: set[CardScheme]) -> None:
    cards = POLICY.country(code).cards
    assert cards is not None
    assert cards.schemes == schemes


BELOW, ABOVE = "limit_below_minimum", "limit_above_maximum"


@pytest.mark.parametrize(
    ("limits", "amount", "reason"),
    [
        (card("UZ", "UZS"), "9999.99", BELOW),
        (card("UZ", "UZS"), "10000", None),
        (card("UZ", "UZS"), "5000000", None),
        (card("UZ", "UZS"), "5000000.01", ABOVE),
        (card("KZ", "KZT"), "499.99", BELOW),
        (card("KZ", "KZT"), "500", None),
        (card("KZ", "KZT"), "200000", None),
        (card("KZ", "KZT"), "200000.01", ABOVE),
        (card("KE", "KES"), "149999.99", BELOW),
        (card("KE", "KES"), "150000", None),
        (card("KE", "KES"), "400000", None),
        (card("KE", "KES"), "400000.01", ABOVE),
        (card("KE", "USD"), "1499.99", BELOW),
        (card("KE", "USD"), "1500", None),
        (card("KE", "USD"), "2000", None),
        (card("KE", "USD"), "2000.01", ABOVE),
        (mpesa(), "149999.99", BELOW),
        (mpesa(), "150000", None),
        (mpesa(), "250000", None),
        (mpesa(), "250000.01", ABOVE),
    ],
)
def test_one_payment_from_to(limits: Limits, amount: str, reason: str | None) -> None:
    assert limits.verdict(read_amount(amount, limits.currency)) == reason
    assert limits.day_verdict(read_amount(amount, limits.currency), 0, 0) == reason


@pytest.mark.parametrize(
    ("limits", "before", "amount", "reason"),
    [
        (card("KZ", "KZT"), "800000", "200000", None),
        (card("KZ", "KZT"), "800000.01", "200000", "limit_daily_sum"),
        (card("KE", "KES"), "300000", "300000", None),
        (card("KE", "KES"), "300000.01", "300000", "limit_daily_sum"),
        (card("KE", "USD"), "1500", "1500", None),
        (card("KE", "USD"), "1500.01", "1500", "limit_daily_sum"),
        (mpesa(), "0", "250000", None),
        (mpesa(), "100000.01", "150000", "limit_daily_sum"),
        (card("UZ", "UZS"), "900000000", "5000000", None),
    ],
)
def test_all_payments_of_one_card_per_day(limits: Limits, before: str, amount: str, reason: str | None) -> None:
    spent, paid = (read_amount(text, limits.currency) for text in (before, amount))
    assert limits.day_verdict(paid, spent, 1) == reason


@pytest.mark.parametrize(
    ("limits", "count", "reason"),
    [
        (card("KZ", "KZT"), 4, None),
        (card("KZ", "KZT"), 5, "limit_daily_count"),
        (card("UZ", "UZS"), 1000, None),
        (card("KE", "KES"), 1000, None),
        (card("KE", "USD"), 1000, None),
    ],
)
def test_payments_per_day(limits: Limits, count: int, reason: str | None) -> None:
    assert limits.day_verdict(limits.payment_minimum, 0, count) == reason


def test_kazakhstan_takes_cards_in_the_currencies_of_seven_neighbours() -> None:
    cards = POLICY.country("KZ").cards
    assert cards is not None
    assert cards.convertible_currencies == {"AMD", "AZN", "GEL", "KGS", "TMT", "TJS", "UZS"}


RESTRICTED = set("AF BY MM CF CN CU CD ET IR IQ LB LY ML NI KP RU SO SS SD SY UA VE YE ZW".split())  # noqa: SIM905
BALKANS = set("AL BA BG GR HR ME MK RO RS SI XK".split())  # noqa: SIM905


def test_kenya_refuses_cards_of_these_countries_and_regions() -> None:
    cards = POLICY.country("KE").cards
    assert cards is not None
    assert cards.restricted_issuers == RESTRICTED | BALKANS | {"IL", "PS"}


@pytest.mark.parametrize("code", ["KE", "KZ", "UZ", "US", "GB", "CG", "KR", "TR", "HU"])
def test_neighbours_and_namesakes_of_refused_countries_are_accepted(code: str) -> None:
    cards = POLICY.country("KE").cards
    assert cards is not None
    assert code not in cards.restricted_issuers


@pytest.mark.parametrize("code", ["UZ", "KZ"])
def test_no_issuer_is_refused_elsewhere(code: str) -> None:
    cards = POLICY.country(code).cards
    assert cards is not None
    assert not cards.restricted_issuers


@pytest.mark.parametrize(
    ("code", "last_moment"),
    [
        ("KZ", datetime(2026, 2, 3, 18, 59, 59, tzinfo=UTC)),
        ("UZ", datetime(2026, 2, 3, 18, 59, 59, tzinfo=UTC)),
        ("KE", datetime(2026, 2, 3, 20, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_midnight_in_almaty_tashkent_and_nairobi(code: str, last_moment: datetime) -> None:
    country = POLICY.country(code)
    assert country.local_day(last_moment) == date(2026, 2, 3)
    assert country.local_day(last_moment.replace(hour=last_moment.hour + 1, minute=0, second=0)) == date(2026, 2, 4)


def test_almaty_was_an_hour_further_before_march_2024() -> None:
    country = POLICY.country("KZ")
    assert country.local_day(datetime(2024, 2, 28, 18, 0, tzinfo=UTC)) == date(2024, 2, 29)
    assert country.local_day(datetime(2024, 3, 1, 18, 0, tzinfo=UTC)) == date(2024, 3, 1)


def test_a_moment_without_offset_has_no_day() -> None:
    with pytest.raises(ValueError, match="its day cannot be told"):
        POLICY.country("KZ").local_day(datetime(2026, 2, 3, 12))  # noqa: DTZ001


@pytest.mark.parametrize(("format_", "limit"), [("ofx", 32), ("mt940", 35), ("camt", 140), ("1c", None)])
def test_where_formats_cut_names(format_: str, limit: int | None) -> None:
    assert POLICY.name_limit(format_) == limit


def test_more_than_the_set_amount_needs_a_second_person() -> None:
    limit = POLICY.approval_above["KZT"]
    assert not POLICY.needs_approval(limit, "KZT")
    assert POLICY.needs_approval(limit + 1, "KZT")
    assert POLICY.needs_approval(1, "EUR"), "a currency without a figure always needs one"


def test_reversals_are_sought_for_thirty_days() -> None:
    assert POLICY.reversal_window_days == 30
