"""The nesting of an OFX file: aggregates opened and closed in order, the bank's error statuses refused."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.parsers.ofx_text import AGGREGATES, Token
from reconcile.problem import Refusal

_DEEPEST = 32


class Tree:
    """The reader's place in the file: the tokens still to come and the aggregates that are open."""

    def __init__(self, tokens: Iterator[Token]) -> None:
        self.tokens = tokens
        self.stack: list[Token] = []
        self.rows = 0
        """Transactions read so far."""
        self.status: dict[str, str] = {}

    def next(self) -> Token | None:
        """The next token, with `parent` told as it was before an aggregate opens or after it closes."""
        token = next(self.tokens, None)
        if token is None:
            self.refuse_open()
        elif token.name in AGGREGATES:
            self.close(token) if token.closing else self.open(token)
        elif not token.closing and self.parent == "STATUS":
            self.status.setdefault(token.name, token.text)
        return token

    @property
    def parent(self) -> str:
        """The innermost open aggregate."""
        return self.stack[-1].name if self.stack else ""

    def inside(self, name: str) -> bool:
        return any(token.name == name for token in self.stack)

    def open(self, token: Token) -> None:
        if token.text:
            seen = f"the text {token.text[:40]!r} stands outside any field"
            raise Refusal.of(seen, "download the statement again", line=token.line)
        if len(self.stack) >= _DEEPEST:
            raise Refusal.of("the file is nested too deeply", "download the statement again", line=token.line)
        self.stack.append(token)

    def close(self, token: Token) -> None:
        if self.parent != token.name:
            opened = f"<{self.parent}> of line {self.stack[-1].line} is open" if self.stack else "nothing is open"
            raise Refusal.of(f"</{token.name}> where {opened}", "download the statement again", line=token.line)
        self.stack.pop()
        if token.name == "STATUS":
            self.refuse_error(token.line)

    def refuse_open(self) -> None:
        if self.stack:
            opened = self.stack[-1]
            raise Refusal.of(f"<{opened.name}> is not closed: the file is cut", "download again", line=opened.line)

    def refuse_error(self, line: int) -> None:
        status, self.status = self.status, {}
        severity, code = status.get("SEVERITY", "").upper(), status.get("CODE", "")
        if severity == "ERROR" or (severity not in ("INFO", "WARN") and code.strip("0")):
            said = " ".join(filter(None, (status.get("CODE"), status.get("MESSAGE"))))
            seen = f"the bank answered with an error: {said[:120]}"
            raise Refusal.of(seen, "download the statement again", line=line)
