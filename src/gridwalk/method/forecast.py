"""When will it be done? Recent pace, with an interval from resampling the recent days (percentile bootstrap)."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Sequence

RESAMPLES = 2000


@dataclasses.dataclass(frozen=True)
class Forecast:
    """Working days still needed: the expected number and an 80 % interval; None where the pace is nil."""

    days: int
    lowest: int
    highest: int


def remaining_days(done_a_day: Sequence[int], left: int, *, seed: int = 1) -> Forecast | None:
    """How many more working days ``left`` doors take at the pace of the days given (their order does not matter)."""
    if left <= 0:
        return Forecast(0, 0, 0)
    total = sum(done_a_day)
    if not done_a_day or total <= 0:
        return None
    generator = random.Random(seed)  # noqa: S311 resampling, not secrets; seeded so that two readers see one figure
    sums = sorted(sum(generator.choices(done_a_day, k=len(done_a_day))) for _ in range(RESAMPLES))
    slow, fast = max(1, sums[RESAMPLES // 10]), max(1, sums[-RESAMPLES // 10])
    n = len(done_a_day)
    return Forecast(math.ceil(left * n / total), math.ceil(left * n / fast), math.ceil(left * n / slow))
