"""Field 86, what the bank says of one entry: in numbered subfields, in slash code words, or as free text.

Sources: the numbered form `NNN?00…?20–?29?30?31?32?33?60–?63` of the German and Central European banks, with whatever
separator the bank has chosen, and the SEPA words `EREF+`, `SVWZ+`, `ABWA+` within it; field `NS` of some German and
Hungarian banks; the code words of SWIFT and of ING, ABN AMRO and Rabobank (`/ORDP/`, `/NAME/`, `/REMI/`, `/CNTP/` …).
What the payer wrote may imitate either: so a party that stands twice with different values is believed in neither, and
one behind the payer's own text only where the bank gave none before it. Folds are kept as line feeds in texts and taken
out of numbers, and out of the parties' names where every line is full: the bank has folded in the midst of words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from reconcile.parsers.source import account_number, words
from reconcile.statement import NOBODY, Party, PartyKind, StructuredReference

_NUMBERED: Final = re.compile(r"([0-9]{3})\n?([?<>~^+@&$%!*;#|])(?=[0-9\n])")
_PURPOSE_NUMBERS: Final = frozenset(f"{number}" for number in (*range(20, 30), *range(60, 64)))
_NAME_WIDTH: Final = 27
_LINE_WIDTH: Final = 65
_TAG_WIDTH: Final = len(":86:")
_PARTY_NUMBERS: Final = frozenset({"30", "31", "32", "33", "38"})
_ANY_NUMBERS: Final = frozenset(f"{number:02}" for number in range(100))
_USUAL_NUMBERS: Final = frozenset(
    {"00", "10", *(f"{tens}{unit}" for tens in "23" for unit in range(10))} | {"60", "61", "62", "63"}
)
"""Of a bank that has chosen a sign other than `?`, which may stand in a text as well."""
_FOLDED_NUMBER: Final = re.compile("\n?[0-9]\n?[0-9]")
_SEPA_WORDS: Final = words("EREF KREF MREF CRED DEBT COAM OAMT SVWZ ABWA ABWE PURP")
_NO_REFERENCE: Final = words("NOTPROVIDED NONREF NOTAVAILABLE")

_GROUPS: Final = {
    "ORDP": "payer", "ORDR": "payer", "DBTR": "payer", "BENM": "payee", "BEN": "payee", "CDTR": "payee",
    "CNTP": "other", "ULTD": "ultimate", "UDTR": "ultimate", "ULTC": "ultimate_payee", "UCRD": "ultimate_payee",
}  # fmt: skip
_FIELDS: Final = {
    "NAME": "name", "ID": "tax_id", "IDN": "tax_id", "BIN": "tax_id", "IIN": "tax_id", "INN": "tax_id",
    "TAXID": "tax_id", "IBAN": "account", "ACCT": "account", "ACC": "account", "BBAN": "account", "BIC": "bank",
    "SECO": "sector",
}  # fmt: skip
_TEXTS: Final = words("REMI ASSIGN")
_INVOICE: Final = "INV"
_OWN_INVOICE: Final = f"/{_INVOICE}/"
# Words of a payer's own text: where a field has no others, it is such a text.
_PAYERS_OWN: Final = frozenset({_INVOICE, "ACC", "ACCT"})
_OTHERS: Final = words(
    """TRTP TRCD EREF PREF KREF MARF CSID ISDT ADDR RTRN KNP KOD KBE IRS CHIEF NUM DATE SEND VO PURP OCMT CHGS SVCL SUM
    INST IACC"""
)
_WIDTHS: Final = {"KNP": 3, "KOD": 2, "KBE": 2}
"""Codes of so many digits; behind them and a slash the payer's own text goes on («/KNP/859/Оплата по счету 4512»)."""
_CODES: Final = frozenset({*_GROUPS, *_FIELDS, *_TEXTS, *_OTHERS, _INVOICE})
_SECTOR_KIND: Final = {"9": PartyKind.PRIVATE, "7": PartyKind.ORGANISATION, "8": PartyKind.ORGANISATION}
_CODE: Final = re.compile("/([A-Z]{2,6})(?=/)")
# A fold may split a code word too.
_FOLDED_CODE: Final = re.compile("/([A-Z\n]{2,8})(?=/)")


