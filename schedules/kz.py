"""Kazakhstan."""

from datetime import time

from schedules.schedule import Schedule

SCHEDULE = Schedule(
    country="KZ",
    at=time(5, 0),
    jobs=("nightly",),
    why=(
        "after the banks have closed their day and before finance begins at 9: four hours, since Kazakhstan brings "
        "most statements and most cases for a person; one time zone in the whole country since 2024-03-01"
    ),
)
