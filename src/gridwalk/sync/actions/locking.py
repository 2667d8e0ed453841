"""Reading, locking, and reading again what has moved in between: a judgement rests on what stands under the locks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from gridwalk.sync.actions.judging import OtherGrids

TRIES = 5
"""A record that moves from grid to grid while somebody waits for it has been split and merged so often in a moment."""
T = TypeVar("T")


class Unsettled(OperationalError):
    """What an op speaks of moved each time its grid was locked. Nothing was done; asked again it will be."""


def settled(attempt: Callable[[set[str]], T]) -> T:
    """``attempt`` over further grids than it reads of, until all that it turns out to write to is locked.

    Raises Unsettled, and what ``attempt`` raises but OtherGrids.
    """
    further: set[str] = set()
    for _ in range(TRIES):
        try:
            return attempt(further)
        except OtherGrids as moved:
            further = moved.grids
    raise Unsettled from LockNotAvailable("what it speaks of moved each time")
