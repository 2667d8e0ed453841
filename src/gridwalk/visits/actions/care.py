"""关怀联系 outside a visit: a call, help given later (P22)."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import CareLabel
from gridwalk.visits.actions import at_the_door
from gridwalk.visits.models import CareContact


def record_contact(*, actor: Viewer, at: dt.datetime, label: uuid.UUID, need: str = "", help_: str = "") -> CareContact:
    """Record a contact with a care recipient today. Raises NotHere, NotPermitted."""
    found = CareLabel.objects.filter(pk=label).first()
    if found is None or not actor.may(Verb.SEE_CARE, found.grid_id):
        raise NotHere
    access.require(actor, Verb.RECORD_VISIT, found.grid_id)
    with core.write_to(found.grid_id, actor=actor, at=at) as writing:
        contact = at_the_door.contact_by_phone(
            writing, found, on=clock.local_date(at), need=need if need in at_the_door.NEEDS else "",
            help_=help_ if help_ in at_the_door.HELP else "", worker_name=actor.name,
        )  # fmt: skip
        writing.audit("care.contacted", scope=found.grid_id, kind="person", subject=found.person_id)
    return contact


def note_opening(*, actor: Viewer, at: dt.datetime, scope: str) -> None:
    """Audit that the care list of an area was opened (red line 5: opening care layers leaves a record)."""
    with core.write_to(actor=actor, at=at) as writing:
        writing.audit("care.opened", scope=scope)
