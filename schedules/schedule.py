"""What an entry of the schedule says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Schedule:
    """Once every calendar day of the country, at `at` by its clocks, these jobs in this order.

    `country` is an ISO 3166-1 alpha-2 code that the policy knows; the time zone is the policy's. `why` says why this
    hour, so that whoever moves it knows what hangs on it.
    """

    country: str
    at: time
    jobs: tuple[str, ...]
    why: str

    def __post_init__(self) -> None:
        if self.at.tzinfo is not None:
            raise ValueError(f"{self.country}: the hour {self.at} is the country's own; its zone stands in the policy")
        if not self.jobs or len(set(self.jobs)) != len(self.jobs):
            raise ValueError(f"{self.country}: name at least one job, and each once: {self.jobs}")
        if not self.why:
            raise ValueError(f"{self.country}: say why at {self.at}")
