"""``record_visits``: visits of one grid in one transaction, exactly once each; a single visit is a batch of one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock, plain
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.registry import columns
from gridwalk.registry.actions.claims import Judged
from gridwalk.registry.models import Entity
from gridwalk.visits import rules
from gridwalk.visits.actions import at_the_door, refusals, targets
from gridwalk.visits.actions.at_the_door import Content
from gridwalk.visits.actions.refusals import Known
from gridwalk.visits.models import Visit
from gridwalk.visits.values import Found, NewVisit

KINDS = ("dwelling", "organization", "site")
"""What is visited."""


class VisitRefused(Exception):
    """A visit that is not recorded; the text says why and what to do. Nothing of it was written."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What became of one visit: ``state`` and ``assignee`` of its target, or the reason it was refused."""

    id: uuid.UUID
    accepted: bool
    state: str = ""
    reason: str = ""
    assignee: uuid.UUID | None = None


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
        grid, *at_the_door.grids_touched(grid, [v.findings for v in visits]), actor=actor, at=at
    ) as writing:
        batch = Batch(writing=writing, grid=grid, visits=visits, campaign=campaigns.running_for(grid))
        ((answers, _),) = record_in(writing, [batch])
    return answers


@dataclasses.dataclass(frozen=True, kw_only=True)
class Batch:
    """Visits of one grid by one author, whose ``writing`` it is. ``people``: who belongs to the visited doors, where
    the caller has read it already.
    """

    writing: Writing
    grid: str
    visits: Sequence[NewVisit]
    campaign: Campaign | None
    people: Mapping[uuid.UUID, set[uuid.UUID]] | None = None


def record_in(writing: Writing, batches: Sequence[Batch]) -> list[tuple[list[Answer], list[Judged]]]:
    """Step: record visits of several grids, which are locked with those ``grids_touched``; by batch, what became of
    them and of their claims. A constant number of statements for visits that only confirm.

    ``writing``: the whole of which each batch has its part. No two batches may speak of one record: a record is told
    which batch's it is by its id. Batches of which each has its own grids, ``grids_touched`` among them, do not.
    """
    visits = [visit for batch in batches for visit in batch.visits]
    with plain.together():
        places, aims, before_them = _ask_for_places(visits), _ask_for_targets(batches), _ask_for_visits(visits)
    places_of: defaultdict[str, dict[uuid.UUID, Entity]] = defaultdict(dict)
    for place in (place for read in places for place in read()):
        places_of[place.grid_id][place.id] = place
    targets_of: defaultdict[uuid.UUID | None, dict[uuid.UUID, Target]] = defaultdict(dict)
    for target in aims():
        targets_of[target.campaign_id][target.entity] = target
    standing, by_id = _on_record(before_them())
    unread = [visit.entity for batch in batches if batch.people is None for visit in batch.visits]
    people = refusals.people_at(unread) if unread else {}
    recordings = []
    for batch in batches:
        around = Known(
            batch.writing.at,
            batch.campaign,
            places_of[batch.grid],
            targets_of[batch.campaign.pk if batch.campaign else None],
            people if batch.people is None else batch.people,
        )
        recordings.append(_judge(batch, around, standing, by_id))
    bulk.insert([visit for recording in recordings for visit, _ in recording.content.visits])
    judged = at_the_door.carry(writing, [recording.content for recording in recordings])
    was = {target: state for recording in recordings for target, state in recording.was.items()}
    targets.save(writing, list(was), was, source="visit")
    for batch, recording in zip(batches, recordings, strict=True):
        _note(batch.writing, batch.grid, recording.content.visits)
    return [(recording.answers, of_batch) for recording, of_batch in zip(recordings, judged, strict=True)]


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Recording:
    """What becomes of a batch. ``was``: the states of its targets before."""

    content: Content
    was: Mapping[Target, str]
    answers: list[Answer]


