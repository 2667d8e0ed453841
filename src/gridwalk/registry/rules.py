"""Judging claims, and what contradicts itself; plain values only. The authority table is docs/algorithms/claims.md."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import re
import uuid
from collections.abc import Mapping, Sequence
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
    "ledger": "台账",
    "visit": "走访",
    "round": "巡检",
    "office": "社区更正",
    "resident": "居民更正",
    "inspector": "抽查",
    "platform": "平台导出",
    "check": "查重核疑",
}
"""``check`` only asks: a question of the bench sent to a door, or decided at once. It makes no claims."""


ROUND_RESULTS = {
    "fine": ("完好", "好", "v"),
    "faulty": ("有毛病", "坏", "z"),
    "repaired": ("修好了", "修", "v"),
    "listed": ("台账所记", "账", ""),
}
"""What a round (巡检) found → (label, mark, tone). ``listed``: a ledger says that it was made, and no more."""
NO_BUILDING = "~"
"""The walking key of what stands at no building: it comes last."""
ROUND_FAULTS = {"broken": "部件坏了", "expired": "过期", "blocked": "堵占", "missing": "缺失", "other": "其他"}


WAITING = ("open", "to_door")
"""States of a difference that nobody has answered yet."""

PROPOSALS = {
    "person": {"deceased": "去世", "moved_away": "迁走", "struck_off": "注销"},
    "dwelling": {"demolished": "拆除", "struck_off": "登记错了"},
    "organization": {"closed": "关停", "moved_away": "搬走"},
    "site": {"closed": "撤销"},
}
"""Ends that can be proposed, by kind: code → word."""
REINSTATED = "active"
"""What is proposed of a record that was ended by mistake."""
AT_ONCE = frozenset({"demolished", REINSTATED})
"""What all doors of a building can be proposed for together."""
EVIDENCE = {
    "id_card": "本人出示身份证",
    "household_book": "户口簿",
    "property_deed": "房产证、租赁合同",
    "licence": "营业执照",
    "death_certificate": "死亡证明",
    "demolition_notice": "拆迁公告",
    "deregistration": "注销登记",
    "in_person": "本人或家属当面",
    "at_the_door": "上门看过",
    "phone": "电话核实",
    "property_office": "物业、楼长证实",
    "ledger": "两份台账对照",
    "plate_notice": "门牌编码通知",
    "other": "其他（写在说明里）",
}
"""What was seen or heard before records are ended, brought back or put right: code → word. No picture of it is kept."""
EVIDENCE_OF: Mapping[str, tuple[str, ...]] = {
    "person": ("death_certificate", "household_book", "in_person", "phone", "at_the_door", "other"),
    "dwelling": ("demolition_notice", "property_deed", "property_office", "at_the_door", "other"),
    "organization": ("deregistration", "property_office", "in_person", "phone", "at_the_door", "other"),
    "site": ("deregistration", "property_office", "in_person", "phone", "at_the_door", "other"),
}
"""What of it an end or a return of a kind of record may rest on, in the order it is offered."""


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
    "needs_recheck": "去世、迁走、注销、关停要另一人复核",
    "contradicts": "与同一条记录里别的内容对不上",
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
"""Source → authority of the field → (where nothing is recorded, where something else is): APPLIES, or why it is
asked.
"""

NOT_SAID = (None, "", "unknown")
"""Values that say nothing: nobody is asked to choose between them and a fact."""


def with_identity(values: Mapping[str, Any]) -> dict[str, Any]:
    """A person's values with birth date and sex as a valid ID number says them, where they were not given."""
    card = idcards.check(values.get("id_no") or "")
    derived = {"born_on": card.born_on.isoformat() if card.born_on else None, "sex": card.sex or None}
    return {**derived, **{name: value for name, value in values.items() if value not in (None, "")}}


def is_end(kind: str, field: str, value: Any) -> bool:
    """Whether the value would end the entity (deceased, moved away, closed), which takes a second person."""
    return field == "status" and value in PROPOSALS.get(kind, {})


def or_empty(value: Any) -> Any:
    """A value as it is compared: what nobody has said is like an empty word, a 0 is something that was said."""
    return "" if value is None else value


def judge(
    authority: Authority, source: str, current: Any, value: Any, *, head: str | None, seen: uuid.UUID | Unseen | None
) -> tuple[Verdict, str]:
    """What becomes of a claim, and why it is asked (a key of WHY). First: did the author see the head?

    ``head`` is None while nobody has said the fact: what stands in ``current`` then is the column's default, no fact.
    """
    if value in NOT_SAID and source != "office":
        return Verdict.SAME, ""
    if or_empty(current) == or_empty(value):
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


