"""复核: another person confirms or rejects an end, and the door's target follows (domain.md §2, P15)."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core.queries import NotHere
from gridwalk.registry.actions import endings
from gridwalk.registry.models import Recheck
from gridwalk.visits.actions.recording import VisitRefused


def decide_recheck(*, actor: Viewer, at: dt.datetime, recheck: uuid.UUID, confirmed: bool, note: str = "") -> Recheck:
    """Decide a proposed end; a struck-off door leaves the scope only now. Raises NotHere, NotPermitted, EndError."""
    found = Recheck.objects.filter(pk=recheck).first()
    if found is None or not actor.may(Verb.RECHECK, found.grid_id):
        raise NotHere
    with core.write_to(*endings.grids_of(found), actor=actor, at=at) as writing:
        found = Recheck.objects.select_for_update().get(pk=recheck)
        endings.decide(writing, found, confirmed=confirmed, note=note)
        if found.kind == "dwelling" and confirmed:
            for target in Target.objects.filter(entity=found.entity, campaign__state="running"):
                target.state = "left"
                target.save(update_fields=["state"])
                writing.change(found.grid_id, "target", target.id, "state", None, "left", source="office")
    return found


def decide_pending(*, actor: Viewer, at: dt.datetime, target: uuid.UUID, confirmed: bool, note: str) -> Target:
    """Decide what a worker reported at a door (moved away, not found): confirmed settles it, rejected reopens it.

    The worker who reported it cannot decide. Raises NotHere, NotPermitted, VisitRefused.
    """
    found = Target.objects.filter(pk=target).first()
    if found is None or not actor.may(Verb.RECHECK, found.grid_id):
        raise NotHere
    access.require(actor, Verb.RECHECK, found.grid_id)
    if not note.strip():
        raise VisitRefused("没有复核：请写明怎么核实的。")
    with core.write_to(found.grid_id, actor=actor, at=at) as writing:
        found = Target.objects.select_for_update().get(pk=target)
        if found.state != "pending":
            raise VisitRefused("这一户已经不在待复核里，请刷新后再看。")
        last = found.visits.filter(withdrawn_at__isnull=True).order_by("-at").first()
        if last is not None and last.worker is not None and last.worker == actor.id:
            raise VisitRefused("报上来的人不能自己复核，请另一位同事来复核。")
        found.state = "visited" if confirmed else "remaining"
        found.settled_at = at if confirmed else None
        found.note = note.strip()[:120]
        found.save(update_fields=["state", "settled_at", "note"])
        writing.change(
            found.grid_id,
            "target",
            found.id,
            "state",
            "pending",
            found.state,
            source="office",
            reason=note.strip()[:200],
        )
        writing.audit("target.rechecked", scope=found.grid_id, kind=found.kind, subject=found.entity,
                      data={"confirmed": confirmed}, reason=note.strip()[:200])  # fmt: skip
    return found
