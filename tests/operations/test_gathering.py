"""What waits at the same moment is done at once; what cannot be is done by itself, and nobody waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from gridwalk.config.gathering import Gathering
from gridwalk.config.lanes import Lane, threads
from gridwalk.core import patience


class Work:
    """Groups and single items as they were done. ``going``: what holds up the next group."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.alone: list[str] = []
        self.going = threading.Event()
        self.going.set()

    def together(self, items: Sequence[str]) -> list[str]:
        self.groups.append(list(items))
        assert self.going.wait(10)
        if "bad" in items:
            raise ZeroDivisionError
        return [item for item in items if item.startswith("left")]

    def by_itself(self, item: str) -> None:
        self.alone.append(item)
        if item == "bad":
            raise ValueError(item)


@pytest.fixture
def work() -> Work:
    return Work()


def gathered(work: Work, day: Callable[[Gathering[str]], Any], *, gives_place: float = 10) -> Any:
    """What comes of a day on which items are gathered, three at most."""
    of_lane = threads("pushes", patience.PHONES, 4)

    async def whole() -> Any:
        gathering = Gathering(
            Lane(of_lane, places=1, gives_place=gives_place),
            work.together,
            alone=Lane(of_lane, places=2, gives_place=None),
            by_itself=work.by_itself,
            most=3,
        )
        return await asyncio.wait_for(day(gathering), 10)

    try:
        return asyncio.run(whole())
    finally:
        of_lane.shutdown()


async def until(done: Callable[[], bool]) -> None:
    while not done():
        await asyncio.sleep(0.005)


def test_who_comes_first_goes_at_once_and_who_comes_meanwhile_goes_together(work: Work) -> None:
    async def day(gathering: Gathering[str]) -> None:
        await gathering.do("early")
        work.going.clear()
        first = asyncio.ensure_future(gathering.do("first"))
        await until(lambda: len(work.groups) == 2)
        others = [asyncio.ensure_future(gathering.do(name)) for name in "abcde"]
        await asyncio.sleep(0.02)
        work.going.set()
        await asyncio.gather(first, *others)

    gathered(work, day)
    assert work.groups == [["early"], ["first"], ["a", "b", "c"], ["d", "e"]]
    assert work.alone == []


def test_who_is_left_and_who_is_of_a_group_that_fails_goes_by_itself_and_hears_its_own_error(work: Work) -> None:
    async def day(gathering: Gathering[str]) -> list[object]:
        return list(
            await asyncio.gather(
                *(gathering.do(name) for name in ("a", "left", "b", "c", "bad", "d")), return_exceptions=True
            )
        )

    answers = gathered(work, day)
    assert work.groups == [["a", "left", "b"], ["c", "bad", "d"]]
    assert sorted(work.alone) == ["bad", "c", "d", "left"]
    assert [type(answer) for answer in answers] == [type(None)] * 4 + [ValueError, type(None)]


def test_a_group_that_waits_gives_its_place_to_the_next(work: Work) -> None:
    async def day(gathering: Gathering[str]) -> None:
        work.going.clear()
        slow = asyncio.ensure_future(gathering.do("slow"))
        await until(lambda: len(work.groups) == 1)
        next_ = asyncio.ensure_future(gathering.do("next"))
        await until(lambda: len(work.groups) == 2)
        work.going.set()
        await asyncio.gather(slow, next_)

    gathered(work, day, gives_place=0.02)
    assert work.groups == [["slow"], ["next"]]


def test_who_waits_by_itself_holds_up_no_group(work: Work) -> None:
    waits: Iterator[threading.Event] = iter([threading.Event() for _ in range(3)])
    held: list[threading.Event] = []

    def waiting(item: str) -> None:
        held.append(next(waits))
        assert held[-1].wait(10)

    work.by_itself = waiting  # type: ignore[method-assign]

    async def day(gathering: Gathering[str]) -> None:
        left = [asyncio.ensure_future(gathering.do(f"left{n}")) for n in range(3)]
        await until(lambda: len(held) == 2)  # as many as there are places for
        await gathering.do("free")
        for event in held:
            event.set()
        await until(lambda: len(held) == 3)
        held[2].set()
        await asyncio.gather(*left)

    gathered(work, day)
    assert work.groups[-1] == ["free"]