@dataclass(slots=True)
class Told:
    """What field 86 tells of an entry."""

    purpose: str
    counterparty: Party = NOBODY
    ultimate: Party = NOBODY
    references: tuple[StructuredReference, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)


def told_by(text: str, credit: bool, own: str = "") -> Told:
    """`credit`: money came in, so that the counterparty is the payer. `own`: field NS, which some banks give instead."""
    if not text:
        return _by_lines(own) if own else Told("")
    found = _NUMBERED.match(text)
    if found is not None and (numbered := _numbered(text, found)) is not None:
        return numbered
    if "/" in text and (coded := _coded(text, credit)) is not None:
        return coded
    return Told(text)


def _by_lines(text: str) -> Told:
    """Field NS: a number of two digits at the head of each line; 01 to 14 purpose, 15 and 16 name, 33 bank, 34 account."""
    found: dict[int, str] = {}
    last = 0
    for line in text.split("\n"):
        if line[:2].isascii() and line[:2].isdigit():
            last = int(line[:2])
            found[last] = "\n".join(part for part in (found.get(last, ""), line[2:].strip()) if part)
        elif last:
            found[last] += "\n" + line
    purpose = "\n".join(value for number, value in sorted(found.items()) if 1 <= number <= 14 and value)
    name = "\n".join(value for number, value in sorted(found.items()) if number in (15, 16) and value)
    party = Party(name, account=account_number(found.get(34, "")), bank=found.get(33, ""))
    extra = {f"NS{number:02}": value for number, value in found.items() if 17 <= number <= 32 and value}
    return Told(purpose, party or NOBODY, extra=extra)


def _mended(pieces: list[str], mark: str, known: frozenset[str]) -> list[str]:
    """The pieces between the marks, each of which begins with its number: a mark without a number behind it belongs to the
    text before, and a fold may stand within a number."""
    found: list[str] = []
    for piece in pieces:
        folded = _FOLDED_NUMBER.match(piece)
        number = folded.group().replace("\n", "") if folded else ""
        if folded and number in known:
            found.append(number + piece[folded.end() :])
        elif found:
            found[-1] += mark + piece
    return found


def _numbered(text: str, start: re.Match[str]) -> Told | None:
    """None where it is no such form after all: fewer than two subfields."""
    code, mark = start.groups()
    known = _ANY_NUMBERS if mark == "?" else _USUAL_NUMBERS
    pieces = text[start.end() :].split(mark)
    if not known.issuperset([piece[:2] for piece in pieces]):
        pieces = _mended(pieces, mark, known)
    if len(pieces) < (1 if mark == "?" else 2):
        return None
    lines: list[str] = []
    party: dict[str, str] = {}
    others = {"business_code": code}
    for piece in pieces:
        number, value = piece[:2], piece[2:]
        if number in _PURPOSE_NUMBERS:
            if value and not value.isspace():
                lines.append(value.strip("\n"))
        elif number in _PARTY_NUMBERS:
            if "\n" in value and _is_wrapped(text):
                value = value.replace("\n", "")
            value = value.rstrip() if number == "33" else value.strip()
            if party.setdefault(number, value) != value:  # as `_note` has it
                party[number] = ""
        elif value:
            others["?" + number] = value.strip("\n")
    told = _sepa(lines[0] if len(lines) == 1 else "\n".join(lines))
    told.extra = told.extra | others if told.extra else others
    if party:
        told.counterparty = _numbered_party(party)
    return told


def _is_wrapped(text: str) -> bool:
    """Every line but the last is full (the first with its tag or without): a fold there is no word's end."""
    first, *others = [len(line) for line in text.split("\n")[:-1]]
    return first in (_LINE_WIDTH, _LINE_WIDTH - _TAG_WIDTH) and all(width == _LINE_WIDTH for width in others)


