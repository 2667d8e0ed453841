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
from gridwalk.reconcile.belonging import Belonging
from gridwalk.reconcile.models import EstateAlias
from gridwalk.registry.models import Dwelling
from gridwalk.registry.queries import renumbering
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.territory.queries import KnownBuilding


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """Where a row points: ``key`` of its door; ``grid`` of the door, its building or the grid the row writes.

    ``building``, ``stairwell``: those that stand; ``standing``: the grid they stand in, whatever grid the row writes.
    ``there``: the other community a row belongs to (fault ``elsewhere``); it has no place here.
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
    there: str = ""


OF_GRID = ("community", "grid_code", "grid_name")
OF_DOOR = ("estate", "building", "stairwell", "room", "floor", "address", "spot")
"""The fields by which a row says where it belongs, and all that ``Places`` looks at."""


class Places:
    """Looks rows up inside ``scope``; holds the communities, grids and buildings of it."""

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self._grids = set(territory.grid_codes(scope))
        self._by_grid_name: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._buildings: dict[str, dict[tuple[str, str], KnownBuilding]] = {}
        self._by_building: dict[str, dict[str, set[str]]] = {}
        self._other_names = {
            (alias.community, alias.alias): alias.estate
            for alias in EstateAlias.objects.filter(community__startswith=scope[:12], state="same")
        }
        for area in territory.communities(scope[:12]):
            names = (area.short, area.name, area.name.removesuffix("居委会"), f"{area.short}社区")
            for grid, name in territory.grids_named(area.code):
                for before in ("", *names):
                    self._by_grid_name[area.code, codes.grid_key(before + name)].add(grid)
            self._buildings[area.code] = territory.building_index(area.code)
        self._belonging = Belonging(scope, self._buildings)
        self._by_words: dict[tuple[Any, ...], Place] = {}

    def locate(self, rows: Sequence[Mapping[str, Any]]) -> list[Place]:
        """The place of each row, in order; doors are looked up in one query a community."""
        rough = [self._by_words_of(values) for values in rows]
        distinct = {id(place): place for place in rough}
        wanted: dict[str, set[str]] = defaultdict(set)
        for place in distinct.values():
            if place.community and place.key:
                wanted[place.community].add(place.key)
        standing = doors(wanted)
        with_door = {key: self._with_door(place, standing) for key, place in distinct.items()}
        return [with_door[id(place)] for place in rough]

    def _by_words_of(self, values: Mapping[str, Any]) -> Place:
        """The place that a row's words mean; those who live at one door mostly write it the same way."""
        words = tuple(map(values.get, (*OF_GRID, *OF_DOOR)))
        place = self._by_words.get(words)
        if place is None:
            place = self._by_words[words] = self._rough(values)
        return place

    def _community(self, values: Mapping[str, Any]) -> str:
        if code := self._code(values):
            return code[:12]
        if len(self._scope) >= 12:
            return self._scope[:12]
        named = self._belonging.named(values) & self._buildings.keys()
        return min(named) if len(named) == 1 else ""

    def _code(self, values: Mapping[str, Any]) -> str:
        """The grid code a row writes, in the column of names too; empty where it is no grid of the scope."""
        written = (str(values.get(field) or "") for field in ("grid_code", "grid_name"))
        return next((code for code in written if code in self._grids), "")

    def _grid(self, community: str, values: Mapping[str, Any]) -> tuple[str, str]:
        """The grid a row writes, by its code, else by its name in the community; and what is wrong with that."""
        if code := self._code(values):
            return code, ""
        name = str(values.get("grid_name") or "")
        if not name:
            return "", "grid_unknown" if values.get("grid_code") else ""
        named = self._by_grid_name.get((community, codes.grid_key(name)), set())
        return (min(named), "") if len(named) == 1 else ("", "grid_name_unknown")

    def _rough(self, values: Mapping[str, Any]) -> Place:
        address = location.address_of(values)
        community = self._community(values) or self._community_of_building(address)
        if there := self._belonging.elsewhere(values, self._renamed(community, address), community):
            return Place(community="", grid="", address=address, key="", dwelling=None, fault="elsewhere", there=there)
        if not community:
            return Place(community="", grid="", address=address, key="", dwelling=None, fault="community_unknown")
        address, doubtful = self._with_estate(community, self._renamed(community, address))
        key = "" if address.fault or doubtful else address_writing.key(address)
        written, fault = self._grid(community, values)
        fault = fault or ("community_doubtful" if self._belonging.is_doubtful(values) else "")
        building = self._building(community, address)
        standing = building.grid_of(address.stairwell) if building else ""
        grid = written or standing or codes.unassigned_of(community)
        place = Place(community=community, grid=grid, address=address, key=key, dwelling=None, fault=fault)
        if building is None:
            return place
        return dataclasses.replace(
            place, building=building.id, stairwell=building.stairwells.get(address.stairwell), standing=standing
        )

    def _renamed(self, community: str, address: Address) -> Address:
        """The address by the estate's own name, where the row writes another one it is known by."""
        name = self._other_names.get((community, addresses.estate_key(address.estate or address.road)))
        return dataclasses.replace(address, estate=name) if name else address

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
        communities = [code for code in self._buildings if self._building(code, address)]
        return communities[0] if len(communities) == 1 else ""

    @staticmethod
    def _with_door(place: Place, standing: Mapping[tuple[str, str], tuple[uuid.UUID, str]]) -> Place:
        door = standing.get((place.community, place.key)) if place.key else None
        if door is None:
            return place
        fault = ""
        if codes.is_unassigned(door[1]):
            fault = place.fault or ("" if codes.is_unassigned(place.grid) else "still_unassigned")
        return dataclasses.replace(place, dwelling=door[0], grid=door[1], fault=fault)


def doors(wanted: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], tuple[uuid.UUID, str]]:
    """``(community, address key)`` → (dwelling, grid) of the doors that stand; of one merged or renumbered by its
    other key as well.
    """
    door_at: dict[tuple[str, str], tuple[uuid.UUID, str]] = {}
    for community, keys in wanted.items():
        rows = Dwelling.objects.filter(community=community, address_key__among=keys).exclude(status="struck_off")
        for pk, key, grid in rows.values_list("id", "address_key", "grid_id"):
            door_at[community, key] = (pk, grid)
        door_at |= _merged(community, {key for key in keys if (community, key) not in door_at})
    missing = {c: [key for key in keys if (c, key) not in door_at] for c, keys in wanted.items()}
    for place, door in renumbering.by_former({c: keys for c, keys in missing.items() if keys}).items():
        door_at[place] = (door.pk, door.grid_id)
    return door_at


def _merged(community: str, keys: set[str]) -> dict[tuple[str, str], tuple[uuid.UUID, str]]:
    """Doors that were entered twice: the other spelling leads to the one that stayed."""
    gone = Dwelling.objects.filter(community=community, address_key__among=keys, merged_into__isnull=False)
    into = {key: pk for key, pk in gone.values_list("address_key", "merged_into") if pk} if keys else {}
    grids = dict(Dwelling.objects.filter(pk__among=into.values()).values_list("id", "grid_id")) if into else {}
    return {(community, key): (pk, grids[pk]) for key, pk in into.items() if pk in grids}
