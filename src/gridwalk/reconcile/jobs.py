"""Imports and comparisons in the background, with progress on their pages."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Viewer
from gridwalk.core import clock
from gridwalk.reconcile.actions import applying, comparing, rehearsing, staging, submissions, taking_back
from gridwalk.reconcile.actions.submissions import S, Way

CUT_OFF = "入库中途停了，已入库的都在，没有重复。请按“继续导入”；再停，请告诉管理员现在的时间。"

NOT_COMPARED = "比对中途停了，系统登记没有改动，已列出的差异没有重复。请按“继续比对”；再停，请告诉管理员现在的时间。"


@contextmanager
def pausing(way: Way[S], submission: str, actor: Viewer, message: str) -> Iterator[None]:
    """What cuts a job off leaves its ledger paused, in words; the job is tried again all the same."""
    try:
        yield
    except Exception:
        submissions.pause(way, actor=actor, at=clock.now(), submission=uuid.UUID(submission), message=message)
        raise


def _actor(user: str) -> Viewer:
    return accounts.viewer_by_id(uuid.UUID(user), clock.local_date(clock.now()))


@app.task(name="reconcile.apply", retry=RetryStrategy(max_attempts=3, wait=5), queue="imports")
def apply(imported: str, user: str) -> None:
    """Apply the batches that have no receipt yet; arguments are ids only."""
    actor = _actor(user)
    with pausing(staging.WAY, imported, actor, CUT_OFF):
        applying.apply(actor=actor, at=clock.now(), imported=uuid.UUID(imported))


@app.task(name="reconcile.compare", retry=RetryStrategy(max_attempts=3, wait=5), queue="imports")
def compare(comparison: str, user: str) -> None:
    """Run a comparison; arguments are ids only."""
    actor = _actor(user)
    with pausing(comparing.WAY, comparison, actor, NOT_COMPARED):
        comparing.run(actor=actor, at=clock.now(), comparison=uuid.UUID(comparison))


@app.task(name="reconcile.take_back", retry=RetryStrategy(max_attempts=5, wait=5), queue="imports")
def take_back(imported: str, user: str) -> None:
    """Take back the batches that are not yet; arguments are ids only."""
    taking_back.run(actor=_actor(user), at=clock.now(), imported=uuid.UUID(imported))


@app.task(name="reconcile.rehearse", queue="imports")
def rehearse(imported: str, user: str) -> None:
    """Count what an import would do; one that fails is not tried again, for nothing waits for it."""
    actor = _actor(user)
    try:
        rehearsing.rehearse(actor=actor, at=clock.now(), imported=uuid.UUID(imported))
    except Exception:
        rehearsing.give_up(actor=actor, at=clock.now(), imported=uuid.UUID(imported))
        raise
