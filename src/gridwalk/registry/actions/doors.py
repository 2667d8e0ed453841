"""Steps that register doors with their buildings and stairwells."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.core import ids
from gridwalk.core.actions import Writing
from gridwalk.method import address_writing, search_keys
from gridwalk.method.addresses import Address
from gridwalk.registry import rules
from gridwalk.registry.actions import creation
from gridwalk.territory import actions as territory
from gridwalk.territory.actions import WantedStairwell


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewDoor:
    """A door to be, by its address; ``values``: what is known of it, by dictionary names."""

    grid: str
    address: Address
    values: Mapping[str, Any]
    source: str
    source_ref: str = ""
    id: uuid.UUID = dataclasses.field(default_factory=ids.new_id)

    @property
    def stairwell(self) -> WantedStairwell:
        """Where it stands; a road and number stand for estate and building where those miss."""
        a = self.address
        return WantedStairwell(self.grid, a.estate or a.road, a.building or a.number, a.stairwell)

    @property
    def walk_key(self) -> str:
        """Its place in walking order."""
        a = self.address
        floor = "" if a.floor is None else str(a.floor)
        return address_writing.walking_order(a.estate or a.road, a.building or a.number, a.stairwell, floor, a.room)[
            :80
        ]


def register_doors(writing: Writing, doors: Sequence[NewDoor]) -> None:
    """Register doors that do not exist yet; their grids must be locked. Raises Unfit; IntegrityError on a double."""
    for door in doors:
        rules.refuse_unfit_door(door.address)
    stairs = territory.ensure_stairwells(writing, list({door.stairwell for door in doors}))
    new = []
    for door in doors:
        building, stairwell = stairs[door.stairwell]
        extra = {
            "building_id": building,
            "stairwell_id": stairwell,
            "community": door.grid[:12],
            "address": address_writing.display(door.address)[:120],
            "address_key": address_writing.key(door.address),
            "floor": door.address.floor,
            "room": door.address.room[:20],
            "walk_key": door.walk_key,
            "search_keys": sorted(search_keys.of_address(address_writing.key(door.address))),
        }
        new.append(
            creation.New(
                grid=door.grid,
                values=door.values,
                source=door.source,
                source_ref=door.source_ref,
                extra=extra,
                id=door.id,
            )
        )
    creation.register(writing, "dwelling", new)
