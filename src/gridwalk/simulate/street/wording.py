"""How an office writes a value: every community has words, dates and empties of its own."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

from gridwalk.simulate.street.entries import Entry

Cell = str | float | int | dt.date | None

SEX = {"male": "男", "female": "女"}
RELATION = {
    ("head", "male"): "户主",
    ("head", "female"): "户主",
    ("spouse", "male"): "丈夫",
    ("spouse", "female"): "妻子",
    ("child", "male"): "儿子",
    ("child", "female"): "女儿",
    ("grandchild", "male"): "孙子",
    ("grandchild", "female"): "孙女",
    ("child_in_law", "male"): "女婿",
    ("child_in_law", "female"): "儿媳",
    ("unrelated", "male"): "合租",
    ("unrelated", "female"): "合租",
}
STATUS = {"active": "正常", "out_of_use": "停用"}
USAGE = {"residential": "住宅", "business": "商业"}
CARE = {
    "living_alone": "独居老人",
    "aged": "高龄老人",
    "disabled": "残疾人",
    "low_income": "低保",
    "child_in_need": "困境儿童",
    "chronic_illness": "慢性病",
    "veteran": "退役军人",
    "bereaved_family": "失独家庭",
    "other_help": "其他帮扶",
}
ORGANIZATION = {"company": "企业", "household_business": "个体工商户", "social": "社会组织"}
SITE = {
    "school": "学校",
    "medical": "养老院",
    "market": "市场",
    "charging": "电动车棚",
    "lodging": "宾馆",
    "storage": "仓库",
}
FACILITY = {
    "hydrant": "消防栓",
    "extinguisher": "灭火器箱",
    "lift": "客梯",
    "charging_point": "充电设施",
    "notice_board": "宣传栏",
    "entrance_guard": "单元门禁",
    "street_lamp": "小区路灯",
    "fitness": "健身设施",
    "waste_point": "垃圾分类点",
}

KINDS_A = {
    "lives_here": "户在人在",
    "registered_here": "户在人不在",
    "lives_elsewhere_registered": "人在户不在",
    "tenant": "租住",
    "boarder": "借住",
}
KINDS_B = {
    "lives_here": "常住",
    "registered_here": "空挂户",
    "lives_elsewhere_registered": "外来常住",
    "tenant": "租户",
    "boarder": "寄住",
}
KINDS_C = {
    "lives_here": "人户一致",
    "registered_here": "人户分离",
    "lives_elsewhere_registered": "非户籍常住",
    "tenant": "流动人口",
    "boarder": "借住",
}
OCCUPANCY_A = {"occupied": "有人住", "vacant": "空置", "unknown": "不清楚"}
OCCUPANCY_B = {"occupied": "居住", "vacant": "空关", "unknown": "待核实"}
TENURE_A = {"owner": "自住", "let": "出租", "lent": "借住", "unknown": "不清楚"}
TENURE_B = {"owner": "业主自住", "let": "租赁", "lent": "借用", "unknown": "待核实"}


def dotted(on: dt.date) -> Cell:
    return f"{on.year}.{on.month}.{on.day}"


def chinese(on: dt.date) -> Cell:
    return f"{on.year}年{on.month}月{on.day}日"


def dashed(on: dt.date) -> Cell:
    return on.isoformat()


def packed(on: dt.date) -> Cell:
    return f"{on:%Y%m%d}"


def real_date(on: dt.date) -> Cell:
    return on


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One office's habits. ``empty`` stands where nothing is known; ``rooms`` and ``buildings`` shape those cells."""

    date: Callable[[dt.date], Cell] = dashed
    kinds: dict[str, str] = dataclasses.field(default_factory=lambda: KINDS_A)
    occupancy: dict[str, str] = dataclasses.field(default_factory=lambda: OCCUPANCY_A)
    tenure: dict[str, str] = dataclasses.field(default_factory=lambda: TENURE_A)
    empty: str = ""
    building: str = "{n}号楼"
    room: str = "{room}"
    short_addresses: bool = False
    numeric_grid: bool = False

    def cell(self, entry: Entry, field: str) -> Cell:
        """What stands in a cell of ``entry``; a fault of writing wins."""
        if field in entry.written:
            return entry.written[field]
        value = entry.values.get(field, "")
        if not value:
            return self.empty if field in ("phone", "owner_phone", "registered_address", "contact_phone") else None
        shaped = self._shaped(entry, field, value)
        return value if shaped is None else shaped

    def _shaped(self, entry: Entry, field: str, value: str) -> Cell:
        if field in ("born_on", "starts_on", "ends_on", "last_round_on"):
            return self.date(dt.date.fromisoformat(value))
        if field == "relation":
            return RELATION[value, entry.values["sex"]]
        if field in ("area_m2", "interval_days", "floor"):
            return float(value)
        if field == "building" and value.endswith("号楼"):
            return self.building.format(n=value.removesuffix("号楼"))
        if field == "room" and value.isdigit():
            return self.room.format(room=value)
        if field == "grid_code" and self.numeric_grid:
            return int(value)
        if field == "address" and self.short_addresses:
            return self._short(entry)
        words = {
            "sex": SEX,
            "residence_kind": self.kinds,
            "occupancy": self.occupancy,
            "tenure": self.tenure,
            "usage": USAGE,
            "category": CARE,
            "org_kind": ORGANIZATION,
            "site_kind": SITE,
            "facility_kind": FACILITY,
            "status": STATUS,
        }.get(field)
        return words[value] if words else None

    def _short(self, entry: Entry) -> Cell:
        """望河里5-2-301, as clerks write where everybody knows the order."""
        place = entry.place
        if not place or not place.stairwell or not place.building.endswith("号楼"):
            return entry.values["address"]
        return f"{place.estate}{place.building.removesuffix('号楼')}-{place.stairwell[:-2]}-{place.room}"
