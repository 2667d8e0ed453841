"""The epoch: which life of the database phones are talking to. A restore or failover begins the next."""

from __future__ import annotations

import datetime as dt

from gridwalk.core import actions as core
from gridwalk.core.actors import Actor
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.sync.models import Epoch


def current(*, at: dt.datetime) -> int:
    """The epoch phones are told; the first one begins when somebody asks."""
    number = Epoch.objects.order_by("-began_at").values_list("number", flat=True).first()
    if number is not None:
        return number
    Epoch.objects.bulk_create([Epoch(number=_number(at), began_at=at, why="开始使用")], ignore_conflicts=True)
    return Epoch.objects.order_by("-began_at").values_list("number", flat=True)[0]


def raise_epoch(*, actor: Actor, at: dt.datetime, why: str) -> int:
    """Begin the next epoch: phones offer again what was acknowledged in the last 30 days, the server skips what it has.

    A backup restored twice must not give the same number twice: it is the moment in milliseconds.
    """
    with core.write_to(actor=actor, at=at) as writing:
        # The first is what all lock: who waited for the last one would not see the one that came after it.
        Epoch.objects.select_for_update().order_by("number").first()
        last = Epoch.objects.order_by("-number").first()
        number = max(_number(at), last.number + 1 if last else 0)
        began_at = max(at, last.began_at + dt.timedelta(microseconds=1)) if last else at
        Epoch.objects.create(number=number, began_at=began_at, why=why[:120])
        writing.audit(AuditVerb.SYNC_EPOCH_RAISED, data={"epoch": number}, reason=why[:200])
    return number


def _number(at: dt.datetime) -> int:
    return int(at.timestamp() * 1000)
