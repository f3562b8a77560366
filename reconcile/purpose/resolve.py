"""The numbers of a purpose against the books: which of them are references (`docs/decision-table.md`, Words).

Whole numbers only. The exact form first; with leading zeros added or dropped only where that leads to exactly one number
on the books. Of several readings of one stretch (joined over a fold, in parts, without its prefix, look-alikes
repaired) the first that is on the books.

A number that a word names as an invoice is looked for among the invoices alone, and one named as a personal account
among the accounts alone. Where it is on the *other* book it is an unknown marked number, not a reference: the payer's
word and the payer's number contradict each other, and «a number that another word names is no reference, even where it
equals one» holds for these words as for a contract's. A person is asked, or the other marked numbers decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from stdnum import iso11649

from reconcile.purpose.decoys import digits_kind
from reconcile.purpose.keys import parts
from reconcile.purpose.reader import read_purpose
from reconcile.purpose.reading import Reading, Span, SpanKind
from reconcile.purpose.view import PAPERS
from reconcile.reference import number_key, zeroless_key
from reconcile.statement import StructuredReference

_NUMBERS: Final = frozenset({SpanKind.INVOICE, SpanKind.ACCOUNT, SpanKind.BARE, SpanKind.RANGE})
_FIELDS: Final = {"invoice": SpanKind.INVOICE, "account": SpanKind.ACCOUNT}
_NOT_TYPED: Final = frozenset({"receipt", "phone"})
"""Structured fields that never hold a customer's number."""

_RF_HEAD: Final = len("RF18")
"""ISO 11649: two letters and two check digits before the issuer's own reference."""

_SIGNS: Final = frozenset({"N", "NN", "H", "HH"})

_MONTH: Final = re.compile(r"0[1-9]\s?[/.]\s?20[0-9]{2}")
"""«за 02/2026» is a month, or the number 02/2026 or 2/2026 with its stroke; it is not the number 22026."""

Books = dict[str, tuple[str, ...]]


class KnownNumbers:
    """The numbers on the books, by exact key and by the key without leading zeros."""

    __slots__ = ("accounts", "accounts_zeroless", "invoices", "invoices_zeroless")

    def __init__(self, invoices: Books, accounts: Books, invoices_zeroless: Books, accounts_zeroless: Books) -> None:
        self.invoices = invoices
        self.accounts = accounts
        self.invoices_zeroless = invoices_zeroless
        self.accounts_zeroless = accounts_zeroless

    def there(self, kind: SpanKind, number: str) -> bool:
        """Whether a number found so was on the books on the payment's day."""
        return True


@dataclass(slots=True, init=False, unsafe_hash=True)
class Reference:
    """A number on the books that the purpose or a structured field holds. `span` lies in the purpose; for a structured
    field it is empty (0, 0) and `source` names the field."""

    span: Final[Span]
    kind: Final[SpanKind]
    marked: Final[bool]
    number: Final[str]
    source: Final[str]

    def __init__(self, span: Span, kind: SpanKind, marked: bool, number: str, source: str = "") -> None:
        self.span = span
        self.kind = kind
        self.marked = marked
        self.number = number
        self.source = source


@dataclass(slots=True, init=False, unsafe_hash=True)
class References:
    """In order of mention. `unknown`: marked numbers that are not on the books. `ranges`: stretches that lead to several
    numbers and cannot be told apart: «4512-4514», or two numbers on the books that differ only in their separators.
    `either`: what is named as ours by the word in front and as a paper's by the word behind."""

    marked: Final[tuple[Reference, ...]]
    bare: Final[tuple[Reference, ...]]
    unknown: Final[tuple[Span, ...]]
    ranges: Final[tuple[Span, ...]]
    either: Final[tuple[Reference, ...]]

    def __init__(
        self,
        marked: tuple[Reference, ...] = (),
        bare: tuple[Reference, ...] = (),
        unknown: tuple[Span, ...] = (),
        ranges: tuple[Span, ...] = (),
        either: tuple[Reference, ...] = (),
    ) -> None:
        self.marked = marked
        self.bare = bare
        self.unknown = unknown
        self.ranges = ranges
        self.either = either


