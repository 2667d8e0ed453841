"""Applying rows of facilities: known by kind and number at their building, else by kind and spot; never doubled."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from typing import Any

from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.method import address_writing, text
from gridwalk.reconcile.actions.batch import Batch, facts
from gridwalk.reconcile.actions.walking import claim, walk
from gridwalk.reconcile.places import Place
from gridwalk.reconcile.queries import taking_back
from gridwalk.registry.actions import facilities
from gridwalk.registry.actions.facilities import NewFacility
from gridwalk.registry.models import Facility
from gridwalk.registry.queries import renumbering
from gridwalk.registry.queries.renumbering import Entrance
from gridwalk.territory.models import Building, Stairwell
from gridwalk.visits.actions import rounds


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mark:
    """What a facility is told by: where it stands, its number, else its spot."""

    kind: str
    community: str
    building: uuid.UUID | None
    stairwell: uuid.UUID | None
    name: str
    spot: str

    @classmethod
    def of(cls, facility: Facility) -> Mark:
        """The mark of a facility on record."""
        return cls(
            kind=facility.facility_kind,
            community=facility.grid_id[:12],
            building=facility.building_id,
            stairwell=facility.stairwell_id,
            name=facility.name,
            spot=facility.spot,
        )

    @property
    def here(self) -> tuple[object, ...]:
        """Kind and building with the number, else with the spot and stairwell."""
        own = (f"n:{_plain(self.name)}", None) if self.name else (f"s:{_plain(self.spot)}", self.stairwell)
        return (self.kind, self.community, self.building, *own)

    @property
    def numbered(self) -> tuple[str, str, str]:
        """Kind and number in the community, whatever the building."""
        return self.kind, self.community, _plain(self.name)


class FacilityIndex:
    """Which facility a row speaks of: of its kind at its building by number, else by spot and stairwell; a number that
    only one of the kind has in the community is enough where one side names no building.
    """

    def __init__(self) -> None:
        self._here: dict[tuple[object, ...], uuid.UUID] = {}
        self._numbered: dict[tuple[str, str, str], list[tuple[uuid.UUID | None, uuid.UUID]]] = defaultdict(list)

    def remember(self, pk: uuid.UUID, mark: Mark) -> None:
        """Note a facility that stands."""
        self._here.setdefault(mark.here, pk)
        if mark.name:
            self._numbered[mark.numbered].append((mark.building, pk))

    def find(self, mark: Mark) -> uuid.UUID | None:
        """The facility a row means, if it stands."""
        same = self._here.get(mark.here)
        if same or not mark.name:
            return same
        numbered = self._numbered.get(mark.numbered, [])
        one_side = [pk for building, pk in numbered if building is None or mark.building is None]
        return one_side[0] if len(numbered) == 1 and one_side else None


def _plain(words: str) -> str:
    return text.fold(words).replace(" ", "").upper()


class Listed:
    """The facilities the rows of a batch speak of: those that stand, and those the rows begin."""

    def __init__(self, work: Batch) -> None:
        self.work = work
        self.new: list[NewFacility] = []
        self._fresh: set[uuid.UUID] = set()
        self._standing = FacilityIndex()
        for facility in work.known_facilities().exclude(taking_back.unmade()).order_by("created_at", "id"):
            self._standing.remember(facility.id, Mark.of(facility))
        places = work.places
        self._stairwells = Stairwell.objects.in_bulk([p.stairwell for p in places if p.stairwell])
        wanted = {p.building for p in places if p.building} | {s.building_id for s in self._stairwells.values()}
        self._buildings = Building.objects.in_bulk(list(wanted))
        self._formerly = renumbering.entrances_by_former(
            {_before(p) for p in places if p.address.building and not p.building}
        )

    def find(self, index: int) -> uuid.UUID | None:
        """The facility a row means, its building before a renumbering too."""
        mark, before = self._mark(index), _before(self.work.places[index])
        facility = self._standing.find(mark)
        if facility is None and before in self._formerly:
            building, stairwell = self._formerly[before]
            facility = self._standing.find(dataclasses.replace(mark, building=building, stairwell=stairwell))
        if facility in self._fresh:
            self.work.fault(index, "same_facility_twice")
        return facility

    def begin(self, index: int) -> uuid.UUID:
        """A facility to be registered at the row's building, or in the grid the row names."""
        work, place, (building, stairwell) = self.work, self.work.places[index], self._entrance(index)
        values: dict[str, Any] = work.values[index]
        if building is None and place.address.building:
            work.fault(index, "building_unknown", "building")
        written = any(values.get(part) for part in ("estate", "building", "address"))
        new = NewFacility(
            grid=building.grid_id if building else place.grid,
            values=facts("facility", values),
            source="ledger",
            source_ref=work.source_ref(index),
            building=building,
            stairwell=stairwell,
            address=(address_writing.display(place.address) or str(values.get("address") or "")) if written else "",
        )
        self.new.append(new)
        self._fresh.add(new.id)
        self._standing.remember(new.id, self._mark(index))
        return new.id

    def _entrance(self, index: int) -> tuple[Building | None, Stairwell | None]:
        """The building and the stairwell that stand where a row points."""
        place = self.work.places[index]
        stairwell = self._stairwells.get(place.stairwell) if place.stairwell else None
        if place.building is None:
            return None, stairwell
        return self._buildings.get(stairwell.building_id if stairwell else place.building), stairwell

    def _mark(self, index: int) -> Mark:
        values, (building, stairwell) = self.work.values[index], self._entrance(index)
        return Mark(
            kind=str(values["facility_kind"]),
            community=self.work.places[index].community,
            building=building.id if building else None,
            stairwell=stairwell.id if stairwell else None,
            name=str(values.get("name") or ""),
            spot=str(values.get("spot") or ""),
        )


def apply_facilities(writing: Writing, work: Batch) -> None:
    """Facilities that stand get claims; new ones are registered at their building, or in the grid the row names."""
    work.note_places()
    listed = Listed(work)
    row_claims = walk(work, "facility", field="facility_kind", find=listed.find, begin=listed.begin)
    facilities.register_facilities(writing, listed.new)
    claim(writing, work, row_claims)
    rounds.note_listed(writing, _last_rounds(work, clock.local_date(writing.at)))


def _before(place: Place) -> Entrance:
    """A row's building and stairwell as an address before a renumbering would have them."""
    estate, building, stairwell, _ = address_writing.parts_of(address_writing.key(place.address))
    return place.community, estate, building, stairwell


def _last_rounds(work: Batch, today: dt.date) -> dict[uuid.UUID, dt.date]:
    """The last round the rows write down, by facility."""
    rounds_by_facility: dict[uuid.UUID, dt.date] = {}
    for index in work.present():
        facility, on = work.rows[index].entity, _last_round(work, index, today)
        if facility is not None and on is not None:
            rounds_by_facility[facility] = max(on, rounds_by_facility.get(facility, on))
    return rounds_by_facility


def _last_round(work: Batch, index: int, today: dt.date) -> dt.date | None:
    written = work.values[index].get("last_round_on")
    if not written:
        return None
    on = dt.date.fromisoformat(str(written))
    if on > today:
        work.fault(index, "round_in_future", "last_round_on")
        return None
    return on
