"""What `reconcile policy check` says of rules that may be used, and yet want a person's eye."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.money import format_amount
from reconcile.policy.model import CountryPolicy, Limits, Policy, PolicyBook
from reconcile.problem import Problem


def check(book: PolicyBook) -> tuple[list[Problem], list[str]]:
    """Errors, then warnings, each once. `load_policy` refuses everything that the file alone shows to be wrong, so the
    errors are those of a book that was put together otherwise."""
    errors = [problem for edition in book.editions for problem in _errors(edition.policy)]
    warnings = [warning for edition in book.editions for warning in _warnings(edition.policy)]
    return list(dict.fromkeys(errors)), list(dict.fromkeys(warnings))


def _limits(country: CountryPolicy) -> Iterator[tuple[str, Limits]]:
    for kind, policy in (("card", country.cards), ("mobile money", country.mobile)):
        if policy is not None:
            yield from ((f"{country.code} {kind} {currency}", limits) for currency, limits in policy.limits.items())


def _errors(policy: Policy) -> Iterator[Problem]:
    for country in policy.countries.values():
        for where, limits in _limits(country):
            least = limits.payment_minimum
            most = (
                limits.payment_maximum
                if limits.day_maximum is None
                else min(limits.payment_maximum, limits.day_maximum)
            )
            if least > most or limits.day_count == 0:
                yield Problem(f"{where}: no payment satisfies the limits", "correct them", file=policy.version)


def _warnings(policy: Policy) -> Iterator[str]:
    for country in policy.countries.values():
        if not country.legal_name:
            yield f"{country.code}: legal_name is empty; name the provider's legal entity before invoices are issued"
        for where, limits in _limits(country):
            if limits.contradiction:
                low, high = (
                    format_amount(x, limits.currency) for x in (limits.payment_minimum, limits.payment_maximum)
                )
                yield f"{where}: {limits.contradiction} In force: {low} to {high} {limits.currency}."
        for currency in country.currencies:
            if currency not in policy.approval_above:
                yield f"{country.code}: approval_above has no {currency}; a second person approves every amount in it"
