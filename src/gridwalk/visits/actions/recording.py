"""``record_visits``: visits of one grid in one transaction, exactly once each; a single visit is a batch of one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock, ids
from gridwalk.core.actions import Writing
from gridwalk.core.queries import NotHere
from gridwalk.registry import columns
from gridwalk.registry.models import Entity
from gridwalk.visits import rules
from gridwalk.visits.actions import at_the_door
from gridwalk.visits.actions.at_the_door import Found
from gridwalk.visits.models import Visit

NOTHING = Found()


class VisitRefused(Exception):
    """A visit that is not recorded; the text says why and what to do. Nothing of it was written."""


@dataclasses.dataclass(frozen=True)
class NewVisit:
    """What happened at a door. ``id`` is the intention's op: the same visit sent again is the same visit."""

    kind: str
    entity: uuid.UUID
    outcome: str
    at: dt.datetime
    second_source: str = ""
    met_adult: bool = False
    revisit_at: dt.datetime | None = None
    found: Found = NOTHING
    source: str = "paper"
    id: uuid.UUID = dataclasses.field(default_factory=ids.new_id)


@dataclasses.dataclass(frozen=True)
class Answer:
    """What became of one visit: ``state`` of its target, or the reason it was refused."""

    id: uuid.UUID
    accepted: bool
    state: str = ""
    reason: str = ""


def record_visit(*, actor: Viewer, at: dt.datetime, grid: str, visit: NewVisit) -> Answer:
    """Record one visit. Raises NotPermitted, VisitRefused."""
    (answer,) = record_visits(actor=actor, at=at, grid=grid, visits=[visit])
    if not answer.accepted:
        raise VisitRefused(answer.reason)
    return answer


def record_visits(*, actor: Viewer, at: dt.datetime, grid: str, visits: Sequence[NewVisit]) -> list[Answer]:
    """Record visits of one grid in one transaction; a refused one does not hold the others. Raises NotPermitted."""
    access.require(actor, Verb.RECORD_VISIT, grid)
    with core.write_to(
        grid, *at_the_door.grids_touched(grid, [v.found for v in visits]), actor=actor, at=at
    ) as writing:
        return _record(writing, grid, visits, campaigns.running_for(grid))


def _record(writing: Writing, grid: str, visits: Sequence[NewVisit], campaign: Campaign | None) -> list[Answer]:
    entities = _entities(visits, grid)
    earlier = _earlier([v.entity for v in visits])
    repeated = {v.id for group in earlier.values() for v in group}
    targets = _targets(campaign, [v.entity for v in visits])
    answers: dict[uuid.UUID, Answer] = {}
    made: list[tuple[Visit, Found]] = []
    touched: dict[uuid.UUID, Target] = {}
    for new in sorted(visits, key=lambda v: v.at):
        target = targets.get(new.entity)
        if new.id in repeated:
            answers[new.id] = Answer(new.id, True, target.state if target else "")
            continue
        reason = _refusal(new, entities, earlier[new.entity], campaign, writing.at)
        if reason:
            answers[new.id] = Answer(new.id, False, reason=reason)
            continue
        visit = _visit(writing, grid, new, target)
        earlier[new.entity].append(visit)
        repeated.add(new.id)
        made.append((visit, new.found))
        if target is not None:
            _settle(target, earlier[new.entity], visit)
            touched[target.id] = target
        answers[new.id] = Answer(new.id, True, target.state if target else "")
    bulk.insert([visit for visit, _ in made])
    at_the_door.carry(writing, made, entities)
    _save_targets(writing, list(touched.values()))
    _note(writing, grid, made)
    return [answers[v.id] for v in visits]


def _entities(visits: Sequence[NewVisit], grid: str) -> dict[uuid.UUID, Entity]:
    wanted: dict[str, set[uuid.UUID]] = defaultdict(set)
    for visit in visits:
        wanted[visit.kind].add(visit.entity)
    return {
        entity.id: entity
        for kind, entity_ids in wanted.items()
        if kind in columns.TABLES
        for entity in columns.TABLES[kind]._default_manager.filter(id__in=entity_ids, grid_id=grid)
    }


def _earlier(entities: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Visit]]:
    found: dict[uuid.UUID, list[Visit]] = defaultdict(list)
    for visit in Visit.objects.filter(entity__in=list(entities), withdrawn_at__isnull=True).order_by("at"):
        found[visit.entity].append(visit)
    return found


def _targets(campaign: Campaign | None, entities: Sequence[uuid.UUID]) -> dict[uuid.UUID, Target]:
    if campaign is None:
        return {}
    return {t.entity: t for t in Target.objects.filter(campaign=campaign, entity__in=list(entities))}


