"""Master data: all rows or none, history kept, nothing that was issued ever changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, insert, select

from reconcile.problem import Refusal
from reconcile.reference import number_key
from reconcile.steps.masters import (
    ImportResult,
    add_power,
    import_accounts,
    import_bank_accounts,
    import_invoices,
    import_powers,
    list_powers,
    revoke_power,
)
from reconcile.store import tables
from tests.steps.books import NOW, OWN, Line, one_c, open_books, upload

BIN, OTHER_BIN, IIN = "990140000007", "000140000012", "900101300017"
ACCOUNTS = (
    "account_number,holder_name,holder_type,country,currency,tax_id,other_tax_ids,bank_accounts,email,opened_on,status\n"
)
ROMASHKA = f"104582,ТОО «Ромашка»,legal_entity,KZ,KZT,{BIN},,kz86 125k zt50 0410 0100,a@example.org,2025-01-31,open\n"
IVANOV = f"5,Иванов Иван,individual,KZ,KZT,{IIN},,,,,\n"
INVOICES = "invoice_number,account_number,amount,currency,issued_on,expires_on,status\n"
POWERS = (
    "reference,account_number,representative_name,representative_tax_id,issued_on,valid_from,valid_until,revoked_on\n"
)
BANKS = "bank_account,country,currency,legal_entity,bank_name,books_from,opening_balance\n"
LATER = datetime(2026, 3, 1, 12, tzinfo=UTC)
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For tables of faulty cells: no database is asked."""


@pytest.fixture
def engine(database_url: str) -> Engine:
    return open_books(database_url)


@pytest.fixture
def load(engine: Engine, tmp_path: Path) -> Callable[..., ImportResult]:
    def run(verb: Callable[..., ImportResult], content: str, name: str = "master.csv", **options: Any) -> ImportResult:
        path = tmp_path / name
        path.write_text(content, "utf-8")
        return verb(engine, path, **{"actor": "alina", "now": NOW, **options})

    return run


@pytest.fixture
def refused(engine: Engine, load: Callable[..., ImportResult]) -> Callable[..., list[str]]:
    """The problems of an import, after which everything stands as it stood."""

    def run(verb: Callable[..., ImportResult], content: str, **options: Any) -> list[str]:
        before = books(engine)
        with pytest.raises(Refusal) as caught:
            load(verb, content, **options)
        assert books(engine) == before
        return [str(problem) for problem in caught.value.problems]

    return run


def rows(engine: Engine, table: Table) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


