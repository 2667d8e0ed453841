"""Lanes: phones and pages wait in queues of their own, and whoever waits for a lock holds up nobody behind it.

A lane lets few requests run at once, for more of them only take turns. A request that takes long, mostly because
it waits, gives its place to the next and keeps its thread; so a held grid stops its own pushes and no others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from gridwalk.core import patience
from gridwalk.core.patience import Patience

Answer = TypeVar("Answer")


def threads(name: str, patient: Patience, most: int) -> ThreadPoolExecutor:
    """Threads of one or more lanes, each with a connection of its own to the database."""
    return ThreadPoolExecutor(most, thread_name_prefix=name, initializer=patience.of_thread, initargs=(patient,))


class Lane:
    """A queue for one kind of work."""

    def __init__(self, threads: ThreadPoolExecutor, *, places: int, gives_place: float | None) -> None:
        """``gives_place``: the seconds after which work counts as waiting; None: it keeps its place."""
        self._threads, self._gives_place = threads, gives_place
        self._places = asyncio.Semaphore(places)

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """What ``work`` returns; it is done in a thread of the lane."""
        return await self.run_next(lambda: work)

    async def run_next(self, choose: Callable[[], Callable[[], Answer]]) -> Answer:
        """The same for work that is chosen when there is a place for it."""
        async with self._places:
            running = asyncio.get_running_loop().run_in_executor(self._threads, choose())
            await asyncio.wait([running], timeout=self._gives_place)
        return await running
