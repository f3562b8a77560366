"""Books with three customers and the provider's own accounts, for tests of issuing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from reconcile.steps import masters
from tests.steps.books import NOW, OWN, open_books, policies

ACCOUNTS = """account_number,holder_name,holder_type,country,currency,tax_id,email,status,language
104582,ТОО «Ромашка и партнёры»,legal_entity,KZ,KZT,971240001315,pay@example.org,open,
104583,Иванов Иван Иванович,individual,KZ,KZT,,,open,kk
104584,ТОО Закрытое,legal_entity,KZ,KZT,220740445977,,closed,
205001,Karimov Bekzod,individual,UZ,UZS,,,open,
205002,Ziyo MChJ,legal_entity,UZ,UZS,301234567,,open,ru
"""
OWN_ACCOUNTS = f"""bank_account,country,currency,legal_entity,bank_name
{OWN},KZ,KZT,ТОО «Облако»,АО «Банк»
20208000900000000001,UZ,UZS,Bulut MChJ,Bank ATB
"""


def books_with_customers(url: str, folder: Path) -> Engine:
    engine = open_books(url)
    for name, text, load in (
        ("own.csv", OWN_ACCOUNTS, masters.import_bank_accounts),
        ("accounts.csv", ACCOUNTS, masters.import_accounts),
    ):
        (folder / name).write_text(text, "utf-8")
        more = {"policies": policies()} if load is masters.import_accounts else {}
        load(engine, folder / name, actor="tester", now=NOW, **more)
    return engine
