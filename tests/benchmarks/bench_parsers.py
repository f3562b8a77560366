"""`python -m tests.benchmarks.bench_parsers [ENTRIES]`: the parsers against the plainest reading of the same file.

1C against a line loop that splits and keeps the fields of a document (goal: at most 4 times it), camt against a bare
walk of lxml (at most 3), a table against `csv.reader` with strict amounts and dates (at most 4), MT940 against mt-940
where it is installed (at least 3 times faster), OFX against plain ofxparse (at least 15 times faster at 100,000
transactions). ofxparse needs quadratic time, so it is run on 3,000 and 9,000 transactions and its time at 100,000 is the
parabola through both.
Processor time, one process a measurement, by turns and the best of three, for a busy machine only adds; memory is that
process's peak.
"""

from __future__ import annotations

import csv
import importlib.util
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from lxml import etree
from ofxparse import OfxParser

from reconcile.parsers import ReadContext, open_statement
from reconcile.steps.garbage import collect_seldom

ROUNDS = 3
SMALL = (3_000, 9_000)
"""Transactions that plain ofxparse is given."""
OWN = "20208000900000001001"


def one_c(count: int) -> Iterator[str]:
    yield f"1CClientBankExchange\nВерсияФормата=1.03\nРасчСчет={OWN}\nСекцияРасчСчет\nРасчСчет={OWN}\n"
    yield "НачальныйОстаток=0.00\nКонецРасчСчет\n"
    for number in range(count):
        payer = f"20208000{number % 100000:05d}0002001"
        yield (
            f"СекцияДокумент=Платежное поручение\nНомер={number}\nДата=02.02.2026\nСумма={number % 9999}.50\n"
            f"ПлательщикСчет={payer}\nДатаСписано=02.02.2026\nПлательщик=ООО ПРОБА {number % 5000}\n"
            f"ПлательщикИНН=2{number % 10**8:08d}\nПлательщикРасчСчет={payer}\nПлательщикБанк1=АКБ ПРИМЕР\n"
            f"ПлательщикБИК=00444\nПлательщикКорсчет=\nПолучательСчет={OWN}\nДатаПоступило=02.02.2026\n"
            f"Получатель=ООО ОБЛАКО ПРИМЕР\nПолучательИНН=300000009\nПолучательРасчСчет={OWN}\nПолучательБанк1=АКБ\n"
            f"ПолучательБИК=00450\nВидОплаты=01\nОчередность=5\nНазначениеПлатежа=00664 Оплата за услуги по счету "
            f"INV-2026-{number:06d} от 01.02.2026, л/с {1000000 + number}\nКонецДокумента\n"
        )
    yield "КонецФайла\n"


def camt(count: int) -> Iterator[str]:
    yield '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S</Id>'
    yield f"<Acct><Id><Othr><Id>{OWN}</Id></Othr></Id><Ccy>UZS</Ccy></Acct>\n"
    for number in range(count):
        amount = f'<Amt Ccy="UZS">{number % 9999}.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        yield (
            f"<Ntry>{amount}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-02-02</Dt></BookgDt><ValDt><Dt>2026-02-02</Dt>"
            f"</ValDt><AcctSvcrRef>R{number}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>E{number}</EndToEndId>"
            f"</Refs>{amount}<RltdPties><Dbtr><Pty><Nm>ПРОБА {number}</Nm><Id><OrgId><Othr><Id>2{number % 10**8:08d}"
            f"</Id></Othr></OrgId></Id></Pty></Dbtr><DbtrAcct><Id><Othr><Id>20208000{number % 100000:05d}0002001</Id>"
            f"</Othr></Id></DbtrAcct></RltdPties><RltdAgts><DbtrAgt><FinInstnId><BICFI>TESTUZ2X</BICFI></FinInstnId>"
            f"</DbtrAgt></RltdAgts><RmtInf><Ustrd>INV-2026-{number:06d}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
        )
    yield "</Stmt></BkToCstmrStmt></Document>"


def ofx(count: int) -> Iterator[str]:
    yield "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:UTF-8\nCHARSET:NONE\n\n<OFX><BANKMSGSRSV1><STMTTRNRS>"
    yield "<STMTRS><CURDEF>KES<BANKACCTFROM><BANKID>01<ACCTID>0100100100</BANKACCTFROM><BANKTRANLIST>\n"
    for number in range(count):
        yield (
            f"<STMTTRN>\n<TRNTYPE>CREDIT\n<DTPOSTED>20260202120000\n<TRNAMT>{number % 9999}.50\n<FITID>F{number}\n"
            f"<NAME>PROBE TRADERS {number}\n<MEMO>Payment for invoice INV-2026-{number:06d}\n</STMTTRN>\n"
        )
    yield "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"


def mt940(count: int) -> Iterator[str]:
    yield ":20:ST1\n:25:KZ687220000000000003\n:28C:1/1\n:60F:C260201KZT0,00\n"
    for number in range(count):
        yield (
            f":61:2602020202C{number % 9999},50NTRFNONREF//B{number:09d}\n:86:166?00GUTSCHRIFT?100599?20EREF+NOTPROVIDED"
            f"?21SVWZ+Payment for invoi?22ce INV-2026-{number:06d} from\n 01.02.2026?30TESTKZ2X?31KZ61601000000000000"
            f"4?32PROBE TRADERS {number % 5000}?34914\n"
        )
    yield ":62F:C260202KZT0,00\n-\n"


