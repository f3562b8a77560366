"""Where statements are fetched from, as settings say it: `RECONCILE_SFTP_…` and `RECONCILE_IMAP_…`.

One server needs no name (`RECONCILE_SFTP_HOST`); of several each has one (`RECONCILE_SFTP_HALYK_HOST`), and what it
gives lies in its own folder of the inbox (`sftp`, `sftp-halyk`). Secrets are in no text that this program writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reconcile.problem import Problem, Refusal

_KEYS: Final = {
    "sftp": ("host", "port", "user", "password", "key", "key_password", "known_hosts", "folder", "pattern", "delete"),
    "imap": ("host", "port", "user", "password", "folder", "senders", "pattern", "ca", "delete"),
}
_NEEDED: Final = {"sftp": ("host", "user", "known_hosts"), "imap": ("host", "user", "password", "senders")}
_PORTS: Final = {"sftp": 22, "imap": 993}
_FOLDERS: Final = {"sftp": ".", "imap": "INBOX"}
_YES: Final = frozenset({"1", "yes", "true", "on"})
_NO: Final = frozenset({"", "0", "no", "false", "off"})


@dataclass(frozen=True, slots=True)
class SftpSource:
    """A folder on a bank's SFTP server. The server's key must stand in `known_hosts`: nothing is trusted on first use."""

    name: str
    host: str
    user: str
    known_hosts: Path
    port: int = 22
    password: str = field(default="", repr=False)
    key: Path | None = None
    key_password: str = field(default="", repr=False)
    folder: str = "."
    patterns: tuple[str, ...] = ("*",)
    delete: bool = False


@dataclass(frozen=True, slots=True)
class ImapSource:
    """A mailbox, always over TLS. Only attachments of mails from `senders` (an address, or `@domain`) are taken."""

    name: str
    host: str
    user: str
    senders: tuple[str, ...]
    password: str = field(default="", repr=False)
    port: int = 993
    folder: str = "INBOX"
    patterns: tuple[str, ...] = ("*",)
    ca: Path | None = None
    delete: bool = False


Source = SftpSource | ImapSource


def sources_of(values: Mapping[str, str], prefix: str) -> tuple[Source, ...]:
    """The sources that the settings name (keys in small letters, without the program's prefix). Refuses a source that
    lacks what it needs, with the name of each variable; `prefix` is for these names alone."""
    found: dict[str, dict[str, str]] = {}
    for key, value in values.items():
        if value and (told := _told(key)):
            found.setdefault(told[0], {})[told[1]] = value
    problems: list[Problem] = []
    sources: list[Source] = []
    for name, given in sorted(found.items()):
        kind = name.partition("-")[0]
        if missing := [key for key in _NEEDED[kind] if not given.get(key)]:
            problems += _missing(name, missing, prefix)
        else:
            sources.append(_sftp(name, given, prefix) if kind == "sftp" else _imap(name, given, prefix))
    if problems:
        raise Refusal(problems)
    return tuple(sources)


def _told(key: str) -> tuple[str, str] | None:
    """`sftp_halyk_known_hosts` is ("sftp-halyk", "known_hosts"); None for what is no setting of a source."""
    kind, _, rest = key.partition("_")
    for setting in sorted(_KEYS.get(kind, ()), key=len, reverse=True):
        if rest == setting:
            return kind, setting
        if rest.endswith("_" + setting):
            return f"{kind}-{rest.removesuffix('_' + setting).replace('_', '-')}", setting
    return None


def _variable(name: str, key: str, prefix: str) -> str:
    return prefix + f"{name.replace('-', '_')}_{key}".upper()


def _missing(name: str, keys: list[str], prefix: str) -> Iterator[Problem]:
    for key in keys:
        yield Problem(f"{_variable(name, key, prefix)} is not set", _WHY.get(key, "set it, see docs/inboxes.md"))


_WHY: Final = {
    "known_hosts": "name the file with the server's key, compared with what the bank gives: it proves who the server is",
    "senders": "say whose mails bring statements, as address or @domain: anybody can write to a mailbox",
}


def _sftp(name: str, given: Mapping[str, str], prefix: str) -> SftpSource:
    if not given.get("password") and not given.get("key"):
        raise Refusal.of(
            f"neither {_variable(name, 'key', prefix)} nor {_variable(name, 'password', prefix)} is set",
            "name the private key's file, or set the password",
        )
    return SftpSource(
        name, given["host"], given["user"], Path(given["known_hosts"]), _port(name, given, prefix),
        given.get("password", ""), Path(given["key"]) if given.get("key") else None, given.get("key_password", ""),
        given.get("folder") or _FOLDERS["sftp"], _list(given.get("pattern", "*")), _switch(name, given, prefix),
    )  # fmt: skip


def _imap(name: str, given: Mapping[str, str], prefix: str) -> ImapSource:
    return ImapSource(
        name, given["host"], given["user"], tuple(each.lower() for each in _list(given["senders"])), given["password"],
        _port(name, given, prefix), given.get("folder") or _FOLDERS["imap"], _list(given.get("pattern", "*")),
        Path(given["ca"]) if given.get("ca") else None, _switch(name, given, prefix),
    )  # fmt: skip


def _list(text: str) -> tuple[str, ...]:
    return tuple(each for each in text.replace(",", " ").split() if each)


def _port(name: str, given: Mapping[str, str], prefix: str) -> int:
    text = given.get("port", "")
    if not text:
        return _PORTS[name.partition("-")[0]]
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise Refusal.of(f"{_variable(name, 'port', prefix)} is {text!r}", "write a port, 1 to 65535")
    return int(text)


def _switch(name: str, given: Mapping[str, str], prefix: str) -> bool:
    text = given.get("delete", "").lower()
    if text not in _YES | _NO:
        raise Refusal.of(f"{_variable(name, 'delete', prefix)} is {text!r}", "write yes or no")
    return text in _YES
