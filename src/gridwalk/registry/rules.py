"""Judging claims, and what contradicts itself; plain values only. The authority table is docs/algorithms/claims.md."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import re
import uuid
from collections.abc import Mapping
from typing import Any

from gridwalk.dictionary.types import Authority
from gridwalk.method import idcards

LIVING = ("lives_here", "lives_elsewhere_registered", "tenant", "boarder")
REGISTERED = "registered_here"

VACANCY_SOURCES = {
    "property_office": "物业核实",
    "neighbour": "邻居证实",
    "owner_phone": "产权人电话确认",
    "other_worker": "另一名网格员隔 7 天再看",
}
SOURCES = {
    "ledger": "台账", "visit": "走访", "round": "巡检", "office": "社区更正", "resident": "居民更正", "inspector": "抽查", "platform": "平台导出",
}  # fmt: skip


ROUND_RESULTS = {
    "fine": ("完好", "好", "v"), "faulty": ("有毛病", "坏", "z"), "repaired": ("修好了", "修", "v"), "listed": ("台账所记", "账", ""),
}  # fmt: skip
"""What a round (巡检) found → (label, mark, tone). ``listed``: a ledger says that it was made, and no more."""
NO_BUILDING = "~"
"""The walking key of what stands at no building: it comes last."""
ROUND_FAULTS = {"broken": "部件坏了", "expired": "过期", "blocked": "堵占", "missing": "缺失", "other": "其他"}


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
    """Something said about one fact. ``seen``: the op of the write the author saw for the field (None: empty).

    ``op``: the intention it came with, which becomes the field's head; without one the writing's own op does.
    """

    kind: str
    entity: uuid.UUID
    field: str
    value: Any
    source: str
    source_ref: str = ""
    seen: uuid.UUID | Unseen | None = UNSEEN
    evidence: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    reason: str = ""
    op: uuid.UUID | None = None


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
    "number_taken": "这个号码已登记在另一条记录上",
    "needs_recheck": "去世、迁走、注销要另一人复核",
}

APPLIES = ""
_LEDGER = dict.fromkeys(Authority, (APPLIES, "ledger_differs"))
AUTHORITY: Mapping[str, Mapping[Authority, tuple[str, str]]] = {
    "visit": {
        Authority.DOOR: (APPLIES, APPLIES),
        Authority.DOCUMENT: (APPLIES, "document_differs"),
        Authority.RESIDENT: (APPLIES, APPLIES),
    },
    "round": dict.fromkeys(Authority, (APPLIES, APPLIES)),
    "ledger": _LEDGER,
    "platform": _LEDGER,
    "resident": {
        Authority.DOOR: ("resident_asks", "resident_asks"),
        Authority.DOCUMENT: ("resident_asks", "resident_asks"),
        Authority.RESIDENT: (APPLIES, APPLIES),
    },
    "inspector": dict.fromkeys(Authority, ("inspector_differs", "inspector_differs")),
    "office": dict.fromkeys(Authority, (APPLIES, APPLIES)),
}
"""Source → authority of the field → (where nothing is recorded, where something else is): APPLIES, or why it is asked."""

NOT_SAID = (None, "", "unknown")
"""Values that say nothing: nobody is asked to choose between them and a fact."""


def with_identity(values: Mapping[str, Any]) -> dict[str, Any]:
    """A person's values with birth date and sex as a valid ID number says them, where they were not given."""
    card = idcards.check(values.get("id_no") or "")
    derived = {"born_on": card.born_on.isoformat() if card.born_on else None, "sex": card.sex or None}
    return {**derived, **{name: value for name, value in values.items() if value not in (None, "")}}


def is_end(kind: str, field: str, value: Any) -> bool:
    """Whether the value would end the entity (deceased, moved away, struck off), which takes a second person."""
    return field == "status" and value in PROPOSALS.get(kind, {})


def judge(
    authority: Authority, source: str, current: Any, value: Any, *, head: str | None, seen: uuid.UUID | Unseen | None
) -> tuple[Verdict, str]:
    """What becomes of a claim, and why it is asked (a key of WHY). First: did the author see the head?

    ``head`` is None while nobody has said the fact: what stands in ``current`` then is the column's default, no fact.
    """
    if value in NOT_SAID and source != "office":
        return Verdict.SAME, ""
    if (current or "") == (value or ""):
        return Verdict.SAME, ""
    if not isinstance(seen, Unseen) and (None if seen is None else str(seen)) != head:
        return Verdict.ASK, "changed_meanwhile"
    empty, differs = AUTHORITY[source][authority]
    why = empty if head is None or current in NOT_SAID else differs
    return (Verdict.ASK, why) if why else (Verdict.APPLY, "")


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
class Check:
    """One rule over records: what kind of record it questions, its short name, what to do."""

    kind: str
    label: str
    todo: str


