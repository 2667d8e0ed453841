"""What names an entity in a list of another room: a title and where it is, for many at once."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.registry import columns
from gridwalk.registry.models import Dwelling, Facility, Organization, Person, Residence, Site
from gridwalk.registry.queries import entities

Title = tuple[str, str]


def titles(viewer: Viewer, kind: str, wanted: Collection[uuid.UUID]) -> dict[uuid.UUID, Title]:
    """(title, place) by entity; a person's name as the viewer may see it. At most two queries."""
    if not wanted:
        return {}
    if kind == "dwelling":
        rows = Dwelling.objects.filter(pk__in=wanted).select_related("grid")
        return {d.id: (d.address, d.grid.name) for d in rows}
    if kind in {"organization", "site"}:
        return {
            o.pk: (o.name, o.address)
            for o in (Organization if kind == "organization" else Site).objects.filter(pk__in=wanted)
        }
    homes = {
        link.person_id: entities.shown_door(viewer, link.dwelling)
        for link in Residence.objects.filter(person_id__in=wanted, to_on__isnull=True).select_related("dwelling")
    }
    return {
        p.id: (entities.shown_name(viewer, p.grid_id, p.name), homes.get(p.id, "没有关联房屋"))
        for p in Person.objects.filter(pk__in=wanted)
    }


def of_pages(viewer: Viewer, kind: str, wanted: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The titles of those entities whose page opens for the viewer. At most three queries."""
    grids = columns.TABLES[kind]._default_manager.filter(pk__in=list(wanted)).values_list("pk", "grid_id")
    here = [pk for pk, grid in grids if viewer.may(Verb.SEE_ROWS_MASKED, grid)]
    if kind == "facility":
        return {facility.pk: facility.title for facility in Facility.objects.filter(pk__in=here)}
    return {pk: title for pk, (title, _) in titles(viewer, kind, here).items()}
