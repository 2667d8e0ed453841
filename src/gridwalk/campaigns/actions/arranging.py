"""What is arranged about targets: on whose list, on which day, in which order."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from django.db.models import QuerySet

from gridwalk.accounts import queries as accounts
from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import predicates, rules
from gridwalk.campaigns.models import Target
from gridwalk.campaigns.rules import CampaignError
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept
from gridwalk.registry.models import Dwelling


def plan_targets(
    *, actor: Viewer, at: dt.datetime, targets: Sequence[uuid.UUID], on: dt.date | None, band: str = ""
) -> int:
    """Put targets on a day's list (加入今日, 排晚间), or take them off with no day; what is visited needs no plan, and
    whoever refused is left in peace.

    ``band``: a time band or "". Returns how many. Raises NotPermitted, CampaignError.
    """
    if band and band not in rules.BANDS:
        raise CampaignError("没有排：不认得这个时段。")
    rows = Target.objects.filter(pk__in=list(targets)).exclude(state__in=["visited", "left"])
    planned = rows.select_related("campaign").only("grid_id", "state", "outcome", "n_visits", "campaign")
    grids = sorted({target.grid_id for target in planned})
    for grid in grids:
        access.require(actor, Verb.RECORD_VISIT if not actor.may(Verb.DISPATCH, grid) else Verb.DISPATCH, grid)
    with core.write_to(*grids, actor=actor, at=at) as writing:
        if on is not None:  # read again under the lock: a refusal may have come meanwhile
            rows = Target.objects.filter(pk__in=_to_walk(planned.all(), on, at))
        n_planned = rows.update(planned_on=on, planned_band=band)
        for grid in grids:
            writing.audit(
                AuditVerb.TARGETS_PLANNED,
                scope=grid,
                data={"n": n_planned, "on": on.isoformat() if on else None, "band": band},
            )
    return n_planned


def _to_walk(targets: Iterable[Target], on: dt.date, at: dt.datetime) -> list[uuid.UUID]:
    """Those of some targets that may be walked on a day. Raises CampaignError where the day is none for any."""
    targets = list(targets)
    for campaign in {target.campaign_id: target.campaign for target in targets}.values():
        if why := rules.why_not_on(on, clock.local(at), campaign.quiet_from, campaign.ends_on):
            raise CampaignError(why)
    return [
        target.pk
        for target in targets
        if rules.is_worth_a_walk(target.state, target.outcome, target.n_visits, target.campaign.max_visits)
    ]


def reassign(*, actor: Viewer, at: dt.datetime, targets: Sequence[uuid.UUID], to: uuid.UUID, reason: str) -> int:
    """Hand targets to another worker with a reason (改派); what was recorded stays. Returns how many.

    Raises NotPermitted, CampaignError, NotHere (no such user).
    """
    if not reason.strip():
        raise CampaignError("没有改派：请写明原因，原来的网格员要看得到。")
    rows = Target.objects.filter(pk__in=list(targets))
    grids = sorted(set(rows.values_list("grid_id", flat=True)))
    for grid in grids:
        access.require(actor, Verb.DISPATCH, grid)
    today = clock.local_date(at)
    taker = accounts.viewer_by_id(to, today)
    if set(grids) - _held_by(to, grids, today):
        raise CampaignError(f"没有改派：{taker.name} 还不管这个网格，打不开这些户。请管理员先给这个账号加上网格。")
    with core.write_to(*grids, actor=actor, at=at) as writing:
        return len(give_targets(writing, rows, to=to, reason=reason_kept(reason)))


def give_targets(writing: Writing, rows: QuerySet[Target], *, to: uuid.UUID, reason: str) -> list[uuid.UUID]:
    """Step: make targets somebody's, told in the histories of their grids, which must be locked. Returns which."""
    targets = list(rows.only("id", "grid_id", "assignee_id"))
    for target in targets:
        writing.change(
            stream=target.grid_id,
            kind="target",
            entity=target.id,
            field="assignee",
            old=str(target.assignee_id) if target.assignee_id else None,
            new=str(to),
            source="office",
            reason=reason,
        )
    Target.objects.filter(pk__in=[target.pk for target in targets]).update(assignee_id=to)
    for grid, n in sorted(Counter(target.grid_id for target in targets).items()):
        writing.audit(AuditVerb.TARGETS_REASSIGNED, scope=grid, data={"n": n, "to": str(to)}, reason=reason)
    return [target.pk for target in targets]


def hand_over(*, actor: Viewer, at: dt.datetime, campaign: uuid.UUID, scope: str, to: uuid.UUID) -> int:
    """Give what is nobody's in a scope to a worker, in the grids that are theirs. Returns how many.

    Raises NotPermitted, CampaignError, NotHere (no such user).
    """
    access.require(actor, Verb.DISPATCH, scope)
    today = clock.local_date(at)
    taker = accounts.viewer_by_id(to, today)
    nobodys = Target.objects.filter(predicates.of_nobody(today), campaign=campaign, grid__code__startswith=scope)
    theirs = nobodys.filter(grid__in=_held_by(to, set(nobodys.values_list("grid_id", flat=True)), today))
    targets = list(theirs.values_list("id", flat=True))
    if not targets:
        raise CampaignError(f"没有交接：{taker.name} 不管有这些户的网格，或已经没有这样的户。请换一位，或刷新再看。")
    return reassign(actor=actor, at=at, targets=targets, to=to, reason="没有人负责，交接")


def _held_by(user: uuid.UUID, grids: Collection[str], on: dt.date) -> set[str]:
    """Those of some grids that are a user's to visit; being there for somebody else's days does not make them so."""
    return {post.grid for post in accounts.posts(grids, on) if post.user == user and post.covers is None}


def hand_back(*, actor: Viewer, at: dt.datetime, target: uuid.UUID, reason: str) -> None:
    """A worker gives a target back with a reason; it is nobody's until the office assigns it. Visits made stay.

    Raises NotHere, NotPermitted, CampaignError.
    """
    handed = Target.objects.filter(pk=target).first()
    if handed is None:
        raise NotHere
    access.require(actor, Verb.RECORD_VISIT, handed.grid_id)
    if handed.assignee_id != actor.id:
        raise CampaignError("没有退回：这一户现在不在您名下。")
    reason = reason_kept(reason)
    if not reason:
        raise CampaignError("没有退回：请写明原因，改派的人要看。")
    with core.write_to(handed.grid_id, actor=actor, at=at) as writing:
        was = str(handed.assignee_id) if handed.assignee_id else None
        Target.objects.filter(pk=target).update(assignee_id=None, note=f"退回：{reason}"[:120])
        writing.change(
            stream=handed.grid_id,
            kind="target",
            entity=target,
            field="assignee",
            old=was,
            new=None,
            source="visit",
            reason=reason,
        )
        writing.audit(
            AuditVerb.TARGET_HANDED_BACK, scope=handed.grid_id, kind=handed.kind, subject=handed.entity, reason=reason
        )


def rewalk(doors: QuerySet[Dwelling]) -> None:
    """Step: targets of doors whose place in walking order has changed follow it; the doors' grids must be locked."""
    walk = dict(doors.values_list("id", "walk_key"))
    moved = [t for t in Target.objects.filter(entity__in=walk) if t.walk_key != walk[t.entity]]
    for target in moved:
        target.walk_key = walk[target.entity]
    bulk.update(moved, ["walk_key"])
