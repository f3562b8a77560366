"""What would have been credited otherwise: history decided again by other rules or another version, before these are
used. Nothing is written to the books."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine

from reconcile import __version__
from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.steps.backtest.labels import Judged, Labels, judge
from reconcile.steps.backtest.outcome import Change, Outcome, Shift, changes, shifts
from reconcile.steps.backtest.replay import Replay, identities, replay, stored
from reconcile.store.engine import reading


@dataclass(frozen=True, slots=True)
class Result:
    """`compared` payments were decided by both sides; `changed` came out otherwise, the credits first."""

    before: str
    after: str
    compared: int
    changed: tuple[Change, ...]
    shifts: tuple[Shift, ...]
    labels: Judged | None = None
    unlabelled: tuple[str, ...] = field(default=())
    """Labels that no payment on the books answers to."""


def backtest_policy(
    engine: Engine, in_force: PolicyBook, other: PolicyBook, *, as_of: date, labels: Labels | None = None
) -> Result:
    """The whole history under the policy in force, and under the other one; both decided by the code now running, so that
    nothing but the policy differs."""
    with reading(engine) as connection:
        before = replay(connection, in_force, as_of)
        after = replay(connection, other, as_of)
        names = (f"policy {in_force.on(as_of).version}", f"policy {other.on(as_of).version}")
        return _result(names, before, after, labels, identities(connection, labels.keys) if labels else {})


def backtest_code(
    engine: Engine, policies: PolicyBook, *, as_of: date, version: str = "", labels: Labels | None = None
) -> Result:
    """The decisions in force as the books have them (of one program version, where it is named), and what the code now
    running decides under the policy in force."""
    with reading(engine) as connection:
        before = stored(connection, as_of, version)
        if version and not before.outcomes:
            raise Refusal.of(
                f"no decision in force was made by version {version!r}", "see `reconcile status` for the versions"
            )
        after = replay(connection, policies, as_of)
        names = (f"the books{f', version {version}' if version else ''}", f"version {__version__}")
        return _result(names, before, after, labels, identities(connection, labels.keys) if labels else {})


def _result(
    names: tuple[str, str],
    before: Replay,
    after: Replay,
    labels: Labels | None,
    found: dict[tuple[str, ...], list[str]],
) -> Result:
    changed = changes(before.outcomes, after.outcomes, after.about)
    judged, missing = judge(labels, found, before.outcomes, after.outcomes) if labels else (None, ())
    both = before.outcomes.keys() & after.outcomes.keys()
    return Result(*names, len(both), changed, shifts(changed), judged, missing)


__all__ = ["Change", "Judged", "Labels", "Outcome", "Result", "Shift", "backtest_code", "backtest_policy"]
