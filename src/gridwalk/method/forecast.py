"""When will it be done? Recent pace, with an interval from resampling the recent days (percentile bootstrap)."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Sequence

RESAMPLES = 2000
FEWEST_DAYS = 3
LONGEST = 1000


@dataclasses.dataclass(frozen=True)
class Forecast:
    """Working days still needed: the expected number and an 80 % interval."""

    days: int
    lowest: int
    highest: int


def remaining_days(done_a_day: Sequence[int], left: int, *, seed: int = 1) -> Forecast | None:
    """How many more working days ``left`` doors take at the pace of the days given (their order does not matter).

    None where nothing can be said: fewer than ``FEWEST_DAYS`` days, or a pace so slow that it would take ``LONGEST``.
    """
    if left <= 0:
        return Forecast(0, 0, 0)
    n, total = len(done_a_day), sum(done_a_day)
    if n < FEWEST_DAYS or total <= 0 or left * n > LONGEST * total:
        return None
    generator = random.Random(seed)  # noqa: S311 resampling, not secrets; seeded so that two readers see one figure
    sums = sorted(sum(generator.choices(done_a_day, k=n)) for _ in range(RESAMPLES))
    slow, fast = max(1, sums[RESAMPLES // 10]), max(1, sums[-RESAMPLES // 10])
    expected = math.ceil(left * n / total)
    return Forecast(
        expected, min(expected, math.ceil(left * n / fast)), min(LONGEST, max(expected, math.ceil(left * n / slow)))
    )
