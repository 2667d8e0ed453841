"""Loaded by every Python of the walk: the clock goes on as it does, so many seconds away. Nobody knocks at night."""

from __future__ import annotations

import datetime as dt
import os

import time_machine

SHIFT = dt.timedelta(seconds=float(os.environ["WALK_SHIFT"]))
time_machine.travel(dt.datetime.now(dt.UTC) + SHIFT, tick=True).start()
dt.datetime.now(dt.UTC)  # the clock goes on from the first time it is asked
