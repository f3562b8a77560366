"""The one place that decides what becomes of an incoming payment: `docs/decision-table.md` as a list of refusals in its
order.

*Which account* is settled by the first certain proposal of the matchers. *May it be credited* is then asked of every
account that shares the payment; where nothing refuses, the payment is credited and its invoices are allocated. The
function is pure: the same payment, books and policy give the same decision.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconcile.books import Account, HolderType, Invoice, InvoiceStatus
from reconcile.candidates import Candidate, rank, without
from reconcile.invoicing.numbers import is_valid
from reconcile.matchers import MATCHERS, hints
from reconcile.names import NameMatch, compare, is_masked, names_holder, party_type
from reconcile.payer import Relation, relation
from reconcile.policy import Method, ThirdPartyRule
from reconcile.proposal import Case, Declined, Evidence, Part, Payment, Proposal
from reconcile.purpose.reading import SpanKind

CREDITED: Final = "credited"
HELD: Final = "held"
UNMATCHED: Final = "unmatched"


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is credited instead of the amount paid: `amount` in minor units of `currency`; the rate that gave it (of a
    processing centre's own amount: the rate that it comes to), and whose it is."""

    amount: int
    currency: str
    rate: str
    source: str


@dataclass(slots=True, init=False, unsafe_hash=True)
class Allocation:
    """This much (minor units) of the payment against that invoice."""

    account_number: Final[str]
    invoice_number: Final[str]
    amount: Final[int]

    def __init__(self, account_number: str, invoice_number: str, amount: int) -> None:
        self.account_number = account_number
        self.invoice_number = invoice_number
        self.amount = amount


@dataclass(slots=True, init=False)
class Decision:
    """What becomes of the payment, and why. `splits` has a row for each account that shares it (one for a plain credit);
    `account_number` is None where several share it or none is known."""

    status: Final[str]
    reason: Final[str | None]
    flags: Final[tuple[str, ...]]
    rule: Final[str]
    account_number: Final[str | None]
    relation: Final[Relation | None]
    splits: Final[tuple[tuple[str, int], ...]]
    allocations: Final[tuple[Allocation, ...]]
    candidates: Final[tuple[Candidate, ...]]
    evidence: Final[tuple[Evidence, ...]]
    conversion: Final[Conversion | None]
    """Where a payment through a gateway is credited in another currency than it was paid in."""

    def __init__(
        self,
        status: str,
        reason: str | None,
        flags: tuple[str, ...],
        rule: str,
        account_number: str | None = None,
        relation: Relation | None = None,
        splits: tuple[tuple[str, int], ...] = (),
        allocations: tuple[Allocation, ...] = (),
        candidates: tuple[Candidate, ...] = (),
        evidence: tuple[Evidence, ...] = (),
        conversion: Conversion | None = None,
    ) -> None:
        self.status = status
        self.reason = reason
        self.flags = flags
        self.rule = rule
        self.account_number = account_number
        self.relation = relation
        self.splits = splits
        self.allocations = allocations
        self.candidates = candidates
        self.evidence = evidence
        self.conversion = conversion


class _Judged:
    """One part of the payment after "May it be credited": the hold reason if any, and the flags that stop nothing."""

    __slots__ = ("allocations", "amount", "evidence", "flags", "part", "reason", "relation")

    def __init__(
        self,
        part: Part,
        amount: int,
        reason: str | None,
        flags: tuple[str, ...],
        relation: Relation,
        allocations: tuple[Allocation, ...],
        evidence: tuple[Evidence, ...],
    ) -> None:
        self.part = part
        self.amount = amount
        self.reason = reason
        self.flags = flags
        self.relation = relation
        self.allocations = allocations
        self.evidence = evidence


def decide(case: Case) -> Decision:
    """The decision of `docs/decision-table.md` for one payment, against the books as they are in `case.found`."""
    seen: list[Proposal] = []
    outcome = _first_certain(case, seen) or _nothing_found(case)
    judged = [] if outcome.reason else [_judge(case, part) for part in outcome.parts]
    reason, flags = _verdict(outcome, judged)
    evidence = outcome.evidence
    for each in judged:
        evidence += each.evidence
    if doubt := _doubt(case.payment):
        flags = (doubt, *(flag for flag in flags if flag != reason))
        reason, evidence = doubt, (*evidence, (_said_of(case.payment, doubt), {}))
    made = Decision(
        CREDITED if reason is None else HELD if judged or doubt else UNMATCHED,
        reason,
        flags,
        outcome.rule,
        judged[0].part.account_number if len(judged) == 1 else None,
        judged[0].relation if judged else None,
        tuple([(each.part.account_number, each.amount) for each in judged]),
        tuple([item for each in judged for item in each.allocations]) if reason is None else (),
        () if reason is None else rank([*seen, *hints.propose(case)], case.declined),
        evidence,
    )
    if not case.declined:
        return made
    named = {number for part in outcome.parts for number in part.invoices}
    if reason is None and _against_a_person(made, case.declined, named):
        made = replace(made, candidates=rank([*seen, *hints.propose(case)], case.declined))
    return heed(made, case.declined, named)


