"""What of a campaign is handed over, dispatched or joined, beside what comes near it: another campaign's, another
area's, what has ended and what is of another kind.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import SYSTEM, NotPermitted, Role, State
from gridwalk.campaigns.actions import arranging, dispatch, regridding
from gridwalk.campaigns.actions.dispatch import Joining
from gridwalk.campaigns.models import Target
from gridwalk.campaigns.rules import CampaignError
from gridwalk.campaigns.tests.test_reading import DAY, STREET, campaign, target, wave
from gridwalk.core import ids
from gridwalk.registry.models import Dwelling
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, Street, lead, worker

pytestmark = pytest.mark.slow  # tables over a whole room
TODAY = dt.date(2026, 10, 13)


@pytest.fixture
def street(db: None, at: dt.datetime) -> Street:
    return Street.lay_out(at)


def in_post(street: Street, name: str, *grids: str) -> User:
    """A worker who answers for these grids since the campaigns began."""
    user = User.objects.create(username=name, name=name, created_at=street.at)
    facts: dict[str, Any] = {"role": Role.GRID_WORKER, "from_on": DAY, "state": State.CONFIRMED, "responsible": True}
    for grid in grids:
        Assignment.objects.create(user=user, scope=grid, proposed_at=street.at, **facts)
    return user


def doors_of(**values: Any) -> set[str]:
    """The rooms of the doors that targets are about."""
    entities = Target.objects.filter(**values).values_list("entity", flat=True)
    return set(Dwelling.objects.filter(pk__in=entities).values_list("room", flat=True))


def test_what_is_nobodys_is_handed_over_in_one_campaign_one_area_and_the_takers_grids(street: Street) -> None:
    of, other = (wave(campaign(name, 0, street.at), [STREET], street.at) for name in ("one", "two"))
    taker, holder = in_post(street, "taker", GRID, FAR_GRID), in_post(street, "holder", GRID)
    rooms: dict[str, dict[str, Any]] = {
        "101": {},
        "102": {"state": "visited"},
        "103": {"assignee": holder},
        "104": {"grid_id": NEXT_GRID},
        "105": {"grid_id": FAR_GRID},
    }
    for room, values in rooms.items():
        target(of, street.door(room, values.get("grid_id", GRID)).pk, **values)
    target(other, street.door("106").pk)
    given: dict[str, Any] = {"at": street.at, "campaign": of.campaign_id, "scope": FIRST, "to": taker.pk}
    with pytest.raises(NotPermitted):
        arranging.hand_over(actor=lead(SECOND), **given)
    assert arranging.hand_over(actor=lead(), **given) == 1
    assert doors_of(assignee=taker) == {"101"}
    with pytest.raises(CampaignError, match="已经没有这样的户"):
        arranging.hand_over(actor=lead(), **given)
    with pytest.raises(NotPermitted):
        arranging.hand_over(actor=worker(), **given)


def test_a_wave_waits_for_the_earlier_ones_of_its_own_campaign_alone(street: Street) -> None:
    of, other = campaign("one", 0, street.at), campaign("two", 0, street.at)
    first, second, third = (wave(of, [FIRST], None, order=n) for n in (1, 2, 3))
    wave(other, [FIRST], None, order=1)
    door = street.door("101")
    street.door("102", FAR_GRID)
    target(wave(other, [FIRST], street.at, order=2), door.pk)
    with pytest.raises(CampaignError, match="先试点，再铺开"):
        dispatch.dispatch_wave(actor=SYSTEM, at=street.at, wave=second.pk)
    assert dispatch.dispatch_wave(actor=SYSTEM, at=street.at, wave=first.pk) == 1
    assert doors_of(campaign=of) == {"101"}, "that another campaign asks there keeps nobody out"
    assert dispatch.dispatch_wave(actor=SYSTEM, at=street.at, wave=first.pk) == 0
    street.door("103")
    assert dispatch.dispatch_wave(actor=SYSTEM, at=street.at, wave=second.pk) == 1, "a later one keeps nobody waiting"
    assert third.dispatched_at is None


def test_what_turns_up_joins_the_waves_that_have_begun_there_and_ask_such_places(street: Street) -> None:
    begun, elsewhere, later, waiting, shops, ended = (
        campaign(name, 0, street.at, state="closed" if name == "ended" else "running")
        for name in ("begun", "elsewhere", "later", "waiting", "shops", "ended")
    )
    for of, scope, dispatched in (
        (begun, FIRST, street.at),
        (elsewhere, SECOND, street.at),
        (later, FIRST, street.at),
        (waiting, FIRST, None),
        (shops, FIRST, street.at),
        (ended, FIRST, street.at),
    ):
        wave(of, [scope], dispatched)
    later.waves.update(starts_on=TODAY + dt.timedelta(days=1))
    shops.waves.update(kinds=["organization"])
    door, gone = street.door("101"), street.door("102")
    Dwelling.objects.filter(pk=gone.pk).update(status="struck_off")
    assert dispatch.join_doors(actor=lead(), at=street.at, dwellings=[door.pk, gone.pk]) == 1
    assert set(Target.objects.values_list("campaign__name", "entity")) == {("begun", door.pk)}
    assert dispatch.join_doors(actor=lead(), at=street.at, dwellings=[door.pk]) == 0
    with street.writing() as writing:
        dispatch.join_targets(writing, [Joining(GRID, "organization", ids.new_id(), "~")])
    assert Target.objects.get(kind="organization").campaign == shops
    begun.state = "closed"
    begun.save()
    with pytest.raises(CampaignError, match="没有正在走的行动"):
        dispatch.join_doors(actor=lead(), at=street.at, dwellings=[door.pk])
    with pytest.raises(NotPermitted):
        dispatch.join_doors(actor=lead(SECOND), at=street.at, dwellings=[door.pk])


def test_targets_follow_what_moved_and_those_that_stood_there_keep_their_worker(street: Street) -> None:
    of = wave(campaign("one", 0, street.at), [STREET], street.at)
    colleague, responsible = in_post(street, "colleague", GRID), in_post(street, "responsible", NEXT_GRID)
    moved, stood, stays = street.door("101", NEXT_GRID), street.door("102", NEXT_GRID), street.door("103")
    target(of, moved.pk, assignee=colleague)
    target(of, stood.pk, grid_id=NEXT_GRID, assignee=colleague)
    target(of, stays.pk, assignee=colleague)
    with street.writing() as writing:
        regridding.follow_doors(writing, [GRID], [NEXT_GRID])
    targets = {row.entity: (row.grid_id, row.assignee_id) for row in Target.objects.all()}
    assert targets == {
        moved.pk: (NEXT_GRID, responsible.pk),
        stood.pk: (NEXT_GRID, colleague.pk),
        stays.pk: (GRID, colleague.pk),
    }


def test_a_target_takes_its_place_in_walking_order_from_its_own_door(street: Street) -> None:
    of = wave(campaign("one", 0, street.at), [STREET], street.at)
    first, second = street.door("101"), street.door("102")
    for door in (first, second):
        target(of, door.pk, walk_key="old")
    arranging.rewalk(Dwelling.objects.filter(pk=first.pk))
    assert dict(Target.objects.values_list("entity", "walk_key")) == {first.pk: first.walk_key, second.pk: "old"}
