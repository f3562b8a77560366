"""Are two names one name? Legal form, order of words, script, quotes and case aside; nothing else (decisions, Words).

`likeness` says *how* two names agree or differ, `VERDICT` what that means. All that is not certainly the same name and
not clearly another is DOUBTFUL, and a doubtful name is not the holder's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from rapidfuzz.distance import OSA

from reconcile.names.folding import Folded, fold
from reconcile.names.forms import is_cut_form
from reconcile.names.skeleton import skeleton


class NameMatch(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    DOUBTFUL = "doubtful"


class Likeness(StrEnum):
    """How two names are alike; the reason behind a `NameMatch`."""

    EQUAL = "equal"
    CUT = "cut"
    """The payer's name reaches the format's limit, and the holder's begins with it."""
    NAMELESS = "nameless"
    MASKED = "masked"
    FORMS_DIFFER = "forms_differ"
    """A company and a sole trader of one name («ООО Иванов», «ИП Иванов»)."""
    TRADE_NAME = "trade_name"
    """The same but for what follows t/a, or only that is the same."""
    LEFT_OUT = "left_out"
    """One name has a word more (a patronymic; «Астана», «Астана Моторс»), or is the other's beginning."""
    INITIALS = "initials"
    SPACING = "spacing"
    """Equal once blanks are gone («Алма Тех», «Алматех»)."""
    TYPO = "typo"
    VARIANT = "variant"
    """One name as two languages spell it (Джураев, Жўраев; Әлімұлы, Алимович)."""
    OTHER = "other"


VERDICT: Final[Mapping[Likeness, NameMatch]] = dict.fromkeys(Likeness, NameMatch.DOUBTFUL) | {
    Likeness.EQUAL: NameMatch.SAME,
    Likeness.CUT: NameMatch.SAME,
    Likeness.OTHER: NameMatch.DIFFERENT,
}

MIN_CUT_LETTERS: Final = 10
"""A cut name of fewer letters, its form aside, says too little to be anybody's."""
_SHORT_INITIALS: Final = frozenset(skeleton("я ю щ ц").split())
# A Latin initial may be the first half of a digraph: S. for Sh, C. for Ch, Y. for Ye.
_INITIAL_ALSO: Final = {"s": ("S",), "z": ("J",), "k": ("C", "H", "ts"), "Y": ("i", "e"), "J": ("i",)}
_PATRONYMICS: Final = "ович евич ич овна евна ична ұлы улы уулу ўғли угли оглы қызы кызы қизи кизи"
_PATRONYMIC_ENDS: Final = tuple(sorted(skeleton(_PATRONYMICS).split(), key=len, reverse=True))
_VOWELS: Final = str.maketrans("", "", "aeiouY")


def compare(payer_name: str, holder_name: str, *, cut_at: int | None = None) -> NameMatch:
    """Is the payer, by name, the holder? `cut_at` is the length at which the statement's format cuts names.

    SAME only by the definition of docs/decision-table.md. So a patronymic that is left out, initials for names, one letter's
    difference are DOUBTFUL: «Иванов Иван» is many people, and only one of them is Иванов Иван Иванович. A masked name
    is DOUBTFUL even where it is clearly another's, since it says nothing for certain. Forms are set aside as the rule
    has it (ТОО Астана = АО Астана, ИП Иванов = Иванов), but for a company against a sole trader.

    >>> compare("ROMASHKA LLP", "ТОО «Ромашка»"), compare("ТОО Астана Моторс", "ТОО Астана Сервис")
    (<NameMatch.SAME: 'same'>, <NameMatch.DIFFERENT: 'different'>)
    """
    return VERDICT[likeness(payer_name, holder_name, cut_at=cut_at)]


def likeness(payer_name: str, holder_name: str, *, cut_at: int | None = None) -> Likeness:
    """The reason behind `compare`, for explanations."""
    payer, holder = fold(payer_name), fold(holder_name)
    if not payer.words or not holder.words:
        return Likeness.NAMELESS
    is_cut = cut_at is not None and len(payer_name.strip()) >= cut_at - 1  # the cut may have left a blank at the end
    if payer.starred or holder.masked or (payer.shortened and not is_cut):
        return Likeness.MASKED
    if is_cut and not is_cut_form(payer.words) and _typed_alike(payer_name, holder_name, cut_at or 0):
        return Likeness.CUT
    if is_cut and payer.trade and holder.trade and payer.key == holder.key:
        return Likeness.CUT if holder.trade_prefix.startswith(payer.trade_prefix) else Likeness.TRADE_NAME
    if payer.key == holder.key:
        return agreement(payer, holder)
    if is_cut and is_cut_form(payer.words):
        return Likeness.NAMELESS
    if is_cut and len(payer_name.strip()) >= (cut_at or 0) and begins_with(holder, payer_name.strip()):
        return Likeness.CUT
    if is_cut and holder.prefix.startswith(payer.prefix):
        return Likeness.LEFT_OUT  # too little for a proof, and no other name
    return difference(payer, holder)


