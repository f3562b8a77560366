"""What a night writes to people: once, to whom it concerns, in their language, and never about somebody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine

from reconcile.problem import Refusal
from reconcile.settings import Settings
from reconcile.steps import mail
from reconcile.steps.inbox import Intake
from reconcile.steps.mail import Delivered
from reconcile.steps.nightly import nightly
from reconcile.steps.post import Post
from reconcile.steps.run import run
from tests.steps.books import NOW, Line, one_c, policies, rows, upload
from tests.steps.invoicing_books import books_with_customers
from tests.steps.test_mail import Clock, Postbox, postbox

__all__ = ["postbox"]
DAY = date(2026, 2, 10)
PAYER = "Щедров Степан Ильич"


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Engine:
    """A person paid for a company without a power, and a company paid for it without the wording."""
    engine = books_with_customers(database_url, tmp_path)
    lines = [
        Line(DAY, 5_000_00, "1", "Пополнение, лицевой счет 104582", PAYER, "850412300125"),
        Line(DAY, 7_000_00, "2", "Пополнение, лицевой счет 104582", "ТОО Щедрый Друг", "180440021537"),
        Line(DAY, 9_000_00, "3", "Пополнение, лицевой счет 104582", "ТОО «Ромашка и партнёры»", "971240001315"),
    ]
    upload(engine, tmp_path, "statement.txt", one_c(lines, opening=0))
    run(engine, as_of=DAY, now=NOW, policies=policies())
    return engine


def _night(engine: Engine, post: Post, day: date = DAY) -> int:
    return post.write_night(engine, "KZ", day, now=NOW, policies=policies(), faults=())


def _post(url: str = "", **more: Any) -> Post:
    return Post(Settings(smtp_url=url, mail_from="books@example.org", **more))


def test_each_reader_has_one_letter_in_its_language(engine: Engine, postbox: tuple[Postbox, str]) -> None:
    box, url = postbox
    post = _post(url, report_to="KZ=a@example.org/ru KE=b@example.org/en *=c@example.org/en")
    assert _night(engine, post) == 2
    assert _night(engine, post) == 0, "a night that is done again"
    assert post.deliver(engine, Clock()) == Delivered(sent=2)
    told = {str(message["To"]): message for message in box.taken}
    assert set(told) == {"a@example.org", "c@example.org"}
    assert "решить: 2" in told["a@example.org"]["Subject"]
    assert "to decide 2" in told["c@example.org"]["Subject"]
    files = [part.get_filename() for part in told["a@example.org"].iter_attachments()]
    assert files == ["2026-02-10-KZ.xlsx"]
    assert _night(engine, post, DAY + timedelta(days=1)) == 2


def test_a_customer_is_told_what_is_missing_once_and_nothing_of_who_paid(
    engine: Engine, postbox: tuple[Postbox, str]
) -> None:
    box, url = postbox
    post = _post(url, customer_mail=True)
    assert (_night(engine, post), _night(engine, post)) == (2, 0)
    assert post.deliver(engine, Clock()) == Delivered(sent=2)
    power, purpose = sorted(box.taken, key=lambda message: message.get_content_type(), reverse=False)
    if not list(power.iter_attachments()):
        power, purpose = purpose, power
    assert {str(message["To"]) for message in box.taken} == {"pay@example.org"}
    assert [part.get_filename() for part in power.iter_attachments()] == ["power-of-attorney.pdf"]
    said = _text(power) + _text(purpose)
    assert "104582" in said
    assert "Оплата за ТОО «Ромашка и партнёры», на лицевой счёт № 104582" in _text(purpose)
    for strange in ("Щедр", "850412300125", "180440021537"):
        assert strange not in said
    assert "9" + "\xa0" + "000" not in said, "nothing of what was credited"


def _text(message: Any) -> str:
    return str(message.get_body(("plain",)).get_content())


def test_customers_are_written_to_only_where_that_is_wanted(engine: Engine) -> None:
    assert _night(engine, _post()) == 0


class _Chat(BaseHTTPRequestHandler):
    told: list[dict[str, Any]]
    answer = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).told.append(json.loads(body))
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def chat() -> Iterator[tuple[type[_Chat], str]]:
    handler = type("Chat", (_Chat,), {"told": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield handler, f"json://127.0.0.1:{server.server_port}/secret-token"
    finally:
        server.shutdown()
        server.server_close()


def test_a_chat_is_told_once_and_its_secret_is_not_kept(engine: Engine, chat: tuple[type[_Chat], str]) -> None:
    handler, url = chat
    post = _post(report_chat=f"KZ={url} KE={url}")
    assert (_night(engine, post), _night(engine, post)) == (1, 0)
    assert post.deliver(engine, Clock()) == Delivered(sent=1)
    (said,) = handler.told
    assert "to decide 2" in said["message"]
    kept = json.dumps(rows(engine, "SELECT key, recipient, subject, fault FROM letter"))
    assert "secret-token" not in kept


def test_a_chat_that_does_not_take_it_is_tried_again(engine: Engine, chat: tuple[type[_Chat], str]) -> None:
    handler, url = chat
    handler.answer = 500
    post = _post(report_chat=f"KZ={url}")
    _night(engine, post)
    assert post.deliver(engine, Clock()) == Delivered(waiting=1)
    handler.answer = 200
    clock = Clock()
    clock.at += timedelta(hours=1)
    assert post.deliver(engine, clock) == Delivered(sent=1)


def test_without_a_mail_server_what_is_written_waits(engine: Engine) -> None:
    post = _post(report_to="KZ=a@example.org/en")
    _night(engine, post)
    assert post.deliver(engine, Clock()) == Delivered(waiting=1)
    assert mail.counts(engine) == {"waiting": 1}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"report_to": "finance@example.org"}, "RECONCILE_REPORT_TO has 'finance@example.org'"),
        ({"report_to": "KZ=finance@example.org/fr"}, "does not speak 'fr'"),
        ({"report_chat": "secret://token"}, "RECONCILE_REPORT_CHAT has a word that is no chat"),
    ],
)
def test_settings_of_another_form_are_refused_at_once(more: dict[str, str], said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        _post(**more)
    assert said in str(refusal.value)
    assert "token" not in str(refusal.value).replace("TOKEN", "")


def test_a_night_writes_its_letters_once_and_the_task_sends_them(
    engine: Engine, postbox: tuple[Postbox, str], tmp_path: Path
) -> None:
    box, url = postbox
    post = _post(url, report_to="KZ=a@example.org/en")
    intake = Intake(engine, None, policies(), NOW)
    for _ in range(2):
        nightly(intake, "KZ", tmp_path / "reports", post=post)
    assert mail.any_due(engine, NOW)
    assert post.deliver(engine, Clock()) == Delivered(sent=1)
    assert not mail.any_due(engine, NOW)
    assert len(box.taken) == 1


def test_letters_that_cannot_be_written_do_not_keep_finance_from_its_report(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> int:
        raise RuntimeError("no room")

    monkeypatch.setattr(Post, "write_night", fails)
    with pytest.raises(RuntimeError, match="no room"):
        nightly(Intake(engine, None, policies(), NOW), "KZ", tmp_path / "reports", post=_post())
    assert len(list((tmp_path / "reports").iterdir())) == 2
    assert ("letters_failed",) in rows(engine, "SELECT kind FROM alert")