def _judge(
    batch: Batch, around: Known, standing: dict[uuid.UUID, list[Visit]], by_id: dict[uuid.UUID, Visit]
) -> _Recording:
    answers: dict[uuid.UUID, Answer] = {}
    rows: list[tuple[Visit, Found]] = []
    proved: set[uuid.UUID] = set()
    was: dict[Target, str] = {}
    for new in sorted(batch.visits, key=lambda v: v.at):
        target = around.targets.get(new.entity)
        before = by_id.get(new.id)
        reason = refusals.of_repeat(new, before) if before else refusals.of_visit(new, around, standing[new.entity])
        if before is None and not reason:
            visit = by_id[new.id] = _visit(batch.writing, batch.grid, new, target)
            if _proves_vacancy(visit, standing[new.entity]):
                proved.add(visit.id)
            standing[new.entity].append(visit)
            rows.append((visit, new.findings))
            if target is not None:
                was.setdefault(target, target.state)
                targets.settle(target, standing[new.entity], new=visit)
        answers[new.id] = Answer(
            new.id,
            not reason,
            target.state if target and not reason else "",
            reason,
            target.assignee_id if target else None,
        )
    place = {visit.id: n for n, visit in enumerate(batch.visits)}
    rows.sort(key=lambda pair: place[pair[0].id])  # facts follow the order they were written down in, not the clock
    content = Content(writing=batch.writing, visits=rows, entities=around.entities, proved=proved)
    return _Recording(content=content, was=was, answers=[answers[v.id] for v in batch.visits])


def _ask_for_places(visits: Sequence[NewVisit]) -> list[Callable[[], list[Entity]]]:
    wanted: dict[str, set[uuid.UUID]] = defaultdict(set)
    for visit in visits:
        if visit.kind in KINDS:
            wanted[visit.kind].add(visit.entity)
    return [plain.ask_for(columns.TABLES[kind], "t.id = ANY(%s)", [list(pks)]) for kind, pks in wanted.items()]


def _ask_for_targets(batches: Sequence[Batch]) -> Callable[[], list[Target]]:
    running = {batch.campaign.pk for batch in batches if batch.campaign is not None}
    entities = [visit.entity for batch in batches for visit in batch.visits]
    if not running:
        return list
    return plain.ask_for(Target, "t.campaign_id = ANY(%s) AND t.entity = ANY(%s)", [list(running), entities])


def _ask_for_visits(visits: Sequence[NewVisit]) -> Callable[[], list[Visit]]:
    of_these = [[v.entity for v in visits], [v.id for v in visits]]
    return plain.ask_for(Visit, "t.entity = ANY(%s) OR t.id = ANY(%s)", of_these)


def _on_record(visits: Iterable[Visit]) -> tuple[dict[uuid.UUID, list[Visit]], dict[uuid.UUID, Visit]]:
    """The standing visits by entity, and all visits by id, those taken back too."""
    standing: dict[uuid.UUID, list[Visit]] = defaultdict(list)
    by_id: dict[uuid.UUID, Visit] = {}
    for visit in visits:
        by_id[visit.id] = visit
        if visit.withdrawn_at is None:
            standing[visit.entity].append(visit)
    return standing, by_id


def _visit(writing: Writing, grid: str, new: NewVisit, target: Target | None) -> Visit:
    return Visit(
        id=new.id,
        grid_id=grid,
        target=target,
        kind=new.kind,
        entity=new.entity,
        outcome=new.outcome,
        at=new.at,
        on=clock.local_date(new.at),
        band=rules.band_of(new.at),
        worker=writing.actor.id,
        worker_name=writing.actor.name,
        source=new.source,
        second_source=new.second_source,
        met_adult=new.met_adult,
        revisit_at=new.revisit_at,
        received_at=writing.at,
        n_confirmed=len(new.findings.confirmed),
        n_changed=new.findings.n_changed,
    )


def _proves_vacancy(visit: Visit, others: Sequence[Visit]) -> bool:
    return visit.outcome == "vacant_confirmed" and rules.proves_vacancy(
        targets.attempt(visit), [targets.attempt(v) for v in others]
    )


def _note(writing: Writing, grid: str, rows: Sequence[tuple[Visit, Found]]) -> None:
    for visit, _ in rows:
        record = {
            "outcome": visit.outcome,
            "at": visit.at.isoformat(),
            "n_confirmed": visit.n_confirmed,
            "n_changed": visit.n_changed,
            "second_source": visit.second_source,
        }
        writing.change(
            stream=grid,
            kind=visit.kind,
            entity=visit.entity,
            field="outcome",
            old=None,
            new=record,
            source="visit",
            at=visit.at,
            op=visit.id,
        )
        writing.audit(
            AuditVerb.VISIT_RECORDED,
            scope=grid,
            kind=visit.kind,
            subject=visit.entity,
            data={"visit": str(visit.id), "outcome": visit.outcome},
        )
