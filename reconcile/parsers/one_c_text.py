"""1CClientBankExchange as text: its encoding, a quick survey of its account sections, and the stream of documents.

The survey reads the file once with a pattern and gives what the statements need before their entries: the accounts,
one balance section per account or per day, the dialect, whether the file is complete.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from reconcile.parsers import one_c_keys as keys
from reconcile.parsers.source import (
    CHUNK,
    HEAD_BYTES,
    MAX_LINE,
    account_number,
    as_text,
    bom_encoding,
    is_utf8,
    undecodable,
)
from reconcile.problem import Refusal

_KEY_MARKS: Final = ("секция", "расчсчет", "сумма", "плательщик", "датаначала")
_ENCODINGS: Final = ("cp1251", "cp866")
_OPENING: Final = ("секция",)
_FENCES: Final = ("конецрасчсчет", "конецдокумента", "конецфайла")
_VALUES: Final = (
    "расчсчет", "датаначала", "датаконца", "начальныйостаток", "всегопоступило", "всегосписано", "конечныйостаток",
    "валюта", "версияформата", "суммаприход", "суммарасход",
)  # fmt: skip


def _any_case(words: tuple[str, ...]) -> str:
    """A pattern for any of the words in any case, written out: several times faster here than `re.IGNORECASE`."""
    return "|".join("".join(f"[{letter}{letter.upper()}]" for letter in word) for word in words)


# Only these lines matter to the survey; the anchor on the line feed keeps it many times faster than reading lines.
_SURVEYED: Final = re.compile(
    rf"\n[ \t]*(?=[СсКкРрДдНнВв])(?:(?P<fence>(?:{_any_case(_OPENING)})[^\s=]+|(?:{_any_case(_FENCES)})(?=\s))|"
    rf"(?P<key>{_any_case(_VALUES)})[ \t]*=(?P<value>[^\n]*))"
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
    """What a 1C file says apart from its documents. `accounts` keeps the order of the file."""

    encoding: str
    header: dict[str, str] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    header_accounts: list[str] = field(default_factory=list)
    document_currencies: set[str] = field(default_factory=set)
    marked: bool = False
    """Documents carry `СуммаПриход` or `СуммаРасход`: the Kazakh dialect, which need not end with `КонецФайла`."""
    ended: bool = False

    @property
    def accounts(self) -> tuple[str, ...]:
        self._name_the_nameless()
        named = [*self.header_accounts, *(section.account for section in self.sections)]
        return tuple(dict.fromkeys(account for account in named if account))

    def _name_the_nameless(self) -> None:
        """A section without `РасчСчет` is of the one account that the header names."""
        if len(set(self.header_accounts)) == 1:
            for section in self.sections:
                if not section.account:
                    section.fields["расчсчет"] = self.header_accounts[0]


def encoding_of(head: bytes) -> str:
    """By trial, never by the `Кодировка` line, which is absent or wrong in real files: the encoding in which the keys
    of the format appear."""
    if encoding := bom_encoding(head):
        return encoding
    candidates = ("utf-8", *_ENCODINGS) if is_utf8(head) else _ENCODINGS
    for encoding in candidates:
        text = head.decode(encoding, errors="replace").lower()
        if any(mark in text for mark in _KEY_MARKS):
            return encoding
    raise Refusal.of(
        "no key of the format is readable in UTF-8, cp1251 or cp866", "export the statement again in UTF-8", line=2
    )


def survey(stream: BinaryIO) -> Survey:
    """One quick pass. Refuses sections that are nested or not closed, and text after the end of the file."""
    stream.seek(0)
    found = Survey(encoding_of(stream.read(HEAD_BYTES)))
    inside = _Inside(found)
    line = 0
    try:
        with as_text(stream, found.encoding) as text:
            for block in _blocks(text):
                searched, counted = "\n" + block, 0
                for match in _SURVEYED.finditer(searched):
                    line += searched.count("\n", counted, match.start() + 1)
                    counted = match.start() + 1
                    inside.take(match, line)
                line += searched.count("\n", counted) - 1
    except UnicodeError as error:
        raise undecodable(error, found.encoding, line + 1) from None
    inside.close(line)
    return found


def _blocks(text: io.TextIOWrapper) -> Iterator[str]:
    """Pieces of about 1 MB that end at a line end."""
    while block := text.read(CHUNK):
        rest = "" if block.endswith("\n") else text.readline(MAX_LINE)
        if len(rest) >= MAX_LINE:
            raise Refusal.of("a line is longer than a million characters", "this is no statement: export it again")
        yield block + rest if rest.endswith("\n") or block.endswith("\n") else block + rest + "\n"


class _Inside:
    """The survey's place in the file: in the header, in an account section, or in a document."""

    def __init__(self, found: Survey) -> None:
        self.found = found
        self.section: Section | None = None
        self.document = 0

    def take(self, match: re.Match[str], line: int) -> None:
        if match["fence"]:
            self.fence(match["fence"].casefold(), line)
        else:
            self.value(match["key"].casefold(), match["value"].strip(), line)

    def fence(self, name: str, line: int) -> None:
        if self.found.ended:
            raise after_the_end(line)
        if name in (keys.ACCOUNT_SECTION, keys.DOCUMENT_SECTION, keys.FILE_END):
            self.refuse_open(line)
        if name == keys.ACCOUNT_SECTION:
            self.section = Section(line)
            self.found.sections.append(self.section)
        elif name == keys.DOCUMENT_SECTION:
            self.document = line
        elif name == keys.ACCOUNT_END:
            self.section = None
        elif name == keys.DOCUMENT_END:
            self.document = 0
        elif name == keys.FILE_END:
            self.found.ended = True
        elif not self.document:
            raise Refusal.of(f"section {name!r} is not one of the format", "export the statement again", line=line)

    def value(self, key: str, value: str, line: int) -> None:
        if self.document:
            self.found.marked = self.found.marked or key.startswith("сумма")
            if key == keys.CURRENCY and value:
                self.found.document_currencies.add(value)
        elif self.section is not None:
            if self.section.fields.setdefault(key, value) != value:
                raise Refusal.of(f"{key} stands twice in one section, with different values", "correct it", line=line)
        elif key == "расчсчет":
            self.found.header_accounts.append(account_number(value))
        else:
            self.found.header.setdefault(key, value)

    def refuse_open(self, line: int) -> None:
        opened = self.section.line if self.section is not None else self.document
        if opened:
            raise not_closed(opened, line)

    def close(self, last: int) -> None:
        self.refuse_open(last)
        if not self.found.accounts:
            raise Refusal.of("no РасчСчет names the statement's account", "export the statement, not payment orders")
        kazakh = self.found.marked or any(account.startswith("KZ") for account in self.found.accounts)
        if not self.found.ended and not kazakh:
            raise Refusal.of("the file does not end with КонецФайла: it is cut", "export it again whole", line=last)


