"""线上核查: each check asks what it should and not its near miss, and nothing once its street has switched it off."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.bench.actions import settings
from gridwalk.bench.cases import answers
from gridwalk.bench.online import ONLINE, Precision, sentence
from gridwalk.bench.queries import checks, online
from gridwalk.core import clock, ids
from gridwalk.registry.models import Difference, Dwelling, Residence
from gridwalk.registry.tests.street import FIRST, SECOND, Street, phone
from gridwalk.visits.models import Visit

STREET = FIRST[:9]
DAY = dt.date(2026, 10, 1)
CENTRE = Viewer(ids.new_id(), "中心", (Held(Role.STREET_CENTRE, STREET),))


def visited(door: Dwelling, outcome: str = "met", *, days: int = 0, **values: Any) -> Visit:
    """An answer at a door, some days after the first of October."""
    on = DAY + dt.timedelta(days=days)
    return Visit.objects.create(
        grid_id=door.grid_id,
        kind="dwelling",
        entity=door.pk,
        outcome=outcome,
        at=clock.at_local(on, 10),
        on=on,
        band="morning",
        worker_name="网格员",
        source="phone",
        received_at=clock.at_local(on, 10),
        **values,
    )


def asked(check: str, scope: str = FIRST) -> list[int]:
    """What the cases of a check count."""
    return sorted(each.case.n for each in checks.open_cases(SYSTEM, scope, DAY, [check]))


def home(street: Street, room: str, n: int = 1, **values: Any) -> Dwelling:
    """A door where some people live."""
    door = street.door(room)
    for each in range(n):
        street.person(f"程{room}{each}", door, **values)
    return door


def differs(door: Dwelling, field: str, *, days: int, state: str = "open", source: str = "ledger") -> None:
    """Another source says otherwise of a door."""
    Difference.objects.create(
        grid_id=door.grid_id,
        kind="dwelling",
        entity=door.pk,
        field=field,
        claimed_hash=field,
        source=source,
        why="differs",
        created_at=clock.at_local(DAY + dt.timedelta(days=days), 9),
        state=state,
    )


def _met_nobody(street: Street) -> None:
    visited(street.door("101"))


def _met_somebody_registered(street: Street) -> None:
    home(street, "101", kind="registered_here")
    visited(Dwelling.objects.get())
    visited(street.door("102", usage="business"))
    visited(street.door("103"), withdrawn_at=clock.now())
    visited(street.door("104"), "no_answer")


def _called_without_number(street: Street) -> None:
    visited(home(street, "101", 2), "phone")


def _called_with_number(street: Street) -> None:
    door = home(street, "101", 2)
    street.person("程三", door, phone=phone(1))
    visited(door, "phone")
    visited(street.door("102"), "phone")  # nobody is registered there: 见到人，没登记人 asks


def _doubted(street: Street) -> None:
    door = home(street, "101")
    for field in ("tenure", "usage"):
        differs(door, field, days=-1)
    visited(door)


def _doubted_since(street: Street) -> None:
    once, since, told = (home(street, room) for room in ("101", "102", "103"))
    differs(once, "tenure", days=-1)
    for field in ("tenure", "usage"):
        differs(since, field, days=0)
        differs(told, field, days=-1)
    visited(once)
    visited(since)
    visited(told, n_changed=1)


def _vacant_with_people(street: Street) -> None:
    visited(home(street, "101", 2), "vacant_confirmed")


def _vacant_in_the_register_too(street: Street) -> None:
    door = home(street, "101", 2)
    Dwelling.objects.filter(pk=door.pk).update(occupancy="vacant")
    visited(door, "vacant_confirmed")
    visited(home(street, "102", kind="registered_here"), "vacant_confirmed")


def _one_number(street: Street, *rooms: str) -> None:
    for room in rooms:
        visited(home(street, room, phone=phone(7)), "phone")


def _phone_for_three(street: Street) -> None:
    _one_number(street, "101", "102", "103")


def _phone_for_two(street: Street) -> None:
    _one_number(street, "101", "102")
    own = home(street, "103", phone=phone(7))
    street.person("程有", own, phone=phone(8))
    visited(own, "phone")  # its own number may have been called
    visited(home(street, "104", phone=phone(7)))  # met in person


def _stairwell(street: Street, *sizes: int) -> list[Dwelling]:
    return [home(street, str(101 + each), n) for each, n in enumerate(sizes)]


def _stairwell_alike(street: Street) -> None:
    for door in _stairwell(street, *[2] * 8):
        visited(door)


def _stairwell_but_one(street: Street) -> None:
    *doors, last = _stairwell(street, *[2] * 8)
    for door in doors:
        visited(door)
    visited(last, n_changed=1)


def _vacant_then_met(street: Street) -> None:
    door = home(street, "101")
    visited(door, "vacant_confirmed")
    visited(door, days=30)


def _vacant_then_moved_in(street: Street) -> None:
    late, come, same = (home(street, room) for room in ("101", "102", "103"))
    for door in (late, come, same):
        visited(door, "vacant_confirmed")
    visited(late, days=31)
    Residence.objects.filter(dwelling=come).update(from_on=DAY + dt.timedelta(days=3))
    visited(come, days=5)
    visited(same)


def _corrected(street: Street) -> None:
    door = home(street, "101")
    visited(door)
    for field in ("tenure", "usage"):
        differs(door, field, days=30, state="accepted")


def _corrected_late_or_kept(street: Street) -> None:
    for room, days, state, source in (
        ("101", 31, "accepted", "ledger"),
        ("102", 5, "kept", "ledger"),
        ("103", 5, "accepted", "visit"),
        ("104", 0, "accepted", "ledger"),
    ):
        door = home(street, room)
        visited(door)
        for field in ("tenure", "usage"):
            differs(door, field, days=days, state=state, source=source)


def _building(street: Street, *sizes: int) -> None:
    for door in _stairwell(street, *sizes):
        visited(door)


def _sizes_alike(street: Street) -> None:
    _building(street, *[1] * 18, 2, 3)  # 18 of 20: 90 %


def _sizes_of_a_building(street: Street) -> None:
    _building(street, *[1] * 17, 2, 2, 3)


def _people_born(street: Street, n_new_year: int, n_other: int) -> None:
    door = street.door("101")
    for each in range(n_new_year):
        street.person(f"程元{each}", door, born_on=f"{1950 + each}-01-01")
    for each in range(n_other):
        street.person(f"程常{each}", door, born_on=f"{1950 + each}-01-02")
    street.person("程无", door)


def _birthdays_alike(street: Street) -> None:
    _people_born(street, 6, 24)  # 20 % of 30


def _birthdays(street: Street) -> None:
    _people_born(street, 6, 25)


ASKED: dict[str, tuple[Callable[[Street], None], Callable[[Street], None], int]] = {
    "met_nobody": (_met_nobody, _met_somebody_registered, 1),
    "phone_without_number": (_called_without_number, _called_with_number, 2),
    "unchanged_but_doubted": (_doubted, _doubted_since, 2),
    "vacant_with_people": (_vacant_with_people, _vacant_in_the_register_too, 2),
    "phone_for_many": (_phone_for_three, _phone_for_two, 3),
    "stairwell_alike": (_stairwell_alike, _stairwell_but_one, 8),
    "vacant_then_met": (_vacant_then_met, _vacant_then_moved_in, 30),
    "unchanged_then_corrected": (_corrected, _corrected_late_or_kept, 2),
    "sizes_alike": (_sizes_alike, _sizes_of_a_building, 18),
    "birthdays_alike": (_birthdays_alike, _birthdays, 6),
}
"""Check → what it asks, its near misses, and what its sentence then counts."""


def test_every_online_check_is_tried() -> None:
    assert set(ASKED) == set(ONLINE) == {path.stem for path in STATEMENTS.glob("*.sql")} - {"answers"}


@pytest.mark.parametrize("check", ONLINE)
def test_it_asks_what_it_should_until_it_is_switched_off(street: Street, check: str) -> None:
    plant, _, n = ASKED[check]
    plant(street)
    assert asked(check) == [n]
    assert asked(check, STREET) == [n]
    assert asked(check, SECOND) == []
    (waiting,) = checks.open_cases(SYSTEM, FIRST, DAY, [check])
    lead = waiting.case.lead
    assert lead.kind == ONLINE[check].kind
    again = checks.get_case(SYSTEM, check, lead.id, DAY)
    assert again is not None and again.seen == waiting.case.seen, "found by its record as over the area"
    usual = {name: threshold.usual for name, threshold in ONLINE[check].thresholds.items()}
    settings.set_check(actor=CENTRE, at=street.at, street=STREET, code=check, is_on=False, thresholds=usual)
    assert asked(check) == []
    settings.set_check(actor=CENTRE, at=street.at, street=STREET, code=check, is_on=True, thresholds=usual)
    assert asked(check) == [n]


@pytest.mark.parametrize("check", ONLINE)
def test_it_does_not_ask_a_near_miss(street: Street, check: str) -> None:
    _, miss, _ = ASKED[check]
    miss(street)
    assert asked(check) == []


def test_a_threshold_that_a_street_sets_moves_where_it_asks(street: Street) -> None:
    _phone_for_two(street)
    settings.set_check(
        actor=CENTRE, at=street.at, street=STREET, code="phone_for_many", is_on=True, thresholds={"doors": 2}
    )
    assert asked("phone_for_many") == [2]
    with pytest.raises(settings.SettingError, match="请填 2 到 50 的整数"):
        settings.set_check(
            actor=CENTRE, at=street.at, street=STREET, code="phone_for_many", is_on=True, thresholds={"doors": 1}
        )


STATEMENTS = Path(answers.__file__).with_name("online")


def test_no_check_looks_at_who_visited_or_at_the_hour() -> None:
    """Red line 2: no worker, no clock, no speed. The hour orders two visits of one day and is read nowhere else."""
    for path in STATEMENTS.glob("*.sql"):
        text = re.sub(r"--.*", "", path.read_text("utf-8"))
        assert not re.search(r"worker|\bband\b|received|met_adult|mono|_by\b", text), path.name
        if path.stem != "answers":
            assert not re.search(r"\.at\b", text), path.name
    start = (STATEMENTS / "answers.sql").read_text("utf-8")
    assert start.count("history.at") == 1 and 'ORDER BY history.door, history."on" DESC, history.at DESC' in start


def test_one_query_a_check(street: Street) -> None:
    _stairwell_alike(street)
    online.online_checks(SYSTEM, FIRST, DAY)
    with CaptureQueriesContext(connection) as few:
        online.online_checks(SYSTEM, FIRST, DAY)
    assert len(few) == len(ONLINE) + 4, (
        "the settings for page and for cases, what is answered, how often each was right"
    )


def test_precision_is_said_from_ten_answers_on() -> None:
    assert Precision(9, 0, 0).bounds is None, "样本不足"
    # Wilson (1927) for 6 of 10: 31.27 % to 83.18 %, as Newcombe (1998) tabulates the method.
    assert Precision(6, 3, 1).bounds == (31, 84)
    assert sentence("phone_for_many", 3) == "一个号码电话核实了 3 户"
