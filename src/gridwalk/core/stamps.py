"""Files that are named by the second they were made in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path


def free_name(folder: Path, prefix: str, suffix: str, *, at: dt.datetime) -> Path:
    """``prefix-<UTC time>suffix`` in ``folder``, by the first second from ``at`` on that no file there has taken.

    Two files of one second would otherwise be one: the later would replace the earlier unsaid.
    """
    moment = at.astimezone(dt.UTC)
    while (target := folder / f"{prefix}-{moment:%Y%m%dT%H%M%SZ}{suffix}").exists():
        moment += dt.timedelta(seconds=1)
    return target
