"""What the doors of a frame claim of the rates, on the day they are drawn: in the words of ``registry.predicates``, as
the indicators count.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left

from gridwalk.accounts.rules import ONE_COMMUNITY
from gridwalk.inspection.rates import Rate
from gridwalk.registry import predicates
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import CareLabel, Dwelling, Residence

Door = uuid.UUID
_LIVES_THERE = Q(to_on=None, kind__in=LIVING)
_DUE_AT_DOORS = predicates.dwelling_vacant() | predicates.dwelling_let()


def at_doors(scope: str, on: dt.date) -> dict[Rate, Counter[Door]]:
    """Rate → dwelling → the units claimed there; what claims none is missing."""
    doors = predicates.dwellings().filter(predicates.dwelling_active(), grid__code__startswith=scope)
    seen = doors.filter(_DUE_AT_DOORS & ~predicates.dwelling_overdue(on))
    at_home = _at_home(scope)
    cared_for = predicates.has_care(on) & ~predicates.care_overdue(on)
    return {
        Rate.ATTENTION: Counter(seen.values_list("pk", flat=True)) + _by_door(at_home, cared_for),
        Rate.LINKAGE: _by_door(at_home, predicates.person_linked()),
        Rate.RESOLVED: Counter(doors.filter(predicates.dwelling_resolved()).values_list("pk", flat=True)),
    }


def _at_home(scope: str) -> QuerySet[Residence]:
    return Residence.objects.filter(_LIVES_THERE, dwelling__grid__code__startswith=scope)


def _by_door(at_home: QuerySet[Residence], met: Q) -> Counter[Door]:
    """Each person at their only home; who has two is at neither: claimed once in the totals, verified at most once."""
    people = predicates.people().filter(predicates.person_active() & met)
    homes: defaultdict[uuid.UUID, set[Door]] = defaultdict(set)
    for person, door in Residence.objects.filter(_LIVES_THERE, person__in=people).values_list("person", "dwelling"):
        homes[person].add(door)
    only = {person for person, doors in homes.items() if len(doors) == 1}
    claims = at_home.filter(person__in=people).values_list("person", "dwelling").distinct()
    return Counter(door for person, door in claims if person in only)


def totals(scope: str, on: dt.date) -> dict[Rate, tuple[Counter[str], Counter[str]]]:
    """Rate → how many are met and how many due, by community, all units counted, whether a door can answer for them or
    not.
    """
    due_at = predicates.dwellings().filter(predicates.dwelling_active() & _DUE_AT_DOORS)
    people = predicates.people().filter(predicates.person_active())
    sites = predicates.sites().filter(predicates.site_active())
    doors = predicates.dwellings().filter(predicates.dwelling_active())
    strands: Mapping[Rate, Collection[tuple[QuerySet[Any], Q]]] = {
        Rate.ATTENTION: [
            (people.filter(predicates.has_care(on)), ~predicates.care_overdue(on)),
            (sites, ~predicates.site_overdue(on)),
            (due_at, ~predicates.dwelling_overdue(on)),
        ],
        Rate.LINKAGE: [(people, predicates.person_linked())],
        Rate.RESOLVED: [(doors, predicates.dwelling_resolved())],
    }
    sums = {}
    for rate, parts in strands.items():
        met, due = Counter[str](), Counter[str]()
        for rows, condition in parts:
            met += _by_community(rows.filter(condition), scope)
            due += _by_community(rows, scope)
        sums[rate] = met, due
    return sums


def _by_community(rows: QuerySet[Any], scope: str) -> Counter[str]:
    areas = rows.filter(grid__code__startswith=scope).annotate(area=Left("grid_id", ONE_COMMUNITY)).order_by("area")
    return Counter(dict(areas.values_list("area").annotate(n=Count("pk"))))


def intervals(dwelling: Dwelling, on: dt.date) -> list[int]:
    """The intervals, in days, of the contacts that are due at a door or with whoever lives there."""
    people = Residence.objects.filter(dwelling=dwelling, to_on=None, kind__in=LIVING, person__status="active")
    labels = CareLabel.objects.filter(predicates.label_in_force(on), person__in=people.values("person"))
    due = list(labels.values_list("interval_days", flat=True))
    if dwelling.occupancy == "vacant":
        return [*due, predicates.VACANT_INTERVAL_DAYS]
    return [*due, predicates.LET_INTERVAL_DAYS] if dwelling.tenure == "let" else due
