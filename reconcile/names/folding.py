"""A name taken apart once: its words without legal forms, its index key, what is masked or abbreviated in it."""

from __future__ import annotations

import re
from typing import Final

from reconcile.names.forms import INDEX, begun_form, is_company, is_sole_trader, strip_forms
from reconcile.names.kinds import LegalForm
from reconcile.names.skeleton import skeleton, skeleton_words

KEY_VERSION: Final = "3"
"""Of the rules behind `name_key`; a stored key of another version has to be made again."""

_TRADING_AS: Final = re.compile(
    r"(?<!\w)(?:t\s?[/\\]\s?a(?:s)?|d\s?[/\\]\s?b\s?[/\\]\s?a|trading\s+as)(?!\w)\.?", re.IGNORECASE
)
_MAY_TRADE_AS: Final = ("/", "\\", "rading", "RADING")
_STARS: Final = ("*", "•", "●", "■", "█")
# A letter that stands for a word: «Яна Петровна О.», «Иванов И.», "Ivanov Sh.".
_SINGLE: Final = re.compile(r"(?<!\w)(?:[^\W\d_]|(?:shch|sh|ch|zh|kh|ya|yu|ye|ts)(?=\.))(?!\w)", re.IGNORECASE)
_DOTTED: Final = re.compile(r"(?<!\w)(\w)\.\s?(\w)\.\s?(\w)\.?(?!\w)")
_DOTTED_TRADER: Final = re.compile(r"^\W*(?:и\.\s?п|(ж\.\s?к))\.(?=\s*\S+\s+\S+)", re.IGNORECASE)
_SLASHED: Final = re.compile(r"(?<!\w)(\w)/(\w)(?!\w)")
_ID: Final = re.compile(
    r"(?:\b(?:БИН|ИИН|ИНН|РНН|СТИР|ПИНФЛ|ЖШШИР|ЖСН|БСН|BIN|IIN|INN|STIR|PINFL|JSHSHIR|KRA PIN|PIN)[\s:№/.-]*)?"
    r"\b(?:[0-9]{9,}|[AP][0-9]{9}[A-Z])\b",
    re.IGNORECASE,
)
_CUT_MARK: Final = re.compile(r"(?<=\w)\s+(?:t/|YT|ЯТ)\s*\Z", re.IGNORECASE)
"""The beginning of «t/a» and «YTT» at which a format has cut a name; «Trading A…» may be the name's own words."""
_KAZAKH_FORMS: Final = frozenset({"АҚ", "ӨК", "ММ", "ҚБ"})
_BEFORE_QUOTES: Final = re.compile(r"(\w\w)\s*([\"«“„].+[\"»”“])\s*")
_CLOSING: Final = '"»”“'
_LONG_NUMBER: Final = re.compile(r"[0-9]{9}")
COMPANY: Final = skeleton("co")
_ONE_WORD: Final = {skeleton("company"): COMPANY, skeleton("угли"): skeleton("ўғли")}
_PLUS: Final = re.compile(r"\+(?!\s*[0-9])")  # «Береке+», and no phone's
_NUMBER_WORDS: Final = frozenset(skeleton("n no").split())
_SMALL_WORDS: Final = _NUMBER_WORDS | {"and", *_ONE_WORD}


class Folded:
    """A name, folded. `words` are skeleton words as typed, forms set aside; `key` is `name_key` even where it is
    masked; `prefix` keeps the order and every form but the leading one; `trade` is the key of what follows t/a,
    `trade_prefix` the same in the order typed, for a name that a format has cut; `plus`: a plus sign stands in it."""

    __slots__ = ("forms", "key", "plus", "prefix", "shortened", "starred", "trade", "trade_prefix", "words")

    def __init__(
        self,
        words: tuple[str, ...],
        key: str,
        prefix: str,
        forms: tuple[LegalForm, ...],
        starred: bool,
        shortened: bool,
        trade: str = "",
        trade_prefix: str = "",
        plus: bool = False,
    ) -> None:
        self.words = words
        self.key = key
        self.prefix = prefix
        self.forms = forms
        self.starred = starred
        self.shortened = shortened
        self.trade = trade
        self.trade_prefix = trade_prefix
        self.plus = plus

    @property
    def masked(self) -> bool:
        return self.starred or self.shortened

    @property
    def company(self) -> bool:
        return is_company(self.forms)

    @property
    def sole_trader(self) -> bool:
        return is_sole_trader(self.forms) or bool(self.trade)

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple([word for word in self.words if word.isdigit()])

    def reworded(self, words: tuple[str, ...]) -> Folded:
        """The same name with these words for its own."""
        return Folded(
            words, key_of(words), self.prefix, self.forms, self.starred, self.shortened, self.trade, self.trade_prefix,
            self.plus,
        )  # fmt: skip


def key_of(words: tuple[str, ...]) -> str:
    """Words in alphabetical order, then numbers as typed: their order means something («2-я школа 12»)."""
    ordered = sorted(words)
    if ordered and ordered[0][0] <= "9":
        letters = [word for word in ordered if not word.isdigit()]
        return " ".join([*letters, *(word for word in words if word.isdigit())])
    return " ".join(ordered)


def _joined_form(found: re.Match[str]) -> str:
    """«Т.О.О.» as ТОО; three initials stay."""
    joined = "".join(found.groups())
    return joined + " " if skeleton(joined) in INDEX.words else found[0]


def _joined_mark(found: re.Match[str]) -> str:
    return "жк " if found[1] else "ип "


