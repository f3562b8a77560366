"""Small helpers of the step tests: books on a database, statements as a bank would write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, text

from reconcile.policy import PolicyBook, load_policy
from reconcile.steps.ingest import Origin, StatementResult, ingest
from reconcile.store import schema
from reconcile.store.engine import make_engine

NOW = datetime(2026, 2, 10, 3, 0, tzinfo=UTC)
OWN = "KZ687220000000000003"
ONE_C = "1c"


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a test writes it: minor units, above zero in, below zero out."""

    day: date
    amount: int
    number: str = "1"
    purpose: str = "Оплата"
    name: str = "ТОО Ромашка"
    tax_id: str = ""
    account: str = ""
    actual_payer: str = ""


def open_books(url: str) -> Engine:
    engine = make_engine(url)
    schema.upgrade(engine)
    return engine


def policies() -> PolicyBook:
    return load_policy(None)


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def one_c(
    lines: Sequence[Line],
    *,
    opening: int,
    own: str = OWN,
    first: date | None = None,
    last: date | None = None,
    closing: int | None = None,
) -> str:
    """A Kazakh 1CClientBankExchange statement whose balances follow from its lines, unless `closing` says otherwise."""
    first = first or min(line.day for line in lines)
    last = last or max(line.day for line in lines)
    income = sum(line.amount for line in lines if line.amount > 0)
    outgo = -sum(line.amount for line in lines if line.amount < 0)
    closing = opening + income - outgo if closing is None else closing
    page = [
        "1CClientBankExchange", "ВерсияФормата=2.0", "Кодировка=UTF-8", "Отправитель=Банк",
        f"ДатаНачала={first:%d.%m.%Y}", f"ДатаКонца={last:%d.%m.%Y}", f"РасчСчет={own}",
        "СекцияРасчСчет", f"ДатаНачала={first:%d.%m.%Y}", f"ДатаКонца={last:%d.%m.%Y}", f"РасчСчет={own}",
        f"НачальныйОстаток={_signed(opening)}", f"ВсегоПоступило={money(income)}", f"ВсегоСписано={money(outgo)}",
        f"КонечныйОстаток={_signed(closing)}", "КонецРасчСчет",
    ]  # fmt: skip
    for line in lines:
        page += _document(line, own)
    return "\r\n".join([*page, "КонецФайла", ""])


def _signed(minor: int) -> str:
    return ("-" if minor < 0 else "") + money(abs(minor))


def _document(line: Line, own: str) -> list[str]:
    us, them = ("Получатель", "Плательщик") if line.amount > 0 else ("Плательщик", "Получатель")
    key = "СуммаПриход" if line.amount > 0 else "СуммаРасход"
    return [
        'СекцияДокумент=Выписка', "ВидДокумента=ПлатежноеПоручение", f"НомерДокумента={line.number}",
        f"ДатаДокумента={line.day:%d.%m.%Y}", f"ДатаОперации={line.day:%d.%m.%Y}", f"{key}={money(abs(line.amount))}",
        "Валюта=KZT", f"{them}Наименование={line.name}", f"{them}БИН_ИИН={line.tax_id}", f"{them}ИИК={line.account}",
        f"{us}Наименование=ТОО Облако", f"{us}ИИК={own}",
        *([f"ФактическийПлательщикНаименование={line.actual_payer}"] if line.actual_payer else []),
        f"НазначениеПлатежа={line.purpose}", "КонецДокумента",
    ]  # fmt: skip


def upload(engine: Engine, folder: Path, name: str, content: str | bytes, **kwargs: object) -> list[StatementResult]:
    """Ingest a file as a person would."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    origin = kwargs.pop("origin", Origin("tester"))
    return ingest(engine, path, origin=origin, now=NOW, policies=policies(), **kwargs)  # type: ignore[arg-type]
