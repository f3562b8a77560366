"""The situations of `decisions.md`, each played with random clients, words and noise. A scene states facts; the label
follows from them (`facts.decide`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reconcile.books import Account, Holder, Invoice
from reconcile.statement import NOBODY
from reconcile.statement import Party as Shown
from tests.accuracy.facts import OWN, THIRD, UNKNOWN, Facts, Ref
from tests.accuracy.people import LEGAL, PERSON, SOLE, Party
from tests.accuracy.stage import DAYS, Act, Retry, Stage, power

Play = Callable[[Act], None]


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    play: Play
    weight: float
    needs: tuple[str, ...] = ()
    layout: str = ""
    countries: tuple[str, ...] = ("KZ", "UZ", "KE")
    absent: str = ""


SCENES: Final[dict[str, Scene]] = {}
MOBILE_LIMITS: Final = (150_000, 250_000)
"""The least and the most shillings of one payment by mobile money."""


def scene(
    weight: float, *needs: str, layout: str = "", countries: tuple[str, ...] = ("KZ", "UZ", "KE"), absent: str = ""
):
    def take(play: Play) -> Play:
        name = play.__name__
        SCENES[name] = Scene(name, play, weight, needs, layout, countries, absent)
        return play

    return take


def perform(stage: Stage, which: Scene) -> None:
    """Play it once; a draw that cannot be played is drawn again."""
    for _ in range(50):
        if which.layout:
            channel = stage.of(which.layout)
        else:
            country = stage.rng.choice(which.countries)
            channel = stage.pick(*which.needs, country=country, absent=which.absent)
        act = Act(stage, channel, which.name, stage.rng.choice(DAYS))
        before = len(stage.drafts)
        try:
            which.play(act)
        except Retry:
            del stage.drafts[before:]
            continue
        return
    raise AssertionError(f"{which.name} cannot be played")


# --- pieces ----------------------------------------------------------------------------------------------------------


def client_with_account(act: Act, kind=None, **holder) -> tuple[Party, Holder, Account]:
    party = act.client(kind)
    made = act.holder(party, **holder)
    return party, made, act.account(made)


def own(act: Act, facts: Facts, party: Party, holder: Holder) -> Shown:
    """The holder pays; where the channel does not show who pays, he is unknown."""
    shown = act.shown(party)
    facts.payer_relation[holder.key] = act.stands(party, holder, own=True)
    facts.stranger = THIRD if act.channel.names else UNKNOWN
    facts.payer_type = act.type_seen(party, shown)
    known = (act.channel.ids and holder.tax_ids) or (act.channel.accounts and holder.bank_accounts)
    facts.payer_known_by_id = holder.key if known else ""
    return shown


def stranger(act: Act, facts: Facts, kind) -> tuple[Party, Shown]:
    """Somebody whom the books do not know as a holder."""
    party = act.stage.register.any(act.country, kind)
    shown = act.shown(party)
    facts.stranger = THIRD if act.channel.names or act.channel.ids else UNKNOWN
    facts.payer_type = act.type_seen(party, shown)
    return party, shown


def unmarked_name(party: Party, act: Act) -> None:
    """A third party's kind must be seen in a name that the format cuts; else another draw."""
    if not act.channel.ids and act.channel.names and len(party.books) > act.channel.name_limit:
        raise Retry


# --- own payers ------------------------------------------------------------------------------------------------------


def _amount(act: Act, due: int) -> int:
    """Mostly exact; else less or more."""
    roll = act.rng.random()
    if roll < 0.8:
        return due
    return max(100, due * act.rng.randint(20, 90) // 100) if roll < 0.9 else due + act.rng.randint(1, 90) * 1000


@scene(30)
def invoice_named(act: Act) -> None:
    party, holder, account = client_with_account(act)
    invoice = act.invoice(account)
    act.other_invoices(account)
    facts = act.facts(_amount(act, invoice.amount), [Ref(account.number, invoice.number)])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.invoice(act.said(invoice.number))), payer, who="own")


@scene(8)
def invoices_listed(act: Act) -> None:
    party, holder, account = client_with_account(act)
    some = [act.invoice(account, number=act.stage.numbers.digits(4000, 999_999)) for _ in range(act.rng.randint(2, 4))]
    act.other_invoices(account)
    facts = act.facts(_amount(act, sum(i.amount for i in some)), [Ref(account.number, i.number) for i in some])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.invoice(*(i.number for i in some))), payer, who="own")