def _typed_alike(cut_name: str, whole: str, limit: int) -> bool:
    """The whole name begins with the cut one letter by letter; where a blank was left at the cut, at a word's end."""
    cut, full = (" ".join(name.split()).casefold() for name in (cut_name, whole))
    if len("".join(fold(cut_name).words)) < MIN_CUT_LETTERS:
        return False
    return full.startswith(cut if len(cut_name.strip()) >= limit else f"{cut} ") or full == cut


def agreement(one: Folded, other: Folded) -> Likeness:
    """What remains to be asked of two names with one key. «Береке+» is «Береке Плюс», and not «Береке»."""
    if one.plus is not other.plus:
        return Likeness.LEFT_OUT
    if one.trade and other.trade and one.trade != other.trade:
        return Likeness.TRADE_NAME
    if (one.company and other.sole_trader) or (one.sole_trader and other.company):
        return Likeness.FORMS_DIFFER
    return Likeness.EQUAL


def begins_with(holder: Folded, cut_name: str) -> bool:
    """Does the holder's name begin with this cut one, as typed, leading legal forms aside?

    The cut may have parted two letters that stand for one (S|h), or left a letter that the next one would change, so
    the cut name is also read as if those letters followed.
    """
    readings = {fold(cut_name).prefix, fold(cut_name + "h").prefix}
    readings |= {fold(cut_name + vowel).prefix[:-1] for vowel in "ao" if cut_name[-1:] in "yYйЙ"}
    return any(
        len(reading.replace(" ", "")) >= MIN_CUT_LETTERS and holder.prefix.startswith(reading) for reading in readings
    )


def difference(one: Folded, other: Folded) -> Likeness:
    """How two names with different keys differ."""
    if one.numbers and other.numbers and one.numbers != other.numbers:
        return Likeness.OTHER
    if one.key == other.trade or one.trade == other.key:
        return Likeness.TRADE_NAME
    left, right = _unshared(one.words, other.words)
    if not left or not right or _one_begins_the_other(one.prefix, other.prefix):
        return Likeness.LEFT_OUT
    if _are_initials(left, right) or _are_initials(right, left):
        return Likeness.INITIALS
    if "".join(one.words) == "".join(other.words) or "".join(left) == "".join(right):
        return Likeness.SPACING
    if _is_typo(left, right):
        return Likeness.TYPO
    shared = len(left) < len(one.words)
    return Likeness.VARIANT if shared and _are_variants(left, right) else Likeness.OTHER


def _one_begins_the_other(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter.replace(" ", "")) >= MIN_CUT_LETTERS and longer.startswith(shorter)


def _unshared(one: Sequence[str], other: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words that the other name has not, in the order typed."""
    return _less(one, other), _less(other, one)


def _less(words: Sequence[str], taken: Sequence[str]) -> list[str]:
    remaining = list(taken)
    left = []
    for word in words:
        if word in remaining:
            remaining.remove(word)
        else:
            left.append(word)
    return left


def _is_initial(word: str) -> bool:
    return (len(word) == 1 and not word.isdigit()) or word in _SHORT_INITIALS


def _are_initials(letters: list[str], words: list[str]) -> bool:
    """Every one of `letters` is the initial of another of `words`, as far as these go; words may be left over."""
    if not all(_is_initial(letter) for letter in letters):
        return False
    open_words = list(words)
    for place, letter in enumerate(letters):
        begins = (letter, *_INITIAL_ALSO.get(letter, ()))
        match = next((word for word in open_words if word.startswith(begins)), None)
        if match is not None:
            open_words.remove(match)
        elif open_words or place == 0:
            return False
    return True


def _is_typo(left: list[str], right: list[str]) -> bool:
    """One edit (a letter replaced, missing, added, two swapped) in five letters or more, two in nine or more."""
    for first, second in (("".join(left), "".join(right)), ("".join(sorted(left)), "".join(sorted(right)))):
        shorter = min(len(first), len(second))
        if shorter < 5 or any(map(str.isdigit, first)) or any(map(str.isdigit, second)):
            continue
        allowed = 2 if shorter >= 9 else 1
        if OSA.distance(first, second, score_cutoff=allowed) <= allowed:
            return True
    return False


def _loose(word: str) -> str:
    """What two languages' spellings of one word share: its consonants, without the ending of a patronymic."""
    for end in _PATRONYMIC_ENDS:
        if word.endswith(end) and len(word) > len(end) + 2:
            word = word[: -len(end)]
            break
    return word.replace("dJ", "J").replace("sC", "S").replace("S", "sH").translate(_VOWELS)


def _are_variants(left: list[str], right: list[str]) -> bool:
    if len(left) != len(right):
        return False
    loose = sorted(map(_loose, left))
    return loose == sorted(map(_loose, right)) and all(len(word) >= 2 for word in loose)
