"""What the console says of a refused input stands in Russian: each sentence is found in the source, so that one that
somebody adds tomorrow is asked for here, and one that nobody says any more is noticed."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from reconcile.books import HolderType
from reconcile.explain.alerts import in_words, said
from reconcile.explain.problems import VALUES, Pair, catalogue, in_language, pairs
from reconcile.problem import Problem
from reconcile.steps.demo import STATUSES
from reconcile.steps.review import NEEDS_APPROVAL

ROOT: Final = Path(__file__).parent.parent / "reconcile"
NOT_SHOWN: Final = (
    "backtest", "banking_days.py", "chat.py", "commands", "demo.py", "engine.py", "export", "invoice_mail.py",
    "oidc.py", "policy/advice.py", "policy/document.py", "policy/editions.py", "policy/fields.py",
    "policy/loader.py", "problem.py", "report_mail.py", "reports", "schema.py", "settings.py", "sources.py", "world",
)  # fmt: skip
"""Said on the command line alone, which speaks English: settings, policy files, what a night is set up with."""
TELLERS: Final = {
    "Problem": (0, 1),
    "Refusal.of": (0, 1),
    "problems.add": (0, 1),
    "self.add": (),
    "Difference": (5,),
    "Away": (0,),
    "Fault": (0,),
}
"""Calls that take sentences, and at which places."""
PIECES: Final = {"table_entry.py": "_cut", "placing.py": "_was_declined"}
"""Calls that take the first part of one."""
PASSING_ON: Final = frozenset({"_arranged", "_named", "_parsed", "_set_aside", "add"})
"""Functions that hand on what another one said."""
NAMES: Final = frozenset(["base", "currency", "decimal", "null", "paramiko", "provider", "quant", "shape", "taken"])
"""Names of settings and files, which are the same in every language."""
PAIRS_OF_FAULTS: Final = frozenset({"header_faults", "_cell_faults"})
"""Functions that give faults as (what, mend)."""


class Told(NamedTuple):
    where: str
    function: str
    sentence: str


class Source:
    """One file: what each of its calls says, with names followed to where they were given a value."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text("utf-8"))
        self.functions = [each for each in ast.walk(self.tree) if isinstance(each, ast.FunctionDef)]

    def told(self) -> Iterator[Told]:
        outside = _given(ast.iter_child_nodes(self.tree))
        for scope in [self.tree, *self.functions]:
            own = list(_own_nodes(scope))
            inside = _given(own) if isinstance(scope, ast.FunctionDef) else {}
            given = outside | inside | {name: [] for name in _parameters(scope)}
            for node in own:
                for each in [*_arguments(scope, node), *self._others(node)]:
                    for sentence in _templates(each, given):
                        place = self.path.relative_to(ROOT).as_posix()
                        yield Told(f"{place}:{each.lineno}", getattr(scope, "name", ""), sentence)

    def _others(self, node: ast.AST) -> list[ast.expr]:
        if isinstance(node, ast.Call) and ast.unparse(node.func) == PIECES.get(self.path.name):
            return node.args[:1]
        if isinstance(node, ast.keyword) and node.arg == "fault" and isinstance(node.value, ast.Constant):
            return [node.value] if node.value.value else []
        return _yielded(node) if "checks" in self.path.as_posix() else []


def _parameters(scope: ast.AST) -> list[str]:
    """Their values come from the callers."""
    return (
        [each.arg for each in ast.walk(scope.args) if isinstance(each, ast.arg)]
        if isinstance(scope, ast.FunctionDef)
        else []
    )