def table(count: int) -> Iterator[str]:
    yield "Account Number,KZ687220000000000003\nDate,Details,Debit,Credit,Balance,Counterparty,Tax ID,"
    yield "Counterparty Account,Reference,Currency\n"
    balance = 0
    for number in range(count):
        amount = number % 9999 * 100 + 50
        balance += amount
        yield (
            f"2026-02-02,Payment for invoice INV-2026-{number:06d} account {1000000 + number},,{amount // 100}.50,"
            f"{balance // 100}.{balance % 100:02d},PROBE TRADERS {number % 5000},990240{number % 10**6:06d},"
            f"KZ616010000000000004,R{number},KZT\n"
        )


def read(path: Path) -> None:
    for statement in open_statement(path, file_name=path.name, context=ReadContext(max_bytes=2**34)):
        for _ in statement.entries:
            pass


def line_loop(path: Path) -> None:
    with path.open(encoding="cp1251") as lines:
        fields: dict[str, str] = {}
        for line in lines:
            key, _, value = line.strip().partition("=")
            if key == "КонецДокумента":
                fields = {}
            fields[key] = value


def csv_reader(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        for cells in csv.reader(lines):
            if len(cells) == 10 and cells[0] != "Date":
                date.fromisoformat(cells[0])
                for text in cells[2:5]:
                    if text:
                        int(Decimal(text) * 100)


def library_mt940(path: Path) -> None:
    import mt940 as library  # type: ignore[import-not-found,unused-ignore]

    for statement in library.parse_statements(path.read_text(encoding="utf-8")):
        len(statement.transactions)


def bare_walk(path: Path) -> None:
    for _, element in etree.iterparse(str(path)):
        element.clear()


def plain_ofxparse(path: Path) -> None:
    warnings.simplefilter("ignore")
    with path.open("rb") as stream:
        OfxParser.parse(stream)


TASKS: dict[str, Callable[[Path], None]] = {
    task.__name__: task for task in (read, line_loop, bare_walk, csv_reader, library_mt940, plain_ofxparse)
}


def measured(task: Callable[[Path], None], path: Path) -> tuple[float, int]:
    """Processor seconds and peak memory in MB, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_parsers", "--task", task.__name__, str(path)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(answer[0]), int(answer[1])


def run_task(name: str, path: Path) -> None:
    collect_seldom()  # as the command line does
    started = time.process_time()
    TASKS[name](path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(time.process_time() - started, peak)


COMPARED: dict[str, tuple[Callable[[int], Iterator[str]], str, Callable[[Path], None]]] = {
    "1c": (one_c, "cp1251", line_loop),
    "camt": (camt, "utf-8", bare_walk),
    "table": (table, "utf-8", csv_reader),
    "mt940": (mt940, "utf-8", library_mt940),
}


def compare(directory: Path, name: str, count: int, goal: str) -> None:
    writer, encoding, base = COMPARED[name]
    path = directory / name
    with path.open("w", encoding=encoding) as file:
        file.writelines(writer(count))
    rounds = [(measured(read, path), measured(base, path)) for _ in range(ROUNDS)]
    seconds, peak = min(ours for ours, _ in rounds)
    plain, _ = min(theirs for _, theirs in rounds)
    print(
        f"{name:5} {count:9,} entries {seconds:8.2f} s {peak:5} MB  {seconds / plain:5.2f} x {base.__name__} ({goal})"
    )


def compare_ofx(directory: Path, count: int) -> None:
    paths = {size: directory / f"ofx-{size}" for size in (count, *SMALL)}
    for size, path in paths.items():
        path.write_text("".join(ofx(size)), encoding="utf-8")
    rounds = [
        (measured(read, paths[count]), *(measured(plain_ofxparse, paths[size])[0] for size in SMALL))
        for _ in range(ROUNDS)
    ]
    (seconds, peak), few, many = (min(each) for each in zip(*rounds, strict=True))
    first, second = few / SMALL[0], many / SMALL[1]  # a transaction costs `fixed + square * size`
    square = (second - first) / (SMALL[1] - SMALL[0])
    plain = (first - square * SMALL[0]) * 100_000 + square * 100_000**2
    ours = seconds / count * 100_000
    print(
        f"ofx   {count:9,} entries {seconds:8.2f} s {peak:5} MB  {plain / ours:5.1f} times faster than ofxparse (>= 15)"
    )


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        compare(Path(directory), "1c", count, "<= 4")
        compare(Path(directory), "camt", count, "<= 3")
        compare(Path(directory), "table", count, "<= 4")
        if importlib.util.find_spec("mt940"):
            compare(Path(directory), "mt940", count, "<= 0.33")
        else:
            print("mt940: install mt-940 to compare with it")
        compare_ofx(Path(directory), count // 5)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--task"]:
        run_task(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
