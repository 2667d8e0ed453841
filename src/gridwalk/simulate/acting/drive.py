"""Driving the synthetic street through the same actions that people use: import, dispatch, visits, kept days."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from django.db import connections

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import SYSTEM, Verb, Viewer
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.actions import dispatch, founding
from gridwalk.campaigns.actions.founding import NewWave
from gridwalk.campaigns.models import Campaign
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actors import PROGRAM
from gridwalk.indicators import actions as indicators
from gridwalk.indicators.definitions import INDICATORS, Indicator
from gridwalk.reconcile.actions import applying, comparing, staging
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.registry.models import Dwelling
from gridwalk.registry.rules import Claim
from gridwalk.simulate.acting import ahead, caring, days
from gridwalk.simulate.acting.knocks import WORKDAYS, Day, Knock, calendar
from gridwalk.simulate.street import entries, facilities
from gridwalk.simulate.street.workbooks import LedgerFile
from gridwalk.simulate.street.world import PILOT, World, area_tree
from gridwalk.territory import actions as territory
from gridwalk.visits.actions import at_the_door, doors, recording, rounds
from gridwalk.visits.actions.recording import Batch
from gridwalk.visits.values import Arrival, Found, NewVisit

Progress = Callable[[int, int], None]
STREET = "120105001"
PREPARE_DAYS = 14


def action_start(today: dt.date, day: int) -> dt.date:
    """The first day of the action phase when ``today`` (or the working day before it) is its ``day``-th working day."""
    start = today
    while True:
        reached = [d for d in calendar(start, days.WORKING_DAYS) if d.date <= today and not d.saturday]
        if len(reached) >= day and WORKDAYS.is_worked(start):
            return start
        start -= dt.timedelta(days=1)


def found_territory(world: World, *, at: dt.datetime, from_on: dt.date) -> None:
    """Load the official areas and make the grids."""
    territory.load_areas(actor=SYSTEM, at=at, tree=area_tree())
    for community in world.communities:
        territory.create_grids(actor=SYSTEM, at=at, community=community.code, n=len(community.grids), from_on=from_on)


def import_ledgers(files: Sequence[LedgerFile], *, actor: Viewer, at: dt.datetime, progress: Progress) -> list[Import]:
    """Import every file as an office would: upload, confirm the mapping as proposed, apply. A process beside reads the
    next files meanwhile.
    """
    done = []
    for index, (file, taken) in enumerate(zip(files, ahead.intakes(files), strict=True)):
        scope = file.scope if not file.scope.endswith("000") else STREET
        ledger = staging.keep(actor=actor, at=at, taken=taken, scope=scope)
        ledger = staging.stage(actor=actor, at=at, imported=ledger.id)
        done.append(applying.apply(actor=actor, at=at, imported=ledger.id))
        progress(index + 1, len(files))
    return done


def compare_ledger(files: Sequence[LedgerFile], *, actor: Viewer, at: dt.datetime) -> None:
    """Compare the pilot's person ledger with what the visits made of the register; nobody else has compared yet."""
    file = next(file for file in files if file.kind == "person" and file.scope == PILOT)
    comparison = comparing.upload(
        actor=actor, at=at, scope=PILOT, source="ledger", data=file.path.read_bytes(), name=file.path.name
    )
    comparing.start(actor=actor, at=at, comparison=comparison.id)
    comparing.run(actor=actor, at=at, comparison=comparison.id)


def found_campaign(world: World, *, actor: Viewer, at: dt.datetime, start: dt.date) -> Campaign:
    """The three-phase campaign with the pilot wave and the wave for all."""
    last = max(d.date for d in calendar(start, days.WORKING_DAYS))
    prepare = start - dt.timedelta(days=PREPARE_DAYS)
    wave_two = next(d.date for d in calendar(start, days.ALL_FROM_DAY) if d.n == days.ALL_FROM_DAY and not d.saturday)
    others = tuple(c.code for c in world.communities if c.code != PILOT)
    return founding.create_campaign(
        actor=actor,
        at=at,
        name="网格化管理全域走访百日行动",
        scope=STREET,
        phases={
            "prepare": (prepare, start - dt.timedelta(days=1)),
            "act": (start, last),
            "sum_up": (last + dt.timedelta(days=1), last + dt.timedelta(days=14)),
        },
        waves=[NewWave("试点", (PILOT,), start), NewWave("全面铺开", others, wave_two)],
        leading_group=[
            ("韩书言", "街道党工委书记", "组长，统筹全街百日行动"),
            ("许知行", "街道网格中心主任", "副组长，走访任务调度和数据核查"),
            ("孟昭宁", "网格中心数据员", "成员，台账导入和数据核对"),
        ],
    )


