"""What a plan would do, as its page says it."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Effect:
    """One thing a plan does, in words with its number; ``secret``: never on paper."""

    mark: str
    sentence: str
    secret: bool = False
