"""Facilities (设施): registered by a ledger or from a building's page, taken out with a reason and put back with one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import ids
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.dictionary.choices import FACILITY_INTERVALS
from gridwalk.method import address_writing
from gridwalk.method.text import reason_kept
from gridwalk.registry import rules
from gridwalk.registry.actions import claims, corrections, creation
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.models import Facility
from gridwalk.registry.rules import Claim
from gridwalk.territory import queries as territory
from gridwalk.territory.models import Building, Stairwell

FIELDS = ("facility_kind", "name", "spot", "keeper", "contact_name", "contact_phone", "interval_days")
"""What the short form asks for."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewFacility:
    """A facility to be, at a building or at none; ``values``: what is known of it, by dictionary names."""

    grid: str
    values: Mapping[str, Any]
    source: str
    source_ref: str = ""
    building: Building | None = None
    stairwell: Stairwell | None = None
    address: str = ""
    id: uuid.UUID = dataclasses.field(default_factory=ids.new_id)

    @property
    def walk_key(self) -> str:
        """Its place in walking order: before the doors of its stairwell."""
        if self.building is None:
            return rules.NO_BUILDING
        stairwell = self.stairwell.key if self.stairwell else ""
        return address_writing.walking_order(self.building.estate, self.building.key, stairwell)[:80]

    @property
    def shown_address(self) -> str:
        """Its building and stairwell as the register names them, else the address as written."""
        if self.building is None:
            return self.address[:160]
        parts = (self.building.estate, self.building.name, self.stairwell.name if self.stairwell else "")
        return " ".join(part for part in parts if part)


def register_facilities(writing: Writing, facilities: Sequence[NewFacility]) -> None:
    """Step: register facilities; without an interval that of their kind holds. Their grids must be locked."""
    new = []
    for facility in facilities:
        interval = (
            {}
            if facility.values.get("interval_days")
            else {"interval_days": FACILITY_INTERVALS[facility.values["facility_kind"]]}
        )
        extra = {
            "building_id": facility.building.id if facility.building else None,
            "stairwell_id": facility.stairwell.id if facility.stairwell else None,
            "address": facility.shown_address,
            "walk_key": facility.walk_key,
            **interval,
        }
        new.append(
            creation.New(
                grid=facility.grid,
                values=facility.values,
                source=facility.source,
                source_ref=facility.source_ref,
                extra=extra,
                id=facility.id,
            )
        )
    creation.register(writing, "facility", new)


def add_facility(
    *, actor: Viewer, at: dt.datetime, building: uuid.UUID, stairwell: uuid.UUID | None, raw: Mapping[str, Any]
) -> uuid.UUID:
    """Add a facility at a building. Raises NotHere, NotPermitted, CorrectionError."""
    place = territory.get_building(actor, building)
    access.require(actor, Verb.EDIT_REGISTER, place.grid_id)
    values = corrections.parse("facility", raw)
    if not values.get("facility_kind"):
        raise CorrectionError("没有存：请选是哪一类设施。", {"facility_kind": "请选一类"})
    entrance = next((s for s in place.stairwells.all() if s.id == stairwell), None)
    new = NewFacility(grid=place.grid_id, values=values, source="office", building=place, stairwell=entrance)
    with core.write_to(place.grid_id, actor=actor, at=at) as writing:
        same = Facility.objects.filter(
            building=place, facility_kind=values["facility_kind"], name=values.get("name") or ""
        )
        if values.get("name") and same.exists():
            raise CorrectionError("没有存：这栋楼已有一处同类同号的设施。", {"name": "这个编号已登记，请核对"})
        register_facilities(writing, [new])
        writing.audit(AuditVerb.FACILITY_ADDED, scope=place.grid_id, kind="facility", subject=new.id)
    return new.id


def remove_facility(*, actor: Viewer, at: dt.datetime, facility: uuid.UUID, reason: str) -> None:
    """Take a facility that is gone out of the register; its record stays.

    Raises NotHere, NotPermitted, CorrectionError.
    """
    _set_state(actor, at, facility, "removed", reason)


def restore_facility(*, actor: Viewer, at: dt.datetime, facility: uuid.UUID, reason: str) -> None:
    """Put a facility back that was taken out by mistake, in use. Raises NotHere, NotPermitted, CorrectionError."""
    _set_state(actor, at, facility, "active", reason)


def _set_state(actor: Viewer, at: dt.datetime, facility: uuid.UUID, state: str, reason: str) -> None:
    record = Facility.objects.filter(pk=facility).first()
    if record is None or not actor.may(Verb.SEE_ROWS, record.grid_id):
        raise NotHere
    access.require(actor, Verb.EDIT_REGISTER, record.grid_id)
    reason = reason_kept(reason)
    if not reason:
        raise CorrectionError("没有改：请写明原因，来历里要留着。", {"reason": "请写明原因"})
    with core.write_to(record.grid_id, actor=actor, at=at) as writing:
        record = Facility.objects.select_for_update().get(pk=facility)
        if (record.status == "removed") == (state == "removed"):
            raise CorrectionError("没有改：刚才有人改过它的状态，请刷新后再看。")
        claims.apply_claims(writing, [Claim("facility", record.id, "status", state, "office", reason=reason)])
        verb = AuditVerb.FACILITY_REMOVED if state == "removed" else AuditVerb.FACILITY_RESTORED
        writing.audit(verb, scope=record.grid_id, kind="facility", subject=record.id, reason=reason)
