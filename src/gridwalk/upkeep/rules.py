"""Words and judgements of corrections; plain values only. The rules with examples: docs/algorithms/upkeep.md."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from gridwalk.accounts.rules import Verb
from gridwalk.dictionary.types import Authority
from gridwalk.registry import ends

REGRID = "regrid"
TAKE_BACK = "take_back_import"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kind:
    """What a plan can be about, and on what terms.

    ``seen_by`` opens its page, ``known_to`` its subjects to who proposes; they and ``proposed_by`` are asked at every
    grid it stands in, ``decided_by`` at every community. ``evidence``: whether the proposer says what was seen or
    heard. ``undone``: whether it is taken back in one step, else by a plan of its own.
    """

    label: str
    seen_by: Verb = Verb.SEE_ROWS_MASKED
    known_to: Verb = Verb.SEE_ROWS
    proposed_by: Verb = Verb.EDIT_REGISTER
    decided_by: Verb = Verb.RECHECK
    evidence: bool = True
    undone: bool = True


KINDS = {
    "merge_persons": Kind(label="合并人员"),
    "merge_dwellings": Kind(label="合并房屋"),
    "merge_organizations": Kind(label="合并单位"),
    "split_person": Kind(label="拆分人员"),
    "move_household": Kind(label="整户搬迁"),
    "renumber_building": Kind(label="楼房重编号"),
    REGRID: Kind(
        label="拆并网格",
        seen_by=Verb.REGRID,
        known_to=Verb.REGRID,
        proposed_by=Verb.REGRID,
        decided_by=Verb.MANAGE_AREAS,
        evidence=False,
        undone=False,
    ),
    TAKE_BACK: Kind(
        label="撤销导入",
        known_to=Verb.IMPORT_LEDGER,
        proposed_by=Verb.IMPORT_LEDGER,
        evidence=False,
        undone=False,
    ),
}

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
