"""What a person does next about a payment: in words, and as the command to copy. The likeliest step stands first."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.explain import advice
from reconcile.reports.model import Offer, Step
from reconcile.reports.words import say

OFFERED: Final = 3
"""For how many candidates a command is written out."""
_WHY: Final = "--reason '…'"
_NOT_CREDITABLE: Final = frozenset(
    {"currency_mismatch", "wrong_legal_entity", "account_not_open", "method_not_available"}
)
_NOT_A_CUSTOMERS: Final = frozenset({"not_a_topup", "settlement_unmatched"})


@dataclass(frozen=True, slots=True)
class Case:
    """What the next step depends on. `second_person`: the amount is above what one person may credit alone."""

    payment_id: str
    status: str
    reason: str
    statement_id: str
    offers: Sequence[Offer]
    account_number: str = ""
    payer_name: str = ""
    payer_tax_id: str = ""
    waiting_act: str = ""
    second_person: bool = False


def steps(case: Case, language: str) -> tuple[Step, ...]:
    """The steps that are open now, the likeliest first."""
    if case.waiting_act:
        act = say(f"act_{case.waiting_act}", language)
        return (Step(say("step_approve", language, act=act), _review("approve", case)),)
    todo = advice(case.reason, language).todo
    found = [Step(todo)] if todo else []
    found += _by_reason(case, language)
    if case.second_person and any(" credit " in step.command for step in found):
        found.append(Step(say("step_second_person", language)))
    return tuple(found)


def _by_reason(case: Case, language: str) -> Iterator[Step]:
    if case.reason == "balance_mismatch":
        for verb in ("accept", "void"):
            yield Step(say(f"step_statement_{verb}", language), _command("statement", verb, case.statement_id))
        return
    if case.reason.startswith("power_of_attorney"):
        yield Step(say("step_power", language), _power(case))
    if case.reason in ("possible_duplicate", *_NOT_A_CUSTOMERS):
        yield Step(say("step_ignore", language), _review("ignore", case))
    if case.reason not in _NOT_CREDITABLE:
        creditable = [offer for offer in case.offers if offer.creditable]
        yield from (_credit(case, offer, language) for offer in creditable[:OFFERED])
        if not creditable:
            yield Step(say("step_credit_other", language), _review("credit", case, "ACCOUNT"))
    yield Step(say("step_return", language), _review("return", case))


def _credit(case: Case, offer: Offer, language: str) -> Step:
    if offer.invoice_number and offer.outstanding:
        words = say("step_credit_invoice", language, account=offer.account_number, invoice=offer.invoice_number)
        return Step(words, _review("credit", case, offer.account_number, "--invoice", offer.invoice_number))
    return Step(
        say("step_credit", language, account=offer.account_number), _review("credit", case, offer.account_number)
    )


def _power(case: Case) -> str:
    """The payer is the representative; the power's number and days stand on its paper."""
    tax_id = ("--tax-id", case.payer_tax_id) if case.payer_tax_id else ()
    who = ("--representative", case.payer_name, *tax_id)
    days = ("--from", "YYYY-MM-DD", "--until", "YYYY-MM-DD")
    return _command("poa", "add", "REFERENCE", case.account_number or "ACCOUNT", *who, *days)


def _review(verb: str, case: Case, *more: str) -> str:
    return _command("review", verb, case.payment_id, *more)


def _command(*words: str) -> str:
    """A line for the shell: every word from the books is quoted, the reason is left to the person."""
    return f"{shlex.join(('reconcile', *words))} {_WHY}"
