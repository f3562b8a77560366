"""Every entry of the lexicon does what its group says, and every group is needed by some purpose of the table."""

from __future__ import annotations

from functools import lru_cache

import pytest

from reconcile.purpose.decoys import SHAPES
from reconcile.purpose.reader import read_purpose, read_with
from reconcile.purpose.reading import Reading, SpanKind
from reconcile.purpose.spelling import forms, skeleton
from reconcile.purpose.words import LANGUAGES, entries, lexicon, source
from tests.purpose.short import short
from tests.purpose.table import TABLE

_ALL = sorted({(language, group) for language in LANGUAGES for group, _ in entries(source(language))})
# Whole groups, and each language's own where another language's words do not happen to cover it (маркер «тел», «банк»).
_GROUPS = sorted({group for _, group in _ALL}) + [
    f"{language}:{group}" for language, group in _ALL if group.partition(".")[0] in ("mark", "nature")
]


def _entries(section: str, name: str = "") -> list[tuple[str, str]]:
    """(group name, entry in its first form) of every language."""
    found = []
    for language in LANGUAGES:
        endings = source(language)["endings"]
        for group, entry in entries(source(language)):
            if group.partition(".")[0] == section and name in ("", group.partition(".")[2]):
                found.append((group.partition(".")[2], " ".join(forms(word, endings)[0] for word in entry.split())))
    return found


def _kinds(text: str) -> list[str]:
    return [span.kind.value for span in read_purpose(text).spans if span.kind is not SpanKind.BENEFICIARY]


def test_every_marking_word_names_the_number_behind_it() -> None:
    marking = [(kind, entry) for kind, entry in _entries("mark") if kind != "none"]
    sign = {"amount": ""}
    wrong = {entry: kind for kind, entry in marking if _kinds(f"{entry} {sign.get(kind, '№ ')}620041") != [kind]}
    assert not wrong


def test_every_entry_on_the_nature_of_the_money_says_it_alone() -> None:
    assert not {entry: kind for kind, entry in _entries("nature") if read_purpose(entry).not_a_topup != kind}


def test_every_weak_entry_on_the_nature_speaks_only_where_no_number_is_named() -> None:
    for kind, entry in _entries("nature_weak"):
        assert read_purpose(entry).not_a_topup == kind
        assert read_purpose(f"{entry} inv 7301").not_a_topup == ""


def test_every_strong_sign_of_a_lump_sum_shows_it_alone() -> None:
    assert not [entry for _, entry in _entries("lump", "strong") if not read_purpose(entry).lump_sum]


def test_every_weak_sign_of_a_lump_sum_gives_way_to_a_named_number() -> None:
    for _, entry in _entries("lump", "weak"):
        assert read_purpose(entry).lump_sum
        assert not read_purpose(f"inv 7301 {entry}").lump_sum


def test_every_aggregator_with_its_words_shows_a_lump_sum() -> None:
    aggregators, beside = _entries("lump", "aggregator"), _entries("lump", "with_aggregator")
    assert not [entry for _, entry in aggregators if not read_purpose(f"{entry} payout").lump_sum]
    assert not [entry for _, entry in beside if not read_purpose(f"PAYME {entry}").lump_sum]


def test_every_month_makes_a_date() -> None:
    assert not [entry for _, entry in _entries("role", "month") if short(read_purpose(f"3 {entry} 2026"))]


@pytest.mark.parametrize("name", ["currency", "unit"])
def test_every_currency_and_unit_takes_its_number(name: str) -> None:
    assert not [entry for _, entry in _entries("role", name) if short(read_purpose(f"7301 {entry}"))]


def test_every_joiner_goes_on_with_a_list() -> None:
    lists = {entry: short(read_purpose(f"счет 7301 {entry} 7302")) for _, entry in _entries("role", "joiner")}
    assert set(lists.values()) == {"i:7301 i:7302"}