def heed(made: Decision, declined: Sequence[Declined], named: Collection[str] = ()) -> Decision:
    """The decision as it stands beside what a person declined: its candidates without that, and where it would have
    gone there, it waits. `named`: the invoices by which its account was found.

    The rules are asked without a look at what was declined, so declining only takes away: it never makes another
    candidate the only one, and never credits (`docs/decisions/0022-what-a-person-declined.md`).
    """
    its = tuple([each for each in made.evidence if each[0] not in _OF_DECLINING])
    waits = _against_a_person(made, declined, named)
    told: tuple[Evidence, ...] = tuple([_said(each) for each in declined])
    if waits or (declined and _NOT_AGAINST in made.evidence):
        told = (*told, _NOT_AGAINST)
    made = replace(made, candidates=without(made.candidates, declined), evidence=(*its, *told))
    if not waits:
        return made
    emptied = replace(made, account_number=None, relation=None, splits=(), allocations=(), conversion=None)
    if made.rule == PERSON:
        return emptied
    if made.reason in _DOUBTS:
        return replace(emptied, flags=(made.reason,))
    reason = _AS_IF_NOT_FOUND.get(made.rule, "conflicting_references")
    return replace(emptied, status=UNMATCHED, reason=reason, flags=(reason,))


def _against_a_person(made: Decision, declined: Sequence[Declined], named: Collection[str]) -> bool:
    """Whether it names an account, or credits by an invoice, that a person has declined."""
    accounts = {made.account_number, *(number for number, _ in made.splits)}
    invoices = {*named, *(each.invoice_number for each in made.allocations)} if made.status == CREDITED else set()
    return any(
        each.account_number in accounts if each.invoice_number is None else each.invoice_number in invoices
        for each in declined
    )


def _said(word: Declined) -> Evidence:
    if word.invoice_number is None:
        return ("declined", {"account": word.account_number, "by": word.by, "on": word.on})
    return ("declined_invoice", {"invoice": word.invoice_number, "by": word.by, "on": word.on})


PERSON: Final = "person"
"""The rule of what a person decided."""
_NOT_AGAINST: Final[Evidence] = ("not_against_a_person", {})
_OF_DECLINING: Final = frozenset({"declined", "declined_invoice", "not_against_a_person"})
_DOUBTS: Final = frozenset({"balance_mismatch", "possible_duplicate"})
_AS_IF_NOT_FOUND: Final = {
    "bare_reference": "ambiguous_reference",
    "typo": "unknown_reference",
    "known_payer": "no_reference",
}
"""Why a payment waits whose account a person declined: what the table says where that rule does not hold. Of marked
numbers it is that they and the person disagree."""


def _first_certain(case: Case, seen: list[Proposal]) -> Proposal | None:
    """The first rule that holds decides; what the rules before it proposed helps a person."""
    for matcher in MATCHERS:
        for proposal in matcher(case):
            seen.append(proposal)
            if proposal.certain:
                return proposal
    return None


def _doubt(payment: Payment) -> str:
    """A statement that does not add up, an entry that may be another's twin, and one that a later statement took off its
    day hold whatever was decided."""
    if payment.balance_mismatch:
        return "balance_mismatch"
    return "possible_duplicate" if payment.possible_duplicate or payment.vanished else ""


def _said_of(payment: Payment, doubt: str) -> str:
    return "entry_vanished" if payment.vanished and doubt == "possible_duplicate" else doubt


def _verdict(outcome: Proposal, judged: Sequence[_Judged]) -> tuple[str | None, tuple[str, ...]]:
    """The reason why the payment waits, if any, and the payment's flags, the reason first among them."""
    if outcome.reason:
        return outcome.reason, (outcome.reason,)
    reason = next((each.reason for each in judged if each.reason is not None), None)
    if reason in _ALONE:
        return reason, (reason,)
    soft = outcome.flags
    for each in judged:
        soft += each.flags
    if reason is not None:
        soft = (reason, *soft)
    return reason, tuple(dict.fromkeys(soft)) if len(soft) > 1 else soft


_ALONE: Final = frozenset({"method_not_available"})


def _nothing_found(case: Case) -> Proposal:
    refs = case.references
    if refs.ranges:
        return Proposal("no_rule", reason="ambiguous_reference", certain=True, evidence=(("range", {}),))
    if refs.unknown:
        numbers = ", ".join(case.payment.reading.text[span.start : span.end] for span in refs.unknown)
        return Proposal(
            "no_rule", reason="unknown_reference", certain=True, evidence=(("not_on_the_books", {"numbers": numbers}),)
        )
    return Proposal("no_rule", reason="no_reference", certain=True, evidence=(("no_reference", {}),))


