"""Applying rows of facilities: known by kind and number at their building, else by kind and spot; never doubled."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.method import address_writing, text
from gridwalk.reconcile.actions import places_rows
from gridwalk.reconcile.actions.batch import Batch, claims_of, facts
from gridwalk.reconcile.places import Place
from gridwalk.registry.actions import facilities
from gridwalk.registry.actions.facilities import NewFacility
from gridwalk.registry.queries import renumbering
from gridwalk.registry.queries.renumbering import Entrance
from gridwalk.registry.rules import Claim
from gridwalk.territory.models import Building, Stairwell
from gridwalk.visits.actions import rounds

Where = tuple[str, uuid.UUID | None]
"""Community and building."""


class Known:
    """Which facility a row speaks of: of its kind at its building by number, else by spot and stairwell; a number that
    only one of the kind has in the community is enough where one side names no building.
    """

    def __init__(self) -> None:
        self._here: dict[tuple[str, Where, str, uuid.UUID | None], uuid.UUID] = {}
        self._numbered: dict[tuple[str, str, str], list[tuple[uuid.UUID | None, uuid.UUID]]] = {}

    def remember(
        self,
        pk: uuid.UUID,
        kind: str,
        community: str,
        building: uuid.UUID | None,
        stairwell: uuid.UUID | None,
        name: str,
        spot: str,
    ) -> None:
        """Note a facility that stands."""
        self._here.setdefault((kind, (community, building), *_mark(name, spot, stairwell)), pk)
        if name:
            self._numbered.setdefault((kind, community, _plain(name)), []).append((building, pk))

    def find(
        self, kind: str, community: str, building: uuid.UUID | None, stairwell: uuid.UUID | None, name: str, spot: str
    ) -> uuid.UUID | None:
        """The facility a row means, if it is known."""
        same = self._here.get((kind, (community, building), *_mark(name, spot, stairwell)))
        if same or not name:
            return same
        numbered = self._numbered.get((kind, community, _plain(name)), [])
        one_side = [pk for at, pk in numbered if at is None or building is None]
        return one_side[0] if len(numbered) == 1 and one_side else None


def _plain(words: str) -> str:
    return text.fold(words).replace(" ", "").upper()


def _mark(name: str, spot: str, stairwell: uuid.UUID | None) -> tuple[str, uuid.UUID | None]:
    return (f"n:{_plain(name)}", None) if name else (f"s:{_plain(spot)}", stairwell)


def apply_facilities(writing: Writing, work: Batch) -> None:
    """Facilities that stand get claims; new ones are registered at their building, or in the grid the row names."""
    known = Known()
    for held in work.known_facilities().order_by("created_at", "id"):
        at = (held.grid_id[:12], held.building_id, held.stairwell_id)
        known.remember(held.id, held.facility_kind, *at, held.name, held.spot)
    stairwells = Stairwell.objects.in_bulk([p.stairwell for p in work.places if p.stairwell])
    standing = {p.building for p in work.places if p.building} | {s.building_id for s in stairwells.values()}
    buildings = Building.objects.in_bulk(list(standing))
    formerly = renumbering.entrances_by_former(
        {_before(p) for p in work.places if p.address.building and not p.building}
    )
    new: list[NewFacility] = []
    fresh: set[uuid.UUID] = set()
    said: list[tuple[int, Claim]] = []
    looked: dict[uuid.UUID, dt.date] = {}
    for index, (values, place) in enumerate(zip(work.values, work.places, strict=True)):
        if place.fault:
            work.fault(index, place.fault)
        if work.rows[index].state == "refused":
            continue
        if not values.get("facility_kind"):
            work.rows[index].state = "refused"
            continue
        stairwell = stairwells.get(place.stairwell) if place.stairwell else None
        building = buildings.get(stairwell.building_id if stairwell else place.building) if place.building else None
        marks = (
            str(values["facility_kind"]),
            place.community,
            building.id if building else None,
            stairwell.id if stairwell else None,
            str(values.get("name") or ""),
            str(values.get("spot") or ""),
        )
        pk = known.find(*marks)
        if pk is None and (before := _before(place)) in formerly:
            pk = known.find(*marks[:2], *formerly[before], *marks[4:])
        if pk is None:
            one = _new(work, index, place, building, stairwell)
            new.append(one)
            fresh.add(one.id)
            known.remember(one.id, *marks)
            work.became(index, one.id, "created")
            pk = one.id
        else:
            work.rows[index].entity = pk
            if pk in fresh:
                work.fault(index, "same_facility_twice")
            said += [(index, c) for c in claims_of("facility", pk, values, source_ref=work.source_refs[index])]
        if (on := _last_round(work, index, clock.local_date(writing.at))) is not None:
            looked[pk] = max(on, looked.get(pk, on))
    facilities.register_facilities(writing, new)
    places_rows.say(writing, work, said)
    rounds.note_listed(writing, looked)


def _before(place: Place) -> Entrance:
    """A row's building and stairwell as an address before a renumbering would have them."""
    estate, building, stairwell, _ = address_writing.parts_of(address_writing.key(place.address))
    return place.community, estate, building, stairwell


def _new(work: Batch, index: int, place: Place, building: Building | None, stairwell: Stairwell | None) -> NewFacility:
    values: dict[str, Any] = work.values[index]
    is_said = any(values.get(part) for part in ("estate", "building", "address"))
    if building is None and place.address.building:
        work.fault(index, "building_unknown", "building")
    return NewFacility(
        grid=building.grid_id if building else place.grid,
        values=facts("facility", values),
        source="ledger",
        source_ref=work.source_refs[index],
        building=building,
        stairwell=stairwell,
        address=(address_writing.display(place.address) or str(values.get("address") or "")) if is_said else "",
    )


def _last_round(work: Batch, index: int, today: dt.date) -> dt.date | None:
    written = work.values[index].get("last_round_on")
    if not written:
        return None
    on = dt.date.fromisoformat(str(written))
    if on > today:
        work.fault(index, "round_in_future", "last_round_on")
        return None
    return on
