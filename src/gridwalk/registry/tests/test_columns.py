"""The tables hold what the dictionary says, and nothing that it does not know; values go in and come out alike."""

from __future__ import annotations

import uuid

import pytest
from django.core.management import call_command
from django.db import models

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Column, Field
from gridwalk.method.linkage import prepare
from gridwalk.reconcile.queries import register
from gridwalk.registry import columns
from gridwalk.registry.models import CareLabel, Dwelling, Entity, Person

TABLES: dict[str, type[models.Model]] = {**columns.TABLES, "care": CareLabel}
TYPES: dict[Column, type[models.Field]] = {  # type: ignore[type-arg]
    Column.TEXT: models.CharField,
    Column.CHOICE: models.CharField,
    Column.WHOLE: models.IntegerField,
    Column.NUMBER: models.DecimalField,
    Column.DATE: models.DateField,
    Column.SEALED: models.TextField,
}
FACTS = [f for kind in TABLES for f in dictionary.fields(kind) if not f.locates and not f.on_link]
STRUCTURE = {
    *(f.name for f in Entity._meta.get_fields()),
    *("building", "stairwell", "dwelling", "person", "community", "address", "address_key", "floor", "room"),
    *("walk_key", "name_key", "sort_key", "vacancy_source", "vacancy_confirmed_on", "last_contact_on"),
    *("id_no_checked_on", "status", "status_pending", "ended_on", "ended_as", "ended_why", "responsible"),
    *(f.name for f in CareLabel._meta.get_fields() if f.name in {"id", "grid", "source", "source_ref", "created_at"}),
}
"""Columns that are no fields: places, keys, states and days of the record itself. A new one is named here on purpose;
a fact about the world belongs into the dictionary instead.
"""


def _of(field: Field) -> dict[str, models.Field]:  # type: ignore[type-arg]
    return {column.name: column for column in TABLES[field.kind]._meta.concrete_fields}


@pytest.mark.parametrize("field", FACTS, ids=lambda f: f"{f.kind}.{f.name}")
def test_it_has_a_column_of_the_right_type_for_every_field(field: Field) -> None:
    of = _of(field)
    name = f"{field.name}_sealed" if field.column is Column.SEALED else field.name
    assert name in of, f"{field.kind} has no column {name}: add it to the model, then make the migration"
    column = of[name]
    assert isinstance(column, TYPES[field.column]), f"{name} is no {field.column}"
    if field.column is Column.SEALED:
        assert f"{field.name}_index" in of and field.index
    elif field.column in {Column.TEXT, Column.CHOICE}:
        assert not column.null, "a text that nobody has said is empty, not null"
    elif not field.never_empty and field.kind != "care":
        assert column.null, "what may be empty is null"
    if field.choices:
        assert max(map(len, field.choices)) <= (column.max_length or 0)


@pytest.mark.parametrize("kind", TABLES)
def test_it_keeps_no_fact_that_the_dictionary_does_not_know(kind: str) -> None:
    columns_there = {f.name for f in dictionary.fields(kind)}
    columns_there |= {f"{f.name}_{part}" for f in dictionary.fields(kind) if f.is_sensitive for part in PARTS}
    unknown = {column.name for column in TABLES[kind]._meta.concrete_fields} - columns_there - STRUCTURE
    assert not unknown, f"no field of the dictionary says why these columns of {kind} are kept"


@pytest.mark.django_db
def test_it_has_a_migration_for_every_column() -> None:
    call_command("makemigrations", "registry", check=True, dry_run=True, verbosity=0)


PARTS = ("sealed", "index")


BESIDE = {"id_text", "name_seen", "phone_seen", "phone_more", "community"}
BESIDE |= {"phone_home", prepare.PRESUMED, *(prepare.REGISTERED + part for part in prepare.PLACE)}
"""What a ledger says beside the fields that are compared: a cell as it stands, whose row it is, the parts of the
address a person is registered at, the household's telephones, and whether the door is the household's.
"""


def test_it_compares_the_kinds_of_which_the_dictionary_says_so() -> None:
    assert set(register.KINDS) == {kind for kind in dictionary.KINDS if dictionary.compared(kind)}
    for kind, asked in prepare.COLUMNS.items():
        assert set(asked) - BESIDE <= {f.name for f in dictionary.compared(kind)}, "linking asks for what is there"


@pytest.mark.parametrize(
    ("entity", "field", "value", "kept"),
    [
        (Dwelling, "area_m2", "80.5", "80.5"),
        (Dwelling, "area_m2", "80", "80"),
        (Dwelling, "area_m2", None, None),
        (Dwelling, "owner_name", None, ""),
        (Dwelling, "owner_phone", "12012345678", "12012345678"),
        (Person, "born_on", "1980-02-29", "1980-02-29"),
        (Person, "born_on", "", None),
        (columns.TABLES["site"], "interval_days", 7, 7),
        (columns.TABLES["site"], "interval_days", "30", 30),
        (columns.TABLES["site"], "interval_days", None, None),
    ],
)
def test_it_reads_back_what_was_written(entity: type[Entity], field: str, value: object, kept: object) -> None:
    record = entity(id=uuid.uuid4())
    columns.write(record, field, value)
    assert columns.read(record, field) == kept