def _spelled_plainly(name: str) -> str:
    """Dotted and slashed forms in one piece, ids cut out: «Т.О.О.», «И.П. Иванов Иван», F/X, «БИН 1234…». A Kazakh form
    that stands in front as the Russian one does («АҚ "Алма"»), before quotes alone: «ақ» is white."""
    if name[:2] in _KAZAKH_FORMS and (quoted := _BEFORE_QUOTES.fullmatch(name)) is not None:
        name = f"{quoted[2]} {quoted[1]}"
    if "." in name:
        name = _DOTTED_TRADER.sub(_joined_mark, _DOTTED.sub(_joined_form, name))
    if "/" in name:
        name = _SLASHED.sub(r"\1\2", name)
    return _ID.sub(" ", name) if _LONG_NUMBER.search(name) else name


def words_of(text: str) -> tuple[str, ...]:
    """Skeleton words of a text, with "and", the ampersand and number signs before a number dropped; Company is Co."""
    words = skeleton_words(_spelled_plainly(text))
    if _SMALL_WORDS.isdisjoint(words):
        return tuple(words)
    following = [*words[1:], ""]
    kept = [word for word, after in zip(words, following, strict=True) if word != "and" and not _signs(word, after)]
    return tuple(_ONE_WORD.get(word, word) for word in kept)


def _signs(word: str, after: str) -> bool:
    return word in _NUMBER_WORDS and after.isdigit()


def _is_shortened(name: str, words: tuple[str, ...]) -> bool:
    """One letter in the whole name, and it is the first or the last of its words, forms aside."""
    if len(words) < 2 or min(len(words[0]), len(words[-1])) > 2:  # a letter is two symbols at most: few get further
        return False
    singles = _SINGLE.findall(name)
    return len(singles) == 1 and skeleton(singles[0]) in (words[0], words[-1])


FOLDED: Final[dict[str, Folded]] = {}
"""The same payers come again, and one decision asks several times."""
_MOST_FOLDED: Final = 32_768


def fold(name: str) -> Folded:
    """A name taken apart."""
    known = FOLDED.get(name)
    if known is not None:
        return known
    if len(FOLDED) >= _MOST_FOLDED:
        FOLDED.clear()
    made = FOLDED[name] = _taken_apart(name)
    return made


def _taken_apart(name: str) -> Folded:
    parts = _TRADING_AS.split(name, maxsplit=1) if any(sign in name for sign in _MAY_TRADE_AS) else [name]
    words = words_of(parts[0])
    stripped = strip_forms(words)
    traded = words_of(parts[1]) if len(parts) > 1 else ()
    return Folded(
        stripped.words,
        key_of(stripped.words),
        " ".join(stripped.unled),
        stripped.forms,
        any(star in name for star in _STARS),
        _is_shortened(parts[0], stripped.words) and not is_company(stripped.forms),
        key_of(strip_forms(traded).words) if traded else "",
        " ".join(traded),
        "+" in name and _PLUS.search(name) is not None,
    )


def is_masked(name: str, *, cut: bool = False) -> bool:
    """Part of the name is hidden: stars in it, or one letter stands for its last or first word («Яна Петровна О.»).

    A company's last letter («ТОО Сервис К») is a word, and so is the one at which a format has `cut` the name («BARAKA
    FOODS COMPANY L»). Two initials after a surname are no mask but an abbreviation.

    >>> is_masked("ИВАНОВ И***"), is_masked("Яна Петровна О."), is_masked("Сериков А.Б.")
    (True, True, False)
    """
    folded = fold(name)
    return folded.starred or (folded.shortened and not cut)


def _whole_mark(found: re.Match[str]) -> str:
    """A sole trader is none the less one for want of the mark's last letter."""
    return "" if found[0].strip().endswith("/") else " YTT"


def with_form_ended(name: str) -> str:
    """A name that a format has cut within the form that ends it, with that form whole: the name itself is whole then,
    and another form still makes another company.

    So is one that is cut at «t/a» or at the mark of a sole trader behind it.

    >>> with_form_ended('"Омад Принт 3" масъулияти чеклан'), with_form_ended("Омад Принт")
    ('"Омад Принт 3" ООО', 'Омад Принт')
    """
    name = _CUT_MARK.sub(_whole_mark, name)
    parts = name.split()
    for at in range(1, len(parts)):
        words = tuple(skeleton_words(" ".join(parts[at:])))
        form = begun_form(words, parts[at - 1][-1] in _CLOSING) if words else None
        if form is not None:
            return " ".join([*parts[:at], form.spellings[0]])
    return name


def name_key(name: str) -> str:
    """The key under which a name is found in an index, version 3 (`KEY_VERSION`): equal keys mean the same name.

    Legal forms set aside, one skeleton for all scripts and schemes (`skeleton`), words sorted, numbers last and in
    their order. Empty for a masked name and where nothing but forms is left: an empty key finds nobody. Two names with
    one key are still DOUBTFUL where one is a company's and the other a sole trader's (`compare` tells).

    >>> name_key('ТОО "Алма Сервис"') == name_key("SERVIS ALMA LLP"), name_key("Иванов И.")
    (True, '')
    """
    folded = fold(name)
    return "" if folded.masked else folded.key


def name_prefix(name: str) -> str:
    """The skeleton with its words in the order typed and only the leading legal forms removed, for a range query for a
    name that a format has cut.

    >>> name_prefix("ТОО «Алматы Жол Құрылыс»")
    'almatY Jol kurYlYs'
    """
    return fold(name).prefix
