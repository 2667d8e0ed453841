"""One small street with its ledgers, made once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from gridwalk.simulate.acting import days
from gridwalk.simulate.acting.knocks import Knock
from gridwalk.simulate.street import workbooks
from gridwalk.simulate.street.workbooks import LedgerFile
from gridwalk.simulate.street.world import World

START = dt.date(2026, 9, 21)


@pytest.fixture(scope="session")
def small() -> World:
    """Two communities: the pilot and one of old blocks."""
    return World.make("small")


@pytest.fixture(scope="session")
def ledgers(small: World, tmp_path_factory: pytest.TempPathFactory) -> list[LedgerFile]:
    """Its ledgers as files."""
    folder: Path = tmp_path_factory.mktemp("ledgers")
    return workbooks.write_ledgers(small, folder)


@pytest.fixture(scope="session")
def knocks(small: World) -> list[Knock]:
    """All knocks up to day 45."""
    return [knock for *_, knocks in days.plan(small, 45, START) for knock in knocks]
