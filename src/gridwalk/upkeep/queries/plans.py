"""Plans in lists, on their page, on the pages of their records."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.registry.models import Entity
from gridwalk.registry.queries import titles
from gridwalk.upkeep import rules
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.kinds import READS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """A plan as a row."""

    id: uuid.UUID
    kind: str
    label: str
    title: str
    evidence: str
    reason: str
    proposed_by: str
    proposed_at: dt.datetime
    state: str
    state_label: str
    mine: bool


def waiting(viewer: Viewer, scope: str, *, limit: int = 200, offset: int = 0) -> tuple[list[Row], int]:
    """The plans of a scope that wait for this viewer's colleague or for them, the oldest first; and how
    many there are.
    """
    inside = in_scopes([part[:12] for part in viewer.within(Verb.RECHECK, scope)], "communities__0")
    rechecked = [kind for kind, terms in rules.KINDS.items() if terms.decided_by is Verb.RECHECK]
    standing = Plan.objects.filter(inside, state="open", kind__in=rechecked)
    open_plans = standing.order_by("proposed_at", "id").values_list("id", "communities")
    permitted = [pk for pk, codes in open_plans if all(viewer.may(Verb.RECHECK, code) for code in codes)]
    plans = Plan.objects.in_bulk(permitted[offset : offset + limit])
    return rows(viewer, [plans[pk] for pk in permitted[offset : offset + limit]]), len(permitted)


@dataclasses.dataclass(frozen=True)
class About:
    """What a record's page says of plans: where it was merged into (id, title), the plans that wait or are done."""

    merged_into: tuple[uuid.UUID, str] | None
    plans: list[Row]


def about(viewer: Viewer, entity: Entity) -> About:
    """The plans about a record the viewer may see, the newest first."""
    into = entity.merged_into
    named = titles.titles(viewer, entity.KIND, [into] if into else [])
    plans = Plan.objects.filter(subjects__contains=[entity.pk], state__in=("open", "done", "undone"))
    shown = rows(viewer, [plan for plan in plans.order_by("-proposed_at", "id") if visible(viewer, plan)])
    return About((into, named[into][0]) if into else None, shown)


def rows(viewer: Viewer, plans: Sequence[Plan]) -> list[Row]:
    """Rows with their titles; a constant number of queries a kind."""
    of_kind: dict[str, list[Plan]] = defaultdict(list)
    for plan in plans:
        of_kind[plan.kind].append(plan)
    named: dict[uuid.UUID, str] = {}
    for kind, some in of_kind.items():
        named |= READS[kind].titles(viewer, some)
    return [
        Row(
            id=p.id,
            kind=p.kind,
            label=rules.KINDS[p.kind].label,
            title=named[p.id],
            evidence=rules.EVIDENCE.get(p.evidence, ""),
            reason=p.reason,
            proposed_by=p.proposed_by_name,
            proposed_at=p.proposed_at,
            state=p.state,
            state_label=rules.STATES[p.state],
            mine=p.proposed_by is not None and p.proposed_by == viewer.id,
        )
        for p in plans
    ]


def unproposed(kind: str, subjects: Sequence[uuid.UUID], choices: Mapping[str, Any] | None = None) -> Plan:
    """A plan that is not stored: what the state of its records is asked of before it is proposed."""
    return Plan(kind=kind, subjects=list(subjects), choices=dict(choices or {}))


def get_plan(viewer: Viewer, plan: uuid.UUID) -> Plan:
    """One plan: for who may see all it is about, and for who proposed it. Raises NotHere."""
    row = Plan.objects.filter(pk=plan).first()
    if row is None or not visible(viewer, row):
        raise NotHere
    return row


def visible(viewer: Viewer, plan: Plan) -> bool:
    """Whether the viewer may see all that a plan is about, records at least masked."""
    if plan.proposed_by is not None and plan.proposed_by == viewer.id:
        return True
    return all(viewer.may(rules.KINDS[plan.kind].seen_by, grid) for grid in READS[plan.kind].stands_in(plan))


def may_recheck(viewer: Viewer, plan: Plan) -> bool:
    """Whether the viewer may decide or undo it everywhere it reaches."""
    return all(viewer.may(rules.KINDS[plan.kind].decided_by, code) for code in plan.communities)


def mark(plan: Plan) -> str:
    """A short mark of the state of a plan's records, put into the form of who decides."""
    state = json.dumps(READS[plan.kind].state(plan), sort_keys=True)
    return hashlib.sha256(state.encode()).hexdigest()[:24]


def later(plan: Plan) -> Plan | None:
    """The newest done plan that touched one of these records after this one: what has to be undone first."""
    plans = Plan.objects.filter(subjects__overlap=plan.subjects, state="done", decided_at__gt=plan.decided_at)
    return plans.exclude(pk=plan.pk).order_by("-decided_at").first()
