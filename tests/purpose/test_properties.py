"""Whatever is typed: no exception, spans inside the text and apart, and each holds what its keys claim; and quickly."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.purpose.decoys import PARTS, PLAIN_PARTS, expression, master
from reconcile.purpose.fold import fold
from reconcile.purpose.pieces import one_by_one
from reconcile.purpose.reader import read_purpose
from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.tokens import Taken, put_together, tokens
from reconcile.purpose.words import lexicon
from reconcile.reference import number_key
from tests.purpose.table import TABLE

_WORDS = (
    "счет СЧЕТУ л/с лицевой № N No и va -sonli от г договор шартнома hisob-faktura үшін за for ТОО возврат реестр KASPI"
)
_NUMBERS = (
    "4512 104582 4512/1 INV-2026-7 45\n12 03.02.2026 O3.O2.2O26 2026 16% +77012345678 8600000000000000 *3305 50,00 "
    "12 % 1200.00 1 234,50 12.05 1395/3 1317450-B40 27/01/2026 2026-01-5 1.2.26 01.02.26г.. 12.05. 8-777 FEB"
)
_NAMES = '"Ромашка" Иванова тенге KZ698562203124676325'
_SIGNS = [*",;-–./\\\n~|<>()", " ", "  ", "1045 82", "50 000,00", "3 февраля 2026 г."]
_ODD = ["\u200b", "\u0308", "\u00a0", "²", "ﬁ", "İ", "ß", "०", "🙂"]
_PIECES = [*_WORDS.split(" "), *_NUMBERS.split(" "), *_NAMES.split(" "), *_SIGNS, *_ODD]
_MOST_GROWTH = 10
_SHORTEST_TIME = 0.005  # below it a clock's own grain would be compared
_KEYED = (SpanKind.INVOICE, SpanKind.ACCOUNT, SpanKind.BARE)

purposes = st.one_of(
    st.lists(st.sampled_from(_PIECES), max_size=25).map("".join),
    st.lists(st.sampled_from(_PIECES), max_size=25).map(" ".join),
    st.text(max_size=120),
    st.text(alphabet="0123456789OОЗl .,-/\n№~", max_size=60),
)


@settings(max_examples=600, deadline=None)
@given(purposes, st.sampled_from([text for text, _ in TABLE.values()]), st.integers(0, 60))
def test_what_is_remembered_of_stretches_changes_nothing(text: str, known: str, cut: int) -> None:
    """A text taken apart by stretches of words is what it is piece by piece."""
    folded = fold((known[:cut] + text + known[cut:]).replace("\n", " "))
    whole = put_together(folded.text, one_by_one(folded.text, lexicon(), frozenset()), Taken())
    for plain in {folded.plain, False}:
        assert _shown(tokens(folded.text, lexicon(), plain=plain)) == _shown(whole)


def test_the_letters_of_a_plain_text_are_told_by_their_table() -> None:
    """What a plain text (`fold`) may hold, the expression for such texts takes as the general one does."""
    plain = {folded.text for folded in map(fold, map(chr, range(1, 0x10000))) if folded.plain}
    assert len(plain) > 90
    for char in plain:
        for text in (char, f"{char}1", f"A{char}", f"12{char}A"):
            assert PLAIN_PARTS.findall(text) == PARTS.findall(text)


@settings(max_examples=600, deadline=None)
@given(purposes, st.sampled_from(["ул. Абая@", "kaspi.kz", "4400 43** **** 1234", "+7 701*45", "01.02.2026", "4512. "]))
def test_a_shape_is_left_out_only_where_its_sign_is_nowhere(text: str, known: str) -> None:
    for each in (text, text + known, known + text):
        folded = fold(each).text
        folds = "\n" in folded
        chosen, whole = expression(folded, folds), master(folds)
        assert [m.groupdict() for m in chosen.finditer(folded)] == [
            {name: m[name] for name in chosen.groupindex} for m in whole.finditer(folded)
        ]


def _shown(taken: Taken) -> object:
    """With what each phrase means in place of the phrase."""
    means = [getattr(value, "roles", value) for value in taken.values]
    return taken.kinds, taken.starts, taken.ends, means, taken.acts, [at for at, _ in taken.said]


@settings(max_examples=600, deadline=None)
@given(purposes)
def test_spans_lie_within_the_purpose_and_apart(text: str) -> None:
    reading = read_purpose(text)
    assert reading.text == text
    end = 0
    for span in reading.spans:
        assert 0 <= span.start < span.end <= len(text)
        if span.kind is SpanKind.BENEFICIARY:
            assert (
                span.name == text[span.start : span.end].replace("\u200b", "").replace("\u0308", "") or "\u0308" in text
            )
            continue
        assert span.start >= end
        end = span.end


@settings(max_examples=400, deadline=None)
@given(purposes)
def test_the_best_key_of_a_span_is_what_stands_there(text: str) -> None:
    for span in read_purpose(text).spans:
        if span.kind in _KEYED:
            assert _own_key(text, span) in ("", *span.keys)
        elif span.kind is not SpanKind.RANGE:
            assert span.keys == ()


def _own_key(text: str, span: Span) -> str:
    return number_key("".join(char for char in text[span.start : span.end] if char not in "\u200b\u0308"))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["\u200b", "\u00ad", "\ufeff"]), st.integers(0, 60))
def test_a_character_without_ink_changes_no_number(inkless: str, at: int) -> None:
    plain = "счет 4512, л/с 104582"
    marked = plain[: at % len(plain)] + inkless + plain[at % len(plain) :]
    assert [span.keys for span in read_purpose(marked).spans] == [span.keys for span in read_purpose(plain).spans]


_LONG = [
    "4512 ", "1/", "4512,", "счет ", "1", "A", "за ", '"', "1-", "а'", "1.1.", "4512-sonli ", "KZ69 ", "5\n", "INV-", "* ",
    "1,000", "ТОО ", "1 2 ", "№", "~1", "x@", "a.", "0711", "Ф.", "за Иванов ", "и 5 ", "3 мая ", "үшін А ", ". - / ",
    "#1 2 3 4 ",
]  # fmt: skip


@pytest.mark.parametrize("piece", _LONG, ids=map(repr, _LONG))
def test_reading_anything_grows_with_its_length(piece: str) -> None:
    """Ten kilobytes against a quarter of them, in processor time: 4 times as much, where a step that grows with the square
    takes 16 times."""
    quarter, whole = (piece * (length // len(piece)) for length in (2_500, 10_000))
    assert _seconds(whole) < _MOST_GROWTH * max(_seconds(quarter), _SHORTEST_TIME)


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        read_purpose(text)
        best = min(best, time.process_time() - start)
    return best


def test_the_table_is_read_the_same_in_capitals() -> None:
    """Banks print in capitals; only names and number prefixes look at the case."""
    for name, (text, expected) in TABLE.items():
        if "@" not in expected and "name" not in name:
            mine = [span.kind for span in read_purpose(text.upper()).spans if span.kind is not SpanKind.BENEFICIARY]
            assert mine == [span.kind for span in read_purpose(text).spans if span.kind is not SpanKind.BENEFICIARY], (
                name
            )