@pytest.mark.parametrize("name", ["filler", "number_sign"])
def test_every_word_without_news_may_stand_before_the_number(name: str) -> None:
    read = {entry: short(read_purpose(f"счет {entry} 7302")) for _, entry in _entries("role", name)}
    assert not {entry: got for entry, got in read.items() if not got.startswith("i:7302")}


def test_every_number_suffix_names_by_the_word_behind() -> None:
    read = [short(read_purpose(f"7301-{entry} hisob-faktura")) for _, entry in _entries("role", "number_suffix")]
    assert set(read) == {"i:7301"}


def test_every_ending_behind_a_hyphen_is_cut() -> None:
    read = [short(read_purpose(f"hisob 7301-{entry}")) for _, entry in _entries("role", "case_ending")]
    assert set(read) == {"i:7301"}


def test_behind_every_bank_stands_a_bank_account() -> None:
    """«KCB A/C 7301», «account 7301 at KCB», «KCB 7301»: never a personal account of ours."""
    banks = [entry for _, entry in _entries("role", "bank")]
    assert not [bank for bank in banks if _kinds(f"{bank} acct 7301") != ["bank_account"]]
    assert not [bank for bank in banks if _kinds(f"acct 7301 at {bank}") != ["bank_account"]]
    assert not [bank for bank in banks if _kinds(f"{bank} 7301") != ["bank_account"]]
    assert not [bank for bank in banks if _kinds(f"{bank} inv 7301") != ["invoice"]]


def test_every_preposition_of_a_beneficiary_opens_a_name() -> None:
    wrong = [
        entry
        for _, entry in _entries("role", "beneficiary_before")
        if read_purpose(f"{entry} ТОО Подсолнух, л/с 620041").beneficiaries != ("ТОО Подсолнух",)
    ]
    assert not wrong


def test_every_postposition_of_a_beneficiary_closes_a_name() -> None:
    wrong = [
        entry
        for _, entry in _entries("role", "beneficiary_after")
        if read_purpose(f"ЖШС Күнбағыс {entry}, шот 7301").beneficiaries != ("ЖШС Күнбағыс",)
    ]
    assert not wrong


def test_every_legal_form_makes_a_name() -> None:
    forms_ = [entry.upper() for _, entry in _entries("role", "legal_form")]
    assert not [form for form in forms_ if not read_purpose(f"за {form} подсолнух, л/с 620041").beneficiaries]


def test_no_service_is_a_name() -> None:
    services = [entry.upper() for _, entry in _entries("role", "service")]
    assert not [word for word in services if read_purpose(f"за {word} ПОДСОЛНУХ").beneficiaries]


@lru_cache(maxsize=1)
def _read_whole() -> dict[str, Reading]:
    return {name: read_purpose(text) for name, (text, _) in TABLE.items()}


@lru_cache(maxsize=1)
def _skeletons() -> dict[str, str]:
    return {name: skeleton(text.upper()) for name, (text, _) in TABLE.items()}


def _likeliest_first(group: str) -> list[str]:
    """The purposes of the table, those that hold a word of the group before the others: it is found sooner then."""
    beginnings = {
        skeleton(entry.split()[0].partition("+")[0].upper())
        for language in LANGUAGES
        for of, entry in entries(source(language))
        if group in (of, f"{language}:{of}")
    }
    return sorted(TABLE, key=lambda name: not any(each in _skeletons()[name] for each in beginnings))


def _changed(group: str = "", shape: str = "") -> bool:
    words = lexicon().without(group) if group else lexicon()
    without = (shape,) if shape else ()
    names = _likeliest_first(group) if group else list(TABLE)
    return any(read_with(TABLE[name][0], words, without) != _read_whole()[name] for name in names)


@pytest.mark.parametrize("group", _GROUPS)
def test_without_a_group_of_the_lexicon_some_purpose_is_misread(group: str) -> None:
    assert _changed(group=group)


@pytest.mark.parametrize(
    "shape", [*(name for name, _, _ in SHAPES), "long", "check", "card_number", "phone_number", "purpose_code"]
)
def test_without_a_decoy_class_some_purpose_is_misread(shape: str) -> None:
    assert _changed(shape=shape)