@scene(12)
def invoice_and_account(act: Act) -> None:
    party, holder, account = client_with_account(act)
    invoice = act.invoice(account)
    act.other_invoices(account)
    parts = [
        (Ref(account.number, invoice.number), act.speech.invoice(act.said(invoice.number))),
        (Ref(account.number), act.speech.account(act.said(account.number))),
    ]
    if act.rng.random() < 0.4:
        parts.reverse()
    facts = act.facts(_amount(act, invoice.amount), [ref for ref, _ in parts])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(*(said for _, said in parts)), payer, who="own")


@scene(12)
def account_named(act: Act) -> None:
    party, holder, account = client_with_account(act)
    act.other_invoices(account)
    amount = act.money()
    if act.rng.random() < 0.4:
        amount = act.invoice(account).amount
    facts = act.facts(amount, [Ref(account.number)])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.account(act.said(account.number))), payer, who="own")


@scene(5)
def bare_invoice(act: Act) -> None:
    party, holder, account = client_with_account(act)
    invoice = act.invoice(account)
    act.other_invoices(account)
    facts = act.facts(_amount(act, invoice.amount), [Ref(account.number, invoice.number, marked=False)])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.bare(invoice.number), tails=False), payer, who="own")


@scene(4)
def bare_account(act: Act) -> None:
    party, holder, account = client_with_account(act)
    act.other_invoices(account)
    facts = act.facts(act.money(), [Ref(account.number, marked=False)])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.bare(account.number), tails=False), payer, who="own")


@scene(4)
def known_payer_without_number(act: Act) -> None:
    party, holder, account = client_with_account(act)
    some = [act.invoice(account) for _ in range(act.rng.randint(1, 3))]
    facts = act.facts(act.rng.choice((some[0].amount, sum(i.amount for i in some), act.money())))
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.service()), payer, who="own")


@scene(2)
def contract_number_is_somebodys(act: Act) -> None:
    """The contract's number equals another client's account or invoice: no reference."""
    _, _, other = client_with_account(act)
    theirs = act.invoice(other)
    party, holder, account = client_with_account(act)
    mine = act.invoice(account)
    trap = act.rng.choice((other.number, theirs.number))
    paper = act.speech.paper(trap)
    if trap not in paper:
        raise Retry
    if act.rng.random() < 0.5:
        facts = act.facts(mine.amount, [Ref(account.number, mine.number)])
        parts = [act.speech.invoice(mine.number), paper]
    else:
        facts, parts = act.facts(mine.amount), [paper]
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(*parts, tails=False), payer, who="own")


@scene(4)
def invoice_not_open(act: Act) -> None:
    party, holder, account = client_with_account(act)
    state = act.rng.choice(("paid", "cancelled", "expired"))
    invoice = act.invoice(account, status="open" if state == "expired" else state, expired=state == "expired")
    if act.rng.random() < 0.4:  # an open one of the same sum beside it
        act.invoice(account, invoice.amount)
    facts = act.facts(invoice.amount, [Ref(account.number, invoice.number)])
    if act.rng.random() < 0.7:
        payer, who = own(act, facts, party, holder), "own"
        parts = [act.speech.invoice(act.said(invoice.number))]
    else:
        third, payer = stranger(act, facts, LEGAL)
        unmarked_name(third, act)
        facts.refs.append(Ref(account.number))
        facts.named, who = "holder", "third company"
        parts = [act.speech.invoice(invoice.number), act.speech.behalf(party), act.speech.account(account.number)]
    act.pay(facts, act.purpose(*parts), payer, who=who)


@scene(3)
def instalments(act: Act) -> None:
    """One invoice, paid in two parts on two days; then once more."""
    party, holder, account = client_with_account(act)
    invoice = act.invoice(account)
    first = invoice.amount * act.rng.randint(20, 80) // 100
    later = act.again(1)
    sums = [(act, first), (later, invoice.amount - first)]
    if act.rng.random() < 0.4:
        sums.append((later.again(1), invoice.amount))
    told: list[Facts] = []
    for each, amount in sums:
        facts = each.facts(amount, [Ref(account.number, invoice.number)])
        payer = own(each, facts, party, holder)
        each.pay(facts, each.purpose(each.speech.invoice(each.said(invoice.number))), payer, who="own")
        told.append(facts)
    act.decide_again(told[:-1])


