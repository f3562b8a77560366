"""OFX as a stream of tags: header and encoding read by us, leaf tags closed by us.

OFX 1 is SGML whose leaves have no end tag, OFX 2 is XML, and real files mix them; one reader takes both. A tag is
one of the format only in the case that the file uses for `<OFX>`, so that `за <b>X</b> INV 5` stays one text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from reconcile.parsers.source import (
    CHUNK,
    HEAD_BYTES,
    MAX_LINE,
    as_text,
    bom_encoding,
    stream_is_utf8,
    undecodable,
    words,
)
from reconcile.problem import Refusal

AGGREGATES: Final = words(
    """OFX SIGNONMSGSRSV1 SONRS STATUS FI BANKMSGSRSV1 CREDITCARDMSGSRSV1 STMTTRNRS CCSTMTTRNRS STMTRS CCSTMTRS
    BANKACCTFROM CCACCTFROM BANKTRANLIST BANKTRANLISTP STMTTRN STMTTRNP LEDGERBAL AVAILBAL BALLIST BAL PAYEE BANKACCTTO
    CCACCTTO CURRENCY ORIGCURRENCY IMAGEDATA INVSTMTMSGSRSV1 INVSTMTTRNRS INVSTMTRS INVTRANLIST INVBANKTRAN
    SIGNUPMSGSRSV1 ACCTINFOTRNRS ACCTINFORS ACCTINFO BANKACCTINFO CCACCTINFO"""
)
# Leaves whose names are too short, or too like a word, to be told by their shape alone.
_LEAVES: Final = words("CODE NAME MEMO CITY SIC ORG FID SEVERITY MESSAGE")
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9_.]*)\s*(/?)>|<!\[CDATA\[|<!--")
_SECTION_END: Final = {"<![CDATA[": "]]>", "<!--": "-->"}
_SHAPE: Final = re.compile(r"[A-Z][A-Z0-9_.]{3,31}")
_ROOT: Final = re.compile(r"<OFX\s*>", re.IGNORECASE)
_START: Final = re.compile(r"\s*+(?:(?><\?.*?\?>)\s*+)*+(?:OFXHEADER\s*:|<OFX\s*>)", re.IGNORECASE | re.DOTALL)
_ENTITY: Final = re.compile(r"&(?:(lt|gt|amp|quot|apos|nbsp)|#([0-9]{1,6})|#[xX]([0-9A-Fa-f]{1,5}));")
_ENTITIES: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "nbsp": "\u00a0"}
_DECLARED: Final = re.compile(r"(?:CHARSET\s*:\s*|encoding\s*=\s*[\"'])([\w.\-]+)", re.IGNORECASE)
_NAMED_ENCODING: Final = re.compile(r"ENCODING\s*:\s*([\w.\-]+)", re.IGNORECASE)
_CODE_PAGES: Final = {
    "1251": "cp1251", "WINDOWS-1251": "cp1251", "CP1251": "cp1251", "1252": "cp1252", "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252", "8859-1": "latin-1", "ISO-8859-1": "latin-1", "866": "cp866", "CP866": "cp866",
    "KOI8-R": "koi8-r", "1254": "cp1254", "1250": "cp1250", "ISO-8859-15": "iso8859-15",
}  # fmt: skip
# No Western text has four accented letters in a row; every Cyrillic word in cp1251 looks so when it is read as cp1252.
_CYRILLIC_RUN: Final = re.compile(rb"[\xc0-\xff\xa8\xb8]{4}")


class Token(NamedTuple):
    """One tag of the format, with the text behind it (entities resolved, trimmed)."""

    line: int
    name: str
    closing: bool
    text: str


def looks_like_ofx(head: bytes) -> bool:
    encoding = bom_encoding(head) or "latin-1"
    return _START.match(head.decode(encoding, errors="ignore").lstrip("\ufeff")) is not None


def encoding_of(stream: BinaryIO) -> str:
    """A byte order mark; else UTF-8 if every byte agrees, whatever the header says (it is often wrong); else the code
    page of the header, unless the bytes are plainly Cyrillic where it names a Western one."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if marked := bom_encoding(head):
        return marked
    if stream_is_utf8(stream):
        return "utf-8"
    declared = head.decode("latin-1")[: 10 * 1024]
    root = _ROOT.search(declared)
    named = [found.upper() for pattern in (_DECLARED, _NAMED_ENCODING) for found in pattern.findall(
        declared[: root.start()] if root else declared
    )]  # fmt: skip
    encoding = next((_CODE_PAGES[name] for name in named if name in _CODE_PAGES), "cp1252")
    return "cp1251" if encoding in ("cp1252", "latin-1") and _has_cyrillic(stream) else encoding


def _has_cyrillic(stream: BinaryIO) -> bool:
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        if _CYRILLIC_RUN.search(chunk):
            return True
    return False


