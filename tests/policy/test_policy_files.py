"""A deployment's policy file: what it may say, and each message about what it may not."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reconcile.money import read_amount
from reconcile.policy import Edition, Policy, PolicyBook, check, load_policy
from reconcile.policy import build as building
from reconcile.policy.loader import load_text
from reconcile.problem import Refusal
from reconcile.statement import Party

TODAY = date(2026, 11, 23)
KZ_LIMITS = "[country.KZ.card.limits.KZT]\n"
KE_USD = "[country.KE.card.limits.USD]\n"
SOURCE = 'source = "order 7"\n'


def kzt(policy: Policy, text: str) -> str | None:
    cards = policy.country("KZ").cards
    assert cards is not None
    return cards.limits["KZT"].verdict(read_amount(text, "KZT"))


def test_the_built_in_policy_has_no_errors_and_warns_of_kenyas_dollar_range() -> None:
    errors, warnings = check(load_policy())
    assert errors == []
    assert any(
        "KE card USD" in line and "2,000 to 1,500" in line and "In force: 1500.00 to 2000.00 USD" in line
        for line in warnings
    )
    assert sum("legal_name is empty" in line for line in warnings) == 3
    assert len(warnings) == 4


def test_a_file_overrides_only_what_it_names() -> None:
    builtin, own = load_policy().on(TODAY), load_text(KZ_LIMITS + SOURCE + 'payment_maximum = "300000.00"\n').on(TODAY)
    assert kzt(builtin, "300000") == "limit_above_maximum"
    assert kzt(own, "300000") is None
    assert kzt(own, "300000.01") == "limit_above_maximum"
    assert kzt(own, "499.99") == "limit_below_minimum"
    assert own.country("UZ") == builtin.country("UZ")


def test_a_file_may_add_a_counterparty_and_a_legal_name() -> None:
    policy = load_text(
        '[country.KZ]\nsource = "charter"\nlegal_name = "Provider LLP"\n'
        '[intermediary.some_bank]\nsource = "statements"\nname = "Some Bank"\nphrases = ["Some Bank"]\n'
    ).on(TODAY)
    assert policy.country("KZ").legal_name == "Provider LLP"
    assert policy.country("KZ").currencies == ("KZT",)
    assert len(policy.intermediaries.counterparties) == len(load_policy().on(TODAY).intermediaries.counterparties) + 1


def test_kenyas_range_is_corrected_by_one_line_of_a_file() -> None:
    book = load_text(KE_USD + 'source = "letter"\npayment_minimum = "100.00"\n')
    cards = book.on(TODAY).country("KE").cards
    assert cards is not None
    assert cards.limits["USD"].verdict(10000) is None


def test_the_version_names_the_content_and_nothing_else() -> None:
    first, again = load_policy().on(TODAY).version, load_policy().on(date(2020, 1, 1)).version
    assert first == again
    assert first.startswith("builtin@")
    same = load_text('# a remark\nname = "builtin"\n').on(TODAY).version
    assert same == first
    other = load_text('name = "ours"\n' + KZ_LIMITS + SOURCE + 'payment_maximum = "300000.00"\n').on(TODAY).version
    assert other.startswith("ours@")
    assert other.partition("@")[2] != first.partition("@")[2]


def change(first: str, maximum: str, until: str = "") -> str:
    table = "[change.country.KZ.card.limits.KZT]"
    return f"[[change]]\nfrom = {first}\n{until}{table}\n{SOURCE}payment_maximum = {maximum!r}\n"


def test_a_change_is_in_force_from_its_day_on() -> None:
    book = load_text(change("2027-01-01", "300000.00") + change("2028-01-01", "400000.00"))
    for day, most in ((date(2026, 12, 31), "200000"), (date(2027, 1, 1), "300000"), (date(2027, 12, 31), "300000"),
                      (date(2028, 1, 1), "400000"), (date(2040, 1, 1), "400000")):  # fmt: skip
        assert kzt(book.on(day), most) is None
        assert kzt(book.on(day), f"{most}.01") == "limit_above_maximum"


def test_a_change_with_an_end_gives_way_to_what_was_before() -> None:
    book = load_text(
        change("2027-01-01", "300000.00") + change("2027-03-01", "900000.00", until="until = 2027-03-31\n")
    )
    assert kzt(book.on(date(2027, 2, 28)), "300000.01") == "limit_above_maximum"
    assert kzt(book.on(date(2027, 3, 1)), "900000") is None
    assert kzt(book.on(date(2027, 3, 31)), "900000") is None
    assert kzt(book.on(date(2027, 4, 1)), "300000.01") == "limit_above_maximum"
    assert book.on(date(2027, 2, 1)).version == book.on(date(2027, 4, 1)).version != book.on(date(2027, 3, 1)).version


def test_changes_of_different_figures_may_overlap() -> None:
    other = f'[[change]]\nfrom = 2027-01-01\n[change.country.KZ.card.limits.KZT]\n{SOURCE}day_count = "unlimited"\n'
    book = load_text(change("2027-01-01", "300000.00") + other)
    cards = book.on(date(2027, 1, 1)).country("KZ").cards
    assert cards is not None
    assert (cards.limits["KZT"].payment_maximum, cards.limits["KZT"].day_count) == (30000000, None)


def refused_cases() -> dict[str, tuple[str, str]]:
    """The cases of `refused.txt` by name: the file's content, and the whole message."""
    cases = {}
    for case in Path(__file__).with_name("refused.txt").read_text("utf-8").split("\n### ")[1:]:
        name, _, rest = case.partition("\n")
        content, _, message = rest.partition("\n>>>\n")
        cases[name] = (content, message.strip())
    return cases


