"""What is wrong between the street and its ledgers, planted with an answer key.

Faults of life (the dead still listed, tenants changed, a household left out) are planted in the stays before the
ledgers are drawn up; faults of writing (checksums, spellings, notes in names) afterwards, in the ledgers' entries.
"""

from __future__ import annotations

import dataclasses
from typing import Literal

FoundBy = Literal["import_fault", "normalised", "difference", "contradiction", "gap_list", "visit", "refused_column"]


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: about how many at 13,000 doors, and how an importer, a check or a worker comes upon it.

    ``code``: the import's fault code, the difference's why, the contradiction's code, the indicator whose gap list
    shows it, or what the worker records at the door.
    """

    label: str
    planted: int
    found_by: FoundBy
    code: str
    field: str = ""


KINDS: dict[str, Kind] = {
    "duplicate_person": Kind("一人在两个网格都算现住", 60, "difference", "lives_in_two_places", "residence"),
    "vacant_with_residents": Kind("写着空房，却有人住", 30, "contradiction", "vacant_with_residents", "occupancy"),
    "let_as_owner": Kind("租户住着，房屋写自住", 150, "contradiction", "owner_with_tenants", "tenure"),
    "missing_household": Kind("房屋写有人住，人口台账没有人", 80, "gap_list", "dwellings_resolved"),
    "crowded_house": Kind("一房二十人", 3, "contradiction", "crowded"),
    "door_only_in_population": Kind("人口台账有房，房屋台账没有", 40, "import_fault", "door_only_here", "room"),
    "person_without_house": Kind("找不到房的人", 60, "import_fault", "no_door", "address"),
    "id_checksum": Kind("证件号校验不过", 70, "import_fault", "checksum", "id_no"),
    "id_excel_float": Kind("证件号被存成数字，末几位丢了", 40, "import_fault", "damaged", "id_no"),
    "id_15_digits": Kind("十五位证件号", 80, "normalised", "", "id_no"),
    "id_lower_x": Kind("证件号末位写小写 x", 60, "normalised", "", "id_no"),
    "fullwidth_digits": Kind("全角数字", 150, "normalised", "", "phone"),
    "building_variant": Kind("幢、栋、号楼写法不一", 200, "normalised", "", "building"),
    "door_twice": Kind("同一房屋换个写法又写一行", 30, "normalised", "", "building"),
    "same_as_above": Kind("写“同上”", 240, "normalised", "", "room"),
    "several_phones": Kind("一格几个电话", 80, "normalised", "", "phone"),
    "name_note": Kind("姓名里夹注", 60, "normalised", "", "name"),
    "forbidden_column": Kind("不该采集的列", 0, "refused_column", "forbidden"),
    "dead_active": Kind("已去世仍在册", 120, "visit", "deceased", "status"),
    "moved_active": Kind("已搬走仍在册", 100, "visit", "moved_away", "status"),
    "household_moved": Kind("全家已搬走仍在册", 100, "visit", "moved_away"),
    "new_tenant": Kind("租户换了", 120, "visit", "arrival"),
    "newborn": Kind("新生儿没登记", 60, "visit", "arrival"),
    "phone_changed": Kind("电话换了", 400, "visit", "phone", "phone"),
    "door_in_no_ledger": Kind("哪本台账都没有的房屋", 12, "visit", "joins"),
}


# Columns that some communities' ledgers should not have: (ledger, header, what stands in it).
FORBIDDEN_COLUMNS: dict[str, tuple[str, str, str]] = {
    "120105001003": ("person", "民族", "汉族"),
    "120105001015": ("person", "政治面貌", "群众"),
    "120105001023": ("dwelling", "备注", ""),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One planted fault. ``ref`` is what it concerns; file, sheet and row are known once the ledgers are written."""

    number: int
    kind: str
    ref: str
    found_by: FoundBy
    code: str
    field: str
    file: str = ""
    sheet: str = ""
    row: int = 0


class AnswerKey:
    """Collects faults; nothing gets two of them, so that each can be found by itself."""

    def __init__(self, n_doors: int) -> None:
        self._n_doors = n_doors
        self.faults: list[Fault] = []
        self.taken: set[str] = set()

    def wanted(self, kind: str) -> int:
        """How many of a kind belong to a street of this size; at least two, that small streets show all."""
        planted = KINDS[kind].planted
        return max(2, round(planted * self._n_doors / 13000)) if planted else 0

    def add(self, kind: str, ref: str, *touched: str, field: str = "") -> int:
        """Note a fault; returns its number. ``touched``: further refs that no other fault may use."""
        declared = KINDS[kind]
        number = len(self.faults) + 1
        self.faults.append(
            Fault(
                number=number,
                kind=kind,
                ref=ref,
                found_by=declared.found_by,
                code=declared.code,
                field=field or declared.field,
            )
        )
        self.taken.update((ref, *touched))
        return number

    def planted(self) -> dict[str, int]:
        """How many were planted of every kind."""
        counts = dict.fromkeys(KINDS, 0)
        for fault in self.faults:
            counts[fault.kind] += 1
        return counts
