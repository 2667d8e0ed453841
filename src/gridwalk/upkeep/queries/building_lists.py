"""A pasted list of buildings and stairwells of grid 000: what each line says, or why it cannot be told."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator, Mapping, Sequence

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.method import address_writing, addresses
from gridwalk.method.addresses import Address
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.territory.models import Building, Stairwell

MOST = 500
"""So many lines are read at once."""


@dataclasses.dataclass(frozen=True)
class LineFault:
    """A line that names no building, as it was written, and what to do."""

    number: int
    line: str
    advice: str


class NamesNothing(Exception):
    """An address that names no building or stairwell to be put into a grid; the text says what to do."""


@dataclasses.dataclass(frozen=True)
class BuildingList:
    """What the lines name, in their order; a list with a fault is put nowhere."""

    parts: tuple[uuid.UUID, ...]
    faults: tuple[LineFault, ...]


def read(viewer: Viewer, community: str, typed: str) -> BuildingList:
    """The buildings and stairwells of a community's grid 000 that a list names, a line each. Raises NotHere."""
    if not viewer.may(Verb.IMPORT_LEDGER, community):
        raise NotHere
    lines = [(number, " ".join(line.split())) for number, line in enumerate(typed.splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line]
    if not lines:
        return BuildingList((), (LineFault(1, "", "名单是空的，一行写一栋楼或一个单元"),))
    if len(lines) > MOST:
        number, line = lines[MOST]
        return BuildingList((), (LineFault(number, line, f"一次最多 {MOST} 行，从这一行起下一次再贴"),))
    standing = _Standing(community)
    first_of: dict[uuid.UUID, int] = {}
    faults = []
    for number, line in lines:
        try:
            part = standing.part_of(addresses.parse(line))
        except NamesNothing as error:
            faults.append(LineFault(number, line, str(error)))
            continue
        if (earlier := standing.earlier(part, first_of)) is not None:
            faults.append(LineFault(number, line, f"和第 {earlier} 行是同一处，留一行就行"))
        else:
            first_of[part] = number
    return BuildingList(tuple(first_of), tuple(faults))


class _Standing:
    """The buildings of a community by their number, those without a grid with their stairwells."""

    def __init__(self, community: str) -> None:
        unassigned = codes.unassigned_of(community)
        self._unassigned: dict[str, list[Building]] = {}
        self._assigned: dict[str, list[Building]] = {}
        self._stairwells: dict[uuid.UUID, list[Stairwell]] = {}
        rows = Building.objects.filter(grid__code__startswith=community, ended_on__isnull=True)
        for building in rows.order_by("id").prefetch_related("stairwells"):
            buildings = self._unassigned if building.grid_id == unassigned else self._assigned
            buildings.setdefault(building.key, []).append(building)
            self._stairwells[building.pk] = list(building.stairwells.all())
        self._grids = territory.place_names({b.grid_id for named in self._assigned.values() for b in named})

    def part_of(self, address: Address) -> uuid.UUID:
        """The one building or stairwell an address names. Raises NamesNothing."""
        if not address.building:
            raise NamesNothing("看不出楼号，写成“海河花园 5号楼”这样")
        if address.room:
            raise NamesNothing("写到了室号。这里一行写一栋楼或一个单元，单户在上面勾")
        if address.rest or address.fault == "unclear":
            raise NamesNothing("看不清是哪一栋。一行只写一栋楼，写成“海河花园 5号楼”这样")
        buildings = list(_named(self._unassigned, address))
        if not buildings:
            raise NamesNothing(self._why_none(address))
        if len(buildings) > 1:
            estates = "、".join(sorted(building.estate or "没写小区的" for building in buildings))
            name = address_writing.building_name(address.building)
            raise NamesNothing(f"有几处都叫{name}（{estates}），请写上小区")
        return self._within(buildings[0], address)

    def _why_none(self, address: Address) -> str:
        assigned = next(_named(self._assigned, address), None)
        if assigned is not None:
            return f"已经在{self._grids[assigned.grid_id]}，不用划；要换网格，请街道网格中心用“拆并网格”"
        return "“未划入网格”里没有这栋楼，和上面列的小区名、楼号对一下"

    def _within(self, building: Building, address: Address) -> uuid.UUID:
        if not address.stairwell:
            return building.pk
        stairwells = self._stairwells[building.pk]
        named = next((part.pk for part in stairwells if part.key == address.stairwell), None)
        if named is None:
            raise NamesNothing(f"这栋楼里没有 {address.stairwell}单元，写整栋，或和上面列的单元对一下")
        return named

    def earlier(self, part: uuid.UUID, lines: Mapping[uuid.UUID, int]) -> int | None:
        """The line that named the same already: the part, the building it is in, or a stairwell in it."""
        inside = {stairwell.pk for stairwell in self._stairwells.get(part, ())}
        whole = {pk for pk, parts in self._stairwells.items() if any(stairwell.pk == part for stairwell in parts)}
        return next((number for named, number in lines.items() if named in {part} | inside | whole), None)


def _named(buildings: Mapping[str, Sequence[Building]], address: Address) -> Iterator[Building]:
    """Those with the number an address says, in its estate where it says one."""
    estate = addresses.estate_key(address.estate)
    for building in buildings.get(address.building, ()):
        if not estate or addresses.estate_key(building.estate) == estate:
            yield building
