"""A seeded generator of name pairs that are, and that are not, one name. Written apart from the rules it tests.

The transliteration schemes here are spelled out letter by letter from their own tables, not taken from the code under
test: ICAO 9303 (passports), BGN/PCGN, ISO 9, an everyday English one, the Kazakh Latin alphabet of 2021, the Uzbek
Latin alphabet with its apostrophe in six shapes, and Kazakh or Uzbek typed on a Russian keyboard.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

VOWELS = set("аеёиоуыэюяәөүұіў")

_BASE = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "i",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia",
    "ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ү": "u", "ұ": "u", "һ": "h", "і": "i", "ў": "o", "ҳ": "h",
}  # fmt: skip
ICAO = _BASE
EVERYDAY = _BASE | {"й": "y", "ю": "yu", "я": "ya", "ё": "yo", "щ": "sch"}
BGN = _BASE | {"й": "y", "ю": "yu", "я": "ya", "ь": "'", "ғ": "gh", "қ": "q", "ё": "yo"}
ISO9 = _BASE | {
    "ж": "ž", "й": "j", "х": "h", "ц": "c", "ч": "č", "ш": "š", "щ": "ŝ", "ю": "ju", "я": "ja", "э": "e", "ь": "ʹ",
}  # fmt: skip
KAZAKH_LATIN = _BASE | {
    "ж": "j", "х": "h", "ш": "ş", "ч": "ch", "ю": "iu", "я": "ia", "ә": "ä", "ғ": "ğ", "қ": "q", "ң": "ñ", "ө": "ö",
    "ү": "ü", "ұ": "ū", "у": "u", "ы": "y", "щ": "şch",
}  # fmt: skip
UZBEK_LATIN = _BASE | {
    "ж": "j", "й": "y", "х": "x", "ю": "yu", "я": "ya", "ё": "yo", "ў": "o'", "ғ": "g'", "қ": "q", "ҳ": "h", "ъ": "'",
}  # fmt: skip
RUSSIAN_KEYBOARD = dict(zip("әғқңөүұһіҳ", "агкноуухих", strict=True)) | {"ё": "е"}
APOSTROPHES = ["'", "’", "‘", "ʻ", "ʼ", "`", ""]


def written(text: str, table: dict[str, str], soft_e: bool = False) -> str:
    """Letter by letter; with `soft_e`, е is ye at a word's beginning and after a vowel or a sign (BGN/PCGN)."""
    out, before = [], " "
    for letter in text:
        low = letter.lower()
        plain = table.get(low, low)
        if soft_e and low == "е" and (before in VOWELS or before in "ьъ -"):
            plain = "ye"
        out.append(plain.capitalize() if letter != low else plain)
        before = low
    return "".join(out)


def schemes(language: str) -> dict[str, Callable[[str, random.Random], str]]:
    """How a name of this language may be written by somebody who means the very same name."""
    common: dict[str, Callable[[str, random.Random], str]] = {
        "as it is": lambda text, dice: text,
        "ICAO 9303": lambda text, dice: written(text, ICAO),
        "everyday Latin": lambda text, dice: written(text, EVERYDAY),
        "BGN/PCGN": lambda text, dice: written(text, BGN, soft_e=True),
        "ISO 9": lambda text, dice: written(text, ISO9),
        "Russian keyboard": lambda text, dice: written(text, RUSSIAN_KEYBOARD),
    }
    if language == "kk":
        common["Kazakh Latin"] = lambda text, dice: written(text, KAZAKH_LATIN)
    if language == "uz":
        common["Uzbek Latin"] = lambda text, dice: written(text, UZBEK_LATIN).replace("'", dice.choice(APOSTROPHES))
    return {"as it is": common["as it is"]} if language == "en" else common


