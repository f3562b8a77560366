"""Words to a chat, by the same way as letters: written once, tried again, and shown where they fail.

A chat stands among the letters under an address that no mail goes to (`.invalid`, RFC 2606), which holds its country and its
number among the settings: the chat's own URL holds a secret and is never stored.
"""

from __future__ import annotations

import smtplib
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Final

from reconcile.problem import Refusal
from reconcile.steps.mail import Send

DOMAIN: Final = "chat.invalid"


def chats(given: str) -> dict[str, tuple[str, ...]]:
    """From the setting: `KZ=tgram://TOKEN/CHAT *=slack://…`, separated by blanks, several a country. Refuses what is not
    of this form, never quoting it."""
    found: dict[str, tuple[str, ...]] = {}
    for word in given.split():
        country, _, url = word.partition("=")
        if not country or "://" not in url:
            mend = "write COUNTRY=URL, such as KZ=tgram://TOKEN/CHAT, separated by blanks"
            raise Refusal.of("RECONCILE_REPORT_CHAT has a word that is no chat", mend)
        found[country] = (*found.get(country, ()), url)
    return found


def address_of(country: str, number: int) -> str:
    """Under which address a chat stands among the letters."""
    return f"{'all' if country == '*' else country}-{number}@{DOMAIN}"


def with_chats(send: Send | None, known: Mapping[str, Sequence[str]]) -> Send:
    """Sends to chats through their services, and everything else by mail."""

    def either(message: EmailMessage) -> None:
        local, _, domain = str(message["To"]).partition("@")
        if domain == DOMAIN:
            _say(message, _url(local, known))
        elif send is None:
            raise smtplib.SMTPException("no mail server is set")
        else:
            send(message)

    return either


def _url(local: str, known: Mapping[str, Sequence[str]]) -> str:
    country, _, number = local.rpartition("-")
    urls = known.get("*" if country == "all" else country, ())
    if not number.isdigit() or int(number) >= len(urls):
        raise smtplib.SMTPException("the chat is no longer among the settings")
    return urls[int(number)]


def _say(message: EmailMessage, url: str) -> None:
    try:
        import apprise
    except ImportError:
        raise smtplib.SMTPException("the package apprise is not installed: pip install 'reconcile[chat]'") from None
    service = apprise.Apprise()
    body = message.get_body(("plain",))
    words = body.get_content() if body is not None else ""
    if not service.add(url) or not service.notify(body=words.strip(), title=str(message["Subject"])):
        raise smtplib.SMTPException("the chat did not take it")
