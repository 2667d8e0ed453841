"""纸质: walk sheets to print, and a stairwell's doors to type paper visits into. No vacancy, let or care on paper."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from django.db.models import Q

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import rules as campaign_rules
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.differences.queries import at_doors
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Dwelling, Residence
from gridwalk.registry.queries import entities
from gridwalk.territory.models import Stairwell
from gridwalk.visits import steps
from gridwalk.visits.models import Visit
from gridwalk.visits.queries import facts, worklist


@dataclasses.dataclass(frozen=True, kw_only=True)
class SheetRow:
    """A line of a walk sheet: settled doors read 已走访 alike, whatever settled them.

    ``is_agreed``: the resident named the time of the next visit; else one chose it oneself. ``asks``: what to ask
    there, in words.
    """

    dwelling: uuid.UUID
    group: str
    room: str
    names: str
    settled: bool
    tried: str
    revisit_at: dt.datetime | None
    is_agreed: bool
    asks: tuple[str, ...] = ()


def walk_sheet(viewer: Viewer, campaign: Campaign, grid: str, *, only_left: bool, today: dt.date) -> list[SheetRow]:
    """The doors of a grid by building and stairwell, in walking order. Raises NotHere.

    ``only_left``: those still to be visited, and those where something is to be asked.
    """
    if not viewer.may(Verb.RECORD_VISIT, grid):
        raise NotHere
    targets = (
        Target.objects.filter(campaign=campaign, grid_id=grid, kind="dwelling")
        .exclude(state="left")
        .order_by("walk_key")
    )
    asked = at_doors.by_door(at_doors.questions(viewer, grid)[0])
    if only_left:
        targets = targets.exclude(Q(state="visited") & ~Q(entity__in=list(asked)))
    chosen = list(targets)
    places = {
        d.id: d
        for d in Dwelling.objects.filter(pk__in=[t.entity for t in chosen]).select_related("building", "stairwell")
    }
    people: dict[uuid.UUID, list[str]] = {}
    links = Residence.objects.filter(dwelling_id__in=list(places), to_on__isnull=True, kind__in=LIVING).select_related(
        "person"
    )
    for link in links.order_by("created_at", "id"):
        people.setdefault(link.dwelling_id, []).append(entities.shown_name(viewer, grid, link.person.name))
    labels = campaign_rules.BANDS
    return [
        SheetRow(
            dwelling=t.entity,
            group=worklist.group_of(places[t.entity]),
            room=places[t.entity].room,
            names="、".join(people.get(t.entity, [])[:6]),
            settled=t.state == "visited",
            tried="" if t.state == "visited" else "".join(labels[b] for b in labels if b in t.bands),
            revisit_at=t.revisit_at if facts.revisits(t, today) else None,
            is_agreed=t.outcome in steps.SPOKEN,
            asks=tuple(q.short for q in asked.get(t.entity, ())),
        )
        for t in chosen
        if t.entity in places
    ]


@dataclasses.dataclass(frozen=True, kw_only=True)
class EntryRow:
    """A door to type a paper visit into."""

    dwelling: uuid.UUID
    room: str
    names: str
    persons: tuple[uuid.UUID, ...]
    mark: str
    tone: str
    state: str


def stairwell_for_entry(
    viewer: Viewer, campaign: Campaign | None, stairwell: Stairwell, today: dt.date
) -> list[EntryRow]:
    """The doors of a stairwell from the bottom up, as paper is filled in. Raises NotHere."""
    grid = stairwell.building.grid_id
    if not viewer.may(Verb.RECORD_VISIT, grid):
        raise NotHere
    dwellings = list(Dwelling.objects.filter(stairwell=stairwell).exclude(status="struck_off").order_by("walk_key"))
    targets = (
        {t.entity: t for t in Target.objects.filter(campaign=campaign, entity__in=[d.id for d in dwellings])}
        if campaign
        else {}
    )
    people: dict[uuid.UUID, list[tuple[uuid.UUID, str]]] = {}
    links = Residence.objects.filter(dwelling__in=dwellings, to_on__isnull=True, kind__in=LIVING).select_related(
        "person"
    )
    for link in links.order_by("created_at", "id"):
        people.setdefault(link.dwelling_id, []).append(
            (link.person_id, entities.shown_name(viewer, grid, link.person.name))
        )
    rows = []
    for d in dwellings:
        t = targets.get(d.id)
        character, tone = (
            worklist.mark(t.state, t.outcome, t.n_visits, revisits=facts.revisits(t, today)) if t else ("", "n")
        )
        here = people.get(d.id, [])
        rows.append(
            EntryRow(
                dwelling=d.id,
                room=d.room,
                names="、".join(n for _, n in here),
                persons=tuple(p for p, _ in here),
                mark=character,
                tone=tone,
                state=t.state if t else "",
            )
        )
    return rows


@dataclasses.dataclass(frozen=True, kw_only=True)
class PastVisit:
    """A visit as the page of its door lists it; ``at``: for whoever does not answer for the door, the day alone.
    ``outcome``: empty for who may not know how doors are used.
    """

    id: uuid.UUID
    at: dt.date
    outcome: str
    second_source: str
    by: str
    withdrawn: bool
    withdrawn_reason: str


def visits_of(viewer: Viewer, entity: uuid.UUID, grid: str) -> list[PastVisit]:
    """The visits of an entity, newest first; what came of them at a door only for who may see care. Raises NotHere."""
    if not viewer.may(Verb.SEE_ROWS_MASKED, grid):
        raise NotHere
    visits = list(Visit.objects.filter(entity=entity).order_by("-at"))
    named = viewer.may(Verb.SEE_ROWS, grid)
    author = accounts.authors({visit.worker for visit in visits}, named=named)
    rows = []
    for visit in visits:
        shown = visit.outcome if visit.kind != "dwelling" or entities.sees_use(viewer, grid) else ""
        rows.append(
            PastVisit(
                id=visit.id,
                at=visit.at if named else clock.local_date(visit.at),
                outcome=shown,
                second_source=visit.second_source if shown == visit.outcome else "",
                by=author(visit.worker, visit.worker_name),
                withdrawn=visit.withdrawn_at is not None,
                withdrawn_reason=visit.withdrawn_reason,
            )
        )
    return rows
