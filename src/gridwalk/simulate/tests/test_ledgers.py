from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import fastexcel
import openpyxl
import pytest

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import relations
from gridwalk.ledger import location, read
from gridwalk.method import address_writing, idcards
from gridwalk.simulate.street import entries, workbooks
from gridwalk.simulate.street.workbooks import LedgerFile
from gridwalk.simulate.street.world import World

PLACE = ("grid_code", "community", "estate", "building", "stairwell", "floor", "room", "address")


def rows_of(path: Path, sheet: str) -> list[list[Any]]:
    if path.suffix == ".csv":
        return list(csv.reader(path.read_text("gb18030").splitlines()))
    frame = fastexcel.read_excel(path).load_sheet(
        sheet, header_row=None, dtypes="string", skip_whitespace_tail_rows=True
    )
    return [list(row) for row in frame.to_polars().rows()]


@pytest.fixture(scope="module")
def cells(ledgers: list[LedgerFile]) -> dict[tuple[str, str], list[list[Any]]]:
    return {
        (file.path.name, sheet): rows_of(file.path, sheet)
        for file in ledgers
        for sheet in {record.sheet for record in file.records}
    }


@pytest.mark.skipif(os.name == "nt", reason="a folder there takes its rights from the one above")
def test_only_their_owner_reads_them(ledgers: list[LedgerFile]) -> None:
    assert {file.path.parent.stat().st_mode & 0o777 for file in ledgers} == {0o700}


def test_every_record_stands_in_the_row_it_says(ledgers: list[LedgerFile], cells: dict[Any, Any]) -> None:
    for file in ledgers:
        for record in file.records:
            row = cells[file.path.name, record.sheet][record.row - 1]
            shown = record.values.get("name") or record.values["room"]
            assert any(shown in str(cell or "") for cell in row) or "same_as_above" in record.faults


def test_every_fault_that_shows_in_a_ledger_is_located(small: World, ledgers: list[LedgerFile]) -> None:
    unseen = {f.kind for f in workbooks.located(small, ledgers) if not f.file}
    assert unseen == {"newborn", "door_in_no_ledger"}
    assert len(workbooks.located(small, ledgers)) == len(small.faults)


def test_faults_of_writing_are_really_in_the_cells(
    small: World, ledgers: list[LedgerFile], cells: dict[Any, Any]
) -> None:
    seen: dict[str, int] = {}
    for fault in workbooks.located(small, ledgers):
        row = [str(c or "") for c in cells[fault.file, fault.sheet][fault.row - 1]] if fault.file else []
        written = {
            "id_checksum": any(idcards.check(c).fault == "checksum" for c in row),
            "id_excel_float": any("E+17" in c or (c.startswith("1201") and c.endswith("000")) for c in row),
            "id_15_digits": any(len(c) == 15 and idcards.check(c).upgraded for c in row),
            "id_lower_x": any(c.endswith("x") and not idcards.check(c).fault for c in row),
            "fullwidth_digits": any("０" <= ch <= "９" for c in row for ch in c),
            "building_variant": any(word in c for c in row for word in ("幢", "栋", "座", "#楼", "号楼")),
            "same_as_above": "同上" in row or "〃" in row,
            "several_phones": any(c.count("12") >= 2 and len(c) == 23 for c in row),
            "name_note": any(c[-1:] in "）)】" for c in row if c),
            "forbidden_column": fault.field in row,
        }.get(fault.kind)
        if written is not None:
            assert written, fault
            seen[fault.kind] = seen.get(fault.kind, 0) + 1
    assert len(seen) == 10


@pytest.mark.slow
def test_ledgers_have_the_habits_of_offices(ledgers: list[LedgerFile]) -> None:
    names = {file.path.name: file for file in ledgers}
    assert [file.kind for file in ledgers] == ["dwelling"] * 2 + ["person"] * 2 + [
        "organization",
        "site",
        "facility",
        "care",
    ]
    pilot = openpyxl.load_workbook(names["光复道街道君临天下社区实有人口台账.xlsx"].path)
    assert len(pilot.sheetnames) > 5
    assert pilot.worksheets[0].cell(1, 1).value == "光复道街道君临天下社区实有人口台账"
    old = openpyxl.load_workbook(names["光复道街道林古里社区实有人口台账.xlsx"].path)
    assert len(old.worksheets[0].merged_cells.ranges) > 500
    assert old.worksheets[0].cell(old.worksheets[0].max_row - 1, 1).value == "合计"
    assert "光复道街道林古里社区房屋台账.csv" in names


@pytest.mark.slow
def test_the_ledger_reader_gets_every_row_value_and_door_as_the_answer_key_says(
    small: World, ledgers: list[LedgerFile]
) -> None:
    for file in ledgers:
        table = read.read(file.path.read_bytes(), file.path.name)
        rows = {(row.sheet, row.row_no): row for row in table.rows}
        assert (table.kind, table.questions) == (file.kind, [])
        assert rows.keys() == {(record.sheet, record.row) for record in file.records}
        for record in file.records:
            row = rows[record.sheet, record.row]
            for field, value in record.values.items():
                if not dictionary.get(record.kind, field).locates and field not in PLACE:
                    told = str(row.values.get(field) or "")
                    assert (relations.group(told) if field == "relation" else told) == value, (record, field)
            address = location.address_of(row.values)
            if record.door:
                assert address_writing.key(address) == entries.address_key(small.doors[record.door].place), record
            elif record.kind == "person":
                assert address.fault == "no_room"
