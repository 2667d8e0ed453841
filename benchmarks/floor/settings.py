"""The product's settings; only what answers a push is another."""

from __future__ import annotations

from gridwalk.config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.floor.urls"
