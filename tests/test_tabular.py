"""Master-data files as rows of text: what is read, and each way in which a file is refused."""

from __future__ import annotations

import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from reconcile.problem import Refusal
from reconcile.tabular import Column, Holds, Problems, read_rows

COLUMNS = (
    Column("number", Holds.IDENTIFIER),
    Column("amount", Holds.AMOUNT),
    Column("day", Holds.DATE),
    Column("name", optional=True),
    Column("tax_id", Holds.IDENTIFIER, optional=True),
)
MIDNIGHT, HALF_PAST_TEN = (datetime(2026, 2, 5, hour, 30 if hour else 0) for hour in (0, 10))  # noqa: DTZ001
CARD = "4111 1111 1111 1111"


def read(path: Path, **options: Any) -> list[tuple[int, tuple[str | None, ...]]]:
    problems = Problems(path.name)
    rows = [tuple(row) for row in read_rows(path, COLUMNS, problems, **options)]
    problems.settle()
    return rows  # type: ignore[return-value]


def refused(path: Path, **options: Any) -> list[str]:
    with pytest.raises(Refusal) as caught:
        read(path, **options)
    return [str(problem) for problem in caught.value.problems]


def text_file(folder: Path, content: str | bytes, name: str = "master.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(folder: Path, rows: list[list[Any]], *more_sheets: list[list[Any]]) -> Path:
    path = folder / "master.xlsx"
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    for content in (rows, *more_sheets):
        sheet = book.add_worksheet()
        for line, cells in enumerate(content):
            for place, cell in enumerate(cells):
                sheet.write(line, place, cell)
    book.close()
    return path


EXPECTED = [(2, ("0012", "1500.00", "2026-02-03", 'ТОО "Ромашка"', None)), (3, ("INV 7", "3", "2026-02-04", "", None))]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_csv_in_its_spellings(tmp_path: Path, mark: str, bom: str) -> None:
    lines = [
        ["day", "number", "#note", "amount", "", "name"],
        ["2026-02-03", "0012", "x", "1500.00", "y", '"ТОО ""Ромашка"""'],
        ["2026-02-04", " INV 7 ", "", "3", "", ""],
    ]
    path = text_file(tmp_path, bom + "\r\n".join(mark.join(line) for line in lines))
    assert read(path) == EXPECTED


def test_jsonl_keeps_the_digits_of_numbers_and_tells_absent_from_empty(tmp_path: Path) -> None:
    lines = [
        '{"number": "0012", "amount": 123456789012345.10, "day": "2026-02-03"}',
        "",
        '{"number": "0013", "amount": "1", "day": "2026-02-03", "name": null, "#note": 5}',
    ]
    assert read(text_file(tmp_path, "\ufeff" + "\n".join(lines), "m.jsonl")) == [
        (1, ("0012", "123456789012345.10", "2026-02-03", None, None)),
        (3, ("0013", "1", "2026-02-03", "", None)),
    ]


def test_xlsx_reads_amounts_and_dates_as_they_are_shown(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        [
            [],
            ["number", "amount", "day", "name"],
            ["0012", 150000.1, date(2026, 2, 3), "=5+5".replace("=", "'=")],
            [],
            ["0013", "7.50", "2026-02-04", ""],
            ["0014", 9, MIDNIGHT, ""],
        ],
    )
    assert read(path) == [
        (3, ("0012", "150000.1", "2026-02-03", "'=5+5", None)),
        (5, ("0013", "7.50", "2026-02-04", "", None)),
        (6, ("0014", "9.0", "2026-02-05", "", None)),
    ]


def test_a_quoted_cell_over_two_lines_does_not_shift_the_count(tmp_path: Path) -> None:
    content = 'number,amount,day,name\n1,1,2026-02-03,"a\nb"\n2,,2026-02-03,c\n'
    assert refused(text_file(tmp_path, content)) == ["master.csv:4: amount is empty; fill it in"]


HEADER = "number,amount,day,name\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("number,amount,day,nmae\n1,1,1,1\n", "1: column 'nmae' is not known; rename it, or begin it with # "),
        ("number,amount\n1,1\n", "1: column 'day' is missing; the columns are: number, amount, day, name, tax_id"),
        ("number,number,amount,day\n1,1,1,1\n", "1: column 'number' stands twice in the header; keep one of them"),
        (f"number,amount,day,{CARD}\n", "1: a full card number stands in the header; remove it"),
        (HEADER, "master.csv: the file has a header and no rows; export it again, with its rows"),
        ("\n\n", "the file has no header; its first line names the columns"),
        (HEADER + "1,1,2026\n", "2: the row has 3 cells, the header 4; the file may be cut"),
        (HEADER + "1,1,2026,a,b\n", "2: the row has 5 cells, the header 4; the file may be cut"),
        (HEADER + '1,1,2026-02-03,"a', "2: the CSV breaks off or is malformed (unexpected end of data); export"),
        (HEADER + ",1,2026-02-03,a\n", "2: number is empty; fill it in"),
        (HEADER + "1,1,2026-02-03,a\x07b\n", "2: name holds a control character; remove it"),
        (HEADER + f"1,1,2026-02-03,paid with {CARD}\n", "2: a full card number stands in name; remove or mask it"),
        ("number,amount,day,#x\n1,1,2026-02-03,4111111111111111\n", "2: a full card number stands in an ignored"),
        (b"number,amount,day\n1,1,2026\xcf\n", "1: the text is not UTF-8; save the file as CSV in UTF-8"),
        (b"number,amount,day\n" + b"1,1,2026\n" * 9999 + b"\xcf", "the text is not UTF-8; save the file as CSV"),
        (HEADER.encode("utf-16"), "the file is binary, or text in UTF-16; save it as CSV in UTF-8"),
        (b"number\x00amount", "the file is binary, or text in UTF-16; save it as CSV in UTF-8"),
        (b"PK\x03\x04", "the file is binary, or text in UTF-16; save it as CSV in UTF-8"),
        ("", "the file is empty; export it again, with a header and rows"),
    ],
)
def test_csv_refusals(tmp_path: Path, content: str | bytes, expected: str) -> None:
    said = refused(text_file(tmp_path, content))
    assert expected in said[0]
    assert "4111" not in "".join(said)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[1]", "1: the line is not one JSON object; write one object a line"),
        ('{"number": "1"', "1: the line is not one JSON object; write one whole object a line; the file may be cut"),
        ("[" * 100_000, "1: the line is not one JSON object"),
        ('{"number": "1", "number": "2"}', "1: a key stands twice in one object; keep one of them"),
        ('{"number": "1", "amount": NaN, "day": "x"}', "1: NaN is no value; write a text or null"),
        ('{"number": 12, "amount": 1, "day": "x"}', "1: number is a number: it may have lost its zeros; write it as a"),
        ('{"number": ["1"], "amount": 1, "day": "x"}', "1: number is neither a text nor null; write it as a text"),
        ('{"number": "1", "amount": 1, "day": "x", "z": 1}', "1: column 'z' is not known"),
        ('{"number": "1", "amount": 1}', "1: column 'day' is missing"),
        ('{"number": "\\ud800", "amount": 1, "day": "x"}', "1: the text is not UTF-8; save the file as UTF-8"),
        (b'{"number": "\xcf"}', "1: the text is not UTF-8; save the file as UTF-8"),
        ('{"number": "1", "amount": 1, "day": "x", "#": "4111111111111111"}', "1: a full card number stands in"),
        ('{"number": "' + "1" * 1_000_001 + '"}', "1: the line is longer than a megabyte; write one object a line"),
    ],
)
def test_jsonl_refusals(tmp_path: Path, content: str | bytes, expected: str) -> None:
    said = refused(text_file(tmp_path, content, "m.jsonl"))
    assert expected in said[0]
    assert "411111" not in said[0]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([12, 1, "2026-02-03"], "number stands in a numeric cell: it may have lost its zeros; format the column"),
        (["1", 1, 46000], "day stands in a numeric cell: it is no date; write it as 2026-02-03"),
        (["1", 1234567890123456, "2026-02-03"], "amount has more digits than a numeric cell keeps; format the column"),
        (["1", True, "2026-02-03"], "amount is a truth value; write it as text"),
        (["1", date(2026, 2, 3), "2026-02-03"], "amount is a date or time; format the column as text"),
        (["1", 1, HALF_PAST_TEN], "day has a time of day; write the date alone, as 2026-02-03"),
    ],
)
def test_xlsx_cell_refusals(tmp_path: Path, row: list[Any], expected: str) -> None:
    said = refused(workbook(tmp_path, [["number", "amount", "day"], row]))
    assert said[0].startswith("master.xlsx:2: " + expected)


