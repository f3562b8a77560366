"""Who holds accounts and who pays: people and companies of three countries, their names in several spellings.

Written apart from `reconcile.names` and from the demo world, so that neither can lean on the other. Each party knows how
it is written in the books, how a bank writes it, how it is spelt in the other script, and how a payer inflects it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random
from typing import Final

from reconcile.books import HolderType
from reconcile.world import identifiers
from tests.accuracy.translit import to_latin

LEGAL, SOLE, PERSON = HolderType.LEGAL_ENTITY, HolderType.SOLE_PROPRIETOR, HolderType.INDIVIDUAL

# --- people ----------------------------------------------------------------------------------------------------------

_RU_SURNAMES: Final = [
    "Абрамов",
    "Белоусов",
    "Веселов",
    "Гаврилов",
    "Дорофеев",
    "Ермаков",
    "Жданов",
    "Зуев",
    "Игнатов",
    "Кудрявцев",
    "Лаптев",
    "Мартынов",
    "Никифоров",
    "Осипов",
    "Панфилов",
    "Рогов",
    "Савельев",
    "Тихонов",
    "Уваров",
    "Филатов",
    "Харитонов",
    "Цветков",
    "Чернов",
    "Шестаков",
    "Щукин",
    "Юдин",
    "Якушев",
    "Калинин",
    "Пушкин",
    "Гусев",
    "Беляев",
    "Копылов",
    "Суханов",
    "Терентьев",
    "Фокин",
    "Ширяев",
]
_KZ_SURNAMES: Final = [
    "Абенов",
    "Байжанов",
    "Досмухамедов",
    "Ержанов",
    "Жаксыбеков",
    "Искаков",
    "Кенжебаев",
    "Мусин",
    "Нурпеисов",
    "Омаров",
    "Рахимжанов",
    "Сагинтаев",
    "Тлеубердин",
    "Утегенов",
    "Шаяхметов",
    "Ыскаков",
    "Есимов",
    "Кусаинов",
    "Сатпаев",
    "Турсунов",
    "Аманжолов",
    "Балгимбаев",
    "Дюсенов",
    "Карабаев",
]
_UZ_SURNAMES: Final = [
    "Абдуллаев",
    "Бобожонов",
    "Газиев",
    "Джураев",
    "Исмаилов",
    "Кодиров",
    "Мирзаев",
    "Назаров",
    "Очилов",
    "Рахматов",
    "Собиров",
    "Тошматов",
    "Усмонов",
    "Хамидов",
    "Шарипов",
    "Юлдашев",
    "Эргашев",
    "Зокиров",
    "Маматов",
    "Норматов",
    "Холматов",
    "Турдиев",
]
_RU_MALE: Final = {
    "Артём": "Артём", "Борис": "Борис", "Виктор": "Виктор", "Геннадий": "Геннади", "Денис": "Денис", "Егор": "Егор",
    "Захар": "Захар", "Кирилл": "Кирилл", "Леонид": "Леонид", "Максим": "Максим", "Павел": "Павл", "Роман": "Роман",
    "Тимофей": "Тимофе", "Фёдор": "Фёдор", "Юрий": "Юри",
}  # fmt: skip
_RU_FEMALE: Final = ("Алла", "Вера", "Галина", "Дарья", "Жанна", "Инна", "Ксения", "Лариса", "Нина", "Полина", "Раиса")
_RU_FATHERS: Final = ("Андре", "Борисов", "Викторов", "Денисов", "Егоров", "Максимов", "Павлов", "Романов", "Юрьев")
_KZ_MALE: Final = ("Аскар", "Бауыржан", "Дархан", "Ермек", "Жандос", "Куаныш", "Мадияр", "Олжас", "Рустем", "Талгат")
_KZ_FEMALE: Final = ("Айнур", "Ботагоз", "Гульнара", "Динара", "Жанар", "Карлыгаш", "Мадина", "Сауле", "Шолпан")
_UZ_MALE: Final = ("Акмал", "Бахтиёр", "Дилшод", "Жасур", "Искандар", "Мурод", "Отабек", "Рустам", "Темур", "Улугбек")
_UZ_FEMALE: Final = ("Азиза", "Гулнора", "Дилноза", "Зулфия", "Малика", "Нигора", "Севара", "Феруза", "Шахноза")
_KE_FIRST: Final = [
    "Amos",
    "Beatrice",
    "Caleb",
    "Dorcas",
    "Elijah",
    "Faith",
    "Gideon",
    "Hellen",
    "Isaac",
    "Judith",
    "Kelvin",
    "Lydia",
    "Moses",
    "Naomi",
    "Obadiah",
    "Purity",
    "Reuben",
    "Salome",
    "Titus",
    "Violet",
    "Wycliffe",
    "Zipporah",
]
_KE_MIDDLE: Final = [
    "Achieng",
    "Barasa",
    "Chebet",
    "Githinji",
    "Jepkosgei",
    "Kariuki",
    "Mumbua",
    "Makena",
    "Njoroge",
    "Okoth",
    "Rotich",
    "Simiyu",
    "Wairimu",
    "Wafula",
    "Adhiambo",
    "Cheruiyot",
    "Muthoni",
    "Nekesa",
]
_KE_LAST: Final = [
    "Omondi",
    "Kiptoo",
    "Mutua",
    "Nyambura",
    "Odhiambo",
    "Wekesa",
    "Kimani",
    "Langat",
    "Maina",
    "Nyaga",
    "Onyango",
    "Ruto",
    "Tanui",
    "Wambui",
    "Kilonzo",
    "Musyoka",
    "Ndung'u",
    "Gichuru",
    "Ochieng",
    "Mwangi",
    "Kibet",
    "Juma",
    "Mbugua",
]

# --- companies -------------------------------------------------------------------------------------------------------

_WORDS: Final = {
    "KZ": [
        "Акжол",
        "Барыс",
        "Ветеран",
        "Горизонт",
        "Дастархан",
        "Еркежан",
        "Жетысу",
        "Зерделі",
        "Интеграл",
        "Керуен",
        "Лидер",
        "Мерей",
        "Нурлан",
        "Орбита",
        "Парус",
        "Рассвет",
        "Самрук",
        "Тулпар",
        "Уркер",
        "Фаворит",
        "Шанырак",
        "Эдельвейс",
        "Янтарь",
        "Байтерек",
        "Алмалы",
        "Кокжиек",
        "Сункар",
        "Медеу",
        "Каскад",
        "Вектор",
    ],
    "UZ": [
        "Buloq",
        "Chinor",
        "Diyor",
        "Elnur",
        "Farovon",
        "Gulshan",
        "Hamroh",
        "Istiqlol",
        "Jahon",
        "Karvon",
        "Lochin",
        "Marvarid",
        "Navbahor",
        "Oltin",
        "Parvoz",
        "Qanot",
        "Ravnaq",
        "Sarbon",
        "Turon",
        "Umid",
        "Yulduz",
        "Zamin",
        "Shirin",
        "Bahor",
        "Sohil",
        "Kamolot",
        "Humo",
        "Sayqal",
        "Mezon",
    ],
    "KE": [
        "Acacia",
        "Baraka",
        "Chui",
        "Duma",
        "Elgon",
        "Faraja",
        "Gathaiga",
        "Harambee",
        "Imara",
        "Jasiri",
        "Kifaru",
        "Lamu",
        "Mwamba",
        "Nyota",
        "Osprey",
        "Pendo",
        "Rafiki",
        "Simba",
        "Tumaini",
        "Umoja",
        "Vumilia",
        "Wingu",
        "Zawadi",
        "Mapema",
        "Upendo",
        "Savanna",
        "Longonot",
        "Ngong",
        "Karura",
    ],
}
_TRADES: Final = {
    "KZ": [
        "Строй",
        "Логистик",
        "Агро",
        "Медиа",
        "Трейд",
        "Фарм",
        "Энерго",
        "Маркет",
        "Консалт",
        "Снаб",
        "Транс",
        "Проект",
        "Софт",
        "Дизайн",
        "Пласт",
        "Торг",
    ],
    "UZ": [
        "Savdo",
        "Qurilish",
        "Invest",
        "Trans",
        "Tekstil",
        "Agro",
        "Servis",
        "Media",
        "Plast",
        "Farm",
        "Biznes",
        "Texno",
        "Mebel",
        "Eksport",
    ],
    "KE": [
        "Traders",
        "Logistics",
        "Millers",
        "Hardware",
        "Farmers",
        "Motors",
        "Studios",
        "Pharma",
        "Builders",
        "Foods",
        "Designs",
        "Systems",
    ],
}


_WORD: Final = re.compile(r"[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Party:
    """A person or company. `books` is the name that finance entered; `core` its words without any form."""

    country: str
    type: HolderType
    books: str
    core: str
    form: str
    tax_id: str
    account: str
    written: tuple[str, ...] = ()
    """Other ways a bank or a payer writes the same name."""
    genitive: str = ""
    """After «за», where the language inflects."""
    latin: str = ""
    """As an English or transliterated purpose has it."""
    female: bool = False
    marks: tuple[str, ...] = field(default_factory=tuple)
    """Ways that state the kind: with the legal form or the sole trader's mark in sight."""


