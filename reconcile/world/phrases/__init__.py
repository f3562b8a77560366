"""What clerks type into the purpose of payment, by language. Data, written apart from the reader's lexicon."""

from __future__ import annotations

from typing import Final

from reconcile.world import scripts
from reconcile.world.phrases.english import ENGLISH, SWAHILI
from reconcile.world.phrases.kazakh import KAZAKH
from reconcile.world.phrases.language import Language, derived
from reconcile.world.phrases.russian import RUSSIAN
from reconcile.world.phrases.uzbek import UZBEK

LANGUAGES: Final = {
    language.code: language
    for language in (
        RUSSIAN,
        derived(RUSSIAN, "ru-latn", scripts.latin),
        derived(RUSSIAN, "ru-latn-bank", lambda text: scripts.latin(text, 2)),
        KAZAKH,
        derived(KAZAKH, "kk-poor", scripts.poor),
        UZBEK,
        derived(UZBEK, "uz-latn-plain", lambda text: text.replace("‘", "").replace("’", "")),
        derived(UZBEK, "uz-cyrl", scripts.uzbek_cyrillic),
        derived(UZBEK, "uz-cyrl-poor", lambda text: scripts.poor(scripts.uzbek_cyrillic(text))),
        ENGLISH,
        SWAHILI,
    )
}
# How often each language is met in payments to an account of the country.
SPOKEN: Final = {
    "KZ": ("ru",) * 6 + ("kk", "kk", "kk-poor", "ru-latn", "ru-latn-bank", "en"),
    "UZ": ("ru",) * 4 + ("uz-latn",) * 3 + ("uz-latn-plain", "uz-cyrl", "uz-cyrl-poor", "uz-cyrl-poor", "ru-latn"),
    "KE": ("en",) * 9 + ("sw",),
}

__all__ = ["LANGUAGES", "SPOKEN", "Language"]
