"""Every row that phones are told of a grid: each condition keeps out exactly the rows that nothing else keeps out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.models import QuerySet

from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import clock
from gridwalk.phone.tests.conftest import Field
from gridwalk.phone.tests.test_pushing import states, visit
from gridwalk.registry.actions import creation
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Organization, Person, Residence, Site
from gridwalk.registry.tests.street import GRID, NEXT_GRID, phone
from gridwalk.sync.models import Op, Returned
from gridwalk.sync.queries import rows as grid_rows
from gridwalk.territory.models import Building, Stairwell
from gridwalk.visits.models import CareNeed, Visit
from gridwalk.visits.needs import Need
from gridwalk.visits.tests.test_finding import label
from gridwalk.visits.values import Found

ELSEWHERE = {"grid": NEXT_GRID}
DAY = dt.timedelta(days=1)


def told(field: Field, grid: str = GRID) -> set[str]:
    """The kinds and ids of what phones are told of a grid."""
    return {f"{row['kind']} {row['id']}" for row in grid_rows.of_grid(grid, today=clock.local_date(field.walk.at))}


def settle(field: Field) -> None:
    """One of everything that a grid's rows may hold."""
    street, walk = field.street, field.walk
    home = street.door("101")
    person = street.person("王试甲", home, phone=phone(1))
    with street.writing() as writing:
        for kind in ("organization", "site"):
            creation.register(writing, kind, [creation.New(grid=GRID, values={"name": "甲"}, source="ledger")])
    label(person)
    walk.dispatch()
    findings = Found(confirmed=(person.id,), care=(Need(person=person.id, need="medical", help="none"),))
    walk.knock(home, "met", walk.then(), findings=findings)
    street.say(person, "phone", phone(2))
    wire = field.phone()
    pushed = {"epoch": 0, "seq_from": 1, "ops": [visit(n, home, "no such outcome") for n in (1, 2)]}
    _, answer = wire.ask("POST", "push", pushed)
    assert states(answer) == ["returned"] * 2
    assigned = Returned.objects.order_by("op__seq")[1]
    Returned.objects.filter(pk=assigned.pk).update(state="assigned")


def changes(field: Field) -> Iterator[tuple[str, QuerySet[Any], dict[str, Any], set[str]]]:
    """What happens, to which rows, and the kinds that phones are then told no more; a visit that was returned is told
    as a visit, too.
    """
    today, now = clock.local_date(field.walk.at), field.walk.at
    waiting, assigned = Returned.objects.filter(state="waiting"), Returned.objects.filter(state="assigned")
    yield "a building ends", Building.objects.filter(grid=GRID), {"ended_on": today}, {"building"}
    yield "a building moves", Building.objects.filter(grid=GRID), ELSEWHERE, {"building", "stairwell"}
    yield "a door is struck off", Dwelling.objects.filter(grid=GRID), {"status": "struck_off"}, {"dwelling"}
    yield "a door moves", Dwelling.objects.filter(grid=GRID), ELSEWHERE, {"dwelling"}
    yield "a person ends", Person.objects.all(), {"status": "moved_away"}, {"person", "need", "care"}
    yield "a person moves", Person.objects.all(), ELSEWHERE, {"person"}
    yield "a residence ends", Residence.objects.all(), {"to_on": today}, {"residence"}
    yield "a residence moves", Residence.objects.all(), ELSEWHERE, {"residence"}
    yield "a business ends", Organization.objects.all(), {"status": "closed"}, {"organization"}
    yield "a business moves", Organization.objects.all(), ELSEWHERE, {"organization"}
    yield "a site ends", Site.objects.all(), {"status": "closed"}, {"site"}
    yield "a site moves", Site.objects.all(), ELSEWHERE, {"site"}
    yield "targets are left out", Target.objects.filter(grid=GRID), {"state": "left"}, {"target"}
    yield "targets move", Target.objects.filter(grid=GRID), ELSEWHERE, {"target"}
    yield "the campaign is closed", Campaign.objects.all(), {"state": "closed"}, {"target"}
    yield "a visit is withdrawn", Visit.objects.all(), {"withdrawn_at": now}, {"visit"}
    yield "a visit is another grid's", Visit.objects.all(), ELSEWHERE, {"visit"}
    yield "what waited is released", waiting, {"state": "released"}, {"visit"}
    yield "what waited is another grid's", waiting, ELSEWHERE, {"visit"}
    yield "what waited was no visit", Op.objects.filter(returned__in=waiting), {"verb": "fact.set"}, {"visit"}
    yield "what waited has no place", waiting, {"place": None}, {"visit"}
    yield "a task waits for the office again", assigned, {"state": "waiting"}, {"task"}
    yield "a task is another grid's", assigned, ELSEWHERE, {"task", "visit"}
    yield "a need is met", CareNeed.objects.all(), {"state": "met"}, {"need"}
    yield "care moves", CareLabel.objects.all(), ELSEWHERE, {"care", "need"}
    yield "care has ended", CareLabel.objects.all(), {"ended_on": today}, {"care"}
    yield "care begins tomorrow", CareLabel.objects.all(), {"starts_on": today + DAY}, {"care"}
    yield "care ran out yesterday", CareLabel.objects.all(), {"ends_on": today - DAY}, {"care"}
    yield "a difference is decided", Difference.objects.all(), {"state": "kept"}, {"difference"}
    yield "a difference moves", Difference.objects.all(), ELSEWHERE, {"difference"}


@pytest.mark.slow
def test_of_a_grid_phones_are_told_what_stands_in_it_and_nothing_else(field: Field) -> None:
    settle(field)
    stairwell = Stairwell.objects.get(building__grid=GRID)
    whole = told(field)
    kinds = {row.split()[0] for row in whole}
    assert kinds >= {"building", "dwelling", "person", "organization", "site", "target", "visit", "task", "difference"}
    assert f"stairwell {stairwell.pk}" in whole and len([row for row in whole if row.startswith("visit")]) == 3
    for what, records, after, gone in changes(field):
        with transaction.atomic():
            assert records.update(**after) >= 1, what
            left_out = whole - told(field)
            assert {row.split()[0] for row in left_out} == gone, what
            assert told(field) < whole, what
            assert len([row for row in left_out if row.startswith("visit")]) <= 1, f"{what}: the other visits stay"
            transaction.set_rollback(True)
    assert told(field) == whole


@pytest.mark.slow
def test_of_a_door_phones_are_told_its_last_three_visits(field: Field) -> None:
    home, walk = field.street.door("101"), field.walk
    walk.dispatch()
    visits = [walk.knock(home, "no_answer", walk.then(-day, hour)) for day, hour in ((4, 9), (2, 10), (2, 15), (1, 18))]
    numbers = {
        row["id"]: row["nth"]
        for row in grid_rows.of_grid(GRID, today=clock.local_date(walk.at))
        if row["kind"] == "visit"
    }
    in_turn = [str(pk) for pk in Visit.objects.order_by("at").values_list("pk", flat=True)]
    assert len(visits) == 4 and numbers == {in_turn[1]: 2, in_turn[2]: 3, in_turn[3]: 4}
