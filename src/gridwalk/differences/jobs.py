"""Batches of differences in the background, with progress on their pages."""

from __future__ import annotations

import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from gridwalk.accounts import queries as accounts
from gridwalk.core import clock
from gridwalk.differences.actions import batches


@app.task(name="differences.decide_batch", retry=RetryStrategy(max_attempts=3, wait=5), queue="imports")
def decide_batch(batch: str, user: str, undo: bool) -> None:
    """Decide a batch, or take it back; arguments are ids only. What cuts it off leaves it paused, and it can go on."""
    now = clock.now()
    actor = accounts.viewer_by_id(uuid.UUID(user), clock.local_date(now))
    go = batches.run_undo if undo else batches.run
    try:
        go(actor=actor, at=now, batch=uuid.UUID(batch))
    except Exception:
        batches.pause(batch=uuid.UUID(batch))
        raise