class Entities:
    """What the street's refs are called in the register, read from what became of each staged row."""

    def __init__(self, files: Sequence[LedgerFile], imports: Sequence[Import], world: World) -> None:
        self.of: dict[str, uuid.UUID] = {}
        for file, imported in zip(files, imports, strict=True):
            became = {
                (sheet, row): entity
                for sheet, row, entity in StagedRow.objects.filter(of=imported).values_list("sheet", "row_no", "entity")
            }
            for record in file.records:
                entity = became.get((record.sheet, record.row))
                if entity is not None and file.kind != "care":
                    self.of.setdefault(record.ref, entity)
        self._world = world
        self._add_doors()

    def _add_doors(self) -> None:
        rows = Dwelling.objects.exclude(status="struck_off").values_list("id", "community", "address_key")
        by_key = {(community, key): pk for pk, community, key in rows}
        for ref, door in self._world.doors.items():
            standing = by_key.get((door.place.community, entries.address_key(door.place)))
            if standing is not None:
                self.of[ref] = standing


def replay(
    world: World,
    entities: Entities,
    workers: dict[str, Viewer],
    campaign: Campaign,
    *,
    start: dt.date,
    upto_day: int,
    progress: Progress,
    morning: Callable[[int, dt.date], None],
) -> list[Knock]:
    """Replay the days: what the grids at work did on one is recorded together; each day is kept. Returns the knocks.

    ``morning``: what else happens on a working day, before its visits.
    """
    replayed: list[Knock] = []
    waves = list(campaign.waves.all())
    with ThreadPoolExecutor(1) as beside:
        try:
            for day, date, of_day in _by_day(days.plan(world, upto_day, start)):
                for wave in waves:
                    if wave.dispatched_at is None and wave.starts_on <= date:
                        dispatch.dispatch_wave(actor=SYSTEM, at=clock.at_local(date, 8), wave=wave.pk)
                        wave.refresh_from_db()
                morning(day, date)
                record(entities, workers, of_day, at=clock.at_local(date, 20, 45))
                replayed.extend(knock for _, knocks in of_day for knock in knocks)
                _keep_day(beside, _kept_on(day), at=clock.at_local(date, 23, 59))
                progress(day, upto_day)
        finally:
            beside.submit(connections.close_all).result()
    return replayed


def _keep_day(beside: Executor, kept: Sequence[Indicator], *, at: dt.datetime) -> None:
    """Keep the day's counts, every second one on a connection of its own: the database counts two at once."""
    other = beside.submit(indicators.keep_day, at=at, indicators=kept[1::2])
    indicators.keep_day(at=at, indicators=kept[::2])
    other.result()


def _kept_on(day: int) -> list[Indicator]:
    """Visits are kept every day; what needs the whole register, every fifth."""
    every = list(INDICATORS.values())
    return every if day % 5 == 0 else [i for i in every if i.of_campaign and i.code != "persons_verified"]


OfGrids = list[tuple[str, list[Knock]]]
OfDay = tuple[int, dt.date, OfGrids]


def _by_day(plan: Iterable[tuple[Day, dt.date, str, list[Knock]]]) -> Iterator[OfDay]:
    """The plan's grids gathered by date: (working day, date, what each grid did)."""
    for (day, date), rows in itertools.groupby(plan, key=lambda row: (row[0].n, row[1])):
        yield day, date, [(grid, knocks) for _, _, grid, knocks in rows]


class ReplayError(Exception):
    """A planned knock that the house refused: the plan and the rules disagree."""


