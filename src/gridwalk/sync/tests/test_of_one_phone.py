"""What one phone does, or what is done to it, leaves every other phone as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role
from gridwalk.core import clock, ids
from gridwalk.registry.tests.street import GRID, Street, lead
from gridwalk.sync.actions import attachments, copies, depositing, devices
from gridwalk.sync.models import Attachment, Device

pytestmark = pytest.mark.django_db

DEVICE = {"scope": GRID, "name": "测试机", "public_key": {"x": "1"}, "share_sealed": ""}


def bound(user: User, at: dt.datetime) -> Device:
    pk = ids.new_id()
    times = {"activated_at": at, "lease_until": at, "confirmed_at": at, "last_seen_at": at}
    return Device.objects.create(id=pk, user=user, deposit_index=pk.hex, root_id=pk, **times, **DEVICE)


def state() -> dict[Any, dict[str, Any]]:
    return {row["id"]: {**row} for row in Device.objects.values()}


ACTIONS: dict[str, Callable[[Device, dt.datetime], object]] = {
    "deposit": lambda phone, at: depositing.deposit(device=phone, at=at, sealed=[]),
    "end": lambda phone, at: depositing.end(device=phone, at=at),
    "renew": lambda phone, at: devices.renew(device=phone, at=at),
    "waiting": lambda phone, at: devices.report_waiting(device=phone, at=at, waiting=3),
    "revoke": lambda phone, at: devices.revoke(actor=lead(), at=at, device=phone.pk, reason="丢了"),
    "clone": lambda phone, at: copies.clone(phone, op=ids.new_id(), at=at),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_another_phone_of_the_same_worker_stays_as_it_was(
    at: dt.datetime, account: Callable[..., User], action: str
) -> None:
    Street.lay_out(at)
    user = account(Role.GRID_WORKER, GRID)
    phone, other = bound(user, at), bound(user, at)
    before = state()
    ACTIONS[action](phone, clock.now())
    after = state()
    assert after[other.pk] == before[other.pk]
    assert after != before


def test_a_photo_that_breaks_off_begins_again_and_no_other_does(at: dt.datetime, account: Callable[..., User]) -> None:
    phone = bound(account(Role.GRID_WORKER, GRID), at)
    broken, _ = (
        Attachment.objects.create(device=phone, sha256=n * 64, size=9, received=3, created_at=at) for n in "01"
    )
    with pytest.raises(attachments.UploadRefused):
        attachments.append(device=phone, at=at, attachment=broken.pk, offset=3, data=b"abc")
    assert list(Attachment.objects.order_by("sha256").values_list("received", flat=True)) == [0, 3]
