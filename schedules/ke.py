"""Kenya."""

from datetime import time

from schedules.schedule import Schedule

SCHEDULE = Schedule(
    country="KE",
    at=time(4, 30),
    jobs=("nightly",),
    why=(
        "mobile money is paid around the clock and least of all between 4 and 5, so the day before is whole and few "
        "payments fall between the statement and the run; finance begins at 8"
    ),
)
