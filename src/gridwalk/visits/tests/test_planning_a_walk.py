"""Of which doors 怎样走得最快 is reckoned, how they are grouped, and which knocks tell what an hour brings."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import Dwelling
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, SECOND, Street, lead
from gridwalk.visits.advice import Knocked
from gridwalk.visits.models import Visit
from gridwalk.visits.queries import advice
from gridwalk.visits.queries.advice import Planning
from gridwalk.visits.tests.walk import Walk

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 13)


@pytest.fixture
def walk(at: dt.datetime) -> Walk:
    return Walk(Street.lay_out(at), at)


def planning(walk: Walk, scope: str = FIRST) -> Planning:
    return advice.planning(lead(), Campaign.objects.get(state="running"), scope, kind="dwelling", at=walk.at)


def test_it_is_reckoned_of_the_doors_that_are_left_there(walk: Walk) -> None:
    for room in ("101", "102", "103", "104"):
        walk.street.door(room)
    walk.street.door("201", NEXT_GRID)
    walk.dispatch()
    of_room = {d.room: d.pk for d in Dwelling.objects.all()}
    own = {room: Target.objects.get(entity=pk) for room, pk in of_room.items()}
    Target.objects.filter(pk=own["102"].pk).update(state="visited")
    Target.objects.filter(pk=own["103"].pk).update(state="left")
    Target.objects.filter(pk=own["104"].pk).update(planned_on=TODAY, planned_band="evening")
    Target.objects.filter(pk=own["201"].pk).update(planned_on=TODAY - dt.timedelta(days=1), planned_band="evening")
    shown = planning(walk)
    assert set(shown.left) == {own[room].pk for room in ("101", "104", "201")}
    assert set(planning(walk, GRID).left) == {own[room].pk for room in ("101", "104")}
    assert shown.left[own["101"].pk].stairwell == (GRID, "甲里 1号楼 1单元")
    assert dict(shown.by_stairwell) == {(GRID, "甲里 1号楼 1单元"): 2, (NEXT_GRID, "甲里 1号楼 1单元"): 1}
    assert shown.on_lists == [(TODAY, "evening", 1)], "of a day that is past nothing is planned"
    assert shown.planned(TODAY, "evening") == [own["104"].pk]
    assert shown.planned(TODAY, "morning") == [] and shown.planned(TODAY - dt.timedelta(days=1), "evening") == []
    with pytest.raises(NotHere):
        advice.planning(lead(SECOND), Campaign.objects.get(), FIRST, kind="dwelling", at=walk.at)


def test_an_hour_is_told_by_the_knocks_of_the_whole_campaign_that_stand(walk: Walk) -> None:
    doors = [walk.street.door(str(room)) for room in range(101, 107)]
    far = walk.street.door("201", NEXT_GRID)
    campaign = walk.dispatch()
    for door, outcome in zip(doors, ("no_answer", "met", "refused", "postponed", "phone", "met"), strict=True):
        walk.knock(door, outcome, walk.then(-1))
    walk.knock(far, "no_answer", walk.then(-1), by=lead())
    Visit.objects.filter(entity=doors[5].pk).update(withdrawn_at=walk.at)
    knocked = advice._knocked(campaign)
    assert knocked == {"morning": Knocked(5, 3)}, "one by telephone and one taken back are none"
    other = Campaign.objects.get(pk=campaign.pk)
    other.pk, other.state, other._state.adding = ids.new_id(), "closed", True
    other.save()
    assert advice._knocked(other) == {}
    Target.objects.filter(entity=far.pk).update(campaign=other)
    assert advice._knocked(campaign) == {"morning": Knocked(4, 3)}
