"""A small made-up street to write the register's tests on; impossible identifiers only."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stdnum.cn import uscc as stdnum_uscc

from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.core import actions as core
from gridwalk.core import ids
from gridwalk.core.actions import Writing
from gridwalk.core.models import Change
from gridwalk.method import addresses, idcards
from gridwalk.registry.actions import claims, creation, doors
from gridwalk.registry.actions.claims import Judged
from gridwalk.registry.models import Difference, Dwelling, Person, Residence
from gridwalk.registry.rules import Claim
from gridwalk.territory import actions as territory

FIRST, SECOND = "120105001001", "120105001002"
GRID, NEXT_GRID, FAR_GRID = f"{FIRST}001", f"{FIRST}002", f"{SECOND}001"
GRIDS = (f"{FIRST}000", GRID, NEXT_GRID, f"{SECOND}000", FAR_GRID)
TREE = {
    "province": {"code": "120000000000", "name": "天津市"},
    "city": {"code": "120100000000", "name": "市辖区"},
    "district": {"code": "120105000000", "name": "河北区"},
    "street": {"code": "120105001000", "name": "光复道街道"},
    "communities": [{"code": FIRST, "name": "甲社区居委会"}, {"code": SECOND, "name": "乙社区居委会"}],
}


def id_no(serial: int, born: str = "19800101") -> str:
    """A valid number of an area that does not exist; an odd ``serial`` (0–999) is a man's."""
    first17 = f"120199{born}{serial:03d}"
    return first17 + idcards.checksum(first17)


def phone(serial: int) -> str:
    """A mobile number that nobody can own."""
    return f"12{serial:09d}"


def uscc(serial: int) -> str:
    """A valid credit code of an area that does not exist."""
    first17 = f"91120199MA{serial:07d}"
    return first17 + stdnum_uscc.calc_check_digit(first17)


def lead(scope: str = FIRST) -> Viewer:
    """A community lead."""
    return Viewer(ids.new_id(), "书记", (Held(Role.COMMUNITY_LEAD, scope),))


def worker(grid: str = GRID) -> Viewer:
    """A grid worker."""
    return Viewer(ids.new_id(), "网格员", (Held(Role.GRID_WORKER, grid),))


@dataclasses.dataclass
class Street:
    """Two communities; ``at`` is the moment everything is written."""

    at: dt.datetime

    @classmethod
    def lay_out(cls, at: dt.datetime) -> Street:
        """Areas and grids, empty."""
        territory.load_areas(actor=SYSTEM, at=at, tree=TREE)
        territory.create_grids(actor=SYSTEM, at=at, community=FIRST, n=2, from_on=at.date())
        territory.create_grids(actor=SYSTEM, at=at, community=SECOND, n=1, from_on=at.date())
        return cls(at)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """All grids, locked."""
        with core.write_to(*GRIDS, actor=SYSTEM, at=self.at) as writing:
            yield writing

    def door(self, room: str = "101", grid: str = GRID, **values: Any) -> Dwelling:
        """A door of 甲里 1号楼, as a ledger listed it."""
        door = doors.NewDoor(
            grid=grid,
            address=addresses.parse(f"甲里1号楼1单元{room}"),
            values=values,
            source="ledger",
            source_ref="房屋台账 第 2 行",
        )
        with self.writing() as writing:
            doors.register_doors(writing, [door])
        return Dwelling.objects.get(pk=door.id)

    def person(
        self, name: str, home: Dwelling | None = None, kind: str = "lives_here", grid: str = "", **values: Any
    ) -> Person:
        """A person as a ledger listed them, linked to a door or to none."""
        new = creation.New(
            grid=home.grid_id if home else grid or f"{FIRST}000",
            values={"name": name, **values},
            source="ledger",
            source_ref="人口台账 第 2 行",
        )
        with self.writing() as writing:
            creation.register(writing, "person", [new])
            if home is not None:
                creation.link(
                    writing,
                    [
                        creation.NewResidence(
                            person=new.id, dwelling=home.id, grid=home.grid_id, kind=kind, source="office"
                        )
                    ],
                )
        return Person.objects.get(pk=new.id)

    def move_in(self, person: Person, door: Dwelling, kind: str, source: str = "visit") -> None:
        """Somebody says the person lives (or is registered) at the door."""
        with self.writing() as writing:
            creation.link(
                writing,
                [
                    creation.NewResidence(
                        person=person.id, dwelling=door.id, grid=door.grid_id, kind=kind, source=source
                    )
                ],
            )
            creation.place_persons(writing, [person.id])

    def say(self, entity: Dwelling | Person, field: str, value: Any, source: str = "ledger", **more: Any) -> Judged:
        """One claim."""
        with self.writing() as writing:
            (judged,) = claims.apply_claims(writing, [Claim(entity.KIND, entity.id, field, value, source, **more)])
        return judged


def links(person: Person) -> list[tuple[uuid.UUID, str]]:
    """The person's current links: (dwelling, kind), by kind."""
    rows = Residence.objects.filter(person=person, to_on__isnull=True).order_by("kind", "id")
    return list(rows.values_list("dwelling_id", "kind"))


def open_differences() -> list[tuple[str, str]]:
    """(field, why) of every waiting difference."""
    return list(Difference.objects.filter(state="open").order_by("created_at", "id").values_list("field", "why"))


def changes(entity: Dwelling | Person, field: str) -> list[tuple[object, object]]:
    """(old, new) of a field in the order written, in the clear."""
    rows = Change.objects.filter(entity=entity.id, field=field).order_by("version", "id")
    return [(row.old_clear, row.new_clear) for row in rows]
