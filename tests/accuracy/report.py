"""The result in words and tables, and what must hold of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.accuracy.measure import Result, Share, upper_bound

RECALL: Final = 0.99
FLAGS: Final = 0.99
EACH: Final = 0.97
"""No format and no language agrees less often than this."""


def lines(result: Result, seed: int) -> Iterator[str]:
    whole, made, wrong = result.whole(), result.credits_made, result.wrong_credits
    yield f"seed {seed}: {whole.total} labelled payments, {made} credited, {whole.to_credit} to be credited"
    yield (
        f"wrong credits {wrong}; the true rate is below {upper_bound(wrong, made):.4%} of credits with 95 % confidence "
        f"(precision at least {1 - upper_bound(wrong, made):.4%})"
    )
    yield f"recall of right credits {whole.recall:.3%} (account and invoices)"
    yield f"flags exact {whole.flags / whole.total:.3%}; everything exact {whole.agreeing:.3%}"
    if result.surplus:
        yield f"payments that nobody labelled: {len(result.surplus)}"
    tables = (
        ("kind", lambda one: one.kind), ("language", lambda one: one.language), ("format", lambda one: one.format),
        ("payer", lambda one: one.payer or "-"),
    )  # fmt: skip
    for title, name in tables:
        yield ""
        yield f"{title:32} {'payments':>9} {'recall':>8} {'flags':>8} {'exact':>8} {'wrong':>6}"
        for key, share in result.by(name).items():
            yield _row(key, share)


def _row(key: str, share: Share) -> str:
    recall = f"{share.recall:8.2%}" if share.to_credit else f"{'-':>8}"
    return f"{key:32} {share.total:9} {recall} {share.flags / share.total:8.2%} {share.agreeing:8.2%} {share.wrong:6}"


def faults(result: Result) -> list[str]:
    """What does not hold; empty where all does."""
    whole, found = result.whole(), []
    if result.wrong_credits:
        found.append(f"{result.wrong_credits} wrong credits")
    if result.surplus:
        found.append(f"{len(result.surplus)} payments that nobody labelled")
    if whole.recall < RECALL:
        found.append(f"recall {whole.recall:.3%} is below {RECALL:.0%}")
    if whole.flags / whole.total < FLAGS:
        found.append(f"flags exact {whole.flags / whole.total:.3%} is below {FLAGS:.0%}")
    for title, name in (("format", lambda one: one.format), ("language", lambda one: one.language)):
        for key, share in result.by(name).items():
            if min(share.recall, share.agreeing) < EACH:
                found.append(f"{title} {key}: recall {share.recall:.2%}, exact {share.agreeing:.2%}, below {EACH:.0%}")
    return found
