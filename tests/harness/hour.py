"""The tests at another hour: ``GRIDWALK_TESTS_AT=2026-11-28T20:45:00+08:00``, a Saturday evening, the clock going on.

What is right only on a working day, or before the quiet hours, shows itself there.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator

import pytest
import time_machine


@pytest.fixture(scope="session", autouse=True)
def hour() -> Iterator[None]:
    """Travel there, if somewhere is named."""
    named = os.environ.get("GRIDWALK_TESTS_AT")
    if not named:
        yield
        return
    with time_machine.travel(dt.datetime.fromisoformat(named), tick=True):
        yield
