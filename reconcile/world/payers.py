"""Who pays: a party as the bank's format can tell it."""

from __future__ import annotations

from reconcile.books import HolderType
from reconcile.statement import NOBODY, Party, PartyKind
from reconcile.world import identifiers, scripts
from reconcile.world.names import Company, Name, words_of
from reconcile.world.register import Client, Register


class Payers(Register):
    """The register, and the payers that a case needs."""

    def party(self, name: Name, tax_id: str = "", account: str = "", text: str = "") -> Party:
        """The payer as this bank's format can tell it."""
        text = (text or name.spelled(self.rng))[: self.format.name_limit].rstrip()
        text = scripts.poor(text) if self.own.speech else text
        if not self.format.has_ids:
            return Party(name=text)
        kind = PartyKind.ORGANISATION if isinstance(name, Company) else PartyKind.PRIVATE
        return Party(text, tax_id, account, "", kind if tax_id and self.format.has_kinds else PartyKind.UNSAID)

    def own_payer(self, client: Client) -> Party:
        """The holder pays: told by any of its ids, else by an imported bank account, else by its name."""
        holder, rng = client.holder, self.rng
        tax_id = rng.choice(holder.tax_ids) if holder.tax_ids else self.tax_id(client.name)
        account = rng.choice(holder.bank_accounts) if holder.bank_accounts else ""
        if not account and self.format.has_ids:
            account = identifiers.bank_account(rng, client.name.country, person=holder.type is HolderType.INDIVIDUAL)
        return self.party(client.name, tax_id, account)

    def stranger(self, kind: HolderType, client: Client) -> tuple[Name, Party]:
        """Somebody else pays: no word of the name is the holder's, and the tax id is another. The name fits the format
        whole, so that its legal form is seen."""
        name, text = self._short_name(kind, words_of(client.name))
        account = identifiers.bank_account(self.rng, name.country, person=not isinstance(name, Company))
        return name, self.party(name, self.tax_id(name), account, text)

    def _short_name(self, kind: HolderType, avoid: frozenset[str]) -> tuple[Name, str]:
        for _ in range(1_000):
            name = self.name(kind, avoid)
            text = name.spelled(self.rng)
            if len(text) <= self.format.name_limit:
                return name, text
        raise AssertionError(f"no name of {kind} fits {self.format.name_limit} characters")

    def institution(self, name: str, *, with_id: bool = True) -> Party:
        """A bank, a processing centre, a switch, under its fixed name."""
        text = (scripts.poor(name) if self.own.speech else name)[: self.format.name_limit].rstrip()
        if not with_id or not self.format.has_ids:
            return Party(text)
        kind = PartyKind.ORGANISATION if self.format.has_kinds else PartyKind.UNSAID
        return Party(text, identifiers.tax_id(self.rng, self.country, person=False), kind=kind)

    def nobody(self) -> Party:
        """A payer that cannot be known: a masked surname, or no name at all."""
        if self.rng.random() < 0.3:
            return NOBODY
        text = self.names.person(self.country).masked
        return Party(scripts.poor(text) if self.own.speech else text)