def books(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    names = (
        "own_bank_account", "account", "holder", "holder_name", "holder_tax_id", "holder_bank_account", "invoice",
        "power_of_attorney", "master_history", "audit_log",
    )  # fmt: skip
    return {name: rows(engine, tables.metadata.tables[name]) for name in names}


def history(engine: Engine) -> list[tuple[Any, ...]]:
    return [(row["kind"], row["key"], row["before"], row["after"]) for row in rows(engine, tables.master_history)]


# --- accounts and their holders --------------------------------------------------------------------------------------


def test_an_account_and_its_holder_come_in_whole(engine: Engine, load: Callable[..., ImportResult]) -> None:
    assert load(import_accounts, ACCOUNTS + ROMASHKA) == ImportResult("accounts", 1, 1, 0, 0)
    (stored,) = rows(engine, tables.account)
    assert stored == {
        "number": "104582", "number_key": "104582", "zeroless_key": "104582", "holder_key": f"KZ:{BIN}",
        "holder_name": "ТОО «Ромашка»", "country": "KZ", "currency": "KZT", "tax_ids": [BIN],
        "bank_accounts": ["KZ86125KZT5004100100"], "email": "a@example.org", "opened_on": date(2025, 1, 31),
        "status": "open", "language": None,
    }  # fmt: skip
    assert rows(engine, tables.holder) == [{"key": f"KZ:{BIN}", "country": "KZ", "type": "legal_entity"}]
    assert [row["name"] for row in rows(engine, tables.holder_name)] == ["ТОО «Ромашка»"]
    assert [row["name_key"] for row in rows(engine, tables.holder_name)] != [""]
    assert [row["bank_account"] for row in rows(engine, tables.holder_bank_account)] == ["KZ86125KZT5004100100"]


def test_the_history_says_who_when_from_where_and_what(engine: Engine, load: Callable[..., ImportResult]) -> None:
    load(import_accounts, ACCOUNTS + ROMASHKA)
    changed = ROMASHKA.replace(",open", ",closed")
    assert load(import_accounts, ACCOUNTS + changed, "second.csv", actor="berik", now=LATER).changed == 1
    first, second = rows(engine, tables.master_history)
    assert (first["actor"], first["source"], first["at"], first["before"]) == ("alina", "master.csv", NOW, None)
    assert (second["actor"], second["source"], second["at"]) == ("berik", "second.csv", LATER)
    assert second["before"] == first["after"]
    assert second["after"] == {**first["after"], "status": "closed"}
    audited = rows(engine, tables.audit_log)
    assert [(row["actor"], row["act"], row["subject"], row["reason"]) for row in audited] == [
        ("alina", "import", "accounts", "master.csv"),
        ("berik", "import", "accounts", "second.csv"),
    ]
    assert audited[1]["details"] == {"rows": 1, "new": 0, "changed": 1, "unchanged": 0}


def test_importing_twice_changes_nothing(engine: Engine, load: Callable[..., ImportResult]) -> None:
    contents = [
        (import_bank_accounts, BANKS + f"{OWN},KZ,KZT,Cloud KZ,Kaspi,2026-01-01,-12.50\n"),
        (import_accounts, ACCOUNTS + ROMASHKA + IVANOV + "7,X,individual,UZ,UZS,,,,,,\n"),
        (import_invoices, INVOICES + "INV-1,104582,150000.00,KZT,2026-02-01,2026-03-01,open\n"),
        (import_powers, POWERS + f"P-1,104582,Иванов Иван,{IIN},2026-01-31,2026-02-01,2027-01-31,\n"),
    ]
    for verb, content in contents:
        assert load(verb, content).new > 0
    before = books(engine)
    for verb, content in contents:
        result = load(verb, content, now=LATER)
        assert (result.new, result.changed, result.unchanged) == (0, 0, result.rows)
    assert books(engine) == before


def test_an_absent_column_keeps_and_an_empty_cell_clears(engine: Engine, load: Callable[..., ImportResult]) -> None:
    load(import_accounts, ACCOUNTS + ROMASHKA)
    short = "account_number,holder_name,holder_type,country,currency"
    row = "104582,ТОО «Ромашка»,legal_entity,KZ,KZT"
    assert load(import_accounts, f"{short}\n{row}\n").unchanged == 1
    assert load(import_accounts, f"{short},email,bank_accounts\n{row},,\n").changed == 1
    (stored,) = rows(engine, tables.account)
    assert (stored["email"], stored["bank_accounts"], stored["tax_ids"]) == (None, [], [BIN])
    assert stored["opened_on"] == date(2025, 1, 31)
    assert rows(engine, tables.holder_bank_account) == []


def test_a_holder_gathers_what_all_its_accounts_say(engine: Engine, load: Callable[..., ImportResult]) -> None:
    second = f"104583,Romashka LLP,legal_entity,KZ,KZT,{BIN},{OTHER_BIN},KZ11; KZ22,,,\n"
    load(import_accounts, ACCOUNTS + ROMASHKA + second)
    assert [row["name"] for row in rows(engine, tables.holder_name)] == ["Romashka LLP", "ТОО «Ромашка»"]
    assert {row["tax_id"] for row in rows(engine, tables.holder_tax_id)} == {BIN, OTHER_BIN}
    assert len(rows(engine, tables.holder_bank_account)) == 3
    load(import_accounts, ACCOUNTS + f"104583,ТОО «Ромашка»,legal_entity,KZ,KZT,{BIN},,,,,\n")
    assert [row["name"] for row in rows(engine, tables.holder_name)] == ["ТОО «Ромашка»"]
    assert {row["tax_id"] for row in rows(engine, tables.holder_tax_id)} == {BIN}
    assert len(rows(engine, tables.holder_bank_account)) == 1


def test_a_holder_without_a_tax_id_is_the_account_until_the_id_is_known(
    engine: Engine, load: Callable[..., ImportResult]
) -> None:
    load(import_accounts, ACCOUNTS + "9,Ali Valiyev,individual,UZ,UZS,,,,,,\n")
    assert [row["key"] for row in rows(engine, tables.holder)] == ["account:9"]
    load(import_accounts, ACCOUNTS + "9,Ali Valiyev,individual,UZ,UZS,32003921234562,,,,,\n")
    assert [row["key"] for row in rows(engine, tables.holder)] == ["UZ:32003921234562"]
    assert [row["holder_key"] for row in rows(engine, tables.holder_name)] == ["UZ:32003921234562"]


def test_a_tax_id_may_move_between_holders_within_one_file(engine: Engine, load: Callable[..., ImportResult]) -> None:
    first = "1,A,legal_entity,KZ,KZT,{},{},,,,\n"
    load(import_accounts, ACCOUNTS + first.format(BIN, IIN))
    load(import_accounts, ACCOUNTS + first.format(BIN, "") + f"2,B,legal_entity,KZ,KZT,{OTHER_BIN},{IIN},,,,\n")
    assert {(row["holder_key"], row["tax_id"]) for row in rows(engine, tables.holder_tax_id)} == {
        (f"KZ:{BIN}", BIN), (f"KZ:{OTHER_BIN}", OTHER_BIN), (f"KZ:{OTHER_BIN}", IIN),
    }  # fmt: skip


def test_the_type_of_a_holder_changes_with_all_its_accounts_or_not_at_all(
    engine: Engine, load: Callable[..., ImportResult], refused: Callable[..., list[str]]
) -> None:
    row = "{},ИП Иванов,{},KZ,KZT," + IIN + ",,,,,\n"
    load(import_accounts, ACCOUNTS + row.format(1, "individual") + row.format(2, "individual"))
    assert refused(import_accounts, ACCOUNTS + row.format(1, "sole_proprietor")) == [
        "master.csv:2: holder_type sole_proprietor differs from that of account 2 of the same holder; "
        "import all accounts of the holder with the new type"
    ]
    assert refused(import_accounts, ACCOUNTS + row.format(1, "sole_proprietor") + row.format(2, "individual")) == [
        "master.csv:3: holder_type individual: line 2 says sole_proprietor of the same holder; "
        "a holder has one type: correct either row"
    ]
    load(import_accounts, ACCOUNTS + row.format(1, "sole_proprietor") + row.format(2, "sole_proprietor"))
    assert [each["type"] for each in rows(engine, tables.holder)] == ["sole_proprietor"]
    assert history(engine)[-1][2]["holder_type"] == "individual"


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1,A,company,KZ,KZT,,,,,,", "holder_type: 'company' is not known; write one of: legal_entity"),
        ("1,A,individual,ZZ,KZT,,,,,,", "country: 'ZZ' is not an ISO 3166-1 country code; write two capital letters"),
        ("1,A,individual,kz,KZT,,,,,,", "country: 'kz' is not an ISO 3166-1 country code; write two capital letters"),
        ("1,A,individual,DE,EUR,,,,,,", "country DE has no rules in the policy; the countries are: KE, KZ, UZ"),
        ("1,A,individual,KZ,TENGE,,,,,,", "currency: 'TENGE' is not an ISO 4217 currency code; write three letters"),
        ("1,A,individual,KZ,KZT,990140000008,,,,,", "990…08 is no BIN or IIN: twelve digits with a right check digit"),
        ("1,A,individual,KZ,KZT,,990140000008,,,,", "990…08 is no BIN or IIN: twelve digits with a right check digit"),
        ("1,A,individual,UZ,UZS,1234567890,,,,,", "123…90 is no STIR of nine digits and no PINFL of fourteen"),
        ("1,A,individual,KE,KES,X012345678M,,,,,", "X01…8M is no KRA PIN: A or P, nine digits, a letter"),
        ("1,A,individual,KZ,KZT,12,,,,,", "tax_id: … is no tax id; give the number alone, letters and digits"),
        (f"1,A,individual,KZ,KZT,,{BIN},,,,", "other_tax_ids are given and tax_id is empty; write the main one under"),
        ("1,A,individual,KZ,KZT,,,--,,,", "bank_accounts: '--' is no bank account number; give the number or IBAN"),
        ("1,A,individual,KZ,KZT,,,,nobody,,", "email: 'nobody' is no e-mail address; write one address such as"),
        ("1,A,individual,KZ,KZT,,,,,31.01.2026,", "opened_on: '31.01.2026' is no date; write it as 2026-02-03"),
        ("1,A,individual,KZ,KZT,,,,,2026-02-30,", "opened_on: '2026-02-30' is no date; write it as 2026-02-03"),
        ("1,A,individual,KZ,KZT,,,,,,frozen", "status: 'frozen' is not known; write one of: open, closed"),
        ("-,A,individual,KZ,KZT,,,,,,", "account_number: '-' has no letter or digit; give the number"),
        ("1" * 65 + ",A,individual,KZ,KZT,,,,,,", "is longer than 64 characters; give the number alone"),
        ("1,,individual,KZ,KZT,,,,,,", "holder_name is empty; fill it in"),
    ],
)
def test_account_refusals(refused: Callable[..., list[str]], row: str, expected: str) -> None:
    good = "999,B,individual,KZ,KZT,,,,,,\n"
    said = refused(import_accounts, ACCOUNTS + good + row + "\n")
    assert len(said) == 1
    assert said[0].startswith("master.csv:3: ")
    assert expected in said[0]


