"""The street the register's tests are written on."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.registry.tests.street import Street


@pytest.fixture
def street(db: None, at: dt.datetime) -> Street:
    """Two communities with grids, and nobody in them."""
    return Street.lay_out(at)
