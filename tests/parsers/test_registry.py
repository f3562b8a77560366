"""One file in, its statements out: detection, limits, and what a refusal calls the file."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path

import pytest

from reconcile import parsers
from reconcile.parsers import ReadContext, camt, detect, mt940, ofx, one_c, open_statement, tables
from reconcile.problem import Refusal
from tests.parsers.rendering import CONTEXT, GOLDEN, cases

STANDARD = GOLDEN / "1c_uz_standard.txt"


def first_refusal(path: Path, **options: object) -> str:
    with pytest.raises(Refusal) as caught:
        for statement in open_statement(path, file_name="bank.txt", context=CONTEXT, **options):  # type: ignore[arg-type]
            list(statement.entries)
    return str(caught.value)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_exactly_one_parser_recognises_a_file(case: Path) -> None:
    expected = {"1c": one_c, "ca": camt, "of": ofx, "mt": mt940, "ta": tables}[case.name[:2]]
    assert detect(case.read_bytes()[:65536]) is expected


@pytest.mark.parametrize(
    ("content", "parser"),
    [
        (b"\xef\xbb\xbf\r\n1CClientBankExchange\r\n", one_c), ("1CClientBankExchange".encode("utf-16"), one_c),
        (b"\n\n OFXHEADER:100\n<OFX>", ofx), (b"<?xml version='1.0'?><?OFX a?><OFX>", ofx),
        (b"<Document><BkToCstmrStmt>", camt), ("<a xmlns='urn:camt.053'><x:BkToCstmrStmt>".encode("utf-16-le"), camt),
        (b"\x01{1:F01X}{2:I940X}{4:\r\n:20:A\r\n", mt940), (b"ABNANL2A\r940\r:20:A\r:25:1\r", mt940), (b"{4::20:A", mt940),
    ],
)  # fmt: skip
def test_a_file_is_known_by_its_beginning(content: bytes, parser: object) -> None:
    assert detect(content) is parser


@pytest.mark.parametrize("content", [b"PK\x03\x04\x00\x00", b"Nom;Prix\n1;2\n", b"\x00" * 100, b"<html>OFX</html>"])
def test_what_no_parser_recognises_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    said = first_refusal(path)
    assert said == (
        "bank.txt: the content is no statement format that is known here; "
        "export the statement as one of: 1c, camt, ofx, mt940, table"
    )


def test_two_parsers_for_one_file_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsers, "PARSERS", (one_c, one_c))
    assert "looks like several formats: 1c, 1c; say with --format" in first_refusal(STANDARD)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.touch()
    assert first_refusal(path) == "bank.txt: the file is empty; export the statement again"


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with path.open("wb") as sparse:
        sparse.truncate(2 * 1024**3)
    assert "the file has 2147483648 bytes, more than the limit of 1073741824" in first_refusal(path)
    with pytest.raises(Refusal, match="more than the limit of 100"):
        open_statement(STANDARD, file_name="x", context=ReadContext(max_bytes=100))


def test_a_format_may_be_forced(tmp_path: Path) -> None:
    [statement] = open_statement(STANDARD, file_name="x", context=CONTEXT, format="1c")
    assert statement.format == "1c"
    assert "the file does not end with </OFX>" in first_refusal(STANDARD, format="ofx")
    assert "no format is called 'pdf'; use one of: 1c, camt, ofx, mt940, table" in first_refusal(STANDARD, format="pdf")


def test_a_refusal_deep_in_the_entries_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(STANDARD.read_bytes().replace("Сумма=741.6".encode("cp1251"), "Сумма=741,600".encode("cp1251")))
    assert first_refusal(path).startswith("bank.txt:39: amount '741,600' can be read in more than one way")


def test_entries_stream_and_the_file_is_closed_when_the_caller_stops() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        statements = open_statement(STANDARD, file_name="x", context=CONTEXT)
        entries = next(statements).entries
        assert next(entries).line == 20
        statements.close()  # type: ignore[attr-defined]
        del statements, entries
        gc.collect()
