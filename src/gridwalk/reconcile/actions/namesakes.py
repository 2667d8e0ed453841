"""Whom a row means by name and door: the one of that name there, if there is exactly one; of several it is asked."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.reconcile.actions.batch import Batch
from gridwalk.reconcile.places import Place
from gridwalk.registry.models import Person, Residence
from gridwalk.territory import rules as codes

NameAtDoor = tuple[str, uuid.UUID | None, str]
GENERATION = 12
"""Years between the births of two people of one name at one door, from which none of them is a slip of the pen."""


@dataclasses.dataclass(kw_only=True)
class Namesake:
    """Somebody of a name at a door, as far as a row may contradict them; ``born_on`` as ISO text, "" where unknown."""

    id: uuid.UUID
    born_on: str
    sex: str
    has_number: bool

    def learn(self, values: Mapping[str, Any]) -> None:
        """What a row says of them that nobody had said."""
        self.born_on = self.born_on or str(values.get("born_on") or "")
        self.sex = self.sex or str(values.get("sex") or "")
        self.has_number = self.has_number or bool(values.get("id_no"))

    def fits(self, values: Mapping[str, Any]) -> bool:
        """Whether a row contradicts neither birth date nor sex."""
        compared = ((self.born_on, values.get("born_on")), (self.sex, values.get("sex")))
        return all(not own or not written or own == written for own, written in compared)

    def is_of_another_time(self, values: Mapping[str, Any]) -> bool:
        """Whether a generation lies between the two birth dates: a father and a son of one name."""
        born_on = str(values.get("born_on") or "")
        return bool(self.born_on and born_on) and abs(int(self.born_on[:4]) - int(born_on[:4])) >= GENERATION


class Namesakes:
    """Who is on record under the names and at the doors of a batch's rows, and whom these rows have begun."""

    def __init__(self, work: Batch, places: Sequence[Place]) -> None:
        self._of: dict[NameAtDoor, list[Namesake]] = defaultdict(list)
        self._at_doors({place.dwelling for place in places if place.dwelling})
        rows = zip(work.values, places, strict=True)
        self._without_a_door({str(v["name"]) for v, p in rows if v.get("name") and not p.dwelling}, places)

    def meant(self, values: Mapping[str, Any], place: Place) -> list[Namesake]:
        """Everybody a row may mean: nobody, where it speaks of somebody new; of several it has to be asked.

        A row that contradicts the only one in a birth date not a generation away, or in the sex, means them, and the
        contradiction is a difference. With a number of its own it may mean who has none and is not contradicted.
        """
        of_name = self.of(values, place)
        if values.get("id_no"):
            of_name = [namesake for namesake in of_name if not namesake.has_number]
        fitting = [namesake for namesake in of_name if namesake.fits(values)]
        of_day = [namesake for namesake in fitting if namesake.born_on and namesake.born_on == values.get("born_on")]
        if fitting:
            return of_day if len(of_day) == 1 else fitting
        if values.get("id_no"):
            return []
        return [namesake for namesake in of_name if not namesake.is_of_another_time(values)]

    def of(self, values: Mapping[str, Any], place: Place) -> list[Namesake]:
        """Everybody of the row's name at its door; without a door, of its name and birth date in the community."""
        return self._of.get(_key(values, place), [])

    def add(self, person: uuid.UUID, values: Mapping[str, Any], place: Place) -> None:
        """Somebody whom a row has begun."""
        namesake = Namesake(id=person, born_on="", sex="", has_number=False)
        namesake.learn(values)
        self._of[_key(values, place)].append(namesake)

    def _at_doors(self, dwellings: set[uuid.UUID]) -> None:
        links = Residence.objects.filter(dwelling_id__among=dwellings, to_on__isnull=True, person__status="active")
        people = links.select_related("person").order_by("person__created_at", "person_id")
        for link in people:
            of_name = self._of[link.person.name, link.dwelling_id, ""]
            if all(namesake.id != link.person_id for namesake in of_name):
                of_name.append(_on_record(link.person))

    def _without_a_door(self, names: set[str], places: Sequence[Place]) -> None:
        """Persons without a door lie in the community's grid 000."""
        if not names:
            return
        grids = {codes.unassigned_of(place.community) for place in places if place.community}
        for person in Person.objects.filter(grid_id__in=grids, name__among=names, status="active").order_by("id"):
            born_on = person.born_on.isoformat() if person.born_on else ""
            self._of[person.name, None, f"{person.grid_id[:12]}{born_on}"].append(_on_record(person))


def _on_record(person: Person) -> Namesake:
    born_on = person.born_on.isoformat() if person.born_on else ""
    return Namesake(id=person.pk, born_on=born_on, sex=person.sex or "", has_number=bool(person.id_no_index))


def _key(values: Mapping[str, Any], place: Place) -> NameAtDoor:
    """Who a row is without a number: a name at a door, or a name and birth date where no door is known."""
    where = "" if place.dwelling else f"{place.community}{values.get('born_on') or ''}"
    return str(values["name"]), place.dwelling, where
