"""线上检查: contradictions of one door's record, and lists of them over an area. Records are questioned, never people."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.registry import rules
from gridwalk.registry.models import Dwelling, Residence
from gridwalk.registry.queries.entities import shown_name
from gridwalk.registry.rules import Contradiction, Occupant


def contradictions(viewer: Viewer, dwelling: Dwelling, today: dt.date) -> list[Contradiction]:
    """What contradicts itself at one door."""
    return _of(viewer, [dwelling], today).get(dwelling.id, [])


def contradiction_list(viewer: Viewer, scope: str, today: dt.date) -> dict[Dwelling, list[Contradiction]]:
    """Every door of a scope that contradicts itself, in walking order; three queries."""
    held = [s for s in viewer.scopes(Verb.SEE_ROWS_MASKED) if s.startswith(scope) or scope.startswith(s)]
    rows = [
        d
        for s in held
        for d in Dwelling.objects.filter(grid_id__startswith=max(s, scope, key=len))
        .exclude(status="struck_off")
        .order_by("grid_id", "walk_key")
    ]
    found = _of(viewer, rows, today)
    return {d: found[d.id] for d in rows if d.id in found}


def _of(viewer: Viewer, dwellings: list[Dwelling], today: dt.date) -> dict[uuid.UUID, list[Contradiction]]:
    links = Residence.objects.filter(to_on__isnull=True).select_related("person")
    if len(dwellings) <= 500:
        links = links.filter(dwelling__in=dwellings)
    else:
        links = links.filter(grid_id__in={d.grid_id for d in dwellings})
    at: dict[uuid.UUID, list[Residence]] = {}
    for link in links:
        at.setdefault(link.dwelling_id, []).append(link)
    n_homes: Counter[uuid.UUID] = Counter(
        Residence.objects.filter(
            to_on__isnull=True, kind__in=rules.LIVING, person_id__in=[x.person_id for v in at.values() for x in v]
        ).values_list("person_id", flat=True)
        if len(dwellings) <= 500
        else [x.person_id for v in at.values() for x in v if x.kind in rules.LIVING]
    )
    found = {}
    for d in dwellings:
        occupants = [
            Occupant(
                shown_name(viewer, d.grid_id, x.person.name),
                x.kind,
                x.person.born_on,
                x.person.status,
                n_homes[x.person_id],
            )
            for x in at.get(d.id, [])
        ]
        area = float(d.area_m2) if d.area_m2 else None
        seen = rules.of_dwelling(occupants, occupancy=d.occupancy, tenure=d.tenure, area_m2=area, today=today)
        if seen:
            found[d.id] = seen
    return found
