"""What a difference is decided on: every other fact of the record that somebody names, beside what is recorded."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.core import clock
from gridwalk.differences.queries import differences
from gridwalk.differences.queries.evidence import evidence
from gridwalk.registry.models import Difference
from gridwalk.registry.tests.street import Street, lead, phone

pytestmark = pytest.mark.django_db


def test_facts_stand_beside_the_claim_where_either_says_something(street: Street) -> None:
    person = street.person("王试甲", street.door(), phone=phone(1), sex="male", registered_address="甲里9号")
    street.say(person, "phone", phone(2))
    row = differences.get_difference(lead(), Difference.objects.get().pk)
    claim = {"name": "王试甲", "sex": "female", "phone": phone(2), "born_on": "1980-01-01", "registered_address": None}
    told = evidence(lead(), row, today=clock.local_date(street.at), claim=claim)
    lines = {line.field: line for line in told.lines}
    assert set(lines) == {"name", "sex", "born_on", "registered_address", "status"}, (
        "the field in question and what nobody names stay out"
    )
    assert {field for field, line in lines.items() if line.alike} == {"name"}
    assert [bool(lines["registered_address"].claimed), bool(lines["born_on"].current)] == [False, False]


def test_whoever_names_nothing_else_is_shown_what_is_recorded(street: Street, at: dt.datetime) -> None:
    person = street.person("王试甲", street.door(), phone=phone(1), registered_address="甲里9号")
    street.say(person, "phone", phone(2))
    row = differences.get_difference(lead(), Difference.objects.get().pk)
    told = evidence(lead(), row, today=at.date())
    assert {line.field for line in told.lines} == {"name", "registered_address", "status"}
    assert not any(line.claimed or line.alike for line in told.lines)
