"""Card numbers are masked before anything is stored, logged or quoted (docs/data-model.md, 14; PCI DSS 3.4).

A card number is 13 to 19 digits in one run or in the groups that are embossed, passes the Luhn check, begins as a
scheme issues it and has that scheme's length; it is no part of a longer run of letters and digits, no IBAN, no 20-digit
account, and no word beside it calls it an account or a tax id. The first six and the last four digits stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stdnum import luhn

from reconcile.identifiers.bank import is_iban
from reconcile.identifiers.uz import is_uz_account

_BLANK: Final = " \u00a0\u202f"
# One long run, which the bank's line fold may have cut in two, or blocks of four (the last of one to four).
_ANY: Final = re.compile(r"[0-9](?:[ \u00a0\u202f\r\n-]{0,2}[0-9]){12}")
_RUN: Final = re.compile(r"(?<![0-9])[0-9]{13,19}(?![0-9])")
_FOLDED: Final = re.compile(r"(?<![0-9])[0-9]{1,18}\r?\n[0-9]{1,18}(?![0-9])")
_GROUPS: Final = re.compile(
    rf"[0-9]{{4}}(?:[{_BLANK}-][0-9]{{4}}){{2,}}(?:[{_BLANK}-][0-9]{{1,4}})?(?![0-9])"
    rf"|[0-9]{{4}}[{_BLANK}-][0-9]{{6}}[{_BLANK}-][0-9]{{4,5}}(?![0-9])"
)
# What a card may begin as in a long text, where each digit is a 0 and each blank or hyphen a blank: a run of its length,
# two blocks side by side, digits on both sides of a line end.
_SHAPE: Final = bytes.maketrans(b"0123456789\xa0-", b"0000000000  ")
_LONG_RUN: Final = b"0" * 13
_RUN_END: Final = re.compile(rb"0+")
_SIGNS: Final = (b"0000 0000", b"0\n0", b"0\r\n0")
_LONG_TEXT: Final = 4096
_NOT_DIGIT: Final = re.compile(r"[^0-9]")
_IBAN: Final = re.compile(
    rf"[A-Z]{{2}}[0-9]{{2}}(?:[{_BLANK}]?[A-Z0-9]{{4}}){{2,7}}(?:[{_BLANK}]?[A-Z0-9]{{1,4}})?", re.IGNORECASE
)
_TWENTY: Final = re.compile(rf"(?<![0-9])[0-9]{{4}}(?:[{_BLANK}-]?[0-9]{{4}}){{4}}(?![0-9])")
_ID_WORD: Final = re.compile(
    r"(?:\b(?:сч[её]т[а-я]*|сч|р/сч?|к/сч?|л/сч?|ш/[хҳ]|х/р|иик|жск|шот[а-яі]*|дербес|account|acct|a/c|acc|hisob\w*|"
    r"хисоб\w*|ҳисоб\w*|iban|инн|бин|иин|стир|пинфл|жшшир|жсн|бсн|inn|bin|iin|stir|pinfl|jshshir|pin|tin|id|айди)"
    r"(?:\s+(?:raqam\w*|ра[кқ]ам\w*|number|no|номер|н[өо]м[іи]р\w*))?)[\s.:#№=-]*$",
    re.I,
)
_CARD_WORD: Final = re.compile(r"(?:карт[а-яё]*|card|karta\w*|pan|visa|uzcard|humo|mastercard)$", re.I)
_LEFT_OF_WORD: Final = 24
_REACH: Final = 48  # an IBAN in groups of four is shorter

# Prefixes in use (ISO/IEC 7812 issuers), with the lengths that the scheme issues. UZCARD 8600, 5614; HUMO 9860.
_ISSUERS: Final = (
    (re.compile(r"4"), frozenset({13, 16, 19})),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), frozenset({16})),
    (re.compile(r"3[47]"), frozenset({15})),
    (re.compile(r"62|220[0-4]|35(?:2[89]|[3-8])|6011|64[4-9]|65"), frozenset({16, 17, 18, 19})),
    (re.compile(r"8600|5614|9860|9417|9112|9792"), frozenset({16})),
    (re.compile(r"5018|5020|5038|5893|6304|6759|676[1-3]"), frozenset({16, 17, 18, 19})),
    (re.compile(r"3[689]"), frozenset({14})),
)


def _is_card(digits: str) -> bool:
    return any(len(digits) in lengths and prefix.match(digits) for prefix, lengths in _ISSUERS) and bool(
        luhn.is_valid(digits)
    )


def _typed_as_something_else(text: str, start: int, end: int, accounts: list[tuple[int, int]]) -> bool:
    """Glued to letters or digits (other than a card word), called an account or a tax id, or inside an account."""
    if end < len(text) and text[end].isalnum():
        return True
    left = text[max(0, start - _LEFT_OF_WORD) : start]
    if left and left[-1].isalnum() and not _CARD_WORD.search(left):
        return True
    return _ID_WORD.search(left) is not None or any(begin < end and start < stop for begin, stop in accounts)


def _card_within(text: str, start: int, end: int) -> int | None:
    """Where a card that begins at `start` ends: the whole stretch, or a shorter one that ends with a group."""
    digits = _NOT_DIGIT.sub("", text[start:end])
    if 13 <= len(digits) <= 19 and _is_card(digits):
        return end
    for cut in range(end - 1, start, -1):
        if text[cut] not in "0123456789\r\n" and _is_card(_NOT_DIGIT.sub("", text[start:cut])):
            return cut
    return None


def _starts(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that might hold a card: each group run from each of its groups on, then each long run."""
    for found in _GROUPS.finditer(text):
        if not found.start() or text[found.start() - 1] not in "0123456789":
            yield found.span()
        for place in range(found.start(), found.end()):
            if text[place] not in "0123456789":
                yield place + 1, found.end()
    for pattern in (_FOLDED, _RUN):
        for found in pattern.finditer(text):
            yield found.span()


