"""Attachments of a mailbox, over TLS with a verified certificate.

Only mails whose `From` is one of the senders in the settings are opened; whether that `From` is true is for the mail
server to check before it sorts a mail into this folder (docs/inboxes.md). Mails are not marked as read. A mail that was
looked at is remembered by the mailbox' validity and its number there, also where it brought nothing.
"""

from __future__ import annotations

import email.policy
import fnmatch
import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from typing import BinaryIO, Final

from reconcile.problem import Refusal
from reconcile.sources import ImapSource
from reconcile.steps.fetch import Away, Offered
from reconcile.steps.inbox_folder import plain_name

SECONDS: Final = 30.0
MAIL_BYTES: Final = 64 << 20
"""Of one mail with all its attachments: it is held in memory. What is larger is refused by its size."""
_NUMBER: Final = re.compile(rb"[0-9]+")
_SIZE: Final = re.compile(rb"RFC822\.SIZE ([0-9]+)")
# What mail programs attach of themselves.
_NO_STATEMENT: Final = frozenset({"image", "audio", "video"})
_NO_STATEMENTS: Final = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)


@contextmanager
def connected(source: ImapSource) -> Iterator[Imap]:
    """Refuses a certificate that is not the server's, refused credentials, and a folder that is not there."""
    try:
        context = ssl.create_default_context(cafile=str(source.ca) if source.ca else None)
        client = imaplib.IMAP4_SSL(source.host, source.port, ssl_context=context, timeout=SECONDS)
    except ssl.SSLCertVerificationError as error:
        raise Refusal.of(
            f"the certificate of {source.host} is not valid: {error.verify_message}",
            "do not go on; ask who runs the mail server, or name its authority in the setting CA",
        ) from None
    except (OSError, imaplib.IMAP4.error) as error:
        if isinstance(error, FileNotFoundError):
            raise Refusal.of(f"{source.ca}: there is no such file", "correct the setting CA") from None
        raise Away(f"the mail server {source.host} is away: {_said(error)}") from None
    try:
        yield _opened(client, source)
    except (OSError, imaplib.IMAP4.abort) as error:
        raise Away(f"the mail server {source.host} ended the connection: {_said(error)}") from None
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            client.logout()


def _said(error: Exception) -> str:
    return str(error)[:160] or type(error).__name__


def _opened(client: imaplib.IMAP4, source: ImapSource) -> Imap:
    try:
        client.login(source.user, source.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise Refusal.of(
            f"the mail server {source.host} does not accept the user {source.user} with this password",
            "check the settings",
        ) from None
    status, _ = client.select(f'"{source.folder}"', readonly=not source.delete)
    if status != "OK":
        raise Refusal.of(f"there is no mail folder {source.folder!r}", "correct the setting FOLDER")
    validity = client.response("UIDVALIDITY")[1]
    found = _NUMBER.search(validity[0] or b"") if validity else None
    return Imap(client, source, found.group().decode() if found else "0")


class Imap:
    """One folder of the mailbox. A mail is whole when it is there."""

    may_grow = False

    def __init__(self, client: imaplib.IMAP4, source: ImapSource, validity: str) -> None:
        self.client = client
        self.source = source
        self.validity = validity
        self.mail: tuple[str, list[tuple[str, bytes]]] = ("", [])
        """The last mail that was opened: its attachments are taken one after another."""
        self.taken: dict[str, int] = {}
        """How many attachments of each mail were taken by now."""

    def offered(self, known: Callable[[str], bool]) -> list[Offered]:
        """The attachments of all mails not yet looked at, and the mail itself last: once that is remembered, all is."""
        status, answer = self.client.uid("SEARCH", "ALL")
        if status != "OK":
            raise Away(f"the mail server {self.source.host} does not search the folder")
        numbers = [each.decode() for each in _NUMBER.findall(answer[0] or b"")]
        return [each for number in numbers if not known(self.key(number)) for each in self._of(number)]

    def key(self, number: str, part: int = 0) -> str:
        return f"{self.source.folder}\n{self.validity}\n{number}\n{part}"

    def _of(self, number: str) -> Iterator[Offered]:
        size = self._size(number)
        if size > MAIL_BYTES:
            yield Offered(self.key(number), f"mail {number}", size)
            return
        for part, (name, content) in enumerate(self.attachments(number), 1):
            yield Offered(self.key(number, part), name, len(content))
        yield Offered(self.key(number), "", size)

    def _size(self, number: str) -> int:
        _, answer = self.client.uid("FETCH", number, "(RFC822.SIZE)")
        found = _SIZE.search(b" ".join(each for each in answer if isinstance(each, bytes)))
        return int(found.group(1)) if found else MAIL_BYTES + 1

    def attachments(self, number: str) -> list[tuple[str, bytes]]:
        """Name and content of each attachment that may be a statement, in the order of the mail."""
        if self.mail[0] != number:
            _, answer = self.client.uid("FETCH", number, "(BODY.PEEK[])")
            raw = next((each[1] for each in answer if isinstance(each, tuple)), b"")
            self.mail = number, list(self._attached(raw))
        return self.mail[1]

    def _attached(self, raw: bytes) -> Iterator[tuple[str, bytes]]:
        mail = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(raw)
        if not self._from_a_sender(mail):
            return
        for part in mail.walk():
            name = plain_name(part.get_filename() or "")
            if not name or part.get_content_maintype() in _NO_STATEMENT or part.get_content_type() in _NO_STATEMENTS:
                continue
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and content and self._wanted(name):
                yield name, content

    def _from_a_sender(self, mail: EmailMessage) -> bool:
        """Exactly one author, and one that the settings name."""
        found = [address.lower() for _, address in getaddresses([str(each) for each in mail.get_all("From", [])])]
        return len(found) == 1 and any(
            found[0] == sender or (sender.startswith("@") and found[0].endswith(sender))
            for sender in self.source.senders
        )

    def _wanted(self, name: str) -> bool:
        return any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in self.source.patterns)

    def read(self, offered: Offered, into: BinaryIO, max_bytes: int) -> None:
        number, part = offered.key.split("\n")[2:]
        if part == "0":
            raise Refusal.of(f"the mail has more than {MAIL_BYTES} bytes", "take its attachments by hand")
        into.write(self.attachments(number)[int(part) - 1][1])

    def delete(self, offered: Offered) -> None:
        """The mail itself, once all its attachments were taken; one that brought none is not ours to delete."""
        number, part = offered.key.split("\n")[2:]
        if part != "0":
            self.taken[number] = self.taken.get(number, 0) + 1
            return
        if self.taken.get(number, 0) != len(self.attachments(number)) or number not in self.taken:
            return
        self.client.uid("STORE", number, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self.client.capabilities:  # else it stays marked: EXPUNGE would take other people's too
            self.client.uid("EXPUNGE", number)
