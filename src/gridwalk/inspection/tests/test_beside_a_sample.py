"""What is claimed, listed and shown of a sample, beside other areas, samples, people and days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Held, NotPermitted, Role, Viewer
from gridwalk.campaigns.models import Campaign
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.inspection.actions import asking, drawing, planning
from gridwalk.inspection.models import Approach, DoorAnswer, DrawnStairwell, ListedDoor
from gridwalk.inspection.queries import areas, claimed, rates, results
from gridwalk.inspection.rates import Rate
from gridwalk.inspection.rules import Conclusion, DoorState, Kind, SampleError, Stage, Way
from gridwalk.inspection.tests.test_drawing import CENTRE, STREET
from gridwalk.inspection.tests.test_near_misses import drawn, given, rooms
from gridwalk.registry.models import Site
from gridwalk.registry.tests.cast import TODAY, Cast, days
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, SECOND
from gridwalk.retention.tests.test_over_its_time import row
from gridwalk.visits.tests.walk import Walk

pytestmark = [pytest.mark.slow, pytest.mark.django_db]  # tables over a whole room
DAY = dt.timedelta(days=1)
DISTRICT = Viewer(ids.new_id(), "区", (Held(Role.DISTRICT_CENTRE, STREET[:6]),))


def test_what_doors_and_people_claim_and_how_much_is_due(at: dt.datetime) -> None:
    cast = Cast(at)
    seen: dict[str, Any] = {"last_contact_on": days(-1)}
    let = cast.door("101", tenure="let", occupancy="occupied", **seen)
    late = cast.door("102", occupancy="vacant", last_contact_on=days(-200))
    cast.door("103", tenure="let", status="struck_off", **seen)
    own = cast.door("104", occupancy="occupied", tenure="owner")
    far = cast.door("101", FAR_GRID, tenure="let", occupancy="occupied", **seen)
    cared, both, gone, left, away = (
        cast.at_door("有人关爱", let),
        cast.at_door("两处", own),
        cast.at_door("已故", let, status="deceased"),
        cast.at_door("搬离", let, over=True),
        cast.at_door("户籍", let, "registered_here"),
    )
    cast.link(both, let)
    cast.at_door("那里", far)
    cast.label(cared, last_contact_on=days(-1))
    for who in (gone, left, away, both):
        cast.label(who, interval_days=30, last_contact_on=days(-100), starts_on=days(-200))
    cast.label(cared, category="disabled", ends_on=days(-1), interval_days=60)
    facts = {"source": "office", "created_at": at, "interval_days": 30}
    for grid, status, last in (
        (GRID, "active", days(-1)),
        (GRID, "active", days(-90)),
        (GRID, "closed", days(-1)),
        (FAR_GRID, "active", days(-1)),
    ):
        Site.objects.create(grid_id=grid, name="学校", status=status, last_contact_on=last, **facts)
    at_doors = claimed.at_doors(FIRST, TODAY)
    assert at_doors[Rate.ATTENTION] == {let.pk: 2}
    assert at_doors[Rate.LINKAGE] == {let.pk: 1}
    assert at_doors[Rate.RESOLVED] == {let.pk: 1, own.pk: 1}
    assert far.pk not in at_doors[Rate.ATTENTION] + at_doors[Rate.LINKAGE] + at_doors[Rate.RESOLVED]
    met, due = claimed.totals(FIRST, TODAY)[Rate.ATTENTION]
    # of four people with a label that runs one was seen in time, of two sites one, of two doors one
    assert (met, due) == ({FIRST: 3}, {FIRST: 8})
    assert set(claimed.totals(STREET, TODAY)[Rate.ATTENTION][1]) == {FIRST, SECOND}
    assert sorted(claimed.intervals(let, TODAY)) == [7, 30, 90]
    assert claimed.intervals(own, TODAY) == [30] and claimed.intervals(late, TODAY) != []


def test_stairwells_are_listed_by_whom_they_were_given_to_on_their_days(walk: Walk) -> None:
    me, other = (User.objects.create(username=name, name=name, created_at=walk.at) for name in ("裴子衿", "韩书言"))
    viewer = Viewer(me.pk, me.name, (Held(Role.INSPECTOR, STREET),))
    now: dict[str, Any] = {"kind": Kind.AREA, "from_on": TODAY - DAY, "to_on": TODAY + DAY}
    sample = drawn(walk, **now)

    def stairwell(of: Any, inspector: User | None = me, **values: Any) -> DrawnStairwell:
        facts = {"sample": of, "grid_id": GRID, "stairwell": ids.new_id(), "n_doors": 3, "hits": 1, "turn": 0}
        return row(DrawnStairwell, inspector=inspector, **{**facts, **values})  # type: ignore[no-any-return]

    own = [stairwell(sample, place="甲里 1号楼"), stairwell(sample, place="甲里 2号楼", listed_at=walk.at)]
    others = [
        stairwell(sample, other),
        stairwell(sample, None),
        stairwell(drawn(walk, **{**now, "from_on": TODAY + DAY})),
        stairwell(drawn(walk, **{**now, "to_on": TODAY - DAY})),
        stairwell(drawn(walk, **now, stage=Stage.REVEALED)),
    ]
    assert [shown.id for shown in areas.to_list(viewer, walk.at)] == [each.pk for each in own]
    for each in own:
        assert areas.get_stairwell(viewer, each.pk, walk.at) == each
    for each in others:
        with pytest.raises(NotHere):
            areas.get_stairwell(viewer, each.pk, walk.at)
    beside = stairwell(drawn(walk, **now), listed_at=walk.at)
    for listing, match in ((own[1], "new"), (beside, "new")):
        row(ListedDoor, listing=listing, label="101", match=match, dwelling=ids.new_id())
    told = areas.area_results(CENTRE, sample.pk, TODAY)
    assert told is not None and (told.n_drawn, told.n_listed, told.n_registered) == (4, 1, 3)
    assert told.n_not_given == 3, "those of who has no post as well"
    assert areas.area_results(CENTRE, drawn(walk).pk, TODAY) is None
    sample.n_instalments = 1
    assert drawing._has_open_doors(sample)
    DrawnStairwell.objects.filter(sample=sample).update(listed_at=walk.at)
    assert not drawing._has_open_doors(sample), "what other samples have to list keeps nobody"
    door = given(sample, rooms(1)[0], me, instalment=1)
    assert drawing._has_open_doors(sample)
    door.state = DoorState.ANSWERED
    door.save()
    given(sample, rooms(2)[1], me, instalment=2)
    assert not drawing._has_open_doors(sample)


def test_the_latest_results_are_of_an_estimation_that_was_drawn_over_this_street(walk: Walk) -> None:
    def answered(n: int, **values: Any) -> Any:
        sample = drawn(walk, strata={f"{FIRST}|reached": 1}, drawn_at=walk.at, **values)
        door = given(sample, rooms(9)[n], None, state=DoorState.ANSWERED, closed_at=walk.at)
        DoorAnswer.objects.create(door=door, way=Way.CALL, visited="yes", who="met", agrees={}, at=walk.at)
        return sample

    drawn(walk)
    answered(0, scope="120105002")
    targeted = answered(1, kind=Kind.TARGETED, scope=FIRST)
    frozen = answered(2, stage=Stage.FROZEN)
    patrol = answered(3, kind=Kind.PATROL)
    assert results.latest(DISTRICT, STREET) is None
    own = answered(4)
    shown = results.latest(DISTRICT, STREET)
    assert shown is not None and shown.number == own.number
    assert results.latest(DISTRICT, STREET, until=walk.at - DAY) is None
    for other in (frozen, targeted):
        assert results.sample_results(CENTRE, other.pk) is None
    assert results.sample_results(CENTRE, own.pk) is not None and patrol.pk != own.pk
    assert results.sample_results(Viewer(ids.new_id(), "", ()), own.pk) is None


def test_a_community_is_suspected_by_an_acceptance_sample_of_this_campaign(walk: Walk) -> None:
    strata = {f"{area}|{group}": 9 for area in (FIRST, SECOND) for group in ("reached", "explained")}
    sample = drawn(walk, strata=strata)
    own = rates._unsuspected(sample)
    assert own and set(own) < set(strata)
    elsewhere = Campaign.objects.get()
    elsewhere.pk, elsewhere.state, elsewhere._state.adding = ids.new_id(), "closed", True
    elsewhere.save()
    suspect: dict[str, Any] = {"kind": Kind.ACCEPTANCE, "scope": FIRST, "verdict": Conclusion.SUSPECT}
    drawn(walk, **suspect, campaign=elsewhere)
    drawn(walk, **{**suspect, "kind": Kind.TARGETED})
    drawn(walk, **{**suspect, "verdict": next(each for each in Conclusion if each is not Conclusion.SUSPECT)})
    assert rates._unsuspected(sample) == own
    drawn(walk, **suspect)
    assert rates._unsuspected(sample) == [name for name in own if not name.startswith(FIRST)]


def test_samples_are_numbered_by_kind_and_area_by_who_draws_them(walk: Walk) -> None:
    drawn(walk, number=7)
    drawn(walk, kind=Kind.ACCEPTANCE, scope=SECOND, number=5)
    drawn(walk, kind=Kind.ACCEPTANCE, scope=FIRST, number=2)
    new = planning.NewSample(
        kind=Kind.ACCEPTANCE, scope=FIRST, share=5, response=80, from_on=TODAY, to_on=TODAY + 9 * DAY
    )
    assert planning.plan(actor=CENTRE, at=walk.at, new=new).number == 3
    lead = Viewer(ids.new_id(), "书记", (Held(Role.COMMUNITY_LEAD, FIRST),))
    with pytest.raises(NotPermitted):
        planning.plan(actor=lead, at=walk.at, new=new)
    Campaign.objects.update(state="closed")
    with pytest.raises(SampleError):
        planning.plan(actor=CENTRE, at=walk.at, new=new)


def test_a_call_of_which_something_was_said_is_not_forgotten(walk: Walk) -> None:
    door, beside = (given(drawn(walk), dwelling, None) for dwelling in rooms(2))
    kept = [
        Approach.objects.create(door=door, way=Way.CALL, at=walk.at + DAY, outcome="no_answer"),
        Approach.objects.create(door=door, way=Way.KNOCK, at=walk.at + DAY),
        Approach.objects.create(door=door, way=Way.CALL, at=walk.at - DAY),
        Approach.objects.create(door=beside, way=Way.CALL, at=walk.at + DAY),
    ]
    Approach.objects.create(door=door, way=Way.CALL, at=walk.at)
    asking._forget_dialling(door, Way.CALL)
    asking._forget_dialling(door, Way.KNOCK)
    assert set(Approach.objects.all()) == set(kept)