def _note(found: dict[str, str], name: str, value: str) -> None:
    """A party's field that comes again with another value is believed in neither."""
    if found.setdefault(name, value) != value:
        found[name] = ""


def _numbered_party(party: dict[str, str]) -> Party:
    get = party.get
    name = _name_in_two(get("32", ""), get("33", ""))
    account = get("38") or get("31")
    return Party(
        name,
        "",
        account_number(account) if account else "",
        _unfolded(get("30", "")),
    )


def _name_in_two(name: str, rest: str) -> str:
    """A name longer than ?32 goes on in ?33, in the middle of a word where ?32 is full («… AND WAREHO|USING LTD»)."""
    if not name or not rest or rest.isspace():
        return name
    full = len(name.replace("\n", "")) >= _NAME_WIDTH and not rest[0].isspace()
    return name + rest if full else f"{name}\n{rest.strip()}"


def _unfolded(text: str) -> str:
    return text.replace("\n", "").strip() if text else text


def _sepa(text: str) -> Told:
    """The words `EREF+`, `SVWZ+` … within the purpose, where a bank uses them: glued to the field before, and split by
    folds, as they come."""
    found: dict[str, str] = {}
    word, start, plus = "", 0, text.find("+")
    while plus >= 0:
        begin = max(0, plus - 4)
        following = text[begin:plus]
        if "\n" in following:
            following = text[max(0, plus - 8) : plus].replace("\n", "")[-4:]
            begin = _before(text, plus) if following in _SEPA_WORDS else 0
        if following in _SEPA_WORDS:
            found.setdefault(word, text[start:begin].strip())
            word, start = following, plus + 1
        plus = text.find("+", plus + 1)
    if not word:
        return Told(text.strip())
    found.setdefault(word, text[start:].strip())
    return _sepa_told(found)


def _before(text: str, plus: int) -> int:
    """Where the word of four letters before the sign begins, folds counted in."""
    letters = 4
    while letters:
        plus -= 1
        letters -= text[plus] != "\n"
    return plus


def _sepa_told(found: dict[str, str]) -> Told:
    before, remittance = found.pop("", ""), found.pop("SVWZ", "")
    purpose = f"{before}\n{remittance}" if before and remittance else before or remittance
    end_to_end = _reference(found.pop("EREF", ""))
    ultimate = Party(name=found.pop("ABWA")) if found.get("ABWA") else NOBODY
    extra = {key: _unfolded(value) for key, value in found.items() if value} if found else {}
    return Told(purpose, ultimate=ultimate, references=_end_to_end(end_to_end), extra=extra)


def _reference(text: str) -> str:
    text = _unfolded(text)
    return "" if text.upper() in _NO_REFERENCE else text


def _end_to_end(reference: str) -> tuple[StructuredReference, ...]:
    return (StructuredReference("end_to_end_id", reference),) if reference else ()


def _coded(text: str, credit: bool) -> Told | None:
    """None where the text does not begin with a code word and has not two of them, or has only a payer's own."""
    found = [
        (code, match.start(), match.end() + 1)
        for match in (_FOLDED_CODE if "\n" in text else _CODE).finditer(text)
        if (code := match.group(1).replace("\n", "")) in _CODES
    ]
    codes = {code for code, _, _ in found}
    if codes <= _PAYERS_OWN or (text[: found[0][1]].strip() and len(codes) < 2):
        return None
    read = _Coded("\n" in text and _is_wrapped(text))
    stops = [start for _, start, _ in found[1:]]
    for (code, _, start), stop in zip(found, [*stops, len(text)], strict=True):
        read.take(code, text[start:stop].strip("/\n "))
    return read.told(text[: found[0][1]].strip(), credit)


