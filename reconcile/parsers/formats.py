"""What can be read, and what each format gives: the content of `reconcile formats`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconcile.parsers import tables
from reconcile.parsers.source import ReadContext
from reconcile.parsers.table_profile import Profile


@dataclass(frozen=True, slots=True)
class FormatRow:
    """One line of the list. `tax_id`, `ultimate_debtor` and `bank_reference`: whether the format has a place for them;
    a bank may still leave it empty."""

    format: str
    profile: str
    title: str
    versions: str
    source_of_money: bool
    tax_id: bool
    ultimate_debtor: bool
    bank_reference: bool


_FORMATS: Final = (
    FormatRow("1c", "", "1CClientBankExchange", "1.01-1.03, Kazakh 2.0", True, True, True, True),
    FormatRow("camt", "", "ISO 20022 camt.053, statement", "001.01-001.13", True, True, True, True),
    FormatRow("camt", "", "ISO 20022 camt.052, intraday report", "001.01-001.13", False, True, True, True),
    FormatRow("camt", "", "ISO 20022 camt.054, notification", "001.01-001.13", False, True, True, True),
    FormatRow("ofx", "", "OFX and QFX", "1.x, 2.x", True, False, False, True),
    FormatRow("mt940", "", "SWIFT MT940, statement", "", True, True, True, True),
    FormatRow("mt940", "", "SWIFT MT942, intraday report", "", False, True, True, True),
)


def describe(context: ReadContext | None = None) -> list[FormatRow]:
    """Every format, and every profile of tables, the caller's own among them."""
    return [*_FORMATS, *map(_of_profile, tables.profiles_of(context or ReadContext()))]


def _of_profile(profile: Profile) -> FormatRow:
    pattern = profile.party.groupindex if profile.party else {}
    return FormatRow(
        format=tables.NAME,
        profile=profile.name,
        title=profile.title,
        versions="CSV, XLSX, XLS, HTML",
        source_of_money=True,
        tax_id=any(role in profile.columns for role in ("tax_id", "payer_tax_id")) or "tax_id" in pattern,
        ultimate_debtor=False,
        bank_reference="reference" in profile.columns,
    )
