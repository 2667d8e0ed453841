"""The gap list beside the mock: how far each door is, and the list as a file, which tells nothing of vacancy."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator

import openpyxl
import pytest
import time_machine
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.console.views import gaps
from gridwalk.lists.models import Export
from gridwalk.registry.models import Dwelling
from tests.harness.campaign import COMMUNITY
from tests.harness.people import SignIn
from tests.journeys.test_appointments import record, text

pytestmark = pytest.mark.slow
PATH = f"/gaps/?scope={COMMUNITY}"
VACANT, OUT, REFUSED, CALLED, PUT_OFF = "201", "202", "301", "302", "102"


@pytest.fixture
def afternoon() -> Iterator[None]:
    """A Tuesday at five."""
    with time_machine.travel(dt.datetime.fromisoformat("2026-12-01T17:00:00+08:00"), tick=True):
        yield


@pytest.fixture
def walked(afternoon: None, street: Client) -> Client:
    """One door is reported as vacant, one was found closed, one refused, one was called alone, one asked for another
    day; the lead looks on.
    """
    outcomes = {
        VACANT: "vacant_confirmed",
        OUT: "no_answer",
        REFUSED: "refused",
        CALLED: "phone",
        PUT_OFF: "postponed",
    }
    for room, outcome in outcomes.items():
        record(street, room, outcome, "2026-12-01T10:00")
    return street


def export(client: Client, **given: str) -> list[list[str]]:
    """The rows of the file, by the form's own fields."""
    answer = client.post("/gaps/export/", {"scope": COMMUNITY, "indicator": "visits", **given})
    assert answer.status_code == 200, answer.status_code
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


def parts(shown: str, room: str) -> list[str]:
    """还差哪几步 of a door, as it is read aloud."""
    row = re.search(rf">{room}</a>(.*?)</tr>", shown)
    assert row, room
    spoken = re.search(r'class="closeout" role="img" aria-label="([^"]+)"', row[1])
    assert spoken, row[1]
    return spoken[1].split()


def test_each_door_says_how_far_it_is_and_the_aside_how_many_are_where(walked: Client) -> None:
    shown = text(walked, PATH)
    second_source, reason = "报空房的，问第二来源", "登记原因"
    assert f"{second_source}：下一步" in parts(shown, VACANT)
    assert "几天、几个时段都试过：下一步" in parts(shown, OUT) and f"{second_source}：用不着" in parts(shown, OUT)
    assert f"{reason}：做过" in parts(shown, REFUSED) and "几天、几个时段都试过：用不着" in parts(shown, REFUSED)
    aside = shown[shown.index("走不到的，怎样算尽了力") :]
    counted = re.findall(r"(\S+) (\d+) / (\d+) ", " ".join(re.sub(r"<[^>]+>", " ", aside).split()))
    n_left = int((re.search(r"待走访 (\d+) 户", aside) or ["", "0"])[1])
    assert (second_source, "1", str(n_left)) in counted
    assert sum(int(n) for _, n, _ in counted) == n_left, "every door that is left stands in one place"


def test_the_file_has_the_list_and_parts_no_vacant_door_from_another(walked: Client) -> None:
    heads, *lines = export(walked)
    assert heads == ["网格", "楼栋单元", "室、名称", "原因", "试过的时段", "上次上门", "网格员"]
    assert len(lines) == int((re.search(r"全部 (\d+)</a>", text(walked, PATH)) or ["", "0"])[1])
    rooms = {VACANT, OUT, REFUSED, CALLED, PUT_OFF}
    by_room = {line[2]: line[3:6] for line in lines if "1单元" in line[1] and line[2] in rooms}
    assert by_room == {
        VACANT: ["还没办成", "上", "2026-12-01"],
        OUT: ["还没办成", "上", "2026-12-01"],
        REFUSED: ["已登记原因，拒访", "上", "2026-12-01"],
        CALLED: ["还没办成", "上", "2026-12-01"],
        PUT_OFF: ["还没办成", "上", "2026-12-01"],
    }
    assert "空" not in "".join(map("".join, [heads, *lines]))
    taken = Export.objects.get()
    assert taken.list == "gaps" and taken.scope == COMMUNITY and len(taken.entities) == len(lines)
    (refused,) = export(walked, reason="refused")[1:]
    assert refused[2] == REFUSED
    assert (
        Dwelling.objects.get(room=REFUSED, grid__code__startswith=COMMUNITY).pk in Export.objects.latest("at").entities
    )


@pytest.mark.parametrize("narrowed", ["reason=vacant_unproved", "reason=tried", "advice=second_source"])
def test_what_parts_vacant_doors_from_others_has_no_file_and_is_not_printed(walked: Client, narrowed: str) -> None:
    shown = text(walked, f"{PATH}&{narrowed}")
    assert "导出本视图" in text(walked, PATH) and "导出本视图" not in shown
    assert re.search(r'action="/gaps/plan/" class="sheet secret"', shown)
    name, _, value = narrowed.partition("=")
    form = {"scope": COMMUNITY, "indicator": "visits", name: value}
    answer = walked.post("/gaps/export/", {**form, "back": f"{PATH}&{narrowed}"}, follow=True)
    assert "没有导出：这一栏分得出报空房的，只在屏幕上看。" in answer.content.decode()
    assert not Export.objects.exists()


def test_a_longer_list_than_a_file_holds_is_taken_in_parts(walked: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaps, "MOST_ROWS", 2)
    answer = walked.post("/gaps/export/", {"scope": COMMUNITY, "indicator": "visits", "back": PATH}, follow=True)
    assert "没有导出：一次最多导出 2 行，先换小一些的范围。" in answer.content.decode()
    assert not Export.objects.exists()


def test_who_may_not_take_lists_away_gets_no_file_of_gaps(walked: Client, sign_in: SignIn) -> None:
    worker = sign_in(Role.GRID_WORKER, f"{COMMUNITY}001")
    assert "导出本视图" not in text(worker, f"/gaps/?scope={COMMUNITY}001")
    form = {"scope": f"{COMMUNITY}001", "indicator": "visits"}
    assert worker.post("/gaps/export/", form).status_code == 403
    assert walked.post("/gaps/export/", {**form, "indicator": "attention"}).status_code == 404
