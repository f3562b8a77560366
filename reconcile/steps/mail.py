"""Letters: written in the transaction of what caused them, sent afterwards, each at most once.

A letter has a key that says what it is about and to whom, so that a night done twice writes it once. Before the mail
server is spoken to the letter is marked as being sent, and that is committed; a process that dies then leaves a letter of
which nobody knows whether it went out. It becomes `uncertain` and is shown: a report twice is a nuisance, and a person
decides. What the server refuses is tried again later and later, then given up with an alert.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection, Engine, and_, func, or_, select, update

from reconcile.explain.alerts import said
from reconcile.problem import Refusal
from reconcile.store.alerts import insert_new, raise_alert
from reconcile.store.bulk import any_of
from reconcile.store.engine import reading
from reconcile.store.mail_tables import letter

ATTEMPTS: Final = 8
FIRST_WAIT: Final = timedelta(minutes=2)
LONGEST_WAIT: Final = timedelta(hours=2)
IN_DOUBT_AFTER: Final = timedelta(minutes=15)
"""How long a letter may be on its way before nobody knows about it any more. Longer than any server may take."""
TIMEOUT: Final = 60

Send = Callable[[EmailMessage], None]


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many letters went out, wait for another try, were given up, and are in doubt."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    uncertain: int = 0


@dataclass(frozen=True, slots=True)
class Letter:
    """`key` names what it is about; beside the recipient it is the letter's identity. `html` may be empty.
    `images` are shown inside the HTML by their names (`cid:NAME`); `files` are attached."""

    key: str
    kind: str
    recipient: str
    subject: str
    text: str
    html: str = ""
    images: tuple[tuple[str, bytes], ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()


def write(connection: Connection, given: Letter, *, sender: str, now: datetime) -> bool:
    """Put a letter among those to be sent; False where it stands there already."""
    key = key_of(given.key, given.recipient)
    row = {
        "key": key,
        "kind": given.kind,
        "recipient": given.recipient,
        "subject": given.subject,
        "content": _message(given, key, sender, now).as_bytes(policy=SMTP),
        "state": "waiting",
        "attempts": 0,
        "next_at": now,
        "created_at": now,
        "changed_at": now,
        "fault": "",
    }
    return insert_new(connection, letter, [row]) == 1


def key_of(about: str, recipient: str) -> str:
    """Under which key a letter about this to that recipient stands."""
    return f"{about}:{sha256(recipient.lower().encode()).hexdigest()[:16]}"


def written(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Which of these letters stand there already."""
    return set(connection.execute(select(letter.c.key).where(any_of(connection, letter.c.key, keys))).scalars())