def _judge(case: Case, part: Part) -> _Judged:
    found = case.found
    account = found.accounts[part.account_number]
    amount = case.payment.amount if part.amount is None else part.amount
    mentioned = [found.invoices[number] for number in part.invoices]
    stands = relation(case.payer, account.holder, found, case.name_limit)
    unpaid = [_open_amount(case, invoice) for invoice in mentioned]
    allocations = _allocations(case, account, amount, mentioned, unpaid)
    flags = _invoice_flags(case, amount, mentioned, unpaid) if mentioned else ()
    reason, evidence = _refusal(case, account, stands, mentioned, amount)
    if stands is not Relation.OWN:
        if reason is None and not allocations:
            reason = next((flag for flag in flags if flag in ("invoice_already_paid", "invoice_not_open")), None)
        if stands is Relation.THIRD_PARTY:
            flags = ("third_party_payer", *flags)
    return _Judged(part, amount, reason, flags, stands, allocations, evidence)


def _allocations(
    case: Case, account: Account, amount: int, mentioned: Sequence[Invoice], unpaid: Sequence[int]
) -> tuple[Allocation, ...]:
    """The mentioned invoices in order, each up to what is `unpaid` of it; where none is mentioned, the one open invoice
    of that very amount."""
    if not mentioned:
        exact = [inv for inv in case.open_invoices(account) if case.found.left(inv) == amount]
        return (Allocation(account.number, exact[0].number, amount),) if len(exact) == 1 else ()
    taken: list[Allocation] = []
    for invoice, left in zip(mentioned, unpaid, strict=True):
        share = min(amount, left)
        if share > 0:
            taken.append(Allocation(account.number, invoice.number, share))
            amount -= share
    return tuple(taken)


def _open_amount(case: Case, invoice: Invoice) -> int:
    day = case.payment.booking_date
    if invoice.currency != case.payment.currency or not case.found.is_open(invoice, day):
        return 0
    return case.found.left(invoice)


def _invoice_flags(
    case: Case, amount: int, mentioned: Sequence[Invoice], unpaid: Sequence[int]
) -> tuple[str, ...]:
    """The four flags of `docs/decision-table.md`, "Which invoices". None of them by itself holds an own payer's money."""
    open_sum = 0
    paid = closed = False
    for invoice, left in zip(mentioned, unpaid, strict=True):
        if left:
            open_sum += left
        elif invoice.status is InvoiceStatus.PAID or case.found.left(invoice) == 0:
            paid = True
        elif invoice.status is InvoiceStatus.CANCELLED or invoice.expired(case.payment.booking_date):
            closed = True
    flags: tuple[str, ...] = ()
    if open_sum and amount != open_sum:
        flags = ("underpaid",) if amount < open_sum else ("overpaid",)
    if paid:
        flags = (*flags, "invoice_already_paid")
    return (*flags, "invoice_not_open") if closed else flags


# --- May it be credited ----------------------------------------------------------------------------------------------

_Refusal = tuple[str | None, tuple[Evidence, ...]]
_BY_TRANSFER: Final = Method.BANK_TRANSFER
_NOT_DOCUMENTED: Final = ThirdPartyRule.NOT_DOCUMENTED


def _refusal(
    case: Case, account: Account, stands: Relation, mentioned: Sequence[Invoice], amount: int
) -> _Refusal:
    """The first reason to hold, in the order of `docs/decision-table.md`; (None, evidence) where it may be credited."""
    payment = case.payment
    if payment.currency != account.currency:
        return "currency_mismatch", (
            ("currency_mismatch", {"received": payment.currency, "account": account.currency}),
        )
    if payment.own_country and payment.own_country != account.country:
        return "wrong_legal_entity", (
            ("wrong_legal_entity", {"bank": payment.own_country, "account": account.country}),
        )
    if not account.is_open:
        return "account_not_open", (("account_not_open", {"account": account.number}),)
    country = case.policy.countries.get(account.country)
    if country is None or (account.holder.type, _BY_TRANSFER) not in country.methods:
        return "method_not_available", (("method_not_available", {"country": account.country}),)
    if stands is Relation.OWN:
        return None, (("own_payer", {"name": case.payer.name or case.payer.tax_id or case.payer.account}),)
    if stands is Relation.UNKNOWN:
        return _unknown_payer(case, account, mentioned, amount)
    if account.holder.type is HolderType.INDIVIDUAL:
        return _purpose_rule(case, account)
    kind = party_type(case.payer, account.country)
    if kind is None:
        return "payer_type_unknown", (("payer_type_unknown", {"name": case.payer.name}),)
    powers = country.power_of_attorney or kind is not HolderType.INDIVIDUAL
    if country.third_party_rule is _NOT_DOCUMENTED or not powers:
        return "third_party_not_documented", (("third_party_not_documented", {"country": account.country}),)
    if kind is HolderType.INDIVIDUAL:
        return _power_rule(case, account)
    return _purpose_rule(case, account)