MEN = {
    "ru": ("Иванов Петров Сидоров Смирнов Кузнецов Васильев Григорьев Фёдоров Щербаков Юрьев Цуканов Рыжов Королёв "
           "Жданов Хлебников Шишкин Чайкин Яковлев Эйдинов Ёжиков Белый Достоевский Высоцкий Ли Цой"),
    "kk": ("Сәрсенбаев Нұрмағамбетов Жұмабаев Қасымов Әбілқайыров Өтегенов Ғалымов Тілеубердиев Хасенов Ыбыраев "
           "Бөкейханов Шүкенов Ахметов Сүлейменов"),
    "uz": ("Каримов Жўраев Ҳакимов Қодиров Ғафуров Раҳимов Тошматов Эргашев Юсупов Шокиров Холматов Мирзаев Ёқубов "
           "Ўткиров"),
}  # fmt: skip
MEN_FIRST = {
    "ru": "Иван Пётр Сергей Юрий Игорь Павел Илья Алексей Дмитрий Евгений Фёдор Михаил Андрей Яков",
    "kk": "Нұрлан Бауыржан Ерлан Қуаныш Асқар Мұхтар Жанибек Серік Дәулет Еркін Абай Ғабит",
    "uz": "Шерзод Жаҳонгир Ботир Акмал Шоҳруҳ Ўктам Ғайрат Қаҳрамон Зафар Хуршид Анвар",
}
WOMEN_FIRST = {
    "ru": "Анна Мария Юлия Ольга Екатерина Ксения Людмила Яна Евгения Татьяна",
    "kk": "Айгүл Әлия Гүлнар Жанар Сәуле Динара Ақмарал Шолпан",
    "uz": "Нигора Зиёда Гулчеҳра Дилором Шаҳноза Малика Хуршида",
}
FATHERS = {
    "ru": "Иванович Петрович Сергеевич Юрьевич Васильевич Николаевич Дмитриевич Алексеевич Ильич",
    "kk": "Қайратұлы Әлімұлы Серікұлы Бекжанұлы Нұрланұлы Маратұлы",
    "uz": "Каримович Шавкатович Ботирович Акмалович Қодирович Ҳасанович",
}
KENYANS = [
    "Wanjiku", "Kamau", "Otieno", "Achieng", "Mwangi", "Njoroge", "Kipchoge", "Chebet", "Mutua", "Wafula",
    "Odhiambo", "Nyambura",
]  # fmt: skip
KENYAN_FIRST = [
    "Peter", "Mary", "John", "Jane", "Grace", "David", "Samuel", "Esther", "Joseph", "Faith", "Brian", "Ruth",
]  # fmt: skip

WORDS = {
    "ru": ("Ромашка Вектор Север Восток Горизонт Луч Мост Парус Берёза Орион Цемент Жемчуг Хлебозавод Электромонтаж "
           "Юность Щит Якорь Рассвет Стройка Техно Авто Медиа Агро Плюс"),
    "kk": "Алтын Береке Жібек Қазына Өрлеу Шаңырақ Нұр Дәулет Жол Құрылыс Тау Болашақ Әлем Мұнай Астана",
    "uz": "Барака Ишонч Тошкент Самарқанд Чорсу Ўзбек Пахта Нур Юлдуз Файз Бунёд Қурилиш Савдо Ҳамкор",
    "en": "Acme Savanna Rift Valley Simba Baobab Nairobi Kilima Coast Highland Lake Sunrise Umoja Jambo Safari",
}  # fmt: skip
FORMS = {
    "ru": ["ТОО {}", "ТОО «{}»", '{} ТОО', "Товарищество с ограниченной ответственностью \"{}\"", "{} LLP",
           "ООО ''{}''", "{}, ООО", "AO “{}”", "TOO ‘{}’", "Т.О.О. {}", "ЗАО {}"],
    "kk": ["«{}» ЖШС", "ТОО \"\"{}\"\"", "{} ZhShS", "\"{}\" жауапкершілігі шектеулі серіктестігі", "{} LLP", "АО {}",
           "{} АҚ", "JSC {}"],
    "uz": ["\"{}\" МЧЖ", "{} MChJ", "ООО {}", "{} mas’uliyati cheklangan jamiyati", "«{}» масъулияти чекланган жамияти",
           "СП ООО {}", "{} MCHJ QK", "{} LLC"],
    "en": ["{} Ltd", "{} Limited", "{} LTD.", "{} PLC"],
}  # fmt: skip
TRADERS = {
    "ru": ["ИП {}", "{}", "Индивидуальный предприниматель {}", 'ИП "{}"', "{} ИП"],
    "kk": ["ЖК {}", "{}", "{} ЖК", "ИП {}", "Жеке кәсіпкер {}"],
    "uz": ["ЯТТ {}", "YaTT {}", "{}", "{} YTT", "Якка тартибдаги тадбиркор {}"],
    "en": ["{}", "{} t/a Sunrise Shop", "{} trading as Baobab"],
}


@dataclass(frozen=True)
class Pair:
    """`kind` says how the second was made from the first."""

    kind: str
    scheme: str
    payer: str
    holder: str


def _patronymic(father: str, woman: bool) -> str:
    if not woman:
        return father
    if father.endswith("ұлы"):
        return father[:-3] + "қызы"
    if father == "Ильич":
        return "Ильинична"
    return father[:-2] + "на"


def _her_surname(surname: str) -> str:
    if surname.endswith("ий") or surname.endswith("ый"):
        return surname[:-2] + "ая"
    return surname + "а" if surname[-2:] in ("ов", "ев", "ёв", "ин") else surname


@dataclass(frozen=True)
class Person:
    surname: str
    first: str
    father: str

    @property
    def full(self) -> str:
        return f"{self.surname} {self.first} {self.father}".strip()


def person(dice: random.Random, language: str) -> Person:
    if language == "en":
        return Person(dice.choice(KENYANS), dice.choice(KENYAN_FIRST), dice.choice(KENYANS))
    woman = dice.random() < 0.4
    surname = dice.choice(MEN[language].split())
    return Person(
        _her_surname(surname) if woman else surname,
        dice.choice((WOMEN_FIRST if woman else MEN_FIRST)[language].split()),
        _patronymic(dice.choice(FATHERS[language].split()), woman),
    )


