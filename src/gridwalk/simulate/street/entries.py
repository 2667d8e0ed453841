"""What the offices' ledgers say, as plain entries before they become workbooks: stale where life moved on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from gridwalk.method import addresses
from gridwalk.simulate.street.model import Care, Door, Facility, Organization, Person, Place, Site


@dataclasses.dataclass(slots=True, kw_only=True)
class Entry:
    """One row of a ledger.

    ``values``: dictionary fields as a right import must read them. ``written``: fields whose cell says it otherwise.
    ``door``: the ref of the door the row must lead to; empty where no importer can find one. ``faults``: numbers of the
    answer key.
    """

    kind: str
    ref: str
    community: str
    door: str
    place: Place | None
    values: dict[str, str]
    household: int = 0
    written: dict[str, str | float] = dataclasses.field(default_factory=dict)
    faults: list[int] = dataclasses.field(default_factory=list)


def location(place: Place) -> dict[str, str]:
    """The location columns of a door."""
    return {
        "grid_code": place.grid,
        "community": place.community,
        "estate": place.estate,
        "building": place.building,
        "stairwell": place.stairwell,
        "floor": str(place.floor) if place.floor else "",
        "room": place.room,
        "address": address(place),
    }


def address(place: Place) -> str:
    """A door in one line, as the ledgers of the street write it."""
    return f"{place.estate}{place.building}{place.stairwell}{place.room}"


def address_key(place: Place) -> str:
    """``estate|building|stairwell|room`` without spelling: what a register knows the door by, once a community."""
    building, stairwell = addresses.building_key(place.building), addresses.stairwell_key(place.stairwell)
    return "|".join((place.estate, building, stairwell, addresses.room_key(place.room)))


def of_dwellings(doors: Iterable[Door]) -> list[Entry]:
    """The dwelling ledger: doors that are written, with what it believes of occupancy and tenure."""
    return [
        Entry(
            kind="dwelling",
            ref=door.ref,
            community=door.place.community,
            door=door.ref,
            place=door.place,
            values=location(door.place)
            | {
                "usage": door.usage,
                "occupancy": door.written_occupancy or door.occupancy,
                "tenure": door.written_tenure or door.tenure,
                "area_m2": f"{door.area_m2:.2f}".rstrip("0").rstrip("."),
                "owner_name": door.owner_name,
                "owner_phone": door.owner_phone,
            },
        )
        for door in doors
        if door.written
    ]


def of_persons(doors: Iterable[Door], persons: dict[str, Person]) -> list[Entry]:
    """The population ledgers: one row for every written stay, households together, door by door."""
    entries: list[Entry] = []
    for door in doors:
        for stay in door.stays:
            if not stay.written:
                continue
            person = persons[stay.person]
            home = person.registered_address or ("" if stay.kind == "registered_here" else address(door.place))
            entries.append(
                Entry(
                    kind="person",
                    ref=person.ref,
                    community=door.place.community,
                    door=door.ref,
                    place=door.place,
                    values=location(door.place)
                    | {
                        "name": person.name,
                        "id_no": person.id_no,
                        "sex": person.sex,
                        "born_on": person.born_on.isoformat(),
                        "phone": person.phone,
                        "relation": person.relation,
                        "residence_kind": stay.kind,
                        "registered_address": address(door.place) if stay.kind == "registered_here" else home,
                        "status": "active",
                    },
                    household=person.household,
                )
            )
    return entries


def of_organizations(organizations: Sequence[Organization]) -> list[Entry]:
    """The organization ledger."""
    return [
        Entry(
            kind="organization",
            ref=organization.ref,
            community=organization.place.community,
            door="",
            place=organization.place,
            values=location(organization.place)
            | {
                "name": organization.name,
                "uscc": organization.uscc,
                "org_kind": organization.org_kind,
                "contact_name": organization.contact_name,
                "contact_phone": organization.contact_phone,
                "status": "active",
            },
        )
        for organization in organizations
    ]


def of_sites(sites: Sequence[Site]) -> list[Entry]:
    """The key site ledger."""
    return [
        Entry(
            kind="site",
            ref=site.ref,
            community=site.place.community,
            door="",
            place=site.place,
            values=location(site.place)
            | {
                "name": site.name,
                "site_kind": site.site_kind,
                "contact_name": site.contact_name,
                "contact_phone": site.contact_phone,
                "interval_days": str(site.interval_days),
            },
        )
        for site in sites
    ]


def of_facilities(facilities: Sequence[Facility]) -> list[Entry]:
    """The facility ledger."""
    return [
        Entry(
            kind="facility",
            ref=facility.ref,
            community=facility.place.community,
            door="",
            place=facility.place,
            values=location(facility.place)
            | {
                "name": facility.name,
                "facility_kind": facility.facility_kind,
                "spot": facility.spot,
                "keeper": facility.keeper,
                "contact_phone": facility.contact_phone,
                "interval_days": str(facility.interval_days),
                "status": facility.status,
                "last_round_on": facility.looked_on.isoformat() if facility.looked_on else "",
            },
        )
        for facility in facilities
    ]


def of_care(cares: Sequence[Care], persons: dict[str, Person], doors: dict[str, Door]) -> list[Entry]:
    """The care lists."""
    entries = []
    for care in cares:
        person = persons[care.person]
        door = doors[next(stay.door for stay in person.stays if stay.kind != "registered_here")]
        entries.append(
            Entry(
                kind="care",
                ref=care.ref,
                community=door.place.community,
                door=door.ref,
                place=door.place,
                values=location(door.place)
                | {
                    "name": person.name,
                    "id_no": person.id_no,
                    "category": care.category,
                    "interval_days": str(care.interval_days),
                    "starts_on": care.starts_on.isoformat(),
                    "ends_on": care.ends_on.isoformat(),
                    "consent_on": care.consent_on.isoformat() if care.consent_on else "",
                },
            )
        )
    return entries