class Register:
    """Hands out parties, none of which shares a name with another by accident."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._taken: set[str] = set()
        self._serial = 0

    def _fresh(self, core: str) -> bool:
        key = " ".join(sorted(_WORD.findall(to_latin(core, "plain").upper())))
        if key in self._taken:
            return False
        self._taken.add(key)
        return True

    def company(self, country: str) -> Party:
        """A name of other words than any before, in whatever order and with whatever between them: the rule sets all that
        aside, and a name that two bear would prove nothing. Where the words of two run out, a third is put in front."""
        core, tries = self._company_core(country), 0
        while not self._fresh(core):
            core, tries = self._company_core(country), tries + 1
            if tries > 5:
                core = f"{self.rng.choice([word for word in _WORDS[country] if word not in core])} {core}"
        return self._company(country, core)

    def _company_core(self, country: str) -> str:
        rng = self.rng
        first, second = rng.sample(_WORDS[country], 2)
        shape = rng.random()
        if country == "KE":
            tail = rng.choice(_TRADES["KE"])
            return f"{first} {second} {tail}" if shape < 0.7 else f"{first} {second} {tail} {rng.randint(2, 99)}"
        trade = rng.choice(_TRADES[country])
        if shape < 0.35:
            return f"{first} {second} {trade}"
        if shape < 0.6:
            return f"{first}-{second} {trade}"
        if shape < 0.75:
            return f"{first}{trade} {second}"
        return f"{first} {trade} {second}"

    def _company(self, country: str, core: str) -> Party:
        rng = self.rng
        tax_id = identifiers.tax_id(rng, country, person=False)
        account = identifiers.bank_account(rng, country)
        if country == "KZ":
            return self._kz_company(core, tax_id, account)
        if country == "UZ":
            return self._uz_company(core, tax_id, account)
        form = rng.choice(("Limited", "Ltd", "Limited", "PLC", "LLP", "Company Limited", "Co. Ltd"))
        name = f"{core} {form}"
        forms = {"Limited": ("Ltd", "LTD.", "Limited"), "Ltd": ("Limited", "LTD", "Ltd.")}.get(
            form, (form, form.upper())
        )
        written = (name, name.upper(), *(f"{core.upper()} {other.upper()}" for other in forms))
        return Party("KE", LEGAL, name, core, form, tax_id, account, written, name, name, marks=written)

    def _kz_company(self, core: str, tax_id: str, account: str) -> Party:
        rng = self.rng
        form = rng.choice(("ТОО", "ТОО", "ТОО", "АО", "ЖШС"))
        name = f"«{core}» {form}" if form == "ЖШС" else rng.choice((f'{form} "{core}"', f"{form} «{core}»"))
        long = {"ТОО": "Товарищество с ограниченной ответственностью", "АО": "Акционерное общество"}.get(form, "ТОО")
        written = (
            name, f"{form} {core}", f'{form} "{core.upper()}"', f"{form} ''{core}''", f'"{core}" {form}',
            f"{form} “{core}”", f'{long} "{core}"', f"{form.upper()}  {core.upper()}",
        )  # fmt: skip
        english = {"ТОО": "LLP", "ЖШС": "LLP", "АО": "JSC"}[form]
        latin = f"{to_latin(core, 'passport')} {english}"
        return Party("KZ", LEGAL, name, core, form, tax_id, account, written, f'{form} "{core}"', latin, marks=written)

    def _uz_company(self, core: str, tax_id: str, account: str) -> Party:
        rng = self.rng
        form = rng.choice(("MChJ", "MChJ", "OOO", "XK", "AJ"))
        name = f'"{core}" {form}' if form != "OOO" else f'ООО "{core}"'
        ru = {"MChJ": "ООО", "OOO": "ООО", "XK": "ЧП", "AJ": "АО"}[form]
        cyrl = {"MChJ": "МЧЖ", "OOO": "МЧЖ", "XK": "ХК", "AJ": "АЖ"}[form]
        written = (name, f'{ru} "{core}"', f'"{core.upper()}" {cyrl}', f"{ru} {core.upper()}", f"«{core}» {cyrl}")
        latin = f"{core} {'LLC' if form != 'AJ' else 'JSC'}"
        return Party("UZ", LEGAL, name, core, form, tax_id, account, written, f'{ru} "{core}"', latin, marks=written)

    # --- natural persons ---------------------------------------------------------------------------------------------

    def person(self, country: str, *, sole: bool = False) -> Party:
        while True:
            made = {"KZ": self._kz_person, "UZ": self._uz_person, "KE": self._ke_person}[country](sole)
            if self._fresh(made.core):
                return made

    def _kz_person(self, sole: bool) -> Party:
        rng = self.rng
        female = rng.random() < 0.45
        if rng.random() < 0.5:
            return self._slavic("KZ", rng.choice(_RU_SURNAMES), *self._ru_first(female), female, sole)
        surname = rng.choice(_KZ_SURNAMES)
        first = rng.choice(_KZ_FEMALE if female else _KZ_MALE)
        father = rng.choice(_KZ_MALE)
        if rng.random() < 0.35:  # a Kazakh patronymic: not inflected
            patronymic, gen_father = father + ("қызы" if female else "ұлы"), father + ("қызы" if female else "ұлы")
        else:
            patronymic = father + ("овна" if female else "ович")
            gen_father = father + ("овны" if female else "овича")
        gen_first = first if female and first[-1] not in "аяе" else first[:-1] + "ы" if female else first + "а"
        if female and first.endswith("е"):
            gen_first = first
        return self._slavic("KZ", surname, first, gen_first, patronymic, gen_father, female, sole)

    def _ru_first(self, female: bool) -> tuple[str, str, str, str]:
        rng = self.rng
        stem = rng.choice(_RU_FATHERS)
        if female:
            first = rng.choice(_RU_FEMALE)
            genitive = first[:-1] + ("и" if first[-1] == "я" or first[-2] in "гкхжчшщ" else "ы")
            father = "Андреевна" if stem == "Андре" else stem + "на"
            return first, genitive, father, father[:-1] + "ы"
        first = rng.choice(list(_RU_MALE))
        stem_first = _RU_MALE[first]
        genitive = stem_first + ("я" if first[-1] == "й" else "а")
        father = "Андреевич" if stem == "Андре" else stem + "ич"
        return first, genitive, father, father + "а"

    def _slavic(
        self,
        country: str,
        surname: str,
        first: str,
        gen_first: str,
        father: str,
        gen_father: str,
        female: bool,
        sole: bool,
    ) -> Party:
        rng = self.rng
        last = surname + ("а" if female else "")
        gen_last = surname + ("ой" if female else "а")
        full = f"{last} {first} {father}"
        genitive = f"{gen_last} {gen_first} {gen_father}"
        initials = f"{last} {first[0]}.{father[0]}."
        mark = rng.choice(("ИП", "ИП", "ЖК")) if sole else ""
        books = f"{mark} {full}" if sole else full
        plain = (full, full.upper(), full.replace("ё", "е"), f"{first} {father} {last}", f"{last}  {first} {father}")
        long = f"Индивидуальный предприниматель {full}"
        marked = (books, books.upper(), f'{mark} "{full}"', f"{full} {mark}", long) if sole else ()
        return Party(
            country,
            SOLE if sole else PERSON,
            books,
            f"{last} {first} {father}",
            mark,
            identifiers.tax_id(rng, country, person=True, female=female),
            identifiers.bank_account(rng, country, person=True),
            marked or plain,
            f"{mark} {genitive}" if sole else genitive,
            f"{'IE ' if sole else ''}{to_latin(full, 'passport')}",
            female,
            marked or (initials,),
        )

    def _uz_person(self, sole: bool) -> Party:
        rng = self.rng
        female = rng.random() < 0.4
        surname, first = rng.choice(_UZ_SURNAMES), rng.choice(_UZ_FEMALE if female else _UZ_MALE)
        father = rng.choice(_UZ_MALE)
        last = surname + ("а" if female else "")
        cyrl = f"{last} {first} {father} {'кизи' if female else 'угли'}"
        latin = to_latin(f"{last} {first} {father}", "uzbek") + (" qizi" if female else " o'g'li")
        mark = "YaTT" if sole else ""
        books = f"{mark} {latin}" if sole else latin
        plain = (latin, latin.upper(), cyrl.upper(), latin.replace("'", "‘"), latin.replace("'", "`"))
        marked = (books, books.upper(), f"ЯТТ {cyrl}", f"YTT {latin.upper()}") if sole else ()
        gen = f"{'ЯТТ ' if sole else ''}{cyrl}"
        return Party(
            "UZ", SOLE if sole else PERSON, books, f"{last} {first} {father}", mark,
            identifiers.tax_id(rng, "UZ", person=True, female=female),
            identifiers.bank_account(rng, "UZ", person=True), marked or plain, gen, books, female, marked,
        )  # fmt: skip

    def _ke_person(self, sole: bool) -> Party:
        rng = self.rng
        first, middle, last = rng.choice(_KE_FIRST), rng.choice(_KE_MIDDLE), rng.choice(_KE_LAST)
        full = f"{first} {middle} {last}"
        business = f"{rng.choice(_WORDS['KE'])} {rng.choice(('Cyber', 'Salon', 'Agrovet', 'Electricals', 'Bookshop'))}"
        books = f"{full} t/a {business}" if sole else full
        plain = (full, full.upper(), f"{last} {first} {middle}", f"{first.upper()} {middle.upper()} {last.upper()}")
        marked = (books, books.upper(), f"{full} T/A {business}", f"{full} trading as {business}") if sole else ()
        return Party(
            "KE", SOLE if sole else PERSON, books, full, "t/a" if sole else "",
            identifiers.ke_pin(rng, person=True), identifiers.ke_account(rng), marked or plain, books, books,
            False, marked,
        )  # fmt: skip

    def any(self, country: str, kind: HolderType) -> Party:
        if kind is LEGAL:
            return self.company(country)
        return self.person(country, sole=kind is SOLE)