def _message(given: Letter, key: str, sender: str, now: datetime) -> EmailMessage:
    """The same letter has the same Message-ID, so that a mail program shows one that came twice once."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(given.subject.split())
    message["From"] = sender
    message["To"] = given.recipient
    message["Date"] = format_datetime(now)
    domain = sender.rpartition("@")[2].strip("> ") or "localhost"
    message["Message-ID"] = f"<{sha256(key.encode()).hexdigest()[:32]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(given.text)
    if given.html:
        message.add_alternative(given.html, subtype="html")
        page: Any = list(message.iter_parts())[-1]
        for name, data in given.images:
            page.add_related(data, "image", "png", cid=f"<{name}>", filename=f"{name}.png", disposition="inline")
    for name, data in given.files:
        main, sub = _MEDIA.get(name.rpartition(".")[2].lower(), ("application", "octet-stream"))
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message


_MEDIA: Final = {
    "pdf": ("application", "pdf"),
    "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


# --- sending ---------------------------------------------------------------------------------------------------------


def deliver(engine: Engine, send: Send, now: Callable[[], datetime], *, most: int = 200) -> Delivered:
    """Send what waits. Safe to be done by several at once: a letter is taken by one of them."""
    uncertain = _doubt(engine, now())
    sent = waiting = failed = 0
    for _ in range(most):
        taken = _take(engine, now())
        if taken is None:
            break
        fault = _attempt(send, taken.content)
        outcome = _settle(engine, taken, fault, now())
        sent += outcome == "sent"
        waiting += outcome == "waiting"
        failed += outcome == "failed"
    return Delivered(sent, waiting, failed, uncertain)


def any_due(engine: Engine, now: datetime) -> bool:
    """Whether there is anything for `deliver` to do: a letter to send, or one that may have been lost on its way."""
    due = and_(letter.c.state == "waiting", letter.c.next_at <= now)
    lost = and_(letter.c.state == "sending", letter.c.changed_at < now - IN_DOUBT_AFTER)
    with reading(engine) as connection:
        return connection.execute(select(letter.c.key).where(or_(due, lost)).limit(1)).first() is not None


def _doubt(engine: Engine, now: datetime) -> int:
    with engine.begin() as connection:
        lost = connection.execute(
            update(letter)
            .where(letter.c.state == "sending", letter.c.changed_at < now - IN_DOUBT_AFTER)
            .values(state="uncertain", changed_at=now, fault="the process ended while the letter was being sent")
            .returning(letter.c.key)
        ).scalars()
        keys = list(lost)
        for key in keys:
            raise_alert(connection, said("letter_uncertain.found", letter=key), key, now)
    return len(keys)


def _take(engine: Engine, now: datetime) -> Any | None:
    """The letter that has waited longest, marked as on its way."""
    with engine.begin() as connection:
        query = (
            select(letter.c.key)
            .where(letter.c.state == "waiting", letter.c.next_at <= now)
            .order_by(letter.c.next_at, letter.c.key)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        key = connection.execute(query).scalar()
        if key is None:
            return None
        return connection.execute(
            update(letter)
            .where(letter.c.key == key)
            .values(state="sending", attempts=letter.c.attempts + 1, changed_at=now)
            .returning(letter.c.key, letter.c.content, letter.c.attempts)
        ).one()


def _attempt(send: Send, content: bytes) -> str:
    """What went wrong; empty where the server took the letter."""
    try:
        send(message_from_bytes(content, policy=SMTP))
    except (smtplib.SMTPException, OSError) as error:
        code = getattr(error, "smtp_code", "")
        return f"{type(error).__name__} {code}".strip()
    return ""


def _settle(engine: Engine, taken: Any, fault: str, now: datetime) -> str:
    wait = min(FIRST_WAIT * 2 ** (taken.attempts - 1), LONGEST_WAIT)
    state = "sent" if not fault else "failed" if taken.attempts >= ATTEMPTS else "waiting"
    with engine.begin() as connection:
        change: dict[str, Any] = {"state": state, "changed_at": now, "next_at": now + wait, "fault": fault}
        if state == "sent":
            change["content"] = None
        connection.execute(update(letter).where(letter.c.key == taken.key).values(**change))
        if state == "failed":
            what = said("letter_failed.given_up", letter=taken.key, attempts=ATTEMPTS, fault=fault)
            raise_alert(connection, what, taken.key, now)
    return state


def again(engine: Engine, key: str, now: datetime) -> None:
    """Send a letter again that failed or is in doubt, because a person says so."""
    with engine.begin() as connection:
        changed = connection.execute(
            update(letter)
            .where(letter.c.key == key, letter.c.state.in_(("failed", "uncertain")), letter.c.content.is_not(None))
            .values(state="waiting", attempts=0, next_at=now, changed_at=now, fault="")
        ).rowcount
    if not changed:
        raise Refusal.of(f"there is no letter {key!r} that failed or is in doubt", "see `reconcile mail list`")


def letters(engine: Engine, state: str = "") -> Iterator[Any]:
    """All letters, newest first, without what they say."""
    columns = (
        letter.c.key, letter.c.kind, letter.c.recipient, letter.c.subject, letter.c.state, letter.c.attempts,
        letter.c.created_at, letter.c.changed_at, letter.c.fault,
    )  # fmt: skip
    query = select(*columns).order_by(letter.c.created_at.desc(), letter.c.key)
    with reading(engine) as connection:
        yield from connection.execute(query.where(letter.c.state == state) if state else query)


def counts(engine: Engine) -> dict[str, int]:
    """How many letters stand in each state."""
    with reading(engine) as connection:
        rows = connection.execute(select(letter.c.state, func.count()).group_by(letter.c.state)).all()
    return {row[0]: row[1] for row in rows}


# --- the mail server -------------------------------------------------------------------------------------------------


def smtp(url: str) -> Send:
    """How letters leave: `smtp://USER:PASSWORD@HOST:PORT` (STARTTLS wherever the server offers it, required where there
    is a password, unless the host is this machine) or `smtps://…`. Refuses any other URL, never quoting it."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Refusal.of("RECONCILE_SMTP_URL names no mail server", "write smtp://HOST:PORT or smtps://USER:PASS@HOST")

    def send(message: EmailMessage) -> None:
        with _connected(parts) as server:
            server.send_message(message)

    return send


@contextmanager
def _connected(parts: Any) -> Iterator[smtplib.SMTP]:
    safe = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=TIMEOUT, context=safe)
    else:
        server = smtplib.SMTP(parts.hostname, parts.port or 587, timeout=TIMEOUT)
    with server:
        server.ehlo()
        local = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if parts.scheme == "smtp" and not local and (server.has_extn("starttls") or parts.password):
            server.starttls(context=safe)
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server
