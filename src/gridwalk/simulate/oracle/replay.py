"""The register as it must stand after the ledgers are imported and the knocks recorded, kept in plain dictionaries.

The rules it follows are written at the top of ``truth``; it shares no code with registry, reconcile or visits.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping

from gridwalk.simulate.acting.knocks import SHANGHAI, Knock
from gridwalk.simulate.oracle.settling import Attempt
from gridwalk.simulate.street.model import LIVING
from gridwalk.simulate.street.workbooks import LedgerFile, Record

CONTACT = ("met", "phone", "vacant_confirmed")


@dataclasses.dataclass(slots=True, kw_only=True)
class Dwelling:
    grid: str
    usage: str
    occupancy: str
    tenure: str
    created_on: dt.date
    vacancy_source: str = ""
    contact_on: dt.date | None = None


@dataclasses.dataclass(slots=True, kw_only=True)
class Person:
    community: str
    facts: dict[str, str]
    homes: dict[str, str] = dataclasses.field(default_factory=dict)
    registered: list[str] = dataclasses.field(default_factory=list)
    pending: bool = False
    verified_on: dt.date | None = None


@dataclasses.dataclass(slots=True)
class Label:
    person: str
    interval_days: int
    starts_on: dt.date
    ends_on: dt.date
    contact_on: dt.date | None = None


@dataclasses.dataclass(slots=True)
class Place:
    """An organization or a key site."""

    grid: str
    interval_days: int
    created_on: dt.date
    contact_on: dt.date | None = None


class Register:
    """What is on record. Keys are the street's own refs; a person's is the first row that brought them in."""

    def __init__(self, imported_on: dt.date) -> None:
        self.imported_on = imported_on
        self.dwellings: dict[str, Dwelling] = {}
        self.persons: dict[str, Person] = {}
        self.organizations: dict[str, Place] = {}
        self.sites: dict[str, Place] = {}
        self.labels: list[Label] = []
        self.attempts: dict[str, list[Attempt]] = {}
        self._by_id: dict[str, str] = {}
        self._labels_of: dict[str, list[Label]] = {}

    def read(self, files: Iterable[LedgerFile]) -> None:
        """Import the ledgers in the order given."""
        take = {
            "dwelling": self._dwelling,
            "person": self._person,
            "organization": self._organization,
            "site": self._site,
            "care": self._care,
            "facility": self._facility,
        }
        for file in files:
            for record in file.records:
                take[file.kind](record)

    def _dwelling(self, record: Record) -> None:
        values = record.values
        self.dwellings.setdefault(
            record.door,
            Dwelling(
                grid=values["grid_code"],
                usage=values["usage"],
                occupancy=values["occupancy"],
                tenure=values["tenure"],
                created_on=self.imported_on,
            ),
        )

    def _person(self, record: Record) -> None:
        values = record.values
        ref = self._enter(record.ref, record.community, values)
        if not record.door:
            return
        if record.door not in self.dwellings:
            self.dwellings[record.door] = Dwelling(
                grid=values["grid_code"],
                usage="residential",
                occupancy="unknown",
                tenure="unknown",
                created_on=self.imported_on,
            )
        person = self.persons[ref]
        if values["residence_kind"] not in LIVING:
            if record.door not in person.registered:
                person.registered.append(record.door)
        elif not person.homes:
            person.homes[record.door] = values["residence_kind"]

    def _enter(self, ref: str, community: str, values: Mapping[str, str]) -> str:
        """The person of a row: known by a valid ID number, else new."""
        id_no = values["id_no"]
        if id_no and id_no in self._by_id:
            return self._by_id[id_no]
        self.persons[ref] = Person(
            community=community, facts={f: values[f] for f in ("name", "id_no", "sex", "born_on")}
        )
        if id_no:
            self._by_id[id_no] = ref
        return ref

    def _organization(self, record: Record) -> None:
        self.organizations[record.ref] = Place(record.values["grid_code"], 0, self.imported_on)

    def _site(self, record: Record) -> None:
        interval = int(record.values["interval_days"])
        self.sites[record.ref] = Place(record.values["grid_code"], interval, self.imported_on)

    def _facility(self, record: Record) -> None:
        """No rate counts facilities."""

    def _care(self, record: Record) -> None:
        values = record.values
        if values["category"] == "chronic_illness" and not values["consent_on"]:
            return  # rests on the person's wish, and nobody has agreed
        label = Label(
            self._by_id[values["id_no"]],
            int(values["interval_days"]),
            dt.date.fromisoformat(values["starts_on"]),
            dt.date.fromisoformat(values["ends_on"]),
        )
        self.labels.append(label)
        self._labels_of.setdefault(label.person, []).append(label)

    def hear(self, knock: Knock) -> None:
        """Record one knock."""
        on = knock.at.astimezone(SHANGHAI).date()
        attempt = Attempt(knock.at, knock.outcome, knock.second_source, knock.grid)
        self.attempts.setdefault(knock.ref, []).append(attempt)
        contact = knock.outcome in CONTACT
        if knock.kind != "dwelling":
            place = (self.organizations if knock.kind == "organization" else self.sites)[knock.ref]
            place.contact_on = on if contact else place.contact_on
            return
        if knock.joins:
            self.dwellings[knock.ref] = Dwelling(
                grid=knock.place.grid, usage="residential", occupancy="unknown", tenure="unknown", created_on=on
            )
        door = self.dwellings[knock.ref]
        if contact:
            door.contact_on = on
        if knock.outcome == "vacant_confirmed":
            door.vacancy_source = knock.second_source
        for kind, ref, field, value in knock.claims:
            self._claim(kind, ref, field, value)
        self._persons_at(knock, on)

    def _claim(self, kind: str, ref: str, field: str, value: str) -> None:
        if kind == "dwelling" and field in ("occupancy", "tenure"):
            setattr(self.dwellings[ref], field, value)
            if field == "occupancy" and value != "vacant":
                self.dwellings[ref].vacancy_source = ""
        elif field == "status":
            self.persons[ref].pending = True
        elif field == "id_no" and not self.persons[ref].facts["id_no"]:
            self.persons[ref].facts["id_no"] = value
            self._by_id[value] = ref

    def _persons_at(self, knock: Knock, on: dt.date) -> None:
        for ref in knock.confirmed:
            self.persons[ref].verified_on = on
        for ref in knock.departures:
            self._leave(self.persons[ref], knock.ref)
        for arrival in knock.arrivals:
            ref = self._enter(arrival.ref, knock.place.community, arrival.values)
            for home in [door for door in self.persons[ref].homes if door != knock.ref]:
                self._leave(self.persons[ref], home, moves_registration=arrival.residence_kind == "lives_here")
            self.persons[ref].homes = {knock.ref: arrival.residence_kind}
            self.persons[ref].verified_on = on
        for ref in {*knock.confirmed, *knock.care} if knock.outcome in ("met", "phone") else ():
            for label in self._labels_of.get(ref, ()):
                if label.starts_on <= on <= label.ends_on:
                    label.contact_on = on

    @staticmethod
    def _leave(person: Person, door: str, *, moves_registration: bool = False) -> None:
        """Whose household is registered at the door they left stays registered there."""
        if person.homes.pop(door, "") == "lives_here" and not moves_registration:
            person.registered.append(door)

    def grid_of(self, person: Person) -> str:
        """The grid of the home, else of the registered door, else the community's grid 000."""
        door = next(iter(person.homes), None) or next(iter(person.registered), None)
        return self.dwellings[door].grid if door else f"{person.community}000"
