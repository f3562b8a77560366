"""One skeleton for every way to write a name; two for two names."""

from __future__ import annotations

import unicodedata

import pytest

from reconcile.names.skeleton import skeleton

ONE = [
    "Сергей Васильевич Достоевский|SERGEY VASILYEVICH DOSTOYEVSKIY|Sergei Vasilevich Dostoevskii|"
    "Sergej Vasilʹevič Dostoevskij|Sergey Vasilievich Dostoevsky",
    "Юлия Щербакова|Yuliya Shcherbakova|Iuliia Shcherbakova|Yulia Scherbakova",
    "Сәрсенбаев Қуаныш|Sarsenbayev Kuanysh|Särsenbaev Quanyş|Сарсенбаев Куаныш",
    "Жўраев Шерзод|Jo'rayev Sherzod|Jo‘rayev Sherzod|JORAYEV SHERZOD|Joʻrayev Sherzod",
    "Ғафуров Ҳаким|G'afurov Hakim|Gafurov Xakim|Гафуров Хаким|Ghafurov Khakim",
    "Исҳоқов|Is'hoqov|Is’hoqov|Isxoqov",
    "Бауыржан|Bauyrzhan|BAUYRJAN",
    "Айгүл Жұмабаева|Айгуль Жумабаева|Aigul Zhumabayeva|Aygul Jumabaeva|Aigül Jumabaeva",
    "Горный|Gornyy|Gornyi|Gorny|Gornyj",
    "Наталья|Natalya|Natalia|Наталия|Nataliya",
    "Ёқубов|Yoqubov",
    "Ерлан|Yerlan|Erlan",
    "Цой|Tsoy|Tsoi|ЦОЙ",
    "Сервис|Cервис|Сеpвис|Servis",
    "Александр|Aleksandr|Alexandr",
    "Цемент|Cement|Tsement",
    "№5 Мост|№ 5 МОСТ|5 Most",
    "Кафе\u0301|Кафе|Cafe|Café",
    "\uff21\uff22\uff23|ABC",
    "Ромашка\u200b|Ромашка|Ро\u00adмашка",
]
TWO = [
    ("Омаров", "Умаров"),
    ("Щукин", "Шукин"),
    ("Исхаков", "Ишаков"),
    ("Жанна", "Яна"),
    ("Сары", "Сари"),
    ("Джамиля", "Жамиля"),
    ("Катя", "Ката"),
    ("Марина", "Мария"),
    ("Гусев", "Хусев"),
    ("Цапин", "Чапин"),
    ("Жазира", "Зазира"),
    ("Catherine", "Chatherine"),
    ("Сервис 1", "Сервис I"),
]


@pytest.mark.parametrize("spellings", ONE)
def test_one_name(spellings: str) -> None:
    assert len({skeleton(spelling) for spelling in spellings.split("|")}) == 1, [*map(skeleton, spellings.split("|"))]


@pytest.mark.parametrize(("one", "other"), TWO)
def test_two_names(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_composed_and_decomposed_letters_are_one() -> None:
    for text in ("Йод", "Ёлка", "Ўктам", "Şymkent"):
        assert skeleton(unicodedata.normalize("NFD", text)) == skeleton(text)


def test_nothing_but_letters_digits_and_single_blanks_is_left() -> None:
    assert skeleton(" «»\t—\n!? ") == ""
    assert skeleton("а\u00a0—  б/в") == "a b v"
