"""Copies of a phone's storage: each gets an identity of its own, and only hands in until the office confirms it."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.sync import rules
from gridwalk.sync.actions import devices
from gridwalk.sync.actions.devices import DeviceError, Issued
from gridwalk.sync.models import Device


class TooManyCopies(Exception):
    """So many copies of this phone wait for the office's word that there is no further one."""

    def __str__(self) -> str:
        return "这部手机的副本太多，没有传，内容都在手机里。请社区在“手机”页确认或停用。"


def clone(device: Device, *, op: uuid.UUID, at: dt.datetime) -> Issued:
    """An identity of its own for a copy of a device: same key and user, its own sequence from 1, revoked where the
    phone is. Raises TooManyCopies.

    ``op``: what showed that it is a copy. A copy that did not hear the answer and asks again is the same one.
    """
    with core.write_to(actor=device.user, at=at) as writing:
        root = Device.objects.select_for_update().get(pk=device.root_id)  # who revokes waits for this row
        waiting = Device.objects.filter(root=root, confirmed_at__isnull=True)
        same = waiting.filter(op=op).first()
        if same is not None:
            return devices.reissue(same)
        if waiting.count() >= rules.MOST_COPIES:
            raise TooManyCopies
        issued = devices.issue(
            Device(
                user=device.user,
                name=f"{device.name[:54]}（副本）",
                platform=device.platform,
                scope=device.scope,
                public_key=device.public_key,
                wire=device.wire,
                cloned_from=device,
                op=op,
                root=root,
                revoked_at=root.revoked_at,
                revoked_reason=root.revoked_reason,
            ),
            at=at,
        )
        writing.audit(
            AuditVerb.DEVICE_CLONED,
            scope=device.scope,
            kind="device",
            subject=issued.device.id,
            data={"from": str(device.id)},
        )
    return issued


def confirm(*, actor: Viewer, at: dt.datetime, device: uuid.UUID) -> Device:
    """A person of the office says whose copy it is: from now on it reads and sends like any phone.

    Raises NotHere, DeviceError.
    """
    with core.write_to(actor=actor, at=at) as writing:
        copy = Device.objects.select_for_update(of=("self",)).select_related("user", "root").filter(pk=device).first()
        if copy is None or not devices.manages(actor, copy, at):
            raise NotHere
        if devices.revoked_at(copy) is not None:
            raise DeviceError("没有确认：这部手机已经停用。")
        if copy.confirmed_at is not None:
            raise DeviceError("这部副本已经确认过了。")
        copy.confirmed_at = at
        copy.save(update_fields=["confirmed_at"])
        writing.audit(AuditVerb.DEVICE_CONFIRMED, scope=copy.scope, kind="device", subject=copy.id)
    return copy
