"""Legal entity, sole proprietor or individual? By tax id, by what the statement says, by marks in the name.

Strongest first: the id; then the name's marks beside camt's OrgId/PrvtId and the sector of KBE. Marks that contradict
an id, or the statement, are no answer (None): a person looks.
"""

from __future__ import annotations

from typing import Final

from reconcile.books import HolderType
from reconcile.identifiers import is_uz_account, normal_tax_id, tax_id_country, tax_id_type
from reconcile.names.folding import COMPANY as _COMPANY
from reconcile.names.folding import Folded, fold
from reconcile.names.kinds import FormKind
from reconcile.names.skeleton import skeleton
from reconcile.statement import Party, PartyKind

# Words that name a kind of body and belong to its name: they are never set aside.
_BODIES: Final = frozenset(
    skeleton(
        "sacco cbo ngo trust society church school academy university college hospital ministry county government "
        "foundation association cooperative bank company group holding банк банкі банки филиал филиалы мектебі "
        "представительство министерство акимат әкімдігі хокимият ҳокимлиги комитет департамент управление университет "
        "университеті институт колледж школа лицей гимназия больница поликлиника фонд ассоциация союз палата церковь "
        "мечеть агентство предприятие корхонаси корхона марказий холдинг"
    ).split()
) | {_COMPANY}
# Business names that are a trader's only beside a person's id.
_WEAK_TRADERS: Final = frozenset(
    skeleton("enterprises enterprise ventures agencies traders investments stores").split()
)
_PRIVATE_COMPANY_ACCOUNT: Final = "20208"


class _Marks:
    """What the name alone says: `company`, `trader`, or neither; `yields`: an id overrules the trader's mark."""

    def __init__(self, name: Folded) -> None:
        bodies = not _BODIES.isdisjoint(name.words)
        traders = [form for form in name.forms if form.kind is FormKind.SOLE_TRADER]
        self.trader = name.sole_trader and not name.company
        self.company = name.company or (bodies and not self.trader)
        self.yields = self.trader and (bool(name.trade) or all(form.yields for form in traders))
        self.weak_trader = not _WEAK_TRADERS.isdisjoint(name.words) or bool(name.trade)


def party_type(party: Party, country: str = "") -> HolderType | None:
    """Who pays: a legal entity, a sole proprietor, an individual; None where it cannot be told (`payer_type_unknown`).

    `country` is that of the own bank account, where known. A person's id without a sole-trader mark is an individual's;
    a name that only looks like a person's, without id or mark, tells nothing.
    """
    marks = _Marks(fold(party.name))
    by_id = tax_id_type(party.tax_id, country) if party.tax_id else None
    if by_id is HolderType.INDIVIDUAL:
        return _person(marks)
    if by_id is HolderType.LEGAL_ENTITY:
        return _body(marks, party.tax_id)
    if by_id is HolderType.SOLE_PROPRIETOR:
        return None if marks.company else by_id
    return _by_statement(party, marks)


def _person(marks: _Marks) -> HolderType | None:
    """IIN, PINFL, A-PIN, INN of a person: it trades where a mark says so, and is no company."""
    if marks.trader or (marks.weak_trader and not marks.company):
        return HolderType.SOLE_PROPRIETOR
    return None if marks.company else HolderType.INDIVIDUAL


def _body(marks: _Marks, tax_id: str) -> HolderType | None:
    """BIN, INN of a company, P-PIN. «ИП» beside an Uzbek company's INN is a foreign enterprise; ЖК may be a housing
    complex, a peasant farm and a `t/a` may be a company's; any other sole-trader mark contradicts the id."""
    if marks.trader and not marks.yields and tax_id_country(normal_tax_id(tax_id)) != "UZ":
        return None
    return HolderType.LEGAL_ENTITY


def _by_statement(party: Party, marks: _Marks) -> HolderType | None:
    """Without an id that tells: the name's marks, unless the statement contradicts them; else the statement."""
    if marks.trader:
        return HolderType.SOLE_PROPRIETOR
    if marks.company:
        return None if party.kind is PartyKind.PRIVATE else HolderType.LEGAL_ENTITY
    if party.kind is PartyKind.PRIVATE:
        return HolderType.INDIVIDUAL
    if party.kind is PartyKind.ORGANISATION or _is_private_company(party.account):
        return HolderType.LEGAL_ENTITY
    return None


def _is_private_company(account: str) -> bool:
    """Balance account 20208 of the Uzbek chart holds private companies' money."""
    return account.startswith(_PRIVATE_COMPANY_ACCOUNT) and is_uz_account(account)