def test_every_fault_of_a_file_is_named(refused: Callable[..., list[str]]) -> None:
    said = refused(import_accounts, ACCOUNTS + "1,A,company,XX,KZT,,,,,,\n1,B,individual,KZ,KZT,,,,x,,\n,,,,,,,,,,x\n")
    assert [line.split(": ")[0] for line in said] == ["master.csv:2", "master.csv:2", "master.csv:3"] + [
        "master.csv:4"
    ] * 5


def test_number_country_and_currency_of_an_account_never_change(
    load: Callable[..., ImportResult], refused: Callable[..., list[str]]
) -> None:
    load(import_accounts, ACCOUNTS + "9,Ali,individual,KE,KES,,,,,,\n")
    assert refused(import_accounts, ACCOUNTS + "9,Ali,individual,KE,USD,,,,,,\n") == [
        "master.csv:2: currency of '9' is KES on the books and never changes; "
        "the file says USD: correct the row, or give a new number"
    ]
    assert "country of '9' is KE on the books and never changes" in refused(
        import_accounts, ACCOUNTS + "9,Ali,individual,UZ,KES,,,,,,\n"
    )[0]


def test_a_tax_id_of_two_holders_is_refused(
    load: Callable[..., ImportResult], refused: Callable[..., list[str]]
) -> None:
    row = "{},A,legal_entity,KZ,KZT,{},{},,,,\n"
    load(import_accounts, ACCOUNTS + row.format(1, BIN, IIN))
    expected = "already belongs to another holder, of account 1; give both accounts the same tax_id, or remove it"
    assert expected in refused(import_accounts, ACCOUNTS + row.format(2, IIN, ""))[0]
    assert expected in refused(import_accounts, ACCOUNTS + row.format(2, OTHER_BIN, IIN))[0]
    in_file = refused(import_accounts, ACCOUNTS + row.format(3, OTHER_BIN, "") + row.format(4, BIN, OTHER_BIN))
    assert [line.split(":")[1] for line in in_file] == ["2", "3"]


