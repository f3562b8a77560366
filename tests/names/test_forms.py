"""Every legal form is needed: taking any one spelling out of the index turns a case of this table red."""

from __future__ import annotations

import pytest

from reconcile.names import kz
from reconcile.names.forms import FORMS, FormIndex, build_index, is_company, is_cut_form, is_sole_trader, strip_forms
from reconcile.names.kinds import FormKind, Place
from reconcile.names.skeleton import skeleton

# Written by hand, apart from the countries' modules: a form as it stands in a name X, and what it makes of its bearer.
COMPANIES = """
ТОО X|X ЖШС|X LLP|Товарищество с ограниченной ответственностью X|Товарищества с ограниченной ответственностью X
Товариществу с ограниченной ответственностью X|Товариществом с ограниченной ответственностью X
Товарищество с огр. отв. X|Тов-во с огр. отв. X|X жауапкершілігі шектеулі серіктестігі
X жауапкершілігі шектеулі серіктестік|X Limited Liability Partnership|ТДО X
Товарищество с дополнительной ответственностью X
Акционерное общество X|Акционерного общества X|X акционерлік қоғамы|X акционерлік қоғам|X JSC|X Joint Stock Company
АО X|X АО|X АҚ|НАО X|X КЕАҚ|Некоммерческое акционерное общество X|X коммерциялық емес акционерлік қоғамы
X коммерциялық емес акционерлік қоғам|ЗАО X|ОАО X|ПАО X|Закрытое акционерное общество X|Открытое акционерное общество X
Производственный кооператив X|X өндірістік кооперативі|X өндірістік кооператив|ПК X|X ӨК|СПК X
Сельскохозяйственный производственный кооператив X|РГП на ПХВ X|РГП X|X РМК|X ШЖҚ РМК
Республиканское государственное предприятие X|X республикалық мемлекеттік кәсіпорны|КГП на ПХВ X|КГП X|X КМК|X ШЖҚ КМК
Коммунальное государственное предприятие X|ГКП на ПХВ X|ГКП X|ГККП X|РГКП X|КГКП X
Государственное коммунальное предприятие X|РГУ X|X РММ|Республиканское государственное учреждение X
X республикалық мемлекеттік мекемесі|КГУ X|X КММ|Коммунальное государственное учреждение X
X коммуналдық мемлекеттік мекемесі|Государственное учреждение X|X мемлекеттік мекемесі|X мемлекеттік мекеме|ГУ X|X ММ
Общественное объединение X|X қоғамдық бірлестігі|X қоғамдық бірлестік|ОО X|X ҚБ|Общественный фонд X|X қоғамдық қоры
X қоғамдық қор|ОФ X|X ҚҚ|Частный фонд X|X жеке қоры|Корпоративный фонд X|X корпоративтік қоры|Частное учреждение X|ЧУ X
X жеке мекемесі|ОСИ X|X МИБ|Объединение собственников имущества X|X мүлік иелерінің бірлестігі|КСК X
Кооператив собственников квартир X|ОЮЛ X|X ЗТБ|Объединение юридических лиц X|X заңды тұлғалар бірлестігі
ООО X|X МЧЖ|X LLC|Общество с ограниченной ответственностью X|Общества с ограниченной ответственностью X
Обществу с ограниченной ответственностью X|Обществом с ограниченной ответственностью X|Общество с огр. отв. X
X масъулияти чекланган жамияти|X mas'uliyati cheklangan jamiyat|X Limited Liability Company|000 X
X акциядорлик жамияти|X aksiyadorlik jamiyati|X очиқ акциядорлик жамияти|ОАЖ X|X АЖ|АЖ X|Совместное предприятие X
X қўшма корхонаси|X қўшма корхона|СП X|X СП|Иностранное предприятие X|X хорижий корхонаси|X хорижий корхона|ХК X
X XK|X xorijiy korxona|Частное предприятие X|X хусусий корхонаси|X хусусий корхона|ЧП X|X ЧП|Семейное предприятие X
X оилавий корхонаси|X оилавий корхона|X ОК|X ДУК|X давлат унитар корхонаси|X давлат унитар корхона|ГУП X
Государственное унитарное предприятие X|X фермер хўжалиги|Фермерское хозяйство X|X ФХ|ФХ X|X деҳқон хўжалиги
Дехканское хозяйство X|ННО X|X ННТ|X нодавлат нотижорат ташкилоти|Негосударственная некоммерческая организация X|АКБ X
АИКБ X|X АТБ|Акционерно-коммерческий банк X|X акциядорлик тижорат банки|X aksiyadorlik tijorat banki|X АТ
X Ltd|X Limited|X PLC|X Public Limited Company|X Inc|X Incorporated|X Corp|X GmbH|X Pvt Ltd|X Private Limited
X QK|QK X|X MChJ QK|QK MChJ X|СП ООО X|ИП ООО X|X MChJ XK
"""
TRADERS = """
ИП X|X ИП|ЖК X|X ЖК|IE X|Индивидуальный предприниматель X|Индивидуального предпринимателя X
Индивидуальному предпринимателю X|Индивидуальным предпринимателем X|Жеке кәсіпкер X|Жеке кәсіпкері X
Крестьянское хозяйство X|Крестьянское (фермерское) хозяйство X|X шаруа қожалығы|X фермер қожалығы|КХ X|КФХ X|X ШҚ
ЯТТ X|YTT X|X YaTT|Якка тартибдаги тадбиркор X|Якка тартибдаги тадбиркори X|Якка тадбиркор X
X sole trader|X sole proprietor|X sole proprietorship|individual entrepreneur X
"""
TITLES = """
ЧСИ X|ЖСО X|Частный судебный исполнитель X|Жеке сот орындаушысы X|Нотариус X|Адвокат X
Частного судебного исполнителя X|Частному судебному исполнителю X|Нотариуса X|Нотариусу X|Адвоката X|Адвокату X
"""
# What looks like a form and is none in its place.
WORDS = """
Ақ X|X ГУ|X ПК|ӨК X|ММ X|ОК X|АТ X|X 000|X ОФ|X ОО|X КХ|ШҚ X|X Нотариус|X IE
"""
X = "Zvezda"


