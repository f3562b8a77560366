"""What a token says of a name it may be part of: a legal form, a surname, a word that a purpose also uses."""

from __future__ import annotations

import re
from typing import Final

from reconcile.purpose.tokens import Taken
from reconcile.purpose.words import Phrase

SURNAME: Final = re.compile(
    r"(?:[ОЕЁ]ВА?|ИНА?|[ОЕЁИ]ВОЙ|ИНОЙ|[ОЕЁ]ВУ|[ОЕЁ]ВЫМ|ИНУ|СК(?:ИЙ|АЯ|ОГО|ОЙ|ОМУ|УЮ)|[ОЕ]ВИЧА?|[ОЕ]ВНА|[ОЕ]ВНЫ|[ОЕ]ВНУ|ҰЛЫ|УЛЫ|ҚЫЗЫ|КЫЗЫ"
    r"|ЎҒЛИ|УГЛИ|КИЗИ|ҚИЗИ|O[VW]A?|EVA?|OV|YEVA?|INA|UGLI|QIZI|KIZI|OVICH|EVICH|OVNA|EVNA|ULY|KYZY)$"
)


def role(taken: Taken, at: int, name: str) -> bool:
    value = taken.values[at] if 0 <= at < len(taken.values) else None
    return isinstance(value, Phrase) and name in value.roles


def is_form(taken: Taken, at: int) -> bool:
    return role(taken, at, "role.legal_form")
