"""The facilities of the synthetic street and the rounds made there."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from gridwalk.simulate.street import facilities
from gridwalk.simulate.street.world import World

TODAY = dt.date(2026, 11, 20)


def test_every_building_has_some_and_no_number_is_given_twice(small: World) -> None:
    kinds = Counter(one.facility_kind for one in small.facilities.values())
    assert set(kinds) == set(facilities.KINDS)
    numbers = [one.name for one in small.facilities.values() if one.name]
    assert len(numbers) == len(set(numbers))
    assert any(not one.name for one in small.facilities.values()), "some have no number"
    assert all(one.contact_phone.startswith("12") for one in small.facilities.values())
    states = Counter(one.status for one in small.facilities.values())
    assert 0 < states["out_of_use"] < states["active"]


def test_most_are_seen_in_time_some_are_broken_and_some_of_those_repaired(small: World) -> None:
    found = list(facilities.walks(list(small.facilities.values()), TODAY, small.seed))
    assert found == list(facilities.walks(list(small.facilities.values()), TODAY, small.seed)), "the same again"
    assert [walk.on for walk in found] == sorted(walk.on for walk in found)
    assert all(walk.on <= TODAY for walk in found)
    n = Counter(walk.result for walk in found for _ in walk.refs)
    assert 0 < n["repaired"] < n["faulty"] < n["fine"] < len(small.facilities)
    broken = {walk.refs[0] for walk in found if walk.result == "faulty"}
    assert {walk.refs[0] for walk in found if walk.result == "repaired"} < broken
    for walk in found:
        assert {small.facilities[ref].place.grid for ref in walk.refs} == {walk.grid}
