"""A number that is a day or a year: «3 февраля 2026», «28-may», «2026 йил», «март 2026», «Feb 3, 2026»."""

from __future__ import annotations

import re
from typing import Final

from reconcile.purpose.ranges import Ranges
from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.view import REFERENCE, plain

_DAYS: Final = 31
_ORDINAL: Final = re.compile(r"([0-9]{1,2})(?:ST|ND|RD|TH|-?ГО)")
_LONGEST_ORDINAL: Final = 5
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_CUT_YEAR: Final = re.compile(r"(?=[0-9]*\n[0-9]+\Z)2\n?0\n?[0-9]\n?[0-9]")


class Dates(Ranges):
    """Tells a number that is part of a date."""

    def _part_of_date(self, first: int, last: int, start: int, end: int) -> bool:
        """«3 февраля 2026», «28-may», «2026 йил», «март 2026», «Feb 3, 2026»: the number is a day or a year."""
        digits = self.text[start:end]
        if first != last and _CUT_YEAR.fullmatch(digits):  # «5 января 2 / 026»
            digits = digits.replace("\n", "")
        elif first != last or self.sign:
            return False
        if not plain(digits):
            ordinal = _ORDINAL.fullmatch(digits) if end - start <= _LONGEST_ORDINAL else None
            if ordinal is None or not plain(ordinal[1]):
                return False
            digits = ordinal[1]
        if len(digits) > 2 and not (len(digits) == 4 and _YEAR.fullmatch(digits)):
            return False
        after = self._behind_hyphen(last)
        before = self._phrase_at(first - 1) or self._phrase_at(first - 2 if self._dotted(first - 1) else first - 1)
        beside_month = (after is not None and after.month) or (before is not None and before.month)
        if len(digits) <= 2:
            return beside_month and 1 <= int(digits) <= _DAYS and self._date(start, end)
        dated_behind = after is not None and after.date and not after.mark and not self._dated_number(last)
        if beside_month or dated_behind or self._behind_date(start):
            return self._date(start, end)
        return False

    def _dated_number(self, last: int) -> bool:
        """«по счету 2026 от 10.02.2026»: a word names the number, and the date behind it is its own."""
        named = self.mark in REFERENCE and self._fresh()
        return named and self._phrase_at(last + 1) is not None and self._dated(last + 2)

    def _date(self, start: int, end: int) -> bool:
        self.spans.append(Span(SpanKind.DATE, start, end))
        mark, far, open_, comma = self.mark, self.strange, self.open, self.comma
        self._after(self.at)
        self.mark, self.strange, self.open, self.comma = mark, far, open_, comma
        return True

    def _dotted(self, at: int) -> bool:
        return self._is(at, "-") or self._is(at, ".")

    def _behind_date(self, start: int) -> bool:
        """«Feb 3, 2026»: right behind a day there stands a year."""
        if not self.spans or self.spans[-1].kind is not SpanKind.DATE:
            return False
        return not self.text[self.spans[-1].end : start].strip(" ,.")
