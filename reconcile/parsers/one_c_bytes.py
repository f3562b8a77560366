"""What of a 1C file is found in its raw bytes, before it is read: its encoding and its own accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import BinaryIO, Final

from reconcile.parsers import one_c_keys as keys
from reconcile.parsers.encoding import encoding_by_letters
from reconcile.parsers.source import CHUNK, MAX_LINE, account_number, as_text, bom_encoding, is_utf8
from reconcile.problem import Refusal

_KEY_MARKS: Final = ("секция", "расчсчет", "сумма", "плательщик", "датаначала")
_ENCODINGS: Final = ("cp1251", "cp866")
# The bytes that are other letters in kz1048: those of Kazakh.
_KAZAKH: Final = bytes(
    byte for byte in range(128, 256)
    if bytes([byte]).decode("cp1251", "replace") != bytes([byte]).decode("kz1048", "replace")
)  # fmt: skip
_WORD: Final = re.compile(rb"[\x80-\xff]+")
_ACCOUNT_KEY: Final = "расчсчет"


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


def is_kazakh(stream: BinaryIO) -> bool:
    """Whether a text that could be cp1251 is kz1048, its Kazakh cousin, told by the words that differ in the two."""
    stream.seek(0)
    words: list[bytes] = []
    while (chunk := stream.read(CHUNK)) and len(words) < 10_000:
        if len(chunk.translate(None, _KAZAKH)) < len(chunk):
            words += [word for word in _WORD.findall(chunk) if len(word.translate(None, _KAZAKH)) < len(word)]
    return bool(words) and encoding_by_letters(b" ".join(words), ("cp1251", "kz1048")) == "kz1048"


def own_accounts(stream: BinaryIO, encoding: str, end: bytes) -> tuple[str, ...]:
    """All `РасчСчет` lines, found in the raw bytes: for this alone the file need not be decoded."""
    if encoding in ("utf-16", "utf-32"):
        with as_text(stream, encoding) as text:
            written = (line.partition("=") for line in text)
            return _distinct(value for key, _, value in written if keys.normal_key(key) == _ACCOUNT_KEY)
    pattern, found, rest = _account_lines(encoding, end), dict[bytes, None](), end
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        block, _, tail = (rest + chunk).rpartition(end)
        found |= dict.fromkeys(pattern.findall(block))
        rest = end + tail
        if len(rest) > MAX_LINE:
            raise Refusal.of("a line is longer than a million bytes", "this is no statement: export it again")
    found |= dict.fromkeys(pattern.findall(rest))
    return _distinct(value.decode(encoding, "replace") for value in found)


def _account_lines(encoding: str, end: bytes) -> re.Pattern[bytes]:
    """The key in any case, written out letter by letter: much faster than `re.IGNORECASE`."""
    encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    letters = [[case.encode(encoding) for case in (letter, letter.upper())] for letter in _ACCOUNT_KEY]
    key = b"".join(b"(?:%b|%b)" % (re.escape(lower), re.escape(upper)) for lower, upper in letters)
    return re.compile(end + rb"[ \t]*" + key + rb"[ \t]*=([^\r\n]*)")


def _distinct(written: Iterable[str]) -> tuple[str, ...]:
    accounts = dict.fromkeys(account_number(text) for text in written)
    return tuple(account for account in accounts if account)
