"""Numbers against the books: exact before zero-forms, whole before parts, the word's book and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from reconcile.purpose.reader import read_purpose
from reconcile.purpose.reading import SpanKind
from reconcile.purpose.resolve import KnownNumbers, Reference, References, keys_wanted, resolve
from reconcile.reference import number_key, zeroless_key
from reconcile.statement import StructuredReference


def _by(key: Callable[[str], str], numbers: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for number in numbers:
        found[key(number)] = (*found.get(key(number), ()), number)
    return found


def books(invoices: Iterable[str] = (), accounts: Iterable[str] = ()) -> KnownNumbers:
    def zeroless(number: str) -> str:
        return zeroless_key(number_key(number))

    invoices, accounts = tuple(invoices), tuple(accounts)
    return KnownNumbers(
        _by(number_key, invoices), _by(number_key, accounts), _by(zeroless, invoices), _by(zeroless, accounts)
    )


def found(text: str, known: KnownNumbers, *structured: StructuredReference) -> References:
    return resolve(read_purpose(text), known, structured)


def short(references: References) -> str:
    def each(refs: tuple[Reference, ...]) -> list[str]:
        return [
            f"{'i' if ref.kind is SpanKind.INVOICE else 'a'}{'' if ref.marked else '?'}:{ref.number}" for ref in refs
        ]

    unknown = ["unknown"] * len(references.unknown)
    return " ".join(
        (*each(references.marked), *each(references.bare), *unknown, *["ambiguous"] * len(references.ranges))
    )


ACCOUNT = ("104582",)

CASES = {
    "exact": ("счет 4512", ("4512",), (), "i:4512"),
    "top-up of an account": ("Пополнение баланса счету N104582", (), ACCOUNT, "a:104582"),
    "top-up of an account, by an invoice": ("Пополнение баланса счету N4512", ("4512",), ACCOUNT, "i:4512"),
    "top-up of an account, on both books": ("Пополнение баланса счету N104582", ACCOUNT, ACCOUNT, "i:104582 a:104582"),
    "top-up of an account, on no book": ("Пополнение баланса счету N104582", ("4512",), (), "unknown"),
    "behind a name and a dash": ("on behalf of John Kamau - 4512", ("4512",), (), "i?:4512"),
    "behind a word and a dash, beside a prefix": ("VPS - 4512, BK-4513 - 1", ("4512", "4513"), (), "i?:4512"),
    "a prefix with a spaced dash": ("VPS - 4512", ("4512", "VPS-4512"), (), "i?:VPS-4512"),
    "a prefix with a spaced dash, marked": ("счет SC - 4512", ("4512",), (), "unknown"),
    "a personal account is no invoice": ("лицевой счет 4512", ("4512",), ACCOUNT, "unknown"),
    "VAT glued to its percent is no number with an N": ("NDS12", ("DS12", "12"), ("12", "S12"), ""),
    "a number's word glued to it is no part of it": ("NOMER-4512", ("OMER4512",), ("OMER-4512",), ""),
    "a glued N and an l for a one": ("N614L563", ("6141563", "614"), ("614", "563"), "i?:6141563"),
    "no part of a number with an l for a one": ("по счету N614L563", ("614", "563"), (), "unknown"),
    "a Latin c in л/с, before an act": ("лc239659 акт 15", ("15",), ("239659",), "a:239659"),
    "a Latin c in л/с, glued to an act": ("лc239659акт15", ("15", "239659"), ("239659",), "a:239659"),
    "a prefix that a fold has cut": ("INVOICENO bk-\n14964748", ("BK-14964748", "14964748"), (), "i:BK-14964748"),
    "an O for a zero in a number that a fold has cut": ("inv 049\n44O8", ("494408", "49", "4408"), (), "i:494408"),
    "separators and case aside": ("invoice inv 2026-4512", ("INV-2026-4512",), (), "i:INV-2026-4512"),
    "look-alikes aside": ("счет 1000001-В24", ("1000001-B24",), (), "i:1000001-B24"),
    "the exact form before one without zeros": ("счет 0199", ("0199", "199"), (), "i:0199"),
    "zeros added by the payer": ("счет 00199", ("199",), (), "i:199"),
    "zeros left out by the payer": ("счет 199", ("00199",), (), "i:00199"),
    "zeros that lead to two numbers": ("счет 199", ("0199", "00199"), (), "unknown"),
    "a month behind an invoice is no number without its zero": (
        "invoice 3351/26, for 02/2026",
        ("3351/26", "22026"),
        (),
        "i:3351/26 unknown",
    ),
    "a number that looks like a month": ("счет 02/2026", ("2/2026",), (), "i:2/2026"),
    "bare zeros that lead to two books": ("00199", ("199",), ("0199",), ""),
    "bare, on both books": ("104582", ACCOUNT, ACCOUNT, "i?:104582 a?:104582"),
    "bare, on one book": ("104582", (), ACCOUNT, "a?:104582"),
    "bare, on no book": ("104582", (), (), ""),
    "a part of a longer number": ("счет 1814", ("14", "181"), (), "unknown"),
    "no part of a composite": ("счет 4512/1", ("4512",), (), "unknown"),
    "a composite": ("счет 4512/1", ("4512/1", "4512"), (), "i:4512/1"),
    "a slash between two numbers": ("счета 4512/4513", ("4512", "4513"), (), "i:4512 i:4513"),
    "a slash within one number": ("счет 4512/4513", ("4512/4513", "4512"), (), "i:4512/4513"),
    "joined over a blank": ("Acct no 1045 82", (), ("104582", "82"), "a:104582"),
    "parts of a blank, where whole is unknown": ("счета 4512 4513", ("4512", "4513"), (), "i:4512 i:4513"),
    "an account behind the invoice's blank": ("счет 4512 104582", ("4512",), ACCOUNT, "i:4512 a?:104582"),
    "a part before a fold is bare, where the whole is unknown": ("л/с 1045\n829", (), ("1045",), "a?:1045"),
    "a part behind a fold, too": ("л/с 829\n1045", (), ("1045",), "a?:1045"),
    "a part before a blank, too": ("счет 4512 77", ("4512",), (), "i?:4512"),
    "a part before a slash, too": ("счета 4512/9999", ("4512",), (), "i?:4512"),
    "no part with other zeros": ("л/с 8284\n64", (), ("00008284",), "unknown"),
    "parts with other zeros, where these are all": ("счета 199 209", ("00199", "00209"), (), "i:00199 i:00209"),
    "parts of which one has other zeros": ("счета 4512 199", ("4512", "00199"), (), "i:4512 i:00199"),
    "the whole with other zeros before a part": ("счет 45\n12", ("004512", "45"), (), "i:004512"),
    "a part before a phone is whole": ("acc 104582 0712345678", (), ACCOUNT, "a:104582"),
    "joined over a fold": ("N 45\n12 счет 45\n12", ("4512", "45"), (), "i:4512"),
    "look-alike digits as a second attempt": ("л/с 1O4582", (), ACCOUNT, "a:104582"),
    "look-alike letters that are the number's own": ("л/с 1O4582", (), ("1O4582", "104582"), "a:1O4582"),
    "З for three": ("счет 451З", ("4513",), (), "i:4513"),
    "l for one": ("счет l045", ("1045",), (), "i:1045"),
    "a currency as the number's own prefix": ("invoice USD-77", ("USD-77",), (), "i:USD-77"),
    "a currency as prefix of a list's next": (
        "invoices USD-77, USD-78",
        ("USD-77", "USD-78", "78"),
        (),
        "i:USD-77 i:USD-78",
    ),
    "a currency that is no prefix": ("hosting USD-77", ("USD-77", "77"), (), ""),
    "a letter that is a word too, as prefix": ("Счет B 4512", ("B4512",), (), "i:B4512"),
    "a letter that is a word, and no prefix": ("СЧЕТ В 4512", ("4512", "B4512"), (), "i:4512"),
    "a small letter is a word": ("счет в 4512", ("B4512",), (), "unknown"),
    "a number's word glued to a prefix": ("INV NOINV-2026-4512", ("INV-2026-4512",), (), "i:INV-2026-4512"),
    "a prefix that begins like a number's word": ("счет NOVA-12", ("NOVA-12", "VA-12"), (), "i:NOVA-12"),
    "an invoice word glued to a prefix": ("INVOICEINV-2026-4512", ("INV-2026-4512",), (), "i:INV-2026-4512"),
    "the invoice word glued to another prefix": ("INVSC-4512", ("SC-4512",), (), "i:SC-4512"),
    "a sign and a prefix parted by a fold": ("счет 4511 и N\nA-4512", ("4511", "A-4512"), (), "i:4511 i:A-4512"),
    "a dash with blanks, the whole on the books": ("счет 104582 - 81", ("104582-81",), (), "i:104582-81"),
    "a dash with blanks, its head on the books": ("счет 104582 - 81", ("104582",), (), "i:104582"),
    "a dash with blanks, the whole before its head": ("счет 104582 - 81", ("104582", "104582-81"), (), "i:104582-81"),
    "a letter behind the stop of сч.": ("сч.A34437;", ("A-34437",), (), "i:A-34437"),
    "a prefix cut by a fold": ("жеке шот P\nA-163623", (), ("PA-163623",), "a:PA-163623"),
    "own prefix, on the books with it": ("оплата INV-4512", ("INV-4512",), (), "i?:INV-4512"),
    "own prefix, marked by another word": ("invoice INV-4512", ("INV-4512",), (), "i:INV-4512"),
    "own prefix opens no list": ("оплата INV-4512, 4513", ("INV-4512", "4513"), (), "i?:INV-4512 i?:4513"),
    "a list of one series": ("оплата INV-4512, INV-4513", ("INV-4512", "INV-4513"), (), "i?:INV-4512 i?:INV-4513"),
    "the payer's word opens a list": ("оплата INV-4512, 4513", ("4512", "4513"), (), "i:4512 i:4513"),
    "another word after the own prefix": (
        "оплата INV-4512, счет 4513",
        ("INV-4512", "4513"),
        (),
        "i:4513 i?:INV-4512",
    ),
    "prefix as the payer's word": ("оплата INV-4512", ("4512",), (), "i:4512"),
    "own prefix, on no book": ("оплата INV-4512", (), (), ""),
    "word with a blank": ("inv 4512", ("INV-4512",), (), "i:INV-4512"),
    "number sign glued, part of the number": ("счет N4512", ("N4512",), (), "i:N4512"),
    "number sign glued, no part": ("счет N4512", ("4512",), (), "i:4512"),
    "number sign glued to a prefix": ("№SC-4512", ("SC-4512",), (), "i?:SC-4512"),
    "an invoice word on an account": ("счет 104582", (), ACCOUNT, "unknown"),
    "an account word on an invoice": ("л/с 4512", ("4512",), (), "unknown"),
    "a marked number beside an unknown one": ("счет 9999, л/с 104582", (), ACCOUNT, "a:104582 unknown"),
    "a contract that is an account": ("договор 104582", (), ACCOUNT, ""),
    "a range": ("счета 4512-4514", ("4512", "4514"), (), "ambiguous"),
    "a range that is a number": ("счет 4512-4514", ("4512-4514",), (), "i:4512-4514"),
    "a range in words": ("счета с 4512 по 4514", ("4512", "4514"), (), "ambiguous"),
    "twice the same": ("счет 4512, счет 4512, № 4512", ("4512",), (), "i:4512"),
    "two numbers that differ in separators only": ("счет 45-12", ("4512", "45/12"), (), "ambiguous"),
    "order of mention": ("счета 4513, 4512", ("4512", "4513"), (), "i:4513 i:4512"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_purpose_refers_to(name: str) -> None:
    text, invoices, accounts, expected = CASES[name]
    references = found(text, books(invoices, accounts))
    assert short(references) == expected


FIELDS = {
    "a field for an invoice marks it": ("invoice", "4512", "i:4512"),
    "a field for an account marks it": ("account", "104582", "a:104582"),
    "a field with words": ("invoice", "INV 4512", "i:4512"),
    "a field for an account with a name": ("account", "104582 JOHN", "a:104582"),
    "a part of a field is bare": ("account", "104582 77", "a?:104582"),
    "another field gives a bare one": ("end_to_end_id", "4512", "i?:4512"),
    "words mark in any field": ("end_to_end_id", "INV 4512", "i:4512"),
    "a bill reference as typed": ("bill_reference", "104582", "a?:104582"),
    "a field for an account with an invoice's number": ("account", "4512", "unknown"),
    "a receipt is none": ("receipt", "4512", ""),
    "a phone is none": ("phone", "104582", ""),
    "a field for an invoice marks one with its own prefix": ("invoice", "INV-0077", "i:INV-0077"),
    "a prefix that names an account in the text alone": ("invoice", "AC-0078", "i:AC-0078"),
    "another field does not": ("end_to_end_id", "INV-0077", "i?:INV-0077"),
    "a creditor reference of ISO 11649": ("creditor_reference", "RF25INV0077", "i?:INV-0077"),
    "a creditor reference with blanks": ("creditor_reference", "RF25 INV0 077", "i?:INV-0077"),
    "a wrong check digit is none": ("creditor_reference", "RF26INV0077", ""),
    "an empty field": ("invoice", " ", ""),
    "a number that reads like a date": ("invoice", "01-02-26", "i:01-02-26"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_what_a_structured_field_refers_to(name: str) -> None:
    kind, value, expected = FIELDS[name]
    known = books(("4512", "01-02-26", "INV-0077", "AC-0078"), ("104582", "0078"))
    references = found("", known, StructuredReference(kind, value))
    assert short(references) == expected
    assert all(
        ref.source == kind and ref.span.start == ref.span.end == 0 for ref in (*references.marked, *references.bare)
    )


def test_a_field_that_marks_makes_the_purpose_s_bare_number_marked() -> None:
    references = found("оплата 4512", books(("4512",)), StructuredReference("invoice", "4512"))
    assert short(references) == "i:4512"


def test_the_keys_wanted_hold_every_reading() -> None:
    exact, zeroless = keys_wanted(read_purpose("л/с 1O45 82"), [StructuredReference("invoice", "INV 0012")])
    assert {"1O4582", "104582", "0012", "INV0012"} <= exact
    assert {"12", "INV12", "104582"} <= zeroless


def test_only_the_wanted_keys_are_asked_for() -> None:
    """What resolve finds, it finds under the keys that were asked for: a chunk's one look-up is enough."""
    for text, invoices, accounts, expected in CASES.values():
        reading = read_purpose(text)
        exact, zeroless = keys_wanted(reading)
        whole = books(invoices, accounts)
        asked = KnownNumbers(
            {key: whole.invoices[key] for key in exact & whole.invoices.keys()},
            {key: whole.accounts[key] for key in exact & whole.accounts.keys()},
            {key: whole.invoices_zeroless[key] for key in zeroless & whole.invoices_zeroless.keys()},
            {key: whole.accounts_zeroless[key] for key in zeroless & whole.accounts_zeroless.keys()},
        )
        assert short(resolve(reading, asked)) == expected
