"""Planted bugs of what an inspector's phone says of the doors of samples."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from gridwalk.core import actions as core
from gridwalk.inspection.actions import asking
from gridwalk.sync.actions import runs


@contextmanager
def inspectors_are_believed() -> Iterator[None]:
    """What an inspector heard is written as if the office had said it."""
    with mock.patch.object(asking, "SOURCE", "office"):
        yield


@contextmanager
def tried_when_it_arrives() -> Iterator[None]:
    """A try counts as of when its op arrives."""
    approach = asking.approach_in

    def late(writing: core.Writing, *, tried: Any, **more: Any) -> Any:
        return approach(writing, tried=dataclasses.replace(tried, at=writing.at), **more)

    with mock.patch.object(asking, "approach_in", late):
        yield


@contextmanager
def left_and_still_open() -> Iterator[None]:
    """Leaving a door in peace is acknowledged, and nothing comes of it."""
    with mock.patch.object(asking, "close_in", lambda *a, **k: None):
        yield


@contextmanager
def returned_where_the_door_is() -> Iterator[None]:
    """What an inspector has to hear again waits at the community whose visits are checked."""

    def at_the_door(outcome: Any, device: Any) -> Any:
        return outcome.grid or device.scope

    with mock.patch.object(runs, "_waits_at", at_the_door):
        yield
