"""One way to chance: every part draws from its own named stream, so that adding one leaves the others alone."""

from __future__ import annotations

import random


def stream(seed: int, *parts: object) -> random.Random:
    """A reproducible generator named by ``seed`` and ``parts``."""
    name = "|".join(str(part) for part in (seed, *parts))
    return random.Random(name)  # noqa: S311 a synthetic street needs to be the same again, not unguessable