def test_xlsx_refuses_what_is_no_whole_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["number", "amount", "day"], ["1", 1, "2026-02-03"]])
    whole = path.read_bytes()
    expected = ["the file is no whole .xlsx workbook; save it again as .xlsx; it may be cut"]
    for content in (whole[: len(whole) // 2], b"no zip at all", whole[:2000] + b"XXXX" + whole[2004:]):
        assert refused(text_file(tmp_path, content, "cut.xlsx")) == expected
    with zipfile.ZipFile(tmp_path / "empty.xlsx", "w") as book:
        book.writestr("x.txt", "no sheets")
    assert refused(tmp_path / "empty.xlsx") == expected


def test_xlsx_with_two_filled_sheets_or_none_is_refused(tmp_path: Path) -> None:
    rows = [["number", "amount", "day"], ["1", 1, "2026-02-03"]]
    assert refused(workbook(tmp_path, rows, rows)) == [
        "2 sheets hold something; keep the rows in one sheet, and hide or remove the others"
    ]
    assert refused(workbook(tmp_path, []))[0].startswith("no visible sheet holds anything; keep the rows in one sheet")
    assert read(workbook(tmp_path, rows, [])) == [(2, ("1", "1.0", "2026-02-03", None, None))]


def test_a_stray_cell_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "stray.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_string(0, 0, "number")
    sheet.write_string(1_048_575, 16_383, "x")
    book.close()
    assert refused(path) == ["the sheet spans 1,048,576 rows and 16,384 columns; delete the stray cells far out"]


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path, [["number", "amount", "day"], ["1", 1, "2026-02-03"]])
    monkeypatch.setattr("reconcile.tabular.sheet.UNPACKED_LIMIT", 1000)
    assert refused(path) == ["the workbook unpacks to more than 2 GB; split it into smaller files"]


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)  # sparse: takes no room
    assert refused(path) == ["the file has 2,147,483,648 bytes, the limit is 536,870,912; split it into smaller files"]
    small = text_file(tmp_path, HEADER + "1,1,2026-02-03,a\n")
    assert refused(small, limit=10)[0].startswith("the file has 40 bytes, the limit is 10")


