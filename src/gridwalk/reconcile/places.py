"""Which community and door a staged row speaks of, looked up set-based for a whole file."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gridwalk.ledger import location
from gridwalk.method import address_writing, addresses
from gridwalk.method.addresses import Address
from gridwalk.reconcile.models import EstateAlias
from gridwalk.registry.models import Dwelling
from gridwalk.registry.queries import renumbering
from gridwalk.territory import queries as territory
from gridwalk.territory.queries import KnownBuilding


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """Where a row points: ``key`` of its door; ``grid`` of the door, its building or the row's own code.

    ``building``, ``stairwell``: those that stand; ``standing``: the grid they stand in, whatever code the row has.
    """

    community: str
    grid: str
    address: Address
    key: str
    dwelling: uuid.UUID | None
    fault: str = ""
    building: uuid.UUID | None = None
    stairwell: uuid.UUID | None = None
    standing: str = ""


class Places:
    """Looks rows up inside ``scope``; holds the communities, grids and buildings of it."""

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self._grids = set(territory.grid_codes(scope))
        self._by_name: dict[str, str] = {}
        self._buildings: dict[str, dict[tuple[str, str], KnownBuilding]] = {}
        self._by_building: dict[str, dict[str, set[str]]] = {}
        self._other_names = {
            (one.community, one.alias): one.estate
            for one in EstateAlias.objects.filter(community__startswith=scope[:12])
        }
        for area in territory.communities(scope[:12]):
            for name in (area.short, area.name, area.name.removesuffix("居委会"), f"{area.short}社区"):
                self._by_name[name] = area.code
            self._buildings[area.code] = territory.building_index(area.code)

    def locate(self, rows: Sequence[Mapping[str, Any]]) -> list[Place]:
        """The place of each row, in order; doors are looked up in one query a community."""
        rough = [self._rough(values) for values in rows]
        wanted: dict[str, set[str]] = defaultdict(set)
        for place in rough:
            if place.community and place.key:
                wanted[place.community].add(place.key)
        known = doors(wanted)
        return [self._with_door(place, known) for place in rough]

    def _community(self, values: Mapping[str, Any]) -> str:
        code = str(values.get("grid_code") or "")
        if code in self._grids:
            return code[:12]
        if len(self._scope) >= 12:
            return self._scope[:12]
        name = str(values.get("community") or "")
        return self._by_name.get(name, "")

    def _rough(self, values: Mapping[str, Any]) -> Place:
        address = location.address_of(values)
        community = self._community(values) or self._community_of_building(address)
        if not community:
            return Place(community="", grid="", address=address, key="", dwelling=None, fault="community_unknown")
        if name := self._other_names.get((community, addresses.estate_key(address.estate or address.road))):
            address = dataclasses.replace(address, estate=name)
        address, doubtful = self._with_estate(community, address)
        key = "" if address.fault or doubtful else address_writing.key(address)
        code = str(values.get("grid_code") or "")
        building = self._building(community, address)
        standing = building.grid_of(address.stairwell) if building else ""
        grid = code if code in self._grids else standing or f"{community}000"
        fault = "grid_unknown" if code and code not in self._grids else ""
        place = Place(community=community, grid=grid, address=address, key=key, dwelling=None, fault=fault)
        if building is None:
            return place
        return dataclasses.replace(
            place, building=building.id, stairwell=building.stairwells.get(address.stairwell), standing=standing
        )

    def _with_estate(self, community: str, address: Address) -> tuple[Address, bool]:
        """The address with the estate a row left out, where only one of the community has that building;
        else doubtful.
        """
        if address.estate or address.road or not address.building:
            return address, False
        estates = {estate for estate, key in self._buildings.get(community, {}) if key == address.building}
        if len(estates) != 1:
            return address, len(estates) > 1
        return dataclasses.replace(address, estate=estates.pop()), False

    def _building(self, community: str, address: Address) -> KnownBuilding | None:
        estate = addresses.estate_key(address.estate or address.road)
        return self._buildings.get(community, {}).get((estate, address.building or address.number))

    def _community_of_building(self, address: Address) -> str:
        found = [code for code in self._buildings if self._building(code, address)]
        return found[0] if len(found) == 1 else ""

    @staticmethod
    def _with_door(place: Place, known: Mapping[tuple[str, str], tuple[uuid.UUID, str]]) -> Place:
        door = known.get((place.community, place.key)) if place.key else None
        if door is None:
            return place
        return dataclasses.replace(place, dwelling=door[0], grid=door[1], fault="")


def doors(wanted: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], tuple[uuid.UUID, str]]:
    """``(community, address key)`` → (dwelling, grid) of the doors that stand; of one merged or renumbered by its
    other key as well.
    """
    found: dict[tuple[str, str], tuple[uuid.UUID, str]] = {}
    for community, keys in wanted.items():
        rows = Dwelling.objects.filter(community=community, address_key__in=list(keys)).exclude(status="struck_off")
        for pk, key, grid in rows.values_list("id", "address_key", "grid_id"):
            found[community, key] = (pk, grid)
        found |= _merged(community, {key for key in keys if (community, key) not in found})
    missing = {c: [key for key in keys if (c, key) not in found] for c, keys in wanted.items()}
    for place, door in renumbering.by_former({c: keys for c, keys in missing.items() if keys}).items():
        found[place] = (door.pk, door.grid_id)
    return found


def _merged(community: str, keys: set[str]) -> dict[tuple[str, str], tuple[uuid.UUID, str]]:
    """Doors that were entered twice: the other spelling leads to the one that stayed."""
    gone = Dwelling.objects.filter(community=community, address_key__in=keys, merged_into__isnull=False)
    into = {key: pk for key, pk in gone.values_list("address_key", "merged_into") if pk} if keys else {}
    grids = dict(Dwelling.objects.filter(pk__in=into.values()).values_list("id", "grid_id")) if into else {}
    return {(community, key): (pk, grids[pk]) for key, pk in into.items() if pk in grids}
