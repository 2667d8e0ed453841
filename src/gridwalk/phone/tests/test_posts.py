"""Who is in post, as a phone is told it: two grids, a substitute for some days, doors of nobody."""

from __future__ import annotations

import datetime as dt
from typing import Any

import time_machine

from gridwalk.accounts import actions as accounts
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.models import Target
from gridwalk.core import clock
from gridwalk.notices import actions as notices
from gridwalk.phone.tests.test_pulling import pull
from gridwalk.phone.tests.test_pushing import push, visit
from gridwalk.registry.tests.street import FAR_GRID, GRID, NEXT_GRID
from gridwalk.sync.actions import returned
from gridwalk.sync.models import Returned
from gridwalk.upkeep.actions import posts
from gridwalk.visits.models import Visit
from tests.harness.phones import Cache

Field = Any
DAY = dt.timedelta(days=1)


def also(user: User, grid: str) -> None:
    today = clock.local_date(clock.now())
    accounts.assign(actor=SYSTEM, at=clock.now(), user=user.id, role=Role.GRID_WORKER, scope=grid, from_on=today - DAY)


def test_a_phone_with_two_grids_knows_who_is_in_post_in_each(field: Field, account: Any) -> None:
    colleague = account(Role.GRID_WORKER, FAR_GRID, name="林思齐")
    colleague.assignments.update(responsible=True)
    also(field.worker, FAR_GRID)
    wire = field.phone()
    answer = pull(wire, Cache())
    assert {(post["grid"], post["name"], post["responsible"], post["covers"]) for post in answer["posts"]} == {
        (GRID, "周行", False, None),
        (GRID, "韩书言", False, None),
        (FAR_GRID, "周行", False, None),
        (FAR_GRID, "林思齐", True, None),
    }
    user = wire.ask("POST", "lease", {})[1]["user"]
    names = {grid["code"]: grid["name"] for grid in user["grids"]}
    assert names[GRID].endswith(" 第一网格") and names[FAR_GRID].endswith(" 第一网格")
    assert names[GRID] != names[FAR_GRID] and "、" in user["community"]


def test_a_substitutes_phone_holds_the_grid_for_those_days_only(field: Field, account: Any) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    Target.objects.update(assignee=field.worker)
    user = account(Role.GRID_WORKER, NEXT_GRID, name="林思齐")
    today = clock.local_date(clock.now())
    lead = field.viewer(field.lead)
    notices.name_substitute(
        actor=lead,
        at=clock.now(),
        user=user.id,
        grid=GRID,
        place="第一网格",
        covers=field.worker.id,
        from_on=today + DAY,
        to_on=today + DAY,
    )
    wire, cache = field.phone(user), Cache()
    assert [grid["grid"] for grid in pull(wire, cache)["grids"]] == [NEXT_GRID]

    with time_machine.travel(clock.now() + DAY, tick=True):
        answer = pull(wire, cache)
        assert [grid["grid"] for grid in answer["grids"]] == [GRID, NEXT_GRID]
        covering = [post for post in answer["posts"] if post["covers"]]
        assert [(post["grid"], post["user"], post["covers"]) for post in covering] == [
            (GRID, str(user.id), str(field.worker.id))
        ]
        assert {row["assignee"] for row in cache.of_kind(GRID, "target")} == {str(field.worker.id)}
        results = push(wire, visit(1, door))[1]["results"]
        assert [(result["state"], result.get("reason", "")) for result in results] == [("accepted", "")]
        assert "请您代周行走第一网格" in answer["notices"][0]["text"]

    with time_machine.travel(clock.now() + 2 * DAY, tick=True):
        answer = pull(wire, cache)
        assert (answer["left"], [grid["grid"] for grid in answer["grids"]]) == ([GRID], [NEXT_GRID])
        assert GRID not in cache.rows
        results = push(wire, visit(2, other), seq_from=2)[1]["results"]
        assert [(result["state"], result["reason"]) for result in results] == [("returned", "former_holder")]
    assert Visit.objects.get().worker == user.id
    assert set(Target.objects.values_list("assignee", flat=True)) == {field.worker.id}


def test_a_visit_at_a_door_of_nobody_is_no_second_account(field: Field, account: Any) -> None:
    nobodys, theirs = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    gone = account(Role.GRID_WORKER, GRID, name="曹子衿")
    colleague = account(Role.GRID_WORKER, GRID, name="林思齐")
    gone.assignments.update(to_on=clock.local_date(clock.now()) - 2 * DAY)
    Target.objects.filter(entity=nobodys.id).update(assignee=gone)
    Target.objects.filter(entity=theirs.id).update(assignee=colleague)
    results = push(field.phone(), visit(1, nobodys), visit(2, theirs))[1]["results"]
    assert [(result["state"], result.get("reason", "")) for result in results] == [
        ("accepted", ""),
        ("accepted", "second_account"),
    ]


def test_returned_work_goes_over_with_the_post_and_comes_back(field: Field, account: Any) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    before, after = account(Role.GRID_WORKER, GRID, name="曹子衿"), account(Role.GRID_WORKER, GRID, name="郑接任")
    wire, office = field.phone(), field.viewer(account(Role.ADMINISTRATOR, GRID[:9]))
    field.worker.assignments.update(to_on=clock.local_date(clock.now()) - DAY)
    push(wire, visit(1, door))
    task = Returned.objects.get()
    lead = field.viewer(field.lead)
    returned.assign(actor=lead, at=clock.now(), op=task.pk, to=before.id, note="再去看看")

    handover = posts.end_post(actor=office, at=clock.now(), post=before.assignments.get().pk, to=after.id)
    cache = Cache()
    pull(field.phone(after), cache)
    assert [row["assignee"] for row in cache.of_kind(GRID, "task")] == [str(after.id)]
    posts.undo(actor=office, at=clock.now(), handover=handover.pk)
    task.refresh_from_db()
    assert (task.state, task.assigned_to_id) == ("assigned", before.id)
