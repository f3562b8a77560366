"""When things run, as data: one file a country. The hours are the country's own; its time zone stands in the policy.

To add a country, write a file beside these and name it in `SCHEDULES`. To change an hour, change it in the country's
file and say why; nothing else knows it. `due` tells from these entries, a moment and what was recorded what is to be
done; `tasks.tick` asks it every minute.
"""

from __future__ import annotations

from typing import Final

from schedules import ke, kz, uz
from schedules.due import Due, due, due_at, job_name
from schedules.schedule import Schedule

__all__ = ["SCHEDULES", "Due", "Schedule", "due", "due_at", "job_name"]

SCHEDULES: Final[tuple[Schedule, ...]] = (uz.SCHEDULE, kz.SCHEDULE, ke.SCHEDULE)
