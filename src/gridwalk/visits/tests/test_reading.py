"""What is left and why, the elevation, the sheets on paper: rows, marks, and what must never be on them."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.campaigns.models import Campaign
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import Dwelling
from gridwalk.registry.tests import street as made_up
from gridwalk.registry.tests.street import FAR_GRID, GRID
from gridwalk.territory.models import Building, Stairwell
from gridwalk.visits import steps
from gridwalk.visits.queries import chart, paper, worklist
from gridwalk.visits.queries.worklist import Cut
from gridwalk.visits.tests.walk import Walk

TODAY = dt.date(2026, 10, 13)


@pytest.fixture
def campaign(walk: Walk) -> Campaign:
    """Two floors with four doors each, walked: 101 met, 102 refused, 103 vacant unproved, 104 vacant proved,
    201 no answer, 202 agreed, 203 moved away, 204 not tried."""
    doors = {room: walk.street.door(room) for room in ("101", "102", "103", "104", "201", "202", "203", "204")}
    walk.street.person("王试甲", doors["101"])
    walk.street.person("王试乙", doors["201"], phone=made_up.phone(1))
    walk.street.say(doors["202"], "tenure", "let")
    campaign = walk.dispatch()
    walk.knock(doors["101"], "met", walk.then(-1))
    walk.knock(doors["102"], "refused", walk.then(-1))
    walk.knock(doors["103"], "vacant_confirmed", walk.then(-1))
    walk.knock(doors["104"], "vacant_confirmed", walk.then(-1), second_source="neighbour")
    walk.knock(doors["201"], "no_answer", walk.then(-1))
    walk.knock(doors["202"], "postponed", walk.then(-1), revisit_at=walk.then(1, 19, 0))
    walk.knock(doors["203"], "moved_away", walk.then(-1))
    return campaign


def test_every_door_that_is_left_has_one_reason_and_one_next_step(walk: Walk, campaign: Campaign) -> None:
    rows, reasons = worklist.gaps(walk.lead, campaign, GRID, at=walk.at)
    assert [(r.room, r.mark, r.reason, r.step.button) for r in rows] == [
        ("102", "拒", "refused", "送信"),
        ("103", "空", "vacant_unproved", "核空房"),
        ("201", "无", "tried", "排晚间"),
        ("202", "约", "agreed", "已排"),
        ("203", "核", "pending", "去复核"),
        ("204", "未", "untried", "加入今日"),
    ]
    assert sum(reasons.values()) == len(rows)
    chosen, same = worklist.gaps(walk.lead, campaign, GRID, Cut(reason="tried"), at=walk.at)
    assert ([r.room for r in chosen], same) == (["201"], reasons)
    assert set(reasons) <= set(steps.TABS)
    agreed = next(r for r in rows if r.room == "202")
    assert [(label, tried, agreed) for _, label, tried, agreed in agreed.bands] == [
        ("上", True, False),
        ("下", False, False),
        ("晚", False, True),
        ("末", False, False),
    ]
    with pytest.raises(NotHere):
        worklist.gaps(made_up.worker(FAR_GRID), campaign, GRID, at=walk.at)


def test_who_may_not_see_care_is_told_neither_letting_nor_vacancy(walk: Walk, campaign: Campaign) -> None:
    centre = Viewer(ids.new_id(), "街道", (Held(Role.STREET_CENTRE, "120105001"),))
    masked, reasons = worklist.gaps(centre, campaign, GRID, Cut(everything=True), at=walk.at)
    assert {r.label for r in masked} == {""}
    assert "出租房" in {r.label for r in worklist.gaps(walk.lead, campaign, GRID, at=walk.at)[0]}
    assert [(r.room, r.mark, r.reason) for r in masked] == [
        ("101", "访", "done"),
        ("102", "拒", "refused"),
        ("103", "无", "tried"),
        ("104", "访", "done"),
        ("201", "无", "tried"),
        ("202", "约", "agreed"),
        ("203", "核", "pending"),
        ("204", "未", "untried"),
    ]
    assert "vacant_unproved" not in reasons
    assert {r.step.code for r in masked}.isdisjoint({"second_source"})
    shown = chart.elevation(centre, Building.objects.get(), campaign, walk.at)
    assert {cell.mark for _, line in shown.floors for cell in line[0] if cell} == {"访", "拒", "无", "约", "核", "未"}
    assert not any("空" in cell.label for _, line in shown.floors for cell in line[0] if cell)
    vacant = Dwelling.objects.get(room="104")
    assert [(v.outcome, v.second_source) for v in paper.visits_of(centre, vacant.id, GRID)] == [("", "")]
    assert [v.outcome for v in paper.visits_of(walk.worker, vacant.id, GRID)] == ["vacant_confirmed"]


def test_the_list_costs_the_same_for_more_doors(walk: Walk, campaign: Campaign) -> None:
    def queries(limit: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            worklist.gaps(walk.lead, campaign, GRID, at=walk.at, limit=limit)
        return len(asked)

    assert queries(6) == queries(3)


def test_the_elevation_and_its_pairs_agree_with_the_targets(walk: Walk, campaign: Campaign) -> None:
    building = Building.objects.get()
    shown = chart.elevation(walk.lead, building, campaign, walk.at)
    marks = [[cell.mark if cell else None for cell in line[0]] for _, line in shown.floors]
    assert ([floor for floor, _ in shown.floors], marks) == (
        [2, 1],
        [["无", "约", "核", "未"], ["见", "拒", "空", "空"]],
    )
    assert (shown.n_visited, shown.n_doors) == (2, 8)
    assert chart.building_pairs(campaign, [building]) == {building.id: (2, 1, 8)}
    assert sum(n for *_, n in shown.legend) == 8
    labels = {cell.room: cell.label for _, line in shown.floors for cell in line[0] if cell}
    assert labels["103"] == "1层 103，报空房，待证实"
    assert labels["202"] == "2层 202，约好回访，出租"


def test_paper_tells_who_was_visited_and_nothing_of_vacancy_or_letting(walk: Walk, campaign: Campaign) -> None:
    rows = paper.walk_sheet(walk.worker, campaign, GRID, only_left=False, today=TODAY)
    assert [r.room for r in rows] == ["101", "102", "103", "104", "201", "202", "203", "204"]
    assert [r.room for r in rows if r.settled] == ["101", "104"]
    assert {f.name for f in dataclasses.fields(paper.SheetRow)} == {
        "dwelling",
        "group",
        "room",
        "names",
        "settled",
        "tried",
        "revisit_at",
        "is_agreed",
        "asks",
    }
    by_room = {r.room: r for r in rows}
    assert (by_room["101"].names, by_room["201"].tried) == ("王试甲", "上")
    left = paper.walk_sheet(walk.worker, campaign, GRID, only_left=True, today=TODAY)
    assert [r.room for r in left] == ["102", "103", "201", "202", "203", "204"]
    with pytest.raises(NotHere):
        paper.walk_sheet(made_up.worker(FAR_GRID), campaign, GRID, only_left=False, today=TODAY)


def test_a_stairwell_is_typed_in_from_the_bottom_up_and_a_door_struck_off_is_not_offered(
    walk: Walk, campaign: Campaign
) -> None:
    stairwell = Stairwell.objects.select_related("building").get()
    Dwelling.objects.filter(room="204").update(status="struck_off")
    rows = paper.stairwell_for_entry(walk.worker, campaign, stairwell, TODAY)
    assert [(r.room, r.state) for r in rows] == [
        ("101", "visited"),
        ("102", "explained"),
        ("103", "remaining"),
        ("104", "visited"),
        ("201", "remaining"),
        ("202", "remaining"),
        ("203", "pending"),
    ]
    assert (rows[0].names, len(rows[0].persons), rows[0].mark) == ("王试甲", 1, "见")
    with pytest.raises(NotHere):
        paper.stairwell_for_entry(made_up.worker(FAR_GRID), campaign, stairwell, TODAY)


def test_the_visits_of_a_door_are_read_newest_first_by_who_may(walk: Walk, campaign: Campaign) -> None:
    door = Dwelling.objects.get(room="201")
    walk.knock(door, "no_answer", walk.then())
    assert [v.at for v in paper.visits_of(walk.worker, door.id, GRID)] == [walk.then(), walk.then(-1)]
    with pytest.raises(NotHere):
        paper.visits_of(made_up.worker(FAR_GRID), door.id, GRID)


def test_states_count_what_the_list_lists(walk: Walk, campaign: Campaign) -> None:
    counted = worklist.states(campaign, GRID)
    assert counted["visited", "met"] == counted["visited", "vacant_confirmed"] == counted["explained", "refused"] == 1
    assert sum(counted.values()) == 8
