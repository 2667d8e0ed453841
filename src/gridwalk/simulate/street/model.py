"""What exists on the synthetic street. ``real`` is the truth; ``written`` is what the offices' ledgers say."""

from __future__ import annotations

import dataclasses
import datetime as dt

LIVING = ("lives_here", "lives_elsewhere_registered", "tenant", "boarder")


@dataclasses.dataclass(frozen=True, slots=True)
class Community:
    """A community of the area list with its grids in code order."""

    code: str
    name: str
    short: str
    grids: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a door is, as it stands on the wall. ``floor`` is 0 where it has none."""

    community: str
    grid: str
    estate: str
    building: str
    stairwell: str
    floor: int
    room: str


@dataclasses.dataclass(slots=True)
class Stay:
    """A person's tie to a door: ``real`` now, and/or ``written`` in the population ledger."""

    person: str
    door: str
    kind: str
    real: bool = True
    written: bool = True


@dataclasses.dataclass(slots=True, kw_only=True)
class Door:
    """A door with its true state, and what the dwelling ledger says where that differs."""

    ref: str
    place: Place
    style: str
    usage: str
    occupancy: str
    tenure: str
    area_m2: float
    owner_name: str = ""
    owner_phone: str = ""
    written: bool = True
    written_occupancy: str = ""
    written_tenure: str = ""
    home: str = "mixed"
    refuses: bool = False
    stays: list[Stay] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True, kw_only=True)
class Person:
    """A synthetic person. ``gone`` says why somebody still in a ledger cannot be met any more."""

    ref: str
    name: str
    sex: str
    born_on: dt.date
    id_no: str
    phone: str
    relation: str
    household: int
    registered_address: str = ""
    gone: str = ""
    new_phone: str = ""
    stays: list[Stay] = dataclasses.field(default_factory=list)

    def age(self, on: dt.date) -> int:
        """Whole years on a day."""
        return on.year - self.born_on.year - ((on.month, on.day) < (self.born_on.month, self.born_on.day))


@dataclasses.dataclass(slots=True, kw_only=True)
class Organization:
    """A business or public body behind one door of the street."""

    ref: str
    name: str
    uscc: str
    org_kind: str
    place: Place
    contact_name: str
    contact_phone: str


@dataclasses.dataclass(slots=True, kw_only=True)
class Site:
    """A key site: a place whose safety concerns many."""

    ref: str
    name: str
    site_kind: str
    place: Place
    contact_name: str
    contact_phone: str
    interval_days: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """A thing that serves many.

    ``name``: its number, where it has one; ``looked_on``: the last round the ledger knows of.
    """

    ref: str
    name: str
    facility_kind: str
    place: Place
    spot: str
    keeper: str
    contact_phone: str
    interval_days: int
    status: str
    looked_on: dt.date | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """A category of help a person is entitled to, with the interval of its contacts; ``consent_on``: agreed to."""

    ref: str
    person: str
    category: str
    interval_days: int
    starts_on: dt.date
    ends_on: dt.date
    consent_on: dt.date | None = None