@scene(5)
def typo_in_number(act: Act) -> None:
    party, holder, account = client_with_account(act)
    invoice = act.invoice(account, number=act.stage.numbers.digits())
    amount = invoice.amount if act.rng.random() < 0.75 else act.money()
    facts = act.facts(amount)
    facts.unknown_marked = True
    payer = own(act, facts, party, holder)
    if act.rng.random() < 0.75:
        said = act.speech.invoice(act.stage.numbers.typo(invoice.number))
        fits = amount == invoice.amount
        target = Ref(account.number, invoice.number)
    else:
        said, fits, target = act.speech.account(act.stage.numbers.typo(account.number)), True, Ref(account.number)
    if fits and facts.payer_relation[holder.key] == OWN:
        facts.meant = target
    act.pay(facts, act.purpose(said, noise=False), payer, who="own")


@scene(3)
def number_on_no_book(act: Act) -> None:
    party, holder, account = client_with_account(act)
    act.other_invoices(account)
    facts = act.facts(act.money())
    facts.unknown_marked = True
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.invoice(act.stage.numbers.unknown())), payer, who="own")


@scene(2)
def account_beside_unknown_invoice(act: Act) -> None:
    party, holder, account = client_with_account(act)
    facts = act.facts(act.money(), [Ref(account.number)])
    payer = own(act, facts, party, holder)
    parts = [act.speech.invoice(act.stage.numbers.unknown()), act.speech.account(account.number)]
    act.pay(facts, act.purpose(*parts), payer, who="own")


@scene(2)
def range_of_invoices(act: Act) -> None:
    party, holder, account = client_with_account(act)
    start = act.rng.randint(30_000, 900_000)
    numbers = [str(start + i) for i in range(3)]
    if not all(act.stage.numbers.take(number) for number in numbers):
        raise Retry
    some = [act.invoice(account, number=number) for number in numbers]
    facts = act.facts(sum(i.amount for i in some))
    facts.range = True
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.range(numbers[0], numbers[-1]), noise=False, tails=False), payer, who="own")


@scene(3)
def two_clients_named(act: Act) -> None:
    party, holder, account = client_with_account(act)
    _, _, other = client_with_account(act)
    mine, theirs = act.invoice(account), act.invoice(other)
    facts = act.facts(
        act.rng.choice((mine.amount, theirs.amount, mine.amount + theirs.amount)),
        [Ref(account.number, mine.number), Ref(other.number, theirs.number)],
    )
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.invoice(mine.number, theirs.number)), payer, who="own")


@scene(2)
def one_holder_several_accounts(act: Act) -> None:
    party, holder, first = client_with_account(act, ids=True)
    second = act.account(holder)
    some = [act.invoice(first), act.invoice(second)]
    exact = act.rng.random() < 0.7
    amount = sum(i.amount for i in some) + (0 if exact else 100)
    facts = act.facts(amount, [Ref(i.account_number, i.number) for i in some])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.invoice(*(i.number for i in some))), payer, who="own")


@scene(2)
def bare_beside_marked(act: Act) -> None:
    """A bare number of somebody else never overrules a marked one."""
    _, _, other = client_with_account(act)
    party, holder, account = client_with_account(act)
    invoice = act.invoice(account)
    facts = act.facts(invoice.amount, [Ref(account.number, invoice.number), Ref(other.number, marked=False)])
    payer = own(act, facts, party, holder)
    parts = [act.speech.invoice(invoice.number) + ". " + act.speech.service() + ". " + other.number]
    if not other.number.isdigit():
        raise Retry
    act.pay(facts, act.purpose(*parts, tails=False, noise=False), payer, who="own")


@scene(3, "fields")
def invoice_in_its_field(act: Act) -> None:
    party, holder, account = client_with_account(act)
    invoice = act.invoice(account)
    facts = act.facts(invoice.amount, [Ref(account.number, invoice.number)])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.service()), payer, references=[("invoice", invoice.number)], who="own")


# --- others pay ------------------------------------------------------------------------------------------------------


