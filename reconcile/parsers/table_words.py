"""Words of the cells of a table: which side, which status, which rows are no entries."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from reconcile.parsers.source import words
from reconcile.parsers.table_profile import without_accents

_IN: Final = words(
    """c cr crdt cred credit credits creditor k kt kredit h haben gutschrift inflow in incoming income received receipt
    deposit + bij
    к кт кредит приход поступление зачисление пополнение кирим kirim кіріс credito abono haber entrada entrata avere uznanie
    wplyw jovairas alacak inbetalning ind add"""
) | {"money in", "paid in"}
_OUT: Final = words(
    """d dr dbit db deb debit debits debitor dt debet s soll lastschrift outflow out outgoing expense sent withdrawal
    payment - − af
    д дт дебет расход списание чиқим chiqim шығыс
    debito cargo debe saida uscita dare obciazenie wydatek terheles borc ud sub"""
) | {"money out", "paid out"}
LABEL: Final = re.compile(
    r"\b(?:(?:sub|grand )?totals?|(?:opening|closing|starting|ending|beginning) balance|"
    r"(?:balance )?(?:brought|carried) (?:forward|down)|"
    r"b/f|c/f|balance at (?:start|end|beginning) of period|end of (?:statement|report)|summe|gesamt|"
    r"итого|всего|остаток|обороты?|сальдо|жиынтығы|барлығы|қалдық|jami|qoldiq|жами|қолдиқ)\b",
    re.IGNORECASE,
)
TOTAL: Final = re.compile(
    r"\b(?:(?:sub|grand )?totals?|итого|всего|обороты?|жиынтығы|барлығы|jami|жами|summe|gesamt)\b", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def side_of(text: str) -> int | None:
    """1 for money in, -1 for money out, as the direction of a row says; None where it says neither.

    >>> side_of("Cr"), side_of("Дебет"), side_of("X")
    (1, -1, None)
    """
    word = without_accents(text.strip().casefold().rstrip("."))
    return 1 if word in _IN else -1 if word in _OUT else None
