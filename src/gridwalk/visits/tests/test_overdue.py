"""到期核实: what is past its period, at which door it is asked, in which way; and what comes near it and is not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, Street, lead, phone
from gridwalk.visits.queries import overdue
from gridwalk.visits.tests.walk import Walk

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 13)
LAST = TODAY - dt.timedelta(days=180)
LATE = LAST - dt.timedelta(days=1)
CENTRE = Viewer(ids.new_id(), "中心", (Held(Role.STREET_CENTRE, FIRST[:9]),))


@pytest.fixture
def street(at: dt.datetime) -> Street:
    """Everything of it was verified today."""
    return Street.lay_out(at)


def door(street: Street, room: str, grid: str = GRID, verified_on: dt.date | None = TODAY, **values: Any) -> Dwelling:
    made = street.door(room, grid)
    Dwelling.objects.filter(pk=made.pk).update(verified_on=verified_on, **values)
    made.refresh_from_db()
    return made


def person(
    street: Street,
    name: str,
    home: Dwelling | None,
    kind: str = "lives_here",
    verified_on: dt.date | None = LATE,
    **of: Any,
) -> Person:
    made = street.person(name, home, kind, **of)
    Person.objects.filter(pk=made.pk).update(verified_on=verified_on)
    return made


def asked(viewer: Viewer, scope: str = FIRST, field: str = "", **page: int) -> dict[str, set[str]]:
    """Room → what is asked there."""
    rows, n = overdue.doors(viewer, scope, TODAY, field=field, **page)
    assert page or n == len(rows)
    return {row.room: {item.title for item in row.items} for row in rows}


def test_a_record_is_past_its_period_the_day_after_it_ends(street: Street) -> None:
    door(street, "101", verified_on=LAST)
    door(street, "102", verified_on=LATE)
    door(street, "103", verified_on=None)
    door(street, "104", verified_on=LATE, status="struck_off")
    door(street, "105", FAR_GRID, verified_on=LATE)
    assert asked(lead()) == {"102": {"这处房屋"}, "103": {"这处房屋"}}
    assert asked(lead(), field="dwelling.occupancy") == asked(lead())
    assert asked(lead(), field="person.phone") == {}
    assert asked(lead(SECOND), SECOND) == {"105": {"这处房屋"}}
    rows, n = overdue.doors(lead(), FIRST, TODAY, limit=1, offset=1)
    assert ([row.room for row in rows], n) == (["103"], 2)
    assert {item.fields for row in rows for item in row.items} == {"居住状况、使用情况"}
    counted = {count.code: (count.total.n, count.total.d) for count in overdue.counts(lead(), FIRST, TODAY)}
    assert counted == {
        "dwelling.occupancy": (1, 3),
        "dwelling.tenure": (1, 3),
        "person.phone": (0, 0),
        "person.residence_kind": (0, 0),
    }
    for stranger in (lead(SECOND), Viewer(ids.new_id(), "组长", (Held(Role.LEADING_GROUP, FIRST[:9]),))):
        for ask in (overdue.counts, overdue.doors, overdue.without_door, overdue.n_left_open):
            with pytest.raises(NotHere):
                ask(stranger, FIRST, TODAY)


def test_people_are_asked_where_they_live_else_where_they_are_registered(street: Street) -> None:
    home, registered, gone = door(street, "101"), door(street, "102"), door(street, "103")
    far = door(street, "101", FAR_GRID)
    person(street, "住在这里", home)
    person(street, "刚核实", home, verified_on=LAST)
    both = person(street, "住这里户籍那里", home)
    street.move_in(both, registered, "registered_here")
    person(street, "只有户籍", registered, "registered_here")
    moved = person(street, "搬走了", home)
    Residence.objects.filter(person=moved).update(to_on=TODAY)
    person(street, "在拆了的户", gone)
    person(street, "没有住处", None)
    dead = person(street, "去世", home)
    Person.objects.filter(pk=dead.pk).update(status="deceased")
    person(street, "住别处", far)
    Dwelling.objects.filter(pk=gone.pk).update(status="struck_off")
    Person.objects.filter(name="住这里户籍那里").update(verified_on=LATE)
    expected = {"101": {"住在这里", "住这里户籍那里"}, "102": {"只有户籍"}}
    assert asked(lead()) == asked(lead(), field="person.phone") == expected
    assert asked(lead(), field="dwelling.tenure") == {}
    rows, n = overdue.without_door(lead(), FIRST, TODAY)
    assert ({row.title for row in rows}, n) == ({"搬走了", "在拆了的户", "没有住处"}, 3)
    assert {row.fields for row in rows} == {"电话、居住类别"}
    rows, n = overdue.without_door(lead(), FIRST, TODAY, limit=2, offset=1)
    assert (len(rows), n) == (2, 3)
    assert overdue.without_door(lead(), FIRST, TODAY, field="dwelling.tenure") == ([], 0)
    assert asked(CENTRE) == {}, "at which door somebody lives is not told"
    assert overdue.without_door(CENTRE, FIRST, TODAY) == ([], 6), "how many, and not who"
    counted = {count.code: (count.total.n, count.total.d) for count in overdue.counts(lead(), FIRST, TODAY)}
    assert counted["person.phone"] == (1, 7)


def test_the_cheapest_step_is_a_call_else_the_walk_it_is_on_else_the_next(street: Street) -> None:
    walk = Walk(street, street.at)
    owner, lives, left, on_list, visited, of_closed, none = (
        door(street, str(room), verified_on=LATE) for room in range(101, 108)
    )
    Dwelling.objects.filter(pk=owner.pk).update(owner_phone_index="x")
    person(street, "有电话", lives, verified_on=TODAY, phone=phone(1))
    moved = person(street, "搬走有电话", left, verified_on=TODAY, phone=phone(2))
    Residence.objects.filter(person=moved).update(to_on=TODAY)
    walk.dispatch()
    Target.objects.filter(entity__in=[owner.pk, lives.pk, left.pk, none.pk]).delete()
    Target.objects.filter(entity=visited.pk).update(state="visited")
    closed = Campaign.objects.get()
    closed.pk, closed.state, closed._state.adding = ids.new_id(), "closed", True
    closed.save()
    Target.objects.filter(entity=of_closed.pk).update(campaign=closed)
    rows, _ = overdue.doors(lead(), FIRST, TODAY)
    steps = {"101": "call", "102": "call", "103": "join", "104": "on_list", "105": "join", "106": "join", "107": "join"}
    assert {row.room: row.step for row in rows} == steps
    assert on_list.room == "104"
    masked, _ = overdue.doors(CENTRE, FIRST, TODAY)
    assert {row.room: row.step for row in masked} == steps | {"101": "join", "102": "join"}, "whom is not told"


def test_what_a_campaign_left_open_is_a_list_of_its_own_until_somebody_verifies_it(street: Street) -> None:
    walk = Walk(street, street.at)
    names = ("没走到", "后来核实", "走到了", "退出", "进行中")
    doors = {name: door(street, str(101 + n), verified_on=None) for n, name in enumerate(names)}
    far = door(street, "301", NEXT_GRID, verified_on=None)
    walk.dispatch()
    running = Campaign.objects.get()
    closed = Campaign.objects.get()
    closed.pk, closed.state, closed.closed_at, closed._state.adding = ids.new_id(), "closed", street.at, True
    closed.save()
    Target.objects.exclude(entity=doors["进行中"].pk).update(campaign=closed)
    Target.objects.filter(entity=doors["走到了"].pk).update(state="visited")
    Target.objects.filter(entity=doors["退出"].pk).update(state="left")
    Dwelling.objects.filter(pk=doors["后来核实"].pk).update(verified_on=TODAY)
    assert asked(lead(), GRID, overdue.LEFT_OPEN) == {"101": {"这处房屋"}}
    assert overdue.n_left_open(lead(), GRID, TODAY) == 1 and overdue.n_left_open(lead(), FIRST, TODAY) == 2
    rows, _ = overdue.doors(lead(), GRID, TODAY, field=overdue.LEFT_OPEN)
    assert [item.fields for row in rows for item in row.items] == ["行动里没走到"]
    assert running.pk != closed.pk and far.grid_id == NEXT_GRID
    Dwelling.objects.filter(pk=doors["没走到"].pk).update(verified_on=TODAY - dt.timedelta(days=1))
    assert overdue.n_left_open(lead(), GRID, TODAY) == 1, "verified before it ended"
