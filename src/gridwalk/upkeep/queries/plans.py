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

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.lists.listing import PlainList, Sort
from gridwalk.lists.queries import EVERYTHING, Selection
from gridwalk.lists.rules import choice_field, day_field
from gridwalk.registry.models import Entity
from gridwalk.registry.queries import titles
from gridwalk.upkeep import rules
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.kinds import READS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """A plan as a row. Whoever does not answer for its doors reads days, and by what they are who did it."""

    id: uuid.UUID
    kind: str
    label: str
    title: str
    evidence: str
    reason: str
    proposed_by: str
    proposed_at: dt.date
    state: str
    state_label: str
    mine: bool
    decided_by: str
    decided_at: dt.date | None
    undone_by: str
    undone_at: dt.date | None


RECHECKED = [kind for kind, terms in rules.KINDS.items() if terms.decided_by is Verb.RECHECK]
PLANS = PlainList(
    code="plans",
    label="更正方案",
    unit="个",
    verb=Verb.RECHECK,
    fields=(
        choice_field("kind", "事项", {kind: rules.KINDS[kind].label for kind in RECHECKED}),
        day_field("proposed_at", "提出日期", always=True),
    ),
    sorts=(
        Sort(code="oldest", label="先提的在前", keys=("proposed_at", "id")),
        Sort(code="newest", label="后提的在前", keys=("proposed_at", "id"), descending=True),
    ),
)


def waiting(
    viewer: Viewer, scope: str, *, limit: int = 200, offset: int = 0, selection: Selection = EVERYTHING
) -> tuple[list[Row], int]:
    """The plans of a scope that wait for this viewer's colleague or for them, the oldest first; and how
    many there are.
    """
    permitted = _waiting(viewer, scope, selection)
    plans = Plan.objects.in_bulk(permitted[offset : offset + limit])
    return rows(viewer, [plans[pk] for pk in permitted[offset : offset + limit]]), len(permitted)


def n_waiting(viewer: Viewer, scope: str) -> int:
    """How many of a scope wait; one query."""
    return len(_waiting(viewer, scope, EVERYTHING))


def _waiting(viewer: Viewer, scope: str, selection: Selection) -> list[uuid.UUID]:
    inside = in_scopes([part[:12] for part in viewer.within(Verb.RECHECK, scope)], "communities__0")
    standing = Plan.objects.filter(inside, state="open", kind__in=RECHECKED)
    open_plans = selection.of(standing, "proposed_at", "id").values_list("id", "communities")
    return [pk for pk, codes in open_plans if all(viewer.may(Verb.RECHECK, code) for code in codes)]


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
    by_role = accounts.authors(
        {user for p in plans for user in (p.proposed_by, p.decided_by, p.undone_by)}, named=False
    )
    return [_row(viewer, p, title=named[p.id], by_role=by_role) for p in plans]


def _row(viewer: Viewer, plan: Plan, *, title: str, by_role: accounts.Author) -> Row:
    of_records = rules.KINDS[plan.kind].decided_by is Verb.RECHECK  # drawing grids anew is an act of the office
    answers = not of_records or all(viewer.within(Verb.SEE_ROWS, code) for code in plan.communities)

    def author(user: uuid.UUID | None, name: str) -> str:
        return name if answers else by_role(user, name)

    def when(at: dt.datetime | None) -> dt.date | None:
        return at if answers or at is None else clock.local_date(at)

    return Row(
        id=plan.id,
        kind=plan.kind,
        label=rules.KINDS[plan.kind].label,
        title=title,
        evidence=rules.EVIDENCE.get(plan.evidence, ""),
        reason=plan.reason,
        proposed_by=author(plan.proposed_by, plan.proposed_by_name),
        proposed_at=when(plan.proposed_at) or plan.proposed_at,
        state=plan.state,
        state_label=rules.STATES[plan.state],
        mine=plan.proposed_by is not None and plan.proposed_by == viewer.id,
        decided_by=author(plan.decided_by, plan.decided_by_name),
        decided_at=when(plan.decided_at),
        undone_by=author(plan.undone_by, plan.undone_by_name),
        undone_at=when(plan.undone_at),
    )


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
