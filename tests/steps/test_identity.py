"""One true list of entries, shown in overlapping, split, repeated and re-ordered statements, is that list exactly.

Never twice: what is not marked as a possible duplicate is never more than the truth. Never lost: all that was shown is
on the books. `docs/data-model.md`, 2.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconcile.steps.verify import verify
from tests.steps.books import Line, one_c, open_books, rows, upload

FIRST = date(2026, 2, 2)
OPENING = 100_000

# Few different contents, so that honest equals are common.
_line = st.builds(
    Line,
    day=st.integers(0, 3).map(lambda days: FIRST + timedelta(days)),
    amount=st.sampled_from([500, 500, 700, -500, -200]),
    number=st.sampled_from(["1", "2"]),
)
_truth = st.lists(_line, min_size=1, max_size=12).map(lambda lines: sorted(lines, key=lambda line: line.day))


def _statement(truth: list[Line], start: int, end: int) -> str:
    opening = OPENING + sum(line.amount for line in truth[:start])
    return one_c(truth[start:end], opening=opening)


def _books(statements: list[str]) -> tuple[Counter[tuple[str, int]], Counter[tuple[str, int]], list[str]]:
    """Entries of the books by content: those beyond doubt, all of them; and what `verify` says."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_books(f"sqlite:///{folder}/books.db")
        for number, content in enumerate(statements):
            # a header that differs makes each file a new one, as a bank's time of creation does
            upload(engine, Path(folder), f"{number}.txt", content.replace("=Банк", f"=Банк {number}"))
        found = rows(
            engine,
            "SELECT e.booking_date, e.credit_debit, e.amount, l.bank_reference, e.possible_duplicate FROM entry e "
            "JOIN statement_line l ON l.statement_id = e.statement_id AND l.position = e.position",
        )
        said = verify(engine)
        engine.dispose()
    certain = Counter(_content(*row[:4]) for row in found if not row[4])  # type: ignore[arg-type]
    return certain, Counter(_content(*row[:4]) for row in found), said  # type: ignore[arg-type]


def _content(day: str, mark: str, amount: int, number: str) -> tuple[str, int]:
    return f"{day} {number}", amount if mark == "credit" else -amount


def _contents(truth: list[Line]) -> Counter[tuple[str, int]]:
    return Counter((f"{line.day} {line.number}", line.amount) for line in truth)


@given(_truth, st.data())
@settings(max_examples=20)
def test_statements_of_whole_days_make_the_true_list_exactly(truth: list[Line], data: st.DataObject) -> None:
    days = sorted({line.day for line in truth})
    spans = data.draw(st.lists(st.tuples(st.sampled_from(days), st.sampled_from(days)), max_size=4))
    spans = [(min(span), max(span)) for span in spans] + [(day, day) for day in days]
    statements = []
    for first, last in data.draw(st.permutations(spans)):
        chosen = [number for number, line in enumerate(truth) if first <= line.day <= last]
        statements.append(_statement(truth, chosen[0], chosen[-1] + 1))
    certain, everything, said = _books(statements)
    assert certain == everything == _contents(truth)
    assert said == []


@given(_truth, st.data())
@settings(max_examples=20)
def test_slices_cut_anywhere_are_never_twice_and_never_lost(truth: list[Line], data: st.DataObject) -> None:
    assume(not _passes_twice(truth))
    cuts = st.integers(0, len(truth) - 1).flatmap(
        lambda start: st.tuples(st.just(start), st.integers(start + 1, len(truth)))
    )
    slices = data.draw(st.lists(cuts, min_size=1, max_size=5))
    shown = sorted({number for start, end in slices for number in range(start, end)})
    certain, everything, said = _books([_statement(truth, start, end) for start, end in slices])
    expected = _contents([truth[number] for number in shown])
    assert certain <= expected, "an entry is on the books twice, and nobody is asked"
    assert expected <= everything, "an entry is lost"
    assert said == []


def _passes_twice(truth: list[Line]) -> bool:
    """The day comes back to the same balance and the same line follows: no statement can tell these two entries apart,
    and a slice around the second looks in every figure like one around the first, sent again."""
    seen = set()
    balance = OPENING
    for line in truth:
        place = (line.day, balance, line.number, line.amount)
        if place in seen:
            return True
        seen.add(place)
        balance += line.amount
    return False


@given(_truth, st.data())
@settings(max_examples=20)
def test_slices_that_follow_each_other_add_up(truth: list[Line], data: st.DataObject) -> None:
    assume(not _passes_twice(truth))
    cuts = data.draw(st.sets(st.integers(1, len(truth) - 1), max_size=3)) if len(truth) > 1 else set()
    ends = [*sorted(cuts), len(truth)]
    starts = [0, *sorted(cuts)]
    pieces = list(zip(starts, ends, strict=True))
    _, everything, said = _books([_statement(truth, start, end) for start, end in pieces])
    assert _contents(truth) <= everything
    assert said == []


@given(_truth)
@settings(max_examples=15)
def test_the_same_statement_again_adds_nothing(truth: list[Line]) -> None:
    once = _statement(truth, 0, len(truth))
    certain, everything, said = _books([once, once, once])
    assert certain == everything == _contents(truth)
    assert said == []