CHECKS: Mapping[str, Check] = {
    "vacant_with_residents": Check("dwelling", "空房却有人住", "上门核实，改居住状况或迁出"),
    "owner_with_tenants": Check("dwelling", "自住却有租户", "问房主或租户，改为出租房"),
    "crowded": Check("dwelling", "一处住的人太多", "核对是不是集体户，或有人已迁走"),
    "minor_alone": Check("dwelling", "只登记了未成年人", "补登监护人，或核对出生日期"),
    "two_homes": Check("person", "两处都算现住", "问清住在哪里，迁出另一处"),
    "no_home": Check("person", "有人无房", "问清住在哪里，关联房屋"),
    "ended_but_living": Check("person", "已注销还算现住", "迁出，或核对人员状态"),
    "same_name_and_birth": Check("person", "同名同生日", "比对证件号，是一个人就注销一条"),
    "phone_shared": Check("person", "一个电话用在几处", "打一次电话，问清是谁的"),
}
"""线上检查 (P16): rules over records. Each holds for plain values here and as a condition in ``contradictions``."""

CROWDED = 20
SQUARE_METRES_EACH = 3
OF_AGE = 16
PHONE_DOORS = 3


def noticed(code: str, sentence: str) -> Contradiction:
    """What a check noticed, with what the check says to do."""
    return Contradiction(code, sentence, CHECKS[code].todo)


@dataclasses.dataclass(frozen=True)
class Occupant:
    """What the contradiction rules need to know of one person in a dwelling."""

    name: str
    kind: str
    born_on: dt.date | None
    status: str = "active"
    n_homes: int = 1


def of_dwelling(
    occupants: list[Occupant], *, occupancy: str, tenure: str, area_m2: float | None, today: dt.date
) -> list[Contradiction]:
    """What contradicts itself in one dwelling's record, and in who is said to live there."""
    found = []
    here = [o for o in occupants if o.kind in LIVING]
    living = [o for o in here if o.status == "active"]
    if occupancy == "vacant" and living:
        found.append(noticed("vacant_with_residents", f"登记为空房，却有 {len(living)} 人现住"))
    if tenure == "owner" and any(o.kind == "tenant" for o in living):
        found.append(noticed("owner_with_tenants", "登记为自住，却有租户"))
    if len(living) >= CROWDED or (area_m2 and len(living) > 1 and area_m2 / len(living) < SQUARE_METRES_EACH):
        found.append(noticed("crowded", f"一处住 {len(living)} 人，人数太多"))
    if living and all(o.born_on and o.born_on > of_age_since(today) for o in living):
        found.append(noticed("minor_alone", f"只登记了未满 {OF_AGE} 岁的人"))
    for occupant in here:
        if occupant.n_homes > 1 and occupant.status == "active":
            found.append(noticed("two_homes", f"{occupant.name} 在 {occupant.n_homes} 处都算现住"))
        if occupant.status != "active":
            found.append(noticed("ended_but_living", f"{occupant.name} {ENDED[occupant.status]}，还算现住"))
    return found


ENDED = {"deceased": "已去世", "moved_away": "已迁走", "struck_off": "已注销"}


def of_person(
    *, status: str, n_homes: int, n_registered: int, n_same_name_and_birth: int, n_phone_doors: int
) -> list[Contradiction]:
    """What contradicts itself in one person's record. Counts: current homes, registered doors, other active persons of
    that name and birth date, doors whose residents have that phone.
    """
    if status != "active":
        return [noticed("ended_but_living", f"{ENDED[status]}，还算现住")] if n_homes else []
    found = []
    if n_homes > 1:
        found.append(noticed("two_homes", f"在 {n_homes} 处都算现住"))
    if not n_homes and not n_registered:
        found.append(noticed("no_home", "没有关联任何房屋"))
    if n_same_name_and_birth:
        found.append(noticed("same_name_and_birth", f"还有 {n_same_name_and_birth} 人同名，出生日期也相同"))
    if n_phone_doors >= PHONE_DOORS:
        found.append(noticed("phone_shared", f"这个电话登记在 {n_phone_doors} 处房屋的人名下"))
    return found


def of_age_since(today: dt.date) -> dt.date:
    """Whoever was born on or before that day is of age today (16, as the plan counts children in need)."""
    try:
        return today.replace(year=today.year - OF_AGE)
    except ValueError:  # 29 February of a year without one
        return today.replace(year=today.year - OF_AGE, day=28)


_NUMBER = re.compile(r"\d(?:[\s-]?\d){6,}[Xx]?")


def reason_kept(reason: str) -> str:
    """A reason as it may be stored: numbers of seven digits and more are starred, for they have their own sealed fields."""
    return _NUMBER.sub(lambda found: "*" * 6 + found[0][-2:], reason.strip())[:200]