def kind_after_move(kind: str, *, along: bool) -> str:
    """What links somebody to the door they move to; ``along``: their registration moves, too.

    Who lets or lodges goes on so.
    """
    return "lives_elsewhere_registered" if kind == "lives_here" and not along else kind


def stays_registered(kind: str, *, along: bool) -> bool:
    """Whether somebody who moves away stays registered at the door they leave."""
    return kind in ("lives_here", REGISTERED) and not along


def kind_of_both(there: str, coming: str) -> str:
    """The one link of somebody who is linked to the door already and comes with another kind."""
    if REGISTERED in (there, coming):
        return "lives_here" if there != coming else there
    return "lives_here" if "lives_here" in (there, coming) else there


@dataclasses.dataclass(frozen=True)
class Contradiction:
    """A question about a record, never about a person: what was noticed and what to do."""

    code: str
    sentence: str
    todo: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Check:
    """One rule over records: the kind of record that leads its cases, its short name, what to do, the facts
    it looks at.

    ``choices``: what can be decided of a case. ``tells_use``: its cases say which doors stand empty or are let (red
    line 5).
    """

    kind: str
    label: str
    todo: str
    looks_at: str
    choices: tuple[str, ...]
    tells_use: bool = False


SAME = ("same", "different")
CHECKS: Mapping[str, Check] = {
    "same_number": Check(
        kind="person",
        label="同一证件号",
        todo="核对证件，是一个人就并成一条",
        looks_at="证件号和人员状态",
        choices=(*SAME, "right"),
    ),
    "same_name_and_birth": Check(
        kind="person",
        label="同名同生日",
        todo="比对证件号，是一个人就并成一条",
        looks_at="姓名、出生日期、证件号",
        choices=SAME,
    ),
    "near_duplicate": Check(
        kind="person",
        label="像是登记了两次",
        todo="核对姓名用字，是一个人就并成一条",
        looks_at="姓名、出生日期、证件号、电话、住处",
        choices=SAME,
    ),
    "same_door": Check(
        kind="dwelling", label="一户两种写法", todo="到楼里看一眼，是一户就并成一条", looks_at="房屋地址", choices=SAME
    ),
    "same_organization": Check(
        kind="organization",
        label="单位登记了两次",
        todo="看一眼执照，是一家就并成一条",
        looks_at="名称、信用代码、地址",
        choices=SAME,
    ),
    "two_homes": Check(
        kind="person",
        label="两处都算现住",
        todo="问清住在哪里，迁出另一处",
        looks_at="现住哪几处",
        choices=("correct", "right", "to_door"),
    ),
    "no_home": Check(
        kind="person", label="有人无房", todo="问清住在哪里，关联房屋", looks_at="有没有关联房屋", choices=("right",)
    ),
    "ended_but_living": Check(
        kind="person",
        label="已注销还算现住",
        todo="迁出，或核对人员状态",
        looks_at="人员状态和现住哪几处",
        choices=("to_door",),
    ),
    "phone_shared": Check(
        kind="person",
        label="电话用在几处",
        todo="打一次电话，问清是谁的",
        looks_at="电话和现住哪几处",
        choices=("right",),
    ),
    "vacant_with_residents": Check(
        kind="dwelling",
        label="空房却有人住",
        todo="上门核实，改居住状况或迁出",
        looks_at="居住状况和现住的人",
        choices=("correct", "to_door"),
        tells_use=True,
    ),
    "owner_with_tenants": Check(
        kind="dwelling",
        label="自住却有租户",
        todo="问房主或租户，改为出租房",
        looks_at="使用情况和租户",
        choices=("correct", "right", "to_door"),
        tells_use=True,
    ),
    "door_gone": Check(
        kind="organization",
        label="单位在已注销的房屋里",
        todo="问清还在不在：改到新的房屋，或提出关停、搬走",
        looks_at="单位状态和所在房屋",
        choices=("right",),
    ),
    "crowded": Check(
        kind="dwelling",
        label="一处住的人太多",
        todo="核对是不是集体户，或有人已迁走",
        looks_at="建筑面积和现住的人",
        choices=("right",),
    ),
    "minor_alone": Check(
        kind="dwelling",
        label="只登记了未成年人",
        todo="补登监护人，或核对出生日期",
        looks_at="现住的人和出生日期",
        choices=("right",),
    ),
}
"""线上检查 (P14, P16): rules over records, first those that suspect one record to be there twice. ``contradictions``
finds the cases.
"""

