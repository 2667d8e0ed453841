"""What an adult of the household tells the worker, against what the register says of the door."""

from __future__ import annotations

import dataclasses
from collections import defaultdict

from gridwalk.simulate.acting.knocks import Arrival
from gridwalk.simulate.street.model import LIVING, Door, Person
from gridwalk.simulate.street.world import World


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """The parts of a knock that say something about facts."""

    claims: tuple[tuple[str, str, str, str], ...] = ()
    confirmed: tuple[str, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    departures: tuple[str, ...] = ()


class Listed:
    """What the register shows at each door after the ledgers are imported.

    Rows count in the order of import: a second home of the same person is asked about, not entered.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        housed: set[str] = set()
        self.at_door: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.with_id: set[str] = set()
        self._dwelling: dict[str, dict[str, str]] = {}
        for entry in world.entries["person"]:
            kind = entry.values["residence_kind"]
            if entry.door and not (kind in LIVING and entry.ref in housed):
                self.at_door[entry.door].setdefault(entry.ref, kind)
                if kind in LIVING:
                    housed.add(entry.ref)
            if entry.values["id_no"]:
                self.with_id.add(entry.ref)
        for entry in world.entries["dwelling"]:
            self._dwelling.setdefault(entry.ref, entry.values)

    def door(self, ref: str, field: str) -> str:
        """What the dwelling ledger says; ``unknown`` of a door it does not have."""
        values = self._dwelling.get(ref)
        return values[field] if values else "unknown"

    def somebody_lives(self, ref: str) -> bool:
        """Whether the register has a living resident at the door."""
        return any(kind in LIVING for kind in self.at_door[ref].values())

    def reachable(self, door: Door) -> bool:
        """Whether a listed resident who really lives here has a phone that still works."""
        persons = (self._world.persons[ref] for ref in self.really_living(door))
        return any(person.phone and not person.new_phone for person in persons)

    def really_living(self, door: Door) -> tuple[str, ...]:
        """Listed persons who do live at the door."""
        listed = self.at_door[door.ref]
        return tuple(s.person for s in door.stays if s.real and s.kind in LIVING and s.person in listed)

    def face_to_face(self, door: Door) -> Finding:
        """Everything put right at the first meeting."""
        claims: list[tuple[str, str, str, str]] = []
        for field, true in (("occupancy", "occupied"), ("tenure", door.tenure)):
            if self.door(door.ref, field) != true:
                claims.append(("dwelling", door.ref, field, true))
        confirmed, departures, arrivals = [], [], []
        listed = self.at_door[door.ref]
        for stay in door.stays:
            person = self._world.persons[stay.person]
            if stay.person not in listed:
                if stay.real and stay.kind in LIVING:
                    arrivals.append(Arrival(stay.person, stay.kind, facts(person)))
            elif stay.real:
                confirmed.append(stay.person)
                claims.extend(self._corrections(person) if stay.kind in LIVING else ())
            elif stay.kind == "tenant":
                departures.append(stay.person)
            else:
                claims.append(("person", stay.person, "status", person.gone))
        return Finding(tuple(claims), tuple(confirmed), tuple(arrivals), tuple(departures))

    def _corrections(self, person: Person) -> list[tuple[str, str, str, str]]:
        corrections = []
        if person.new_phone:
            corrections.append(("person", person.ref, "phone", person.new_phone))
        if person.ref not in self.with_id:
            corrections.append(("person", person.ref, "id_no", person.id_no))
        return corrections


def facts(person: Person) -> dict[str, str]:
    """A person's facts as told at the door."""
    return {
        "name": person.name,
        "id_no": person.id_no,
        "sex": person.sex,
        "born_on": person.born_on.isoformat(),
        "phone": person.new_phone or person.phone,
        "relation": person.relation,
        "registered_address": person.registered_address,
    }
