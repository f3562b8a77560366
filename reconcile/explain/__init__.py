"""Why a payment stands where it stands, in words: evidence codes, reasons and flags as sentences, in two languages.

The texts are data (`phrases.toml`); nothing here decides. What is handed in has the shape in which decisions are
stored: evidence as (code, words), splits, allocations and candidates as mappings.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Protocol

LANGUAGES: Final = ("en", "ru")
SHOWN_CANDIDATES: Final = 3
Code = Sequence[Any]
"""[code, {word: text}]."""
_SAID_BY: Final = {"unknown_reference": "not_on_the_books", "settlement_unmatched": "lump_sum"}
"""Reasons that need no words of their own beside this evidence."""
NOT_AGAINST: Final = "not_against_a_person"
"""Beside this evidence no reason does: the rules had found an account, and a person's word against it is why it waits."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a reason means, and what a person does about it."""

    reason: str
    meaning: str
    todo: str


@lru_cache(maxsize=1)
def phrases() -> dict[str, dict[str, dict[str, str]]]:
    """All texts: kind (evidence, reason, …), code, language."""
    return tomllib.loads(files(__package__).joinpath("phrases.toml").read_text("utf-8"))


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def phrase(kind: str, code: str, lang: str = "en", words: Mapping[str, object] | None = None, form: str = "") -> str:
    """One text, filled. A code without a text is said as its own words, so that nothing ever fails for want of one."""
    known = phrases().get(kind, {}).get(code)
    filled = {name: _inner(str(value), lang) for name, value in (words or {}).items()}
    if known is None:
        told = ", ".join(value for value in filled.values() if value)
        return code.replace("_", " ") + (f" ({told})" if told else "")
    return known[form + (lang if lang in LANGUAGES else "en")].format_map(_Words(filled))


def _inner(word: str, lang: str) -> str:
    return phrase("word", word, lang) if word in phrases()["word"] else " ".join(word.split())


def evidence_text(evidence: Code, lang: str = "en") -> str:
    """One reason as a clause.

    >>> evidence_text(["marked_invoice", {"number": "4512"}])
    'invoice 4512 is named in the purpose'
    """
    code, words = evidence
    return phrase("evidence", str(code), lang, words)


def status_text(status: str, lang: str = "en") -> str:
    return phrase("status", status, lang)


def flag_text(flag: str, lang: str = "en") -> str:
    """A flag in words; a hold reason among the flags is said as the reason."""
    return phrase("flag" if flag in phrases()["flag"] else "reason", flag, lang)


def advice(reason: str, lang: str = "en") -> Advice:
    """What a held or unmatched payment's reason means, and what to do next."""
    todo = phrase("reason", reason, lang, form="todo_") if reason in phrases()["reason"] else ""
    return Advice(reason, phrase("reason", reason, lang), todo)


def explain(
    *,
    status: str,
    reason: str | None,
    account_number: str | None = None,
    splits: Iterable[Mapping[str, Any]] = (),
    evidence: Sequence[Code] = (),
    candidates: Sequence[Mapping[str, Any]] = (),
    lang: str = "en",
) -> str:
    """One readable line: what became of the payment, why, and (where it waits) what else fitted and how far.

    >>> explain(status="credited", reason=None, account_number="104582", evidence=[["own_payer", {}]])
    "Credited to 104582: the payer is the account's holder."
    """
    told = list(dict.fromkeys(evidence_text(each, lang) for each in evidence))
    if reason and {reason, _SAID_BY.get(reason), NOT_AGAINST}.isdisjoint(str(code) for code, _ in evidence):
        told.insert(0, phrase("reason", reason, lang))
    lines = [_head(status, account_number, splits, lang) + (": " + "; ".join(told) if told else "")]
    if status in ("held", "unmatched") and reason != "not_decided":
        lines.append(_others(status, reason, account_number, candidates, lang))
    return " ".join(f"{line}." for line in lines if line)


class Decided(Protocol):
    """A stored decision, as far as its sentence goes."""

    status: str
    reason: str | None
    account_number: str | None
    splits: Any
    evidence: Any
    candidates: Any
    note: str


def sentence(decision: Decided, lang: str = "en") -> str:
    """The one line of a stored decision; a person's note stands at its end."""
    said = explain(
        status=decision.status,
        reason=decision.reason,
        account_number=decision.account_number,
        splits=decision.splits,
        evidence=decision.evidence,
        candidates=decision.candidates,
        lang=lang,
    )
    return f"{said} «{' '.join(decision.note.split())}»" if decision.note else said


def _head(status: str, account_number: str | None, splits: Iterable[Mapping[str, Any]], lang: str) -> str:
    accounts = list(dict.fromkeys(str(split["account"]) for split in splits))
    if status in ("credited", "held") and (account_number or accounts):
        several = account_number is None and len(accounts) > 1
        line = "credited_parts" if several and status == "credited" else status
        return phrase("line", line, lang, {"account": account_number or ", ".join(accounts)})
    return status_text(status, lang)


def _others(
    status: str, reason: str | None, account_number: str | None, candidates: Sequence[Mapping[str, Any]], lang: str
) -> str:
    others = [each for each in candidates if status == "unmatched" or each["account"] != account_number]
    if not others:
        return phrase("line", "none", lang) if status == "unmatched" else ""
    told = [_candidate(each, "held" if account_number else reason, lang) for each in others[:SHOWN_CANDIDATES]]
    if len(others) > SHOWN_CANDIDATES:
        told.append(phrase("line", "more", lang, {"count": len(others) - SHOWN_CANDIDATES}))
    return phrase("line", "also" if status == "held" else "candidates", lang, {"candidates": "; ".join(told)})


def _candidate(candidate: Mapping[str, Any], reason: str | None, lang: str) -> str:
    words = {"account": candidate["account"], "invoice": candidate.get("invoice")}
    what = phrase("line", "invoice" if words["invoice"] else "account", lang, words)
    found = candidate.get("evidence", ())
    why = ", ".join(dict.fromkeys(evidence_text(each, lang) for each in found))
    but = _why_not({str(code) for code, _ in found}, reason, lang) if why else ""
    told = f"{why}; {but}" if but else why
    return f"{what} ({told})" if told else what


def _why_not(codes: set[str], reason: str | None, lang: str) -> str:
    """Why the candidate does not settle it; nothing where the payment's own reason says so already."""
    texts = phrases()["why_not"]
    weak = next((code for code in ("decided_before", "named_in_purpose") if codes == {code}), None)
    if weak is not None:
        return phrase("why_not", weak, lang)
    if "payers_account" not in codes or not codes <= {"payers_account", "exact_outstanding"}:
        return ""
    amount = "exact" if "exact_outstanding" in codes else "no_amount"
    known = f"{reason}_{amount}" if f"{reason}_{amount}" in texts else str(reason)
    return phrase("why_not", known, lang) if known in texts else ""


__all__ = [
    "LANGUAGES",
    "NOT_AGAINST",
    "Advice",
    "advice",
    "evidence_text",
    "explain",
    "flag_text",
    "phrase",
    "phrases",
    "sentence",
    "status_text",
]
