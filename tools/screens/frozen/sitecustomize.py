"""Loaded by every Python of a commit that is looked at: the clock stands still, and ids are counted instead of drawn.

Ids keep the form and the order of UUIDv7. SCREENS_IDS says where this program begins to count, so that no two programs
on one data directory count the same ids; the worker beside the web server counts in a range of its own. The database
does no work of its own in the background: rows without an order would come as its timing had it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import time_machine
import uuid_utils.compat

AT = dt.datetime.fromisoformat(os.environ["SCREENS_AT"])
FIRST = int(os.environ.get("SCREENS_IDS", "0")) + ("procrastinate" in sys.orig_argv)
_ids = itertools.count((int(AT.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | (FIRST << 48))


def uuid7(**_: object) -> uuid.UUID:
    """The next id."""
    return uuid.UUID(int=next(_ids))


uuid_utils.compat.uuid7 = uuid7


class Popen(subprocess.Popen):  # type: ignore[type-arg]
    """A PostgreSQL that is started vacuums and analyses nothing by itself."""

    def __init__(self, args: Any, *rest: Any, **options: Any) -> None:
        if isinstance(args, list) and Path(args[0]).name == "postgres":
            args = [*args, "-c", "autovacuum=off"]
        super().__init__(args, *rest, **options)


subprocess.Popen = Popen  # type: ignore[misc]
time_machine.travel(AT, tick=False).start()