def require_end(stream: BinaryIO) -> None:
    """Refuses a file without `</OFX>` at its end: it is cut."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 8192))
    tail = stream.read().replace(b"\0", b"")
    if re.search(rb"</OFX\s*>\s*(?:<!--.*?-->\s*)?\Z", tail, re.IGNORECASE | re.DOTALL) is None:
        raise Refusal.of("the file does not end with </OFX>: it is cut or empty", "download the statement again")


def count_tag(stream: BinaryIO, encoding: str, name: str) -> int:
    """How often a tag is opened in the raw text, counted apart from the reader that it checks."""
    wanted, count, rest, line = f"<{name}>", 0, "", 1
    with as_text(stream, encoding) as text:
        try:
            while block := text.read(CHUNK):
                line += block.count("\n")
                block = rest + block.upper()
                count += block.count(wanted)
                rest = block[-(len(wanted) - 1) :]
        except UnicodeError as error:
            raise undecodable(error, encoding, line) from None
    return count


def tokens(stream: BinaryIO, encoding: str) -> Iterator[Token]:
    """All tags from `<OFX>` on. Text between a closing tag and the next tag must be blank."""
    reader = _Reader()
    with as_text(stream, encoding) as text:
        while block := text.read(CHUNK // 4):
            yield from reader.take(block)
        yield from reader.finish()


class _Reader:
    """Cuts blocks of text into tokens; what a block's end has cut waits for the next one."""

    def __init__(self) -> None:
        self.rest = ""
        self.line = 1
        self.started = False
        self.upper = True
        self.open: tuple[int, str, bool] | None = None
        self.parts: list[str] = []

    def take(self, block: str) -> Iterator[Token]:
        text = self.rest + block
        if not self.started:
            text = self.start(text)
        if not self.started:
            self.keep(text, 0)
            return
        position = 0
        while (match := _TAG.search(text, position)) is not None:
            start, end = match.span()
            section = match.group(2) is None
            if section and (end := _section_end(text, match)) < 0:
                break  # it ends in a block to come
            self.parts.append(_resolved(text[position:start]))
            self.line += text.count("\n", position, start)
            token = None if section else self.tag(match)
            if section and match.group() == "<![CDATA[":
                self.parts.append(text[start + 9 : end - 3])
            self.line += text.count("\n", start, end)
            position = end
            if token is not None:
                yield token
        self.keep(text, position)

    def start(self, text: str) -> str:
        root = _ROOT.search(text)
        if root is None:
            return text
        self.refuse_declarations(text[: root.start()])
        self.started = True
        self.upper = root.group()[1:4] == "OFX"
        self.line += text.count("\n", 0, root.start())
        return text[root.start() :]

    def refuse_declarations(self, prolog: str) -> None:
        if "<!DOCTYPE" in prolog.upper() or "<!ENTITY" in prolog.upper():
            raise Refusal.of("the file declares a DTD or entities", "remove it, or ask the bank", line=1)

    def keep(self, text: str, position: int) -> None:
        """The text behind the last tag; from its last `<` on it may be the beginning of a tag."""
        self.rest = text[position:]
        if len(self.rest) > MAX_LINE:
            raise Refusal.of("a text without a tag is over a million characters long", "download again", line=self.line)

    def tag(self, match: re.Match[str]) -> Token | None:
        """The token that this tag ends, if it is one of the format; else the tag is text of the open leaf."""
        slash, name, empty = match.groups()
        if not self.is_ours(name):
            self.parts.append(match.group())
            return None
        token = self.ended()
        self.open = None if empty else (self.line, name.upper(), bool(slash))
        return token

    def is_ours(self, name: str) -> bool:
        upper = name.upper()
        if self.upper and name != upper:
            return False
        return upper in AGGREGATES or upper in _LEAVES or _SHAPE.fullmatch(upper) is not None

    def ended(self) -> Token | None:
        text = "".join(self.parts).strip()
        self.parts = []
        line, name, closing = self.open or (self.line, "", True)
        if closing and text:
            raise Refusal.of(f"the text {text[:40]!r} stands outside any field", "download again", line=line)
        if not name:
            return None
        return Token(line, name, closing, text)

    def finish(self) -> Iterator[Token]:
        if not self.started:
            raise Refusal.of("there is no <OFX> in the file", "download the statement again")
        if (section := _TAG.search(self.rest)) is not None:
            words = f"what {section.group()} opens does not end"
            raise Refusal.of(words, "download the statement again", line=self.line)
        self.parts.append(_resolved(self.rest))
        token = self.ended()
        if token is not None:
            yield token


def _section_end(text: str, opening: re.Match[str]) -> int:
    """Behind the comment or CDATA section that opens here; -1 where it is still open at the text's end."""
    ending = _SECTION_END[opening.group()]
    found = text.find(ending, opening.end())
    return found + len(ending) if found >= 0 else -1


def _resolved(text: str) -> str:
    """The text with its entities resolved once; an ampersand that begins none stands for itself."""
    return _ENTITY.sub(_entity, text) if "&" in text else text


def _entity(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    if name:
        return _ENTITIES[name]
    number = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(number) if 31 < number < 0x110000 and not 0xD800 <= number < 0xE000 else found.group()
