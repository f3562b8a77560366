"""A real IMAP server on loopback, over TLS, just large enough for a mail client: folders of mails in memory."""

from __future__ import annotations

import datetime
import ipaddress
import re
import socket
import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder: Path) -> Path:
    """A key and a certificate of `localhost`, in one file that also proves it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@dataclass
class Mailbox:
    """The mails by number, and every command that the client sent."""

    certificate: Path
    mails: dict[int, bytes] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    validity: int = 77
    password: str = "right"
    hang_up_on: str = ""
    port: int = 0

    def __enter__(self) -> Mailbox:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, args=(context,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()

    def _serve(self, context: ssl.SSLContext) -> None:
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as secure:
                    self._talk(secure)
            except (ssl.SSLError, OSError):
                continue

    def _talk(self, connection: ssl.SSLSocket) -> None:
        lines = connection.makefile("rwb")

        def say(*words: bytes) -> None:
            lines.write(b"".join(words) + b"\r\n")
            lines.flush()

        say(b"* OK [CAPABILITY IMAP4rev1 UIDPLUS] ready")
        while line := lines.readline():
            tag, _, command = line.decode().strip().partition(" ")
            self.commands.append(command)
            if self.hang_up_on and self.hang_up_on in command:
                return
            done = self._answer(command, say)
            say(tag.encode(), b" ", done)
            if command.upper() == "LOGOUT":
                return

    def _answer(self, command: str, say: object) -> bytes:
        assert callable(say)
        word = command.split()[0].upper()
        if word == "LOGIN":
            return b"OK in" if f'"{self.password}"' in command else b"NO no"
        if word == "CAPABILITY":
            say(b"* CAPABILITY IMAP4rev1 UIDPLUS")
        if word in ("SELECT", "EXAMINE"):
            if "INBOX" not in command:
                return b"NO no such folder"
            say(b"* %d EXISTS" % len(self.mails))
            say(b"* OK [UIDVALIDITY %d]" % self.validity)
        if word == "UID":
            self._uid(command, say)
        return b"OK done"

    def _uid(self, command: str, say: object) -> None:
        assert callable(say)
        if "SEARCH" in command:
            say(b"* SEARCH " + b" ".join(b"%d" % number for number in sorted(self.mails)))
            return
        found = re.search(r"UID \w+ ([0-9]+)", command)
        assert found is not None
        number = int(found.group(1))
        content = self.mails.get(number, b"")
        if "RFC822.SIZE" in command:
            say(b"* 1 FETCH (UID %d RFC822.SIZE %d)" % (number, len(content)))
        elif "BODY.PEEK[]" in command:
            say(b"* 1 FETCH (UID %d BODY[] {%d}\r\n" % (number, len(content)), content, b")")
        elif "STORE" in command:
            self.deleted.add(number)
        elif "EXPUNGE" in command and number in self.deleted:
            del self.mails[number]
