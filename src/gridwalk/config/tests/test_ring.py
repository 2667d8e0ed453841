"""The keys are looked for again after some seconds, and not with every value that is sealed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gridwalk.config import keys


def test_it_looks_again_once_the_seconds_are_over_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    keys.create(tmp_path)
    ring = keys.Ring(tmp_path)
    assert keys.rotate(tmp_path) == "k2"
    now += keys.LOOK_SECONDS
    assert ring.active == "k1", "the seconds are not over"
    now += 0.001
    assert ring.active == "k2"
    assert keys.rotate(tmp_path) == "k3"
    now += keys.LOOK_SECONDS
    assert ring.active == "k2", "the seconds begin with the last look"
    now += 0.001
    assert ring.active == "k3"
    assert (list(ring), len(ring)) == (["k1", "k2", "k3"], 3)
