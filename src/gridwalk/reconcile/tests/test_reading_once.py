"""A file is parsed once between its upload and its rows, and again only where what was read does not fit any more."""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest import mock

import pytest

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import files
from gridwalk.ledger import cells, keeping, read
from gridwalk.ledger.tests import books
from gridwalk.reconcile.actions import staging, submissions
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.registry.tests.street import FIRST, Street

TWICE = books.person(1, name="李果")
"""Another name with the first one's number."""
LEDGER = books.xlsx({"Sheet1": [["小区", *books.PERSON], ["海河花园", *books.person(1)], ["海河花园", *TWICE]]})
REFUSED = books.xlsx({"Sheet1": [["小区", *books.PERSON, "民族"], ["海河花园", *books.person(1), "汉"]]})


def _rows(ledger: Import) -> list[Any]:
    rows = StagedRow.objects.filter(of=ledger).order_by("row_no")
    return [(row.sheet, row.row_no, row.part, row.opened(), row.faults, row.grid, row.batch) for row in rows]


def _staged(ledger: Import, at: dt.datetime) -> tuple[list[Any], int]:
    """The rows, and how often the file was parsed for them."""
    with mock.patch.object(cells, "read", wraps=cells.read) as parsed:
        staging.stage(actor=SYSTEM, at=at, imported=ledger.pk)
    return _rows(ledger), parsed.call_count


def _upload(at: dt.datetime, data: bytes) -> tuple[Import, int]:
    """The import, and how often the file was parsed for it."""
    given: dict[str, Any] = {"actor": SYSTEM, "at": at, "scope": FIRST, "name": "人口台账.xlsx"}
    with mock.patch.object(cells, "read", wraps=cells.read) as parsed:
        return staging.upload(**given, data=data), parsed.call_count


@pytest.mark.slow
@pytest.mark.django_db
def test_a_ledger_is_parsed_once_and_its_rows_are_those_of_a_second_reading(at: dt.datetime) -> None:
    Street.lay_out(at)
    ledger, n_parsed = _upload(at, LEDGER)
    assert n_parsed == 1
    rows, n_parsed = _staged(ledger, at)
    assert n_parsed == 0
    assert [len(row[4]) for row in rows] == [0, 1], "the second name under one number is asked about"

    again, _ = _upload(at, LEDGER)
    files._beside(again.file_id).unlink()
    Import.objects.filter(pk=ledger.pk).update(state="cancelled")
    assert _staged(again, at) == (rows, 1)


@pytest.mark.slow
@pytest.mark.django_db
def test_what_was_read_serves_nobody_who_reads_otherwise(at: dt.datetime) -> None:
    Street.lay_out(at)
    ledger, _ = _upload(at, LEDGER)
    beside = files.read_beside(ledger.file_id)
    assert beside is not None
    fits: dict[str, Any] = {"name": ledger.name, "kind": "person", "mapping": {}}
    assert keeping.of_bytes(beside, **fits) is not None
    for other in ({"name": "x.xlsx"}, {"kind": "dwelling"}, {"mapping": {"联系电话": ""}}):
        assert keeping.of_bytes(beside, **(fits | other)) is None
    with mock.patch.object(keeping, "__version__", "0.0"):
        assert keeping.of_bytes(beside, **fits) is None

    submissions.remap(staging.WAY, actor=SYSTEM, at=at, submission=ledger.pk, chosen={"left": {"联系电话": ""}})
    rows, n_parsed = _staged(ledger, at)
    assert n_parsed == 0
    assert all("phone" not in row[3] for row in rows)


@pytest.mark.slow
@pytest.mark.django_db
def test_where_a_column_was_not_kept_the_file_is_read_as_it_is_kept(at: dt.datetime) -> None:
    Street.lay_out(at)
    ledger, n_parsed = _upload(at, REFUSED)
    assert n_parsed == 2
    kept = read.read(files.read(ledger.file_id), ledger.name)
    assert [row[3] for row in _staged(ledger, at)[0]] == [row.values for row in kept.rows]
