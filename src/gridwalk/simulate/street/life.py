"""Faults of life: what happened on the street and never reached the ledgers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gridwalk.simulate.street import rng as chance
from gridwalk.simulate.street.faults import AnswerKey
from gridwalk.simulate.street.model import LIVING, Door, Person, Stay
from gridwalk.simulate.street.people import People


class Life:
    """Plants every fault of life. ``protected``: refs (care recipients and their doors) that stay as they are."""

    def __init__(
        self, doors: Sequence[Door], people: People, key: AnswerKey, protected: Iterable[str], seed: int
    ) -> None:
        self._people = people
        self._persons = people.persons
        self._key = key
        self._protected = set(protected)
        self._rng = chance.stream(seed, "life")
        self._homes = [door for door in doors if door.usage == "residential"]
        for step in (
            self._doors_in_no_ledger,
            self._doors_only_in_population,
            self._missing_households,
            self._crowded,
            self._vacant_with_residents,
            self._let_as_owner,
            self._new_tenants,
            self._households_moved,
            self._dead,
            self._moved,
            self._newborn,
            self._duplicates,
            self._phones,
        ):
            step()

    def _pick(self, kind: str, fits: Callable[[Door], bool]) -> list[Door]:
        free = [d for d in self._homes if d.ref not in self._key.taken and d.ref not in self._protected and fits(d)]
        return self._rng.sample(free, min(len(free), self._key.wanted(kind)))

    def _inside(self, door: Door) -> list[Stay]:
        return [s for s in door.stays if s.real and s.kind in LIVING]

    def _take(self, kind: str, door: Door) -> None:
        self._key.add(kind, door.ref, *(s.person for s in door.stays))

    def _free_person(self, stay: Stay) -> Person | None:
        person = self._persons[stay.person]
        taken = person.ref in self._key.taken or person.ref in self._protected or len(person.stays) > 1
        return None if taken else person

    def _alone_here(self, door: Door) -> bool:
        """Everybody tied to this door is tied to no other."""
        return all(len(self._persons[s.person].stays) == 1 for s in door.stays)

    def _doors_in_no_ledger(self) -> None:
        kind = "door_in_no_ledger"
        for door in self._pick(kind, lambda d: self._only_living(d) and d.tenure == "owner"):
            door.written = False
            for stay in door.stays:
                stay.written = False
            self._take(kind, door)

    def _only_living(self, door: Door) -> bool:
        return bool(door.stays) and all(s.kind in LIVING for s in door.stays) and self._alone_here(door)

    def _doors_only_in_population(self) -> None:
        kind = "door_only_in_population"
        for door in self._pick(kind, lambda d: self._only_living(d) and d.tenure == "owner"):
            door.written = False
            self._take(kind, door)

    def _missing_households(self) -> None:
        kind = "missing_household"
        for door in self._pick(kind, self._only_living):
            for stay in door.stays:
                stay.written = False
            self._take(kind, door)

    def _crowded(self) -> None:
        kind = "crowded_house"
        for door in self._pick(kind, lambda d: d.tenure == "let" and bool(self._inside(d))):
            while len(self._inside(door)) < 20:
                family = self._people.family((("unrelated", 20, 45),), registered=self._people.outside(floating=True))
                self._people.stay(family[0], door, "tenant")
            self._take(kind, door)

    def _vacant_with_residents(self) -> None:
        kind = "vacant_with_residents"
        for door in self._pick(kind, lambda d: d.tenure == "owner" and bool(self._inside(d))):
            door.written_occupancy = "vacant"
            self._take(kind, door)

    def _let_as_owner(self) -> None:
        kind = "let_as_owner"
        for door in self._pick(kind, lambda d: d.tenure == "let" and bool(self._inside(d))):
            door.written_tenure = "owner"
            self._take(kind, door)

    def _new_tenants(self) -> None:
        kind = "new_tenant"
        for door in self._pick(kind, lambda d: d.tenure == "let" and bool(self._inside(d)) and self._alone_here(d)):
            self._leave(self._inside(door))
            self._people.tenants(door, written=False)
            self._take(kind, door)

    def _leave(self, stays: Iterable[Stay], why: str = "moved_away") -> None:
        for stay in stays:
            stay.real = False
            self._persons[stay.person].gone = why

    def _households_moved(self) -> None:
        kind = "household_moved"
        for door in self._pick(kind, self._only_living):
            self._leave(self._inside(door))
            door.occupancy, door.written_occupancy = "vacant", "occupied"
            self._take(kind, door)

    def _members(self, kind: str, why: str, fits: Callable[[Person], bool]) -> None:
        fitting: list[tuple[Door, Stay]] = []
        for door in self._homes:
            if door.ref in self._key.taken or len(self._inside(door)) < 2:
                continue
            for stay in self._inside(door):
                person = self._free_person(stay)
                if person and fits(person):
                    fitting.append((door, stay))
                    break
        for door, stay in self._rng.sample(fitting, min(len(fitting), self._key.wanted(kind))):
            self._leave([stay], why)
            self._key.add(kind, stay.person, door.ref)

    def _dead(self) -> None:
        self._members("dead_active", "deceased", lambda p: p.age(self._people.on) >= 72)

    def _moved(self) -> None:
        self._members("moved_active", "moved_away", lambda p: p.relation == "child" and p.age(self._people.on) >= 18)

    def _newborn(self) -> None:
        kind = "newborn"
        for door in self._pick(kind, lambda d: d.tenure == "owner" and len(self._inside(d)) >= 2):
            family = self._people.family((("grandchild", 0, 0),))
            self._people.stay(family[0], door, self._inside(door)[0].kind, written=False)
            self._key.add(kind, family[0].ref, door.ref)

    def _duplicates(self) -> None:
        kind = "duplicate_person"
        for door in self._pick(kind, lambda d: d.tenure == "owner" and bool(self._inside(d))):
            person = next((p for p in map(self._free_person, self._inside(door)) if p), None)
            # The right door is read first, so that the register keeps it and asks about the other.
            others = [
                d
                for d in self._pick(kind, lambda d: len(self._inside(d)) > 1)
                if d.place.grid != door.place.grid and d.ref > door.ref
            ]
            if person is None or not others or door.ref in self._key.taken:
                continue
            self._people.stay(person, others[0], "lives_here", real=False)
            self._key.add(kind, person.ref, door.ref, others[0].ref)

    def _phones(self) -> None:
        kind = "phone_changed"
        for door in self._pick(kind, lambda d: bool(self._inside(d))):
            for stay in self._inside(door):
                person = self._free_person(stay)
                if person and person.phone and stay.written:
                    person.new_phone = self._people.identities.phone()
                    self._key.add(kind, person.ref, door.ref)
                    break
