"""Words and judgements of corrections; plain values only. The rules with examples: docs/algorithms/upkeep.md."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from gridwalk.dictionary.types import Authority
from gridwalk.registry import ends

KINDS = {
    "merge_persons": "合并人员",
    "merge_dwellings": "合并房屋",
    "merge_organizations": "合并单位",
    "split_person": "拆分人员",
    "move_household": "整户搬迁",
    "renumber_building": "楼房重编号",
}
"""What a plan can be about: kind → word."""

STATES = {"open": "待复核", "done": "已办", "rejected": "没有同意", "withdrawn": "已撤回", "undone": "已撤销"}

EVIDENCE = {
    code: ends.EVIDENCE[code]
    for code in (
        "id_card",
        "household_book",
        "property_deed",
        "licence",
        "in_person",
        "at_the_door",
        "phone",
        "property_office",
        "ledger",
        "plate_notice",
    )
}
"""What was seen or heard, chosen; a picture of a document is never kept."""

DOCUMENTS = frozenset({"id_card", "household_book", "property_deed", "licence"})
"""Evidence that is a document."""

LEFT, RIGHT = "left", "right"
STAY, GO, BOTH = "stay", "go", "both"

REGISTRATION = {"stays": "户口留在原处（人户分离）", "along": "户口跟着迁"}
"""Of a household that moves: what becomes of its registration."""

OLD_DOOR = {"same": "不改，还有人住或另行登记", "vacant": "空房", "let": "出租了", "unknown": "还不清楚"}
"""What becomes of the door a household leaves."""

OLD_DOOR_FACTS: Mapping[str, dict[str, str]] = {
    "same": {},
    "vacant": {"occupancy": "vacant"},
    "let": {"tenure": "let", "occupancy": "unknown"},
    "unknown": {"occupancy": "unknown"},
}
"""The facts that says of the door."""


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a value comes from: a key of the registry's sources, and when it was said."""

    source: str
    at: dt.datetime | None


_RANK: Mapping[Authority, Sequence[str]] = {
    Authority.DOOR: ("inspector", "ledger", "platform", "resident", "office", "visit"),
    Authority.RESIDENT: ("inspector", "ledger", "platform", "office", "visit", "resident"),
    Authority.DOCUMENT: ("inspector", "resident", "visit", "ledger", "platform", "office"),
}
"""Whose word weighs more on a field, the least first."""


def suggested(authority: Authority, left: Origin, right: Origin) -> str:
    """The side whose value is better proved: by its source, among equals by its day, else the record that stays."""

    def weight(origin: Origin) -> tuple[int, float]:
        rank = _RANK[authority].index(origin.source) if origin.source in _RANK[authority] else -1
        return rank, origin.at.timestamp() if origin.at else 0.0

    return RIGHT if weight(right) > weight(left) else LEFT


class UpkeepError(Exception):
    """A plan that cannot be made, done or undone: the text says why and what to do; ``field``: at which choice."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


CHANGED = "刚才有人改过其中一条，什么都没有办。再看一眼现在的样子，再定。"
