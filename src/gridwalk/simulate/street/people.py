"""Households: who lives behind each door, and who is only registered there."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from gridwalk.simulate.street import rng as chance
from gridwalk.simulate.street import words
from gridwalk.simulate.street.entries import address
from gridwalk.simulate.street.identities import Identities
from gridwalk.simulate.street.model import Door, Person, Stay

VACANT_SHARE = 0.07
LET_SHARE = 0.09
LENT_SHARE = 0.015
LIVES_ELSEWHERE_SHARE = 0.13
ABSENT_HOUSEHOLDS_PER_DOOR = 7500 / 13000
FLOATING_SHARE = 0.35

# (weight, members as (relation, low age, high age)); the head comes first.
FAMILIES: tuple[tuple[float, tuple[tuple[str, int, int], ...]], ...] = (
    (0.10, (("head", 66, 92),)),
    (0.15, (("head", 62, 88), ("spouse", 60, 86))),
    (0.06, (("head", 24, 58),)),
    (0.09, (("head", 27, 58), ("spouse", 26, 57))),
    (0.25, (("head", 30, 52), ("spouse", 29, 50), ("child", 1, 20))),
    (0.11, (("head", 32, 46), ("spouse", 31, 45), ("child", 8, 15), ("child", 0, 7))),
    (0.03, (("head", 33, 52), ("child", 4, 19))),
    (0.12, (("head", 58, 78), ("spouse", 57, 76), ("child", 28, 44), ("child_in_law", 28, 43), ("grandchild", 0, 14))),
    (0.09, (("head", 60, 86), ("child", 23, 55))),
)
TENANT_FAMILIES: tuple[tuple[float, tuple[tuple[str, int, int], ...]], ...] = (
    (0.40, (("head", 20, 45),)),
    (0.30, (("head", 24, 44), ("spouse", 23, 43))),
    (0.15, (("head", 28, 42), ("spouse", 27, 41), ("child", 1, 14))),
    (0.15, (("head", 21, 35), ("unrelated", 21, 35))),
)
OPPOSITE = {"male": "female", "female": "male"}


class People:
    """Persons and their stays, written into the doors' lists."""

    def __init__(self, doors: Sequence[Door], on: dt.date, seed: int) -> None:
        self.on = on
        self.rng: random.Random = chance.stream(seed, "people")
        self.identities = Identities(self.rng)
        self.persons: dict[str, Person] = {}
        self.n_households = 0
        homes = [door for door in doors if door.usage == "residential"]
        self._tenures(homes)
        for door in homes:
            self._own(door)
            if door.occupancy == "occupied":
                self._move_in(door)
        self._register_absent(homes)
        self._separate_within_street(homes)

    def _tenures(self, homes: list[Door]) -> None:
        order = list(homes)
        self.rng.shuffle(order)
        n_let, n_lent = round(len(order) * LET_SHARE), round(len(order) * LENT_SHARE)
        for door in order[:n_let]:
            door.tenure = "let"
        for door in order[n_let : n_let + n_lent]:
            door.tenure = "lent"
        # A let dwelling stands empty between two tenants now and then.
        between, n_vacant = round(n_let * 0.05), round(len(order) * VACANT_SHARE)
        for door in order[:between] + order[n_let + n_lent : n_let + n_lent + n_vacant - between]:
            door.occupancy = "vacant"

    def _own(self, door: Door) -> None:
        door.owner_name = self.identities.surname() + self.identities.given(self.rng.choice(("male", "female")), 50)
        door.owner_phone = self.identities.phone() if self.rng.random() < 0.8 else ""
        door.refuses = self.rng.random() < 0.03

    def person(
        self, *, surname: str, sex: str, age: int, relation: str, household: int, phone: str, registered: str = ""
    ) -> Person:
        """A new person of the street."""
        born_on = self.identities.born(age, self.on)
        person = Person(
            ref=f"P{len(self.persons) + 1:06d}",
            name=surname + self.identities.given(sex, age),
            sex=sex,
            born_on=born_on,
            id_no=self.identities.id_no(born_on, sex),
            phone=phone,
            relation=relation,
            household=household,
            registered_address=registered,
        )
        self.persons[person.ref] = person
        return person

    def family(self, members: Sequence[tuple[str, int, int]], surname: str = "", registered: str = "") -> list[Person]:
        """A household with its names, ages and phones in keeping with each other."""
        rng = self.rng
        self.n_households += 1
        head_sex = "male" if rng.random() < 0.66 or len(members) > 2 else "female"
        surname = surname or self.identities.surname()
        family: list[Person] = []
        head_age = 0
        for relation, low, high in members:
            age = rng.randrange(low, high + 1)
            if relation == "head":
                head_age = age
            elif relation == "spouse":
                age = max(22, head_age + rng.randrange(-5, 3))
            elif relation == "child":
                age = max(0, min(age, head_age - 22))
            sex = {"head": head_sex, "spouse": OPPOSITE[head_sex]}.get(relation, rng.choice(("male", "female")))
            keeps_name = relation == "head" or (relation in ("child", "grandchild") and head_sex == "male")
            phone = self.identities.phone() if 12 <= age < 75 or (age >= 75 and rng.random() < 0.6) else ""
            family.append(
                self.person(
                    surname=surname if keeps_name else self.identities.surname(),
                    sex=sex,
                    age=age,
                    relation=relation,
                    household=self.n_households,
                    phone=phone,
                    registered=registered,
                )
            )
        return family

    def stay(self, person: Person, door: Door, kind: str, *, real: bool = True, written: bool = True) -> Stay:
        """Tie a person to a door."""
        stay = Stay(person.ref, door.ref, kind, real, written)
        person.stays.append(stay)
        door.stays.append(stay)
        return stay

    def tenants(self, door: Door, *, written: bool = True) -> list[Person]:
        """A household of tenants moves in."""
        members = self.rng.choices(TENANT_FAMILIES, [weight for weight, _ in TENANT_FAMILIES])[0][1]
        floating = self.rng.random() < FLOATING_SHARE
        family = self.family(members, registered=self.outside(floating=floating))
        for person in family:
            self.stay(person, door, "tenant", written=written)
        return family

    def outside(self, *, floating: bool) -> str:
        """A registered address beyond the street; ``floating``: beyond the city."""
        road = self.rng.choice(words.OUTSIDE_CITY if floating else words.INSIDE_CITY)
        return f"{road}{self.rng.randrange(2, 180)}号"

    def _move_in(self, door: Door) -> None:
        if door.tenure == "let":
            family = self.tenants(door)
        else:
            members = self.rng.choices(FAMILIES, [weight for weight, _ in FAMILIES])[0][1]
            elsewhere = door.tenure == "owner" and self.rng.random() < LIVES_ELSEWHERE_SHARE
            away = elsewhere or door.tenure == "lent"
            surname = door.owner_name[0] if door.tenure == "owner" and self.rng.random() < 0.6 else ""
            family = self.family(members, surname, registered=self.outside(floating=False) if away else "")
            kind = "boarder" if door.tenure == "lent" else "lives_elsewhere_registered" if elsewhere else "lives_here"
            for person in family:
                self.stay(person, door, kind)
            if door.tenure == "owner" and self.rng.random() < 0.7:
                door.owner_name, door.owner_phone = family[0].name, family[0].phone
        door.home = _home(family, self.on)

    def _register_absent(self, homes: list[Door]) -> None:
        """Households registered here that live elsewhere: mostly where the owner has left."""
        weights = [4.0 if d.tenure == "let" or d.occupancy == "vacant" else 0.7 for d in homes]
        for door in self.rng.choices(homes, weights, k=round(len(homes) * ABSENT_HOUSEHOLDS_PER_DOOR)):
            members = self.rng.choices(FAMILIES, [weight for weight, _ in FAMILIES])[0][1]
            for person in self.family(members[: self.rng.choice((2, 3, 3))]):
                self.stay(person, door, "registered_here")

    def _separate_within_street(self, homes: list[Door]) -> None:
        """Some live at one door of the street and are registered at another: two rows, one person, no fault."""
        lives_elsewhere = [d for d in homes if d.stays and d.stays[0].kind == "lives_elsewhere_registered"]
        for door in self.rng.sample(lives_elsewhere, len(lives_elsewhere) // 10):
            other = self.rng.choice(homes)
            if other is door:
                continue
            for stay in [s for s in door.stays if s.kind == "lives_elsewhere_registered"]:
                self.persons[stay.person].registered_address = address(other.place)
                self.stay(self.persons[stay.person], other, "registered_here")


def _home(family: Sequence[Person], on: dt.date) -> str:
    """When somebody is in: ``elder`` by day, ``worker`` in the evening, ``mixed`` both."""
    ages = [person.age(on) for person in family]
    if min(ages) >= 60:
        return "elder"
    if max(ages) < 60 and min(ages) >= 3:
        return "worker"
    return "mixed"
