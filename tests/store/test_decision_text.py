"""A decision's columns are JSON as the books keep it everywhere else, byte for byte, whatever the texts hold."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconcile.candidates import Candidate
from reconcile.outcome import Allocation, Decision
from reconcile.store.bulk import encoded
from reconcile.store.decision_text import content

ODD = st.sampled_from(['"', "\\", "\n", "ТОО «Жулдыз»", "\u2028"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | ODD
EVIDENCE = st.lists(st.tuples(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3)), max_size=3).map(tuple)
AMOUNTS = st.integers(1, 10**15)


@given(
    st.lists(TEXTS, max_size=3),
    st.lists(st.tuples(TEXTS, TEXTS, AMOUNTS), max_size=3),
    st.lists(st.tuples(TEXTS, st.none() | TEXTS, st.floats(0, 1), EVIDENCE), max_size=3),
    EVIDENCE,
)
def test_columns_are_json_as_everywhere(flags: Any, allocated: Any, offered: Any, evidence: Any) -> None:
    made = Decision(
        "held", None, tuple(flags), "known_payer",
        splits=tuple((number, amount) for number, _, amount in allocated),
        allocations=tuple(Allocation(*each) for each in allocated),
        candidates=tuple(Candidate(*each) for each in offered),
        evidence=evidence,
    )  # fmt: skip
    plain = [
        list(flags),
        [{"account": number, "invoice": invoice, "amount": amount} for number, invoice, amount in allocated],
        [{"account": number, "amount": amount} for number, _, amount in allocated],
        [
            {"account": number, "invoice": invoice, "score": score, "evidence": [[code, words] for code, words in why]}
            for number, invoice, score, why in offered
        ],
        [[code, words] for code, words in evidence],
    ]
    columns = content(made)
    assert [columns[at] for at in (2, 6, 7, 8, 9)] == [encoded(each) for each in plain]
