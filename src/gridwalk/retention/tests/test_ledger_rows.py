"""Rows of ledgers about somebody who is erased go though no record was found for them; those of others stay."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import actions as core
from gridwalk.core import ids, records
from gridwalk.core.models import StoredFile
from gridwalk.reconcile.models import Comparison, Unmatched
from gridwalk.registry.models import Person
from gridwalk.registry.tests.street import FAR_GRID, GRID, Street, id_no, phone
from gridwalk.retention.actions import people

NAME = "张桂兰"


@pytest.fixture
def comparison(db: None, at: dt.datetime, tmp_path: Path, settings: Settings) -> Comparison:
    """A finished one."""
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path, ""
    files = [
        core.store_file(
            data=b"x", name="台账.xlsx", purpose="ledger", scope="", keep=dt.timedelta(days=30), actor=SYSTEM, at=at
        )
        for _ in range(3)
    ]
    return Comparison.objects.create(
        file=files[0],
        other_file=files[1],
        annotated=files[2],
        name="台账.xlsx",
        kind="person",
        state="done",
        created_at=at,
    )


def row(comparison: Comparison, grid: str = GRID, **values: Any) -> Unmatched:
    """What only the ledger has; ``entity`` and ``made``: a record that was found or registered."""
    own = {column: values.pop(column) for column in ("entity", "made") if column in values}
    key = ids.new_id()
    return Unmatched.objects.create(
        id=key,
        of=comparison,
        what="ledger_only",
        source="ledger",
        kind="person",
        grid=grid,
        fingerprint="f",
        values=records.seal_record("person", values, table="reconcile_unmatched", column="values", row=key),
        **own,
    )


def test_a_row_is_theirs_by_number_else_by_name_with_another_thing(comparison: Comparison, at: dt.datetime) -> None:
    street = Street.lay_out(at)
    gone = street.person(NAME, street.door("101"), id_no=id_no(12), phone=phone(1), born_on="1980-01-01")
    namesake = street.person(NAME, street.door("102"), id_no=id_no(14))
    theirs = [
        row(comparison, name="张桂芝", id_no=id_no(12)),
        row(comparison, name=NAME, phone=phone(1)),
        row(comparison, name=NAME, born_on="1980-01-01"),
        row(comparison, name=NAME, made=gone.pk),
        row(comparison, name=NAME, entity=gone.pk),
    ]
    of_others = [
        row(comparison, name=NAME, id_no=id_no(14), phone=phone(1)),
        row(comparison, name=NAME),
        row(comparison, name="李香", phone=phone(1), born_on="1980-01-01"),
        row(comparison, name=NAME, made=namesake.pk),
        row(comparison, FAR_GRID, name=NAME, id_no=id_no(12)),
    ]
    Person.objects.filter(pk=gone.pk).update(status="moved_away", ended_on=at.date())
    assert people.erase(actor=SYSTEM, at=at, persons=[gone.pk], why="request") == 1
    after = {kept.pk: kept for kept in Unmatched.objects.all()}
    assert {(after[r.pk].state, after[r.pk].fingerprint, str(after[r.pk].values)) for r in theirs} == {
        ("gone", "", "{}")
    }
    assert [after[r.pk].opened() for r in of_others] == [r.opened() for r in of_others]
    assert {after[r.pk].state for r in of_others} == {"open"}
    assert not StoredFile.objects.filter(erased_at__isnull=True).exists(), "both files and what was written into one"
