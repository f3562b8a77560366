"""The keys of 1CClientBankExchange, standard and Kazakh dialects, under one spelling.

Sources: the exchange standard of 1C (v8.1c.ru/edi, versions 1.01 to 1.03); the exports of Kazakh banks, which write
some keys in capitals, with leading blanks, and add `БИН_ИИН`, `ИИК`, `КБЕ`, `СуммаПриход`, `СуммаРасход`. A key is
compared without case, blanks and underscores: `ПЛАТЕЛЬЩИКБИН_ИИН` is `плательщикбиниин`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from reconcile.parsers.source import words

_JOINERS: Final = re.compile(r"[\s_\-/.]+")
# What a key looks like: one word, no blanks, a letter first.
_KEY_SHAPE: Final = re.compile(r"[^\W\d_][\w/.\-]{1,59}")
_CAMEL: Final = re.compile(r"[a-zа-яё][A-ZА-ЯЁ]")

HEADER: Final = "1cclientbankexchange"
ACCOUNT_SECTION, ACCOUNT_END = "секциярасчсчет", "конецрасчсчет"
DOCUMENT_SECTION, DOCUMENT_END = "секциядокумент", "конецдокумента"
FILE_END: Final = "конецфайла"

PURPOSE: Final = "назначениеплатежа"
_SIDE_KEYS: Final = (
    "", "1", "2", "3", "4", "наименование", "инн", "бин", "иин", "биниин", "иинбин", "рнн", "счет", "расчсчет", "иик",
    "кбе", "код", "кпп", "бик", "корсчет", "банк", "банк1", "банк2", "банкнаименование", "банкбик", "банкбиниин",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SideKeys:
    """Where one party of a document stands, each in the order of preference."""

    name: tuple[str, ...]
    name_parts: tuple[str, ...]
    tax_id: tuple[str, ...]
    account: tuple[str, ...]
    bank: tuple[str, ...]
    sector: tuple[str, ...]
    mark: str
    """The amount key that says that money moved for this side."""
    moved_on: str
    """The date key of this side, `ДатаСписано` or `ДатаПоступило`."""


def _side(side: str, mark: str, moved_on: str) -> SideKeys:
    def keys(*suffixes: str) -> tuple[str, ...]:
        return tuple(side + suffix for suffix in suffixes)

    return SideKeys(
        name=keys("", "наименование"),
        name_parts=keys("1", "2", "3", "4"),
        tax_id=keys("инн", "биниин", "иинбин", "бин", "иин"),
        account=keys("счет", "иик", "расчсчет"),
        bank=keys("бик", "банкбик", "банкнаименование", "банк", "банк1"),
        sector=keys("кбе", "код"),
        mark=mark,
        moved_on=moved_on,
    )


PAYER: Final = _side("плательщик", "суммарасход", "датасписано")
PAYEE: Final = _side("получатель", "суммаприход", "датапоступило")

NUMBER: Final = ("номер", "номердокумента")
DATES: Final = ("датаоперации", "дата", "датадокумента")
VALUE_DATE: Final = "датавалютирования"
AMOUNT, CURRENCY = "сумма", "валюта"

# Everything that a field of Entry or Detail takes, or that names the own side again; the rest goes to `extra`.
TAKEN: Final = frozenset(
    {PAYER.mark, PAYEE.mark, PAYER.moved_on, PAYEE.moved_on, VALUE_DATE, AMOUNT, CURRENCY, PURPOSE}
    | {PURPOSE + str(part) for part in range(1, 7)}
    | set(NUMBER)
    | set(DATES)
    | {side + key for side in ("плательщик", "получатель") for key in _SIDE_KEYS if key != "рнн"}
)
_OTHERS: Final = words(
    """версияформата кодировка отправитель получатель датасоздания времясоздания датаначала датаконца расчсчет документ
    начальныйостаток всегопоступило всегосписано конечныйостаток квитанциядата квитанциявремя квитанциясодержание
    видплатежа коднзаплатежа кодназплатежа видоплаты код статуссоставителя показателькбк окато октмо
    показательоснования показательпериода показательномера показательдаты показательтипа очередность срокакцепта
    видаккредитива срокплатежа условиеоплаты1 условиеоплаты2 условиеоплаты3 платежпопредст дополнусловия
    номерсчетапоставщика датаотсылкидок виддокумента кодназначенияплатежа плательщикрнн получательрнн кнп"""
)
SECTIONS: Final = frozenset({ACCOUNT_SECTION, ACCOUNT_END, DOCUMENT_SECTION, DOCUMENT_END, FILE_END, HEADER})
KNOWN: Final = TAKEN | _OTHERS | SECTIONS
# Text that a bank may fold over several physical lines.
FOLDABLE: Final = frozenset(
    {PURPOSE, *PAYER.name, *PAYEE.name, *PAYER.name_parts, *PAYEE.name_parts, "квитанциясодержание", "дополнусловия"}
    | {PURPOSE + str(part) for part in range(1, 7)}
    | {"условиеоплаты1", "условиеоплаты2", "условиеоплаты3", "отправитель"}
)


def normal_key(raw: str) -> str:
    """
    >>> normal_key(" ПЛАТЕЛЬЩИКБИН_ИИН ")
    'плательщикбиниин'
    """
    return _JOINERS.sub("", raw).casefold().replace("ё", "е")


def is_key(raw: str) -> bool:
    """Whether the text before the first `=` is a key rather than words of a folded purpose («НДС=12»): a known one, or
    one word in the shape of a key (CamelCase, long capitals, an underscore).

    >>> is_key("ФактПлательщикНаименование"), is_key("НДС"), is_key("счет на оплату")
    (True, False, False)
    """
    raw = raw.strip()
    if normal_key(raw) in KNOWN:
        return _KEY_SHAPE.fullmatch(raw) is not None
    if _KEY_SHAPE.fullmatch(raw) is None:
        return False
    return bool(_CAMEL.search(raw)) or "_" in raw or (raw.isupper() and len(raw) >= 10)


_ULTIMATE: Final = re.compile(
    r"(?P<before>плательщик|получатель)?(?P<word>фактическ(?:ий|ого|ая)|факт|конечн(?:ый|ого))(?P<after>плательщик|"
    r"получатель|отправитель|бенефициар)?а?(?P<field>.*)"
)
_ULTIMATE_FIELDS: Final = {
    "": "name", "наименование": "name", "имя": "name", "фио": "name", "наим": "name", "название": "name",
    "биниин": "tax_id", "иинбин": "tax_id", "бин": "tax_id", "иин": "tax_id", "инн": "tax_id", "ид": "tax_id",
    "пинфл": "tax_id", "стир": "tax_id",
    "иик": "account", "счет": "account", "расчсчет": "account",
    "банкбик": "bank", "бик": "bank", "банк": "bank", "банкнаименование": "bank",
    "кбе": "sector", "код": "sector", "кoд": "sector",
}  # fmt: skip


def ultimate_field(key: str) -> tuple[str, str] | None:
    """For a key of the family «фактический плательщик» / «фактический получатель»: ("payer" or "payee", the field of
    `Party`, or "sector"). The wording differs by bank: `ФактическийПлательщик`, `ФактПлательщикНаименование`,
    `ПлательщикФактБИН_ИИН`. None for any other key.

    >>> ultimate_field("фактплательщикбиниин"), ultimate_field("плательщикфактическийнаименование")
    (('payer', 'tax_id'), ('payer', 'name'))
    """
    found = _ULTIMATE.fullmatch(key)
    if found is None or bool(found["before"]) == bool(found["after"]):
        return None
    field = _ULTIMATE_FIELDS.get(found["field"])
    side = "payer" if (found["before"] or found["after"]) in ("плательщик", "отправитель") else "payee"
    return (side, field) if field else None
