"""Every row of the tables for cards and mobile money on the provider's top-up page, with the values on both sides."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from reconcile.books import Account, Holder, HolderType
from reconcile.gateway.judge import Day, Facts, judge
from reconcile.money import read_amount
from reconcile.policy import Method, load_policy
from tests.gateway.books import CARD, KE, KE_USD, KZ, MPESA, UZ, books, load, right, settled, statuses

POLICY = load_policy().on(date(2026, 2, 3))
MOMENT = datetime.fromisoformat("2026-02-03T12:00:00+05:00")
BELOW, ABOVE, SUM, COUNT = "limit_below_minimum", "limit_above_maximum", "limit_daily_sum", "limit_daily_count"


def account(country: str, currency: str, kind: HolderType = HolderType.LEGAL_ENTITY) -> Account:
    return Account("1", Holder("k", country, kind, ("Holder",)), country, currency)


def judged(country: str, currency: str, amount: str, day: Day | None = None, method: Method = Method.CARD, *,
           paid_in: str = "", **facts: object) -> str | None:  # fmt: skip
    given: dict[str, object] = {"scheme": "visa", "issuer_country": "KZ", "payer_key": "card:1", "operator": "M-Pesa"}
    paid_in = paid_in or currency
    made = judge(
        Facts(method, read_amount(amount, paid_in), paid_in, MOMENT, "1", **given | facts),  # type: ignore[arg-type]
        [account(country, currency)], POLICY, day or Day(), None,
    )  # fmt: skip
    assert (made.status == "credited") == (made.reason is None)
    assert made.flags == (() if made.reason is None else (made.reason,))
    return made.reason


# --- methods by country ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("country", "currency", "amount"), [("UZ", "UZS", "10000"), ("KZ", "KZT", "500"),
                                                             ("KE", "KES", "150000"), ("KE", "USD", "1500")])  # fmt: skip
@pytest.mark.parametrize("kind", HolderType)
def test_bank_card_yes_in_each_country_for_each_holder(
    country: str, currency: str, amount: str, kind: HolderType
) -> None:
    facts = Facts(Method.CARD, read_amount(amount, currency), currency, MOMENT, "1", "visa", "KZ", "card:1")
    assert judge(facts, [account(country, currency, kind)], POLICY, Day(), None).status == "credited"


@pytest.mark.parametrize(
    ("country", "currency", "reason"),
    [("UZ", "UZS", "method_not_available"), ("KZ", "KZT", "method_not_available"), ("KE", "KES", None),
     ("KE", "USD", "limit_not_checkable")],
)  # fmt: skip
def test_mobile_payment_in_kenya_alone(country: str, currency: str, reason: str | None) -> None:
    assert judged(country, currency, "150000", method=Method.MOBILE_MONEY) == reason


@pytest.mark.parametrize(("currency", "paid_in"), [("KES", "USD"), ("USD", "KES"), ("KZT", "USD"), ("UZS", "KZT")])
def test_balance_currency_another_is_held(currency: str, paid_in: str) -> None:
    country = {"KES": "KE", "USD": "KE", "KZT": "KZ", "UZS": "UZ"}[currency]
    assert judged(country, currency, "2000", paid_in=paid_in) == "currency_mismatch"


# --- bank card -------------------------------------------------------------------------------------------------------

ACCEPTED = {
    ("UZ", "UZS", "10000"): {"VISA", "Mastercard", "HUMO", "UZCARD"},
    ("KZ", "KZT", "500"): {"VISA", "Mastercard", "UnionPay"},
    ("KE", "KES", "150000"): {"VISA", "Mastercard", "American Express"},
    ("KE", "USD", "1500"): {"VISA", "Mastercard", "American Express"},
}


@pytest.mark.parametrize("scheme", ["VISA", "Mastercard", "HUMO", "UZCARD", "UnionPay", "American Express", "Diners"])
@pytest.mark.parametrize("where", ACCEPTED)
def test_schemes(where: tuple[str, str, str], scheme: str) -> None:
    reason = judged(*where, scheme=scheme)
    assert reason == (None if scheme in ACCEPTED[where] else "card_scheme_not_accepted")


@pytest.mark.parametrize(
    ("country", "currency", "amount", "reason"),
    [
        ("UZ", "UZS", "9999.99", BELOW), ("UZ", "UZS", "10000", None),
        ("UZ", "UZS", "5000000", None), ("UZ", "UZS", "5000000.01", ABOVE),
        ("KZ", "KZT", "499.99", BELOW), ("KZ", "KZT", "500", None),
        ("KZ", "KZT", "200000", None), ("KZ", "KZT", "200000.01", ABOVE),
        ("KE", "KES", "149999.99", BELOW), ("KE", "KES", "150000", None),
        ("KE", "KES", "400000", None), ("KE", "KES", "400000.01", ABOVE),
        ("KE", "USD", "1499.99", BELOW), ("KE", "USD", "1500", None),
        ("KE", "USD", "2000", None), ("KE", "USD", "2000.01", ABOVE),
    ],
)  # fmt: skip
def test_one_payment_from_to(country: str, currency: str, amount: str, reason: str | None) -> None:
    assert judged(country, currency, amount) == reason


@pytest.mark.parametrize(
    ("country", "currency", "before", "amount", "reason"),
    [
        ("UZ", "UZS", "900000000", "5000000", None),
        ("KZ", "KZT", "800000", "200000", None), ("KZ", "KZT", "800000.01", "200000", SUM),
        ("KE", "KES", "200000", "400000", None), ("KE", "KES", "200000.01", "400000", SUM),
        ("KE", "USD", "1000", "2000", None), ("KE", "USD", "1000.01", "2000", SUM),
    ],
)  # fmt: skip
def test_all_payments_of_one_card_per_day(
    country: str, currency: str, before: str, amount: str, reason: str | None
) -> None:
    assert judged(country, currency, amount, Day(read_amount(before, currency), 2)) == reason


@pytest.mark.parametrize(
    ("country", "currency", "amount", "count", "reason"),
    [
        ("KZ", "KZT", "500", 4, None), ("KZ", "KZT", "500", 5, COUNT), ("UZ", "UZS", "10000", 500, None),
        ("KE", "KES", "150000", 500, None), ("KE", "USD", "1500", 500, None),
    ],
)  # fmt: skip
def test_payments_per_day(country: str, currency: str, amount: str, count: int, reason: str | None) -> None:
    assert judged(country, currency, amount, Day(0, count)) == reason


REFUSED = (
    "AF AL BA BG GR HR ME MK RO RS SI XK BY MM CF CN CU CD ET IR IQ IL PS LB LY ML NI KP RU SO SS SD SY UA VE YE ZW"
)


@pytest.mark.parametrize("issuer", REFUSED.split(" "))
def test_kenya_cards_issued_in_these_countries_and_regions_are_refused(issuer: str) -> None:
    assert judged("KE", "KES", "150000", issuer_country=issuer) == "restricted_issuer_country"
    assert judged("KE", "USD", "1500", issuer_country=issuer) == "restricted_issuer_country"
    assert judged("KZ", "KZT", "500", issuer_country=issuer) is None
    assert judged("UZ", "UZS", "10000", issuer_country=issuer) is None


@pytest.mark.parametrize("issuer", ["KE", "KZ", "UZ", "TR", "HU", "MD", "CG", "KR", "US"])
def test_kenya_cards_issued_elsewhere_are_not(issuer: str) -> None:
    assert judged("KE", "KES", "150000", issuer_country=issuer) is None


@pytest.mark.parametrize("currency", ["AMD", "AZN", "GEL", "KGS", "TMT", "TJS", "UZS"])
@pytest.mark.parametrize(
    ("converted", "reason"), [(49999, BELOW), (50000, None), (20_000_000, None), (20_000_001, ABOVE)]
)
def test_kazakhstan_other_currencies_are_converted_and_the_limits_apply_to_the_equivalent_in_tenge(
    currency: str, converted: int, reason: str | None
) -> None:
    facts = {"paid_in": currency, "converted_amount": converted, "converted_currency": "KZT"}
    assert judged("KZ", "KZT", "12345.67", **facts) == reason  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["USD", "EUR", "RUB", "KES", "BYN"])
def test_kazakhstan_cards_in_any_further_currency_are_held(currency: str) -> None:
    facts = {"paid_in": currency, "converted_amount": 100_000, "converted_currency": "KZT"}
    assert judged("KZ", "KZT", "12345.67", **facts) == "currency_mismatch"  # type: ignore[arg-type]


# --- mobile payment --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "reason"), [("149999.99", BELOW), ("150000", None), ("250000", None), ("250000.01", ABOVE)]
)
def test_mpesa_one_payment(amount: str, reason: str | None) -> None:
    assert judged("KE", "KES", amount, method=Method.MOBILE_MONEY) == reason


@pytest.mark.parametrize(("before", "reason"), [("100000", None), ("100000.01", SUM)])
def test_mpesa_at_most_250000_in_total_per_day(before: str, reason: str | None) -> None:
    assert judged("KE", "KES", "150000", Day(read_amount(before, "KES"), 1), Method.MOBILE_MONEY) == reason


def test_another_operator_is_held() -> None:
    assert judged("KE", "KES", "150000", method=Method.MOBILE_MONEY, operator="Airtel") == "operator_not_accepted"


# --- what the rules need and the row lacks -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "currency", "amount", "missing", "reason"),
    [
        ("KZ", "KZT", "500", "scheme", "limit_not_checkable"), ("KZ", "KZT", "500", "payer_key", "limit_not_checkable"),
        ("KZ", "KZT", "500", "issuer_country", None), ("KE", "KES", "150000", "issuer_country", "limit_not_checkable"),
        ("KE", "KES", "150000", "payer_key", "limit_not_checkable"), ("UZ", "UZS", "10000", "payer_key", None),
        ("KZ", "KZT", "499", "payer_key", BELOW),
    ],
)  # fmt: skip
def test_what_cannot_be_checked_is_not_let_through(
    country: str, currency: str, amount: str, missing: str, reason: str | None
) -> None:
    assert judged(country, currency, amount, **{missing: ""}) == reason  # type: ignore[arg-type]


# --- a day, in the books ---------------------------------------------------------------------------------------------


def _row(number: int, at: str, base: dict[str, str] = CARD, **other: str) -> dict[str, str]:
    return base | {"gateway_payment_id": f"P-{number}", "paid_at": at} | other


def test_kazakhstan_the_sixth_payment_of_a_day_is_held(sqlite_url: str, tmp_path: Path) -> None:
    engine = books(sqlite_url, tmp_path)
    load(engine, tmp_path, *(_row(n, f"2026-02-03T12:0{n}:00+05:00") for n in range(1, 7)))
    assert statuses(engine) == {f"P-{n}": ("credited", None) for n in range(1, 6)} | {"P-6": ("held", COUNT)}
    load(engine, tmp_path, _row(7, "2026-02-03T12:09:00+05:00", card_token="tok-2"))
    assert statuses(engine)["P-7"] == ("credited", None)
    right(engine)


@pytest.mark.parametrize(
    ("number", "base", "before", "midnight", "first", "second", "reason"),
    [
        (KZ, CARD | {"currency": "KZT"}, "2026-02-03T23:59:59+05:00", "2026-02-04T00:00:00+05:00", "200000", "200000", SUM),
        (KZ, CARD | {"currency": "KZT"}, "2026-02-03T18:59:59+00:00", "2026-02-03T19:00:00+00:00", "200000", "200000", SUM),
        (KE, CARD | {"account_number": KE, "currency": "KES"}, "2026-02-03T20:59:59+00:00", "2026-02-03T21:00:00+00:00",
         "400000", "400000", SUM),
        (KE, MPESA, "2026-02-03T23:59:59+03:00", "2026-02-04T00:00:00+03:00", "150000", "150000", SUM),
        (KE_USD, CARD | {"account_number": KE_USD, "currency": "USD"}, "2026-02-03T23:59:59+03:00",
         "2026-02-04T00:00:00+03:00", "1600", "1600", SUM),
    ],
    ids=["Almaty", "Almaty, written in UTC", "Nairobi, written in UTC", "Nairobi, M-Pesa", "Nairobi, USD"],
)  # fmt: skip
def test_a_new_day_begins_at_midnight_where_the_account_is(
    sqlite_url: str, tmp_path: Path, number: str, base: dict[str, str], before: str, midnight: str, first: str,
    second: str, reason: str,
) -> None:  # fmt: skip
    """A day full up to its last second: the next payment of that second is held, one at midnight is credited."""
    engine = books(sqlite_url, tmp_path)
    full = 5 if number == KZ else 1

    def receipts(n: int) -> dict[str, str]:
        return {"receipt": f"UB33AAAA{n:02d}"} if base is MPESA else {}

    given = [_row(n, before, base, amount=first, **receipts(n)) for n in range(full)]
    given.append(_row(50, before, base, amount=second, **receipts(50)))
    given.append(_row(60, midnight, base, amount=second, **receipts(60)))
    load(engine, tmp_path, *given)
    found = statuses(engine)
    held = [name for name, (status, _) in found.items() if status == "held"]
    assert len(held) == 1
    assert found["P-60"] == ("credited", None)
    assert found[held[0]] == ("held", reason)


@pytest.mark.parametrize(
    ("moment", "day"), [("2026-02-03T18:59:59+00:00", "2026-02-03"), ("2026-02-03T19:00:00+00:00", "2026-02-04")]
)
def test_midnight_in_tashkent(sqlite_url: str, tmp_path: Path, moment: str, day: str) -> None:
    """Uzbekistan has no limit of a day; the day stands in the books."""
    engine = books(sqlite_url, tmp_path)
    load(engine, tmp_path, _row(1, moment, account_number=UZ, currency="UZS", amount="10000", card_scheme="HUMO"))
    assert statuses(engine) == {"P-1": ("credited", None)}
    from tests.steps.books import rows

    assert rows(engine, "SELECT CAST(booking_date AS VARCHAR) FROM payment") == [(day,)]


def test_what_comes_late_is_held_and_nothing_credited_is_judged_again(sqlite_url: str, tmp_path: Path) -> None:
    engine = books(sqlite_url, tmp_path)
    load(engine, tmp_path, *(_row(n, f"2026-02-03T12:0{n}:00+05:00") for n in range(1, 6)))
    load(engine, tmp_path, _row(9, "2026-02-03T08:00:00+05:00"))  # made first, reported last
    settled(engine)
    assert statuses(engine)["P-9"] == ("held", COUNT)
    assert [status for status, _ in statuses(engine).values()].count("credited") == 5
