"""A folded purpose in pieces: words, decoys told by their shape, numbers, signs; before phrases are put together."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from reconcile.identifiers import is_iban
from reconcile.purpose.decoys import DATE, KINDS, expression, plain_letters
from reconcile.purpose.reading import SpanKind
from reconcile.purpose.words import Known, Lexicon, Phrase

_LETTERS: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_REST: Final = re.compile(f"'?{_LETTERS.pattern}")
_CUT: Final = re.compile("'?\n")
"""Where the line fold may cut an Uzbek word: at its apostrophe too («BO|'YICHA»)."""
_WORDS: Final = re.compile(f"({_LETTERS.pattern})")
_PLAIN_WORDS: Final = re.compile(plain_letters(_WORDS.pattern))
_LETTER_BEHIND_CODE: Final = r"\s+[^\W\d]|(?![LIOОЗ][0-9])[^\W\d]"  # «08291l3» is one number
_BEHIND_CODE: Final = rf"~|{_LETTER_BEHIND_CODE}|[^\S\n]+[\w№\"(<]|{DATE.replace('~', '')}|[0-9]{{20,27}}(?![0-9])"
_CODE: Final = re.compile(rf"\s*(0[0-9]{{4}})(?:[\s~]?\1)?(?={_BEHIND_CODE})")
_LONGEST_PREFIX: Final = 6
_FEW_LETTERS: Final = 3
_SHORTEST_GLUED: Final = 5
"""Letters of a word that no prefix of a number begins with by chance."""
_WORD_ENDS: Final = frozenset({"ING", "INGS", "ED", "ER", "ERS", "ABLE", "ИНГ", "ИНГА", "ИНГУ", "НТ", "НТА", "НЫЙ"})
"""What makes another word of one of ours («billing-2026», «аккаунтинг-2»), and is no number's prefix."""
_INV_WORDS: Final = ("INVO", "INVE", "INVIT", "INVIS", "INVAL")
"""Words that begin so and are no prefix behind «INV»."""
_OURS: Final = frozenset({SpanKind.INVOICE, SpanKind.ACCOUNT})
_KNP: Final = re.compile(r"[0-9]{3}(?=[/\\._-])")
_PAPERS: Final = frozenset({SpanKind.CONTRACT, SpanKind.DOCUMENT})
_FIELDS: Final = frozenset({SpanKind.PURPOSE_CODE, SpanKind.BANK_CODE, SpanKind.TAX_ID})


class Pieces:
    """The pieces in order, in columns that go side by side. Kind is "word", "number", "typed", or the sign itself; the
    value is what the lexicon knows of a word, or the kind of what is told by its shape. Places lie in the folded text."""

    __slots__ = ("ends", "kinds", "starts", "values")

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.values: list[Known | SpanKind | None] = []

    def add(self, kind: str, start: int, end: int, value: Known | SpanKind | None = None) -> None:
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)
        self.values.append(value)

    def extend(self, more: Pieces, by: int) -> None:
        """More pieces behind those that are there, their text beginning at this place."""
        self.kinds.extend(more.kinds)
        self.starts.extend([start + by for start in more.starts])
        self.ends.extend([end + by for end in more.ends])
        self.values.extend(more.values)


NO_PIECES: Final = Pieces()


def opening_code(text: str) -> tuple[int, int]:
    """Where the five digits lie that open an Uzbek purpose: glued to what follows, set off by «~», or written twice.
    (0, 0) where there are none."""
    if text[:1].isalpha():
        return 0, 0
    code = _CODE.match(text)
    return (code.start(1), code.end()) if code is not None else (0, 0)


def words_and_signs(text: str, words: Lexicon, plain: bool) -> Pieces:
    """A stretch without a digit, in which no shape begins. `plain`: of plain letters alone (`fold`)."""
    found = Pieces()
    start = 0
    for part in text.split(" "):
        end = start + len(part)
        if part.isalpha():
            found.add("word", start, end, words.known(part))
        elif part:
            _add_mixed(part, start, words, plain, found)
        start = end + 1
    return found


