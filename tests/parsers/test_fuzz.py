"""Whatever a file holds, it is read or refused, quickly, and never ends in another exception."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.parsers import PARSERS, Parser, camt, detect, mt940, ofx, one_c, tables
from reconcile.problem import Refusal
from tests.fuzz import target
from tests.fuzz.mutation import mutated
from tests.parsers.reading import TENGE, read_all
from tests.parsers.rendering import CONTEXT, SAID, cases, readable
from tests.parsers.test_camt import details as camt_details
from tests.parsers.test_camt import entry as camt_entry
from tests.parsers.test_camt import message as camt_message
from tests.parsers.test_mt940 import ENTRY as MT940_ENTRY
from tests.parsers.test_mt940 import message as mt940_message
from tests.parsers.test_ofx import one as ofx_file
from tests.parsers.test_one_c import STANDARD
from tests.parsers.test_one_c import document as one_c_document
from tests.parsers.test_one_c import file as one_c_file

SAYING = replace(TENGE, account="600123")
FILES = {path.name: path.read_bytes() for path in cases()}
CORPUS = {path.name: path.read_bytes() for path in target.CORPUS.iterdir()}


def outcome(content: bytes, parser: Parser | None = None) -> str:
    return target.outcome(content, parser, SAYING)


@pytest.mark.parametrize("name", FILES)
def test_mutated_files_are_read_or_refused(name: str) -> None:
    rng = random.Random(name)
    outcomes = {target.checked(mutated(FILES[name], rng, list(FILES.values())))[0] for _ in range(60)}
    assert outcomes <= {"read", "refused"}
    assert "refused" in outcomes


@pytest.mark.parametrize("name", sorted(CORPUS))
def test_the_saved_corpus_is_read_or_refused(name: str) -> None:
    """By the parser that it was written for, and by whatever recognises it."""
    of = next(format_name for format_name in target.FORMATS if CORPUS[name] in target.seeds(format_name))
    for parser in (target.FORMATS[of], None):
        assert target.checked(CORPUS[name], parser)[0] in ("read", "refused")


@given(st.sampled_from(sorted(FILES)), st.integers(0, 2**32))
def test_mutations_that_hypothesis_chooses(name: str, seed: int) -> None:
    assert outcome(mutated(FILES[name], random.Random(seed))) in ("read", "refused")


@given(st.binary(max_size=400), st.sampled_from(PARSERS))
def test_any_bytes_at_all(content: bytes, parser: object) -> None:
    assert outcome(content, parser) in ("read", "refused")


@pytest.mark.parametrize(
    "content",
    [
        b"OFXHEADER:100\r\n" + b"\n" * 100_000,
        b"OFXHEADER:100\n" + b"\r\n\r" * 33_000,
        b"<?xml?>\n" + b"<?OFX a='?>' " * 8_000,
        b"<?" + b"?> <? " * 16_000,
        b":20:" + b" " * 100_000,
        b"\n{4:" * 25_000,
        b"<OFX>" + b"<!--" * 25_000,
        b"<OFX>" + (b"<!--" * 5 + b"<![CDATA[" * 5 + b"<![--") * 1_400,
        "слово;".encode("cp1251") * 16_000,
        b'"' + b"Amount (KZT);" * 7_000,
    ],
    ids=lambda content: content[:12].decode("latin-1"),
)
def test_what_once_took_more_than_linear_time(content: bytes) -> None:
    """Found by `make fuzz`, or akin to what it found."""
    for parser in (None, *PARSERS):
        target.checked(content, parser)


def unfolded(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_comes_through_an_ofx_memo_unchanged(text: str) -> None:
    memo = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    [(_, [entry])] = read_all(ofx, ofx_file(MEMO=memo))
    assert entry.details[0].purpose == unfolded(text)


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Z"]), max_size=60))
def test_any_text_comes_through_a_camt_remittance_unchanged(text: str) -> None:
    remittance = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    content = camt_message(camt_entry(camt_details(f"<RmtInf><Ustrd>{remittance}</Ustrd></RmtInf>")))
    [(_, [entry])] = read_all(camt, content)
    assert entry.details[0].purpose == unfolded(text)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n", categories=["L", "N", "P", "S", "Zs"])))
def test_any_line_comes_through_a_1c_purpose_unchanged(text: str) -> None:
    [(_, [entry])] = read_all(one_c, one_c_file(one_c_document(STANDARD | {"НазначениеПлатежа": text})))
    assert entry.details[0].purpose == text.strip()


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"], exclude_characters="/"), max_size=60))
def test_any_line_comes_through_field_86_unchanged(text: str) -> None:
    """Code words and numbered subfields aside, which are read as what they say."""
    [(_, [entry])] = read_all(mt940, mt940_message(MT940_ENTRY, f":86:a {text}"))
    assert entry.details[0].purpose == f"a {text}".strip()


@pytest.mark.parametrize("name", [case.name for case in readable() if "table" not in case.name])
def test_every_cut_is_refused_or_loses_no_entry(name: str) -> None:
    """A cut file is refused; only cuts behind the last entry's end may pass, and then nothing is missing."""
    content = FILES[name]
    whole = [entry for _, entries in read_all(detect(content), content) for entry in entries]
    for end in range(len(content) - 1, len(content) // 3, -max(1, len(content) // 60)):
        try:
            found = read_all(detect(content), content[:end])
        except Refusal:
            continue
        kazakh = name.startswith("1c_kz")  # need not end with КонецФайла: the statement's own sums tell
        page = b":62M:" in content[:end] and b":60M:" not in content[:end]  # whole by itself, its balances say so
        # of several messages the first ones, each whole
        page = page or (b":62F:" in content[:end] and content.count(b":62F:") > content[:end].count(b":62F:"))
        # without what stands behind its end, the statement is whole
        page = page or (b"\n-\n:61:" in content and found[0][0].closing is not None)
        assert kazakh or page or [entry for _, entries in found for entry in entries] == whole


@pytest.mark.parametrize("name", [case.name for case in readable() if case.name.endswith(".csv")])
def test_a_cut_table_is_refused_or_a_beginning_of_the_whole(name: str) -> None:
    """A table has no end mark: its balances tell later. But no entry is made of half a row's figures."""
    content = FILES[name]
    context = replace(SAID.get(name, CONTEXT), default_currency=TENGE.default_currency)
    [(_, whole)] = read_all(tables, content, context)
    for end in range(len(content) // 3, len(content), max(1, len(content) // 150)):
        try:
            found = [entry for _, entries in read_all(tables, content[:end], context) for entry in entries]
        except Refusal:
            continue
        assert [(entry.amount, entry.line) for entry in found] == [
            (entry.amount, entry.line) for entry in whole[: len(found)]
        ]
