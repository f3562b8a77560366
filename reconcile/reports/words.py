"""What the report itself says, in the languages that finance reads: one file a language in `wordings/`.

What a decision says stands in `reconcile.explain`. A new language is a new file with the keys and places of `en.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from reconcile.problem import Refusal

_FOLDER: Final = Path(__file__).parent / "wordings"


def languages() -> tuple[str, ...]:
    """The languages that the report speaks."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@lru_cache(maxsize=8)
def wording(language: str) -> Mapping[str, str]:
    """Every text of a language, by key. Refuses a language that the report does not speak."""
    if language not in languages():
        raise Refusal.of(f"the report does not speak {language!r}", f"choose one of {', '.join(languages())}")
    texts: dict[str, str] = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return texts


def say(key: str, language: str, **values: object) -> str:
    """The words under a key, with the values in their places."""
    return wording(language)[key].format(**values)


def said(key: str, language: str) -> bool:
    """Whether there are words under this key."""
    return key in wording(language)
