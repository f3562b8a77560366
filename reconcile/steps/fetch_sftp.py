"""A bank's SFTP server. Its host key must be known before: a server that is not, or has another key, gets no password.

The agent's keys and those in the home folder are never offered: only what the settings name.
"""

from __future__ import annotations

import fnmatch
import posixpath
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from reconcile.problem import Refusal
from reconcile.sources import SftpSource
from reconcile.steps.fetch import Away, Offered
from reconcile.steps.inbox_folder import UNFINISHED

try:
    import paramiko
except ImportError:  # an extra: most deployments have no SFTP
    paramiko = None

SECONDS: Final = 30.0
_CHUNK: Final = 1 << 18


@contextmanager
def connected(source: SftpSource) -> Iterator[Sftp]:
    """Refuses an unknown or changed host key and refused credentials: a person must see to these."""
    if paramiko is None:
        raise Refusal.of("SFTP needs paramiko", "install it: pip install 'reconcile[sftp]'")
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    try:
        client.load_host_keys(str(source.known_hosts))
    except OSError as error:
        raise Refusal.of(
            f"{source.known_hosts}: {error.strerror or error}", "put the server's key into this file"
        ) from None
    try:
        _connect(client, source)
        with client.open_sftp() as sftp:
            channel = sftp.get_channel()
            if channel is not None:
                channel.settimeout(SECONDS)
            yield Sftp(sftp, source)
    except (paramiko.SSHException, EOFError, TimeoutError, socket.gaierror, ConnectionError) as error:
        raise Away(f"the server {source.host} is away: {_said(error)}") from None
    finally:
        client.close()


def _connect(client: paramiko.SSHClient, source: SftpSource) -> None:
    try:
        client.connect(
            source.host,
            source.port,
            source.user,
            source.password or None,
            key_filename=str(source.key) if source.key else None,
            passphrase=source.key_password or None,
            timeout=SECONDS,
            banner_timeout=SECONDS,
            auth_timeout=SECONDS,
            allow_agent=False,
            look_for_keys=False,
        )
    except paramiko.BadHostKeyException:
        raise Refusal.of(
            f"the server {source.host} shows another key than the one in {source.known_hosts}: it may be a false one",
            "ask the bank whether it changed its key, compare the fingerprint, then replace the line",
        ) from None
    except (paramiko.AuthenticationException, paramiko.PasswordRequiredException):
        raise Refusal.of(
            f"the server {source.host} does not accept the user {source.user} with this key or password",
            "check the settings, or ask the bank",
        ) from None
    except paramiko.SSHException as error:
        if "not found in known_hosts" in str(error):
            raise Refusal.of(
                f"the key of the server {source.host} is not in {source.known_hosts}",
                "get it from the bank, compare the fingerprint, and put the line there",
            ) from None
        raise
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise Refusal.of(f"{source.key}: there is no such key file", "correct the setting") from None
        raise Away(f"the server {source.host} is away: {_said(error)}") from None


def _said(error: Exception) -> str:
    return str(error)[:160] or type(error).__name__


class Sftp:
    """What lies in one folder of the server."""

    may_grow = True

    def __init__(self, sftp: paramiko.SFTPClient, source: SftpSource) -> None:
        self.sftp = sftp
        self.source = source

    def offered(self, known: Callable[[str], bool]) -> list[Offered]:
        """Plain files that match the pattern, and are not visibly under way."""
        try:
            found = self.sftp.listdir_attr(self.source.folder)
        except OSError as error:
            raise Refusal.of(
                f"the folder {self.source.folder!r} of {self.source.host} cannot be read: {_said(error)}",
                "correct the folder in the settings, or ask the bank",
            ) from None
        return [
            Offered(f"{self._path(each.filename)}\n{each.st_size}\n{each.st_mtime}", each.filename, each.st_size or 0)
            for each in sorted(found, key=lambda each: str(each.filename))
            if stat.S_ISREG(each.st_mode or 0) and self._wanted(each.filename)
        ]

    def _wanted(self, name: str) -> bool:
        if name.startswith(".") or name.lower().endswith(UNFINISHED):
            return False
        return any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in self.source.patterns)

    def _path(self, name: str) -> str:
        return posixpath.join(self.source.folder, name)

    def read(self, offered: Offered, into: BinaryIO, max_bytes: int) -> None:
        """The whole file, which must have the size that was offered: it may be growing, or the line was cut."""
        written = 0
        try:
            with self.sftp.open(self._path(offered.name), "rb") as remote:
                remote.prefetch(offered.size)
                while chunk := remote.read(_CHUNK):
                    written += len(chunk)
                    if written > offered.size:
                        break
                    into.write(chunk)
        except OSError as error:
            raise Away(f"{offered.name} of {self.source.host} was not read: {_said(error)}") from None
        if written != offered.size:
            raise Away(f"{offered.name} of {self.source.host} has another size than a moment ago: it is being written")

    def delete(self, offered: Offered) -> None:
        try:
            self.sftp.remove(self._path(offered.name))
        except OSError as error:
            raise Refusal.of(
                f"{offered.name} was fetched and cannot be deleted from {self.source.host}: {_said(error)}",
                "ask the bank for the right to delete, or leave the setting out",
            ) from None
