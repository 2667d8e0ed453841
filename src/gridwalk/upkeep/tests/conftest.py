"""The street the tests of corrections are written on, and a campaign that walks it."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.registry.tests.street import Street
from gridwalk.visits.tests.walk import Walk


@pytest.fixture
def walk(db: None, at: dt.datetime) -> Walk:
    """Two communities with grids and nobody in them, and somebody to walk there."""
    return Walk(Street.lay_out(at), at)
