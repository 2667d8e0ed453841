"""When to go again, as a lead sees it late on an evening: nothing that is over, nothing at night, nothing after a
refusal; a time that somebody chose oneself is no appointment.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from gridwalk.campaigns.models import Target
from gridwalk.core import outward
from gridwalk.registry.models import Dwelling
from tests.harness.campaign import COMMUNITY, GRID

pytestmark = pytest.mark.slow
NIGHT = "2026-12-01T22:12:00+08:00"
"""A Tuesday, quiet since 20:30."""


@pytest.fixture
def night() -> Iterator[None]:
    with time_machine.travel(dt.datetime.fromisoformat(NIGHT), tick=True):
        yield


def text(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def record(client: Client, room: str, outcome: str, at: str, again: str = "") -> Dwelling:
    door = Dwelling.objects.get(grid=GRID, room=room)
    form = {"outcome": outcome, "at": at, "revisit_at": again}
    answer = client.post(f"/visits/dwelling/{outward.outward(door.pk)}/", form, follow=True).content.decode()
    assert "已保存，记了一次走访。" in answer, re.findall(r'class="say error"[^>]*>([^<]*)', answer)
    return door


def row(shown: str, room: str) -> str:
    """The row of a door, without its tags."""
    cells = re.search(rf">{room}</a>(.*?)</tr>", shown)
    assert cells, room
    return " ".join(re.sub(r"<[^>]+>", " ", cells[1]).split())


def plan(client: Client, door: Dwelling, **do: str) -> str:
    target = Target.objects.get(entity=door.pk)
    form = {"row": str(target.pk), "back": f"/gaps/?scope={COMMUNITY}", **do}
    return client.post("/gaps/plan/", form, follow=True).content.decode()


def test_late_on_an_evening_the_next_one_is_offered_and_this_one_refused(night: None, street: Client) -> None:
    shown = text(street, f"/gaps/?scope={COMMUNITY}")
    assert "排入明晚 18:30–20:00" in shown and "加入明日" in shown
    assert "今晚" not in shown and "加入今日" not in shown and "2026-12-01/evening" not in shown
    door = Dwelling.objects.get(grid=GRID, room="201")
    assert "20:30 以后不上门，今天排不了" in plan(street, door, do="slot", slot="2026-12-01/evening")
    assert Target.objects.get(entity=door.pk).planned_on is None
    assert "1 户已排入12月2日晚间" in plan(street, door, do="evening")
    assert Target.objects.get(entity=door.pk).planned_on == dt.date(2026, 12, 2)


def test_who_refused_is_on_no_list_whatever_was_agreed_before(night: None, street: Client) -> None:
    record(street, "201", "postponed", "2026-12-01T10:00", "2026-12-03T19:00")
    door = record(street, "201", "refused", "2026-12-01T15:00")
    shown = text(street, f"/gaps/?scope={COMMUNITY}")
    assert "居民不愿开门，留信不再上门" in row(shown, "201") and "12月3日" not in row(shown, "201")
    assert "没有排：拒访的、等复核的、走访过的、上门到顶的，都不再排。" in plan(street, door, do="evening")
    assert Target.objects.get(entity=door.pk).planned_on is None
    assert "12月3日" not in text(street, f"/walk/{GRID}/")


def test_an_appointment_is_the_residents_and_a_plan_is_ones_own(night: None, street: Client) -> None:
    record(street, "201", "postponed", "2026-12-01T15:00", "2026-12-02T19:00")
    record(street, "202", "no_answer", "2026-12-01T15:00", "2026-12-02T19:00")
    record(street, "301", "postponed", "2026-11-29T15:00", "2026-11-30T19:00")
    record(street, "302", "no_answer", "2026-11-29T15:00", "2026-11-30T19:00")
    shown = text(street, f"/gaps/?scope={COMMUNITY}")
    assert "12月2日 19:00 去，居民约好的" in row(shown, "201") and row(shown, "201").startswith("约 居民约定")
    assert "打算 12月2日 19:00 再去" in row(shown, "202") and row(shown, "202").startswith("无 去过，无人")
    assert "约在11月30日，没去成" in row(shown, "301") and "居民约定" not in row(shown, "301")
    assert "打算在11月30日，没去成" in row(shown, "302")
    sheet = text(street, f"/walk/{GRID}/")
    assert re.findall(r"(约|打算) (\d+月\d+日 \d+:\d+)", sheet) == [("约", "12月2日 19:00"), ("打算", "12月2日 19:00")]
