"""What a correction reads and moves, beside what comes near it: of elsewhere, of before, of another kind."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import Held, Role, State, Viewer
from gridwalk.core import ids
from gridwalk.core.models import Change
from gridwalk.core.queries import NotHere
from gridwalk.reconcile.models import Comparison, Import
from gridwalk.registry.models import CareLabel, Dwelling, Facility, Organization, Residence, Site
from gridwalk.registry.tests.cast import TODAY, Cast, days
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, lead, worker
from gridwalk.retention.tests.test_over_its_time import row
from gridwalk.sync.models import Device
from gridwalk.territory.models import Building, Grid, Stairwell
from gridwalk.upkeep.actions import plans as acting
from gridwalk.upkeep.actions import regridding as drawing
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries import areas, given_up, pairs, plans, regridding, renumbering, unassigned
from gridwalk.upkeep.rules import UpkeepError

pytestmark = pytest.mark.slow  # tables over a whole room
DAY = dt.timedelta(days=1)
STREET, REST = FIRST[:9], f"{FIRST}000"
CENTRE = Viewer(ids.new_id(), "中心", (Held(Role.STREET_CENTRE, STREET),))


@pytest.fixture
def cast(db: None, at: dt.datetime) -> Cast:
    return Cast(at)


def plan(cast: Cast, kind: str = "merge_persons", subjects: list[uuid.UUID] | None = None, **values: Any) -> Plan:
    facts = {"communities": [FIRST], "evidence": "id_card", "reason": "看过证件的", "proposed_at": cast.at}
    return Plan.objects.create(kind=kind, subjects=subjects or [], **{**facts, **values})


def test_a_grid_can_be_taken_back_while_nothing_was_written_and_nobody_posted_there(cast: Cast) -> None:
    cast.door("101")
    user = User.objects.create(username="u", name="程望舒", created_at=cast.at)
    post = {"user": user, "role": Role.GRID_WORKER, "from_on": TODAY, "state": State.CONFIRMED}
    Assignment.objects.create(scope=NEXT_GRID, proposed_at=cast.at, **post)
    assert areas.bare(FIRST) == {REST}
    assert areas.bare(SECOND) == {f"{SECOND}000", FAR_GRID}
    assert areas.removable(FIRST) == set() and areas.removable(SECOND) == {SECOND, FAR_GRID}
    ledger = row(Import, scope=SECOND, state="cancelled")
    assert areas.removable(STREET) == {SECOND, FAR_GRID}
    Import.objects.filter(pk=ledger.pk).update(state="done")
    assert areas.removable(STREET) == {FAR_GRID}
    ledger.delete()
    Grid.objects.filter(code=FAR_GRID).update(valid_to=TODAY)
    assert areas.bare(STREET) == {REST, f"{SECOND}000"} and areas.removable(STREET) == set()


def test_who_may_be_the_same_is_standing_and_of_the_viewers_own_area(cast: Cast) -> None:
    facts: dict[str, Any] = {"born_on": dt.date(1950, 2, 3), "phone_index": "x"}
    person, first, second = cast.person("张桂兰", **facts), cast.door("101"), cast.door("102")
    alike = {
        "同名": cast.at_door("张桂兰", first),
        "同名同日": cast.person("张桂兰", born_on=facts["born_on"]),
        "同名同号": cast.person("张桂兰", phone_index="x"),
        "同号同日": cast.person("张桂芝", **facts),
    }
    cast.link(alike["同名"], second, over=True)
    cast.person("张桂兰", status="struck_off")
    cast.person("张桂兰", merged_into=person.pk)
    cast.person("张桂兰", FAR_GRID)
    cast.person("李四", phone_index="x")
    cast.person("李四", born_on=facts["born_on"])
    shown = {row.id: (row.why, row.place) for row in pairs.candidates(lead(), person)}
    assert shown == {
        alike["同名"].pk: ("同名", first.address),
        alike["同名同日"].pk: ("同名，出生日期也相同", "没有关联房屋"),
        alike["同名同号"].pk: ("同名，电话也相同", "没有关联房屋"),
        alike["同号同日"].pk: ("电话和出生日期都相同", "没有关联房屋"),
    }
    door, gone, far = cast.door("103", NEXT_GRID), cast.door("104"), cast.door("101", FAR_GRID)
    Dwelling.objects.filter(pk__in=[door.pk, gone.pk]).update(room="101", building=None)
    Dwelling.objects.filter(pk=gone.pk).update(status="struck_off")
    assert [(row.id, row.why) for row in pairs.candidates(lead(), first)] == [(door.pk, "同一个社区，室号相同")]
    assert pairs.candidates(lead(), far) == []


def test_what_stands_on_a_record_that_would_go(cast: Cast) -> None:
    person, other, door, past = cast.person("张桂兰"), cast.person("李四"), cast.door("101"), cast.door("102")
    for who in (person, other):
        cast.link(who, door)
        cast.link(who, past, over=True)
        cast.label(who, ends_on=dt.date(2099, 1, 1))
        cast.label(who, category="disabled", ends_on=days(-1))
        cast.difference(who)
        cast.difference(who, "kept")
    Organization.objects.create(grid_id=GRID, name="店", dwelling=door, source="office", created_at=cast.at)
    assert pairs.moving(lead(), person) == pairs.Moving(1, 1, 1, 1, 0)
    assert pairs.moving(CENTRE, person).care is None
    assert pairs.moving(lead(), door) == pairs.Moving(2, 0, 0, 0, 1)
    assert {link.of for link in pairs.links([person])} == {person.pk}
    merged = cast.person("张桂兰", merged_into=person.pk)
    cast.person("李四", merged_into=other.pk)
    assert pairs.merged_into(person) == [merged.pk]


def test_plans_wait_are_told_and_stand_in_the_way_by_their_records(cast: Cast) -> None:
    person, other = cast.person("张桂兰"), cast.person("张桂芝")
    far = [cast.person(name, FAR_GRID).pk for name in ("李四", "李五")]
    own = [person.pk, other.pk]
    open_ = plan(cast, subjects=own)
    plan(cast, subjects=own, state="withdrawn")
    elsewhere = plan(cast, subjects=far, communities=[SECOND])
    both = plan(cast, subjects=[person.pk, far[0]], communities=[FIRST, SECOND])
    plan(cast, "regrid", communities=[FIRST], choices={"old": [GRID], "new": [GRID]})
    assert [each.id for each in plans.waiting(lead(), STREET)[0]] == [open_.pk]
    assert (plans.n_waiting(lead(), STREET), plans.n_waiting(lead(SECOND), FIRST)) == (1, 0)
    two = Viewer(ids.new_id(), "书记", (Held(Role.COMMUNITY_LEAD, FIRST), Held(Role.COMMUNITY_LEAD, SECOND)))
    assert {each.id for each in plans.waiting(two, STREET)[0]} == {open_.pk, both.pk, elsewhere.pk}
    assert plans.n_waiting(worker(), STREET) == 0
    assert {each.id for each in plans.about(lead(), person).plans} == {open_.pk}
    assert {each.id for each in plans.about(two, person).plans} == {open_.pk, both.pk}
    assert {each.id for each in plans.about(lead(), other).plans} == {open_.pk}
    for viewer, pk in ((lead(), elsewhere.pk), (lead(), both.pk), (lead(), ids.new_id()), (lead(SECOND), open_.pk)):
        with pytest.raises(NotHere):
            plans.get_plan(viewer, pk)
    assert plans.get_plan(two, both.pk) == both
    proposer = lead(SECOND)
    mine = plan(cast, subjects=own, state="done", proposed_by=proposer.id, decided_at=cast.at)
    assert plans.get_plan(proposer, mine.pk) == mine
    assert plans.later(mine) is None
    done: dict[str, Any] = {"state": "done", "decided_at": cast.at + DAY}
    plan(cast, subjects=far, **done)
    plan(cast, subjects=own, **{**done, "state": "undone"})
    plan(cast, subjects=own, **{**done, "decided_at": cast.at - DAY})
    assert plans.later(mine) is None
    first, last = (plan(cast, subjects=[other.pk], **{**done, "decided_at": cast.at + n * DAY}) for n in (1, 2))
    assert plans.later(mine) == last and plans.later(first) == last and plans.later(last) is None


def test_the_grids_that_lose_somebody_by_a_plan_about_people(cast: Cast) -> None:
    person, other, stranger = cast.person("张桂兰"), cast.person("张桂兰"), cast.person("李四")
    home = cast.link(person, cast.door("101"))
    away = cast.link(other, cast.door("102", NEXT_GRID))
    cast.link(other, cast.door("101", FAR_GRID), over=True)
    cast.link(other, cast.door("104", FAR_GRID), "registered_here")
    theirs = cast.link(stranger, cast.door("103", FAR_GRID))
    merge = plan(cast, subjects=[person.pk, other.pk], choices={"home": str(home.pk)})
    assert given_up.grids(merge) == {NEXT_GRID}
    merge.choices = {"home": ""}
    assert given_up.grids(merge) == set()
    split = plan(cast, "split_person", [other.pk], choices={"links": [str(away.pk), str(theirs.pk)]})
    assert given_up.grids(split) == {NEXT_GRID}
    split.kind = "merge_dwellings"
    assert given_up.grids(split) == set()


def test_the_buildings_and_doors_of_grid_000_and_nothing_else(cast: Cast) -> None:
    inside, loose, gone = (cast.door(room, REST) for room in ("101", "102", "103"))
    cast.door("104")
    far = cast.door("105", f"{SECOND}000")
    Dwelling.objects.filter(pk__in=[loose.pk, far.pk]).update(building=None, stairwell=None)
    Dwelling.objects.filter(pk=gone.pk).update(status="struck_off")
    Building.objects.create(grid_id=REST, estate="甲里", key="9", name="9号楼", ended_on=TODAY)
    (building,) = unassigned.buildings(lead(), FIRST)
    assert (building.id, building.n_doors, building.stairwells) == (inside.building_id, 1, ())
    assert [door.id for door in unassigned.single_doors(lead(), FIRST, limit=9)] == [loose.pk]
    assert (unassigned.n_doors(lead(), FIRST), unassigned.n_doors(CENTRE, STREET)) == (2, 3)
    assert unassigned.n_doors(lead(SECOND), FIRST) == 0 and unassigned.communities(lead(SECOND), FIRST) == []
    assert {area.code: n for area, n in unassigned.communities(CENTRE, STREET)} == {FIRST: 2, SECOND: 1}
    for ask in (unassigned.buildings, unassigned.lately):
        with pytest.raises(NotHere):
            ask(lead(SECOND), FIRST, *([cast.at] if ask is unassigned.lately else []))
    with pytest.raises(NotHere):
        unassigned.single_doors(lead(SECOND), FIRST, limit=9)


def test_what_was_put_into_a_grid_lately_and_is_still_there(cast: Cast) -> None:
    op, there = ids.new_id(), [cast.door(room) for room in ("101", "102")]
    moved_on, old, far, other = (
        cast.door("103", NEXT_GRID),
        cast.door("104"),
        cast.door("105", FAR_GRID),
        cast.door("106"),
    )
    person = cast.person("张桂兰")

    def into(entity: Any, grid: str = GRID, **values: Any) -> None:
        facts = {"kind": "dwelling", "field": "grid", "old": REST, "new": grid, "op": op, "at": cast.at}
        row(Change, stream_id=grid, entity=entity.pk, **{**facts, **values})

    for door in (*there, moved_on):
        into(door)
    into(old, at=cast.at - 7 * DAY - dt.timedelta(seconds=1), op=ids.new_id())
    into(far, FAR_GRID, old=f"{SECOND}000", op=ids.new_id())
    into(other, old=NEXT_GRID, op=ids.new_id())
    into(other, field="name", op=ids.new_id())
    into(person, kind="person", op=ids.new_id())
    (assigned,) = unassigned.lately(lead(), FIRST, cast.at)
    assert (assigned.op, assigned.grid, set(assigned.doors)) == (op, GRID, {door.pk for door in there})


def test_what_can_go_from_a_grid_without_taking_others_along(cast: Cast) -> None:
    chosen, beside, gone, loose = (cast.door(room) for room in ("101", "102", "103", "104"))
    far = cast.door("105", NEXT_GRID)
    other = Stairwell.objects.create(building=chosen.building, key="2", name="2单元")  # type: ignore[misc]
    Dwelling.objects.filter(pk__in=[beside.pk]).update(stairwell=other)
    Dwelling.objects.filter(pk=gone.pk).update(status="struck_off")
    Dwelling.objects.filter(pk=loose.pk).update(building=None, stairwell=None)
    doors = [chosen.pk, loose.pk, far.pk]
    assert unassigned.whole_parts(doors, GRID) == ({chosen.stairwell_id: ""}, [loose.pk])
    parts, _ = unassigned.whole_parts([*doors, beside.pk], GRID)
    assert set(parts) == {chosen.building_id, chosen.stairwell_id, other.pk}


def test_a_building_is_the_same_in_every_grid_of_its_community_while_it_stands(cast: Cast) -> None:
    def built(grid: str, key: str = "5", estate: str = "甲里", **values: Any) -> Building:
        return Building.objects.create(grid_id=grid, estate=estate, key=key, name=f"{key}号楼", **values)

    one, part, next_to_it = built(GRID), built(NEXT_GRID), built(GRID, "6")
    built(REST, ended_on=TODAY)
    built(FAR_GRID)
    built(GRID, estate="乙里")
    assert renumbering.same_building(one) == sorted([one.pk, part.pk])
    assert renumbering.of_estate(one) == sorted([one.pk, part.pk, next_to_it.pk])
    with pytest.raises(NotHere):
        renumbering.Renumbering().buildings(Plan(kind="renumber_building", subjects=[one.pk, ids.new_id()]))


def test_what_a_drawing_of_grids_moves_is_what_stands_there(cast: Cast) -> None:
    home, gone, far = cast.door("101"), cast.door("102", status="struck_off"), cast.door("103", NEXT_GRID)
    cast.at_door("住这里", home)
    cast.link(cast.person("搬离了"), home, over=True)
    cast.at_door("已故", home, status="deceased")
    cast.at_door("邻格", far)
    cast.link(cast.person("户在别处", NEXT_GRID), home, "registered_here")
    facts = {"source": "office", "created_at": cast.at}
    for grid, status in ((GRID, "active"), (GRID, "closed"), (NEXT_GRID, "active")):
        Organization.objects.create(grid_id=grid, name="店", dwelling=home, status=status, **facts)
        Site.objects.create(grid_id=grid, name="学校", status=status, **facts)
    for grid, status in ((GRID, "active"), (GRID, "removed"), (NEXT_GRID, "active")):
        Facility.objects.create(grid_id=grid, facility_kind="hydrant", status=status, **facts)
    grounds = regridding._grounds([GRID])
    assert grounds[home.stairwell_id] == regridding.Ground(1, 1, 1, 0)
    assert grounds[None] == regridding.Ground(0, 1, 2, 0)
    Building.objects.create(grid_id=GRID, estate="甲里", key="9", name="9号楼", ended_on=TODAY)
    assert [each.id for each in regridding.standing(CENTRE, [GRID])] == [home.building_id]
    assert set(regridding.places([GRID])) == {str(home.building_id), str(home.stairwell_id)}
    assert gone.building_id == home.building_id
    for viewer, grid in ((lead(), GRID), (CENTRE, f"{FIRST}009")):
        with pytest.raises(NotHere):
            regridding.standing(viewer, [grid])
    assert regridding.fresh_codes(FIRST, 2) == [f"{FIRST}003", f"{FIRST}004"]
    own = plan(cast, "regrid")
    plan(cast, "merge_persons")
    plan(cast, "regrid", communities=["120105002001"])
    assert regridding.plans(CENTRE) == ([own], 1) and regridding.plans(lead()) == ([], 0)


@pytest.mark.parametrize(
    ("table", "scope", "state", "busy"),
    [
        (Import, FIRST, "applying", True),
        (Import, STREET, "paused", True),
        (Import, GRID, "undoing", True),
        (Import, FIRST, "done", False),
        (Import, FIRST, "comparing", False),
        (Import, SECOND, "applying", False),
        (Comparison, FIRST, "comparing", True),
        (Comparison, STREET, "paused", True),
        (Comparison, FIRST, "done", False),
        (Comparison, SECOND, "comparing", False),
    ],
)
def test_grids_wait_for_ledgers_that_reach_into_their_community(
    db: None, table: Any, scope: str, state: str, busy: bool
) -> None:
    row(table, scope=scope, state=state)
    if busy:
        with pytest.raises(UpkeepError, match="有台账正在导入、撤销或比对"):
            drawing.require_no_ledger_under_way(FIRST)
    else:
        drawing.require_no_ledger_under_way(FIRST)


def test_phones_follow_the_grids_they_walked_unless_they_were_revoked(cast: Cast) -> None:
    user = User.objects.create(username="u", name="程望舒", created_at=cast.at)
    post = {"user": user, "role": Role.GRID_WORKER, "from_on": TODAY, "state": State.CONFIRMED}
    Assignment.objects.create(scope=NEXT_GRID, proposed_at=cast.at, **post)
    phones = {
        "goes": row(Device, user=user, scope=GRID),
        "revoked": row(Device, user=user, scope=GRID, revoked_at=cast.at),
        "elsewhere": row(Device, user=user, scope=FAR_GRID),
    }
    drawing.follow([GRID], [NEXT_GRID], TODAY)
    scopes = dict(Device.objects.values_list("pk", "scope"))
    assert {name: scopes[phone.pk] for name, phone in phones.items()} == {
        "goes": NEXT_GRID,
        "revoked": GRID,
        "elsewhere": FAR_GRID,
    }


def done(cast: Cast, kind: str, subjects: list[uuid.UUID], **choices: Any) -> Plan:
    """A plan proposed by one lead and done by another."""
    proposal = acting.propose(
        actor=lead(),
        at=cast.at,
        kind=kind,
        subjects=subjects,
        choices=choices,
        evidence="id_card",
        reason="看过证件的",
        seen=plans.mark(Plan(kind=kind, subjects=subjects, choices=choices)),
    )
    acting.decide(actor=lead(), at=cast.at, plan=proposal, confirmed=True, note="看过", seen=plans.mark(proposal))
    proposal.refresh_from_db()
    return proposal


def test_only_what_is_the_persons_own_goes_to_the_second_record(cast: Cast) -> None:
    person, other, door = cast.person("张桂兰"), cast.person("李四"), cast.door("101")
    own, theirs = cast.link(person, door), cast.link(other, door)
    past, stays = cast.link(person, cast.door("102"), over=True), cast.link(person, cast.door("103"), "registered_here")
    labels = [cast.label(person), cast.label(person, category="disabled"), cast.label(other)]
    goes = [str(link.pk) for link in (own, theirs, past)]
    chosen = [str(labels[0].pk), str(labels[2].pk)]
    split = done(cast, "split_person", [person.pk], name="张桂蓝", fields={}, links=goes, labels=chosen)
    second = split.subjects[1]
    assert dict(Residence.objects.values_list("pk", "person")) == {
        own.pk: second,
        theirs.pk: other.pk,
        past.pk: person.pk,
        stays.pk: person.pk,
    }
    assert dict(CareLabel.objects.values_list("pk", "person")) == {
        labels[0].pk: second,
        labels[1].pk: person.pk,
        labels[2].pk: other.pk,
    }


def test_who_comes_back_to_a_door_is_linked_anew_and_other_homes_stay(cast: Cast) -> None:
    old, new, third = cast.door("101"), cast.door("102"), cast.door("103")
    person, neighbour = cast.at_door("张桂兰", old), cast.at_door("李四", new)
    formerly, elsewhere = cast.link(person, new, over=True), cast.link(person, third, "registered_here")
    how = {"registration": "along", "from_on": TODAY.isoformat(), "old_door": "same"}
    done(cast, "move_household", [old.pk, new.pk, person.pk], **how)
    links = {(link.dwelling.room, link.to_on, link.kind) for link in Residence.objects.filter(person=person)}
    assert links == {
        ("101", TODAY, "lives_here"),
        ("102", TODAY, "lives_here"),
        ("102", None, "lives_here"),
        ("103", None, "registered_here"),
    }
    formerly.refresh_from_db()
    elsewhere.refresh_from_db()
    assert formerly.to_on == TODAY and elsewhere.to_on is None
    assert Residence.objects.get(person=neighbour).to_on is None
