"""Night work of the house: files whose time is over are erased."""

from __future__ import annotations

from procrastinate.contrib.django import app

from gridwalk.core import actions, clock
from gridwalk.core.actors import PROGRAM


@app.periodic(cron="30 17 * * *")  # cron runs in UTC; 17:30 UTC is 01:30 in the street
@app.task(name="core.erase_expired_files", queueing_lock="core.erase_expired_files")
def erase_expired_files(timestamp: int) -> None:
    """Erase the bytes of every stored file that has expired; ``timestamp`` is the scheduler's and not used as a clock."""
    actions.erase_expired_files(actor=PROGRAM, at=clock.now())
