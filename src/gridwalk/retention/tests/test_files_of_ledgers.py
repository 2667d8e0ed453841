"""Which stored files go with somebody who is erased: those of finished ledgers that name them, and no other's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import actions as core
from gridwalk.core import ids
from gridwalk.core.models import StoredFile
from gridwalk.reconcile.models import Comparison
from gridwalk.registry.models import Person
from gridwalk.registry.tests.street import Street, id_no
from gridwalk.retention.actions import ledger_rows, people
from gridwalk.retention.tests.test_ledger_rows import row

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(at: dt.datetime, tmp_path: Path, settings: Settings) -> dt.datetime:
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path, ""
    return at


def compared(at: dt.datetime, **values: Any) -> Comparison:
    """A finished comparison with its three files."""
    files = {
        column: core.store_file(
            data=b"x", name="台账.xlsx", purpose="ledger", scope="", keep=dt.timedelta(days=30), actor=SYSTEM, at=at
        )
        for column in ("file", "other_file", "annotated")
    }
    usual = {"name": "台账.xlsx", "kind": "person", "state": "done", "created_at": at}
    return Comparison.objects.create(**{**usual, **files, **values})


def files_of(comparison: Comparison) -> set[Any]:
    return {comparison.file_id, comparison.other_file_id, comparison.annotated_id} - {None}


@pytest.mark.parametrize("state", ["done", "failed", "cancelled", "undone"])
def test_the_files_are_those_of_the_finished_ledgers_that_are_asked_for(at: dt.datetime, state: str) -> None:
    asked = compared(at, state=state, **({} if state == "done" else {"annotated": None}))
    waiting = compared(at, state="mapping")
    compared(at)
    assert ledger_rows._files_of({asked.pk, waiting.pk, ids.new_id()}) == files_of(asked)
    assert ledger_rows._files_of({waiting.pk}) == ledger_rows._files_of(set()) == set()


def test_who_is_erased_takes_no_file_along_that_does_not_name_them_or_is_still_read(at: dt.datetime) -> None:
    street = Street.lay_out(at)
    gone = street.person("张桂兰", street.door(), id_no=id_no(12))
    naming, waiting, other = compared(at), compared(at, state="mapping"), compared(at)
    for comparison in (naming, waiting):
        row(comparison, name="张桂兰", id_no=id_no(12))
    row(other, name="李香", id_no=id_no(14))
    Person.objects.filter(pk=gone.pk).update(status="moved_away", ended_on=at.date())
    assert people.erase(actor=SYSTEM, at=at, persons=[gone.pk], why="request") == 1
    left = set(StoredFile.objects.filter(erased_at__isnull=True).values_list("pk", flat=True))
    assert left == files_of(waiting) | files_of(other)
