"""What a night writes to people, and how it leaves: reports to finance, words to chats, letters to customers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine

from reconcile.policy import PolicyBook
from reconcile.settings import Settings
from reconcile.steps import customer_mail, report_mail
from reconcile.steps.chat import chats, with_chats
from reconcile.steps.mail import Delivered, Send, deliver, smtp


@dataclass(frozen=True)
class Post:
    """Everything that letters need of the settings. Refuses settings that are not of their form when it is made, not
    at night. Without readers nothing is written; without a mail server what is written waits."""

    settings: Settings

    def __post_init__(self) -> None:
        _ = self.readers, self.send

    @property
    def readers(self) -> tuple[report_mail.Reader, ...]:
        mail = report_mail.readers(self.settings.report_to)
        return (*mail, *report_mail.chat_readers(chats(self.settings.report_chat)))

    @property
    def send(self) -> Send:
        server = smtp(self.settings.smtp_url) if self.settings.smtp_url else None
        return with_chats(server, chats(self.settings.report_chat))

    @property
    def sender(self) -> str:
        return self.settings.mail_from or "reconcile@localhost"

    def write_night(
        self,
        engine: Engine,
        country: str,
        day: date,
        *,
        now: datetime,
        policies: PolicyBook,
        faults: Sequence[str] | None,
    ) -> int:
        """Write what a country's night has to say; how many letters were new."""
        new = report_mail.write_letters(
            engine,
            country,
            day,
            self.readers,
            sender=self.sender,
            now=now,
            policies=policies,
            faults=faults,
            console=self.settings.public_url,
        )
        if self.settings.customer_mail and self.settings.mail_from:
            new += customer_mail.write_letters(engine, sender=self.sender, now=now, policies=policies)
        return new

    def deliver(self, engine: Engine, now: Callable[[], datetime]) -> Delivered:
        return deliver(engine, self.send, now)
