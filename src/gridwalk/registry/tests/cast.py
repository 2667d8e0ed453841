"""People, doors and what is said of them, written row by row, each called what it is there for."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from gridwalk.core import ids
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Person, Recheck, Residence
from gridwalk.registry.tests.street import GRID, Street

TODAY = dt.date(2026, 10, 13)


def days(n: int) -> dt.date:
    """So many days from today on."""
    return TODAY + dt.timedelta(days=n)


class Cast:
    """A street; every row is written as it is given, past what an action would judge. What is shown in the order it
    came has ``moments`` of its own: ids of one day sort by lot.
    """

    def __init__(self, at: dt.datetime) -> None:
        self.street = Street.lay_out(at)
        self.at = at
        self.moments = (at + dt.timedelta(microseconds=n) for n in itertools.count(1))

    def door(self, room: str, grid: str = GRID, **values: Any) -> Dwelling:
        door = self.street.door(room, grid)
        Dwelling.objects.filter(pk=door.pk).update(**values)
        door.refresh_from_db()
        return door

    def person(self, name: str, grid: str = GRID, **values: Any) -> Person:
        return Person.objects.create(
            grid_id=grid, name=name, sort_key=name, name_key=name, source="office", created_at=self.at, **values
        )

    def at_door(
        self, name: str, door: Dwelling, kind: str = "lives_here", *, over: bool = False, **values: Any
    ) -> Person:
        person = self.person(name, door.grid_id, **values)
        self.link(person, door, kind, over=over)
        return person

    def link(self, person: Person, door: Dwelling, kind: str = "lives_here", *, over: bool = False) -> Residence:
        return Residence.objects.create(
            grid_id=door.grid_id,
            person=person,
            dwelling=door,
            kind=kind,
            to_on=TODAY if over else None,
            source="office",
            created_at=next(self.moments),
        )

    def label(self, person: Person, **values: Any) -> CareLabel:
        given = {"category": "living_alone", "interval_days": 7, "starts_on": days(-30), "ends_on": days(90)}
        row: dict[str, Any] = {**given, **values}
        return CareLabel.objects.create(
            grid_id=person.grid_id, person=person, source="office", created_at=self.at, **row
        )

    def difference(self, entity: Person | Dwelling, state: str = "open") -> None:
        Difference.objects.create(
            grid_id=entity.grid_id,
            kind=entity.KIND,
            entity=entity.pk,
            field="name",
            claimed_hash=str(ids.new_id())[:32],
            source="ledger",
            why="authority",
            created_at=self.at,
            state=state,
        )

    def recheck(self, entity: Person | Dwelling, state: str = "open", **values: Any) -> Recheck:
        given: dict[str, Any] = {"proposed": "deceased", "reason": "家属来说", "proposed_by_name": "许知行"}
        return Recheck.objects.create(
            grid_id=entity.grid_id,
            kind=entity.KIND,
            entity=entity.pk,
            proposed_at=next(self.moments),
            state=state,
            **(given | values),
        )
