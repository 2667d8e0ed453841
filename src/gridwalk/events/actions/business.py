"""新开业, 停业: an organization begins or ends at a door."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.events import kinds
from gridwalk.events.actions import steps
from gridwalk.events.actions.reading import Row, Typed, get_door
from gridwalk.events.models import Event
from gridwalk.method.text import reason_kept
from gridwalk.registry import columns
from gridwalk.registry.actions import creation, ends
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.models import Organization

FIELDS = ("name", "uscc", "org_kind", "contact_name", "contact_phone")


def open_business(*, actor: Viewer, at: dt.datetime, dwelling: uuid.UUID, raw: Row) -> Event:
    """A business opens at a door. Raises NotHere, CorrectionError (also where its credit code is on record already)."""
    door = get_door(actor, dwelling)
    typed = Typed(actor, raw, at)
    missing = {"name": "请填单位名称"}
    values = {field: typed.fact("organization", field, missing=missing.get(field, "")) for field in FIELDS}
    _refuse_taken_code(typed, values["uscc"])
    on, told = typed.day(), typed.told()
    typed.check()
    address = raw.get("address", "").strip() or door.address
    with steps.happening("opened", door, actor=actor, at=at, on=on, told=told) as (writing, event):
        extra = {"address": address[:160], "dwelling_id": door.pk}
        today = clock.local_date(at)
        new = creation.New(grid=door.grid_id, values=values, source=kinds.source(told), extra=extra, verified_on=today)
        creation.register(writing, "organization", [new])
    return event


def _refuse_taken_code(typed: Typed, code: str | None) -> None:
    holders = columns.holders("organization", [code] if code else [])
    for holder in Organization.objects.filter(pk__in=holders.values()):
        if typed.actor.may(Verb.SEE_ROWS_MASKED, holder.grid_id):
            typed.refuse("uscc", f"已登记：{holder.name}，{holder.address or '没有地址'}。换了地方，到它的页上改")
        else:
            typed.refuse("uscc", "已登记在别的网格。请网格长联系那边社区核对")


def close_business(*, actor: Viewer, at: dt.datetime, organization: uuid.UUID, raw: Row) -> Event:
    """Propose that a business has closed; a second person confirms it. Raises NotHere, CorrectionError."""
    business = Organization.objects.filter(pk=organization).first()
    if business is None or not actor.may(Verb.EDIT_REGISTER, business.grid_id):
        raise NotHere
    _require_standing(business)
    typed = Typed(actor, raw, at)
    why = reason_kept(raw.get("why", ""))
    if not why:
        typed.refuse("why", "请写原因，来历里要留着")
    on, told = typed.day(), typed.told()
    typed.check()
    with steps.happening("closed", business, actor=actor, at=at, on=on, told=told) as (writing, event):
        writing.reason = reason_kept(f"{writing.reason}，{why}")
        locked = Organization.objects.select_for_update().get(pk=business.pk)
        _require_standing(locked)
        evidence = kinds.evidence("organization", "closed", told)
        ends.propose(writing, locked, "closed", reason=writing.reason, evidence=evidence)
    return event


def _require_standing(business: Organization) -> None:
    if business.status != "active":
        raise CorrectionError("这家单位已经不在营，没有再记。请刷新后再看。", {"organization": "已停业"})
