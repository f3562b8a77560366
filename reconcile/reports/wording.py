"""The seam to what other parts say in words, until they say it."""

from __future__ import annotations

from typing import Any


def explanation(decision: Any, language: str) -> str:
    return ""


def reason_words(code: str, language: str) -> str:
    return code.replace("_", " ")


def next_words(code: str, language: str) -> str:
    return ""


def evidence_words(evidence: Any, language: str) -> tuple[str, ...]:
    return tuple(
        code.replace("_", " ") + (": " + ", ".join(words.values()) if words else "") for code, words in evidence
    )
