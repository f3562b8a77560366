"""Everything the program may say has a text in both languages, and the line reads well."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter
from types import SimpleNamespace

import pytest

import reconcile
from reconcile.explain import LANGUAGES, advice, evidence_text, explain, flag_text, phrases, sentence, status_text

SOURCE = Path(reconcile.__file__).parent
FLAGS = {
    "third_party_payer",
    "reference_corrected",
    "matched_by_payer",
    "underpaid",
    "overpaid",
    "invoice_already_paid",
    "invoice_not_open",
}


def _trees() -> list[ast.AST]:
    steps = [SOURCE / "steps" / f"{name}.py" for name in ("review", "reversals", "statements")]
    gateway = [*sorted((SOURCE / "gateway").glob("*.py")), *sorted((SOURCE / "steps" / "gateway").glob("*.py"))]
    deciding = [SOURCE / f"{name}.py" for name in ("decision", "holding", "allocating", "declined")]
    files = [*sorted((SOURCE / "matchers").glob("*.py")), *deciding, *steps, *gateway]
    return [ast.parse(file.read_text("utf-8")) for file in files]


def _evidence_codes() -> dict[str, set[str]]:
    """Every ("code", {words}) that the matchers and the decision table write, with the words they give."""
    found: dict[str, set[str]] = {}
    for tree in _trees():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[1], ast.Dict)):
                continue
            code, words = node.elts
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                keys = {key.value for key in words.keys if isinstance(key, ast.Constant)}
                found.setdefault(code.value, set()).update(str(key) for key in keys)
    return found


def _reason_codes() -> set[str]:
    """Every reason that a proposal states, and every hold reason of the decision table."""
    found: set[str] = set()
    for tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "reason" and isinstance(node.value, ast.Constant):
                found.add(str(node.value.value or "not_decided"))
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 2:
                first = node.value.elts[0]
                has_evidence = isinstance(node.value.elts[1], ast.Tuple)
                if has_evidence and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_the_search_finds_what_it_looks_for() -> None:
    assert {"own_payer", "one_edit", "lump_sum", "power_of_attorney", "not_on_the_books"} <= set(_evidence_codes())
    assert {"unknown_reference", "conflicting_references", "currency_mismatch"} <= _reason_codes()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_evidence_code_has_a_sentence(lang: str) -> None:
    codes = _evidence_codes()
    for code in (*codes, "marked_invoice", "marked_account", "bare_invoice", "bare_account"):
        text = phrases()["evidence"][code][lang]
        assert text and not text.endswith(".")
        asked = {name for _, name, _, _ in Formatter().parse(text) if name}
        if code in codes:
            assert asked <= codes[code] | {"reference", "name"}, f"{code} asks for words that nobody gives"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_says_what_it_means_and_what_to_do(lang: str) -> None:
    hold_reasons = {
        *_reason_codes(),
        "balance_mismatch",
        "possible_duplicate",
        "invoice_already_paid",
        "invoice_not_open",
        "power_of_attorney_revoked",
        "power_of_attorney_expired",
        "power_of_attorney_not_yet_valid",
        "not_decided",
        "held_by_person",
        "undone_by_person",
        "returned_by_person",
        "ignored_by_person",
        "reversed_by_bank",
        "statement_voided",
    }
    for reason in hold_reasons:
        said = advice(reason, lang)
        assert said.meaning != reason.replace("_", " ")
        assert said.todo.endswith("."), reason


@pytest.mark.parametrize("lang", LANGUAGES)
def test_statuses_and_flags_have_words(lang: str) -> None:
    for status in ("credited", "held", "unmatched", "returned", "ignored", "settlement"):
        assert status_text(status, lang) != status
    for flag in FLAGS | {"currency_mismatch"}:
        assert flag_text(flag, lang) != flag.replace("_", " ")


def test_every_text_stands_in_both_languages() -> None:
    for kind, codes in phrases().items():
        for code, texts in codes.items():
            assert {key.removeprefix("todo_") for key in texts} == set(LANGUAGES), (kind, code)


def test_a_credited_payment_reads_as_one_line() -> None:
    evidence = [["marked_invoice", {"number": "4512"}], ["own_payer", {"name": "ТОО Ромашка"}]]
    line = explain(status="credited", reason=None, account_number="104582", evidence=evidence)
    assert line == "Credited to 104582: invoice 4512 is named in the purpose; the payer is the account's holder."
    assert explain(status="credited", reason=None, account_number="104582", evidence=evidence, lang="ru") == (
        "Зачислено на лицевой счёт 104582: в назначении назван счёт 4512; плательщик — владелец лицевого счёта."
    )


def test_a_split_names_all_accounts() -> None:
    splits = [{"account": "1", "amount": 5}, {"account": "2", "amount": 6}]
    assert explain(status="credited", reason=None, splits=splits) == "Credited in parts to 1, 2."
    assert explain(status="held", reason="payer_unknown", splits=splits).startswith("Held for 1, 2: it is not known")


def test_a_held_payment_says_why_and_what_else_fitted() -> None:
    line = explain(
        status="held",
        reason="power_of_attorney_missing",
        account_number="104582",
        evidence=[["power_of_attorney_missing", {"name": "Иванов Иван"}]],
        candidates=[
            {"account": "104582", "invoice": None, "score": 1.0, "evidence": []},
            {"account": "104590", "invoice": "77", "score": 0.6, "evidence": [["exact_outstanding", {"invoice": 77}]]},
        ],
    )
    assert line == (
        "Held for 104582: there is no power of attorney of this holder for Иванов Иван. "
        "Also possible: account 104590, invoice 77 (the amount is exactly what is outstanding of invoice 77)."
    )


def test_an_unmatched_payment_shows_three_candidates_and_counts_the_rest() -> None:
    candidates = [{"account": str(number), "invoice": None, "score": 0.5, "evidence": []} for number in range(5)]
    line = explain(
        status="unmatched",
        reason="conflicting_references",
        evidence=[["marked_invoice", {"number": "1"}]],
        candidates=candidates,
    )
    assert line.startswith("Unmatched: the numbers in the purpose lead to different accounts; invoice 1 is named")
    assert line.endswith("Candidates: account 0; account 1; account 2; and 2 more.")
    assert explain(status="unmatched", reason="no_reference").endswith("Nothing on the books fits.")


def test_a_persons_note_stands_at_the_end() -> None:
    decided = SimpleNamespace(
        status="credited", reason=None, account_number="1", splits=[], candidates=[], note="asked\nby phone",
        evidence=[["person", {"act": "credit"}]],
    )  # fmt: skip
    assert sentence(decided) == "Credited to 1: a person decided it (credit). «asked by phone»"


def test_words_that_are_codes_are_said_in_words_and_a_missing_word_is_a_question_mark() -> None:
    assert evidence_text(["not_a_topup", {"kind": "loan"}]).endswith("(a loan or its return)")
    assert evidence_text(["third_party_purpose_incomplete", {"missing": "no_account_number"}], "ru").endswith(
        "нет номера лицевого счёта"
    )
    assert evidence_text(["marked_invoice", {}]) == "invoice ? is named in the purpose"


def test_a_code_without_a_text_is_still_said() -> None:
    assert evidence_text(["some_new_rule", {"number": "5"}]) == "some new rule (5)"
    assert advice("some_new_reason").todo == ""


WHY_NOT = {
    "somebody decided so once": ("no_reference", ["decided_before"], "proves nothing of this payment"),
    "a name alone": ("third_party_purpose_incomplete", ["named_in_purpose"], "but a name is no reference"),
    "the payer's account, no such invoice": (
        "no_reference",
        ["payers_account"],
        "none of its open invoices has this amount",
    ),
    "the payer's account, exact": ("no_reference", ["payers_account", "exact_outstanding"], "or more than one fits"),
    "the payer's account, another number": (
        "unknown_reference",
        ["payers_account"],
        "but the purpose names another number",
    ),
}


@pytest.mark.parametrize("name", WHY_NOT)
def test_a_candidate_says_why_it_does_not_settle_the_payment(name: str) -> None:
    reason, codes, why_not = WHY_NOT[name]
    evidence = [[code, {"account": "7", "name": "X", "invoice": "1"}] for code in codes]
    candidates = [{"account": "7", "invoice": None, "score": 0.4, "evidence": evidence}]
    line = explain(status="unmatched", reason=reason, candidates=candidates)
    assert why_not in line and line.count("\n") == 0
    assert "но " in explain(status="unmatched", reason=reason, candidates=candidates, lang="ru")


def test_where_the_reason_says_so_already_nothing_is_said_twice() -> None:
    candidates = [{"account": "7", "invoice": "1", "score": 0.6, "evidence": [["marked_invoice", {"number": "1"}]]}]
    assert "but" not in explain(status="unmatched", reason="conflicting_references", candidates=candidates)
    line = explain(status="unmatched", reason="unknown_reference", evidence=[["not_on_the_books", {"numbers": "45"}]])
    assert line == "Unmatched: 45 is not on the books. Nothing on the books fits."


def test_a_held_payments_second_best_is_weaker() -> None:
    other = [{"account": "8", "invoice": None, "score": 0.4, "evidence": [["payers_account", {"account": "8"}]]}]
    line = explain(status="held", reason="account_not_open", account_number="7", candidates=other)
    assert line.endswith("Also possible: account 8 (account 8 is the payer's own; but another account fits better).")