def _arguments(scope: ast.AST, node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        places = next((at for call, at in TELLERS.items() if name == call or name.endswith(f".{call}")), ())
        return [node.args[at] for at in places if at < len(node.args) and not isinstance(node.args[0], ast.Starred)]
    if isinstance(node, ast.Tuple) and getattr(scope, "name", "") in PAIRS_OF_FAULTS:
        return node.elts if any(isinstance(each, ast.Constant | ast.JoinedStr) for each in node.elts) else []
    return []


def _yielded(node: ast.AST) -> list[ast.expr]:
    """A check of the books yields a line for what does not hold."""
    found = node.value if isinstance(node, ast.Yield) else node.elt if isinstance(node, ast.GeneratorExp) else None
    return [found] if isinstance(found, ast.JoinedStr) else []


def _given(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found.setdefault(node.target.id, []).append(node.value)
    return found


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function or module without those of functions within."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _own_nodes(child)


def _templates(node: ast.AST, given: dict[str, list[ast.expr]]) -> set[str]:
    """Each sentence that an expression may be, `{}` for what is a value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.JoinedStr):
        return _chained([_templates(part, given) for part in node.values])
    if isinstance(node, ast.FormattedValue):
        return _templates(node.value, given) if isinstance(node.value, ast.Name) and node.conversion < 0 else {"{}"}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _chained([_templates(node.left, given), _templates(node.right, given)])
    if isinstance(node, ast.IfExp):
        return _templates(node.body, given) | _templates(node.orelse, given)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
        return {each for value in node.value.values for each in _templates(value, given)}
    if isinstance(node, ast.Name) and given.get(node.id):
        rest = {name: values for name, values in given.items() if name != node.id}
        return {each for value in given[node.id] for each in _templates(value, rest)}
    return {"{}"}


def _chained(parts: list[set[str]]) -> set[str]:
    return {re.sub(r"(\{\})+", "{}", "".join(each)) for each in product(*parts)}


SOURCE: Final = "".join(path.read_text("utf-8") for path in sorted(ROOT.rglob("*.py")))


@cache
def all_told() -> tuple[Told, ...]:
    places = {path: f"/{path.relative_to(ROOT).as_posix()}/" for path in sorted(ROOT.rglob("*.py"))}
    shown = [path for path, place in places.items() if not any(f"/{each}/" in place for each in NOT_SHOWN)]
    return tuple(each for path in shown for each in Source(path).told())


PAIRED: Final = {
    english: russian for name, told in catalogue().items() if name != VALUES for english, russian in told.items()
}


WORDS: Final = catalogue()[VALUES]


def _filled(english: str, value: str = "‹{}›") -> tuple[str, list[str]]:
    values = [value.format(number) for number in range(english.count("{}"))]
    return english.format(*values), values


def test_whatever_is_said_has_its_russian_sentence() -> None:
    assert len(all_told()) > 600, "the search finds what it looks for"
    unpaired = [each for each in all_told() if each.sentence not in PAIRED and each.sentence not in WORDS]
    assert [each for each in unpaired if re.search("[a-z]", each.sentence)] == []
    assert {each.function for each in unpaired if each.sentence == "{}"} == PASSING_ON


def test_what_nobody_says_any_more_has_no_pair() -> None:
    told = {each.sentence for each in all_told()}
    assert set(PAIRED) - told == set()
    assert {each for each in WORDS if "{}" in each} - told == set()


def test_a_word_that_is_a_value_is_said_in_russian() -> None:
    """What a place may hold that is neither a number nor a name: states, acts, kinds of holders."""
    states = {*STATUSES, "not decided", "stored", "waiting", "voided"}
    acts = {*NEEDS_APPROVAL, "hold", "undo", "decline", "reconsider"}
    kinds = {*map(str, HolderType), "account", "invoice"}
    empty = {"no currency", "none", "(none)", "nothing"}
    assert {each for each in WORDS if "{}" not in each} == states | acts | kinds | empty
    assert all(re.search("[а-яё]", each) for each in WORDS.values())
    assert all(f'"{each}"' in SOURCE or f"'{each}'" in SOURCE for each in states | acts | kinds | empty)
    assert in_language("payment p1 is not decided: there is nothing to undo", "ru") == (
        "платёж p1 в состоянии «не разобрано»: отменять нечего"
    )
    assert in_language("olga said that this payment is not for invoice SC-1 («theirs»)", "ru") == (
        "olga: этот платёж не для счёта на оплату SC-1 («theirs»)"
    )


def test_the_fault_within_an_alert_is_said_in_its_language() -> None:
    fault = Problem("the file is empty", "export the statement again", file="day.txt")
    told = said("file_refused.in_inbox", file="bank/day.txt", fault=fault)
    assert in_words(told, "ru") == (
        "файл bank/day.txt отклонён, из него ничего не сохранено: day.txt: файл пуст; выгрузите выписку ещё раз"
    )
    assert str(told).endswith("day.txt: the file is empty; export the statement again")


def test_what_a_person_wrote_stays_as_it_was_written() -> None:
    told = in_language("olga declined this already («the file is empty»)", "ru")
    assert told == "это уже отклонил(а) olga («the file is empty»)"


def test_one_sentence_stands_in_one_file() -> None:
    counted = Counter(english for told in catalogue().values() for english in told)
    assert [english for english, count in counted.items() if count > 1] == []


def test_every_value_has_its_place() -> None:
    for english, russian in PAIRED.items():
        assert re.findall(r"\{[^}]*\}", english) == ["{}"] * english.count("{}"), english
        places = re.findall(r"\{(\d*)\}", russian)
        assert len(places) == english.count("{}"), russian
        assert places == [""] * len(places) or sorted(places) == [str(number) for number in range(len(places))], russian


def test_the_words_are_russian() -> None:
    for russian in PAIRED.values():
        own = re.sub(r"`[^`]+`|--\w+|\{\d*\}", "", russian)
        assert re.search("[а-яё]", own), russian
        assert set(re.findall(r"(?<![\w.=/@\[<-])[a-z]{2,}(?![\w.=@/:])", own)) <= NAMES, russian


@pytest.mark.parametrize("value", ["‹{}›", "{}", "'a b{}'"])
def test_each_sentence_is_taken_for_itself_with_its_values(value: str) -> None:
    for english, russian in PAIRED.items():
        text, values = _filled(english, value)
        pair, found = next((pair, found) for pair in pairs() if (found := pair.values(text)) is not None)
        assert pair == Pair.of(english, russian), (pair, text)
        assert " ".join(found) == " ".join(values)  # of two places side by side, which gets a blank is nobody's matter


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        ("the file is empty", "файл пуст"),
        ("the file is empty; export the statement again", "файл пуст; выгрузите выписку ещё раз"),
        ("day.txt:7: amount '7OO' is no number; correct it", "day.txt:7: сумма '7OO' — не число; исправьте"),
        ("a.txt: the file is empty; correct it\nb.txt: unheard of", "a.txt: файл пуст; исправьте\nb.txt: unheard of"),
        ("the row has 3 cells, its headings 9: the file is cut", "в строке ячеек: 3, а в заголовке: 9: файл обрезан"),
    ],
)
def test_sentences_are_known_joined_and_behind_a_place(english: str, russian: str) -> None:
    assert in_language(english, "ru") == russian
    assert in_language(english, "en") == english


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Connection reset by peer",
        "the file is empty, said the bank",
        "{} is no {0}",
        "x; " * 5000,
        ": " * 5000,
        "{",
    ],
)
def test_what_is_not_ours_is_shown_as_it_was_said(text: str) -> None:
    assert in_language(text, "ru") == text


def test_a_hostile_text_costs_neither_time_nor_the_page() -> None:
    for text in (
        "x: the file is cut" * 2000,
        ": the file is cut" * 55,
        "a; b: " * 150,
        "the " * 250,
        "x: y; " * 7 + "z",
    ):
        assert in_language(text, "ru")


def test_every_sentence_has_more_than_one_word() -> None:
    """A text of one word is not looked up at all."""
    assert [english for english in PAIRED if " " not in english] == []


def test_braces_and_percents_of_a_stranger_are_text() -> None:
    assert in_language("amount '{0.__class__} %s {}' is no number", "ru") == "сумма '{0.__class__} %s {}' — не число"