@pytest.mark.parametrize("name", refused_cases())
def test_a_faulty_file_is_refused_with_its_line(name: str) -> None:
    content, message = refused_cases()[name]
    with pytest.raises(Refusal) as refused:
        load_text(content)
    assert str(refused.value) == message


@pytest.mark.parametrize("content", ["[country.KZ]\ntime_zone = Asia/Almaty", '[country.KZ]\ntime_zone = "Asia'])
def test_what_is_no_toml_is_refused_with_its_line(content: str) -> None:
    with pytest.raises(Refusal, match=r"policy\.toml:2: is not TOML: .*; see docs/policy\.md for the form"):
        load_text(content)


def test_all_faults_are_shown_together() -> None:
    with pytest.raises(Refusal) as refused:
        load_text(KZ_LIMITS + SOURCE + 'payment_minimum = "x"\nday_count = 0\nsums = 1\n', "ours.toml")
    assert [problem.line for problem in refused.value.problems] == [3, 4, 5]


def test_a_required_table_of_the_built_in_policy_cannot_go_missing() -> None:
    faults: list[object] = []
    building.build({"name": "empty"}, faults)  # type: ignore[arg-type]
    assert {fault.place[0] for fault in faults} == {"general", "names", "name_limit", "approval_above"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"#" * 1_000_001, "a policy file of more than 1 MB"),
    ],
)
def test_a_file_that_is_no_policy_file(tmp_path: Path, content: bytes | None, what: str) -> None:
    path = tmp_path / "policy.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        load_policy(path)
    assert [(problem.file, problem.what) for problem in refused.value.problems] == [(str(path), what)]


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('name = "ours"\n', "utf-8-sig")
    assert load_policy(path).on(TODAY).version.startswith("ours@")


def test_check_finds_unsatisfiable_limits_in_a_book_made_by_hand() -> None:
    policy = load_policy().on(TODAY)
    country = policy.country("KZ")
    assert country.cards is not None
    limits = {"KZT": replace(country.cards.limits["KZT"], day_maximum=1)}
    countries = {"KZ": replace(country, cards=replace(country.cards, limits=limits))}
    errors, _ = check(PolicyBook((Edition(None, replace(policy, countries=countries)),)))
    assert [problem.what for problem in errors] == ["KZ card KZT: no payment satisfies the limits"]


def test_check_warns_of_a_currency_without_an_approval_amount() -> None:
    book = load_text('[country.KE]\nsource = "letter"\ncurrencies = ["KES", "USD", "EUR"]\n')
    assert any("approval_above has no EUR" in warning for warning in check(book)[1])


def test_the_examples_of_the_guide_are_read() -> None:
    guide = Path(__file__).parents[2] / "docs" / "policy.md"
    examples = [block.split("```")[0] for block in guide.read_text("utf-8").split("```toml\n")[1:]]
    assert len(examples) == 2
    book = load_text("".join(examples))
    assert kzt(book.on(date(2027, 1, 1)), "300000") is None
    assert kzt(book.on(date(2026, 12, 31)), "300000") == "limit_above_maximum"


def test_the_rules_travel_to_a_helping_process() -> None:
    """A run sends them to the processes beside it: as source and compiled alike."""
    book = load_policy(None)
    assert pickle.loads(pickle.dumps(book)) == book
    again = pickle.loads(pickle.dumps(book)).on(TODAY)
    assert again.is_intermediary(Party(name="АО Kaspi Bank")) and again.lump_sum_sender(Party(name="PAYME")) == "Payme"
