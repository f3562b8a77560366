"""What every parser needs of a file: its limits, its encoding, its own bank account and that account's currency."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from babel.numbers import is_currency
from stdnum import iban

from reconcile.money import minor_digits
from reconcile.problem import Refusal

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD_BYTES: Final = 64 * 1024
DEFAULT_MAX_BYTES: Final = 1024**3
CHUNK: Final = 1024 * 1024
BUFFER: Final = 128 * 1024
# No field of any statement format is longer; what is longer is no text file and would have to be held whole in memory.
MAX_LINE: Final = 1024 * 1024

_NUMERIC_CURRENCY: Final = {  # ISO 4217 numeric codes, and the withdrawn ones that account numbers still carry
    "810": "RUB", "643": "RUB", "840": "USD", "978": "EUR", "398": "KZT", "860": "UZS", "404": "KES", "826": "GBP",
    "156": "CNY", "756": "CHF", "392": "JPY", "417": "KGS",
}  # fmt: skip
_ALIASES: Final = {"RUR": "RUB", "ТЕНГЕ": "KZT", "ТГ": "KZT", "СУМ": "UZS", "РУБ": "RUB", "РУБ.": "RUB"}
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLANKS: Final = re.compile(r"[\s\u200b\ufeff]+")


def _no_currency(account: str) -> str | None:
    return None


def _unwatched(place: int) -> None:
    """Nobody asks how far the file is read."""


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What the caller knows before a file is read.

    `own_accounts`: the provider's bank accounts on the books, with their currency. `default_currency`: asked with an
    account number that neither the file nor the books give a currency for. `max_bytes`: a larger file is refused by
    its size, before a byte of it is read. For tables alone: `account`, of a file that does not name its own;
    `profile`, the name of the layout where the headings do not tell it; `profiles`, layouts of the caller's own, name
    to TOML text, which go before the bundled ones of the same name.
    """

    own_accounts: Mapping[str, str] = field(default_factory=dict)
    default_currency: Callable[[str], str | None] = _no_currency
    max_bytes: int = DEFAULT_MAX_BYTES
    account: str = ""
    profile: str = ""
    file_name: str = ""
    """As the bank has named it. Only a layout whose profile knows the bank's way of naming looks at it."""
    profiles: Mapping[str, str] = field(default_factory=dict)
    at_byte: Callable[[int], None] = _unwatched
    """Told how far into the file reading is."""


class Watched(io.FileIO):
    """A file that tells how far it is read. A parser that takes it whole at once is at its end from the beginning."""

    def __init__(self, path: Path, at_byte: Callable[[int], None]) -> None:
        super().__init__(path)
        self._at_byte = at_byte

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        count = super().readinto(buffer)
        self._at_byte(self.tell())
        return count


def words(text: str) -> frozenset[str]:
    """The blank-separated words of a list."""
    return frozenset(text.split())


def check_size(size: int, context: ReadContext) -> None:
    """Refuses an empty file and one over the limit."""
    if size == 0:
        raise Refusal.of("the file is empty", "export the statement again")
    if size > context.max_bytes:
        raise Refusal.of(
            f"the file has {size} bytes, more than the limit of {context.max_bytes}",
            "split it by days, or raise the limit in the settings",
        )


def with_line(refusal: Refusal, line: int | None) -> Refusal:
    """The same refusal, with the line wherever a problem had none yet."""
    return Refusal(replace(problem, line=problem.line or line) for problem in refusal.problems)


@lru_cache(maxsize=65536)
def account_number(text: str) -> str:
    """A bank account as it is compared and stored: without blanks, upper case.

    >>> account_number(" kz17 125k zt20 0413 0250")
    'KZ17125KZT2004130250'
    """
    return _BLANKS.sub("", text).upper()


def account_country(account: str) -> str:
    """ISO 3166-1 alpha-2 where the number itself tells it: a valid IBAN, or an Uzbek account (20 digits, of which the
    first five are a balance account of class 2, client deposits).

    >>> account_country("20208000905596227001"), account_country("40702810200000000001")
    ('UZ', '')
    """
    if _is_uzbek(account):
        return "UZ"
    return account[:2] if account[:2].isalpha() and iban.is_valid(account) else ""


def _is_twenty_digits(account: str) -> bool:
    return len(account) == 20 and account.isascii() and account.isdigit()


def _is_uzbek(account: str) -> bool:
    return _is_twenty_digits(account) and account[0] == "2"


@lru_cache(maxsize=1024)
def currency_code(text: str) -> str | None:
    """The ISO 4217 letters for a currency as statements write it (letters, a numeric code, RUR); None where unknown.

    >>> currency_code("kzt"), currency_code("810"), currency_code("тенге"), currency_code("?")
    ('KZT', 'RUB', 'KZT', None)
    """
    code = text.strip().upper()
    code = _NUMERIC_CURRENCY.get(code) or _ALIASES.get(code) or code
    return code if is_currency(code) else None


def currency_in_account(account: str) -> str | None:
    """The currency that a 20-digit account carries in digits 6 to 8; 000 is the soum of an Uzbek account.

    >>> currency_in_account("20208840905596227001"), currency_in_account("KZ17125KZT2004130250")
    ('USD', None)
    """
    if not _is_twenty_digits(account):
        return None
    if account[5:8] == "000":
        return "UZS" if _is_uzbek(account) else None
    return _NUMERIC_CURRENCY.get(account[5:8])


def statement_currency(account: str, said: str | None, context: ReadContext, line: int | None = None) -> str:
    """The statement's currency: as the file says, else as the books know the account, else by the hook.

    Refuses a file that contradicts the books, and an account whose currency nobody knows: nothing is guessed.
    """
    known = context.own_accounts.get(account)
    if said and known and said != known:
        raise Refusal.of(
            f"the file says that account {account} is in {said}, the books say {known}",
            "check the export, or correct the imported bank account",
            line=line,
        )
    currency = said or known or context.default_currency(account)
    if currency:
        try:
            minor_digits(currency)
        except Refusal as refusal:
            raise with_line(refusal, line) from None
        return currency
    raise Refusal.of(
        f"nothing in the file tells the currency of account {account}",
        "import this bank account with its currency first",
        line=line,
    )


def bom_encoding(head: bytes) -> str | None:
    """The encoding that a byte order mark announces."""
    return next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8, apart from a character that their end may have cut."""
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(data)
    except UnicodeDecodeError:
        return False
    return True


def stream_is_utf8(stream: BinaryIO) -> bool:
    """The same of a whole stream, read once in chunks from its beginning."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    stream.seek(0)
    try:
        while chunk := stream.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def as_text(stream: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The stream from its beginning as strict text with any line ends; the stream stays open afterwards."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding, errors="strict", newline=None)
    try:
        yield text
    except UnicodeError as error:
        raise undecodable(error, encoding, None) from None
    finally:
        with suppress(ValueError):  # the caller may have closed the stream already
            text.detach()


def undecodable(error: UnicodeError, encoding: str, line: int | None) -> Refusal:
    """The refusal for bytes that are no text in the file's encoding."""
    seen = ""
    if isinstance(error, UnicodeDecodeError):
        seen = f" (byte {error.object[error.start : error.start + 1].hex()})"
    return Refusal.of(
        f"the text is not valid {encoding}{seen}", "export the statement again; it may be damaged or mixed", line=line
    )
