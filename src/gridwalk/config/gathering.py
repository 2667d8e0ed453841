"""Gathering: what waits at the same moment is done at once, for most of what it costs is asked once.

Nothing is held back to wait for more: whatever comes while there is a place goes at once and by itself, and what comes
while there is none gathers until there is one.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from gridwalk.config.lanes import Lane

log = logging.getLogger(__name__)
Item = TypeVar("Item")


class Gathering(Generic[Item]):
    """Items of one kind that are done together, or alone where that cannot be."""

    def __init__(
        self,
        lane: Lane,
        together: Callable[[Sequence[Item]], Sequence[Item]],
        *,
        alone: Lane,
        by_itself: Callable[[Item], None],
        most: int,
    ) -> None:
        """``together``: does several items, ``most`` at once, in ``lane``, and returns those that it leaves. These are
        done by ``by_itself`` one by one, each in a place of the lane ``alone``, for there they may wait long.
        """
        self._lane, self._together = lane, together
        self._alone, self._by_itself = alone, by_itself
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[bool]]] = []
        self._groups: set[asyncio.Task[None]] = set()
        self._calls = False

    async def do(self, item: Item) -> None:
        """Returns when the item is done. Raises what doing it by itself raises."""
        answered: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answered))
        self._call()
        if not await answered:
            await self._alone.run(functools.partial(self._by_itself, item))

    def _call(self) -> None:
        """Let one group wait for a place, if there is anybody for it and none does."""
        if self._waiting and not self._calls:
            self._calls = True
            group = asyncio.get_running_loop().create_task(self._group())
            self._groups.add(group)
            group.add_done_callback(self._groups.discard)

    async def _group(self) -> None:
        group: list[tuple[Item, asyncio.Future[bool]]] = []

        def choose() -> Callable[[], Sequence[Item]]:
            group.extend(self._waiting[: self._most])
            del self._waiting[: self._most]
            self._calls = False
            self._call()
            return functools.partial(self._together, [item for item, _ in group])

        left: Sequence[Item] | None = None
        try:
            left = await self._lane.run_next(choose)
        except Exception as error:
            log.warning("a group is done one by one: %s", type(error).__name__)  # its text may quote values
        finally:
            for item, answered in group:
                if not answered.done():
                    answered.set_result(left is not None and item not in left)
