"""When Python looks for garbage in a process that works on chunks."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """A chunk holds many values for a short while, and they refer to one another in no circle: looking through them
    again and again would cost three quarters of the time that deciding takes. To be called where a process begins: it
    holds for the threads and forked children of this one, but not for one that is spawned."""
    gc.set_threshold(1_000_000, 50, 100)


def collect_young() -> None:
    """What came since the last time and is in circles (each SQL statement leaves some) is gone; what is older is not looked
    through. To be called between chunks, when their values are gone: else a long run keeps a million such objects."""
    gc.collect(0)
