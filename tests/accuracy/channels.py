"""The provider's own bank accounts: one for every format and layout, and what each format can tell of a payer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from reconcile.world import identifiers
from reconcile.world.model import Format, OwnAccount

FIRST_DAY: Final = date(2026, 2, 2)
OPENING: Final = 50_000_000_00


@dataclass(frozen=True, slots=True)
class Channel:
    """`layout` is the file's kind; the flags say what of the payer stands in it."""

    layout: str
    own: OwnAccount
    ids: bool = True
    accounts: bool = True
    names: bool = True
    kinds: bool = False
    ultimate: bool = False
    fields: bool = False
    """A structured field for an invoice number."""
    charset: str = "any"
    name_limit: int = 160
    limit: int = 210
    fold: int = 0
    extension: str = "csv"
    weight: int = 2
    fault: int = 0
    """By how much (minor units) the bank's closing balances are wrong."""
    overlaps: bool = False
    """Weeks are handed in again, as one longer statement."""


def _own(rng: Random, code: str, country: str, currency: str, form: Format, encoding: str = "utf-8") -> OwnAccount:
    number = identifiers.bank_account(rng, country)
    entity = {"UZ": '"Bulut Provayder" MChJ', "KZ": "ТОО «Провайдер KZ»", "KE": "Provider Kenya Limited"}[country]
    tax_id = {"UZ": "309000111", "KZ": "180440021537", "KE": "P051365947M"}[country]
    return OwnAccount(
        code, number, country, currency, entity, tax_id, "Bank", "BANKBICX", form, OPENING, FIRST_DAY, encoding
    )  # fmt: skip


def channels(rng: Random) -> list[Channel]:
    def own(code: str, country: str, currency: str, form: Format = Format.ONE_C, encoding: str = "utf-8") -> OwnAccount:
        return _own(rng, code, country, currency, form, encoding)

    return [
        Channel("1c", own("UZ-1C", "UZ", "UZS"), extension="txt"),
        Channel("1c", own("UZ-1C-WIN", "UZ", "UZS", encoding="cp1251"), charset="cp1251", extension="txt"),
        Channel(
            "camt.08",
            own("UZ-CAMT", "UZ", "UZS", Format.CAMT_08),
            kinds=True,
            ultimate=True,
            fields=True,
            name_limit=70,
            limit=400,
            fold=140,
            extension="xml",
        ),
        Channel("uz_ledger_card", own("UZ-CARD", "UZ", "UZS"), fold=60),
        Channel("uz_operations", own("UZ-OPER", "UZ", "UZS"), overlaps=True),
        Channel("uz_turnover", own("UZ-TURN", "UZ", "UZS")),
        Channel("uz_turnover_saldo", own("UZ-SALDO", "UZ", "UZS"), ids=False),
        Channel("uz_operations.xlsx", own("UZ-XLSX", "UZ", "UZS"), extension="xlsx"),
        Channel(
            "1c-kz",
            own("KZ-1C", "KZ", "KZT", Format.ONE_C_KZ, "cp1251"),
            overlaps=True,
            kinds=True,
            ultimate=True,
            charset="cp1251",
            extension="txt",
            weight=4,
        ),
        Channel(
            "1c-kz-upper",
            own("KZ-UPPER", "KZ", "KZT", Format.ONE_C_KZ_UPPER),
            kinds=True,
            ultimate=True,
            fold=75,
            extension="txt",
            weight=3,
        ),
        Channel(
            "camt.08",
            own("KZ-CAMT", "KZ", "KZT", Format.CAMT_08),
            overlaps=True,
            kinds=True,
            ultimate=True,
            fields=True,
            name_limit=70,
            limit=400,
            fold=140,
            extension="xml",
            weight=3,
        ),
        Channel(
            "camt.08",
            own("KZ-USD", "KZ", "USD", Format.CAMT_08),
            kinds=True,
            ultimate=True,
            fields=True,
            name_limit=70,
            limit=400,
            fold=140,
            extension="xml",
            weight=1,
        ),
        Channel(
            "mt940", own("KZ-MT940", "KZ", "KZT"), charset="latin", name_limit=35, limit=170, fold=65, extension="sta"
        ),
        Channel("kz_bank", own("KZ-CSV", "KZ", "KZT"), weight=2),
        Channel("kz_bank.xlsx", own("KZ-XLSX", "KZ", "KZT"), extension="xlsx"),
        # Its statements never add up; only `statement_in_doubt` pays into it.
        Channel(
            "1c-kz",
            own("KZ-DOUBT", "KZ", "KZT", Format.ONE_C_KZ),
            kinds=True,
            ultimate=True,
            extension="txt",
            weight=0,
            fault=1234,
        ),
        Channel(
            "ofx1",
            own("KE-OFX", "KE", "KES", Format.OFX_1),
            overlaps=True,
            ids=False,
            accounts=False,
            charset="any",
            name_limit=32,
            limit=250,
            extension="ofx",
            weight=3,
        ),
        Channel(
            "ofx2",
            own("KE-OFX2", "KE", "USD", Format.OFX_2),
            ids=False,
            accounts=False,
            name_limit=32,
            limit=250,
            extension="ofx",
        ),
        Channel(
            "camt.02",
            own("KE-CAMT", "KE", "KES", Format.CAMT_02),
            kinds=True,
            ultimate=True,
            fields=True,
            name_limit=70,
            limit=400,
            fold=140,
            extension="xml",
            weight=3,
        ),
        Channel(
            "mt940",
            own("KE-MT940", "KE", "KES"),
            overlaps=True,
            ids=False,
            accounts=False,
            charset="latin",
            name_limit=35,
            limit=170,
            fold=65,
            extension="sta",
        ),
        Channel("equity", own("KE-EQUITY", "KE", "KES"), ids=False, accounts=False, names=False, limit=150),
        Channel("kcb", own("KE-KCB", "KE", "KES"), ids=False, accounts=False, names=False, limit=150),
        Channel("ncba", own("KE-NCBA", "KE", "KES"), ids=False, accounts=False, names=False, limit=150, weight=1),
        Channel("coop", own("KE-COOP", "KE", "KES"), ids=False, accounts=False, names=False, limit=150, weight=1),
        Channel("generic.xlsx", own("KE-GENERIC", "KE", "KES"), extension="xlsx"),
        Channel("mpesa", own("KE-MPESA", "KE", "KES"), ids=False, accounts=False, limit=20, weight=3),
    ]
