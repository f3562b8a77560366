"""Uzbekistan."""

from datetime import time

from schedules.schedule import Schedule

SCHEDULE = Schedule(
    country="UZ",
    at=time(5, 30),
    jobs=("nightly",),
    why=(
        "after the banks have closed their day and before finance begins at 9: three hours and a half for a file that "
        "is refused to be asked for again; half an hour after Kazakhstan, which keeps the same clock, so that the two "
        "do not queue behind each other"
    ),
)
