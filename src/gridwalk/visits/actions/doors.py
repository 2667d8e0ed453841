"""A door nobody had listed, found while walking: it joins the register and the running campaign (P3)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.actions import dispatch
from gridwalk.campaigns.actions.dispatch import Joining
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import location
from gridwalk.method import address_writing, addresses
from gridwalk.registry.actions.doors import NewDoor, register_doors
from gridwalk.registry.models import Dwelling
from gridwalk.visits.actions.recording import VisitRefused


def join_door(*, actor: Viewer, at: dt.datetime, grid: str, place: Mapping[str, Any]) -> uuid.UUID:
    """Register a found door by its location columns (``estate``, ``building``, ``stairwell``, ``room`` or ``address``).

    Raises NotPermitted, VisitRefused.
    """
    access.require(actor, Verb.EDIT_REGISTER, grid)
    faults = (dictionary.parse("dwelling", part, written).text for part, written in place.items())
    if fault := next(filter(None, faults), ""):
        raise VisitRefused(f"没有登记：{fault}")
    address = location.address_of(place)
    if address.fault:
        raise VisitRefused("没有登记：" + addresses.fault_text(address.fault))
    with core.write_to(grid, actor=actor, at=at) as writing:
        same_address = Dwelling.objects.filter(community=grid[:12], address_key=address_writing.key(address))
        if same_address.filter(~Q(status="struck_off") | Q(merged_into__isnull=False)).exists():
            raise VisitRefused(f"{address_writing.display(address)} 已经登记在册，不用再加。请搜索后打开它。")
        door = NewDoor(grid=grid, address=address, values={}, source="visit")
        register_doors(writing, [door])
        dispatch.join_targets(writing, [Joining(grid, "dwelling", door.id, door.walk_key)])
        writing.audit(AuditVerb.DWELLING_FOUND, scope=grid, kind="dwelling", subject=door.id)
    return door.id
