from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

from gridwalk.simulate.acting import days
from gridwalk.simulate.acting.knocks import SHANGHAI, Knock, calendar
from gridwalk.simulate.oracle import settling
from gridwalk.simulate.street.world import PILOT, World
from gridwalk.simulate.tests.conftest import START

# Later the pilot grids run out of doors.
END_OF_RUSH = dt.datetime(2026, 10, 10, tzinfo=SHANGHAI)


def test_a_longer_plan_begins_with_the_shorter_one(small: World) -> None:
    short = list(days.plan(small, 12, START))
    longer = list(days.plan(small, 15, START))
    assert longer[: len(short)] == short
    assert {grid[:12] for day, _, grid, _ in short if day.n < days.ALL_FROM_DAY} == {PILOT}


def test_working_days_leave_out_weekends_and_holidays_and_a_saturday_belongs_to_the_monday_after() -> None:
    days_ = list(calendar(dt.date(2026, 9, 21), 12))
    # 25 September is 中秋, 1 to 7 October 国庆节; Saturday 10 October is worked instead
    assert [day.date.day for day in days_ if not day.saturday] == [21, 22, 23, 24, 28, 29, 30, 8, 9, 10, 12, 13]
    assert [(day.n, day.date.isoformat()) for day in calendar(dt.date(2026, 10, 12), 8) if day.saturday] == [
        (6, "2026-10-17")
    ]


def test_nobody_is_disturbed_in_quiet_hours_nor_twice_in_a_band(knocks: list[Knock]) -> None:
    seen: Counter[tuple[str, dt.date, str]] = Counter()
    visits: Counter[str] = Counter()
    for knock in knocks:
        assert knock.at.tzinfo is SHANGHAI
        assert dt.time(9) <= knock.at.time() < dt.time(20, 30)
        seen[knock.ref, knock.at.date(), settling.band(knock.at)] += 1
        visits[knock.ref] += knock.kind == "dwelling"
        assert visits[knock.ref] <= 6 or knock.outcome in ("met", "phone", "vacant_confirmed")
    assert max(seen.values()) == 1
    assert len({knock.op for knock in knocks}) == len(knocks)


def test_a_worker_manages_what_a_worker_manages(small: World, knocks: list[Knock]) -> None:
    by_day: Counter[tuple[str, dt.date]] = Counter(
        (k.grid, k.at.date()) for k in knocks if k.at.weekday() < 5 and k.at < END_OF_RUSH
    )
    assert min(by_day.values()) >= 15
    assert max(by_day.values()) <= 30
    attempts = defaultdict(list)
    for knock in knocks:
        attempts[knock.ref].append(settling.Attempt(knock.at, knock.outcome, knock.second_source, knock.grid))
    homes = [d for d in small.doors.values() if d.usage == "residential"]
    pilot = [settling.settle(attempts[d.ref]) for d in homes if d.place.community == PILOT]
    other = [settling.settle(attempts[d.ref]) for d in homes if d.place.community != PILOT]
    assert pilot.count("visited") / len(pilot) >= 0.94
    assert 0.6 < other.count("visited") / len(other) < 0.8


def test_what_is_wrong_at_a_door_is_said_at_the_first_meeting(small: World, knocks: list[Knock]) -> None:
    met = {k.ref: k for k in reversed(knocks) if k.kind == "dwelling" and k.outcome == "met"}
    looked = Counter[str]()
    for fault in small.faults:
        refs = [s.door for s in small.persons[fault.ref].stays] if fault.ref in small.persons else [fault.ref]
        knock = met.get(refs[0])
        if knock is None:
            continue
        looked[fault.kind] += 1
        if fault.kind == "dead_active":
            assert ("person", fault.ref, "status", "deceased") in knock.claims
        elif fault.kind == "newborn":
            assert [a.values["relation"] for a in knock.arrivals if a.ref == fault.ref] == ["grandchild"]
        elif fault.kind == "let_as_owner":
            assert ("dwelling", fault.ref, "tenure", "let") in knock.claims
        elif fault.kind == "new_tenant":
            assert knock.arrivals
            assert knock.departures
        elif fault.kind == "id_checksum":
            stay = small.persons[fault.ref].stays[0]
            assert stay.kind == "registered_here" or any(c[1:3] == (fault.ref, "id_no") for c in knock.claims)
    assert looked["dead_active"] and looked["newborn"] and looked["let_as_owner"] and looked["new_tenant"]
