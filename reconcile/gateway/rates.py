"""The National Bank of Kazakhstan's file of rates, read strictly: a rate that is read wrongly is money that is wrong.

Two shapes are published: RSS with `pubDate` in each item, and `rates` with one `date`. A rate is `description / quant`: so
many tenge for `quant` units. A file without a quant, with text or zero in it, without a date, or that is an error message
in JSON (which the bank sends with status 200 for a day it does not know) is refused whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from lxml import etree

from reconcile.money import minor_digits
from reconcile.problem import Refusal

BASE: Final = "KZT"
_NUMBER: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,8})?\Z", re.ASCII)
_QUANTS: Final = frozenset({"1", "10", "100", "1000", "10000", "100000"})
_ASK: Final = "fetch the file again for a day that the bank has published"


@dataclass(frozen=True, slots=True)
class Published:
    """One unit of `currency` costs `rate` of `base` on that day: an exact plain decimal."""

    day: date
    currency: str
    base: str
    rate: str


def read_national_bank(content: bytes) -> list[Published]:
    """All rates of a file; refuses it whole where anything in it is doubtful.

    >>> page = b"<rates><date>03.02.2026</date><item><title>UZS</title><description>3.96</description>"
    >>> read_national_bank(page + b"<quant>100</quant></item></rates>")[0].rate
    '0.0396'
    """
    root = _root(content)
    whole = root.findtext("date")
    found = [_item(item, whole) for item in root.iter("item")]
    if not found:
        raise Refusal.of("the file holds no rates", _ASK)
    if len({(each.day, each.currency) for each in found}) != len(found):
        raise Refusal.of("a currency stands twice for one day", _ASK)
    return found


def _root(content: bytes) -> etree._Element:
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        raise Refusal.of("the file is an error message of the bank, not a list of rates", _ASK)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise Refusal.of("the file is no whole XML", "fetch it again; it may be cut", line=line) from None
    if root.tag not in ("rates", "rss"):
        raise Refusal.of(f"the file begins with <{root.tag}>, not with the bank's <rates> or <rss>", _ASK)
    return root


def _item(item: etree._Element, whole: str | None) -> Published:
    line: int | None = item.sourceline  # type: ignore[assignment]
    currency = (item.findtext("title") or "").strip()
    try:
        minor_digits(currency)
    except Refusal:
        raise Refusal.of(f"{currency[:20]!r} is no currency", _ASK, line=line) from None
    given = (item.findtext("description") or "").strip()
    if not _NUMBER.match(given) or not given.strip("0."):
        raise Refusal.of(f"the rate of {currency} is {given[:20]!r}", "it must be a number above zero", line=line)
    quant = (item.findtext("quant") or "").strip()
    if quant not in _QUANTS:
        what = f"the quant of {currency} is {quant[:20]!r}"
        raise Refusal.of(what, "without it the rate may be wrong a hundredfold; fetch the file again", line=line)
    rate = Decimal(given).scaleb(1 - len(quant))
    return Published(_day(whole or item.findtext("pubDate") or "", line), currency, BASE, _plain(rate))


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _day(text: str, line: int | None) -> date:
    for form in ("%d.%m.%Y", "%d.%m.%y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise Refusal.of(f"the day of the rates is {text[:20]!r}", _ASK, line=line)


def plain_rate(text: str) -> str:
    """A rate of a table: a plain decimal above zero, of at most twelve decimals.

    >>> plain_rate("0.03960")
    '0.0396'
    """
    if not re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,12})?", text, re.ASCII) or not text.strip("0."):
        raise Refusal.of(f"{text[:30]!r} is no rate", "write a plain decimal above zero such as 0.0396")
    return _plain(Decimal(text))
