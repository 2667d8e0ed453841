"""The doors of buildings under a scheme of new numbers, and what stands in its way."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence

from django.db.models import F, QuerySet

from gridwalk.method import address_writing, addresses, renumbering
from gridwalk.method.renumbering import Scheme
from gridwalk.registry.models import Dwelling, FormerAddress
from gridwalk.territory import queries as territory
from gridwalk.territory.models import Building, Stairwell


@dataclasses.dataclass(frozen=True)
class NewAddress:
    """A door under new numbers."""

    dwelling: Dwelling
    building: str
    stairwell: str
    room: str
    floor: int | None
    address: str
    address_key: str
    walk_key: str

    @property
    def changes(self) -> bool:
        """Whether it is another address than the present one."""
        return self.address_key != self.dwelling.address_key or self.address != self.dwelling.address


def numbers(door: Dwelling) -> renumbering.Door:
    """A door's building, stairwell and room as its address key has them."""
    _, building, stairwell, room = address_writing.parts_of(door.address_key)
    return building, stairwell, room


def doors(buildings: Collection[uuid.UUID]) -> list[Dwelling]:
    """Every door of some buildings in walking order, those that have ended too: their address goes along."""
    return list(Dwelling.objects.filter(building__in=buildings).order_by("grid_id", "walk_key", "id"))


Estates = Mapping[uuid.UUID, str]
"""Building → the new name of its estate; a building that is not in it keeps its own."""


def readdressed(dwellings: Sequence[Dwelling], scheme: Scheme, estates: Estates) -> list[NewAddress]:
    """Each door under the scheme."""
    readdressings = []
    for door in dwellings:
        new = scheme.door(numbers(door))
        estate = estates.get(door.building_id, "") if door.building_id else ""
        address = renumbering.readdress(door.address, door.address_key, new, estate=estate)
        floor = renumbering.floor(door.floor, door.room, new[2])
        walk = address_writing.walking_order(
            address.estate or address.road,
            address.building or address.number,
            address.stairwell,
            "" if floor is None else str(floor),
            address.room,
        )
        readdressings.append(
            NewAddress(
                door, *new, floor, address_writing.display(address)[:120], address_writing.key(address), walk[:80]
            )
        )
    return readdressings


def in_the_way(new: Sequence[NewAddress], buildings: Sequence[Building], scheme: Scheme, estates: Estates) -> list[str]:
    """What would bear the same address twice, in words: doors, stairwells, buildings. Empty where nothing would."""
    stairwells = Stairwell.objects.filter(building__in=buildings).values_list("building__key", "key").distinct()
    sentences = [
        *_doors_in_the_way(new),
        *_buildings_in_the_way(buildings, scheme, estates),
        *(
            f"{address_writing.building_name(building_key)} 会有两个 {stairwell}单元：单元不在这里合并"
            for building_key, stairwell in renumbering.merged_stairwells(stairwells, scheme)
        ),
    ]
    return list(dict.fromkeys(sentences))


def _doors_in_the_way(new: Sequence[NewAddress]) -> Iterator[str]:
    by_key: dict[tuple[str, str], list[NewAddress]] = {}
    for address in new:
        if address.dwelling.status != "struck_off":
            by_key.setdefault((address.dwelling.community, address.address_key), []).append(address)
    for same in by_key.values():
        if len(same) > 1:
            before = "、".join(address.dwelling.address for address in same[:4])
            yield f"{same[0].address} 会有 {len(same)} 户：{before}"
    others = Dwelling.objects.exclude(status="struck_off").exclude(pk__in=[address.dwelling.pk for address in new])
    for community in sorted({place for place, _ in by_key}):
        keys = [key for place, key in by_key if place == community]
        taken = others.filter(community=community, address_key__in=keys).values_list("address", flat=True)
        yield from (f"{address} 已经有一户，不在这次重编里" for address in taken[:20])


def _buildings_in_the_way(buildings: Sequence[Building], scheme: Scheme, estates: Estates) -> Iterator[str]:
    others = Building.objects.exclude(pk__in=[building.pk for building in buildings])
    for building in buildings:
        estate = addresses.estate_key(estates.get(building.pk, building.estate))
        for other in others.filter(grid__area_id=building.grid.area_id, key=scheme.building(building.key)):
            if addresses.estate_key(other.estate) == estate:
                yield f"{other.estate} {other.name} 已经有一栋了，不在这次重编里"


def former() -> QuerySet[FormerAddress]:
    """Former addresses of doors that stand and are called otherwise now."""
    rows = FormerAddress.objects.exclude(dwelling__status="struck_off")
    return rows.exclude(dwelling__address_key=F("address_key"))


def by_former(wanted: Mapping[str, Collection[str]]) -> dict[tuple[str, str], Dwelling]:
    """(community, former address key) → the one standing door that was called so.

    A key two doors bore says none, nor does one of a number that another building has been given since.
    """
    doors: dict[tuple[str, str], list[Dwelling]] = {}
    for community, keys in wanted.items():
        rows = list(former().filter(community=community, address_key__among=keys).select_related("dwelling"))
        standing = territory.building_index(community) if rows else {}
        for row in rows:
            place, now = (address_writing.parts_of(key)[:2] for key in (row.address_key, row.dwelling.address_key))
            if place == now or place not in standing:
                doors.setdefault((community, row.address_key), []).append(row.dwelling)
    return {place: rows[0] for place, rows in doors.items() if len(rows) == 1}


Entrance = tuple[str, str, str, str]
"""Community, estate, building and stairwell ("" for the whole building), as address keys have them."""


def entrances_by_former(wanted: Collection[Entrance]) -> dict[Entrance, tuple[uuid.UUID, uuid.UUID | None]]:
    """What was called so → the one building, and stairwell, in which its doors stand now; a query each, for the
    few not known.
    """
    entrances = {}
    for place in wanted:
        community, estate, building, stairwell = place
        inside = f"{estate}|{building}|{stairwell}|" if stairwell else f"{estate}|{building}|"
        rows = former().filter(community=community, address_key__startswith=inside, dwelling__building__isnull=False)
        now = set(rows.values_list("dwelling__building", "dwelling__stairwell"))
        if len({at for at, _ in now}) == 1 and (len(now) == 1 or not stairwell):
            at, entrance = min(now, key=str)
            entrances[place] = (at, entrance if stairwell else None)
    return entrances
