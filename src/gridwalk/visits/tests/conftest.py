"""The street's campaign, for the tests of visits."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.registry.tests.street import Street
from gridwalk.visits.tests.walk import Walk


@pytest.fixture
def walk(db: None, at: dt.datetime) -> Walk:
    """An empty street; give it doors, then ``dispatch``."""
    return Walk(Street.lay_out(at), at)