def _unknown_payer(case: Case, account: Account, mentioned: Sequence[Invoice], amount: int) -> _Refusal:
    """Nobody known paid: credited only for a marked invoice's exact outstanding, with the account's number beside it or
    with check digits in the invoice's own number, and only where the country lets third parties pay at all."""
    held: _Refusal = ("payer_unknown", (("payer_unknown", {"name": case.payer.name}),))
    country = case.policy.country(account.country)
    if country.third_party_rule is _NOT_DOCUMENTED:
        return held
    marked = {ref.number for ref in case.references.marked if ref.kind is SpanKind.INVOICE}
    exact = sum(_open_amount(case, inv) for inv in mentioned) == amount  # of this part, where there are several
    if not exact or not mentioned or not all(inv.number in marked for inv in mentioned):
        return held
    if _names_account(case, account):
        return None, (("invoice_and_account_exact", {"account": account.number}),)
    series = country.invoice_series
    if series is not None and all(is_valid(series, inv.number) for inv in mentioned):
        return None, (("invoice_checked_exact", {"invoice": ", ".join(inv.number for inv in mentioned)}),)
    return held


def _purpose_rule(case: Case, account: Account) -> _Refusal:
    """A third party's purpose must name the holder *and* the holder's account number; a different name refuses."""
    named = _holder_named(case, account)
    if named is NameMatch.SAME and _names_account(case, account):
        return None, (("purpose_names_holder", {"account": account.number}),)
    what = "another_name" if named is NameMatch.DIFFERENT else "no_holder_name" if named is None else "doubtful_name"
    missing = what if named is not NameMatch.SAME else "no_account_number"
    return "third_party_purpose_incomplete", (("third_party_purpose_incomplete", {"missing": missing}),)


def _names_account(case: Case, account: Account) -> bool:
    refs = (*case.references.marked, *case.references.bare)
    return any(ref.kind is SpanKind.ACCOUNT and ref.number == account.number for ref in refs)


def _holder_named(case: Case, account: Account) -> NameMatch | None:
    """Whether the purpose (or the ultimate debtor) names the holder; None where no name is given at all."""
    names = account.holder.names
    verdicts = [_named(phrase, names) for phrase in case.payment.reading.beneficiaries]
    ultimate = case.payment.ultimate
    if ultimate and ultimate != case.payer:
        stands = relation(ultimate, account.holder, case.found)
        verdicts += [NameMatch.SAME] if stands is Relation.OWN else []
    if NameMatch.DIFFERENT in verdicts:
        return NameMatch.DIFFERENT
    if NameMatch.SAME in verdicts:
        return NameMatch.SAME
    return NameMatch.DOUBTFUL if verdicts else None


def _named(phrase: str, names: Sequence[str]) -> NameMatch:
    """A name that the bank's line fold has cut is read both ways: as one word and as two."""
    readings = {phrase.replace("\n", ""), phrase.replace("\n", " ")}
    verdicts = {names_holder(reading, names) for reading in readings}
    return next(verdict for verdict in (NameMatch.SAME, NameMatch.DOUBTFUL, NameMatch.DIFFERENT) if verdict in verdicts)


_POWER_REASONS: Final = (
    ("revoked", "power_of_attorney_revoked"),
    ("expired", "power_of_attorney_expired"),
    ("not_yet_valid", "power_of_attorney_not_yet_valid"),
)


def _power_rule(case: Case, account: Account) -> _Refusal:
    """An individual pays for a legal entity or sole proprietor: a power of attorney valid on the booking date."""
    day = case.payment.booking_date
    powers = [
        power
        for power in case.found.powers_of.get(account.holder.key, ())
        if _same_person(case, power.representative_name, power.representative_tax_id)
    ]
    standing = {power.standing(day): power for power in powers}
    if valid := standing.get("valid"):
        return None, (("power_of_attorney", {"reference": valid.reference}),)
    for found, reason in _POWER_REASONS:
        if found in standing:
            return reason, ((reason, {"reference": standing[found].reference}),)
    return "power_of_attorney_missing", (("power_of_attorney_missing", {"name": case.payer.name}),)


def _same_person(case: Case, name: str, tax_id: str) -> bool:
    """The power's representative is the payer: by tax id where both have one, else by the same name."""
    payer = case.payer
    if tax_id and payer.tax_id:
        return tax_id == payer.tax_id
    return bool(payer.name) and not is_masked(payer.name) and compare(payer.name, name) is NameMatch.SAME
