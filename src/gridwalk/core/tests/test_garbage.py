"""The collector of cycles leaves the rows of a batch alone, for they all live until it is done."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from django.apps import apps


@pytest.fixture
def as_served() -> Iterator[None]:
    """The process looks for garbage as one that has just begun to serve, not as the tests do."""
    of_tests = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    apps.get_app_config("core").ready()
    gc.collect()
    yield
    gc.set_threshold(*of_tests)


@pytest.mark.usefixtures("as_served")
def test_thousands_of_rows_are_made_without_a_look_for_garbage() -> None:
    before = _looks()

    rows = [[n] for n in range(5_000)]

    assert _looks() == before
    assert len(rows) == 5_000


@pytest.mark.usefixtures("as_served")
def test_what_nobody_holds_any_more_still_goes() -> None:
    before = _looks()

    for _ in range(30_000):
        cycle: list[object] = []
        cycle.append(cycle)

    assert _looks() > before


def _looks() -> int:
    return int(gc.get_stats()[0]["collections"])
