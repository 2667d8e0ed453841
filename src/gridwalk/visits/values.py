"""What a visit is made of, as whoever records it says it: on paper, by phone, in a simulation; plain values only."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from gridwalk.core import ids
from gridwalk.registry.rules import Claim
from gridwalk.visits.needs import Need


@dataclasses.dataclass(frozen=True)
class Arrival:
    """Somebody found living at the door; ``values`` by dictionary names, already parsed; ``id``: theirs where
    they are new.
    """

    values: Mapping[str, Any]
    residence_kind: str
    id: uuid.UUID = dataclasses.field(default_factory=ids.new_id)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """What one visit says of the register. ``ends``: (person, proposed end), each to be rechecked."""

    claims: tuple[Claim, ...] = ()
    confirmed: tuple[uuid.UUID, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    departures: tuple[uuid.UUID, ...] = ()
    ends: tuple[tuple[uuid.UUID, str], ...] = ()
    care: tuple[Need, ...] = ()

    @property
    def persons(self) -> set[uuid.UUID]:
        """Everybody on record whom the visit speaks of."""
        claimed = {claim.entity for claim in self.claims if claim.kind == "person"}
        return {*self.confirmed, *self.departures, *claimed, *(p for p, _ in self.ends), *(n.person for n in self.care)}

    @property
    def n_changed(self) -> int:
        """How many facts the visit says are otherwise than recorded."""
        return len(self.claims) + len(self.arrivals) + len(self.departures) + len(self.ends)


NOTHING = Found()


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewVisit:
    """What happened at a door. ``id`` is the intention's op: the same visit sent again is the same visit."""

    kind: str
    entity: uuid.UUID
    outcome: str
    at: dt.datetime
    second_source: str = ""
    met_adult: bool = False
    revisit_at: dt.datetime | None = None
    findings: Found = NOTHING
    source: str = "paper"
    id: uuid.UUID = dataclasses.field(default_factory=ids.new_id)
