"""The reads of a renumbering: buildings of one estate, what a table of old and new numbers makes of their doors."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts.rules import Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core.queries import NotHere
from gridwalk.method import address_writing, addresses, renumbering
from gridwalk.method.renumbering import Line, Scheme
from gridwalk.registry.models import Dwelling, Facility, Organization
from gridwalk.registry.queries import renumbering as registry
from gridwalk.registry.queries.renumbering import NewAddress
from gridwalk.sync.models import Device
from gridwalk.territory.models import Building
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.effects import Effect

SHOWN = 300


@dataclasses.dataclass(frozen=True, kw_only=True)
class Drawn:
    """What a plan's choices come to: the scheme, each door's new address, lines that cannot be followed, what stands
    in the way.
    """

    buildings: list[Building]
    scheme: Scheme
    estates: dict[uuid.UUID, str]
    new: list[NewAddress]
    faults: list[Line]
    in_the_way: list[str]

    @property
    def changed(self) -> list[NewAddress]:
        """The standing doors that get another address, in walking order."""
        return [address for address in self.new if address.changes and address.dwelling.status != "struck_off"]


class Renumbering:
    """Reads of a renumbering: ``subjects`` are the buildings (one that stands in several grids is all of them)."""

    def buildings(self, plan: Plan) -> list[Building]:
        """The buildings. Raises NotHere."""
        buildings = list(Building.objects.select_related("grid__area").filter(pk__in=plan.subjects).order_by("pk"))
        if len(buildings) != len(set(plan.subjects)):
            raise NotHere
        return buildings

    def stands_in(self, plan: Plan) -> set[str]:
        """The grids of the buildings and of their doors."""
        buildings = self.buildings(plan)
        doors = Dwelling.objects.filter(building__in=buildings).values_list("grid_id", flat=True)
        return {building.grid_id for building in buildings} | set(doors)

    def grids(self, plan: Plan) -> set[str]:
        """The same, and those of what has its address from there: nobody changes grids."""
        organizations = Organization.objects.filter(dwelling__building__in=plan.subjects)
        facilities = Facility.objects.filter(building__in=plan.subjects)
        there = {*organizations.values_list("grid_id", flat=True), *facilities.values_list("grid_id", flat=True)}
        return self.stands_in(plan) | there

    def state(self, plan: Plan) -> Mapping[str, Any]:
        """Every door with its present address."""
        doors = Dwelling.objects.filter(building__in=plan.subjects).order_by("pk")
        return {str(pk): [key, status] for pk, key, status in doors.values_list("id", "address_key", "status")}

    def titles(self, viewer: Viewer, plans: Sequence[Plan]) -> Mapping[uuid.UUID, str]:
        """海河花园 5号楼 → 甲5号楼，房号 12 行."""
        named = {
            b.pk: (f"{b.estate} {b.name}".strip(), b.estate)
            for b in Building.objects.filter(pk__in={pk for plan in plans for pk in plan.subjects})
        }
        return {plan.id: _title(plan, named) for plan in plans}

    def shown(self, viewer: Viewer, plan: Plan) -> Mapping[str, Any]:
        """Old and new addresses of all doors, while it waits; afterwards what was typed."""
        drawn = self.drawn(plan) if plan.state == "open" else None
        return {
            "template": "console/renumbering/_plan.html",
            "drawn": drawn,
            "shown": drawn.changed[:SHOWN] if drawn else [],
            "effects": self.effects(plan, drawn) if drawn else [],
            "table": plan.choices.get("table", ""),
            "buildings": self.buildings(plan),
        }

    def drawn(self, plan: Plan) -> Drawn:
        """What the choices come to, against the doors as they stand; a constant number of queries."""
        buildings = self.buildings(plan)
        doors = registry.doors(plan.subjects)
        standing = [registry.numbers(door) for door in doors if door.status != "struck_off"]
        renamed = {old: addresses.building_key(new) for old, new in plan.choices.get("buildings", {}).items() if new}
        scheme, faults = renumbering.read(plan.choices.get("table", ""), standing, buildings=renamed)
        estate = plan.choices.get("estate", "")
        estates = dict.fromkeys((building.pk for building in buildings), estate) if estate else {}
        new = registry.readdressed(doors, scheme, estates)
        return Drawn(
            buildings=buildings,
            scheme=scheme,
            estates=estates,
            new=new,
            faults=faults,
            in_the_way=registry.in_the_way(new, buildings, scheme, estates),
        )

    def effects(self, plan: Plan, drawn: Drawn) -> list[Effect]:
        """What would change, in counts."""
        doors = [address.dwelling.pk for address in drawn.changed]
        open_targets = Target.objects.filter(
            entity__in=doors, campaign__state="running", state__in=("remaining", "pending")
        )
        phones = Device.objects.filter(scope__in=self.stands_in(plan), revoked_at__isnull=True).count()
        return [
            Effect("址", f"{len(doors)} 户换新地址；旧地址照样查得到，还用旧号的台账照样对得上"),
            Effect("访", f"{open_targets.count()} 项没走完的任务、所有走访记录都跟着这一户，不动"),
            Effect("人", "住户、单位、差异都不动；证件上的户籍地址不跟着改"),
            Effect("机", f"{phones} 部手机下次同步时就是新的号"),
        ]


def _title(plan: Plan, named: Mapping[uuid.UUID, tuple[str, str]]) -> str:
    names = sorted({named[pk][0] for pk in plan.subjects if pk in named})
    title = names[0] if len(names) == 1 else f"{names[0].split(' ')[0]}，{len(names)} 栋" if names else ""
    if plan.choices.get("estate"):
        title += f"，小区改叫 {plan.choices['estate']}"
    new = [
        address_writing.building_name(addresses.building_key(key))
        for key in plan.choices.get("buildings", {}).values()
        if key
    ]
    if new:
        title += f" → {new[0]}"
    lines = sum(bool(line.strip()) for line in plan.choices.get("table", "").splitlines())
    return title + (f"，对照表 {lines} 行" if lines else "")


def new_plan(buildings: Sequence[uuid.UUID], choices: Mapping[str, Any]) -> Plan:
    """The plan of a renumbering, not stored: what is drawn of it before it is proposed."""
    return Plan(kind="renumber_building", subjects=list(buildings), choices=dict(choices))


def same_building(building: Building) -> list[uuid.UUID]:
    """The building wherever it stands: one whose stairwells part stands in several grids."""
    key = addresses.estate_key(building.estate)
    others = Building.objects.filter(grid__area_id=building.grid.area_id, key=building.key, ended_on__isnull=True)
    return sorted(other.pk for other in others if addresses.estate_key(other.estate) == key)


def of_estate(building: Building) -> list[uuid.UUID]:
    """All standing buildings of its estate in the community."""
    key = addresses.estate_key(building.estate)
    others = Building.objects.filter(grid__area_id=building.grid.area_id, ended_on__isnull=True)
    return sorted(other.pk for other in others if addresses.estate_key(other.estate) == key)
