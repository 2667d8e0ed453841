"""Reads of devices: one for a request, all for the office, when a phone was last heard of."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from django.db.models import Count, Q

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.sync.models import Device, Op, Returned
from gridwalk.sync.rules import KEPT


def by_id(device: uuid.UUID) -> Device | None:
    """One device with its user, for checking a signature."""
    return Device.objects.select_related("user").filter(pk=device).first()


@dataclasses.dataclass(frozen=True)
class Row:
    """A device as a row."""

    id: uuid.UUID
    user: str
    name: str
    platform: str
    scope: str
    activated_at: dt.datetime
    last_sync_at: dt.datetime | None
    lease_until: dt.datetime
    waiting: int | None
    state: str
    revoked_reason: str
    clock_off: bool
    n_returned: int


def visible(viewer: Viewer) -> list[Row]:
    """The devices the viewer manages: in use first, then taken back, by user."""
    inside = Q(pk__in=[])
    for scope in viewer.scopes(Verb.MANAGE_DEVICES):
        inside |= Q(scope__startswith=scope)
    waiting = Count("ops__returned", filter=Q(ops__returned__state__in=("waiting", "assigned")))
    found = Device.objects.filter(inside).select_related("user").annotate(n_back=waiting)
    rows = [
        Row(
            d.id, d.user.name, d.name, d.platform, d.scope, d.activated_at, d.last_sync_at, d.lease_until, d.waiting, _state(d),
            d.revoked_reason, abs(d.behind_ms) > 300_000, d.n_back,
        )
        for d in found.order_by("revoked_at", "user__name", "-activated_at")
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row.state != "active")


def _state(device: Device) -> str:
    if device.revoked_at is None:
        return "active"
    return "wiped" if device.wiped_at else "revoked"


def decided(device: Device, at: dt.datetime) -> list[dict[str, str]]:
    """What the office decided of this device's returned ops in the last 30 days."""
    rows = Returned.objects.filter(op__device=device, decided_at__gte=at - KEPT).select_related("op")
    return [
        {"op": str(r.pk), "state": r.op.state, "reason": r.state, "text": _said(r)} for r in rows.order_by("decided_at")
    ]


def _said(row: Returned) -> str:
    said = {"released": "社区已放行，记上了。", "set_aside": "社区已搁置", "assigned": "社区已交人去核实"}[row.state]
    return f"{said}：{row.note}" if row.note and row.state != "released" else said


def n_ops(device: uuid.UUID) -> int:
    """How many ops a device has brought."""
    return Op.objects.filter(device=device).count()