def _add_mixed(text: str, start: int, words: Lexicon, plain: bool, found: Pieces) -> None:
    """Words and the signs beside or within them."""
    is_word = True
    for part in (_PLAIN_WORDS if plain else _WORDS).split(text):
        is_word = not is_word
        end = start + len(part)
        if is_word:
            _add_word(part, start, words, found)
        elif part:
            _add_signs(part, start, found)
        start = end


def _add_word(part: str, start: int, words: Lexicon, found: Pieces) -> None:
    """A word; in three where the account word, the number sign and the number's prefix are glued («L/SNCL - 00012»)."""
    known = words.known(part)
    cuts = known is None and 2 < len(part) <= _LONGEST_PREFIX and part[1] in "NН" and found.kinds[-1:] == ["/"]
    if cuts and _ends_phrase(part[0], found, words):
        found.add("word", start, start + 1, words.known(part[0]))
        found.add("word", start + 1, start + 2, words.known(part[1]))
        found.add("word", start + 2, start + len(part), words.known(part[2:]))
    else:
        found.add("word", start, start + len(part), known)


def _add_signs(part: str, at: int, found: Pieces) -> None:
    for sign in part:
        if not sign.isspace():
            found.add(sign, at, at + 1)
        at += 1


def one_by_one(text: str, words: Lexicon, without: frozenset[str]) -> Pieces:
    """Everything, piece by piece; a line fold may have cut a word, a date or an IBAN."""
    found = Pieces()
    start, at = (0, 0) if "purpose_code" in without else opening_code(text)
    if at:
        found.add("typed", start, at, SpanKind.PURPOSE_CODE)
    folds = "\n" in text
    match = expression(text, folds, without).match
    while (m := match(text, at)) is not None:
        kind = m.lastgroup or ""
        if kind == "iban" and not is_iban(m[kind]):
            m = expression(text, folds, without | {"iban"}).match(text, at) or m
            kind = m.lastgroup or ""
        start, at = m.span(kind)
        if kind == "word":
            at = _past_fold(text, start, at, words) if folds and _CUT.match(text, at) else at
            whole = text[start:at]
            if "\n" in whole:
                found.add("word", start, at, words.known(whole.replace("\n", "")))
            else:
                _add_word(whole, start, words, found)
        elif kind == "plain":
            found.add("number", start, at)
        elif kind == "number":
            at = _before_cut_suffix(text, start, at, words) if folds and text[at : at + 1] == "\n" else at
            is_word, at = parted(text, start, at, found, 0, words)
            found.add("word" if is_word else "number", start, at, words.known(text[start:at]) if is_word else None)
        elif kind in ("sign", "mark"):
            found.add(text[start], start, at)
        else:
            found.add("typed", start, at, KINDS[kind])
    return found


def _past_fold(text: str, start: int, end: int, words: Lexicon) -> int:
    """Where a word ends that the line fold may have cut."""
    behind = text.index("\n", end) + 1
    rest = _REST.match(text, behind)
    head = text[start : behind - 1]
    if rest is None or not _cut_by_fold(head, rest[0], words):
        return end
    if text[rest.end() : rest.end() + 1].isdigit():  # «N P / A97032»: letters of the number, unless they name it
        phrase = words.phrase(head + rest[0])
        if phrase is None or not (phrase.sign or phrase.mark is not None):
            return end
    return rest.end()


def _before_cut_suffix(text: str, start: int, end: int, words: Lexicon) -> int:
    """«4512-с / онли ҳисоб-фактура»: where the number ends whose -sonli the line fold has cut."""
    slash = text.rfind("/", start, end)
    if slash > start and text[slash + 1 : end].isalpha() and text[end + 1 : end + 2].isalpha():
        return slash  # «26/23955/C / LOUD»: a word that the fold has cut
    hyphen = text.rfind("-", start, end)
    head, rest = text[hyphen + 1 : end], _LETTERS.match(text, end + 1)
    if hyphen <= start or rest is None or not head.isalpha():
        return end
    phrase = words.phrase(head + rest[0])
    return hyphen if phrase is not None and phrase.suffix else end