def company(dice: random.Random, language: str) -> str:
    name = " ".join(dice.sample(WORDS[language].split(), dice.choice([1, 2, 2, 3])))
    return f"{name} {dice.randint(1, 99)}" if dice.random() < 0.15 else name


def _dressed(dice: random.Random, core: str, language: str, patterns: list[str], shuffle: bool) -> tuple[str, str]:
    """The same name as somebody else writes it: scheme, order, form, case."""
    words = core.split()
    numbers = [word for word in words if word.isdigit()]
    if shuffle and not numbers and dice.random() < 0.3:
        dice.shuffle(words)
    scheme, write = dice.choice(list(schemes(language).items()))
    text = dice.choice(patterns).format(write(" ".join(words), dice))
    case = dice.random()
    return scheme, text.upper() if case < 0.4 else text.lower() if case < 0.5 else text


def same_pairs(seed: int, count: int) -> Iterator[Pair]:
    """Pairs that docs/decision-table.md calls one name: form, order of words, script, quotes, case, punctuation differ."""
    dice = random.Random(seed)
    for _ in range(count):
        language = dice.choice(["ru", "kk", "uz", "en"])
        if dice.random() < 0.5:
            core, patterns, kind = person(dice, language).full, TRADERS[language], "person"
        else:
            core, patterns, kind = company(dice, language), FORMS[language], "company"
        scheme, payer = _dressed(dice, core, language, patterns[:3] if language == "en" else patterns, shuffle=True)
        holder = dice.choice(patterns).format(core)
        if " t/a " in payer.lower() + holder.lower() or "trading as" in payer.lower() + holder.lower():
            payer, holder = core.upper(), core
        yield Pair(f"{kind}, {language}", scheme, payer, holder)


def _other_person(dice: random.Random, one: Person, language: str) -> tuple[str, str]:
    """Somebody else, most like this one: kind and name."""
    for _ in range(100):
        other = person(dice, language)
        kind, name = dice.choice([
            ("another first name", Person(one.surname, other.first, one.father)),
            ("another patronymic", Person(one.surname, one.first, other.father)),
            ("another surname", Person(other.surname, one.first, one.father)),
            ("another person", other),
        ])  # fmt: skip
        if sorted(name.full.split()) != sorted(one.full.split()):
            return kind, name.full
    raise AssertionError("the lists are too short")


def _less(dice: random.Random, one: Person) -> tuple[str, str]:
    """Less than the whole name: it may be another's."""
    starred = one.first[0] + "***"
    return dice.choice([
        ("patronymic left out", f"{one.surname} {one.first}"),
        ("initials", f"{one.surname} {one.first[0]}.{one.father[:1]}."),
        ("one initial", f"{one.surname} {one.first[0]}."),
        ("masked", f"{one.surname} {starred}"),
        ("masked", f"{one.first} {one.father} {one.surname[0]}."),
    ])  # fmt: skip


def _other_company(dice: random.Random, core: str, language: str) -> tuple[str, str]:
    words = core.split()
    for _ in range(100):
        other = company(dice, language).split()
        kind, name = dice.choice([
            ("another company", other),
            ("a shared word", [words[0], *other]),
            ("one word more", [*words, other[0]]),
            ("one word less", words[:-1]) if words[1:] else ("another company", other),
            ("another number", [*[word for word in words if not word.isdigit()], str(dice.randint(100, 199))]),
        ])  # fmt: skip
        if sorted(name) != sorted(words) and len(set(name)) == len(name):
            return kind, " ".join(name)
    raise AssertionError("the lists are too short")


def _misspelled(dice: random.Random, core: str) -> str:
    """One letter replaced by another that no scheme writes for it."""
    places = [place for place, letter in enumerate(core) if letter.lower() in "бдлмнпртbdlmnprt"]
    if not places:
        return core + dice.choice("бдлм")
    place = dice.choice(places)
    other = dice.choice([letter for letter in "бдлмнпрт" if letter != core[place].lower()])
    if core.isascii():
        other = dice.choice([letter for letter in "bdlmnprt" if letter != core[place].lower()])
    return core[:place] + (other.upper() if core[place].isupper() else other) + core[place + 1 :]


def different_pairs(seed: int, count: int) -> Iterator[Pair]:
    """Pairs that must never be SAME: another's name, or one of which too little is known."""
    dice = random.Random(seed)
    for _ in range(count):
        language = dice.choice(["ru", "kk", "uz", "en"])
        if dice.random() < 0.5:
            one = person(dice, language)
            core, patterns = one.full, TRADERS[language][:1] if language == "en" else TRADERS[language]
            kind, other = dice.choice([_other_person(dice, one, language), _less(dice, one)])
        else:
            core, patterns = company(dice, language), FORMS[language]
            kind, other = _other_company(dice, core, language)
        if dice.random() < 0.15:
            kind, other = "one letter wrong", _misspelled(dice, core)
        scheme, payer = _dressed(dice, other, language, patterns, shuffle=kind not in ("masked", "one initial"))
        yield Pair(kind, scheme, payer, dice.choice(patterns).format(core))
