"""What is due: pure arithmetic over an entry, its time zone, a moment, and what was recorded.

**After an outage** every missed night is told, and only the newest is worked. A night has no work of its own: the
statements of three nights lie in one inbox, and one run decides everything outstanding. Working each missed night would
do the same thing several times and only delay finance. That the others were missed is recorded, so that nobody looks
for their reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schedules.schedule import Schedule

_DAY = timedelta(days=1)


class Due(NamedTuple):
    """A job whose moment has come. `missed`: a later one is due as well and does its work."""

    job: str
    country: str
    due_at: datetime
    missed: bool = False


def job_name(job: str, country: str) -> str:
    """What the books call a country's job.

    >>> job_name("nightly", "KZ")
    'nightly:KZ'
    """
    return f"{job}:{country}"


def due_at(schedule: Schedule, zone: ZoneInfo, day: date) -> datetime:
    """The moment of a calendar day, in UTC: exactly one, whatever the clocks do on that day.

    An hour that the clocks leave out is reckoned by the clocks before the change (02:30 becomes 03:30 of the new
    time); one that they show twice is the first of the two (`fold` 0 in both cases, PEP 495).
    """
    return datetime.combine(day, schedule.at, zone).astimezone(UTC)


def due(schedule: Schedule, zone: ZoneInfo, now: datetime, done: Collection[datetime]) -> list[Due]:
    """What is due and not recorded yet: oldest moment first, in one moment in the order of the entry's jobs.

    `done` are recorded moments of this schedule; the latest one that is not in the future says from where on. Where
    nothing was recorded, the schedule begins with the latest moment that is past. Never the future: a record from it
    (a clock ran ahead) neither stops a night nor makes one.
    """
    if now.tzinfo is None:
        raise ValueError(f"{now} has no time zone")
    past = [moment for moment in done if moment <= now]
    moments = sorted(set(_moments(schedule, zone, now, max(past, default=None))))
    newest = moments[-1:]
    return [
        Due(job, schedule.country, moment, [moment] != newest) for moment in moments for job in schedule.jobs
    ]


def _moments(schedule: Schedule, zone: ZoneInfo, now: datetime, after: datetime | None) -> Iterator[datetime]:
    """Backwards from now to the last recorded moment; without one only the latest."""
    day = now.astimezone(zone).date() + _DAY
    while True:
        day -= _DAY
        moment = due_at(schedule, zone, day)
        if moment > now:
            continue
        if after is not None and moment <= after:
            return
        yield moment
        if after is None:
            return
