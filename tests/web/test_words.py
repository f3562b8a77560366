"""The console says everything in every language that it offers, with the same values in their places."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from reconcile.web import words
from reconcile.web.visit import LANGUAGES
from tests.steps.books import rows
from tests.web.console import Console, seen

TEMPLATES = Path(words.__file__).parent.parent / "templates"
NOTICE = re.compile(r'<div class="notice bad" role="alert">(.*?)</div>', re.DOTALL)
ENGLISH = re.compile(r"\b[a-z]{2,}\b")
SAID = re.compile(r"""_\(\s*(?:"([^"]+)"|'([^']+)')\s*[,)]""")


def _asked() -> set[str]:
    """What the templates ask for, and the keys that English itself needs a text for."""
    found = {one or other for page in TEMPLATES.glob("*.html") for one, other in SAID.findall(page.read_text("utf-8"))}
    return found | set(words.catalogue("en")) | {"not decided yet", "Powers", "Report"}


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_nothing_is_left_unsaid_and_every_value_has_its_place(language: str) -> None:
    said = words.catalogue(language)
    assert len(_asked()) > 300
    assert _asked() - set(said) == set()
    assert set(said) - _asked() == set()
    english = words.catalogue("en")
    differing = [key for key, text in said.items() if _places(text) != _places(english.get(key, key))]
    assert differing == []


@pytest.mark.parametrize(
    "address", ["/", "/report", "/queue", "/statements", "/accounts", "/powers", "/approvals", "/me"]
)
def test_somebody_who_reads_russian_is_spoken_to_in_russian(busy: Console, address: str) -> None:
    browser = busy.browser("olga")
    browser.post("/me/language", {"language": "ru"})
    html = browser.get(address).text
    assert '<html lang="ru">' in html
    assert "Очередь" in seen(html)
    assert "Everything works" not in html


def _refused(console: Console, name: str, address: str, given: dict[str, str]) -> str:
    """What the notice of a refused act says to somebody who reads Russian."""
    browser = console.browser(name)
    browser.post("/me/language", {"language": "ru"})
    (small,) = rows(console.engine, "SELECT id FROM payment WHERE amount = 2000")
    answer = browser.post(address.format(payment=small[0]), given)
    assert answer.status_code == 422, address
    (notice,) = NOTICE.findall(answer.text)
    return seen(notice)


@pytest.mark.parametrize(
    ("name", "address", "given", "told"),
    [
        ("olga", "/payments/{payment}/credit", {"account": "104582"}, "не указана причина; укажите причину (--reason)"),
        ("olga", "/payments/{payment}/credit", {"account": "1", "reason": "so"}, "лицевого счёта '1' нет; проверьте номер"),
        ("olga", "/payments/{payment}/undo", {"reason": "so"}, "в состоянии «не распознано»: отменять нечего; зачислите"),
        ("olga", "/payments/{payment}/hold", {"reason": "so", "until": "2020-01-01"}, "2020-01-01 — не предстоящий день"),
        ("olga", "/payments/{payment}/hold", {"reason": "so", "until": "3.2."}, "'3.2.' — не дата; выберите дату"),
        ("olga", "/payments/{payment}/split", {"reason": "so", "account": "104582", "amount": "x"}, "сумма 'x' — не"),
        ("olga", "/queue/several/hold", {"reason": "", "payment": "123456"}, "не указана причина"),
        ("olga", "/statements/123456/accept", {"reason": "so"}, "выписки '123456' нет"),
        ("olga", "/statements/upload", {}, "файл не пришёл; выберите один или несколько"),
        ("olga", "/powers", {"reason": "so"}, "у доверенности должны быть первый и последний день; укажите оба"),
        ("olga", "/powers/revoke", {"power": "1", "reason": "so"}, "такой доверенности нет; посмотрите список ещё раз"),
        ("pavel", "/approvals/7/approve", {"reason": "so"}, "это изменение больше не ждёт решения"),
        ("anna", "/users", {"name": "karl", "role": "viewer"}, "у нового пользователя нет пароля"),
        ("anna", "/users", {"name": "karl", "role": "viewer", "password": "short"}, "в пароле меньше 12 знаков"),
        ("anna", "/users/anna/role", {"role": "viewer"}, "последний администратор; сначала назначьте"),
        ("olga", "/me/password", {"present": "x", "new": "one long password", "again": "another one"}, "не совпадают"),
    ],
)  # fmt: skip
def test_a_refused_act_is_explained_in_russian(
    busy: Console, name: str, address: str, given: dict[str, str], told: str
) -> None:
    notice = _refused(busy, name, address, given)
    assert told in notice
    own = re.sub(r"'[^']*'|`[^`]*`|--\w+|[0-9a-f]{24,}|\banna\b", "", notice)
    assert ENGLISH.findall(own) == []
