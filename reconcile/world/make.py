"""Makes a world: draws the cases, places them on own accounts and days, and cuts the entries into statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from reconcile.books import HolderType
from reconcile.statement import CreditDebit
from reconcile.world import identifiers
from reconcile.world.bench import Bench, Draft
from reconcile.world.cases import REGISTRY, CaseKind, statements
from reconcile.world.model import FIRST_DAY, WEEKS, Format, OwnAccount, PlannedEntry, PlannedStatement, World
from reconcile.world.names import NameBook
from reconcile.world.numbers import NumberBook

_KZ, _UZ, _KE = "ТОО «Облачный Провайдер Казахстан»", "«Bulutli Provayder» MChJ XK", "Cloud Provider Kenya Limited"
_OPENING: Final = {"UZS": 812_345_678_00, "KZT": 45_123_456_70, "KES": 9_876_543_20, "USD": 123_456_70}
DAYS: Final = tuple(FIRST_DAY + timedelta(days=7 * week + day) for week in range(WEEKS) for day in range(5))
CUT_OVER: Final = DAYS[2]


def own_accounts(rng: Random) -> tuple[OwnAccount, ...]:
    """The provider's bank accounts: every country, currency and format."""
    uz, kz, ke = (identifiers.tax_id(rng, country, person=False) for country in ("UZ", "KZ", "KE"))

    def in_uz(code: str, form: Format, **more: date) -> OwnAccount:
        return OwnAccount(
            code,
            identifiers.uz_account(rng),
            "UZ",
            "UZS",
            _UZ,
            uz,
            "ATB «Zarafshon Bank»",
            "ZRFBUZ22",
            form,
            _OPENING["UZS"],
            more.get("books_from", FIRST_DAY),
        )

    def in_kz(
        code: str, form: Format, currency: str = "KZT", encoding: str = "utf-8", planted: bool = False
    ) -> OwnAccount:
        iban = identifiers.kz_iban(rng)
        return OwnAccount(
            code,
            iban,
            "KZ",
            currency,
            _KZ,
            kz,
            "АО «Ертіс Банк»",
            identifiers.kz_bank_bic(iban),
            form,
            _OPENING[currency],
            FIRST_DAY,
            encoding,
            planted,
        )

    def in_ke(code: str, form: Format, currency: str = "KES") -> OwnAccount:
        return OwnAccount(
            code,
            identifiers.ke_account(rng),
            "KE",
            currency,
            _KE,
            ke,
            "Twiga Commercial Bank Ltd",
            "TWGAKENA",
            form,
            _OPENING[currency],
            FIRST_DAY,
        )

    return (
        in_uz("UZ-1C", Format.ONE_C),
        in_uz("UZ-CAMT", Format.CAMT_08, books_from=CUT_OVER),
        in_kz("KZ-1C", Format.ONE_C_KZ, encoding="cp1251"),
        in_kz("KZ-1C-UPPER", Format.ONE_C_KZ_UPPER),
        in_kz("KZ-CAMT", Format.CAMT_08),
        in_kz("KZ-USD", Format.CAMT_08, "USD"),
        in_kz("KZ-PLANTED", Format.ONE_C_KZ, planted=True),
        in_ke("KE-OFX", Format.OFX_1),
        in_ke("KE-CAMT", Format.CAMT_02),
        in_ke("KE-USD", Format.OFX_2, "USD"),
    )


class _Maker:
    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)  # noqa: S311  synthetic data, not a secret
        self.names, self.numbers = NameBook(self.rng), NumberBook(self.rng)
        self.world = World(seed, own_accounts(self.rng))
        self.drafts: list[Draft] = []

    def bench(self, own: OwnAccount, day: date, case: str) -> Bench:
        return Bench(self.rng, self.world, own, day, self.names, self.numbers, case)

    def add(self, kind: CaseKind) -> None:
        own = self.rng.choice([own for own in self.world.own_accounts if kind.fits(own)])
        bench = self.bench(own, self._day(kind, own), kind.name)
        kind.build(bench)
        self.drafts += bench.drafts

    def _day(self, kind: CaseKind, own: OwnAccount) -> date:
        days = DAYS[: len(DAYS) - kind.days + 1]
        if kind.name == "before_the_cut_over":
            return self.rng.choice([day for day in days if day < own.books_from])
        return self.rng.choice([day for day in days if day >= own.books_from])

    def fill(self, entries: int) -> None:
        """Every case once, then by weight."""
        kinds = list(REGISTRY.values())
        for kind in kinds:
            self.add(kind)
        weights = [kind.weight for kind in kinds]
        while len(self.drafts) < entries:
            self.add(self.rng.choices(kinds, weights)[0])

    def idle(self, accounts: int, invoices: int) -> None:
        """Customers that nobody pays for in these weeks, so that the books are larger than the statements."""
        own = self.world.own_accounts
        while len(self.world.accounts) < accounts or len(self.world.invoices) < invoices:
            bench = self.bench(self.rng.choice(own), DAYS[0], "idle")
            account = bench.account(bench.client(HolderType.LEGAL_ENTITY))
            for _ in range(self.rng.randint(0, 3)):
                bench.invoice(account)


def make_world(seed: int, *, entries: int = 400, accounts: int = 0, invoices: int = 0) -> World:
    """A world of at least `entries` ordinary entries, and of at least so many accounts and invoices. The same seed and
    figures give the same world."""
    maker = _Maker(seed)
    maker.fill(entries)
    maker.idle(accounts, invoices)
    world = maker.world
    for own in world.own_accounts:
        if not own.planted:
            world.statements += _weekly(own, [draft.planned for draft in maker.drafts if draft.own is own], maker.rng)
    for own in world.own_accounts:
        if own.planted:
            world.statements += statements.planted(lambda day, case, own=own: maker.bench(own, day, case), own)  # type: ignore[misc]
    world.statements.sort(key=lambda statement: (statement.period_to, statement.own.code, statement.reference))
    return world


def _weekly(own: OwnAccount, entries: Sequence[PlannedEntry], rng: Random) -> Iterable[PlannedStatement]:
    """One statement a week, each beginning where the one before ended."""
    weeks: dict[int, list[PlannedEntry]] = defaultdict(list)
    for planned in entries:
        weeks[(planned.entry.booking_date - FIRST_DAY).days // 7].append(planned)
    opening = own.opening
    for week in range(WEEKS):
        start = FIRST_DAY + timedelta(days=7 * week)
        ordered = sorted(weeks[week], key=lambda planned: planned.entry.booking_date)
        statement = cut(own, f"{week + 1}", start, start + timedelta(days=6), opening, ordered)
        opening = statement.closing
        yield statement


def cut(
    own: OwnAccount, reference: str, start: date, end: date, opening: int, entries: Sequence[PlannedEntry]
) -> PlannedStatement:
    """A statement whose closing balance is its opening with its entries."""
    closing = opening + sum(effect(planned) for planned in entries)
    return PlannedStatement(own, own.format, own.encoding, reference, start, end, opening, closing, tuple(entries))


def effect(planned: PlannedEntry) -> int:
    """What the entry does to the balance."""
    sign = 1 if planned.entry.credit_debit is CreditDebit.CREDIT else -1
    return sign * planned.entry.amount


def opening_at_cut_over(world: World, own: OwnAccount) -> int:
    """The balance at the start of `books_from`, as the master data give it."""
    early = [
        planned
        for statement in world.statements
        if statement.own is own and not own.planted
        for planned in statement.entries
        if planned.entry.booking_date < own.books_from
    ]
    return own.opening + sum(map(effect, early))