# --- invoices --------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_account(load: Callable[..., ImportResult]) -> None:
    load(import_accounts, ACCOUNTS + ROMASHKA + IVANOV)


@pytest.mark.usefixtures("with_account")
def test_an_invoice_may_be_paid_cancelled_or_prolonged_and_nothing_else(
    engine: Engine, load: Callable[..., ImportResult], refused: Callable[..., list[str]]
) -> None:
    load(import_invoices, INVOICES + "СЧ-0012/В,104582,150000.5,KZT,2026-02-01,,\n")
    (stored,) = rows(engine, tables.invoice)
    assert (stored["amount"], stored["status"], stored["number_key"]) == (15000050, "open", number_key("СЧ-0012/В"))
    assert stored["zeroless_key"] == "CЧ12B"
    load(import_invoices, INVOICES + "СЧ-0012/В,104582,150000.50,KZT,2026-02-01,2026-05-01,cancelled\n")
    (stored,) = rows(engine, tables.invoice)
    assert (stored["status"], stored["expires_on"]) == ("cancelled", date(2026, 5, 1))
    assert history(engine)[-1][3]["amount"] == "150000.50"
    said = refused(import_invoices, INVOICES + "СЧ-0012/В,5,150000.51,USD,2026-02-01,,\n")
    assert [line.partition("; ")[0] for line in said] == [
        "master.csv:2: account_number of 'СЧ-0012/В' is 104582 on the books and never changes",
        "master.csv:2: amount of 'СЧ-0012/В' is 150000.50 on the books and never changes",
        "master.csv:2: currency of 'СЧ-0012/В' is KZT on the books and never changes",
    ]


