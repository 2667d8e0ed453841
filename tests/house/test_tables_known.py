"""Every table whose rows stand in a grid or speak of a record says what becomes of them (``core.kept``)."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from gridwalk.core import hanging
from gridwalk.core.kept import Blanked, ByHand, Goes, Kept, Repointed, Stays
from gridwalk.registry.models import Difference, Entity

GRIDS = {"grid", "stream"}
"""What a column of a grid's code is called, where it is no relation."""
OFFICE = {
    *("actor", "by", "agreed_by", "decided_by", "made_by", "owner", "proposed_by"),
    *("released_by", "settled_by", "undone_by", "user", "worker"),
}
INTENTIONS = {"head", "op", "undone_as"}
WORK = {"batch", "campaign", "difference", "file", "list_id", "photo", "together"}
NO_RECORDS = OFFICE | INTENTIONS | WORK
"""Columns of ids that name no record of the register: people of the office, intentions, pieces of work."""
DECLARED = [pytest.param(table, kept, id=table._meta.label) for table, kept in hanging.tables()]


def ids(table: type[models.Model]) -> Iterator[str]:
    """The columns that name a record of the register, or a row that speaks of one."""
    for column in table._meta.concrete_fields:
        if column.is_relation:
            if speaks_of_a_record(column.related_model):
                yield column.name
            continue
        bare = column.base_field if isinstance(column, ArrayField) else column
        if isinstance(bare, models.UUIDField) and not column.primary_key and column.name not in NO_RECORDS:
            yield column.name


def speaks_of_a_record(table: Any) -> bool:
    return issubclass(table, Entity) or bool((kept := getattr(table, "KEPT", None)) and kept.of)


def undeclared(table: type[models.Model]) -> list[str]:
    """What a table leaves open."""
    kept = getattr(table, "KEPT", Kept())
    open_ = [column for column in GRIDS & {f.name for f in table._meta.concrete_fields} if column != kept.grid]
    return open_ + ([] if kept.of else list(ids(table)))


def test_every_table_of_records_or_grids_says_what_becomes_of_its_rows() -> None:
    tables = [table for table in apps.get_models() if table.__module__.startswith("gridwalk.")]
    assert {table._meta.label: columns for table in tables if (columns := undeclared(table))} == {}


def test_a_table_that_says_nothing_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    assert undeclared(Difference) == []
    monkeypatch.setattr(Difference, "KEPT", Kept())
    assert undeclared(Difference) == ["grid", "entity"]


@pytest.mark.parametrize(
    "answers",
    [
        {"grid": "grid"},
        {"moved": Stays("why")},
        {"of": ("entity",)},
        {"of": ("entity",), "merged": Stays("why")},
        {"of": ("entity",), "erased": Stays("why")},
        {"grid": "grid", "moved": Goes()},
    ],
)
def test_nothing_is_left_half_said(answers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="rows that"):
        Kept(**answers)


@pytest.mark.parametrize(("table", "kept"), DECLARED)
def test_what_a_table_declares_is_there(table: type[models.Model], kept: Kept) -> None:
    """Columns are columns of the table, and conditions select rows."""
    paths = [kept.grid, *kept.of] if kept.grid else [*kept.of]
    if isinstance(kept.erased, Blanked):
        paths += [kept.erased.by] if kept.erased.by else []
        for column, value in kept.erased.columns.items():
            assert value is not None or hanging.target(table, column).null, column
    for path in paths:
        assert hanging.target(table, path)
    conditions = [kept.moved.alone] if isinstance(kept.moved, Goes) else []
    conditions += [kept.merged.only] if isinstance(kept.merged, Repointed) else []
    for condition in conditions:
        assert str(table._default_manager.filter(**(condition or {})).query)


@pytest.mark.parametrize(("table", "kept"), DECLARED)
def test_what_is_not_done_by_the_declaration_has_a_step_or_a_reason(table: type[models.Model], kept: Kept) -> None:
    for answer in (kept.moved, kept.merged, kept.erased):
        if isinstance(answer, ByHand):
            require_step(table, answer)
        assert not isinstance(answer, Stays) or answer.why


def require_step(table: type[models.Model], by_hand: ByHand) -> None:
    """The step is there, in a file that names the table, or that reaches its rows from those they hang on."""
    module, step = f"gridwalk.{by_hand.step}".rsplit(".", 1)
    assert callable(getattr(importlib.import_module(module), step)), by_hand
    names = {table.__name__}
    for column in table._meta.concrete_fields:
        related = column.remote_field.related_name if column.remote_field else None
        names |= {related} if related and related != "+" else set()
    text = inspect.getsource(importlib.import_module(module))
    assert issubclass(table, Entity) or any(name in text for name in names), by_hand
