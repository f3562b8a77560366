"""What the console itself says. The English words in the templates are the keys; a language is one file beside this.

A test asks for every text of every template in every language. What a decision says stands in `reconcile.explain`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent


@lru_cache(maxsize=8)
def catalogue(language: str) -> Mapping[str, str]:
    """English text → text. English needs none."""
    path = _FOLDER / f"{language}.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def say(text: str, language: str, **values: object) -> str:
    """The text in that language, with the values in their places.

    >>> say("{count} payments", "en", count=3)
    '3 payments'
    """
    return catalogue(language).get(text, text).format(**values) if values else catalogue(language).get(text, text)
