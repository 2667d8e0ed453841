"""The kept days of a trend: from the first day asked for to the last, of the grids and the campaign asked for."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from gridwalk.indicators import definitions, tallies
from gridwalk.indicators.definitions import Moment
from gridwalk.indicators.models import NO_CAMPAIGN, Snapshot
from gridwalk.indicators.tallies import Figure
from gridwalk.registry.models import Person
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, Street

CAMPAIGN, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def _keep(day: int, grid: str, n: int, *, indicator: str = "visits", campaign: uuid.UUID = CAMPAIGN) -> None:
    on = dt.date(2026, 10, day)
    Snapshot.objects.create(on=on, grid=grid, indicator=indicator, campaign=campaign, n=n, d=20, parts={"met": n})


@pytest.mark.django_db
def test_a_day_is_the_sum_of_its_grids_and_none_lies_outside_of_what_was_asked() -> None:
    visits, linkage = definitions.INDICATORS["visits"], definitions.INDICATORS["linkage"]
    for day in (10, 11, 12, 13):
        _keep(day, GRID, day)
    _keep(12, NEXT_GRID, 5)
    _keep(12, FAR_GRID, 7)
    _keep(12, GRID, 9, campaign=OTHER)
    _keep(12, GRID, 3, indicator="linkage", campaign=NO_CAMPAIGN)
    asked = {"since": dt.date(2026, 10, 11), "until": dt.date(2026, 10, 12)}
    of_two = tallies.days_of(visits, CAMPAIGN, {FIRST: [GRID, NEXT_GRID], SECOND: [FAR_GRID]}, **asked)
    assert {area: list(days.items()) for area, days in of_two.items()} == {
        FIRST: [
            (dt.date(2026, 10, 11), Figure(11, 20, (("met", 11),))),
            (dt.date(2026, 10, 12), Figure(17, 40, (("met", 17),))),
        ],
        SECOND: [(dt.date(2026, 10, 12), Figure(7, 20, (("met", 7),)))],
    }
    assert tallies.days_of(linkage, CAMPAIGN, {FIRST: [GRID]}, **asked) == {
        FIRST: {dt.date(2026, 10, 12): Figure(3, 20, (("met", 3),))}
    }


@pytest.mark.django_db
def test_a_campaign_whose_beginning_is_moved_is_counted_anew(at: dt.datetime) -> None:
    """One of two was verified on 5 October: since the 1st that is one, since the 6th nobody."""
    street = Street.lay_out(at)
    door = street.door()
    person = street.person("赵试", door)
    street.person("钱试", door)
    Person.objects.filter(pk=person.pk).update(verified_on=dt.date(2026, 10, 5))
    verified = definitions.INDICATORS["persons_verified"]
    for day, n in ((1, 1), (6, 0), (1, 1)):
        moment = Moment(at.date(), CAMPAIGN, dt.date(2026, 10, day))
        assert tallies.figures([verified], moment, [GRID], at=at)["persons_verified"] == {GRID: Figure(n, 2)}