def _accounts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where IBANs and 20-digit accounts stand near a stretch, in groups of four or in one piece."""
    near = max(0, start - _REACH)
    window = text[near : end + _REACH]
    found = [one.span() for one in _IBAN.finditer(window) if is_iban(one[0])]
    found += [one.span() for one in _TWENTY.finditer(window) if is_uz_account(_NOT_DIGIT.sub("", one[0]))]
    return [(begin + near, stop + near) for begin, stop in found]


def _cards(text: str) -> list[tuple[int, int]]:
    if len(text) < 13 or _ANY.search(text) is None:
        return []
    taken: list[tuple[int, int]] = []
    for start, stop in _starts(text):
        if stop - start < 13:
            continue
        end = _card_within(text, start, stop)
        if end is None or any(start < last and first < end for first, last in taken):
            continue
        if not _typed_as_something_else(text, start, end, _accounts(text, start, end)):
            taken.append((start, end))
    return sorted(taken)


def _masked(stretch: str) -> str:
    """The stretch with its digits starred, but for the first six and the last four; blanks and hyphens stay."""
    places = [place for place, character in enumerate(stretch) if character in "0123456789"]
    hidden = set(places[6:-4])
    return "".join("*" if place in hidden else character for place, character in enumerate(stretch))


def mask_cards(text: str) -> str:
    """The text with every full card number masked; the very same text where there is none.

    >>> mask_cards("Пополнение карты 4111 1111 1111 1111, TEST")
    'Пополнение карты 4111 11** **** 1111, TEST'
    """
    if len(text) > _LONG_TEXT:
        return "".join(_mask(piece) if may_hold else piece for piece, may_hold in _pieces(text))
    return _mask(text)


def _mask(text: str) -> str:
    while cards := _cards(text):  # one that is masked may uncover another that shared a group with it
        for start, end in reversed(cards):
            text = text[:start] + _masked(text[start:end]) + text[end:]
    return text


def _may_be(text: str) -> Iterator[tuple[int, int]]:
    """Where a card may stand in a long text: a run that is one, blocks of four, digits on both sides of a line end."""
    shape = text.replace("\u202f", " ").encode("latin-1", "replace").translate(_SHAPE)
    at = shape.find(_LONG_RUN)
    while at >= 0:
        run = _RUN_END.match(shape, at)
        assert run is not None
        if run.end() - at <= 19 and _is_card(text[at : run.end()]):
            yield run.span()
        at = shape.find(_LONG_RUN, run.end())
    for sign in _SIGNS:
        at = shape.find(sign)
        while at >= 0:
            yield at, at + len(sign)
            at = shape.find(sign, at + 1)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """A long text cut where nothing stands that might be a card: only the other pieces need a close look."""
    done = 0
    windows: list[list[int]] = []
    for begin, stop in sorted(_may_be(text)):
        start, end = _outside_run(text, max(0, begin - _REACH), -1), _outside_run(text, stop + _REACH, 1)
        if windows and start <= windows[-1][1]:
            windows[-1][1] = end
        else:
            windows.append([start, end])
    for start, end in windows:
        yield text[done:start], False
        yield text[start:end], True
        done = end
    yield text[done:], False


def _outside_run(text: str, at: int, step: int) -> int:
    """The cut moved past the digits that it would part: half of a long number may look like a card."""
    while 0 < at < len(text) and text[at - 1] in "0123456789" and text[at] in "0123456789":
        at += step
    return at


def find_card(text: str) -> str | None:
    """The first full card number in a text, already masked so that an error may quote it; None where there is none.

    An import that holds one is refused ("a full card number anywhere is refused, not stored").
    """
    cards = _cards(text)
    return "".join(_masked(text[cards[0][0] : cards[0][1]]).split("\n")) if cards else None
