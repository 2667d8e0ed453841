"""What an import says about rows beside the faults of cells; plain values only."""

from __future__ import annotations

FAULTS = {
    "no_door": "看不出是哪一户，人已登记，还没有关联房屋。请补全小区、楼号和室号",
    "door_only_here": "房屋台账里没有这一户，已按人口台账补建，居住状况待核实",
    "grid_unknown": "网格编码不在本街道，已放入社区“未划入网格”。请核对编码",
    "grid_name_unknown": "认不出网格：这个社区里没有，或不止一个叫这个名称的。楼已在某个网格的随楼，其余放入“未划入网格”。"
    "请核对名称，或到“划入网格”里划",
    "still_unassigned": "这里还在“未划入网格”，导入不挪已登记的。请到“划入网格”把这栋楼划过去",
    "community_unknown": "看不出是哪个社区，这行没导入。请补上社区或网格编码",
    "person_unknown": "一张表里找不到这个人，这行没导入。请先导入人口台账，或核对证件号",
    "same_row_twice": "同一户在本表里写了两行，已并为一户",
    "id_disagrees_born": "出生日期与证件号不符，已按证件号登记",
    "id_disagrees_sex": "性别与证件号不符，已按证件号登记",
    "building_unknown": "一张表里没有这栋楼，已登记在所写的网格，没有挂到楼栋。请核对楼号",
    "round_in_future": "上次巡检日期在将来，没有采用，其余照常。请核对日期",
    "same_facility_twice": "同一处设施在本表里写了两行，已并为一处",
    "id_elsewhere": "这个证件号登记在别处，已请那边确认；确认以前，这一户记 1 人待对方确认。请核对是不是抄错了一位",
}
FAULT_AT = {"grid_unknown": "grid_code", "grid_name_unknown": "grid_name"}
"""The field whose cell is at fault, of faults that a place brings along."""
BATCH_ROWS = 500
NEW_ROW = "new_row"
"""Stands in the place of a field on the back-fill list where the side lacks the whole record."""
REFUSING = frozenset({"community_unknown", "person_unknown"})
"""Codes of rows that are not imported."""


def staged_key(of: object, sheet: str, row_no: int, part: int) -> str:
    """What a staged row's envelopes are bound to; the first record of a row as before rows had parts."""
    return f"{of}|{sheet}|{row_no}" + (f"|{part}" if part else "")


def row_place(sheet: str, row_no: int) -> str:
    """Which row of a workbook is meant, in words."""
    return f"{sheet} 第 {row_no} 行"


def chunks(n_rows: int) -> int:
    """How many batches ``n_rows`` rows of one grid make."""
    return -(-n_rows // BATCH_ROWS)
