"""未走访清单: which doors are left and why, in walking order, with the cheapest next step."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import predicates
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.campaigns.rules import BANDS
from gridwalk.core import clock
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.dictionary.fields import KINDS
from gridwalk.lists.listing import PlainList, Sort
from gridwalk.lists.queries import EVERYTHING, Selection
from gridwalk.lists.rules import Condition, ListField, Op, Type, choice_field, day_field
from gridwalk.registry.models import Dwelling, Organization, Site
from gridwalk.registry.queries import entities
from gridwalk.visits import rules, steps
from gridwalk.visits.advice import Left
from gridwalk.visits.outcomes import AWAITING_RECHECK, CONTACTS, OUTCOMES, Settles, Step
from gridwalk.visits.queries import facts
from gridwalk.visits.queries.facts import Dial
from gridwalk.visits.steps import Door


def _untried(asked: Condition, today: dt.date) -> Q:
    """Tried in none of these bands."""
    tried = Q(bands__overlap=list(asked.values))
    return ~tried if asked.op is Op.IS else tried


_LAST = Coalesce(F("last_visit_at"), Value(dt.datetime(1, 1, 1, tzinfo=dt.UTC)))
"""What nobody has visited stands before all that was."""
GAPS = PlainList(
    code="gaps",
    label="还差的",
    unit="户",
    fields=(
        choice_field("untried", "没试过的时段", BANDS, asks=_untried),
        day_field("last_visit_at", "上次上门"),
        ListField(name="n_visits", label="去过几次", type=Type.NUMBER, path="n_visits", always=True),
        ListField(name="planned_on", label="排进日程的日期", type=Type.DATE, path="planned_on"),
    ),
    sorts=(
        Sort(code="walk", label="按楼栋、单元排，走一趟最顺", keys=("grid_id", "walk_key", "id")),
        Sort(code="oldest", label="最久没去的在前", keys=(_LAST, "id")),
        Sort(code="newest", label="刚去过的在前", keys=(_LAST, "id"), descending=True),
    ),
)
PENDING = PlainList(
    code="visits",
    label="走访上报",
    unit="户",
    verb=Verb.RECHECK,
    fields=(
        choice_field("kind", "登记对象", {kind: KINDS[kind] for kind in ("dwelling", "organization", "site")}),
        choice_field("outcome", "报的结果", {code: OUTCOMES[code].label for code in sorted(AWAITING_RECHECK)}),
        day_field("settled_at", "报来日期"),
    ),
    sorts=(
        Sort(code="oldest", label="先报的在前", keys=("settled_at", "id")),
        Sort(code="newest", label="后报的在前", keys=("settled_at", "id"), descending=True),
        Sort(code="walk", label="按走访顺序排", keys=("grid_id", "walk_key", "id")),
    ),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class GapRow:
    """One target that keeps the rate from 100 %, or any target where all are asked for.

    ``substitute``: who walks it for ``assignee`` today; ``is_nobodys``: it is still to be walked, by nobody in post.
    ``planned``: the list it stands on, in words; ``dial``: whose number to call; ``closeout``: how far it is, by part
    as (mark, words, way).
    """

    target: uuid.UUID
    entity: uuid.UUID
    kind: str
    grid: str
    group: str
    room: str
    address: str
    state: str
    outcome: str
    mark: str
    tone: str
    reason: str
    reason_label: str
    bands: tuple[tuple[str, str, bool, bool], ...]
    closeout: tuple[tuple[str, str, str], ...]
    last_visit_at: dt.datetime | None
    n_visits: int
    n_living: int
    label: str
    has_care: bool
    step: Step
    assignee: str
    substitute: str
    is_nobodys: bool
    planned: str
    dial: Dial | None

    @property
    def stairwell(self) -> tuple[str, str]:
        """Where it stands, as ``advice.Left`` says it."""
        return (self.grid, self.group)


def mark(
    state: str, outcome: str, n_visits: int, *, revisits: bool = False, different: bool = False
) -> tuple[str, str]:
    """The one character and the tone of a door's mark; the same everywhere. ``revisits``: a next visit is still to
    come; it is agreed only where a resident spoke.
    """
    if different:
        return "异", "z"
    declared = OUTCOMES.get(outcome)
    if state == "visited":
        return (declared.mark, declared.tone) if declared and outcome in CONTACTS else ("访", "v")
    if state == "explained":
        return OUTCOMES[outcome].mark, "e"
    if state == "pending":
        return "核", "q"
    if revisits and outcome in steps.SPOKEN:
        return "约", "q"
    if not n_visits:
        return "未", "n"
    return (declared.mark if declared and declared.settles is Settles.BY_SECOND_SOURCE else "无"), "n"


def _targets(campaign: Campaign, grid: str, kind: str) -> QuerySet[Target]:
    return Target.objects.filter(campaign=campaign, grid__code__startswith=grid, kind=kind).exclude(state="left")


def _check(viewer: Viewer, scope: str) -> None:
    if not viewer.may(Verb.SEE_ROWS_MASKED, scope):
        raise NotHere


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cut:
    """Which rows of the gap list are looked at. ``kind``: of what; ``reason``: in which tab; ``everything``: those
    visited, too; ``nobodys``: those that nobody in post is to walk; ``among``: these targets only; ``selection``: what
    was asked for, and in which order.
    """

    kind: str = "dwelling"
    reason: str = ""
    everything: bool = False
    nobodys: bool = False
    among: Collection[uuid.UUID] | None = None
    selection: Selection = EVERYTHING

    @property
    def stays_inside(self) -> bool:
        """Whether the rows tell by being there, or by not, which doors are reported as vacant. Advices do as well: one
        that waits for a second source is in none of the walks.
        """
        return self.among is not None or self.reason in steps.TELL_VACANCY


def chosen(
    viewer: Viewer,
    campaign: Campaign,
    scope: str,
    cut: Cut,
    at: dt.datetime,
    *,
    left: Mapping[uuid.UUID, Left] | None = None,
) -> tuple[list[uuid.UUID], Counter[str]]:
    """The targets of the gap list in walking order, and how many there are by reason. Raises NotHere.

    ``left``: what ``advice.planning`` has read of those that are left already.
    """
    _check(viewer, scope)
    today = clock.local_date(at)
    targets_left = _targets(campaign, scope, cut.kind)
    if not cut.everything:
        targets_left = targets_left.exclude(state="visited")
    if cut.nobodys:
        targets_left = targets_left.filter(predicates.of_nobody(today))
    ordered = cut.selection.of(targets_left, "grid_id", "walk_key", "id")
    if left is None:
        doors = _doors(viewer, ordered, today)
    else:
        doors = {pk: left[pk].door for pk in ordered.values_list("id", flat=True) if pk in left}
    reasons: Counter[str] = Counter()
    targets: list[uuid.UUID] = []
    for pk, door in doors.items():
        if cut.among is not None and pk not in cut.among:
            continue
        code = "done" if door.state == "visited" else steps.tab(door)
        reasons[code] += 1
        if not cut.reason or code == cut.reason:
            targets.append(pk)
    return targets, reasons


def _doors(viewer: Viewer, targets: QuerySet[Target], today: dt.date) -> dict[uuid.UUID, Door]:
    """Of each target what its tab depends on."""
    light = targets.values_list("id", "state", "outcome", "n_visits", "revisit_at", "grid_id")
    doors = {}
    for pk, state, recorded, n_visits, revisit_at, grid in light:
        kept = clock.local(revisit_at) if revisit_at and steps.keeps(clock.local(revisit_at), today) else None
        outcome = facts.shown(viewer, grid, state, recorded)
        doors[pk] = Door(state=state, outcome=outcome, n_visits=n_visits, revisit_at=kept)
    return doors


def gaps(
    viewer: Viewer,
    campaign: Campaign,
    scope: str,
    cut: Cut | None = None,
    *,
    at: dt.datetime,
    limit: int = 200,
    offset: int = 0,
    left: Mapping[uuid.UUID, Left] | None = None,
) -> tuple[list[GapRow], Counter[str]]:
    """The gap rows of a scope in walking order and how many there are by reason; a constant number of queries."""
    pks, reasons = chosen(viewer, campaign, scope, cut or Cut(), at, left=left)
    page = pks[offset : offset + limit]
    targets = {t.id: t for t in Target.objects.filter(pk__in=page).select_related("assignee", "grid__area")}
    return rows(viewer, [targets[pk] for pk in page], at), reasons


def rows(viewer: Viewer, targets: Sequence[Target], at: dt.datetime) -> list[GapRow]:
    """Rows for targets of one or several kinds, in the order given."""
    today = clock.local_date(at)
    dwellings = Dwelling.objects.filter(pk__in=[t.entity for t in targets if t.kind == "dwelling"])
    places = {d.id: d for d in dwellings.select_related("building", "stairwell")}
    doors = entities.doors(viewer, list(places.values()), today)
    titles = dict(
        Organization.objects.filter(pk__in=[t.entity for t in targets if t.kind == "organization"]).values_list(
            "id", "name"
        )
    )
    titles |= dict(
        Site.objects.filter(pk__in=[t.entity for t in targets if t.kind == "site"]).values_list("id", "name")
    )
    known = facts.doors(viewer, targets, at)
    phones = facts.phones_at([t.entity for t in targets if known[t.pk].has_phone])
    posts = accounts.posts({t.grid_id for t in targets}, today)
    holders: set[tuple[str, uuid.UUID | None]] = {(post.grid, post.user) for post in posts if post.covers is None}
    substitutes = {(post.grid, post.covers): post.name for post in posts if post.covers is not None}
    lines = []
    for target in targets:
        door = doors.get(target.entity)
        standing = known[target.pk]
        code, label = _reason(standing)
        character, tone = mark(
            target.state, standing.outcome, target.n_visits, revisits=standing.revisit_at is not None
        )
        dwelling = places.get(target.entity)
        lines.append(
            GapRow(
                target=target.id,
                entity=target.entity,
                kind=target.kind,
                grid=target.grid_id,
                group=group_of(dwelling) if dwelling else target.grid.name,
                room=door.room if door else titles.get(target.entity, ""),
                address=door.address if door else titles.get(target.entity, ""),
                state=target.state,
                outcome=standing.outcome,
                mark=character,
                tone=tone,
                reason=code,
                reason_label=label,
                bands=_bands(standing),
                closeout=steps.closeout_words(standing),
                last_visit_at=target.last_visit_at,
                n_visits=target.n_visits,
                n_living=door.n_living if door else 0,
                label=door.label if door else "",
                has_care=bool(door and door.has_care),
                step=steps.next_step(standing),
                assignee=target.assignee.name if target.assignee else "",
                substitute=_of(substitutes, target),
                is_nobodys=target.state == "remaining" and (target.grid_id, target.assignee_id) not in holders,
                planned=_planned(target, today),
                dial=phones.get(target.entity),
            )
        )
    return lines


def _planned(target: Target, today: dt.date) -> str:
    """The list a target stands on, in words; one whose day is over is none."""
    on = target.planned_on
    return steps.on_list(on, target.planned_band, today) if on is not None and on >= today else ""


def _of(substitutes: Mapping[tuple[str, uuid.UUID], str], target: Target) -> str:
    return substitutes.get((target.grid_id, target.assignee_id), "") if target.assignee_id else ""


def _reason(door: Door) -> tuple[str, str]:
    """The tab a door stands in, and why it is left."""
    if door.state == "visited":
        return "done", "已走访"
    code = steps.tab(door)
    return code, steps.TABS[code][1]


def group_of(dwelling: Dwelling) -> str:
    """Building and stairwell, as lists are grouped."""
    building = dwelling.building
    of_building = [building.estate, building.name] if building else []
    return group_name(*of_building, dwelling.stairwell.name if dwelling.stairwell else "")


def group_name(*parts: str | None) -> str:
    """Estate, building and stairwell in one line."""
    return " ".join(part for part in parts if part)


def _bands(door: Door) -> tuple[tuple[str, str, bool, bool], ...]:
    agreed = rules.band_of(door.revisit_at) if door.revisit_at and door.is_agreed else ""
    return tuple((code, label, code in door.bands, code == agreed) for code, label in BANDS.items())


@dataclasses.dataclass(frozen=True, kw_only=True)
class PendingRow:
    """A target that another person must recheck."""

    target: uuid.UUID
    entity: uuid.UUID
    kind: str
    title: str
    outcome: str
    reported_at: dt.datetime
    mine: bool


def n_pending(
    viewer: Viewer, scope: str, selection: Selection = EVERYTHING, *, before: dt.datetime | None = None
) -> Counter[str]:
    """How many targets are reported as moved away or not found, by kind: unlike things are never added up; ``before``:
    those that were reported before a moment.
    """
    waits = _pending(viewer, scope) if before is None else _pending(viewer, scope).filter(settled_at__lt=before)
    return Counter(dict(selection.of(waits).order_by().values_list("kind").annotate(n=Count("pk"))))


def _pending(viewer: Viewer, scope: str) -> QuerySet[Target]:
    inside = in_scopes(viewer.within(Verb.RECHECK, scope), "grid__code")
    return Target.objects.filter(inside, state="pending", campaign__state="running")


def pending(
    viewer: Viewer, scope: str, *, limit: int = 200, offset: int = 0, selection: Selection = EVERYTHING
) -> list[PendingRow]:
    """Targets reported as moved away or not found, oldest first."""
    waiting = selection.of(_pending(viewer, scope).prefetch_related("visits"), "settled_at", "id")
    targets = list(waiting[offset : offset + limit])
    titles = dict(Dwelling.objects.filter(pk__in=[t.entity for t in targets]).values_list("id", "address"))
    titles |= dict(Organization.objects.filter(pk__in=[t.entity for t in targets]).values_list("id", "name"))
    titles |= dict(Site.objects.filter(pk__in=[t.entity for t in targets]).values_list("id", "name"))
    rows = []
    for target in targets:
        reports = sorted(
            (
                v
                for v in target.visits.all()
                if v.withdrawn_at is None and v.outcome in AWAITING_RECHECK and not v.recheck
            ),
            key=lambda v: v.at,
        )
        if reports:
            last = reports[-1]
            rows.append(
                PendingRow(
                    target=target.id,
                    entity=target.entity,
                    kind=target.kind,
                    title=titles.get(target.entity, ""),
                    outcome=OUTCOMES[last.outcome].label,
                    reported_at=last.at,
                    mine=viewer.id is not None and any(v.worker == viewer.id for v in reports),
                )
            )
    return rows


def states(campaign: Campaign, scope: str) -> dict[tuple[str, str], int]:
    """How many dwelling targets by (state, outcome); no rows, so it asks no more than counts do."""
    counts = _targets(campaign, scope, "dwelling").values("state", "outcome").annotate(n=Count("pk"))
    return {(r["state"], r["outcome"]): r["n"] for r in counts}
