"""One change told by one HTTP request; taken is what the receiver answers with 2xx, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import httpx2

from reconcile import __version__
from reconcile.problem import Refusal
from reconcile.steps.outbox.message import body, headers, keys_of
from reconcile.store.outbox import Change

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 15.0
LONGEST_WISH: Final = 3600


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a change was not taken. `away`: nobody answered at all. `wait`: the seconds that the receiver asked for."""

    words: str
    away: bool = False
    wait: int = 0


class Webhook:
    """A receiver behind a URL. It may be told by several threads at once; a redirect is not followed."""

    def __init__(self, url: str, secret: str, *, connect: float = CONNECT_SECONDS, answer: float = ANSWER_SECONDS):
        self.url = _checked(url)
        self.keys = keys_of(secret)
        self._client = httpx2.Client(
            timeout=httpx2.Timeout(answer, connect=connect),
            limits=httpx2.Limits(max_connections=32),
            headers={"User-Agent": f"reconcile/{__version__}"},
            trust_env=False,
            verify=url.startswith("https"),  # certificates are read for nothing where there are none
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def tell(self, change: Change, at: datetime) -> Fault | None:
        """None where the receiver has taken it. In doubt (it took it and the answer was lost) it is told again, with
        the same id."""
        content = body(change)
        try:
            answer = self._client.post(self.url, content=content, headers=headers(change, content, self.keys, at))
        except httpx2.TimeoutException:
            return Fault("no answer in time", away=True)
        except httpx2.TransportError as error:
            return Fault(f"no answer ({type(error).__name__})", away=True)
        if answer.is_success:
            return None
        return Fault(f"HTTP {answer.status_code}", wait=_wish(answer.headers.get("Retry-After", "")))


def _wish(said: str) -> int:
    """`Retry-After` in seconds; a date, or what is not understood, is no wish."""
    return min(int(said), LONGEST_WISH) if said.isascii() and said.isdigit() else 0


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise Refusal.of("RECONCILE_OUTBOX_URL is no address of a web server", "write it as https://HOST/PATH")
    return url