class _Coded:
    """Code words as they come: parties by their group, texts, and all others."""

    __slots__ = ("behind", "current", "extra", "group", "groups", "references", "remittance", "wrapped")

    def __init__(self, wrapped: bool) -> None:
        self.wrapped = wrapped
        self.group = ""
        self.current: dict[str, str] = {}
        self.groups = {"": self.current}
        """The parties before the payer's text."""
        self.behind: dict[str, dict[str, str]] = {}
        self.remittance: list[str] = []
        self.references: list[StructuredReference] = []
        self.extra: dict[str, str] = {}

    def take(self, code: str, value: str) -> None:
        if (
            code in _PAYERS_OWN
            and code != _INVOICE
            and self.remittance
            and self.remittance[-1][:5] in ("", _OWN_INVOICE)
        ):
            self.remittance.append(f"/{code}/{value}")  # «/REMI//ACC/104582»: the payer's text begins with such words
        elif name := _FIELDS.get(code):
            self.party(name, value)
        elif code in _GROUPS:
            self.turn(_GROUPS[code])
            self.party_of_group(code, value)
        elif code in _TEXTS:
            self.text(value)
            self.turn(self.group)
        elif code == _INVOICE:
            self.invoice(value)
            self.turn(self.group)
        elif code == "EREF":
            self.references += _end_to_end(_reference(value))
        elif value:
            self.extra.setdefault(code, self.digits(code, value))

    def digits(self, code: str, value: str) -> str:
        """The code's own digits; what stands behind them and a slash is kept as the payer's text."""
        head, slash, rest = value.partition("/")
        head = _unfolded(head)
        if not slash or not head.isdigit() or len(head) != _WIDTHS.get(code):
            return _unfolded(value)
        if rest := rest.strip("/\n "):
            self.text(rest)
            self.turn(self.group)
        return head

    def turn(self, group: str) -> None:
        self.group = group
        self.current = (self.behind if self.remittance else self.groups).setdefault(group, {})

    def party(self, name: str, value: str) -> None:
        if value:
            _note(self.current, name, value.replace("\n", "") if self.wrapped else value)

    def party_of_group(self, code: str, value: str) -> None:
        """A name right behind the code word; `/CNTP/` has account, bank, name and city in this order."""
        if code != "CNTP":
            self.party("name", value)
            return
        for name, part in zip(("account", "bank", "name"), value.split("/"), strict=False):
            self.party(name, part.strip())

    def text(self, value: str) -> None:
        if value.startswith("STRD/"):
            reference = _reference(value.rpartition("/")[2])
            self.references += [StructuredReference("creditor_reference", reference)] if reference else []
            value = ""
        self.remittance.append(value.removeprefix("USTD//").removeprefix("USTD/").strip("\n "))

    def invoice(self, value: str) -> None:
        """`/INV/4512 DD 2026-02-03`: its number, and all of it as the payer's text."""
        if number := _reference(value.partition(" ")[0]):
            self.references.append(StructuredReference("invoice", number))
        self.remittance.append(f"/{_INVOICE}/{value}")

    def told(self, prefix: str, credit: bool) -> Told:
        groups = self.groups if any(self.groups.values()) else self.behind
        purpose = "\n".join([text for text in (prefix, *self.remittance) if text])
        counterparty = _party([groups.get(name) for name in ("payer" if credit else "payee", "other", "")])
        ultimate = _party([groups.get("ultimate" if credit else "ultimate_payee")])
        return Told(purpose, counterparty, ultimate, tuple(dict.fromkeys(self.references)), self.extra)


def _party(groups: list[dict[str, str] | None]) -> Party:
    """Each field from the first group that gives it."""
    found: dict[str, str] = {}
    for group in groups:
        if group:
            found = group | found if found else group
    if not found:
        return NOBODY
    return Party(
        found.get("name", ""),
        _unfolded(found.get("tax_id", "")),
        account_number(found.get("account", "")),
        _unfolded(found.get("bank", "")),
        _SECTOR_KIND.get(found.get("sector", ""), PartyKind.UNSAID),
    )
