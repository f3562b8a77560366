"""The night's report to those who read it: a letter to each recipient in the recipient's language, and a word to a chat."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.reports import alert_report
from reconcile.reports.alert_report import ON_THE_PAGE, Asked
from reconcile.reports.letter import make
from reconcile.reports.words import wording
from reconcile.steps.chat import address_of
from reconcile.steps.mail import Letter, write
from reconcile.store.engine import reading

KIND: Final = "report"
EVERYWHERE: Final = "*"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is told: an address, or a chat by its number among the settings; of which country (`*`: every one)."""

    country: str
    address: str
    language: str


def readers(given: str) -> tuple[Reader, ...]:
    """From the setting: `KZ=finance-kz@example.org/ru KE=finance@example.org/en *=cfo@example.org/en`, separated by
    blanks. Refuses what is not of this form."""
    return tuple(_reader(word) for word in given.split())


def _reader(word: str) -> Reader:
    country, _, rest = word.partition("=")
    address, _, language = rest.rpartition("/")
    if not country or "@" not in address or not language:
        mend = "write COUNTRY=ADDRESS/LANGUAGE, such as KZ=finance@example.org/ru, separated by blanks"
        raise Refusal.of(f"RECONCILE_REPORT_TO has {word!r}", mend)
    wording(language)
    return Reader(country, address, language)


def chat_readers(chats: Mapping[str, Sequence[str]], language: str = "en") -> tuple[Reader, ...]:
    """A reader for each chat (`chat.chats`): what it is told goes by the same way as letters do."""
    return tuple(
        Reader(country, address_of(country, number), language)
        for country, urls in chats.items()
        for number in range(len(urls))
    )


def write_letters(
    engine: Engine,
    country: str,
    day: date,
    to: Sequence[Reader],
    *,
    sender: str,
    now: datetime,
    policies: PolicyBook,
    faults: Sequence[str] | None,
    console: str = "",
) -> int:
    """Put the country's report of a day among the letters to be sent, once for each reader; how many were new. A night
    that is done again writes none again."""
    new = 0
    wanted = [each for each in to if each.country in (country, EVERYWHERE)]
    for language in sorted({each.language for each in wanted}):
        asked = Asked(day, now, country, language, ON_THE_PAGE, None if faults is None else tuple(faults))
        with reading(engine) as connection:
            said = make(connection, asked, policies, console)
        workbook = _workbook(engine, asked, policies)
        with engine.begin() as connection:
            for each in wanted:
                if each.language == language:
                    key = f"{KIND}:{country}:{day}"
                    if each.address.endswith(".invalid"):
                        given = Letter(key, KIND, each.address, said.subject, said.short)
                    else:
                        files = ((f"{day}-{country}.xlsx", workbook),)
                        given = Letter(key, KIND, each.address, said.subject, said.text, said.html, said.images, files)
                    new += write(connection, given, sender=sender, now=now)
    return new


def _workbook(engine: Engine, asked: Asked, policies: PolicyBook) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        alert_report.write(
            engine,
            path,
            day=asked.day,
            now=asked.now,
            policies=policies,
            country=asked.country,
            language=asked.language,
            faults=asked.faults,
        )
        return path.read_bytes()
