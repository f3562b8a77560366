"""What a deployment sets: environment variables with the prefix RECONCILE_, also from a `.env` file."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from reconcile.banking_days import Calendar, read_calendar
from reconcile.problem import Refusal
from reconcile.sources import Source, sources_of

PREFIX: Final = "RECONCILE_"
DEFAULT_DATABASE: Final = "sqlite:///reconcile.db"
GIGABYTE: Final = 1024**3
LEAST_SECRET: Final = 16
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Settings:
    """`redis_url` empty: commands run in their own process and nothing needs a broker."""

    database_url: str = DEFAULT_DATABASE
    redis_url: str = ""
    policy: Path | None = None
    inbox: Path | None = None
    """A folder with one folder inside; what lies there is ingested at night."""
    sources: tuple[Source, ...] = ()
    """Servers and mailboxes that statements are fetched from, into the inbox."""
    profiles: Path | None = None
    """A folder with layouts of banks' tables, a TOML file each."""
    reports: Path = Path("reports")
    max_statement_bytes: int = GIGABYTE
    actor: str = ""
    files: Path = Path("files")
    """Where the console keeps what was uploaded: never below what it serves."""
    max_upload_bytes: int = GIGABYTE // 4
    public_url: str = ""
    """Under which address people reach the console; with https:// its cookies are secure ones."""
    smtp_url: str = ""
    """The mail server; holds a password, so it is never shown."""
    mail_from: str = ""
    report_to: str = ""
    """Who is sent a country's report: `KZ=finance@example.org/ru`, separated by blanks."""
    report_chat: str = ""
    """Chats that are told of it: `KZ=URL`; holds secrets, so it is never shown."""
    customer_mail: bool = False
    """Whether customers are written to whose payment waits for something that only they can send."""
    oidc_issuer: str = ""
    """The identity provider through which users may sign in; empty: by password alone."""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_claim: str = "preferred_username"
    """Which claim names the user, the first time."""
    four_eyes: bool = False
    """Whether the command line too leaves to a second person what leads to a credit above the policy's amount."""
    calendar: Path | None = None
    """Days on which banks work or not, against the rule."""
    outbox_url: str = ""
    """Where changes of balances are told, one HTTP request each; empty: nowhere."""
    outbox_secret: str = field(default="", repr=False)
    """What signs them: one secret, or two with a space between while it is changed."""
    outbox_folder: Path | None = None
    """Where changes of balances are written, as files of JSON lines."""
    outbox_give_up_hours: int = 24
    webhook_secrets: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """Which processing centre signs with what; one that is named twice is changing its secret."""
    mpesa_path_secret: str = field(default="", repr=False)
    """The part of the address that only the operator knows; empty: its calls are not answered."""
    mpesa_addresses: tuple[IPv4Network | IPv6Network, ...] = ()
    """From where the operator calls; empty: from nowhere."""


def load(environment: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> Settings:
    """The settings in force; the environment goes before the file."""
    given = (
        {key: value for key, value in dotenv_values(env_file).items() if value is not None}
        if env_file.is_file()
        else {}
    )
    given |= dict(os.environ if environment is None else environment)
    values = {key.removeprefix(PREFIX).lower(): value for key, value in given.items() if key.startswith(PREFIX)}
    return Settings(
        database_url=values.get("database_url") or DEFAULT_DATABASE,
        redis_url=values.get("redis_url", ""),
        policy=_path(values.get("policy")),
        inbox=_path(values.get("inbox")),
        sources=sources_of(values, PREFIX),
        profiles=_path(values.get("profiles")),
        reports=_path(values.get("reports")) or Path("reports"),
        max_statement_bytes=_whole("max_statement_bytes", values.get("max_statement_bytes"), GIGABYTE),
        actor=values.get("actor") or _user(),
        files=_path(values.get("files")) or Path("files"),
        max_upload_bytes=_whole("max_upload_bytes", values.get("max_upload_bytes"), GIGABYTE // 4),
        public_url=values.get("public_url", "").rstrip("/"),
        smtp_url=values.get("smtp_url", ""),
        mail_from=values.get("mail_from", ""),
        report_to=values.get("report_to", ""),
        report_chat=values.get("report_chat", ""),
        customer_mail=_yes("customer_mail", values.get("customer_mail")),
        oidc_issuer=values.get("oidc_issuer", "").rstrip("/"),
        oidc_client_id=values.get("oidc_client_id", ""),
        oidc_client_secret=values.get("oidc_client_secret", ""),
        oidc_claim=values.get("oidc_claim") or "preferred_username",
        four_eyes=_yes("four_eyes", values.get("four_eyes")),
        calendar=_path(values.get("calendar")),
        outbox_url=values.get("outbox_url", ""),
        outbox_secret=values.get("outbox_secret", ""),
        outbox_folder=_path(values.get("outbox_folder")),
        outbox_give_up_hours=_whole("outbox_give_up_hours", values.get("outbox_give_up_hours"), 24),
        webhook_secrets=_secrets(values.get("webhook_secrets", "")),
        mpesa_path_secret=_path_secret(values.get("mpesa_path_secret", "")),
        mpesa_addresses=_networks(values.get("mpesa_addresses", "")),
    )


def load_calendar(path: Path | None) -> Calendar:
    """The days on which banks work: the rule, and a deployment's own table where it has one."""
    if path is None:
        return Calendar()
    try:
        return read_calendar(path.read_text("utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        what = f"the calendar cannot be read: {type(error).__name__}"
        raise Refusal.of(what, "check RECONCILE_CALENDAR", file=str(path)) from None


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None


def _yes(name: str, value: str | None) -> bool:
    if (value or "no") not in ("yes", "no"):
        raise Refusal.of(f"{PREFIX}{name.upper()} is {value!r}", "write yes or no")
    return value == "yes"


def _whole(name: str, value: str | None, default: int) -> int:
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        raise Refusal.of(f"{PREFIX}{name.upper()} is {value!r}", "write a whole number above zero")
    return int(value)


def _secrets(text: str) -> tuple[tuple[str, bytes], ...]:
    """`centre=SECRET` separated by blanks. A refusal never shows a secret."""
    found = []
    for word in text.split():
        name, sign, secret = word.partition("=")
        if not sign or not _PLAIN_NAME.fullmatch(name) or len(secret) < LEAST_SECRET:
            raise Refusal.of(
                f"{PREFIX}WEBHOOK_SECRETS has an entry that is no name=SECRET, or a secret below {LEAST_SECRET} signs",
                "write centre=SECRET, separated by blanks; make one with `openssl rand -hex 32`",
            )
        found.append((name, secret.encode()))
    return tuple(found)


def _path_secret(text: str) -> str:
    if text and (len(text) < LEAST_SECRET or not _PLAIN_NAME.fullmatch(text)):
        raise Refusal.of(
            f"{PREFIX}MPESA_PATH_SECRET is shorter than {LEAST_SECRET} signs, or has others than letters, digits, - and _",
            "make one with `openssl rand -hex 24`",
        )
    return text


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(word) for word in text.split())
    except ValueError as error:
        raise Refusal.of(
            f"{PREFIX}MPESA_ADDRESSES: {error}", "write addresses such as 192.0.2.0/24, with blanks"
        ) from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
