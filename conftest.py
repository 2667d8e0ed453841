"""The test harness. Django is set up first, so that every conftest and test may import models at its top."""

from __future__ import annotations

import gc
import math
import os

import django
import hypothesis
import pytest

# Program and tests are read in once and stay: looking through them for garbage was a third of reading them.
gc.disable()
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from gridwalk.core import ids  # noqa: E402 settings must be known first

# Many a test writes all its rows at one moment; they are listed in the order they were made in.
ids._TOGETHER = math.inf

# A busy machine is no fault of the code: no property is judged by the clock. What CI says of a change it says again:
# it draws the examples that follow from the test itself; whoever runs the tests elsewhere throws the dice anew.
hypothesis.settings.register_profile(
    "gridwalk",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
hypothesis.settings.load_profile("gridwalk")

pytest_plugins = [
    "tests.harness.database",
    "tests.harness.emptying",
    "tests.harness.hour",
    "tests.harness.parsing",
    "tests.harness.people",
    "tests.harness.campaign",
    "tests.harness.doubtful",
    "tests.harness.browser",
    "tests.harness.phone",
    "tests.harness.trails",
    "tests.harness.locks",
]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs the program as one of its own comes first: it takes longest, and at the end, where pytest-django puts
    it, one worker would wait for the other. The browser comes last: it leaves an event loop in the process.
    """
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """From here on garbage is looked for among what the tests make, and seldom: with Python's own threshold of 700
    objects that was a twelfth of a test that asks pages.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("browser"):
        return 2
    return 0 if item.path.parent.name == "operations" and item.get_closest_marker("slow") else 1
