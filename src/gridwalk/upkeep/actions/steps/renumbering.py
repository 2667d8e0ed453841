"""Steps of renumbering: buildings, stairwells and doors under new numbers at once; the old addresses still
find the doors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridwalk.core import bulk, clock
from gridwalk.core.actions import Writing
from gridwalk.method.renumbering import Scheme
from gridwalk.registry import columns
from gridwalk.registry.actions.facilities import NewFacility
from gridwalk.registry.models import Dwelling, Facility, FormerAddress, Organization
from gridwalk.registry.queries.renumbering import Estates, NewAddress
from gridwalk.territory import actions as territory
from gridwalk.territory.actions import WantedStairwell
from gridwalk.territory.models import Building


def renumber(
    writing: Writing,
    buildings: Sequence[Building],
    new: Sequence[NewAddress],
    scheme: Scheme,
    estates: Estates,
    *,
    reason: str,
) -> None:
    """Step: write the new numbers with whatever repeats them; their grids must be locked.

    Every number goes over a mark of its own, so that two may change places.
    """
    territory.renumber_buildings(writing, buildings, scheme, estates, reason=reason)
    places = {
        (address.dwelling.grid_id, address.dwelling.building_id, address.building, address.stairwell) for address in new
    }
    estate_of = {building.pk: estates.get(building.pk, building.estate) for building in buildings}
    wanted = {
        (building, stairwell): WantedStairwell(grid, estate_of[building], key, stairwell)
        for grid, building, key, stairwell in places
        if building
    }
    stairs = territory.ensure_stairwells(writing, list(wanted.values()))
    changed = [address for address in new if address.changes]
    was = {address.dwelling.address: address.address for address in changed}
    doors = [address.dwelling for address in changed]
    _remember(writing, doors)
    for door in doors:
        door.address_key = f"~{door.pk}"
    bulk.update(doors, ["address_key"])
    for address in changed:
        door = address.dwelling
        writing.change(
            stream=door.grid_id,
            kind="dwelling",
            entity=door.pk,
            field="address",
            old=door.address,
            new=address.address,
            source="office",
            reason=reason,
        )
        door.address, door.address_key, door.walk_key = address.address, address.address_key, address.walk_key
        door.floor, door.room = address.floor, address.room[:20]
        if door.building_id and (door.stairwell_id or address.stairwell):
            door.stairwell_id = stairs[wanted[door.building_id, address.stairwell]][1]
        columns.rekey(door)
    bulk.update(doors, ["address", "address_key", "walk_key", "floor", "room", "stairwell", "search_keys"])
    _organizations_follow(writing, doors, was, reason)
    _facilities_follow(writing, buildings, reason)


def _remember(writing: Writing, doors: Sequence[Dwelling]) -> None:
    """Keep the addresses that end, of a merged door for the one it was merged into; an address a door had before
    is kept once.
    """
    FormerAddress.objects.bulk_create(
        [
            FormerAddress(
                dwelling_id=door.merged_into or door.pk,
                community=door.community,
                address=door.address,
                address_key=door.address_key,
                search_keys=door.search_keys,
                until_on=clock.local_date(writing.at),
            )
            for door in doors
        ],
        ignore_conflicts=True,
    )


def _organizations_follow(writing: Writing, doors: Sequence[Dwelling], was: Mapping[str, str], reason: str) -> None:
    """An organization in one of the doors whose address is the door's goes on being so."""
    organizations = [
        organization for organization in Organization.objects.filter(dwelling__in=doors) if organization.address in was
    ]
    for organization in organizations:
        new = was[organization.address]
        writing.change(
            stream=organization.grid_id,
            kind="organization",
            entity=organization.pk,
            field="address",
            old=organization.address,
            new=new,
            source="office",
            reason=reason,
        )
        organization.address = new
    bulk.update(organizations, ["address"])


def _facilities_follow(writing: Writing, buildings: Sequence[Building], reason: str) -> None:
    """What stands at the buildings is called and walked to by their new numbers."""
    facilities = list(Facility.objects.filter(building__in=buildings).select_related("building", "stairwell"))
    for facility in facilities:
        place = NewFacility(
            grid=facility.grid_id, values={}, source="office", building=facility.building, stairwell=facility.stairwell
        )
        if facility.address != place.shown_address:
            writing.change(
                stream=facility.grid_id,
                kind="facility",
                entity=facility.pk,
                field="address",
                old=facility.address,
                new=place.shown_address,
                source="office",
                reason=reason,
            )
        facility.address, facility.walk_key = place.shown_address, place.walk_key
    bulk.update(facilities, ["address", "walk_key"])