def _cut_by_fold(head: str, tail: str, words: Lexicon) -> bool:
    """A word that the line fold has cut: whole it is one of ours, and its halves are not both; a single letter is rather
    the edge of a cut word («return o / f funds», «4512 t / o 4514»), and so are few letters of a word that says something
    by itself («Re / fund», «NAM / BA»)."""
    if words.known(head + tail) is None:
        return False
    if min(len(head), len(tail)) <= _FEW_LETTERS and words.phrase(head + tail) is not None:
        return True
    return len(head) == 1 or len(tail.lstrip("'")) == 1 or not (words.known(head) and words.known(tail))


def parted(text: str, start: int, end: int, before: Pieces, by: int, words: Lexicon) -> tuple[bool, int]:
    """A run of digits and letters, parted where a word of the lexicon is glued to it, before or behind: whether its
    first part is a word, and where that ends. `before` has the pieces right before it, `by` is where their text begins."""
    if _names_code(before) and (code := _KNP.match(text, start, end)) is not None:
        end = code.end()
    run = _LETTERS.search(text, start, end)
    if text.startswith("S4", start) and words.phrase(text[start:end]) is not None:
        return True, end  # «PO S4ETU 4512»: the digit stands for ч
    if run is not None and run.start() == start:
        if word_end := _word_in_front(text, start, run.end(), end, before, by, words):
            return True, word_end
        run = _LETTERS.search(text, run.end(), end)
    while run is not None:
        begun, past = run.span()
        if _glued_behind(run[0], text[begun - 1], text[past : past + 1], words):
            while text[begun - 1] in "-/\\._":
                begun -= 1
            return False, begun
        run = _LETTERS.search(text, past, end)
    return False, end


def _word_in_front(text: str, start: int, letters_end: int, end: int, before: Pieces, by: int, words: Lexicon) -> int:
    """Where the word ends that is glued to the number behind it; 0 where the letters are the number's own."""
    begun = before.kinds[-1] if before.kinds and before.ends[-1] + by == start else ""
    if letters_end < end and (
        _joins(text, start, letters_end)
        or _glued_before(text[start:letters_end], text[letters_end], words)
        or (begun in ("/", ".") and _ends_phrase(text[start:letters_end], before, words))
    ):
        return letters_end
    if cut := _marking_head(text[start:letters_end], text[letters_end : letters_end + 1], words):
        return start + cut
    if begun not in ("/", ".") or (begun == "." and _says_enough(before)):
        return 0
    last = letters_end if letters_end < end else start
    for cut in range(last - 1, max(start, last - 1 - _LONGEST_PREFIX), -1):  # «L/SN4512», «Л/СSC-4512»
        if _ends_phrase(text[start:cut], before, words):
            return cut
    return 0


@lru_cache(maxsize=4096)
def _marking_head(run: str, following: str, words: Lexicon) -> int:
    """«СЧЕТУSC-4512», «INVOICEINV-2026-7»: how many letters of the run are a word for an invoice or an account, glued to
    the prefix of its number; 0 where none are."""
    if following != "-" and not following.isdigit():
        return 0
    shortest = _SHORTEST_GLUED if run[0].isascii() == run[-1].isascii() else 2  # «СЧINV-2026-7»
    if run.startswith("INV") and not run.startswith(_INV_WORDS):  # «INVSC-4512»: SC-4512 as well as INVSC-4512
        return 3 if 0 < len(run) - 3 <= _LONGEST_PREFIX else 0
    if run == "LSN":  # «ЛС№4512» in Latin letters
        return 2
    if run[3:4] == "N" and len(run) > 3 and (head := words.phrase(run[:3])) is not None and head.mark in _OURS:
        return 3  # «SCHN7301», «SCHNINV-2026-7»: the number sign is glued to both
    one = run[-1] in "N№" or run[-2:].isascii() is not run[-1].isascii()  # «СЧЕТУN7301», «СЧЕТУA-7301»
    for cut in range(len(run) - (1 if one else 2), max(shortest, len(run) - _LONGEST_PREFIX) - 1, -1):
        phrase = words.phrase(run[:cut])
        names = phrase is not None and (phrase.mark in _OURS or (phrase.sign and cut >= _SHORTEST_GLUED))
        if names and run[cut:] not in _WORD_ENDS:
            return cut
    return 0