@pytest.mark.usefixtures("with_account")
def test_two_invoices_may_share_a_number_key(engine: Engine, load: Callable[..., ImportResult]) -> None:
    load(import_invoices, INVOICES + "INV-12,104582,1,KZT,2026-02-01,,\nINV12,5,1,KZT,2026-02-01,,\n")
    assert [row["number_key"] for row in rows(engine, tables.invoice)] == ["INV12", "INV12"]


@ON_ONE_DATABASE
@pytest.mark.usefixtures("with_account")
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("A,777,1,KZT,2026-02-01,,", "account_number '777' is not on the books; import the account first, or correct"),
        ("A,104582,1500\u00a0000,KZT,2026-02-01,,", "is not a plain decimal; write it like 1500.00"),
        ("A,104582,1.001,KZT,2026-02-01,,", "has more than the 2 decimals of KZT; nothing is rounded: correct it"),
        ("A,104582,-1,KZT,2026-02-01,,", "amount '-1' is not a plain decimal; write it like 1500.00"),
        ("A,104582,0.00,KZT,2026-02-01,,", "amount '0.00' is zero; write an amount above zero"),
        ("A,104582,1e5,KZT,2026-02-01,,", "amount '1e5' is not a plain decimal; write it like 1500.00"),
        ("A,104582,9999999999999999999,KZT,2026-02-01,,", "is larger than the books can hold; check the decimal mark"),
        ("A,104582,1,KZT,2026-02-02,2026-02-01,", "expires_on 2026-02-01 is before issued_on 2026-02-02; correct"),
        ("A,104582,1,KZT,2026-02-02,,void", "status: 'void' is not known; write one of: open, paid, cancelled"),
        ("G,104582,1,KZT,2026-02-02,,", "invoice_number 'G' stands twice, first on line 2; keep one"),
        ("A,4111111111111111,1,KZT,2026-02-02,,", "a full card number stands in account_number; remove or mask it"),
    ],
)
def test_invoice_refusals(refused: Callable[..., list[str]], row: str, expected: str) -> None:
    said = refused(import_invoices, INVOICES + "G,104582,1,KZT,2026-02-01,,\n" + row + "\n")
    assert len(said) == 1
    assert said[0].startswith("master.csv:3: ")
    assert expected in said[0]
    assert "41111111" not in said[0]