def _target(act: Act, facts_refs: list[Ref], account: Account, invoice: Invoice | None, named: bool) -> list[str]:
    parts = []
    if invoice is not None:
        facts_refs.append(Ref(account.number, invoice.number))
        parts.append(act.speech.invoice(act.said(invoice.number)))
    if named:
        facts_refs.append(Ref(account.number))
        parts.append(act.speech.account(act.said(account.number)))
    return parts


@scene(9)
def third_company(act: Act) -> None:
    """With the holder's name and account number in full; or with one of the two left out, or another's name."""
    kind = act.rng.choices((LEGAL, SOLE, PERSON), (6, 2, 0 if act.country == "UZ" else 3))[0]
    party, _, account = client_with_account(act, kind)
    invoice = act.invoice(account) if act.rng.random() < 0.6 else None
    facts = act.facts(invoice.amount if invoice else act.money())
    third, payer = stranger(act, facts, act.rng.choice((LEGAL, LEGAL, SOLE)))
    unmarked_name(third, act)
    wording = act.rng.choices(("full", "no account", "no name", "other name"), (6, 2, 2, 1))[0]
    parts = _target(act, facts.refs, account, invoice, named=wording != "no account" or invoice is None)
    if wording != "no name":
        named = party if wording != "other name" else act.client(LEGAL)
        facts.named = "holder" if wording != "other name" else "other"
        parts.insert(act.rng.randint(0, len(parts)), act.speech.behalf(named))
    act.pay(facts, act.purpose(*parts, tails=False), payer, who="third company")


@scene(7, countries=("KZ", "KE"))
def individual_with_power(act: Act) -> None:
    kind = act.rng.choice((LEGAL, LEGAL, SOLE))
    party, _, account = client_with_account(act, kind)
    invoice = act.invoice(account)
    facts = act.facts(invoice.amount)
    person, payer = stranger(act, facts, PERSON)
    states = act.rng.choices(
        (["valid"], [], ["expired"], ["revoked"], ["not_yet_valid"], ["expired", "valid"], ["other"]),
        (6, 3, 2, 2, 2, 1, 1),
    )[0]
    powers = []
    for state in states:
        agent = act.stage.register.person(act.country) if state == "other" else person
        made = power(act, account, agent, "valid" if state == "other" else state)
        powers += [made] if agent is person else []
    facts.powers = tuple(powers)
    parts = _target(act, facts.refs, account, invoice, named=act.rng.random() < 0.3)
    if act.rng.random() < 0.3:
        parts.append(act.speech.behalf(party))
        facts.named = "holder"
    act.pay(facts, act.purpose(*parts), payer, who="individual")


@scene(3)
def individual_pays(act: Act) -> None:
    """An individual pays: without a power for a company, by the purpose for a person, never in Uzbekistan."""
    kind = act.rng.choice((LEGAL, PERSON))
    party, _, account = client_with_account(act, kind)
    invoice = act.invoice(account)
    facts = act.facts(invoice.amount)
    _, payer = stranger(act, facts, PERSON)
    parts = _target(act, facts.refs, account, invoice, named=act.rng.random() < 0.6)
    if act.rng.random() < 0.6:
        parts.append(act.speech.behalf(party))
        facts.named = "holder"
    act.pay(facts, act.purpose(*parts, tails=False), payer, who="individual")


@scene(2)
def individual_holder_pays(act: Act) -> None:
    party, holder, account = client_with_account(act, PERSON)
    invoice = act.invoice(account)
    facts = act.facts(_amount(act, invoice.amount), [Ref(account.number, invoice.number)])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.invoice(act.said(invoice.number))), payer, who="own")


@scene(5)
def nobody_known_pays(act: Act) -> None:
    _, _, account = client_with_account(act)
    invoice = act.invoice(account)
    facts = act.facts(invoice.amount if act.rng.random() < 0.75 else act.money())
    facts.stranger = UNKNOWN
    parts = _target(act, facts.refs, account, invoice, named=act.rng.random() < 0.6)
    payer = NOBODY
    if act.channel.layout == "uz_ledger_card":  # it always has a row for the name
        raise Retry
    if act.channel.names and act.country == "KZ" and act.rng.random() < 0.5:
        payer = act.shown(act.stage.register.person("KZ"), masked=True)
    act.pay(facts, act.purpose(*parts), payer, who="unknown")


