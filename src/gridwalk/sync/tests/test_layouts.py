"""A record as a row of the phone: what the database spells stands there as the record has it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from gridwalk.registry.tests.street import GRID, Street
from gridwalk.sync.queries import layouts
from gridwalk.sync.queries import rows as grid_rows
from gridwalk.visits.tests.walk import Walk

pytestmark = pytest.mark.django_db
IDS_AND_HEADS = (uuid.UUID, dict)
"""What comes as a text from the database and not as a value of ours."""


def _spelled(value: Any) -> Any:
    return str(value) if isinstance(value, uuid.UUID) else value


def test_ids_and_heads_stand_in_a_row_as_the_record_has_them(at: dt.datetime) -> None:
    walk = Walk(Street.lay_out(at), at)
    door = walk.street.door("101", owner_name="程兰因", tenure="owner")
    person = walk.street.person("程“望”舒\u2028", door)
    walk.street.say(person, "sex", "female", source="office")
    walk.dispatch()
    walk.knock(door, "met", walk.then(hour=9))
    rows = {(row["kind"], row["id"]): row for row in grid_rows.of_grid(GRID, today=at.date())}
    for kind in ("building", "stairwell", "dwelling", "person", "residence", "target", "visit"):
        layout = layouts.of(kind)
        (record,) = layouts.TABLES[kind]._default_manager.all()
        row = rows[kind, str(record.pk)]
        values = {name: getattr(record, of) for name, of in zip(layout.names, layout.attributes, strict=True)}
        compared = {name: value for name, value in values.items() if isinstance(value, IDS_AND_HEADS)}
        assert compared and {name: row[name] for name in compared} == {n: _spelled(v) for n, v in compared.items()}
    assert rows["person", str(person.pk)]["heads"].keys() >= {"name", "sex"}
    assert rows["target", next(pk for kind, pk in rows if kind == "target")]["assignee"] is None
