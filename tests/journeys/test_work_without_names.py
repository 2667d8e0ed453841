"""What is open stands in lists and comes to phones with its door and its day, not with who brought it about when (red
line 2).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core.cache import cache

from gridwalk.accounts.rules import SYSTEM
from gridwalk.accounts.substitutes import actions as substitutes
from gridwalk.core import clock, ids
from gridwalk.registry.tests.street import FAR_GRID, GRID, NEXT_GRID, id_no
from tests.harness.phones import Wire, op
from tests.journeys.test_not_watched import NAMES, NOW, OTHERS, Account, Worker, client_of, live, with_minutes

pytestmark = pytest.mark.slow


@pytest.fixture
def workers(db: None, account: Account) -> dict[str, Worker]:
    """Ten days of work in two grids; the worker of a third one walks the busy one's grid from today."""
    workers = live(account, busy=GRID)
    with time_machine.travel(NOW, tick=False):
        today = clock.local_date(NOW)
        substitutes.name_substitute(
            actor=SYSTEM,
            at=NOW,
            user=workers[FAR_GRID].user.pk,
            grid=GRID,
            covers=workers[GRID].user.pk,
            from_on=today,
            to_on=today,
        )
    return workers


def grid_on(wire: Wire) -> dict[str, Any]:
    """The busy grid as a phone pulls it."""
    status, answer = wire.ask("POST", "pull", {"since": {}, "epoch": 0})
    assert status == 200, answer
    return next(grid for grid in answer["grids"] if grid["grid"] == GRID)


def test_a_substitutes_phone_is_told_the_day_and_the_time_band_of_visits_and_nobodys_name(
    workers: dict[str, Worker],
) -> None:
    with time_machine.travel(NOW, tick=False):
        cache.clear()
        covering, own = grid_on(workers[FAR_GRID].wire), grid_on(workers[GRID].wire)
    busy = workers[GRID]
    visits = [row for row in covering["rows"] if row["kind"] == "visit" and row["place"] == str(busy.doors[1].pk)]
    visits.sort(key=lambda row: row["nth"])
    # Met at 11:08 two days before, and at 10:09 on the day before: two mornings.
    assert [(row["at"], row["outcome"], row["nth"]) for row in visits] == [
        ("2026-10-10T16:00:00Z", "met", 1),
        ("2026-10-11T16:00:00Z", "met", 2),
    ]
    text = str(covering)
    assert NAMES[GRID] not in text and str(busy.user.pk) not in str(visits)
    assert not with_minutes(text)
    hours = {dt.datetime.fromisoformat(row["at"]) for row in covering["rows"] if row["kind"] == "visit"}
    assert all(clock.local(at).time() in {dt.time(0), dt.time(12), dt.time(18)} for at in hours)

    assert covering["own"] == [], "whose they are is told to nobody else"
    assert {row["id"] for row in visits} <= set(own["own"]), "whoever made them is told that they did"
    assert (own["rows"], own["hash"]) == (covering["rows"], covering["hash"]), "the rows are every phone's"


def today(hour: int, minute: int) -> dt.datetime:
    return clock.at_local(clock.local_date(NOW), hour, minute)


def test_what_waits_for_a_word_stands_in_lists_without_who_reported_it(
    workers: dict[str, Worker], account: Account
) -> None:
    busy, other = workers[GRID], workers[NEXT_GRID]
    with time_machine.travel(today(9, 0)):
        lead, centre = (client_of(account(role, scope)) for role, scope in OTHERS[:2])
    with busy.signed_in(today(10, 20)) as client:
        busy.type_visit(3, "moved_away", today(10, 10))
        end = {"proposed": "moved_away", "evidence": "in_person", "reason": "全家搬离"}
        assert client.post(f"/ends/person/{busy.people[2].pk}/", end).status_code == 302
    assert busy.send(other.doors[3], "no_answer", today(11, 30), []) == "returned"
    with time_machine.travel(NOW, tick=False):
        cache.clear()
        for viewer in (lead, centre):
            listed = viewer.get("/rechecks/").content.decode()
            assert "10月13日" in listed and "搬离" in listed
            assert NAMES[GRID] not in listed and not re.search(r"10:\d\d", listed)
        phones = lead.get("/phones/").content.decode()
        assert NAMES[GRID] in phones and "退回待处理" not in phones, "whose phone had how much returned is no list"
        listed = lead.get("/returned/").content.decode()
        assert other.doors[3].address in listed and NAMES[GRID] not in listed.split("移交给")[0]
        alone = lead.get(re.findall(r"/returned/\?op=[\w-]+", listed)[0]).content.decode()
        assert f"· {NAMES[GRID]} ·" in alone, "who decides about one may see whose it is"
        page = f"/people/{busy.people[2].pk}/"
        assert f"{NAMES[GRID]} 10月13日 10:20" in lead.get(page).content.decode(), (
            "the author stands on the record's page"
        )
        masked = centre.get(page).content.decode()
        assert "网格员 10月13日" in masked and NAMES[GRID] not in masked


def test_who_came_to_a_door_is_told_to_other_workers_without_whose_visit_it_was(workers: dict[str, Worker]) -> None:
    busy, other = workers[GRID], workers[NEXT_GRID]
    comer = {"name": other.people[0].name, "id_no": id_no(200)}
    arrival = {"id": str(ids.new_id()), "values": comer, "residence_kind": "tenant"}
    with time_machine.travel(today(11, 42), tick=False):
        busy.sent += 1
        met = {"outcome": "met", "met_adult": True, "arrivals": [arrival]}
        visit = op(busy.sent, "visit.record", "dwelling", busy.doors[2].pk, at=clock.now(), data=met)
        status, answer = busy.wire.ask("POST", "push", {"epoch": 0, "seq_from": busy.sent, "ops": [visit]})
        assert (status, answer["results"][0]["state"]) == (200, "accepted"), answer
    with time_machine.travel(NOW, tick=False):
        cache.clear()
        notice = other.wire.ask("POST", "pull", {"since": {}, "epoch": 0})[1]["notices"][0]
        page = client_of(other.user).get("/notices/").content.decode()
    assert "已经迁过去" in notice["text"] and notice["text"] in page
    assert (notice["by"], notice["at"]) == ("", "2026-10-13")
    assert NAMES[GRID] not in page and "10月13日" in page and "11:42" not in page
