"""Imports and comparisons in the background, with progress on their pages."""

from __future__ import annotations

import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from gridwalk.accounts import queries as accounts
from gridwalk.core import clock
from gridwalk.reconcile.actions import applying, comparing

CUT_OFF = "入库中途停了，已入库的都在，没有重复。请按“接着导”；再停，请告诉管理员现在的时间。"

NOT_COMPARED = "比对中途停了，一张表没有动，已列出的差异没有重复。请按“接着比”；再停，请告诉管理员现在的时间。"


@app.task(name="reconcile.apply", retry=RetryStrategy(max_attempts=3, wait=5), queue="imports")
def apply(imported: str, user: str) -> None:
    """Apply the batches that have no receipt yet; arguments are ids only.

    What cuts it off leaves it paused, in words.
    """
    now = clock.now()
    actor = accounts.viewer_by_id(uuid.UUID(user), clock.local_date(now))
    try:
        applying.apply(actor=actor, at=now, imported=uuid.UUID(imported))
    except Exception:
        applying.pause(actor=actor, at=clock.now(), imported=uuid.UUID(imported), message=CUT_OFF)
        raise


@app.task(name="reconcile.compare", retry=RetryStrategy(max_attempts=3, wait=5), queue="imports")
def compare(comparison: str, user: str) -> None:
    """Run a comparison; arguments are ids only. What cuts it off leaves it paused, in words."""
    now = clock.now()
    actor = accounts.viewer_by_id(uuid.UUID(user), clock.local_date(now))
    try:
        comparing.run(actor=actor, at=now, comparison=uuid.UUID(comparison))
    except Exception:
        comparing.pause(actor=actor, at=clock.now(), comparison=uuid.UUID(comparison), message=NOT_COMPARED)
        raise