CASE_DECISIONS = {"different": "不是同一个", "right": "情况属实", "to_door": "上门核实", "corrected": "当场改好"}
"""How a case can have been decided (已核定)."""

CROWDED = 20
SQUARE_METRES_EACH = 3
OF_AGE = 16
PHONE_DOORS = 3


@dataclasses.dataclass(frozen=True)
class Occupant:
    """What the rules need to know of one person said to live in a dwelling."""

    kind: str
    born_on: dt.date | None


def of_dwelling(
    living: Sequence[Occupant], *, occupancy: str, tenure: str, area_m2: float | None, today: dt.date
) -> list[str]:
    """Which checks question a dwelling's record, by the active people said to live there."""
    n = len(living)
    found = {
        "vacant_with_residents": occupancy == "vacant" and n > 0,
        "owner_with_tenants": tenure == "owner" and any(o.kind == "tenant" for o in living),
        "crowded": n >= CROWDED or (area_m2 is not None and n > 1 and area_m2 / n < SQUARE_METRES_EACH),
        "minor_alone": n > 0 and all(o.born_on and o.born_on > of_age_since(today) for o in living),
    }
    return [code for code, holds in found.items() if holds]


def sentence(code: str, n: int) -> str:
    """What a check noticed, in words; ``n``: how many records, people or doors there are."""
    return {
        "same_number": f"{n} 条记录是同一个证件号",
        "same_name_and_birth": f"{n} 人同名，出生日期也相同",
        "near_duplicate": f"{n} 条记录名字同音，生日、住处或电话也对得上",
        "same_door": f"{n} 条记录像是同一户，写法不同",
        "same_organization": f"{n} 条记录像是同一家单位",
        "two_homes": f"在 {n} 处都算现住",
        "no_home": "没有关联任何房屋",
        "ended_but_living": "已不在册，还算现住",
        "phone_shared": f"一个电话登记在 {n} 处房屋的人名下",
        "vacant_with_residents": f"登记为空房，却有 {n} 人现住",
        "owner_with_tenants": f"登记为自住，却有 {n} 名租户",
        "door_gone": "登记在已注销的房屋里，单位还在营",
        "crowded": f"一处住 {n} 人，人数太多",
        "minor_alone": f"只登记了未满 {OF_AGE} 岁的人",
    }[code]


ENDED = {"deceased": "已去世", "moved_away": "已迁走", "struck_off": "已注销"}
STATUS_WORDS = {
    "dwelling": {"active": "在册", "strike_off_pending": "注销待复核", "demolished": "已拆除", "struck_off": "已注销"},
    "person": {"active": "在册", **ENDED},
    "organization": {"active": "在营", "closed": "已关停", "moved_away": "已搬走"},
    "site": {"active": "在用", "closed": "已撤销"},
}
"""Where a record stands, in words; a door that was demolished says so (``Dwelling.ended_as``)."""


def ended_word(kind: str, status: str, ended_as: str = "") -> str:
    """How a record that has ended stands: 已拆除, 已关停; empty for one that is on record, and for kinds that
    end otherwise.
    """
    standing = status in {"active", "strike_off_pending"} or kind not in PROPOSALS
    return "" if standing else STATUS_WORDS[kind][ended_as or status]


def proposal_word(kind: str, proposed: str) -> str:
    """What is proposed, in a word: 拆除, 关停, 恢复在册."""
    return "恢复在册" if proposed == REINSTATED else PROPOSALS[kind][proposed]


def of_age_since(today: dt.date) -> dt.date:
    """Whoever was born on or before that day is of age today (16, as the plan counts children in need)."""
    try:
        return today.replace(year=today.year - OF_AGE)
    except ValueError:  # 29 February of a year without one
        return today.replace(year=today.year - OF_AGE, day=28)


_NUMBER = re.compile(r"\d(?:[\s-]?\d){6,}[Xx]?")


def reason_kept(reason: str) -> str:
    """A reason as it may be stored: numbers of seven digits and more are starred, for they have their own
    sealed fields.
    """
    return _NUMBER.sub(lambda found: "*" * 6 + found[0][-2:], reason.strip())[:200]
