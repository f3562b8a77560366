"""A decision as the text of its columns: JSON as `bulk.encoded` writes it, put together here, for a run writes it for every
payment that it looks at; and the digest by which a decision that says nothing new is known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from reconcile.candidates import Candidate
from reconcile.outcome import Allocation, Decision
from reconcile.store.bulk import Encoded, quoted


def content(made: Decision) -> tuple[object, ...]:
    """What a decision says, as it is stored: the columns from `status` to `evidence`."""
    return (
        made.status,
        made.reason,
        _list([quoted(flag) for flag in made.flags]),
        made.account_number,
        made.rule,
        made.relation.value if made.relation is not None else None,
        _list([_allocated(each) for each in made.allocations]),
        _list([f'{{"account":{quoted(number)},"amount":{amount}}}' for number, amount in made.splits]),
        _list([_offered(each) for each in made.candidates]),
        _list([_evidence(code, words) for code, words in made.evidence]),
    )


def digest(said: tuple[object, ...]) -> str:
    """The same decision again is no news: the digest of its content tells."""
    return hashlib.sha256("\x1f".join(map(str, said)).encode()).hexdigest()[:32]


def _list(texts: Sequence[str]) -> Encoded:
    return Encoded(f"[{','.join(texts)}]")


def _allocated(each: Allocation) -> str:
    return f'{{"account":{quoted(each.account_number)},"amount":{each.amount},"invoice":{quoted(each.invoice_number)}}}'


def _offered(each: Candidate) -> str:
    evidence = ",".join([_evidence(code, words) for code, words in each.evidence])
    invoice = "null" if each.invoice_number is None else quoted(each.invoice_number)
    account = quoted(each.account_number)
    return f'{{"account":{account},"evidence":[{evidence}],"invoice":{invoice},"score":{each.score!r}}}'


def _evidence(code: str, words: Mapping[str, str]) -> str:
    said = ",".join([f"{quoted(name)}:{quoted(words[name])}" for name in sorted(words)])
    return f"[{quoted(code)},{{{said}}}]"
