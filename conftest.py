"""The test harness. Django is set up first, so that every conftest and test may import models at its top."""

from __future__ import annotations

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

pytest_plugins = [
    "tests.harness.database",
    "tests.harness.people",
    "tests.harness.campaign",
    "tests.harness.doubtful",
    "tests.harness.browser",
    "tests.harness.phone",
]