def test_a_path_that_is_no_master_data_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "x.pdf") == ["a file ending in '.pdf' is no master-data file; use .csv, .xlsx or .jsonl"]
    assert refused(tmp_path / "absent.csv") == ["there is no such file; check the path"]


def test_a_true_tax_id_is_no_card(tmp_path: Path) -> None:
    content = "number,amount,day,tax_id\n"
    for tax_id in ("32003921234562", "200000017", "990140000007", "P012345678M"):
        content += f"1,1,2026-02-03,{tax_id}\n"
    assert len(read(text_file(tmp_path, content))) == 4
    said = refused(text_file(tmp_path, f"number,amount,day,tax_id\n1,1,2026-02-03,{CARD}\n"))
    assert "stands in tax_id" in said[0]


def test_a_hundred_problems_are_enough(tmp_path: Path) -> None:
    said = refused(text_file(tmp_path, HEADER + ",1,2026-02-03,a\n" * 5000))
    assert len(said) == 100
    assert said[99].startswith("master.csv:101: ")


def test_an_xlsx_with_entities_is_not_expanded(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["number", "amount", "day"], ["1", 1, "2026-02-03"]])
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">' + "".join(
        f'<!ENTITY c{number} "{"&b;" * 1000}">' for number in range(50)
    )
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "bomb.xlsx", "w") as changed:
        for member in whole.namelist():
            content = whole.read(member)
            if member == "xl/sharedStrings.xml":
                content = (bomb + "]>" + content.decode().partition("?>")[2].replace("number", "&c1;&c2;")).encode()
            changed.writestr(member, content)
    assert refused(tmp_path / "bomb.xlsx")


def test_json_numbers_may_be_written_as_text_too(tmp_path: Path) -> None:
    row = json.dumps({"number": "1", "amount": "5.00", "day": "2026-02-03", "tax_id": ""})
    assert read(text_file(tmp_path, row, "m.jsonl")) == [(1, ("1", "5.00", "2026-02-03", None, ""))]
