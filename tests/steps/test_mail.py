"""Letters go out once each, through a real mail server; what dies in between is in doubt and never sent twice by itself."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as SmtpSession
from aiosmtpd.smtp import Envelope, Session
from sqlalchemy import Engine

from reconcile.problem import Refusal
from reconcile.steps import mail
from reconcile.steps.mail import ATTEMPTS, IN_DOUBT_AFTER, Delivered, Letter, deliver, smtp, write
from tests.servers import free_port
from tests.steps.books import NOW, open_books, rows


class Postbox:
    """Takes every message, unless it is told what to answer first."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: SmtpSession, session: Session, envelope: Envelope) -> str:
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        message: Any = email.message_from_bytes(envelope.content, policy=default)
        self.taken.append(message)
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, str]]:
    box, port = Postbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@pytest.fixture
def engine(database_url: str) -> Engine:
    return open_books(database_url)


LETTER = Letter(
    key="report:KZ:2026-02-10",
    kind="report",
    recipient="finance@example.org",
    subject="Отчёт за 10 февраля",
    text="Всё в порядке.",
    html='<p>Всё в порядке.</p><img src="cid:amounts">',
    images=(("amounts", b"\x89PNG picture"),),
    files=(("2026-02-10-KZ.xlsx", b"PK workbook"),),
)


def _write(engine: Engine, given: Letter = LETTER) -> bool:
    with engine.begin() as connection:
        return write(connection, given, sender="Books <books@example.org>", now=NOW)


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def test_a_letter_arrives_whole_and_once(engine: Engine, postbox: tuple[Postbox, str]) -> None:
    box, url = postbox
    assert _write(engine)
    assert not _write(engine)
    assert deliver(engine, smtp(url), Clock()) == Delivered(sent=1)
    assert deliver(engine, smtp(url), Clock()) == Delivered()
    (message,) = box.taken
    assert (message["Subject"], message["To"]) == (LETTER.subject, LETTER.recipient)
    assert message["From"] == "Books <books@example.org>"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and plain.get_content().strip() == LETTER.text
    assert html is not None and "cid:amounts" in html.get_content()
    parts = {part.get_filename(): part.get_content() for part in message.walk() if part.get_filename()}
    assert parts == {"amounts.png": b"\x89PNG picture", "2026-02-10-KZ.xlsx": b"PK workbook"}
    assert rows(engine, "SELECT state, content FROM letter") == [("sent", None)]


def test_a_letter_that_does_not_commit_with_its_cause_is_none(engine: Engine, postbox: tuple[Postbox, str]) -> None:
    with pytest.raises(RuntimeError), engine.begin() as connection:
        write(connection, LETTER, sender="books@example.org", now=NOW)
        raise RuntimeError("the cause is rolled back")
    assert deliver(engine, smtp(postbox[1]), Clock()) == Delivered()


def test_what_the_server_refuses_is_tried_later_and_later_then_given_up_with_an_alert(
    engine: Engine, postbox: tuple[Postbox, str]
) -> None:
    box, url = postbox
    box.answers = ["451 busy"] * ATTEMPTS
    _write(engine)
    clock = Clock()
    for attempt in range(1, ATTEMPTS + 1):
        done = deliver(engine, smtp(url), clock)
        assert done == (Delivered(waiting=1) if attempt < ATTEMPTS else Delivered(failed=1))
        assert deliver(engine, smtp(url), clock) == Delivered(), "not before its time"
        clock.at += timedelta(hours=2)
    assert box.taken == []
    assert rows(engine, "SELECT kind FROM alert") == [("letter_failed",)]
    (key,) = rows(engine, "SELECT key FROM letter")[0]
    mail.again(engine, str(key), clock.at)
    assert deliver(engine, smtp(url), clock) == Delivered(sent=1)
    assert len(box.taken) == 1
    with pytest.raises(Refusal, match="that failed or is in doubt"):
        mail.again(engine, str(key), clock.at)


def test_a_server_that_is_away_is_the_weather(engine: Engine) -> None:
    _write(engine)
    assert deliver(engine, smtp(f"smtp://127.0.0.1:{free_port()}"), Clock()) == Delivered(waiting=1)
    assert rows(engine, "SELECT state, fault FROM letter") == [("waiting", "ConnectionRefusedError")]


def test_a_process_that_dies_while_sending_leaves_a_doubt_and_no_second_letter(
    engine: Engine, postbox: tuple[Postbox, str]
) -> None:
    box, url = postbox
    _write(engine)

    def dies(message: EmailMessage) -> None:
        smtp(url)(message)
        raise KeyboardInterrupt

    clock = Clock()
    with pytest.raises(KeyboardInterrupt):
        deliver(engine, dies, clock)
    assert deliver(engine, smtp(url), clock) == Delivered(), "it may still be on its way"
    clock.at += IN_DOUBT_AFTER + timedelta(seconds=1)
    assert deliver(engine, smtp(url), clock) == Delivered(uncertain=1)
    assert len(box.taken) == 1
    assert rows(engine, "SELECT kind FROM alert") == [("letter_uncertain",)]
    assert mail.counts(engine) == {"uncertain": 1}


def test_the_same_letter_has_the_same_id_for_the_mail_program(engine: Engine, postbox: tuple[Postbox, str]) -> None:
    box, url = postbox
    _write(engine)
    clock = Clock()
    with pytest.raises(KeyboardInterrupt):
        deliver(engine, lambda message: (smtp(url)(message), _die())[1], clock)
    clock.at += IN_DOUBT_AFTER * 2
    deliver(engine, smtp(url), clock)
    mail.again(engine, str(rows(engine, "SELECT key FROM letter")[0][0]), clock.at)
    assert deliver(engine, smtp(url), clock) == Delivered(sent=1)
    first, second = box.taken
    assert first["Message-ID"] == second["Message-ID"] is not None


def _die() -> None:
    raise KeyboardInterrupt


def test_a_subject_cannot_add_headers(engine: Engine, postbox: tuple[Postbox, str]) -> None:
    box, url = postbox
    _write(engine, Letter("k", "report", "a@example.org", "one\r\nBcc: thief@example.org", "text"))
    deliver(engine, smtp(url), Clock())
    assert box.taken[0]["Bcc"] is None
    assert box.taken[0]["Subject"] == "one Bcc: thief@example.org"


@pytest.mark.parametrize("url", ["http://host", "smtp://", "host:25", "smtp:secret@host"])
def test_what_is_no_mail_server_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(Refusal, match="RECONCILE_SMTP_URL names no mail server") as refusal:
        smtp(url)
    assert "secret" not in str(refusal.value)
