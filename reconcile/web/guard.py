"""The first and the last thing on a request's way: who may post from where, how much, and what every answer says.

What stands here holds for every address, whoever writes its handler.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
API: Final = "/api/"
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class _TooMuch(Exception):
    """More bytes came than are allowed here."""


class Guard:
    """Refuses forged and oversized requests, and gives every answer its headers. `limit` says how many bytes a path
    takes; `origins` are the addresses, beside the request's own host, under which the console is reached."""

    def __init__(
        self, app: ASGIApp, limit: Callable[[str], int], https: bool = False, origins: tuple[str, ...] = ()
    ) -> None:
        self.app = app
        self.limit = limit
        self.https = https
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, self._with_headers(scope, send))
            return
        await self._counted(scope, receive, self._with_headers(scope, send))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if scope["method"] not in SAFE and not self._from_here(headers):
            return PlainTextResponse("This request came from another site. Nothing was done.", 403)
        length = headers.get("content-length", "")
        if length and not (length.isascii() and length.isdigit()):
            return PlainTextResponse("The request does not say how long it is.", 400)
        if length and int(length) > self.limit(scope["path"]):
            return too_large()
        return None

    def _from_here(self, headers: Headers) -> bool:
        """A browser says where a request comes from; what says nothing is no browser, and still needs a token."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = headers.get("origin")
        if origin is None:
            return True
        return origin in self.origins or urlsplit(origin).netloc == headers.get("host", "")

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Also a body that does not say how long it is ends at the limit: whatever the handler made of it, the
        answer is that it was too large."""
        limit = self.limit(scope["path"])
        seen = 0
        over = started = False

        async def counted() -> Message:
            nonlocal seen, over
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                over = True
                raise _TooMuch
            return message

        async def answer(message: Message) -> None:
            nonlocal started
            if over and not started:
                return
            started = True
            await send(message)

        try:
            await self.app(scope, counted, answer)
        except Exception:
            if not over:
                raise
        if over and not started:
            await too_large()(scope, receive, send)

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        static = scope["path"].startswith("/static/")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "public, max-age=3600" if static else "no-store")
                if self.https:
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        return sending


def too_large() -> Response:
    return PlainTextResponse("This is larger than what is taken here. Nothing of it was stored.", 413)
