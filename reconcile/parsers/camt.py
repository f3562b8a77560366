"""camt.053, the ISO 20022 statement of account (`BkToCstmrStmt`), versions 01 to 13, and files without a namespace.
camt.052 (intraday report) and camt.054 (notification) are read alike and marked as evidence: they repeat what the
statement will book, so they are never a source of money.

Read by lxml as a stream, one `Ntry` at a time. A DTD, entities and oversized trees are refused; what is cut is not well
formed and refused with its line. Only entries with status `BOOK` are money. `CdtDbtInd` is the effect of the entry
itself: `RvslInd` never flips it. Balances `OPBD` (else `PRCD`) and `CLBD`; totals from `TxsSummry`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final, TypeGuard

from lxml import etree

from reconcile.parsers.camt_entry import entry_of
from reconcile.parsers.camt_head import account_of, currency_of, servicer_of, take_head
from reconcile.parsers.camt_tree import fold, line_of, local_name, text
from reconcile.parsers.source import HEAD_BYTES, ReadContext, account_country, statement_currency
from reconcile.problem import Refusal
from reconcile.statement import Entry, Statement

NAME: Final = "camt"
_STATEMENT: Final = "camt.053"
_MESSAGES: Final = {
    "BkToCstmrStmt": _STATEMENT,
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}
_HOLDERS: Final = {_STATEMENT: "Stmt", "camt.052": "Rpt", "camt.054": "Ntfctn"}
_VERSIONS: Final = frozenset(f"{version:02}" for version in range(1, 14))
_NAMESPACE: Final = re.compile(r"camt\.05([2-4])\.001\.([0-9]{2})")
_IN_HEAD: Final = re.compile(rb"<(?:[\w.\-]+:)?BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)|:camt\.05[234]\.001\.[0-9]{2}")
_FORBIDDEN: Final = (b"<!DOCTYPE", b"<!ENTITY")
# Version 01 writes its own number into the message's name.
_ELEMENTS: Final = {name + ending: message for name, message in _MESSAGES.items() for ending in ("", "V01")}
_TAGS: Final = tuple("{*}" + name for name in ("Document", "Ntry", *_HOLDERS.values(), *_ELEMENTS))


def recognises(head: bytes) -> bool:
    """XML that names a message of this family, in any encoding (NUL bytes of UTF-16 aside)."""
    plain = head.replace(b"\0", b"")
    return b"<" in plain[:64] and _IN_HEAD.search(plain) is not None


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Statement]:
    """The statements of the message in their order."""
    _refuse_dtd(stream)
    walk = _Walk(stream)
    seen = False
    while (statement := walk.next_statement(context)) is not None:
        seen = True
        yield statement
        for _ in statement.entries:
            pass
    if not seen:
        raise Refusal.of(
            "there is no statement (Stmt), report (Rpt) or notification (Ntfctn) in the message", "export it again"
        )


def _refuse_dtd(stream: BinaryIO) -> None:
    stream.seek(0)
    head = stream.read(HEAD_BYTES).replace(b"\0", b"")
    for mark in _FORBIDDEN:
        if mark in head:
            raise _no_dtd(head.count(b"\n", 0, head.index(mark)) + 1)
    stream.seek(0)


def _no_dtd(line: int | None) -> Refusal:
    return Refusal.of(
        "the XML declares a DTD or entities, which no bank statement needs", "remove it, or ask the bank", line=line
    )


class _Walk:
    """The parser's place in the message. lxml's errors become refusals with their line."""

    def __init__(self, stream: BinaryIO) -> None:
        self.events = etree.iterparse(
            stream,
            events=("start", "end"),
            tag=_TAGS,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        self.message = ""
        self.version = ""
        self.checked = False

    def step(self) -> tuple[str, etree._Element] | None:
        """The next event among the tags that matter; None at the end of the message."""
        try:
            event, element = next(self.events)
        except StopIteration:
            return None
        except etree.XMLSyntaxError as error:
            raise _malformed(error, self.events.error_log) from None
        except (etree.LxmlError, UnicodeError, LookupError) as error:
            raise Refusal.of(f"the XML cannot be read: {str(error)[:160]}", "export the statement again") from None
        if not self.checked:
            self.check(element)
        return event, element

    def check(self, element: etree._Element) -> None:
        """At the first element that matters, before any content is looked at."""
        self.checked = True
        if element.getroottree().docinfo.doctype:  # type: ignore[attr-defined]  # the stubs do not know it
            raise _no_dtd(None)

    def next_statement(self, context: ReadContext) -> Statement | None:
        while (step := self.step()) is not None:
            event, element = step
            name = local_name(element)
            if event == "start":
                self.enter(name, element)
            elif name == "Ntry" and self.holds(parent := element.getparent()):
                return self.statement(parent, element, context)
            elif self.holds(element):
                return self.statement(element, None, context)
        return None

    def enter(self, name: str, element: etree._Element) -> None:
        if name in _ELEMENTS:
            self.message = _ELEMENTS[name]
            self.version = _version(element, self.message)

    def holds(self, element: etree._Element | None) -> TypeGuard[etree._Element]:
        """Whether this element is what holds the entries of the message that is being read."""
        return element is not None and local_name(element) == _HOLDERS.get(self.message)

    def statement(self, element: etree._Element, entry: etree._Element | None, context: ReadContext) -> Statement:
        """The statement whose head stands before its first entry."""
        head = fold(element, leave="Ntry")
        currency_seen = currency_of(head, entry)
        account = account_of(head, line_of(element))
        currency = statement_currency(account, currency_seen, context, line_of(element))
        statement = Statement(
            format=NAME,
            account=account,
            currency=currency,
            entries=iter(()),
            version=self.version,
            reference=text(head, "Id"),
            country=account_country(account),
            bank=servicer_of(head),
            evidence=self.message != _STATEMENT,
        )
        take_head(statement, head, line_of(element))
        statement.entries = self.entries(statement, entry) if entry is not None else iter(())
        return statement

    def entries(self, statement: Statement, element: etree._Element) -> Iterator[Entry]:
        """The booked entries until the statement ends; then its closing figures, should they stand after them."""
        left_out = 0
        step: tuple[str, etree._Element] | None = ("end", element)
        while step is not None:
            event, element = step
            name = local_name(element)
            if event == "end" and name == "Ntry":
                entry = entry_of(fold(element), line_of(element), statement)
                _forget(element)
                if entry is None:
                    left_out += 1
                else:
                    yield entry
            elif event == "end" and self.holds(element):
                break
            step = self.step()
        take_head(statement, fold(element, leave="Ntry"), line_of(element))
        element.clear(keep_tail=True)  # type: ignore[call-arg]  # nor this
        if left_out:  # the summary counts entries that are no money yet
            statement.total_credit = statement.total_debit = statement.count_expected = None


def _malformed(error: etree.XMLSyntaxError, log: Iterable[Any]) -> Refusal:
    """With the first fault that the library found in this file; the one it raises may be a mere consequence without a
    line, and its own log holds what earlier files of this process did wrong."""
    faults = [fault for fault in log if fault.line]
    said, line = (faults[0].message, faults[0].line) if faults else (str(error), error.lineno)
    return Refusal.of(
        f"the XML is not well formed or is cut: {said[:160]}", "export the statement again", line=line or None
    )


def _version(element: etree._Element, message: str) -> str:
    namespace = str(element.tag).rpartition("}")[0].removeprefix("{")
    found = _NAMESPACE.search(namespace)
    if not namespace:
        return message
    if found is None or found.group(1) != message[-1] or found.group(2) not in _VERSIONS:
        raise Refusal.of(
            f"namespace {namespace[:80]!r} is no version of {message} that is known here",
            f"ask the bank for {message}.001.02 to 13",
            line=line_of(element),
        )
    return f"{message}.001.{found.group(2)}"


def _forget(element: etree._Element) -> None:
    """Frees what has been read. The element itself stays until the next one ends: the parser may hold its tail."""
    element.clear(keep_tail=True)  # type: ignore[call-arg]  # nor this
    parent, before = element.getparent(), element.getprevious()
    while parent is not None and before is not None and local_name(before) == "Ntry":
        parent.remove(before)
        before = element.getprevious()
