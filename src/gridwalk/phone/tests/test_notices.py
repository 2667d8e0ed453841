"""Notices come with the pull; that they are read goes back."""

from __future__ import annotations

from typing import Any

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.notices import actions as notices
from gridwalk.notices.models import Reading
from gridwalk.notices.rules import Kind
from gridwalk.phone.tests.test_pulling import pull
from gridwalk.registry.tests.street import GRID
from tests.harness.phones import Cache

Field = Any


def test_a_notice_comes_with_the_pull_and_is_read_from_the_phone(field: Field) -> None:
    wire, cache = field.phone(), Cache()
    assert pull(wire, cache)["notices"] == []
    with core.write_to(actor=SYSTEM, at=clock.now()) as writing:
        notice = notices.tell(writing, role=Role.GRID_WORKER, scope=GRID, kind=Kind.ROLE, text="明天换新工牌")
        other = notices.tell(writing, role=Role.COMMUNITY_LEAD, scope=GRID, kind=Kind.ROLE, text="给书记的")
    (told,) = pull(wire, cache)["notices"]
    assert (told["id"], told["text"], told["by"], told["read"]) == (str(notice.pk), "明天换新工牌", "系统", False)

    status, _ = wire.ask("POST", "device/me", {"waiting": 0, "read": [told["id"], str(other.pk), 7, "x"]})
    assert status == 200
    assert Reading.objects.get().notice_id == notice.pk
    assert pull(wire, cache)["notices"][0]["read"] is True
    assert wire.ask("POST", "device/me", {"read": "x"})[0] == 200