def not_closed(opened: int, line: int) -> Refusal:
    return Refusal.of(f"the section of line {opened} is not closed: the file is cut", "export it again", line=line)


def after_the_end(line: int) -> Refusal:
    return Refusal.of("there is text after КонецФайла", "give each statement in a file of its own", line=line)


@dataclass(slots=True)
class Document:
    """One `СекцияДокумент` as written: fields under their normal keys, folds as line feeds."""

    line: int
    kind: str
    fields: dict[str, str]


class KeyTable(dict[str, str]):
    """From a key as written to its normal form, "" for what is no key. Filled as it goes, bounded."""

    def __init__(self) -> None:
        super().__init__()
        self.spelling: dict[str, str] = {}

    def __missing__(self, raw: str) -> str:
        key = keys.normal_key(raw) if keys.is_key(raw) else ""
        if len(self) < 10_000:
            self[raw] = key
        self.spelling.setdefault(key, raw.strip())
        return key


def documents(lines: Iterator[str], table: KeyTable) -> Iterator[Document]:
    """The documents of a surveyed file, in its order. Account sections and the header are passed over."""
    number = 0
    current: Document | None = None
    fields: dict[str, str] = {}
    last = ""
    for number, line in enumerate(lines, 1):
        raw, equals, value = line.partition("=")
        if equals and current is not None and (key := table[raw]):  # nearly every line of a file
            value = value.strip()
            if fields.setdefault(key, value) is not value:
                fields[key] = _twice(key, fields[key], value, number)
            last = key
        elif current is None:
            if _fence(raw) == keys.DOCUMENT_SECTION:
                fields, last = {}, ""
                current = Document(number, value.strip(' \t\n"'), fields)
        elif _fence(line) == keys.DOCUMENT_END:
            yield current
            current = None
        elif line.strip():
            _fold(fields, last, line.strip(), number)
    if current is not None:
        raise not_closed(current.line, number)


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
