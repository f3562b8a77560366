"""What the doctor found: one thing that holds or does not, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    OK = "ok"
    WARNING = "warning"
    """Nothing is wrong yet; somebody should look."""
    WRONG = "wrong"
    """Something that must hold does not."""
    SETTINGS = "settings"
    """The settings contradict the machine, or themselves."""
    AWAY = "away"
    """The database or the broker does not answer."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` was looked at, what was `seen`, and how to `mend` it where it is not right."""

    what: str
    state: State
    seen: str
    mend: str = ""


def ok(what: str, seen: str) -> Finding:
    return Finding(what, State.OK, seen)


def judged(what: str, seen: str, mend: str, *, wrong: bool = False, warn: bool = False) -> Finding:
    state = State.WRONG if wrong else State.WARNING if warn else State.OK
    return Finding(what, state, seen, mend if wrong or warn else "")


DONE, FAILED, BAD_INPUT, TRY_AGAIN = 0, 1, 2, 75
_CODES = {State.AWAY: TRY_AGAIN, State.SETTINGS: BAD_INPUT, State.WRONG: FAILED}


def exit_code(found: list[Finding]) -> int:
    """75 where the database or the broker is away, 2 where the settings are wrong, 1 where something else is, 0."""
    states = {each.state for each in found}
    return next((code for state, code in _CODES.items() if state in states), DONE)