@scene(2)
def bare_number_of_another(act: Act) -> None:
    """A stranger writes a number and nothing that names it."""
    _, _, account = client_with_account(act)
    invoice = act.invoice(account)
    exact = act.rng.random() < 0.5
    facts = act.facts(invoice.amount if exact else act.money(), [Ref(account.number, invoice.number, marked=False)])
    third, payer = stranger(act, facts, LEGAL)
    unmarked_name(third, act)
    act.pay(facts, act.purpose(act.speech.bare(invoice.number), tails=False), payer, who="third company")


@scene(2, "ultimate")
def through_an_intermediary(act: Act) -> None:
    """A bank passes money on: behind it the ultimate debtor pays; without one nobody is known to."""
    banks = {"KZ": ("АО «Kaspi Bank»", "АО Народный Банк Казахстана"), "UZ": ("АТБ «Капиталбанк»", "O'zmilliybank AJ"),
             "KE": ("KCB Bank Kenya Ltd", "Equity Bank (Kenya) Limited")}  # fmt: skip
    party, holder, account = client_with_account(act)
    invoice = act.invoice(account)
    facts = act.facts(invoice.amount, [Ref(account.number, invoice.number)])
    behind = act.rng.random() < 0.7
    bank = Shown(act.rng.choice(banks[act.country]))
    ultimate = own(act, facts, party, holder) if behind else NOBODY
    if not behind:
        facts.stranger = UNKNOWN
    act.pay(
        facts,
        act.purpose(act.speech.invoice(invoice.number)),
        bank,
        ultimate=ultimate,
        who="own" if behind else "unknown",
    )


@scene(2, "ultimate")
def actual_payer_is_the_holder(act: Act) -> None:
    """A company pays, and the field of the actual payer has the holder: as if the purpose named it."""
    party, _, account = client_with_account(act, LEGAL, ids=True)
    invoice = act.invoice(account)
    facts = act.facts(invoice.amount)
    _, payer = stranger(act, facts, LEGAL)
    facts.named = "holder"
    parts = _target(act, facts.refs, account, invoice, named=act.rng.random() < 0.7)
    act.pay(facts, act.purpose(*parts), payer, ultimate=act.shown(party), who="third company")


@scene(2, "names", absent="ids", countries=("UZ", "KE"))
def a_name_that_two_bear(act: Act) -> None:
    """Two holders of one name, and a payer of whom no more than the name is told."""
    party, holder, account = client_with_account(act, LEGAL, bank=False)
    twin = Holder(holder.key + "X", holder.country, holder.type, (party.books,), (), ())
    act.account(twin)
    invoice = act.invoice(account)
    facts = act.facts(invoice.amount, [Ref(account.number, invoice.number)])
    facts.stranger = UNKNOWN
    payer = act.shown(party)
    facts.payer_relation[holder.key] = UNKNOWN
    act.pay(facts, act.purpose(act.speech.invoice(invoice.number)), payer, who="unknown")


# --- what stops a credit ---------------------------------------------------------------------------------------------


@scene(1, "ids")
def another_currency(act: Act) -> None:
    party = act.client(LEGAL)
    holder = act.holder(party, ids=True)
    other = {"KZT": "USD", "USD": "KZT", "KES": "USD", "UZS": "USD"}[act.currency]
    account = act.account(holder, currency=other)
    facts = act.facts(act.money(), [Ref(account.number)])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.account(account.number)), payer, who="own")


@scene(1, "ids", countries=("KZ",))
def another_legal_entity(act: Act) -> None:
    """Dollars for a Kenyan account on the Kazakh entity's bank account."""
    act = Act(act.stage, next(c for c in act.stage.channels if c.own.code == "KZ-USD"), act.kind, act.day)
    party = act.stage.register.company("KE")
    holder = act.holder(party, ids=True)
    account = act.account(holder, currency="USD")
    facts = act.facts(act.money(), [Ref(account.number)])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.account(account.number)), payer, who="own")


@scene(1)
def closed_account(act: Act) -> None:
    party = act.client()
    holder = act.holder(party)
    account = act.account(holder, open=False)
    facts = act.facts(act.money(), [Ref(account.number)])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.account(account.number)), payer, who="own")