def _joins(text: str, start: int, end: int) -> bool:
    """«182240 и812394», «SCHETA 182240 I812394»: behind a number, the joining word is glued to the next."""
    if end != start + 1 or text[start] not in "ИI" or not text[end].isdigit() or text[start - 1 : start] != " ":
        return False
    return text[:start].rstrip(" ")[-1:].isdigit()


def _names_code(before: Pieces) -> bool:
    """«KNP859/17915/2», «КНП 859 по сч…»: a code of three digits is whole, whatever is glued to it."""
    slashed = before.kinds[-1:] == ["/"] and len(before.kinds) > 1  # «/KNP/859/11 …»
    known = before.values[-2 if slashed else -1] if before.values else None
    return isinstance(known, Known) and known.phrase is not None and known.phrase.mark is SpanKind.PURPOSE_CODE


def _says_enough(before: Pieces) -> bool:
    """«по сч.УЦ-4512»: the word before the dot names the number already, and what follows is the number's own."""
    known = before.values[-2] if len(before.values) > 1 else None
    return isinstance(known, Known) and known.phrase is not None and known.phrase.mark is not None


def _ends_phrase(letters: str, before: Pieces, words: Lexicon) -> bool:
    """«Л/С104582», «сч.ф4512»: the letters glued to the number end a phrase that began before a slash or a dot."""
    if len(before.kinds) < 2 or before.ends[-2] != before.starts[-1]:
        return False
    begun, known = before.values[-2], words.known(letters)
    if known is None or not isinstance(begun, Known):
        return False
    return any(step.phrase is not None for word in known.words for step in begun.longer.get(word, ()))


@lru_cache(maxsize=4096)
def _glued_before(run: str, following: str, words: Lexicon) -> bool:
    phrase = words.phrase(run)
    if phrase is None:
        return False
    if phrase.sign or phrase.mark is not None:
        return len(run) > 1 or run in "N№"
    if following == "-":
        return phrase.reset and len(run) > _FEW_LETTERS  # «төлем - 4512 шот бойынша»: no number's prefix
    return len(run) > 1 and following.isdigit() and "role.bank" not in phrase.roles


def _opens_field(run: str, before: str, phrase: Phrase) -> bool:
    """«4512/КБе17/КНП859», «4512БИН180440021537»: the bank's field begins, with its code glued to it."""
    return phrase.mark in _FIELDS and len(run) >= 3 and (before.isdigit() or before in "/\\")


@lru_cache(maxsize=4096)
def _glued_behind(run: str, before: str, following: str, words: Lexicon) -> bool:
    phrase = words.phrase(run)
    if phrase is None:
        return False
    if phrase.mark is not None:
        two = (before.isdigit() and phrase.mark in _PAPERS) or _opens_field(run, before, phrase)
        if following.isdigit() and not two:
            return False  # «лс239659акт15» is two numbers
        opens_account = before == "/" and phrase.mark is SpanKind.ACCOUNT  # «сч.4512/лс 104582»
        return (len(run) >= 3 or opens_account) and not (before == "-" and following == "-")
    if before == "-" and "role.case_ending" in phrase.roles:
        return True
    if len(run) == 1:
        return run in "ГG" and not following.isalnum()
    if before == "-" and "role.beneficiary_before" in phrase.roles and not run.isascii():
        return True  # «№4512-за облако»
    return before != "-" or phrase.suffix or phrase.month or phrase.date or len(run) > 3
