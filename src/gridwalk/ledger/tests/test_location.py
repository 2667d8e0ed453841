"""Which door a row speaks of, from whichever columns say it."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridwalk.ledger import location
from gridwalk.method import address_writing


@pytest.mark.parametrize(
    "values",
    [
        {"estate": "林古里", "building": "5号楼", "stairwell": "2单元", "room": "301"},
        {"estate": "林古里", "building": "五幢", "stairwell": "二门", "room": "0301室"},
        {"estate": "林古里", "building": "5", "stairwell": "2", "floor": "3层", "room": "1"},
        {"estate": "林 古里", "room": "5-2-301"},
        {"estate": "林古里", "building": "5号楼", "room": "2-301"},
        {"estate": "林古里", "building": "5号楼", "room": "5-2-301"},
        {"address": "光复道街道林古里5号楼2单元301室"},
        {"address": "林古里5-2-301"},
        {"address": "林古里5号楼", "stairwell": "2单元", "room": "301"},
        {"estate": "林古里", "address": "5号楼2单元301"},
        {"estate": "林古里", "building": "5号楼2门", "room": "301"},
        {"estate": "林古里", "building": "5-2", "room": "301"},
        {"estate": "林古里5号楼", "stairwell": "2", "room": "301"},
        {"estate": "林古里5号楼2单元", "room": "301"},
        {"building": "林古里５号楼", "stairwell": "２门", "room": "301"},
        {"building": "林古里5栋2单元", "room": "301室"},
    ],
)
def test_it_finds_one_door_however_the_columns_are_cut(values: dict[str, str]) -> None:
    door = location.address_of(values)
    assert address_writing.key(door) == "林古里|5|2|301" and door.floor == 3 and not door.fault


def test_what_a_column_says_goes_before_the_address() -> None:
    values = {"address": "林古里5号楼2单元301", "building": "6号楼", "room": "302"}
    assert address_writing.key(location.address_of(values)) == "林古里|6|2|302"


@pytest.mark.parametrize(
    "values", [{}, {"building": "5号楼"}, {"address": "地址不详"}, {"estate": "林古里", "stairwell": "2"}]
)
def test_it_says_so_where_no_door_is_told(values: dict[str, str]) -> None:
    assert location.address_of(values).fault


@pytest.mark.parametrize(
    "values",
    [
        {"address": "甲乙丙丁戊己庚辛" * 6 + "小区5号楼2单元301"},
        {"estate": "林古里", "building": "楼" * 37, "room": "301"},
        {"estate": "林古里", "building": "5", "stairwell": "门" * 19, "room": "301"},
        {"estate": "林古里", "building": "5", "room": "间" * 21},
    ],
)
def test_a_part_too_long_to_be_kept_is_a_fault_of_its_row(values: dict[str, str]) -> None:
    assert location.address_of(values).fault == "too_long"


_CELLS = {
    "estate": ["林古里", "昌和花园", "阳光里二号", "林古里5号楼", None],
    "building": ["5", "12楼", "5号楼", "7栋", "3座", "A座", "五号楼", "5-2", "海河花园5号楼", "0", None],
    "stairwell": ["2", "2单元", "3门", "二单元", "甲", None],
    "room": ["301", "1201室", "2-301", "5-2-301", "02", "东屋", None],
}
_ROWS = st.fixed_dictionaries({part: st.sampled_from(cells) for part, cells in _CELLS.items()})


@given(st.lists(_ROWS, min_size=1, max_size=8))
@example([{"estate": "林古里", "building": "12楼", "stairwell": None, "room": "1201室"}])
@example([{"estate": None, "building": "12楼", "stairwell": "3门", "room": "301"}])
def test_columns_say_what_row_by_row_is_said(rows: list[dict[str, str | None]]) -> None:
    read = location.columns(pl.DataFrame(rows, schema=dict.fromkeys(_CELLS, pl.String)))
    doors = [location.address_of({part: cell for part, cell in row.items() if cell}) for row in rows]
    of_rows = [tuple(getattr(door, part) or None for part in (*location.PARTS, "fault")) for door in doors]
    assert read.select(*location.PARTS, "door_fault").rows() == of_rows
