"""A payment purpose, read: `read_purpose` is the one door of this package's first half; `resolve` asks the books.

Fold, take apart into tokens, see which word names which number, see for whom and of what nature the payment is, and
give every stretch its place in what the payer typed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from reconcile.purpose.beneficiary import beneficiaries
from reconcile.purpose.fold import Folded, fold
from reconcile.purpose.lost import with_lost_letters
from reconcile.purpose.marks import Walk
from reconcile.purpose.nature import lump_sum, nature
from reconcile.purpose.reading import Reading, Span, SpanKind
from reconcile.purpose.tokens import tokens
from reconcile.purpose.words import Lexicon, lexicon
from reconcile.reference import number_key

_NO_CUSTOMER: Final = frozenset({SpanKind.BARE, SpanKind.RANGE})
_FEW_DIGITS: Final = 2
_NOTHING: Final[frozenset[str]] = frozenset()


def read_purpose(text: str) -> Reading:
    """Everything that a purpose says, as spans over its original characters. Pure: no books, no clock.

    >>> [(span.kind.value, span.keys) for span in read_purpose("Оплата по счету №4512 от 03.02.2026").spans]
    [('invoice', ('4512',)), ('date', ())]
    """
    return read_with(text, lexicon())


def read_with(text: str, words: Lexicon, without: Collection[str] = ()) -> Reading:
    """The same with another lexicon, or without some decoy classes: the tests show so that each of them is needed."""
    folded = fold(text)
    if "?" in text:
        folded = Folded(with_lost_letters(folded.text), folded.offsets, False, folded.closed)
    off = frozenset(without) if without else _NOTHING
    taken = tokens(folded.text, words, off, folded.plain)
    typed = text if folded.offsets is None else "".join(text[at] for at in folded.offsets[:-1])
    spans = Walk(folded.text, taken, typed, off).run(taken.acts)
    if not taken.said:
        return Reading(text, _placed(folded, spans))
    names = beneficiaries(typed, folded.text, taken)
    kind = nature(taken, spans, folded.text, names)
    lump = lump_sum(typed, taken, spans)
    if kind or lump:
        spans = [_no_reference(span) for span in spans]
    if names:
        spans = [_digits_of_name(span, names, folded.text) for span in spans]
        spans = sorted([*spans, *names], key=_place)
    return Reading(text, _placed(folded, spans), kind, lump)


def _place(span: Span) -> int:
    return span.start


def _digits_of_name(span: Span, names: Sequence[Span], text: str) -> Span:
    """«ТОО "Студия 4512"», «Cafe 4512 Limited»: a number that no word names, within a name that goes on behind it."""
    if span.kind is not SpanKind.BARE:
        return span
    within = any(
        name.start <= span.start and span.end <= name.end and _goes_on(text[span.end : name.end], span)
        for name in names
    )
    return Span(SpanKind.OTHER, span.start, span.end) if within else span


def _goes_on(rest: str, span: Span) -> bool:
    """What few digits end a name are of it too («Цифра Логистик 3»)."""
    return '"' in rest or any(map(str.isalpha, rest)) or span.end - span.start <= _FEW_DIGITS


def _no_reference(span: Span) -> Span:
    """In a payment that is no customer's top-up a number that no word names is a document's."""
    return Span(SpanKind.DOCUMENT, span.start, span.end) if span.kind in _NO_CUSTOMER else span


def _placed(folded: Folded, spans: Sequence[Span]) -> tuple[Span, ...]:
    if folded.offsets is None:
        return tuple(spans)
    if folded.closed:
        spans = [_also_without_end(span, folded) for span in spans]
    return tuple([span.moved(*folded.original(span.start, span.end)) for span in spans])


def _also_without_end(span: Span, folded: Folded) -> Span:
    """«554342 - 81» may as well be 554342 alone: behind the number as a whole, what stands before its spaced dash; and
    «for John Kamau - 554342», which no word marks, what stands behind it."""
    head, dash, tail = folded.text[span.start : span.end].rpartition("-")
    if not (span.keys and dash and (head.isdigit() or (span.kind is SpanKind.BARE and head.isalpha()))):
        return span
    if head.isalpha() and not _spaced(folded, span.start + len(head)):
        return span
    key = number_key(head if head.isdigit() else tail)
    return span if key in span.keys else replace(span, keys=(*span.keys, key))


def _spaced(folded: Folded, dash: int) -> bool:
    """Whether blanks stood around the dash at this place of the folded text."""
    before, after = folded.original(dash - 1, dash + 2)
    return after - before > len("x-x")
