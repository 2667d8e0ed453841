"""The facilities of the synthetic street and the rounds made there."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from gridwalk.simulate.street import facilities
from gridwalk.simulate.street.world import World

TODAY = dt.date(2026, 11, 20)


def test_every_building_has_some_and_no_number_is_given_twice(small: World) -> None:
    kinds = Counter(facility.facility_kind for facility in small.facilities.values())
    assert set(kinds) == set(facilities.KINDS)
    numbers = [facility.name for facility in small.facilities.values() if facility.name]
    assert len(numbers) == len(set(numbers))
    assert any(not facility.name for facility in small.facilities.values()), "some have no number"
    assert all(facility.contact_phone.startswith("12") for facility in small.facilities.values())
    states = Counter(facility.status for facility in small.facilities.values())
    assert 0 < states["out_of_use"] < states["active"]


def test_most_are_seen_in_time_some_are_broken_and_some_of_those_repaired(small: World) -> None:
    walks = list(facilities.walks(list(small.facilities.values()), TODAY, small.seed))
    assert walks == list(facilities.walks(list(small.facilities.values()), TODAY, small.seed)), "the same again"
    assert [walk.on for walk in walks] == sorted(walk.on for walk in walks)
    assert all(walk.on <= TODAY for walk in walks)
    n = Counter(walk.result for walk in walks for _ in walk.refs)
    assert 0 < n["repaired"] < n["faulty"] < n["fine"] < len(small.facilities)
    broken = {walk.refs[0] for walk in walks if walk.result == "faulty"}
    assert {walk.refs[0] for walk in walks if walk.result == "repaired"} < broken
    for walk in walks:
        assert {small.facilities[ref].place.grid for ref in walk.refs} == {walk.grid}