class _Found:
    __slots__ = ("either", "ranges", "references", "unknown")

    def __init__(self) -> None:
        self.references: list[Reference] = []
        self.unknown: list[Span] = []
        self.ranges: list[Span] = []
        self.either: list[Reference] = []


def keys_wanted(
    reading: Reading, structured: Sequence[StructuredReference] = ()
) -> tuple[frozenset[str], frozenset[str]]:
    """The exact keys and the zeroless keys that the books have to be asked for, so that one look-up serves a chunk."""
    exact = [key for span in reading.spans for key in span.keys]
    if structured:
        exact += [key for _, span in _structured_spans(structured) for key in span.keys]
    return frozenset(exact), frozenset([zeroless_key(key) for key in exact])


def resolve(reading: Reading, known: KnownNumbers, structured: Sequence[StructuredReference] = ()) -> References:
    """The references of one payment. A structured field that is meant for one kind of number marks it."""
    found = _Found()
    text = reading.text
    prefixes: set[str] = set()
    for span in reading.spans:
        if span.lent and span.lent in prefixes:
            span = replace(span, kind=SpanKind.BARE)
        if span.kind is SpanKind.RANGE:
            _range(span, known, found)
        elif span.keys:
            if span.kind in PAPERS:
                found.either += _read_as(_as_ours(span), text[span.start : span.end], known)
                continue
            hits = _read(span, known) if len(span.keys) == 1 else _read_as(span, text[span.start : span.end], known)
            if hits and text[span.start] == "0" and _MONTH.fullmatch(text, span.start, span.end):
                hits = [hit for hit in hits if not hit.number.isdigit()]
            if span.prefix_key and hits and not hits[0].marked:
                prefixes.add(span.prefix_key)
            glued = bool(span.prefix_key) and span.start > 0 and text[span.start - 1].isalnum()
            _take(span, hits, found, glued)
    if not structured:
        return _gathered(found)
    for source, span in _structured_spans(structured):
        part = _Found()
        if span.kind is SpanKind.RANGE:
            _range(span, known, part)
        else:
            _take(span, _read(span, known) if len(span.keys) == 1 else _read_as(span, span.name, known), part, False)
        found.references += [
            Reference(ref.span.moved(0, 0), ref.kind, ref.marked, ref.number, source) for ref in part.references
        ]
        found.unknown += [replace(each, start=0, end=0, name=span.name) for each in part.unknown]
        found.ranges += [replace(each, start=0, end=0, name=span.name) for each in part.ranges]
    return _gathered(found)


def _gathered(found: _Found) -> References:
    """Each number once; where it is both marked and bare, it is marked."""
    references = tuple(found.references)
    if len(references) > 1:
        marked = _once(ref for ref in references if ref.marked)
        named = {(ref.kind, ref.number) for ref in marked}
        bare = _once(ref for ref in references if not ref.marked and (ref.kind, ref.number) not in named)
    elif references and references[0].marked:
        marked, bare = references, ()
    else:
        marked, bare = (), references
    return References(marked, bare, tuple(found.unknown), tuple(found.ranges), tuple(found.either))


def _as_ours(span: Span) -> Span:
    """A paper's number as the word in front of its list names it."""
    return replace(span, kind=span.mark or SpanKind.BARE, mark=None)


def _once(references: Iterable[Reference]) -> tuple[Reference, ...]:
    first: dict[tuple[SpanKind, str], Reference] = {}
    for each in references:
        first.setdefault((each.kind, each.number), each)
    return tuple(first.values())