def _cases(table: str) -> list[str]:
    return [case.strip() for line in table.strip().splitlines() for case in line.split("|")]


KINDS = [(FormKind.COMPANY, COMPANIES), (FormKind.SOLE_TRADER, TRADERS), (FormKind.TITLE, TITLES), (None, WORDS)]
CASES = [(case, kind) for kind, table in KINDS for case in _cases(table)]


def _text(case: str) -> str:
    """X in capitals stands for the name, but not within XK."""
    return " ".join(X if word == "X" else word for word in case.split())


def _holds(case: str, kind: FormKind | None, index: FormIndex) -> bool:
    words = tuple(skeleton(_text(case)).split())
    stripped = strip_forms(words, index)
    if kind is None:
        return stripped.words == words and not stripped.forms
    if stripped.words != (X.lower(),):
        return False
    if kind is FormKind.COMPANY:
        return is_company(stripped.forms)
    return is_sole_trader(stripped.forms) == (kind is FormKind.SOLE_TRADER) and not is_company(stripped.forms)


@pytest.mark.parametrize(("case", "kind"), CASES)
def test_forms_are_set_aside(case: str, kind: FormKind | None) -> None:
    assert _holds(case, kind, build_index(FORMS))


SPELLINGS = sorted({skeleton(text) for form in FORMS for text in form.spellings})


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_needed(spelling: str) -> None:
    without = build_index(FORMS, without=spelling)
    assert not all(_holds(case, kind, without) for case, kind in CASES), spelling


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("ТОО Ақ Орда", "ak orda"),
        ("Ақ Орда ЖШС", "ak orda"),
        ("ТОО Алтын Ақ", "altYn ak"),
        ("ТОО IP Телеком", "ip telekom"),
        ("IP Telecom LLP", "ip telekom"),
        ("ОСИ «ЖК Юнис Сити»", "Jk iunis siti"),
        ("Me Too Ltd", "me too"),
        ("Ромашка ТОО Алматы", "romaSka almatY"),
        ("ТОО Ромашка ЖШС", "romaSka"),
        ("ИП Телеком ИП", "telekom ip"),
        ("ТОО", ""),
        ("LLP LLP", ""),
        ("ТОО ЖШС LLP", "JSs"),
    ],
)
def test_a_form_in_the_wrong_place_is_a_word(name: str, rest: str) -> None:
    assert " ".join(strip_forms(tuple(skeleton(name).split())).words) == rest


def test_only_the_leading_form_is_missing_from_the_prefix() -> None:
    assert strip_forms(("too", "romaSka", "llp")).unled == ("romaSka", "llp")


def test_a_form_that_a_field_was_too_short_for() -> None:
    assert is_cut_form(tuple(skeleton("ТОВАРИЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕ").split()))
    assert not is_cut_form(("romaSka",)) and not is_cut_form(())


def test_places_matter() -> None:
    assert {form.place for form in kz.FORMS} == set(Place)