@pytest.mark.usefixtures("with_account")
def test_more_rows_than_one_chunk_are_still_all_or_none(
    engine: Engine,
    load: Callable[..., ImportResult],
    refused: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reconcile.steps.masters.upsert.CHUNK", 7)
    many = "".join(f"N{number},104582,{number}.00,KZT,2026-02-01,,\n" for number in range(1, 31))
    said = refused(import_invoices, INVOICES + many + "N1,104582,1.00,KZT,2026-02-01,,\n")
    assert said == ["master.csv:32: invoice_number 'N1' stands twice, first on line 2; keep one"]
    assert load(import_invoices, INVOICES + many).new == 30
    assert load(import_invoices, INVOICES + many + "M,5,1,KZT,2026-02-01,,\n") == ImportResult("invoices", 31, 1, 0, 30)
    assert len(rows(engine, tables.invoice)) == 31


# --- own bank accounts -----------------------------------------------------------------------------------------------


def test_an_own_account_is_stored_in_its_plain_spelling(engine: Engine, load: Callable[..., ImportResult]) -> None:
    load(import_bank_accounts, BANKS + "kz68 7220 0000 0000 0003,KZ,KZT,Cloud KZ,,2026-01-01,-0.05\n")
    (stored,) = rows(engine, tables.own_bank_account)
    assert (stored["number"], stored["opening_balance"], stored["imported"]) == (OWN, -5, True)
    assert (stored["books_from"], stored["bank_name"], stored["taken_up_at"]) == (date(2026, 1, 1), None, NOW)


def test_an_account_that_a_statement_took_up_is_completed_by_import(
    engine: Engine, load: Callable[..., ImportResult], refused: Callable[..., list[str]], tmp_path: Path
) -> None:
    upload(engine, tmp_path, "s.txt", one_c([Line(date(2026, 2, 3), 1000)], opening=0))
    assert [row["imported"] for row in rows(engine, tables.own_bank_account)] == [False]
    short = "bank_account,country,currency,legal_entity\n"
    assert load(import_bank_accounts, short + f"{OWN},KZ,KZT,Cloud KZ\n", now=LATER).changed == 1
    (stored,) = rows(engine, tables.own_bank_account)
    assert (stored["imported"], stored["legal_entity"]) == (True, "Cloud KZ")
    assert stored["taken_up_at"] == NOW
    assert refused(import_bank_accounts, BANKS + f"{OWN},KZ,KZT,Cloud KZ,,2026-02-04,\n") == [
        f"master.csv:2: currency, books_from and opening_balance of {OWN} are fixed once it has entries; "
        "leave them as they are on the books"
    ]


def test_bank_account_refusals(refused: Callable[..., list[str]]) -> None:
    said = refused(import_bank_accounts, BANKS + f"{OWN},KZ,KZT,Cloud,,2026-13-01,1.555\nKZ1,ZZ,KZT,Cloud,,,--1\n")
    assert said == [
        "master.csv:2: books_from: '2026-13-01' is no date; write it as 2026-02-03",
        "master.csv:3: country: 'ZZ' is not an ISO 3166-1 country code; write two capital letters such as KZ",
    ]
    assert "decimals" in refused(import_bank_accounts, BANKS + f"{OWN},KZ,KZT,Cloud,,,1.555\n")[0]


# --- powers of attorney ----------------------------------------------------------------------------------------------

POWER = "P-1,104582,Иванов Иван,{iin},2026-01-31,2026-02-01,2027-01-31,{revoked}\n"


@pytest.mark.usefixtures("with_account")
def test_a_power_may_be_revoked_and_never_otherwise_changed(
    engine: Engine, load: Callable[..., ImportResult], refused: Callable[..., list[str]]
) -> None:
    load(import_powers, POWERS + POWER.format(iin=IIN, revoked=""))
    said = refused(import_powers, POWERS + "P-1,5,Петров Пётр,,2026-01-30,2026-02-02,2027-01-30,\n")
    assert [line.split(" of ")[0] for line in said] == [
        f"master.csv:2: {name}"
        for name in (
            "account_number", "representative_name", "representative_tax_id", "issued_on", "valid_from", "valid_until"
        )
    ]  # fmt: skip
    load(import_powers, POWERS + POWER.format(iin=IIN, revoked="2026-05-01"))
    assert [row["revoked_on"] for row in rows(engine, tables.power_of_attorney)] == [date(2026, 5, 1)]
    assert refused(import_powers, POWERS + POWER.format(iin=IIN, revoked="")) == [
        "master.csv:2: 'P-1' was revoked on 2026-05-01, and a revocation stands; "
        "register a new power under another reference"
    ]


@ON_ONE_DATABASE
@pytest.mark.usefixtures("with_account")
@pytest.mark.parametrize(
    ("valid_from", "valid_until", "expected"),
    [
        ("2026-02-03", "2027-02-02", None),
        ("2026-02-03", "2027-02-03", "its last day is 2027-02-02 at the latest"),
        ("2024-02-29", "2025-02-28", None),
        ("2024-02-29", "2025-03-01", "its last day is 2025-02-28 at the latest"),
        ("2023-03-01", "2024-02-29", None),
        ("2023-03-01", "2024-03-01", "its last day is 2024-02-29 at the latest"),
        ("2026-02-03", "2026-02-03", None),
        ("2026-02-03", "2026-02-02", "valid_until 2026-02-02 is before valid_from 2026-02-03; correct either day"),
        ("9999-01-01", "9999-02-02", "valid_from 9999-01-01 is no real day; correct it"),
    ],
)
def test_a_power_runs_for_a_year_at_most(
    load: Callable[..., ImportResult],
    refused: Callable[..., list[str]],
    valid_from: str,
    valid_until: str,
    expected: str | None,
) -> None:
    content = POWERS + f"P-1,104582,Иванов Иван,,,{valid_from},{valid_until},\n"
    if expected is None:
        assert load(import_powers, content).new == 1
    else:
        assert expected in refused(import_powers, content)[0]


@pytest.mark.usefixtures("with_account")
def test_power_refusals(refused: Callable[..., list[str]]) -> None:
    said = refused(import_powers, POWERS + "P,777,A,,,2026-01-01,2026-02-01,\n")
    assert "account_number '777' is not on the books" in said[0]
    said = refused(import_powers, POWERS + "P" * 81 + ",104582,A,,,2026-01-01,2026-02-01,\n")
    assert "is longer than 80 characters; give the reference alone" in said[0]


def register(engine: Engine, **changes: Any) -> bool:
    given: dict[str, Any] = {
        "reference": "P-1", "account_number": "104582", "representative_name": "Иванов  Иван",
        "representative_tax_id": IIN, "issued_on": None, "valid_from": date(2026, 2, 1),
        "valid_until": date(2027, 1, 31), "actor": "berik", "now": NOW, "reason": "original seen",
    }  # fmt: skip
    return add_power(engine, **{**given, **changes})


@pytest.mark.usefixtures("with_account")
def test_a_power_by_hand_follows_the_same_rules(engine: Engine) -> None:
    assert register(engine) is True
    assert register(engine) is False
    assert history(engine)[-1][:3] == ("power_of_attorney", "P-1", None)
    last = rows(engine, tables.audit_log)[-1]
    assert (last["actor"], last["act"], last["subject"], last["reason"]) == ("berik", "poa add", "P-1", "original seen")
    for changes, expected in (
        ({"valid_until": date(2027, 1, 30)}, "valid_until of 'P-1' is 2027-01-31 on the books and never changes; "
            "2027-01-30 is given: leave it as it is, or give a new number"),
        ({"reference": "P-2", "account_number": "777"}, "account_number '777' is not on the books"),
        ({"reference": "P-2", "valid_until": date(2027, 2, 1)}, "runs for more than a year"),
        ({"reference": "P-2", "representative_name": " "}, "representative_name is empty; fill it in"),
        ({"reference": "P-2", "representative_name": "4111 1111 1111 1111"}, "a full card number stands in"),
    ):
        with pytest.raises(Refusal, match=expected) as caught:
            register(engine, **changes)
        assert caught.value.problems[0].line is None
    assert len(rows(engine, tables.power_of_attorney)) == 1


@pytest.mark.usefixtures("with_account")
def test_revoking_is_recorded_once_and_stands(engine: Engine) -> None:
    register(engine)
    day = date(2026, 6, 1)
    assert revoke_power(engine, "P-1", day, actor="berik", now=LATER, reason="letter") is True
    assert revoke_power(engine, "P-1", day, actor="berik", now=LATER) is False
    assert history(engine)[-1][2]["revoked_on"] is None
    assert history(engine)[-1][3]["revoked_on"] == "2026-06-01"
    with pytest.raises(Refusal, match="was revoked on 2026-06-01, and a revocation stands"):
        revoke_power(engine, "P-1", date(2026, 7, 1), actor="berik", now=LATER)
    with pytest.raises(Refusal, match="there is no power of attorney 'P-9'; see `reconcile poa list`"):
        revoke_power(engine, "P-9", day, actor="berik", now=LATER)


@pytest.mark.usefixtures("with_account")
def test_powers_are_listed_for_the_holder_whichever_account_they_were_registered_on(
    engine: Engine, load: Callable[..., ImportResult]
) -> None:
    load(import_accounts, ACCOUNTS + ROMASHKA.replace("104582", "104583"))
    register(engine)
    register(engine, reference="P-2", account_number="5", valid_from=date(2026, 3, 1))
    revoke_power(engine, "P-1", date(2026, 6, 1), actor="berik", now=LATER)
    assert [each.power.reference for each in list_powers(engine)] == ["P-1", "P-2"]
    (found,) = list_powers(engine, "104583", date(2026, 6, 1))
    assert (found.power.reference, found.standing, found.holder_name) == ("P-1", "revoked", "ТОО «Ромашка»")
    assert [each.standing for each in list_powers(engine, day=date(2026, 2, 15))] == ["valid", "not_yet_valid"]
    assert list_powers(engine, "777") == []


def test_history_and_audit_cannot_be_rewritten(engine: Engine, load: Callable[..., ImportResult]) -> None:
    load(import_accounts, ACCOUNTS + ROMASHKA)
    with pytest.raises(Exception, match="insert-only"), engine.begin() as connection:
        connection.execute(tables.master_history.delete())
    with engine.begin() as connection:  # adding goes on
        connection.execute(
            insert(tables.master_history).values(kind="x", key="y", at=NOW, actor="a", source="s", after={})
        )