def _refusal(
    new: NewVisit,
    entities: dict[uuid.UUID, Entity],
    earlier: Sequence[Visit],
    campaign: Campaign | None,
    now: dt.datetime,
) -> str:
    """Why a visit is not recorded; empty where it is."""
    if new.entity not in entities:
        return "这一户不在这个网格里，没有记。请核对房号。"
    if new.outcome not in rules.OUTCOMES:
        return "不认得这个结果，没有记。"
    if new.at > now + rules.CLOCK_TOLERANCE:
        return "走访时间在将来，没有记。请核对日期和时间。"
    if new.second_source and new.second_source not in rules.SECOND_SOURCES:
        return "不认得这个空房核实来源，没有记。"
    if campaign is None:
        return ""
    if (
        new.outcome != "phone"
        and rules.is_quiet(new.at, campaign.quiet_from, campaign.quiet_until)
        and not _agreed(new, earlier)
    ):
        return f"{campaign.quiet_from:%H:%M} 到次日 {campaign.quiet_until:%H:%M} 不上门，没有记。若是居民约好的，请先记约定的时间。"
    in_campaign = [v for v in earlier if clock.local_date(v.at) >= campaign.starts_on]
    if len(in_campaign) >= campaign.max_visits and new.outcome in rules.FAILED:
        return f"这一户已去过 {campaign.max_visits} 次，不再打扰，没有记。可以打电话或留信。"
    return ""


def _agreed(new: NewVisit, earlier: Sequence[Visit]) -> bool:
    return any(v.revisit_at and abs(v.revisit_at - new.at) <= dt.timedelta(hours=1) for v in earlier)


def _visit(writing: Writing, grid: str, new: NewVisit, target: Target | None) -> Visit:
    return Visit(
        id=new.id, grid_id=grid, target=target, kind=new.kind, entity=new.entity, outcome=new.outcome, at=new.at,
        on=clock.local_date(new.at), band=rules.band_of(new.at), worker=writing.actor.id, worker_name=writing.actor.name,
        source=new.source, second_source=new.second_source, met_adult=new.met_adult, revisit_at=new.revisit_at,
        received_at=writing.at, n_confirmed=len(new.found.confirmed), n_changed=new.found.n_changed,
    )  # fmt: skip


def _settle(target: Target, visits: Sequence[Visit], last: Visit | None) -> None:
    begun = [v for v in visits if v.target_id == target.id]
    settled = rules.settle([rules.Attempt(v.outcome, v.at, v.worker, v.second_source) for v in begun])
    target.state, target.outcome, target.settled_at = settled.state, settled.outcome, settled.at
    target.met_in_person = settled.met_in_person
    target.n_visits = len(begun)
    target.bands = sorted({v.band for v in begun})
    target.last_visit_at = max((v.at for v in begun), default=None)
    target.revisit_at = last.revisit_at if last is not None and settled.state != "visited" else None
    if last is not None:
        target.planned_on, target.planned_band = None, ""


TARGET_COLUMNS = [
    "state", "outcome", "settled_at", "met_in_person", "n_visits", "bands", "last_visit_at", "revisit_at", "planned_on",
    "planned_band",
]  # fmt: skip


def _save_targets(writing: Writing, targets: Sequence[Target]) -> None:
    bulk.update(targets, TARGET_COLUMNS)
    for target in targets:
        writing.change(target.grid_id, "target", target.id, "state", None, target.state, source="visit")


def _note(writing: Writing, grid: str, made: Sequence[tuple[Visit, Found]]) -> None:
    for visit, _ in made:
        record = {"outcome": visit.outcome, "at": visit.at.isoformat(), "n_confirmed": visit.n_confirmed,
                  "n_changed": visit.n_changed, "second_source": visit.second_source}  # fmt: skip
        writing.change(
            grid, visit.kind, visit.entity, "outcome", None, record, source="visit", at=visit.at, op=visit.id
        )
        writing.audit(
            "visit.recorded",
            scope=grid,
            kind=visit.kind,
            subject=visit.entity,
            data={"visit": str(visit.id), "outcome": visit.outcome},
        )


def withdraw_visit(*, actor: Viewer, at: dt.datetime, visit: uuid.UUID, reason: str) -> None:
    """Take a wrong visit back with a reason: it stays on record, settles nothing. Facts it brought stay; correct them.

    Raises NotHere, NotPermitted, VisitRefused.
    """
    found = Visit.objects.filter(pk=visit, withdrawn_at__isnull=True).first()
    if found is None or not actor.may(Verb.SEE_ROWS, found.grid_id):
        raise NotHere
    access.require(actor, Verb.RECORD_VISIT, found.grid_id)
    if not reason.strip():
        raise VisitRefused("没有撤回：请写明原因，来历里要留着。")
    with core.write_to(found.grid_id, actor=actor, at=at) as writing:
        found.withdrawn_at, found.withdrawn_reason = at, reason.strip()
        found.save(update_fields=["withdrawn_at", "withdrawn_reason"])
        if found.target_id:
            target = Target.objects.select_for_update().get(pk=found.target_id)
            _settle(target, _earlier([found.entity])[found.entity], None)
            _save_targets(writing, [target])
        writing.audit("visit.withdrawn", scope=found.grid_id, kind=found.kind, subject=found.entity,
                      data={"visit": str(found.id)}, reason=reason.strip())  # fmt: skip
