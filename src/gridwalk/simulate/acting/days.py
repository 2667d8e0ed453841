"""The plan of a hundred days: who knocks where and when, and what comes of it. Pure: nothing is written anywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from gridwalk.simulate.acting.findings import Listed
from gridwalk.simulate.acting.knocks import Day, Knock, calendar
from gridwalk.simulate.acting.rounds import GridWorker
from gridwalk.simulate.street.world import PILOT, World

WORKING_DAYS = 60
ALL_FROM_DAY = 11


def wave_day(grid: str) -> int:
    """The working day on which a grid's wave begins: the pilot community at once, all others after ten days."""
    return 1 if grid.startswith(PILOT) else ALL_FROM_DAY


def plan(world: World, upto_day: int, start: dt.date) -> Iterator[tuple[Day, dt.date, str, list[Knock]]]:
    """``(day, date, grid code, knocks)`` for every grid at work, up to and with working day ``upto_day``.

    ``start``: the first day of the action phase. The same world, start and length give the same knocks; a longer plan
    begins with the shorter one.
    """
    listed = Listed(world)
    workers = [GridWorker(world, listed, grid) for community in world.communities for grid in community.grids]
    for day in calendar(start, upto_day):
        for worker in workers:
            if day.n >= wave_day(worker.grid) and (
                not day.saturday or worker.grid.startswith(PILOT) or int(worker.grid[-1]) % 2
            ):
                knocks = worker.work(day)
                if knocks:
                    yield day, day.date, worker.grid, knocks
