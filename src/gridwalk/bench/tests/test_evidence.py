"""What is told of the records of a case, value by value."""

from __future__ import annotations

import datetime as dt

from gridwalk.accounts.rules import SYSTEM
from gridwalk.bench.queries import checks
from gridwalk.bench.queries.evidence import cases
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry.models import Person
from gridwalk.registry.tests.street import (
    Street,
    lead,
    phone,
)

TODAY = dt.date(2026, 10, 13)
BORN = "1980-01-01"


def test_beside_a_value_stands_its_source_and_beside_none_nothing(street: Street) -> None:
    for room, number in (("101", phone(1)), ("102", phone(2)), ("103", "")):
        street.person("张桂兰", street.door(room), born_on=BORN, phone=number)
    # a number that was taken out has still come from somewhere
    Person.objects.filter(residences__dwelling__room="102").update(phone_sealed="", phone_index="")
    (waits,) = checks.open_cases(SYSTEM, "120105001", TODAY, ["same_name_and_birth"])
    told = cases.evidence(lead(), waits.case)
    (numbers,) = [line.cells for line in told.lines if line.label == dictionary.label("person", "phone")]
    assert sorted((bool(cell.text), bool(cell.note)) for cell in numbers) == [
        (False, False),
        (False, False),
        (True, True),
    ]
    (born,) = [line.cells for line in told.lines if line.label == dictionary.label("person", "born_on")]
    assert all(cell.text and cell.note for cell in born)
