"""``push``: a run of a device's sequence, judged in one transaction over the grids it writes; exactly once each.

One transaction, not one a grid: a worker's push rarely touches a second grid, and a half-applied run would have to be
told apart on the phone. Should judging fail on one op, the run is repeated op by op and that one is kept and returned.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError

from gridwalk.accounts.rules import Viewer
from gridwalk.sync.actions import copies, devices, runs
from gridwalk.sync.actions.locking import settled
from gridwalk.sync.actions.runs import Gap, OtherBody, Pushed, Revoked, Run
from gridwalk.sync.models import Device
from gridwalk.sync.rules import Intention

log = logging.getLogger(__name__)


class Cloned(Exception):
    """Another body under a sequence number that is taken: this is a copy of the device, and gets an identity
    of its own.
    """

    def __init__(self, issued: devices.Issued) -> None:
        super().__init__()
        self.issued = issued


_PASSED_ON = (OtherBody, Gap, Revoked)
_TOO_LARGE = "54"
"""PostgreSQL's class of what goes beyond its limits: a text too long for an index."""


def is_of_an_op(error: Exception) -> bool:
    """Whether it may be the fault of a single op, which is then kept and returned; what the database itself lacks
    is not.
    """
    if isinstance(error, (OperationalError, InterfaceError)):
        return str(getattr(error.__cause__, "sqlstate", None) or "").startswith(_TOO_LARGE)
    return not isinstance(error, _PASSED_ON)


def push(
    *,
    device: Device,
    viewer: Viewer,
    at: dt.datetime,
    behind: dt.timedelta,
    first: int,
    intentions: Sequence[Intention],
    oldest: int | None = None,
) -> Pushed:
    """Take the next ops of a device. Raises Gap, Cloned, TooManyCopies, Revoked, Unsettled.

    ``viewer``: whose phone it was when the request came; what holds is what they may do under the lock.
    """
    hole = oldest == first
    if first > device.next_seq and not hole:
        raise Gap(device.next_seq)
    try:
        return _take_all(device, viewer, intentions, at=at, behind=behind, hole=hole)
    except OtherBody as error:
        raise Cloned(copies.clone(device, op=error.op, at=at)) from error


def _take_all(
    device: Device,
    viewer: Viewer,
    intentions: Sequence[Intention],
    *,
    at: dt.datetime,
    behind: dt.timedelta,
    hole: bool,
) -> Pushed:
    """All at once; where that fails, op by op, so that one bad op holds up none of the others."""
    try:
        return _take(device, viewer, intentions, at=at, behind=behind, hole=hole)
    except Exception as error:
        if not is_of_an_op(error):
            raise
        log.warning("a push is taken op by op: %s", type(error).__name__)  # its text may quote values
    results: list[runs.Result] = []
    for index, intention in enumerate(intentions):
        taken = _take_carefully(device, viewer, intention, at=at, behind=behind, hole=hole and index == 0)
        results += taken.results
    return Pushed(taken.next_seq, results)


def _take_carefully(
    device: Device, viewer: Viewer, intention: Intention, *, at: dt.datetime, behind: dt.timedelta, hole: bool
) -> Pushed:
    try:
        return _take(device, viewer, [intention], at=at, behind=behind, hole=hole, careful=True)
    except Exception as error:
        if not is_of_an_op(error):
            raise
        log.error("an op could not be judged and is kept: %s", type(error).__name__)
        spoilt = dataclasses.replace(intention, fault="not_valid")
        return _take(device, viewer, [spoilt], at=at, behind=behind, hole=hole, careful=True)


def _take(
    device: Device,
    viewer: Viewer,
    intentions: Sequence[Intention],
    *,
    at: dt.datetime,
    behind: dt.timedelta,
    hole: bool,
    careful: bool = False,
) -> Pushed:
    run = Run(device=device, viewer=viewer, intentions=intentions, behind=behind, hole=hole, careful=careful)
    return settled(lambda further: runs.take(run, at=at, further=further))


def push_together(waiting: Sequence[Run], *, at: dt.datetime) -> dict[Run, Pushed]:
    """Take runs of several phones in as few transactions as can be, without waiting for anybody.

    Whoever is not among the answers is to be pushed alone: nothing of theirs was done. So it is with all where the
    fault of one undid the work.
    """
    answers: dict[Run, Pushed] = {}
    try:
        while waiting:
            pushed, waiting = runs.take_together(waiting, at=at)
            answers |= pushed
    except Exception as error:
        log.warning("pushes are taken one by one: %s", type(error).__name__)  # its text may quote values
    return answers
