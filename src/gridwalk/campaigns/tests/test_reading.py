"""Which campaign runs where, and whose targets are whose, with another campaign beside it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.campaigns import predicates, queries
from gridwalk.campaigns.models import Campaign, Target, Wave
from gridwalk.core import ids
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, Street, lead, worker

STREET = "120105001"
DAY = dt.date(2026, 10, 1)


@pytest.fixture
def street(db: None, at: dt.datetime) -> Street:
    return Street.lay_out(at)


def campaign(name: str, days: int, at: dt.datetime, **values: Any) -> Campaign:
    """One that began so many days after the first of October, and runs."""
    begun = DAY + dt.timedelta(days=days)
    usual = {"scope": STREET, "state": "running", "quiet_from": dt.time(20, 30), "quiet_until": dt.time(9)}
    return Campaign.objects.create(
        name=name, starts_on=begun, ends_on=begun + dt.timedelta(days=60), created_at=at, **{**usual, **values}
    )


def wave(of: Campaign, scopes: list[str], at: dt.datetime | None, order: int = 1) -> Wave:
    return Wave.objects.create(
        campaign=of, order=order, name="一批", scopes=scopes, kinds=["dwelling"], starts_on=DAY, dispatched_at=at
    )


def target(of: Wave, entity: Any, **values: Any) -> Target:
    usual = {"grid_id": GRID, "kind": "dwelling", "created_at": of.campaign.created_at}
    return Target.objects.create(campaign=of.campaign, wave=of, entity=entity, **{**usual, **values})


def test_the_running_one_that_began_last_is_a_grids_and_the_pages(street: Street) -> None:
    seen = {
        "closed": campaign("closed", 9, street.at, state="closed"),
        "old": campaign("old", 0, street.at),
        "new": campaign("new", 5, street.at),
        "of the first": campaign("of the first", 7, street.at, scope=FIRST),
        "draft": campaign("draft", 8, street.at, state="draft"),
    }
    assert queries.running_for(GRID) == seen["of the first"]
    assert queries.running_over([GRID, FAR_GRID, "120106001001001"]) == {
        GRID: seen["of the first"],
        FAR_GRID: seen["new"],
        "120106001001001": None,
    }
    order = ["closed", "draft", "of the first", "new", "old"]
    assert [each.name for each in queries.campaigns(lead())] == order
    assert queries.current_campaign(lead()) == seen["of the first"]
    assert queries.current_campaign(lead(SECOND)) == seen["new"]
    Campaign.objects.update(state="closed")
    assert queries.current_campaign(lead()) == seen["closed"], "the last one, where none runs"
    nobody = Viewer(ids.new_id(), "核查", (Held(Role.INSPECTOR, STREET),))
    assert queries.current_campaign(nobody) is None


def test_waves_reach_into_a_scope_from_above_and_from_below(street: Street) -> None:
    of = campaign("new", 0, street.at)
    whole, first = wave(of, [STREET], street.at), wave(of, [FIRST], None, order=2)
    second = wave(of, [SECOND, NEXT_GRID], None, order=3)
    assert queries.waves_over(of, GRID) == ([whole], [first])
    assert queries.waves_over(of, FIRST) == ([whole], [first, second])
    assert queries.waves_over(of, FAR_GRID) == ([whole], [second])


def test_a_target_is_of_one_campaign_and_of_one_door(street: Street) -> None:
    first, second = (wave(campaign(name, 0, street.at), [STREET], street.at) for name in ("one", "two"))
    door, other = street.door("101"), street.door("102")
    targets = [target(of, entity.pk) for of in (first, second) for entity in (door, other)]
    for each in targets:
        assert queries.target_of(each.campaign_id, each.entity) == each
    assert queries.target_of(first.campaign_id, ids.new_id()) is None
    assert queries.target_of(ids.new_id(), door.pk) is None


def test_what_is_nobodys_is_counted_by_grid_and_kind_where_counts_are_seen(
    street: Street, account: Callable[..., User]
) -> None:
    of, other = (wave(campaign(name, 0, street.at), [STREET], street.at) for name in ("one", "two"))
    on, holder = dt.date(2099, 1, 1), account(Role.GRID_WORKER, GRID)
    for values in (
        {},
        {},
        {"kind": "organization"},
        {"state": "visited"},
        {"state": "pending"},
        {"assignee": holder},
        {"grid_id": NEXT_GRID, "assignee": holder},
        {"grid_id": FAR_GRID},
    ):
        target(of, ids.new_id(), **values)
    target(other, ids.new_id())
    here = {(GRID, "dwelling"): 2, (GRID, "organization"): 1, (NEXT_GRID, "dwelling"): 1}
    assert queries.of_nobody(lead(), of.campaign, FIRST, on) == here
    assert queries.of_nobody(lead(), of.campaign, STREET, on) == here, "no more than the viewer sees"
    theirs = Target.objects.filter(predicates.of_nobody(on), campaign=of.campaign, grid__code__startswith=FIRST)
    assert Counter(theirs.values_list("grid_id", "kind")) == here, "as many as the list of them has rows"
    assert queries.of_nobody(worker(NEXT_GRID), of.campaign, FIRST, on) == {(NEXT_GRID, "dwelling"): 1}
    assert queries.of_nobody(lead(SECOND), of.campaign, FIRST, on) == {}


@pytest.mark.parametrize(
    ("values", "conditions"),
    [
        ({}, {"in_scope", "remaining"}),
        ({"state": "visited"}, {"in_scope", "visited"}),
        ({"state": "visited", "met_in_person": True}, {"in_scope", "visited", "met_in_person"}),
        ({"state": "explained", "met_in_person": True}, {"in_scope", "explained"}),
        ({"state": "pending"}, {"in_scope", "pending"}),
        ({"state": "left"}, set()),
        ({"kind": "site"}, {"remaining"}),
    ],
)
def test_each_state_is_of_one_condition(street: Street, values: dict[str, Any], conditions: set[str]) -> None:
    of, other = (wave(campaign(name, 0, street.at), [STREET], street.at) for name in ("one", "two"))
    target(of, ids.new_id(), **values)
    target(other, ids.new_id(), state="left")
    rows = Target.objects.filter(campaign=of.campaign)
    holds = {
        name
        for name in ("visited", "explained", "pending", "remaining", "met_in_person")
        if rows.filter(getattr(predicates, name)()).exists()
    }
    in_scope = predicates.in_scope(of.campaign_id, "dwelling")
    assert holds | ({"in_scope"} if in_scope.exists() else set()) == conditions
    assert not set(in_scope) - set(rows)
