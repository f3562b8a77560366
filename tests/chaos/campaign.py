"""A campaign: seeds, what each of them is for, and what came out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.command_line import crash_by_clock
from tests.chaos.crashes import Crashed, crash, crash_all
from tests.chaos.faults import disturb
from tests.chaos.night import Nights
from tests.chaos.queue import disturb_queue
from tests.chaos.scene import Scene
from tests.servers import postgres_server, redis_server

DATABASES = ("sqlite", "postgresql")
Schedule = Callable[[Scene, str, int], Crashed]
ROUND: tuple[Schedule, ...] = (
    disturb, crash, crash_all, crash, disturb, crash, crash_all, crash, disturb, crash,
    crash_all, disturb_queue, disturb, crash, crash_by_clock, crash, disturb, crash, crash_all, crash,
)  # fmt: skip
"""What the seeds are for, one after another; each on both databases in turn."""


def play(scene: Scene, seed: int) -> Crashed:
    turn, place = divmod(seed, len(ROUND))
    return ROUND[place](scene, DATABASES[(turn + place // 2) % 2], seed)


def campaign(seeds: Iterable[int], whole: bool) -> list[int]:
    """Run the seeds, each printed; the ones that came out otherwise."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        postgres, redis = stack.enter_context(postgres_server()), stack.enter_context(redis_server())
        scene = Scene(Path(folder), postgres, Nights(), stack, whole, redis)
        for seed in seeds:
            try:
                crashed = play(scene, seed)
            except AssertionError as error:
                crashed = Crashed(seed, "", (), [f"  {error}"])
            print(_shown(crashed), flush=True)
            if crashed.differences:
                wrong.append(seed)
    return wrong


def _shown(crashed: Crashed) -> str:
    kind = ROUND[crashed.seed % len(ROUND)]
    unit = "ms" if kind is crash_by_clock else "steps"
    where = f"at {', '.join(map(str, crashed.died_at))} {unit}" if crashed.died_at else "came to its end first"
    line = f"seed {crashed.seed:4} {crashed.database:10} {kind.__name__:14} {where:28} "
    return "\n".join([line + ("DIFFERS" if crashed.differences else "the same"), *crashed.differences])