def _structured_spans(structured: Sequence[StructuredReference]) -> Iterator[tuple[str, Span]]:
    """The numbers of the structured fields, as spans over each field's own value (kept in `name`)."""
    for each in structured:
        if each.kind in _NOT_TYPED or not each.value.strip():
            continue
        meant = _FIELDS.get(each.kind)
        if each.kind == "creditor_reference" and iso11649.is_valid(each.value):
            yield each.kind, _within_creditor_reference(each.value)
            continue
        reading = read_purpose(each.value)
        spans = [span for span in reading.spans if span.kind in _NUMBERS]
        whole = number_key(each.value)
        if meant is not None and not spans and whole and any(map(str.isdigit, whole)):
            spans = [Span(meant, 0, len(each.value), (whole,))]
        for span in spans:
            yield each.kind, _named_by_field(span, meant, each.value)


def _within_creditor_reference(value: str) -> Span:
    """«RF18 5390 0754 7034»: as a whole, or what its issuer put behind the check digits."""
    whole = number_key(value)
    return Span(SpanKind.BARE, 0, len(whole), (whole, whole[_RF_HEAD:]), name=whole)


def _named_by_field(span: Span, meant: SpanKind | None, value: str) -> Span:
    if meant is not None and (span.kind is SpanKind.BARE or span.prefix_key):
        own = span.keys if span.kind in (SpanKind.BARE, meant) else ()  # «AC-4512» names an account in the text alone
        keys = tuple(dict.fromkeys((number_key(value), *own)))
        return replace(span, kind=meant, keys=keys, name=value, prefix_key="")
    if meant is not None and span.kind is SpanKind.RANGE:
        return replace(span, mark=meant, name=value)
    return replace(span, name=value)


def _take(span: Span, hits: list[Reference], found: _Found, glued: bool) -> None:
    """`glued`: the word that marks the number stands right at it («inv4512»): a word, where no book has it as a prefix
    («INV-4512»)."""
    if len(hits) < 2 or _told_apart(hits):
        found.references += hits
    else:
        found.ranges.append(span)
    if not hits and span.kind is not SpanKind.BARE and (glued or not span.prefix_key):
        found.unknown.append(span)


def _read(span: Span, known: KnownNumbers) -> list[Reference]:
    """What a number of one block, which can be read in one way alone, is on the books."""
    return _at(span.keys[0], span, known, True) or _at(span.keys[0], span, known, False)


def _read_as(span: Span, text: str, known: KnownNumbers) -> list[Reference]:
    """The first reading that is on the books: exactly before with other zeros, whole before in parts. Last, some of the
    blocks with the rest unknown, exactly alone."""
    blocks = parts(text)
    if len(blocks) == 1:
        return _whole(span, text, blocks, known, True) or _whole(span, text, blocks, known, False)
    some: list[Reference] = []
    for exact in (True, False):
        hits = _whole(span, text, blocks, known, exact)
        if not hits:
            hits, all_told = _in_parts(span, text, blocks, known, exact)
            if not all_told:
                some, hits = some or (hits if exact else []), []
        if hits:
            return hits
    return [_unmarked(hit) for hit in some]


def _told_apart(hits: Sequence[Reference]) -> bool:
    """No stretch leads to two numbers of one kind."""
    places = [(ref.kind, ref.span.start, ref.span.end) for ref in hits]
    return len(places) == len(set(places))


def _whole(
    span: Span, text: str, blocks: Sequence[tuple[int, int]], known: KnownNumbers, exact: bool
) -> list[Reference]:
    """The first reading of the whole stretch that is on the books."""
    if len(blocks) == 1:
        keys = span.keys
    else:
        longest, typed = max(span.keys, key=len, default=""), number_key("".join(text.split()))
        keys = tuple(
            key
            for key in span.keys
            if len(key) in (len(longest), len(typed)) or _without_sign(key, typed) or _without_sign(key, longest)
        )
    for key in keys:
        own = key == span.prefix_key  # «AC-4512»: no word then, and the number may be an invoice's as well
        hits = _at(key, replace(span, kind=SpanKind.BARE) if own else span, known, exact)
        if hits:
            return [_unmarked(hit) for hit in hits] if own else hits
    return []


def _unmarked(hit: Reference) -> Reference:
    return Reference(hit.span, hit.kind, False, hit.number, hit.source)


