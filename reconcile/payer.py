"""Who pays, and how the payer stands to a holder: own payer, third party or unknown (`docs/decision-table.md`, Words)."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from typing import Final

from reconcile.books import Holder, HolderType
from reconcile.names import NameMatch, compare, is_masked, name_key, name_prefix, party_type, with_form_ended
from reconcile.policy import Policy
from reconcile.proposal import Found
from reconcile.statement import NOBODY, Party

# A debtor that calls itself a bank, beside somebody on whose behalf it pays.
_BANK: Final = re.compile(r"(?:bank|банк)(?:|и|і|i|a|a?si)\b", re.IGNORECASE)


_SHORTEST_PREFIX: Final = 16


class Relation(StrEnum):
    OWN = "own"
    THIRD_PARTY = "third_party"
    UNKNOWN = "unknown"


def payer_of(debtor: Party, ultimate: Party, policy: Policy) -> Party:
    """The debtor; where the debtor is only an intermediary, the ultimate debtor (or nobody, where none is named)."""
    intermediary = policy.intermediaries.find(debtor) is not None
    if not ultimate:
        return NOBODY if intermediary else debtor
    if intermediary or _BANK.search(debtor.name):
        return ultimate
    nameless = not (debtor.tax_id or debtor.account)
    return ultimate if nameless and (ultimate.tax_id or ultimate.account) else debtor


def cut_at(payer: Party, limit: int | None) -> int | None:
    """The format's limit where this name fills it, so that it may have been cut there."""
    return limit if limit is not None and len(payer.name.strip()) >= limit - 1 else None


def with_whole_name(payer: Party, limit: int | None) -> Party:
    """Cut within the legal form that ends it («"Омад Принт" масъулияти чеклан»), the name itself is whole."""
    if cut_at(payer, limit) is None:
        return payer
    whole = with_form_ended(payer.name)
    return payer if whole == payer.name else replace(payer, name=whole)


def relation(payer: Party, holder: Holder, found: Found, limit: int | None = None) -> Relation:
    """Where both have tax ids, these alone decide; else a bank account imported for that holder alone, else the name,
    provided that no other holder on the books bears it."""
    if payer.tax_id and holder.tax_ids:
        return Relation.OWN if payer.tax_id in holder.tax_ids else Relation.THIRD_PARTY
    if _owns_bank_account(payer, holder, found):
        return Relation.OWN
    payer = with_whole_name(payer, limit)
    cut = cut_at(payer, limit)
    if not payer.name or is_masked(payer.name, cut=cut is not None):
        return Relation.UNKNOWN
    verdict = _by_name(payer, holder, cut)
    if verdict is NameMatch.SAME:
        return Relation.OWN if _name_proves(payer, holder, found, limit) else Relation.UNKNOWN
    if verdict is NameMatch.DIFFERENT or _is_another(payer, holder, found, limit):
        return Relation.THIRD_PARTY
    return Relation.UNKNOWN


def own_holders(payer: Party, found: Found, limit: int | None = None) -> tuple[Holder, ...]:
    """The holders of whom this payer is an own payer."""
    return tuple(
        holder for holder in _holders_near(payer, found, limit) if relation(payer, holder, found, limit) is Relation.OWN
    )


def holders_by_id(payer: Party, found: Found) -> tuple[Holder, ...]:
    """The holders whom the payer's tax id, or else a bank account known for one holder alone, names."""
    if payer.tax_id and (holders := found.holders_by_tax_id.get(payer.tax_id, ())):
        return holders
    holders = found.holders_by_bank_account.get(payer.account, ()) if payer.account else ()
    if len(holders) != 1 or (payer.tax_id and holders[0].tax_ids):
        return ()
    return holders


def lookup_names(payer: Party, limit: int | None) -> tuple[str, str]:
    """The keys under which `Found.holders_by_name` is to be filled for this payer: its name key, and the prefix of a
    name that may be cut. Empty where there is nothing to ask for."""
    payer = with_whole_name(payer, limit)
    cut = cut_at(payer, limit) is not None
    if not payer.name or is_masked(payer.name, cut=cut):
        return "", ""
    return name_key(payer.name), _certain_prefix(payer.name) if cut else ""


def _certain_prefix(name: str) -> str:
    """Of a name that may be cut, all but the last word, which may be half of one; whole where too little is left."""
    whole, _, _ = name.strip().rpartition(" ")
    return name_prefix(whole) if len(whole) >= _SHORTEST_PREFIX else name_prefix(name)


def _holders_near(payer: Party, found: Found, limit: int | None) -> tuple[Holder, ...]:
    near = [*found.holders_by_tax_id.get(payer.tax_id, ()), *found.holders_by_bank_account.get(payer.account, ())]
    if payer.tax_id not in found.holders_by_tax_id:
        for key in lookup_names(payer, limit):
            near += found.holders_by_name.get(key, ())
    if len(near) < 2:
        return tuple(near)
    each_once = {holder.key: holder for holder in near}
    return tuple([each_once[key] for key in sorted(each_once)])


def _owns_bank_account(payer: Party, holder: Holder, found: Found) -> bool:
    if not payer.account or payer.account not in holder.bank_accounts:
        return False
    return [other.key for other in found.holders_by_bank_account.get(payer.account, ())] == [holder.key]


def _by_name(payer: Party, holder: Holder, cut: int | None) -> NameMatch:
    verdicts = [compare(payer.name, name, cut_at=cut) for name in holder.names]
    for verdict in (NameMatch.SAME, NameMatch.DOUBTFUL):
        if verdict in verdicts:
            return verdict
    return NameMatch.DIFFERENT


def _name_proves(payer: Party, holder: Holder, found: Found, limit: int | None) -> bool:
    """A name that several bear proves nothing; nor does one whose bearer is known to be somebody else by tax id, nor
    a person's name for a company's."""
    if payer.tax_id and any(other.key != holder.key for other in found.holders_by_tax_id.get(payer.tax_id, ())):
        return False
    if holder.type is HolderType.LEGAL_ENTITY and party_type(payer, holder.country) is HolderType.INDIVIDUAL:
        return False
    return not _is_another(payer, holder, found, limit)


def _is_another(payer: Party, holder: Holder, found: Found, limit: int | None) -> bool:
    """Another holder on the books bears this very name: beside «ТОО Ромашка», which is only near it, «ТОО Ромашка
    Холдинг» is no doubtful payer but that other customer."""
    return any(
        other.key != holder.key and _by_name(payer, other, cut_at(payer, limit)) is NameMatch.SAME
        for key in lookup_names(payer, limit)
        for other in found.holders_by_name.get(key, ())
    )
