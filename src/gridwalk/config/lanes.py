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


class Lane:
    """Threads for one kind of request, each with a connection of its own to the database."""

    def __init__(self, name: str, patient: Patience, *, places: int, threads: int, gives_place: float) -> None:
        """``gives_place``: the seconds after which a request counts as one that waits."""
        self._gives_place = gives_place
        self._places = asyncio.Semaphore(places)
        self._threads = ThreadPoolExecutor(
            threads, thread_name_prefix=name, initializer=patience.of_thread, initargs=(patient,)
        )

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """What ``work`` returns; it is done in a thread of the lane."""
        async with self._places:
            running = asyncio.get_running_loop().run_in_executor(self._threads, work)
            await asyncio.wait([running], timeout=self._gives_place)
        return await running

    def close(self) -> None:
        """Wait for what runs."""
        self._threads.shutdown()