@scene(6)
def not_a_topup(act: Act) -> None:
    """Refunds, loans, own funds: whatever numbers they carry."""
    party, holder, account = client_with_account(act)
    invoice = act.invoice(account)
    facts = act.facts(invoice.amount, [Ref(account.number, invoice.number)])
    facts.nature = "not_a_topup"
    payer = own(act, facts, party, holder)
    said = act.speech.nature()
    parts = [said, act.speech.invoice(invoice.number)] if act.rng.random() < 0.5 else [said]
    text = act.speech.compose(parts, limit=act.channel.limit - 20, tails=False, service=False)
    act.pay(facts, act._folded(act.speech.garbled(text, act.channel.charset, joins=False), act.channel.fold or 999), payer,
            who="own")  # fmt: skip


@scene(3, "names")
def lump_sum(act: Act) -> None:
    senders = {
        "KZ": ("АО «Kaspi Bank»", "ТОО «Processing.kz»", "АО «Народный Банк Казахстана»"),
        "UZ": ("ООО CLICK", "PAYME", "UZUM BANK"), "KE": ("SAFARICOM PLC", "Safaricom M-PESA"),
    }[act.country]  # fmt: skip
    facts = act.facts(act.money())
    facts.nature = "settlement_unmatched"
    name = act.rng.choice(senders)
    from tests.accuracy.speech import fit

    payer = Shown(fit(name, act.channel.charset)[: act.channel.name_limit])
    text = fit(act.speech.lump(), act.channel.charset)
    act.pay(facts, act._folded(text, act.channel.fold or 999), payer, who="operator")


# --- the bank's side -------------------------------------------------------------------------------------------------


@scene(1)
def statement_in_doubt(act: Act) -> None:
    """The statement's own figures do not add up: what would be credited is held."""
    act = Act(act.stage, next(c for c in act.stage.channels if c.fault), act.kind, act.day)
    party, holder, account = client_with_account(act)
    invoice = act.invoice(account)
    facts = act.facts(_amount(act, invoice.amount), [Ref(account.number, invoice.number)])
    facts.doubt = "balance_mismatch"
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.invoice(act.said(invoice.number))), payer, who="own")


@scene(1)
def booked_twice(act: Act) -> None:
    """Two equal entries of one statement are two payments; the second finds the invoice paid."""
    party, holder, account = client_with_account(act)
    invoice = act.invoice(account)
    facts = act.facts(invoice.amount, [Ref(account.number, invoice.number)])
    payer = own(act, facts, party, holder)
    act.pay(facts, act.purpose(act.speech.invoice(invoice.number)), payer, who="own")
    act.once_more(facts)


@scene(1, "fields")
def taken_back_by_the_bank(act: Act) -> None:
    """A reversal with the bank's link: its original is returned, whatever it was."""
    party, holder, account = client_with_account(act)
    invoice = act.invoice(account)
    facts = act.facts(invoice.amount, [Ref(account.number, invoice.number)])
    payer = own(act, facts, party, holder)
    later = act.again(1)
    act.pay(facts, act.purpose(act.speech.invoice(invoice.number)), payer, who="own")
    act.take_back(later)


# --- M-Pesa ----------------------------------------------------------------------------------------------------------


@scene(4, layout="mpesa")
def mpesa_paybill(act: Act) -> None:
    """The payer types the account number at the phone; the statement has his name and a masked phone."""
    rng = act.rng
    mine = rng.random() < 0.6
    party, holder, account = client_with_account(act, PERSON if mine else LEGAL, bank=False)
    act.other_invoices(account)
    facts = act.facts(act.money(*MOBILE_LIMITS), [Ref(account.number)])
    typed = act.said(account.number)
    if typed.isdigit() and rng.random() < 0.2:
        typed = typed[:3] + " " + typed[3:]
    if len(typed) > 20:
        raise Retry
    person = party if mine else act.stage.register.person("KE")
    shown = Shown(person.core.upper())
    facts.payer_relation[holder.key] = OWN  # the gateway credits the account that was typed, whoever's phone it is
    phone = act.stage.phone()
    details = rng.choice(("Pay Bill Online", f"Pay Bill from {phone} - {shown.name} Acc. {typed}", "Pay Bill"))
    act.pay(
        facts, details, shown, references=[("bill_reference", typed), ("phone", phone)],
        who="own" if mine else "individual", unchecked=("relation",),
    )  # fmt: skip
