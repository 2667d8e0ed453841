"""What the next step at doors depends on, read for many doors at once (``steps.Door``)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Protocol

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import clock
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Difference, Dwelling, Residence
from gridwalk.registry.queries import entities
from gridwalk.visits import steps
from gridwalk.visits.models import Visit
from gridwalk.visits.outcomes import CONTACTS
from gridwalk.visits.steps import Door


def shown(viewer: Viewer, grid: str, state: str, outcome: str) -> str:
    """The outcome as the viewer may know it: that a door stands empty is told only to who may see care (red line 5).

    Who may not see care reads *visited* of every visited door, whatever settled it. Where a vacancy has been reported
    and not proved, they read *no answer*: nobody was there, which is true as well.
    """
    if viewer.may(Verb.SEE_CARE, grid):
        return outcome
    if state == "visited":
        return "visited"
    return "no_answer" if outcome == "vacant_confirmed" else outcome


class TargetFacts(Protocol):
    """A target, or a row of its columns in ``TARGET_FACTS``: what is read of each where thousands are left."""

    id: uuid.UUID
    campaign_id: uuid.UUID
    grid_id: str
    kind: str
    entity: uuid.UUID
    state: str
    outcome: str
    bands: list[str]
    n_visits: int
    revisit_at: dt.datetime | None


TARGET_FACTS = tuple(TargetFacts.__annotations__)


def doors(viewer: Viewer, targets: Iterable[TargetFacts], at: dt.datetime) -> dict[uuid.UUID, Door]:
    """What is known of each target, by its id; a constant number of queries.

    Whether a telephone is on record, whether a difference waits and when somebody opened before is told to who may
    know how doors are used.
    """
    targets = list(targets)
    today = clock.local_date(at)
    grids = {target.grid_id for target in targets}
    sees = {grid for grid in grids if entities.sees_use(viewer, grid)}
    asked = [t.entity for t in targets if t.grid_id in sees and t.kind == "dwelling" and t.state != "visited"]
    phones, different, answered = with_phone(asked), with_difference(asked), answered_in(asked)
    caps = dict(Campaign.objects.filter(pk__in={t.campaign_id for t in targets}).values_list("pk", "max_visits"))
    facts = {}
    for target in targets:
        revisit_at = clock.local(target.revisit_at) if target.revisit_at else None
        keeps = steps.keeps(revisit_at, today)
        facts[target.id] = Door(
            state=target.state,
            outcome=shown(viewer, target.grid_id, target.state, target.outcome),
            bands=tuple(target.bands),
            n_visits=target.n_visits,
            has_phone=target.entity in phones,
            has_difference=target.entity in different,
            answered=frozenset(answered.get(target.entity, ())),
            revisit_at=revisit_at if keeps else None,
            missed_on=revisit_at.date() if revisit_at and not keeps else None,
            max_visits=caps[target.campaign_id],
        )
    return facts


def revisits(target: Target, today: dt.date) -> bool:
    """Whether the next visit of a target is fixed and still to come."""
    return steps.keeps(clock.local(target.revisit_at) if target.revisit_at else None, today)


def with_phone(dwellings: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the doors where the owner's or somebody's telephone is on record."""
    owners = Dwelling.objects.filter(pk__in=dwellings).exclude(owner_phone_index="").values_list("id", flat=True)
    links = Residence.objects.filter(dwelling_id__in=dwellings, to_on__isnull=True).exclude(person__phone_index="")
    return set(owners) | set(links.values_list("dwelling_id", flat=True))


@dataclasses.dataclass(frozen=True)
class Dial:
    """Whose number is dialled for a door: of which record, in which field."""

    kind: str
    entity: uuid.UUID
    field: str


def phones_at(dwellings: Collection[uuid.UUID]) -> dict[uuid.UUID, Dial]:
    """The number to try first at each door: of whoever has lived there longest, else of the registered, else the
    owner's.
    """
    owners = Dwelling.objects.filter(pk__in=dwellings).exclude(owner_phone_index="")
    dials = {pk: Dial("dwelling", pk, "owner_phone") for pk in owners.values_list("id", flat=True)}
    links = Residence.objects.filter(dwelling_id__in=dwellings, to_on__isnull=True).exclude(person__phone_index="")
    rows = list(links.order_by("-created_at", "-id").values_list("dwelling_id", "person_id", "kind"))
    for dwelling, person, _ in sorted(rows, key=lambda row: row[2] in LIVING):  # who lives there comes last and stays
        dials[dwelling] = Dial("person", person, "phone")
    return dials


def with_difference(dwellings: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the doors where something of them or of who lives there waits for a decision."""
    waits = Difference.objects.filter(state="open")
    here = waits.filter(entity__in=dwellings).values_list("entity", flat=True)
    living = Residence.objects.filter(dwelling_id__in=dwellings, to_on__isnull=True, kind__in=LIVING)
    theirs = living.filter(person_id__in=waits.values("entity")).values_list("dwelling_id", flat=True)
    return set(here) | set(theirs)


def answered_in(dwellings: Collection[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    """The time bands in which somebody opened each of the doors, whenever that was: of this very door, of no other."""
    bands: defaultdict[uuid.UUID, set[str]] = defaultdict(set)
    opened = Visit.objects.filter(entity__in=dwellings, outcome__in=OPENED, withdrawn_at__isnull=True)
    for entity, band in opened.values_list("entity", "band").distinct():
        bands[entity].add(band)
    return dict(bands)


OPENED = (CONTACTS - {"phone", "vacant_confirmed"}) | {"postponed"}
"""Outcomes by which somebody opened the door."""
