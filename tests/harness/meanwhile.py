"""Something that waits for a lock while something else happens: two connections, in an order that is certain."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections, transaction

from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actors import PROGRAM

PATIENCE = 60


def at_once(*bodies: Callable[[], object]) -> list[BaseException]:
    """Run the bodies in threads of their own, each on its own connection; what they raised."""
    raised: list[BaseException] = []

    def run(body: Callable[[], object]) -> None:
        try:
            body()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    return raised


class Waiting:
    """A call in a thread and on a connection of its own; ``answer`` ends the waiting."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call
        self._answer: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._answer = self._call()
        except BaseException as error:
            self._error = error
        finally:
            connections.close_all()

    def until_it_waits(self) -> None:
        """Returns when the call waits for a lock of this connection; fails if it ends before."""
        until = time.monotonic() + PATIENCE
        while not _waits_for_us():
            assert self._thread.is_alive(), f"it did not wait: {self._error or self._answer!r}"
            assert time.monotonic() < until, "it neither waits nor ends"
            time.sleep(0.005)

    def answer(self) -> Any:
        """What the call answers, or raises."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        if self._error is not None:
            raise self._error
        return self._answer


class Beside:
    """Another connection that locks, changes, and holds both until this one waits for it; then it is committed."""

    def __init__(self, lock: Callable[[], Any], change: Callable[[], Any]) -> None:
        self._changed = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(lock, change))
        self._thread.start()
        self._changed.wait(PATIENCE)

    def _run(self, lock: Callable[[], Any], change: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                lock()
                change()
                self._changed.set()
                until = time.monotonic() + PATIENCE / 3
                while not _waits_for_us():
                    assert time.monotonic() < until, "nobody waited for the lock"
                    time.sleep(0.005)
        except BaseException as error:
            self._error = error
        finally:
            self._changed.set()
            connections.close_all()

    def end(self) -> None:
        """Raises what went wrong there, as that nobody waited."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        if self._error is not None:
            raise self._error


def _waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None


@contextmanager
def holding(call: Callable[[], Any], lock: Callable[[], Any]) -> Iterator[Waiting]:
    """In the block ``call`` waits for what ``lock`` took; it goes on when the block has ended and is committed."""
    with transaction.atomic():
        lock()
        waiting = Waiting(call)
        waiting.until_it_waits()
        yield waiting


def meanwhile(call: Callable[[], Any], change: Callable[[], Any], *grids: str) -> Any:
    """What ``call`` answers. It has read when ``change`` happens, and locks its grids after that."""

    def lock() -> None:
        with core.write_to(*grids, actor=PROGRAM, at=clock.now()):
            pass

    with holding(call, lock) as waiting:
        change()
    return waiting.answer()
