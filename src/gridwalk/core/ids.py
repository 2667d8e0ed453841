"""Identifiers: UUIDv7 everywhere, because a phone without a network must be able to make them.

They stand in addresses and on phones beside who did something, so their time is the beginning of the street's day:
nobody reads the minute of somebody's work from an id (red line 2).
"""

from __future__ import annotations

import datetime as dt
import functools
import secrets
import threading
import time
import uuid

import uuid_utils.compat

from gridwalk.core import clock

_TOGETHER = 0.05
"""Seconds without an id after which the next ones are a series of their own."""


class _Series:
    """What is made in one go sorts in that order; of two series of one day the lot decides which comes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made_at = float("-inf")
        self._last = 0

    def place(self) -> int:
        """36 bits: where a series begins is drawn by lot, and it goes on from there."""
        with self._lock:
            now = time.monotonic()
            self._last = secrets.randbits(24) << 12 if now - self._made_at > _TOGETHER else self._last + 1
            self._made_at = now
            return self._last & (1 << 36) - 1


_series = _Series()


def new_id() -> uuid.UUID:
    """A fresh UUIDv7 (RFC 9562) of today: midnight, a place in a series, and 38 bits that are drawn."""
    return _of_today(_series.place() << 38 | secrets.randbits(38))


def drawn_id() -> uuid.UUID:
    """A fresh UUIDv7 of today, all of it drawn by lot, for persons: a ledger names them door by door, and the street
    centre, which reads their ids, may not know who lives at which door (red line 5).
    """
    return _of_today(secrets.randbits(74))


def _of_today(bits: int) -> uuid.UUID:
    """The id of the day with these 74 bits."""
    high = _midnight(int(clock.now().timestamp()) // 3600) * 1000 << 16 | 7 << 12 | bits >> 62
    return uuid.UUID(int=high << 64 | 0b10 << 62 | bits & (1 << 62) - 1)


@functools.lru_cache(maxsize=64)
def _midnight(hour: int) -> int:
    """The second with which the street's day of an hour (both since 1970) begins; its clock is whole hours ahead."""
    of_hour = clock.local(dt.datetime.fromtimestamp(hour * 3600, tz=dt.UTC))
    return int(of_hour.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())


def line_id() -> uuid.UUID:
    """A UUIDv7 to the millisecond, for lines of history and audit: their ids are shown to nobody, and they are read in
    the order they were written in.
    """
    return uuid_utils.compat.uuid7()