def record(entities: Entities, workers: Mapping[str, Viewer], of_grids: OfGrids, *, at: dt.datetime) -> None:
    """Record the grids' knocks of one day as their workers would type them in, those of grids that have nobody in
    common in one transaction, as the server takes what several phones send. Raises ReplayError.
    """
    all_knocks = [knock for _, knocks in of_grids for knock in knocks]
    for knock in all_knocks:
        if knock.joins:
            _join(entities, workers[knock.grid], knock)
    waiting = caring.waiting([entities.of[ref] for knock in all_knocks for ref in knock.care if ref in entities.of])
    visits = {grid: [_visit(entities, knock, waiting) for knock in knocks] for grid, knocks in of_grids}
    while visits:
        together = _apart(visits)
        _record(workers, {grid: visits.pop(grid) for grid in together}, together, at=at)


def _join(entities: Entities, worker: Viewer, knock: Knock) -> None:
    p = knock.place
    place = {"estate": p.estate, "building": p.building, "stairwell": p.stairwell, "floor": p.floor, "room": p.room}
    entities.of[knock.ref] = doors.join_door(actor=worker, at=knock.at, grid=knock.grid, place=place)


def _apart(visits: Mapping[str, Sequence[NewVisit]]) -> dict[str, set[str]]:
    """The first grids that write to nothing in common, each with all it writes to."""
    together: dict[str, set[str]] = {}
    for grid, of_grid in visits.items():
        own = {grid, *at_the_door.grids_touched(grid, [visit.findings for visit in of_grid])}
        if any(not own.isdisjoint(of_other) for of_other in together.values()):
            break
        together[grid] = own
    return together


def _record(
    workers: Mapping[str, Viewer],
    visits: Mapping[str, Sequence[NewVisit]],
    touched: Mapping[str, Collection[str]],
    *,
    at: dt.datetime,
) -> None:
    for grid in visits:
        access.require(workers[grid], Verb.RECORD_VISIT, grid)
    running = campaigns.running_over(visits.keys())
    with core.write_to(*set().union(*touched.values()), actor=PROGRAM, at=at) as writing:
        batches = [
            Batch(
                writing=writing.part(touched[grid], actor=workers[grid]),
                grid=grid,
                visits=of_grid,
                campaign=running[grid],
            )
            for grid, of_grid in visits.items()
        ]
        for answers, _ in recording.record_in(writing, batches):
            for answer in answers:
                if not answer.accepted:
                    raise ReplayError(answer.reason)


def look_around(world: World, entities: Entities, workers: dict[str, Viewer], *, today: dt.date) -> None:
    """The rounds of the last weeks, as the workers would type them in. Raises ReplayError."""
    for walk in facilities.walks(list(world.facilities.values()), today, world.seed):
        seen = rounds.Seen(walk.on, walk.result, walk.fault, walk.note, walk.out_of_use)
        recorded = rounds.record_rounds(
            actor=workers[walk.grid],
            at=clock.at_local(walk.on, 17),
            seen=seen,
            things=[("facility", entities.of[ref]) for ref in walk.refs],
        )
        for reason in recorded.refused.values():
            raise ReplayError(reason)


def _visit(entities: Entities, knock: Knock, waiting: caring.Waiting) -> NewVisit:
    claims, ends = [], []
    for kind, ref, field, value in knock.claims:
        if field == "status":
            ends.append((entities.of[ref], value))
        else:
            claims.append(Claim(kind, entities.of[ref], field, value, "visit"))
    arrivals = []
    for arrival in knock.arrivals:
        entities.of.setdefault(arrival.ref, uuid.uuid5(knock.op, arrival.ref))
        values = {k: v for k, v in arrival.values.items() if v and k in _PERSON_FACTS}
        arrivals.append(Arrival(values, arrival.residence_kind, entities.of[arrival.ref]))
    return NewVisit(
        kind=knock.kind,
        entity=entities.of[knock.ref],
        outcome=knock.outcome,
        at=knock.at,
        second_source=knock.second_source,
        met_adult=bool(knock.met_role),
        revisit_at=knock.revisit_at,
        id=knock.op,
        findings=Found(
            claims=tuple(claims),
            confirmed=tuple(entities.of[r] for r in knock.confirmed),
            arrivals=tuple(arrivals),
            departures=tuple(entities.of[r] for r in knock.departures),
            ends=tuple(ends),
            care=tuple(caring.need(knock.op, entities.of[r], clock.local_date(knock.at), waiting) for r in knock.care),
        ),
    )


_PERSON_FACTS = frozenset({"name", "id_no", "sex", "born_on", "phone", "relation", "registered_address"})
