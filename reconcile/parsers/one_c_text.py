"""1CClientBankExchange as text: its encoding, its account sections, and the stream of its documents.

The accounts of the whole file are looked up in its raw bytes first, for whose side a document stands on depends on
them. Everything else is read in one pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from reconcile.parsers import one_c_keys as keys
from reconcile.parsers.one_c_bytes import encoding_of, is_kazakh, own_accounts
from reconcile.parsers.source import (
    HEAD_BYTES,
    account_number,
    as_text,
    undecodable,
    words,
)
from reconcile.problem import Refusal

_BALANCE_KEYS: Final = words(
    """расчсчет датаначала датаконца начальныйостаток всегопоступило всегосписано конечныйостаток валюта
    версияформата"""
)


@dataclass(slots=True)
class Section:
    """One `СекцияРасчСчет`: an account's balances for the period or for one day, as written."""

    line: int
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def account(self) -> str:
        return account_number(self.fields.get("расчсчет", ""))


@dataclass(slots=True)
class Survey:
    """What a 1C file says apart from its documents. It fills while the documents are read for the first time."""

    encoding: str
    accounts: tuple[str, ...]
    """Every own account that the file names, in its order; known before anything else."""
    header: dict[str, str] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    first_currency: str = ""
    """`Валюта` of the first document."""
    marked: bool = False
    """Documents carry `СуммаПриход` or `СуммаРасход`: the Kazakh dialect, which need not end with `КонецФайла`."""
    ended: bool = False

    def sections_of(self, account: str) -> list[Section]:
        """A section without `РасчСчет` is of the one account that the file names."""
        alone = len(self.accounts) == 1
        return [section for section in self.sections if section.account == account or (alone and not section.account)]


def survey(stream: BinaryIO) -> Survey:
    """The file as far as its first document, and the accounts of all of it."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    encoding = encoding_of(head)
    if encoding == "cp1251" and is_kazakh(stream):
        encoding = "kz1048"
    found = Survey(encoding, own_accounts(stream, encoding, b"\n" if b"\n" in head else b"\r"))
    if not found.accounts:
        raise Refusal.of("no РасчСчет names the statement's account", "export the statement, not payment orders")
    with as_text(stream, encoding) as lines:
        for document in documents(lines, KeyTable(), found):
            found.first_currency = document.fields.get(keys.CURRENCY, "")
            break
    return found


class _Outside:
    """The place outside documents: in the header or in an account section."""

    def __init__(self, found: Survey) -> None:
        self.found = found
        self.section: Section | None = None

    def take(self, raw: str, value: str, line: int) -> None:
        word = _fence(raw)
        if word.startswith("секция") or word in (keys.ACCOUNT_END, keys.DOCUMENT_END, keys.FILE_END):
            self.fence(word, line)
        elif (key := keys.normal_key(raw)) in _BALANCE_KEYS:
            self.value(key, value.strip(), line)

    def fence(self, name: str, line: int) -> None:
        if self.found.ended:
            raise Refusal.of("there is text after КонецФайла", "give each statement in a file of its own", line=line)
        if name == keys.ACCOUNT_END:
            self.section = None
            return
        self.refuse_open(line)
        if name == keys.ACCOUNT_SECTION:
            self.section = Section(line)
            self.found.sections.append(self.section)
        elif name == keys.FILE_END:
            self.found.ended = True
        elif name == keys.DOCUMENT_END:
            raise Refusal.of("КонецДокумента stands where no document is open", "export the statement again", line=line)
        elif name != keys.DOCUMENT_SECTION:
            raise Refusal.of(f"section {name!r} is not one of the format", "export the statement again", line=line)

    def value(self, key: str, value: str, line: int) -> None:
        if self.section is None:
            self.found.header.setdefault(key, value)
        elif self.section.fields.setdefault(key, value) != value:
            raise Refusal.of(f"{key} stands twice in one section, with different values", "correct it", line=line)

    def refuse_open(self, line: int) -> None:
        if self.section is not None:
            raise not_closed(self.section.line, line)

    def close(self, last: int) -> None:
        """At the end of the file: is it whole? Kazakh banks leave out the last line; there the closed sections and
        their sums must do."""
        self.refuse_open(last)
        kazakh = self.found.marked or any(account.startswith("KZ") for account in self.found.accounts)
        if not self.found.ended and not (kazakh and self.found.sections):
            raise Refusal.of("the file does not end with КонецФайла: it is cut", "export it again whole", line=last)


def not_closed(opened: int, line: int) -> Refusal:
    return Refusal.of(f"the section of line {opened} is not closed: the file is cut", "export it again", line=line)


@dataclass(slots=True)
class Document:
    """One `СекцияДокумент` as written: fields under their normal keys, folds as line feeds."""

    line: int
    kind: str
    fields: dict[str, str]


class KeyTable:
    """From a key as written to its normal form, "" for what is no key of a document. Filled as it goes, bounded."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.spelling: dict[str, str] = {}

    def learn(self, raw: str) -> str:
        key = keys.normal_key(raw) if keys.is_key(raw) else ""
        key = "" if key in keys.SECTIONS else key
        if len(self.known) < 10_000:
            self.known[raw] = key
            self.spelling.setdefault(key, raw.strip())
        return key


def documents(lines: Iterator[str], table: KeyTable, found: Survey) -> Iterator[Document]:
    """The documents in the order of the file; `found` takes what stands outside them, and is whole once they are
    exhausted. Refuses sections that are nested or not closed, and text after the end of the file."""
    outside, known = _Outside(found), table.known
    number = 0
    current: Document | None = None
    fields: dict[str, str] = {}
    last = ""
    try:
        for number, line in enumerate(lines, 1):
            raw, equals, value = line.partition("=")
            if equals and current is not None:  # nearly every line of a file
                try:
                    key = known[raw]
                except KeyError:
                    key = table.learn(raw)
                if key:
                    value = value.strip()
                    if fields.setdefault(key, value) is not value:
                        fields[key] = _twice(key, fields[key], value, number)
                    last = key
                    continue
            word = _fence(raw)
            if current is None:
                outside.take(raw, value, number)
                if word == keys.DOCUMENT_SECTION:
                    fields, last = {}, ""
                    current = Document(number, value.strip(' \t\n"'), fields)
            elif word == keys.DOCUMENT_END:
                found.marked = found.marked or keys.PAYEE.mark in fields or keys.PAYER.mark in fields
                yield current
                current = None
            elif word in keys.SECTIONS:
                raise not_closed(current.line, number)
            elif line.strip():
                _fold(fields, last, line.strip(), number)
    except UnicodeError as error:
        raise undecodable(error, found.encoding, number + 1) from None
    if current is not None:
        raise not_closed(current.line, number)
    outside.close(number)


def _fence(line: str) -> str:
    """The beginning or end of a section, whatever its case and blanks."""
    return line.strip().casefold()


def _twice(key: str, before: str, value: str, line: int) -> str:
    """A key that stands twice: an empty one gives way, text goes on; two amounts, dates or accounts are a fault."""
    if before == value or not before or not value:
        return before or value
    if key in keys.FOLDABLE or key not in keys.TAKEN:
        return f"{before}\n{value}"
    raise Refusal.of(f"{key} stands twice in one document, with different values", "ask the bank", line=line)


def _fold(fields: dict[str, str], last: str, text: str, line: int) -> None:
    if last in keys.FOLDABLE or (last and last not in keys.TAKEN):
        fields[last] = f"{fields[last]}\n{text}" if fields[last] else text
    else:
        raise Refusal.of(f"the line {text[:40]!r} is neither a key nor the rest of a text", "export again", line=line)
