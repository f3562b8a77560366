"""Everything that other systems are to be told, to every receiver that a deployment has set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from reconcile.settings import Settings
from reconcile.steps.outbox import delivery, folder
from reconcile.steps.outbox.delivery import Delivered


@dataclass(frozen=True, slots=True)
class Sent:
    """What was told and written now; None where no such receiver is set."""

    webhook: Delivered | None = None
    files: list[Path] | None = None

    @property
    def all_taken(self) -> bool:
        return self.webhook is None or not (self.webhook.failed or self.webhook.away)

    def words(self) -> str:
        parts = [] if self.webhook is None else [f"webhook: {self.webhook.words()}"]
        parts += [] if self.files is None else [f"folder: {len(self.files)} files written"]
        return "; ".join(parts) or "no receiver is set"


def receivers(given: Settings) -> tuple[str, ...]:
    """The receivers that the settings name."""
    return tuple(
        name for name, value in ((delivery.RECEIVER, given.outbox_url), (folder.RECEIVER, given.outbox_folder)) if value
    )


def send(engine: Engine, given: Settings, seconds: float) -> Sent:
    """Tell and write what is due now, for at most about so many seconds. The folder first: it needs nobody's answer."""
    files = None if given.outbox_folder is None else folder.hand_over(engine, given.outbox_folder)
    if not given.outbox_url:
        return Sent(files=files)
    from reconcile.steps.outbox.webhook import Webhook  # the HTTP client; not for those to wait for who tell nobody

    with Webhook(given.outbox_url, given.outbox_secret) as receiver:
        give_up_after = timedelta(hours=given.outbox_give_up_hours)
        return Sent(delivery.deliver(engine, receiver, give_up_after=give_up_after, seconds=seconds), files)
