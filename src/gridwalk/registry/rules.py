"""Judging claims, and what contradicts itself; plain values only. The authority table is docs/algorithms/claims.md."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from typing import Any

from gridwalk.dictionary.types import Authority

LIVING = ("lives_here", "lives_elsewhere_registered", "tenant", "boarder")
REGISTERED = "registered_here"

VACANCY_SOURCES = {
    "property_office": "物业核实",
    "neighbour": "邻居证实",
    "owner_phone": "产权人电话确认",
    "other_worker": "另一名网格员隔 7 天再看",
}
SOURCES = {
    "ledger": "台账", "visit": "走访", "office": "社区更正", "resident": "居民更正", "inspector": "抽查", "platform": "平台导出",
}  # fmt: skip


PROPOSALS = {
    "person": {"deceased": "去世", "moved_away": "迁走", "struck_off": "注销"},
    "dwelling": {"struck_off": "注销"},
}
"""Ends that can be proposed, by kind: code → word."""


class Unseen(enum.Enum):
    """The author of a claim did not say what they saw (ledgers cannot)."""

    UNSEEN = "unseen"


UNSEEN = Unseen.UNSEEN


@dataclasses.dataclass(frozen=True)
class Claim:
    """Something said about one fact. ``seen``: the op of the write the author saw for the field (None: empty)."""

    kind: str
    entity: uuid.UUID
    field: str
    value: Any
    source: str
    source_ref: str = ""
    seen: uuid.UUID | Unseen | None = UNSEEN
    evidence: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    reason: str = ""


class Verdict(enum.StrEnum):
    """What becomes of a claim."""

    SAME = "same"
    APPLY = "apply"
    ASK = "ask"


WHY = {
    "changed_meanwhile": "填的时候没看到最新的值",
    "document_differs": "与证件核实过的值不同",
    "ledger_differs": "台账与一张表不同",
    "resident_asks": "居民提出更正，待社区核对",
    "inspector_differs": "抽查回答不同",
    "lives_in_two_places": "台账里在另一处也算现住",
}


def judge(
    authority: Authority, source: str, current: Any, value: Any, *, head: str | None, seen: uuid.UUID | Unseen | None
) -> tuple[Verdict, str]:
    """What becomes of a claim, and why it is asked (a key of WHY). First: did the author see the head?"""
    if value in (None, "") and source != "office":
        return Verdict.SAME, ""
    if (current or "") == (value or ""):
        return Verdict.SAME, ""
    if not isinstance(seen, Unseen) and (None if seen is None else str(seen)) != head:
        return Verdict.ASK, "changed_meanwhile"
    if source == "office":
        return Verdict.APPLY, ""
    if source == "inspector":
        return Verdict.ASK, "inspector_differs"
    if current in (None, ""):
        return Verdict.APPLY, ""
    if source == "visit":
        return (Verdict.ASK, "document_differs") if authority is Authority.DOCUMENT else (Verdict.APPLY, "")
    if source == "resident":
        return (Verdict.APPLY, "") if authority is Authority.RESIDENT else (Verdict.ASK, "resident_asks")
    return Verdict.ASK, "ledger_differs"


def dwelling_label(occupancy: str, tenure: str) -> str:
    """The one wording for how a dwelling is used (标识统一): 空房 · 出租房 · 自住 · 借住 · 待核实."""
    if occupancy == "vacant":
        return "空房"
    if tenure == "let":
        return "出租房"
    if tenure == "lent":
        return "借住"
    if tenure == "owner" or occupancy == "occupied":
        return "自住"
    return "待核实"


RESIDENCE_LABELS = {
    "lives_here": "户籍在此，住在这里",
    "registered_here": "户籍在此，住在别处",
    "lives_elsewhere_registered": "住在这里，户籍在别处",
    "tenant": "租住",
    "boarder": "借住",
}


@dataclasses.dataclass(frozen=True)
class Contradiction:
    """A question about a record, never about a person: what was noticed and what to do."""

    code: str
    sentence: str
    todo: str


@dataclasses.dataclass(frozen=True)
class Occupant:
    """What the contradiction rules need to know of one person in a dwelling."""

    name: str
    kind: str
    born_on: dt.date | None
    status: str = "active"
    n_homes: int = 1


CROWDED = 20
SQUARE_METRES_EACH = 3


def of_dwelling(
    occupants: list[Occupant], *, occupancy: str, tenure: str, area_m2: float | None, today: dt.date
) -> list[Contradiction]:
    """What contradicts itself in one dwelling's record."""
    found = []
    living = [o for o in occupants if o.kind in LIVING and o.status == "active"]
    if occupancy == "vacant" and living:
        found.append(
            Contradiction(
                "vacant_with_residents", f"登记为空房，却有 {len(living)} 人现住", "上门核实，改居住状况或迁出"
            )
        )
    if tenure == "owner" and any(o.kind == "tenant" for o in living):
        found.append(Contradiction("owner_with_tenants", "登记为自住，却有租户", "问房主或租户，改为出租房"))
    if len(living) >= CROWDED or (area_m2 and len(living) > 1 and area_m2 / len(living) < SQUARE_METRES_EACH):
        found.append(Contradiction("crowded", f"一处住 {len(living)} 人，人数太多", "核对是不是集体户，或有人已迁走"))
    if living and all(o.born_on and _age(o.born_on, today) < 16 for o in living):
        found.append(Contradiction("minor_alone", "只登记了未满 16 岁的人", "补登监护人，或核对出生日期"))
    for occupant in occupants:
        if occupant.n_homes > 1 and occupant.kind in LIVING:
            found.append(
                Contradiction(
                    "two_homes", f"{occupant.name} 在 {occupant.n_homes} 处都算现住", "问清住在哪里，迁出另一处"
                )
            )
    return found


def _age(born_on: dt.date, today: dt.date) -> int:
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
