"""SWIFT MT940, the customer statement, and MT942, the intraday report (evidence only, never money).

Read with tokens of our own, as a stream. Pages of one statement (`:62M:` and the `:60M:` that continues it) are one
statement. A statement without a closing balance is cut and refused, unless its end mark `-}` stands, or `-` before the
next message, or an empty line where the file has no other: then it is whole and unverified. Entries behind the end,
without a head of their own, are of the statement before them where it has both balances, and are more than it says
there are: so it does not add up, and is held. Refused: fields out of order, days that the calendar has not, amounts
without a decimal mark.

Source: SWIFT Standards MT, category 9; the forms of field 86 in `mt940_details`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from reconcile.parsers.encoding import encoding_of
from reconcile.parsers.mt940_details import Told, told_by
from reconcile.parsers.mt940_fields import END, START, TYPE, Field, fields, refuse_endless_lines
from reconcile.parsers.mt940_head import OPENING, currency_said, is_interim, opening_of, own_account, reference_of
from reconcile.parsers.mt940_line import Balance, Decimals, Line, balance_of, line_of, sum_of
from reconcile.parsers.source import ReadContext, account_country, as_text, statement_currency
from reconcile.problem import Refusal
from reconcile.statement import CreditDebit, Detail, Entry, Statement

NAME: Final = "mt940"
_IN_HEAD: Final = (b":20:", b":61:", b":60F:")
_BLANKS: Final = bytes(range(1, 33))
_CLOSING: Final = (":62F:", ":62M:")
# What a message begins with: some banks leave out its reference (:20:).
_FIRST: Final = (START, ":25:")
_HEAD: Final = frozenset({":13:", ":13D:", ":21:", ":25:", ":25P:", ":28:", ":28C:", ":34F:", ":NS:", ":86:"})


def recognises(head: bytes) -> bool:
    """A line with one of the fields that only these messages have."""
    plain = head.replace(b"\0", b"")
    if plain.lstrip().lower().startswith((b"<", b"1cclient")):
        return False
    return any(line.lstrip(_BLANKS).startswith(_IN_HEAD) for line in plain.replace(b"{4:", b"\n").splitlines())


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Statement]:
    """The statements in the order of the file."""
    refuse_endless_lines(stream)
    encoding = encoding_of(stream)
    with as_text(stream, encoding) as lines:
        walk = _Walk(fields(lines, encoding), context)
        seen = False
        while (statement := walk.next_statement()) is not None:
            seen = True
            yield statement
            for _ in statement.entries:
                pass
        if not seen:
            raise Refusal.of("there is no statement (:20:) in the file", "export the statement again")


class _Walk:
    """The place in the file: one field ahead, so that a page that continues a statement is seen."""

    def __init__(self, source: Iterator[Field], context: ReadContext) -> None:
        self.source = source
        self.context = context
        self.decimals = Decimals()
        self.messages = 0
        self.seen = 0
        """Entries of the statement so far."""
        self.field: Field | None = None
        self.step()

    def step(self) -> None:
        self.field = next(self.source, None)

    def head(self) -> dict[str, Field] | None:
        """The fields of a message before its first entry or closing balance; None at the end of the file."""
        found: dict[str, Field] = {}
        while self.field is not None and self.field.tag in (END, TYPE):
            if self.field.tag == TYPE:
                found[TYPE] = self.field
            self.step()
        if self.field is None:
            return None
        if self.field.tag not in _FIRST:
            raise Refusal.of(
                f"field {self.field.tag} stands outside a statement: none has begun with :20:",
                "export the statement again whole",
                line=self.field.line,
            )
        self.messages += 1
        while self.field is not None and (self.field.tag in _HEAD or self.field.tag in (START, *OPENING)):
            if self.field.tag == START and START in found:
                break
            found.setdefault(self.field.tag, self.field)
            self.step()
        return found

    def next_statement(self) -> Statement | None:
        head = self.head()
        if head is None:
            return None
        start = head.get(START) or next(iter(head.values()))
        named = head.get(":25:") or head.get(":25P:")
        if named is None or not named.text:
            raise Refusal.of("the statement does not name its account (:25:)", "ask the bank", line=start.line)
        opening = opening_of(head, self.decimals)
        said = currency_said(head, opening)
        account = own_account(named.text, said, self.context)
        statement = Statement(
            format=NAME,
            account=account,
            currency=statement_currency(account, said, self.context, named.line),
            entries=iter(()),
            version="MT942" if is_interim(head) else "MT940",
            reference=reference_of(head),
            country=account_country(account),
            opening=opening.amount if opening else None,
            evidence=is_interim(head),
        )
        statement.entries = self.entries(statement, start, opening, ":60F:" in head)
        return statement

    def entries(self, statement: Statement, start: Field, opening: Balance | None, first_page: bool) -> Iterator[Entry]:
        """All entries, those of further pages too; then the closing figures."""
        pages: Balance | None = opening
        self.seen = 0
        while True:
            yield from self.page(statement)
            closing = self.closing(statement, start, pages is not None)
            if closing is None or closing[0].tag == ":62F:":
                yield from self.behind(statement)
                return
            if not self.continues(statement, closing[1]):
                if first_page:
                    self.refuse_missing_page(closing[0])
                return
            start = self.next_page()
            pages = closing[1]

    def behind(self, statement: Statement) -> Iterator[Entry]:
        """Entries behind the end: the statement's own figures then contradict it, whatever the entries add up to."""
        if self.field is None or self.field.tag != ":61:":
            return
        statement.count_expected = self.seen
        yield from self.page(statement)
        if self.field is not None and self.field.tag not in (START, TYPE, END):
            raise _out_of_place(self.field)

    def refuse_missing_page(self, closing: Field) -> None:
        """A page that is a file of its own is whole; a file of several that begins a statement and ends with one of
        its pages is not."""
        if self.field is None and self.messages > 1:
            raise Refusal.of(
                "the file ends with a page that another one should follow (:62M:): it is cut",
                "export it again whole",
                line=closing.line,
            )

    def page(self, statement: Statement) -> Iterator[Entry]:
        """The entries up to the closing balance or the end of the message."""
        while self.field is not None and self.field.tag == ":61:":
            field = self.field
            line = line_of(field, statement.currency, self.decimals)
            self.step()
            said, own = self.texts()
            if line.expected and not statement.evidence:
                raise Refusal.of("an expected entry (EC, ED) in a statement", "ask the bank", line=field.line)
            told = told_by(said, line.credit_debit is CreditDebit.CREDIT, own)
            self.seen += 1
            yield _entry(line, field.line, statement.currency, told)

    def texts(self) -> tuple[str, str]:
        """Fields 86 and NS behind an entry."""
        said: list[str] = []
        own: list[str] = []
        while (field := self.field) is not None and field.tag in (":86:", ":NS:"):
            (said if field.tag == ":86:" else own).append(field.text)
            self.step()
        return said[0] if len(said) == 1 else "\n".join(said), "\n".join(own) if own else ""

    def closing(self, statement: Statement, start: Field, balanced: bool) -> tuple[Field, Balance] | None:
        """The closing balance, with what stands behind it up to the end of the message."""
        found: tuple[Field, Balance] | None = None
        ended = False
        sums: dict[str, int] = {}
        while (field := self.field) is not None and field.tag != START:
            if field.tag == ":25:" and (found is not None or ended):  # of a message that leaves out :20:
                break
            if field.tag in _CLOSING and found is None:
                found = field, self.balance(field, statement)
            elif field.tag in (":90C:", ":90D:") and field.tag not in sums:
                _, _, sums[field.tag] = sum_of(field, self.decimals)
            elif field.tag == END:
                ended = True
            elif field.tag == TYPE or (field.tag == ":61:" and ended and _is_balanced(statement, found)):
                break  # of the message that follows, or behind the end
            elif field.tag not in (":64:", ":65:", ":86:", ":NS:") or (found is None and field.tag != ":86:"):
                raise _out_of_place(field)
            self.step()
        if found is None and not ended and (balanced or not sums):
            raise Refusal.of(
                "the statement has no closing balance (:62F:): the file is cut",
                "export it again whole",
                line=start.line,
            )
        statement.total_credit = sums.get(":90C:", statement.total_credit)
        statement.total_debit = sums.get(":90D:", statement.total_debit)
        return found

    def balance(self, field: Field, statement: Statement) -> Balance:
        balance = balance_of(field, self.decimals, statement.currency)
        if balance.currency != statement.currency:
            raise Refusal.of(
                f"the closing balance is in {balance.currency}, the statement in {statement.currency}",
                "ask the bank for one statement a currency",
                line=field.line,
            )
        statement.closing, statement.period_to = balance.amount, balance.day
        return balance

    def continues(self, statement: Statement, balance: Balance) -> bool:
        """Whether the next message is the next page: same account, and it opens with the balance of this one."""
        head = self.peeked()
        if head is None or ":60M:" not in head:
            return False
        named = head.get(":25:") or head.get(":25P:")
        if named is None or own_account(named.text, statement.currency, self.context) != statement.account:
            return False
        opening = balance_of(head[":60M:"], self.decimals, statement.currency)
        return (opening.amount, opening.currency) == (balance.amount, balance.currency)

    def peeked(self) -> dict[str, Field] | None:
        """The next head, which is then put back before the rest of the file."""
        head = self.head()
        if head is not None:
            self.messages -= 1
            fields_of_head = list(head.values())
            self.source = _chain([*fields_of_head[1:], *([self.field] if self.field else [])], self.source)
            self.field = fields_of_head[0]
        return head

    def next_page(self) -> Field:
        head = self.head()
        assert head is not None, "a page was seen"
        return head.get(START) or next(iter(head.values()))


def _is_balanced(statement: Statement, closing: tuple[Field, Balance] | None) -> bool:
    return closing is not None and closing[0].tag == ":62F:" and statement.opening is not None


def _out_of_place(field: Field) -> Refusal:
    return Refusal.of(
        f"field {field.tag} stands where a statement has ended or not begun: lines are missing or mixed",
        "export the statement again whole",
        line=field.line,
    )


def _chain(first: list[Field], rest: Iterator[Field]) -> Iterator[Field]:
    yield from first
    yield from rest


def _entry(line: Line, number: int, currency: str, told: Told) -> Entry:
    extra = told.extra
    if line.kind:
        extra["transaction_type"] = line.kind
    if line.customer_reference:
        extra["customer_reference"] = line.customer_reference
    if line.supplement:
        extra["supplementary_details"] = line.supplement
    if line.expected:
        extra["expected"] = "yes"
    return Entry(
        number,
        line.booking_date,
        line.credit_debit,
        line.amount,
        currency,
        (Detail(line.amount, told.counterparty, told.ultimate, told.purpose, told.references),),
        line.value_date,
        line.bank_reference,
        line.reversal,
        extra=extra,
    )
