"""Does a phrase of the purpose name the holder? «за Иванова Ивана», «за ТОО Ромашку, БИН …», «"РОМАШКА" МЧЖ учун».

Judged as for own payers, with room for inflected forms (decisions, "The purpose names the holder") and for what payers
put around a name (`phrase`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from reconcile.names.comparing import VERDICT, Likeness, NameMatch, agreement, difference
from reconcile.names.folding import Folded, fold
from reconcile.names.inflection import declines, looks_like_her_surname, may_be_a_nominative, oblique_forms
from reconcile.names.phrase import readings

_J: Final = re.compile("[jJ]")
_LAST_J: Final = re.compile(r"(?<=[a-z]{2}o)j(?![a-z])", re.IGNORECASE)
_PATRONYMIC: Final = re.compile(r"(?:(?:[oe]vich|[oe]vn)[a-z]{0,3}|[a-z]{3}(?:uly|kyzy))(?![a-z])", re.IGNORECASE)


def names_holder(phrase: str, holder_names: Sequence[str]) -> NameMatch:
    """Is the beneficiary that a purpose names (what stands after за, for … or before үшін, uchun …) this holder?

    The best of the holder's names counts. A patronymic left out and initials are DOUBTFUL, as for a payer. So is an
    ending that may be another's name: «Алиева Серик» for Алиев Серик, «ТОО Барса» for ТОО Барс.

    >>> names_holder("Иванова Ивана Ивановича, на л/с", ["Иванов Иван Иванович"])
    <NameMatch.SAME: 'same'>
    >>> names_holder("Петрова Ивана", ["Иванов Иван"])
    <NameMatch.DIFFERENT: 'different'>
    """
    holders = [fold(name) for name in holder_names]
    verdicts: set[NameMatch] = set()
    for read in readings(phrase):
        for text in dict.fromkeys((read, _with_y(read))):
            verdicts.update(_verdicts(fold(text), holders))
        if NameMatch.SAME in verdicts:
            return NameMatch.SAME
    return NameMatch.DIFFERENT if verdicts == {NameMatch.DIFFERENT} else NameMatch.DOUBTFUL


def _verdicts(name: Folded, holders: Sequence[Folded]) -> list[NameMatch]:
    return [VERDICT[_likeness(name, holder)] for holder in holders] if name.words else []


def _with_y(phrase: str) -> str:
    """A Russian name in the scheme that writes й as j, where the rest of it does not show that: with a patronymic every j
    («JURIJA JAKOVLEVICHA»), else one behind the о that ends a word («STROJ»)."""
    if "j" not in phrase and "J" not in phrase:
        return phrase
    return (_J if _PATRONYMIC.search(phrase) else _LAST_J).sub("y", phrase)


def _likeness(phrase: Folded, holder: Folded) -> Likeness:
    if not holder.words:
        return Likeness.NAMELESS
    if phrase.masked or holder.masked:
        return Likeness.MASKED
    if phrase.key == holder.key:
        return agreement(phrase, holder)
    words, inflected = _uninflected(phrase.words, holder.words)
    plain = phrase.reworded(words)
    if plain.key != holder.key:
        return difference(plain, holder)
    return Likeness.VARIANT if _may_be_another(phrase, holder, inflected) else agreement(plain, holder)


def _uninflected(phrase: Sequence[str], holder: Sequence[str]) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """The phrase with each inflected word of the holder's name as the books have it; and these words, both ways."""
    open_words = list(holder)
    for word in phrase:
        if word in open_words:
            open_words.remove(word)
    result: list[str] = []
    inflected: list[tuple[str, str]] = []
    for word in phrase:
        nominative = next((one for one in open_words if word in oblique_forms(one)), None)
        if word in holder or nominative is None:
            result.append(word)
            continue
        open_words.remove(nominative)
        result.append(nominative)
        inflected.append((nominative, word))
    return tuple(result), inflected


def _may_be_another(phrase: Folded, holder: Folded, inflected: list[tuple[str, str]]) -> bool:
    """An ending that is somebody else's nominative: «ТОО Барса» for Барс; «Алиева Серик» for Алиев Серик, where the
    first name would have shown the case that the surname shows."""
    if phrase.company:
        return any(may_be_a_nominative(*pair) for pair in inflected)
    if len(inflected) != 1 or not looks_like_her_surname(*inflected[0]):
        return False
    return any(word in holder.words and declines(word) for word in phrase.words)
