"""The bank takes a credit back: its original is undone where it is certain, and nobody loses another's money."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.problem import Refusal
from reconcile.steps import masters, review, statements
from reconcile.steps.acts import Person
from reconcile.steps.run import run
from reconcile.steps.verify import verify
from tests.steps.books import NOW, OWN, open_books, policies, rows, upload

DAY = date(2026, 2, 3)
BACK = date(2026, 2, 5)
LATER = NOW + timedelta(minutes=5)
ACCOUNTS = """account_number,holder_name,holder_type,country,currency,tax_id
104582,ТОО Ромашка,legal_entity,KZ,KZT,180440021537
"""


def camt(day: date, opening: int, entries: list[tuple[str, int, bool, str]]) -> str:
    """A camt.053 statement: (mark, minor units, reversal, bank reference) an entry, all by one payer."""
    closing = opening + sum(amount if mark == "CRDT" else -amount for mark, amount, _, _ in entries)

    def balance(code: str, minor: int) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='KZT'>{minor / 100:.2f}</Amt>"
            f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    def entry(mark: str, minor: int, reversal: bool, reference: str) -> str:
        party = "<Dbtr><Nm>ТОО Ромашка</Nm><Id><OrgId><Othr><Id>180440021537</Id></Othr></OrgId></Id></Dbtr>"
        if mark == "DBIT":
            party = party.replace("Dbtr>", "Cdtr>")
        return (
            f"<Ntry><Amt Ccy='KZT'>{minor / 100:.2f}</Amt><CdtDbtInd>{mark}</CdtDbtInd>"
            f"<RvslInd>{str(reversal).lower()}</RvslInd><Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
            f"<AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties>{party}</RltdPties>"
            "<RmtInf><Ustrd>Пополнение, лицевой счет 104582</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )

    return (
        "<?xml version='1.0' encoding='UTF-8'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'>"
        f"<BkToCstmrStmt><GrpHdr><MsgId>{day}</MsgId></GrpHdr><Stmt><Id>{day}</Id>"
        f"<FrToDt><FrDtTm>{day}T00:00:00</FrDtTm><ToDtTm>{day}T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><IBAN>{OWN}</IBAN></Id><Ccy>KZT</Ccy></Acct>{balance('OPBD', opening)}{balance('CLBD', closing)}"
        f"{''.join(entry(*each) for each in entries)}</Stmt></BkToCstmrStmt></Document>"
    )


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    books = open_books(database_url)
    path = tmp_path / "accounts.csv"
    path.write_text(ACCOUNTS, encoding="utf-8")
    masters.import_accounts(books, path, actor="t", now=NOW)
    yield books
    assert verify(books) == []
    books.dispose()


def decide(engine: Engine) -> dict[str, int]:
    return run(engine, as_of=date(2026, 4, 1), now=LATER, policies=policies()).statuses


def balance(engine: Engine) -> int:
    return int(rows(engine, "SELECT after FROM balance_change ORDER BY sequence DESC LIMIT 1")[0][0])  # type: ignore[call-overload]


def test_a_reversal_undoes_its_only_possible_original(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "1.xml", camt(DAY, 0, [("CRDT", 5_000, False, "A")]))
    assert decide(engine) == {"credited": 1}
    upload(engine, tmp_path, "2.xml", camt(BACK, 5_000, [("DBIT", 5_000, True, "B")]))
    assert decide(engine) == {"returned": 1}
    assert balance(engine) == 0


def test_of_two_equal_originals_none_is_taken_until_a_person_says_which(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "1.xml", camt(DAY, 0, [("CRDT", 5_000, False, "A"), ("CRDT", 5_000, False, "B")]))
    decide(engine)
    upload(engine, tmp_path, "2.xml", camt(BACK, 10_000, [("DBIT", 5_000, True, "C")]))
    assert decide(engine) == {"credited": 2}
    assert rows(engine, "SELECT kind FROM alert WHERE closed_at IS NULL") == [("reversal_unmatched",)]
    meant = str(rows(engine, "SELECT id FROM payment ORDER BY id")[0][0])
    person = Person("aliya", "the bank says it is this one", LATER + timedelta(minutes=1))
    review.undo(engine, policies(), meant, person)
    review.return_(engine, policies(), meant, person)
    assert decide(engine) == {"credited": 1, "returned": 1}
    assert balance(engine) == 5_000
    assert rows(engine, "SELECT payment_id FROM entry_tie") == [(meant,)]
    assert rows(engine, "SELECT count(*) FROM alert WHERE closed_at IS NULL") == [(0,)]


def test_a_payment_that_waits_to_be_returned_counts_among_the_possible_originals(
    engine: Engine, tmp_path: Path
) -> None:
    upload(engine, tmp_path, "1.xml", camt(DAY, 0, [("CRDT", 5_000, False, "A"), ("CRDT", 5_000, False, "B")]))
    decide(engine)
    first = str(rows(engine, "SELECT id FROM payment ORDER BY id")[0][0])
    person = Person("aliya", "the customer asked for it", NOW)
    review.undo(engine, policies(), first, person)
    review.return_(engine, policies(), first, person)
    upload(engine, tmp_path, "2.xml", camt(BACK, 10_000, [("DBIT", 5_000, True, "C")]))
    assert decide(engine) == {"credited": 1, "returned": 1}
    assert rows(engine, "SELECT count(*) FROM entry_tie") == [(0,)]
    assert rows(engine, "SELECT kind FROM alert WHERE closed_at IS NULL") == [("reversal_unmatched",)]


def test_a_reversal_beyond_the_window_is_left_to_a_person(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "1.xml", camt(DAY, 0, [("CRDT", 5_000, False, "A")]))
    decide(engine)
    late = DAY + timedelta(policies().on(DAY).reversal_window_days + 1)
    upload(engine, tmp_path, "2.xml", camt(late, 5_000, [("DBIT", 5_000, True, "B")]))
    assert decide(engine) == {"credited": 1}
    assert rows(engine, "SELECT kind FROM alert WHERE closed_at IS NULL") == [("reversal_unmatched",)]


def test_a_statement_whose_entry_took_a_payment_back_is_not_voided(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "1.xml", camt(DAY, 0, [("CRDT", 5_000, False, "A")]))
    decide(engine)
    (second,) = upload(engine, tmp_path, "2.xml", camt(BACK, 5_000, [("DBIT", 5_000, True, "B")]))
    assert decide(engine) == {"returned": 1}
    with pytest.raises(Refusal, match="took a payment back, or returned it"):
        statements.void(engine, second.statement_id, Person("aliya", "wrong file", LATER))
    assert balance(engine) == 0
