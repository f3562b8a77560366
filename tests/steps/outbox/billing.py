"""A billing system behind a real HTTP server: what it learns of balances, and how it may fail while it learns."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "a-secret-of-the-tests-only"

OK = "ok"
REFUSES = "refuses"  # 500, nothing taken
TAKES_AND_FAILS = "takes and fails"  # taken, then 500
TAKES_AND_DIES = "takes and dies"  # taken, then the connection is reset without an answer
DIES = "dies"  # reset before anything is read
HANGS = "hangs"  # nothing taken, no answer until long after the time-out
BUSY = "busy"  # 503 with Retry-After
ELSEWHERE = "elsewhere"  # a redirect, which is not followed
MOODS = (REFUSES, TAKES_AND_FAILS, TAKES_AND_DIES, DIES, HANGS, BUSY, ELSEWHERE)


@dataclass(eq=False)
class Billing:
    """Keeps what a careful receiver keeps: ids that it knows, and each account's sequence and balance. `wrong` is
    whatever it should never have been told."""

    mood: Callable[[dict[str, Any]], str] = lambda said: OK
    url: str = ""
    known: dict[str, bytes] = field(default_factory=dict)
    sequence: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    balance: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    asked: list[tuple[str, int]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    timestamps: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    def take(self, said: dict[str, Any], content: bytes) -> None:
        name, account = said["id"], said["account_number"]
        if name in self.known:
            if self.known[name] != content:
                self.wrong.append(f"{name} was told in two ways")
            return
        if said["sequence"] != self.sequence[account] + 1:
            self.wrong.append(f"{account}: {said['sequence']} came after {self.sequence[account]}")
        if Decimal(said["before"]) != self.balance[account]:
            self.wrong.append(f"{account}: {said['before']} before, {self.balance[account]} here")
        if Decimal(said["before"]) + Decimal(said["change"]) != Decimal(said["after"]):
            self.wrong.append(f"{account}: {said}")
        self.known[name] = content
        self.sequence[account] = said["sequence"]
        self.balance[account] = Decimal(said["after"])

    def balances(self) -> dict[str, Decimal]:
        return dict(self.balance)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        billing = self.server.billing
        content = self.rfile.read(int(self.headers["Content-Length"]))
        said = json.loads(content)
        with billing.lock:
            billing.asked.append((said["account_number"], said["sequence"]))
            billing.timestamps.append(int(self.headers["webhook-timestamp"]))
            mood = billing.mood(said)
            if not _signed(self.headers, content) or self.headers["Idempotency-Key"] != said["id"]:
                billing.wrong.append(f"{said['id']} is not signed")
            if mood in (OK, TAKES_AND_FAILS, TAKES_AND_DIES):
                billing.take(said, content)
        if mood == HANGS:
            billing.over.wait(5)
        if mood in (TAKES_AND_DIES, DIES, HANGS):
            self._reset()
            return
        code = {OK: 204, BUSY: 503, ELSEWHERE: 302}.get(mood, 500)
        self.send_response(code)
        if mood == BUSY:
            self.send_header("Retry-After", "1800")
        if mood == ELSEWHERE:
            self.send_header("Location", billing.url + "elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    billing: Billing


def _signed(headers: Any, content: bytes) -> bool:
    """As a receiver checks it, by the words of docs/outbox.md alone."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
    expected = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in headers["webhook-signature"].split(" ")


@contextmanager
def billing_system() -> Iterator[Billing]:
    billing = Billing()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.billing = billing
    billing.url = f"http://127.0.0.1:{server.server_address[1]}/balances"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield billing
    finally:
        billing.over.set()
        server.shutdown()
        server.server_close()
