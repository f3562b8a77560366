"""A reading in the short notation of the table."""

from __future__ import annotations

from reconcile.purpose.reading import Reading, SpanKind

_LETTERS = {SpanKind.INVOICE: "i", SpanKind.ACCOUNT: "a", SpanKind.BARE: "b", SpanKind.RANGE: "r"}


def short(reading: Reading) -> str:
    spans = [span for span in reading.spans if span.kind in _LETTERS]
    numbers = [f"{_LETTERS[span.kind]}:{span.keys[0] if span.keys else ''}" for span in spans]
    names = [f"@{name}" for name in reading.beneficiaries]
    nature = [f"!{reading.not_a_topup}"] if reading.not_a_topup else []
    return " ".join((*numbers, *names, *nature, *(["$"] if reading.lump_sum else [])))