def _without_sign(key: str, typed: str) -> bool:
    """The whole stretch but for the number sign that is glued to it: «NINV-2025|-086714»."""
    return typed.endswith(key) and typed[: -len(key)] in _SIGNS


def _in_parts(
    span: Span, text: str, blocks: Sequence[tuple[int, int]], known: KnownNumbers, exact: bool
) -> tuple[list[Reference], bool]:
    """A stretch of several blocks, from the left the longest run of blocks that is on the books; and whether that tells
    what all of them are. What follows the first block without a list's comma is bare where it is not of the kind that
    the word names. `exact`: no zeros are added or dropped; else where a block says nothing without that.

    Where a block is left over, the word may as well mean one longer number that is on no book («л/с 1045|829»): the part
    is no marked number then, and needs another witness as a bare one does."""
    signs = [text[slice(*block)] for block in blocks]
    if "-" in signs[1:]:  # «554342 - 81»: behind the dash stands something else, where the whole is on no book
        dash = signs.index("-", 1)
        a_word = span.kind is SpanKind.BARE and "".join(signs[:dash]).isalpha()  # «John Kamau - 554342»: before it
        blocks = blocks[dash + 1 :] if a_word else blocks[:dash]
    hits: list[Reference] = []
    at, left = 0, False
    while at < len(blocks):
        for last in range(len(blocks) - 1, at - 1, -1):
            here = _piece(span, text, (blocks[at][0], blocks[last][1]), known, at > 0, exact)
            if here:
                hits += here
                at = last
                break
        else:
            left = left or _may_be_digits_of_it(text[slice(*blocks[at])])
        at += 1
    return hits, not left


def _may_be_digits_of_it(block: str) -> bool:
    """Not so of the words of a field («104582 JOHN»), nor of what is a phone or a tax id by its shape."""
    return any(map(str.isdigit, block)) and digits_kind(block) is None


def _piece(
    span: Span, text: str, place: tuple[int, int], known: KnownNumbers, later: bool, exact: bool
) -> list[Reference]:
    """What some blocks of a stretch are; `later`: they do not begin it."""
    start, end = place
    piece, key = span.moved(span.start + start, span.start + end), number_key(text[start:end])
    hits = _at(key, piece, known, True)
    if not hits and later:
        hits = _at(key, replace(piece, kind=SpanKind.BARE), known, True)
    return hits or ([] if exact else _at(key, piece, known, False))


_BOTH: Final = (SpanKind.INVOICE, SpanKind.ACCOUNT)


def _kinds_meant(span: Span) -> tuple[SpanKind, ...]:
    """The kind that the word names; both of a word that names either («пополнение счета»), and of none."""
    return _BOTH if span.kind is SpanKind.BARE or span.mark is not None else (span.kind,)


def _at(key: str, span: Span, known: KnownNumbers, exact: bool) -> list[Reference]:
    """What is on the books under a key, of the kind that the word names or of both."""
    marked = span.kind is not SpanKind.BARE
    look = key if exact else zeroless_key(key)
    found = [
        Reference(span, kind, marked, number)
        for kind in _kinds_meant(span)
        for number in _book(known, kind, exact).get(look, ())
        if known.there(kind, number)
    ]
    return found if exact or len(found) == 1 else []


def _book(known: KnownNumbers, kind: SpanKind, exact: bool) -> Books:
    if kind is SpanKind.INVOICE:
        return known.invoices if exact else known.invoices_zeroless
    return known.accounts if exact else known.accounts_zeroless


def _range(span: Span, known: KnownNumbers, found: _Found) -> None:
    kinds = (span.mark,) if span.mark is not None else (SpanKind.INVOICE, SpanKind.ACCOUNT)
    hits = [
        Reference(span, kind, span.mark is not None, number)
        for kind in kinds
        for key in span.keys
        for number in _book(known, kind, True).get(key, ())
        if known.there(kind, number)
    ]
    if len(hits) == 1:
        found.references += hits
    else:
        found.ranges.append(span)
