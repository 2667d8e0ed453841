"""The synthetic street: its truth, what its ledgers say, and the answer key between the two."""

from __future__ import annotations

import datetime as dt
import importlib.resources
import json
from typing import Any

from gridwalk.simulate.street import entries, establishments, facilities, faults
from gridwalk.simulate.street.housing import Housing
from gridwalk.simulate.street.life import Life
from gridwalk.simulate.street.model import Care, Community, Door, Facility, Organization, Person, Site
from gridwalk.simulate.street.people import People
from gridwalk.simulate.street.writing import Writing

PILOT = "120105001023"
SIZES: dict[str, tuple[tuple[str, ...] | None, int]] = {
    "small": (("120105001003", PILOT), 2600),
    "street": (None, 13000),
}
GRIDS_OF_STREET = {
    "120105001001": 4,
    "120105001003": 3,
    "120105001013": 4,
    "120105001015": 3,
    "120105001020": 4,
    "120105001021": 4,
    "120105001022": 3,
    "120105001023": 3,
    "120105001024": 3,
}
LEDGERS_ON = dt.date(2026, 9, 1)
SEED = 20260901


def area_tree() -> dict[str, Any]:
    """The official area list the synthetic street stands on, with its source."""
    text = importlib.resources.files("gridwalk.simulate").joinpath("data/areas_guangfudao.json").read_text("utf-8")
    tree: dict[str, Any] = json.loads(text)
    return tree


class World:
    """A street. ``on``: the day its ledgers were filled in; ages and care labels are reckoned from it.

    ``entries``: rows of the ledgers by kind (dwelling, person, organization, site, facility, care), in ledger order.
    """

    def __init__(self, communities: tuple[Community, ...], n_doors: int, *, seed: int, on: dt.date) -> None:
        self.communities = communities
        self.seed = seed
        self.on = on
        housing = Housing(communities, n_doors, seed)
        self.doors: dict[str, Door] = {door.ref: door for door in housing.doors}
        people = People(housing.doors, on, seed)
        self.persons: dict[str, Person] = people.persons
        self.organizations: dict[str, Organization] = {
            entity.ref: entity for entity in establishments.organizations(housing.doors, seed)
        }
        self.sites: dict[str, Site] = {
            entity.ref: entity for entity in establishments.sites(housing.doors, communities, seed)
        }
        self.facilities: dict[str, Facility] = {
            entity.ref: entity for entity in facilities.stand(housing.doors, on, seed)
        }
        cares = establishments.care(housing.doors, self.persons, on, seed)
        self.care: dict[str, Care] = {entity.ref: entity for entity in cares}
        self.key = faults.AnswerKey(n_doors)
        protected = {entity.person for entity in cares}
        protected |= {stay.door for ref in sorted(protected) for stay in self.persons[ref].stays}
        self.key.taken.update(entity.person for entity in cares)
        Life(housing.doors, people, self.key, protected, seed)
        self.entries: dict[str, list[entries.Entry]] = {
            "dwelling": entries.of_dwellings(housing.doors),
            "person": entries.of_persons(housing.doors, self.persons),
            "organization": entries.of_organizations(list(self.organizations.values())),
            "site": entries.of_sites(list(self.sites.values())),
            "facility": entries.of_facilities(list(self.facilities.values())),
            "care": entries.of_care(cares, self.persons, self.doors),
        }
        Writing(self.entries["dwelling"], self.entries["person"], self.key, seed)
        for community in communities:
            if community.code in faults.FORBIDDEN_COLUMNS:
                self.key.add("forbidden_column", community.code, field=faults.FORBIDDEN_COLUMNS[community.code][1])
        self._attach_life_to_entries()

    @classmethod
    def make(cls, size: str = "street", *, seed: int = SEED, on: dt.date = LEDGERS_ON) -> World:
        """The street (``street``: 9 communities, 31 grids, 13,000 doors; ``small``: 2 communities, 2,600 doors)."""
        chosen, n_doors = SIZES[size]
        communities = tuple(
            Community(
                c["code"],
                c["name"],
                c["short"],
                tuple(f"{c['code']}{n:03d}" for n in range(1, GRIDS_OF_STREET[c["code"]] + 1)),
            )
            for c in area_tree()["communities"]
            if chosen is None or c["code"] in chosen
        )
        return cls(communities, n_doors, seed=seed, on=on)

    @property
    def faults(self) -> list[faults.Fault]:
        """The answer key."""
        return self.key.faults

    def planted(self) -> dict[str, int]:
        """How many faults of every kind were planted."""
        return self.key.planted()

    def _attach_life_to_entries(self) -> None:
        """Faults of life show at the rows that say otherwise, so that each has a sheet and a row where there is one."""
        by_ref = {fault.ref: fault for fault in self.faults}
        person_kinds = {"duplicate_person", "dead_active", "moved_active", "phone_changed"}
        for entry in self.entries["person"]:
            fault = by_ref.get(entry.ref)
            if fault and fault.kind in person_kinds and fault.number not in entry.faults:
                entry.faults.append(fault.number)
            door_fault = by_ref.get(entry.door)
            if door_fault and door_fault.kind == "door_only_in_population":
                entry.faults.append(door_fault.number)
        door_kinds = {
            "vacant_with_residents",
            "let_as_owner",
            "missing_household",
            "crowded_house",
            "household_moved",
            "new_tenant",
        }
        for entry in self.entries["dwelling"]:
            fault = by_ref.get(entry.ref)
            if fault and fault.kind in door_kinds:
                entry.faults.append(fault.number)
