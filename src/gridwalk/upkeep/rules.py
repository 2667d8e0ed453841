"""Words and judgements of corrections; plain values only. The rules with examples: docs/algorithms/upkeep.md."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from gridwalk.dictionary.types import Authority

KINDS = {"merge_persons": "合并人员"}
"""What a plan can be about: kind → word."""

STATES = {"open": "待复核", "done": "已办", "rejected": "没有同意", "withdrawn": "已撤回", "undone": "已撤销"}

EVIDENCE = {
    "id_card": "本人出示身份证", "household_book": "户口簿", "property_deed": "房产证、租赁合同", "licence": "营业执照",
    "in_person": "本人当面说明", "at_the_door": "上门看过", "phone": "电话核实", "property_office": "物业、楼长证实",
    "ledger": "两份台账对照",
}  # fmt: skip
"""What was seen or heard, chosen; a picture of a document is never kept."""

DOCUMENTS = frozenset({"id_card", "household_book", "property_deed", "licence"})
"""Evidence that is a document."""

LEFT, RIGHT = "left", "right"


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

    def weight(one: Origin) -> tuple[int, float]:
        rank = _RANK[authority].index(one.source) if one.source in _RANK[authority] else -1
        return rank, one.at.timestamp() if one.at else 0.0

    return RIGHT if weight(right) > weight(left) else LEFT


class UpkeepError(Exception):
    """A plan that cannot be made, done or undone: the text says why and what to do; ``field``: at which choice."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


CHANGED = "刚才有人改过其中一条，什么都没有办。再看一眼现在的样子，再定。"
