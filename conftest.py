"""The test harness. Django is set up first, so that every conftest and test may import models at its top."""

from __future__ import annotations

import math
import os

import django
import hypothesis

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from gridwalk.core import ids  # noqa: E402 settings must be known first

# Many a test writes all its rows at one moment; they are listed in the order they were made in.
ids._TOGETHER = math.inf

# A busy machine is no fault of the code: no property is judged by the clock.
hypothesis.settings.register_profile("gridwalk", deadline=None)
hypothesis.settings.load_profile("gridwalk")

pytest_plugins = [
    "tests.harness.database",
    "tests.harness.people",
    "tests.harness.campaign",
    "tests.harness.doubtful",
    "tests.harness.browser",
    "tests.harness.phone",
    "tests.harness.trails",
]
