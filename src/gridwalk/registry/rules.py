"""Judging claims; plain values only. The authority table is docs/algorithms/claims.md."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Authority
from gridwalk.method import address_parts, idcards, names
from gridwalk.method.addresses import Address

SOURCES = {
    "ledger": "台账",
    "visit": "走访",
    "round": "巡检",
    "office": "社区更正",
    "resident": "居民更正",
    "inspector": "抽查",
    "platform": "平台导出",
    "check": "数据排查",
}
"""``check`` only asks: a question of the bench sent to a door, or decided at once. It makes no claims."""


FROM_PAPER = frozenset({"ledger", "platform"})
"""Sources that nobody saw at a door."""
NO_BUILDING = "~"
"""The walking key of what stands at no building: it comes last."""


CARD_TRIES = 5
"""How often a day, by all accounts together, a number typed from a person's card is compared with the one on record.
More would be guessing: beside what is shown 500 numbers fit.
"""

HANDED_IN_A_DAY = 15
"""So many ID numbers of one area code and birth date that nobody on record has are taken from one account's files,
forms and searches in ``HANDED_IN_FOR`` before nothing more of that day is compared. An honest ledger of 31,000 people
of one area code has up to 12 of a day, a street of 48,000 has 13.
"""
HANDED_IN_FOR = dt.timedelta(days=30)


def day_of(id_no: str) -> str:
    """Area code and birth date of an ID number; empty for what is none, and for other papers: they show nothing."""
    return id_no[:14] if len(id_no) == 18 and id_no[:17].isdigit() else ""


def fitting_key(id_no: str) -> str:
    """What is shown of an ID number: area code, birth date, and whether it is a man's; two numbers fit one person where
    it is equal. Empty for what is none.
    """
    return f"{day}{int(id_no[16]) % 2}" if (day := day_of(id_no)) else ""


CARD_ANSWERS = {
    "equal": "一致：和登记的号码一样，记为已核。",
    "differs": "不一致：登记的没有改，成了一条差异，等社区核对。",
    "kept": "不一致：这个号码社区核对过，保留登记的。",
    "too_often": "没有比：这个人今天已核对 5 次。号码收下了，等社区核对。",
}
"""What is said to who typed a number from a card."""

WAITING = ("open", "to_door")
"""States of a difference that nobody has answered yet."""

CONTACTS = {
    "dwelling": ("owner_name", "owner_phone"),
    "organization": ("contact_name", "contact_phone"),
    "site": ("contact_name", "contact_phone"),
    "facility": ("contact_name", "contact_phone"),
}
"""Who is named at a place, by kind: name and telephone."""

ERASED = "身份内容已清除，谁也找不回来。本人再来登记，是新的一条。"
"""Why nothing is done to the record of somebody who was erased."""


class Unseen(enum.Enum):
    """The author of a claim did not say what they saw (ledgers cannot)."""

    UNSEEN = "unseen"


UNSEEN = Unseen.UNSEEN


@dataclasses.dataclass(frozen=True)
class Claim:
    """Something said about one fact. ``seen``: the op of the write the author saw for the field (None: empty).

    ``op``: the intention it came with, which becomes the field's head; without one the writing's own op does.
    ``asks``: why it is only asked, whatever it says (a key of WHY); "" where it is judged.
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
    asks: str = ""

    @property
    def is_of_card(self) -> bool:
        """Whether it brings an ID number as somebody read it from a person's card."""
        return (self.source, self.kind, self.field) == ("visit", "person", "id_no") and bool(self.value)


class Verdict(enum.StrEnum):
    """What becomes of a claim."""

    SAME = "same"
    APPLY = "apply"
    ASK = "ask"


class Says(enum.Enum):
    """What a claim says beside the fact of now: the same and more (长子 beside 子), the same and less, another thing."""

    MORE = "more"
    LESS = "less"
    OTHER = "other"


TO_VERIFY = "这个号码要核实"
"""All that is said of a number that another record holds: that one is on record is told to nobody outside."""
WHY = {
    "changed_meanwhile": "填的时候没看到最新的值",
    "document_differs": "与证件核实过的值不同",
    "ledger_differs": "台账与系统登记不同",
    "resident_asks": "居民提出更正，待社区核对",
    "inspector_differs": "抽查回答不同",
    "lives_in_two_places": "台账里在另一处也算现居住",
    "registered_twice": "台账里户籍在另一处",
    "head_changed": "户主换了，与户主关系要重问",
    "taken_over": "别处报来，这个人住在那边",
    "not_theirs": "别的网格上门时说的，那边不管这一条，由这边定",
    "number_taken": TO_VERIFY,
    "needs_recheck": "去世、迁走、注销、停业要另一人复核",
    "contradicts": "与同一条记录里别的内容对不上",
    "card_too_often": "当天核对证件号超过 5 次，没有再比",
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


class Unfit(ValueError):
    """A value that no column may hold: a number where it is not sealed, a word that is no value of its field."""


def refuse_unfit(kind: str, values: Mapping[str, Any]) -> None:
    """Raises Unfit where a value by dictionary names is none of its field, whoever brings it."""
    for field, value in values.items():
        if why := dictionary.unfit(kind, field, value):
            raise Unfit(f"没有存：{dictionary.label(kind, field)}：{why}。")


def refuse_unfit_door(address: Address) -> None:
    """Raises Unfit where a part of an address is a number of somebody's, a date or a word of another column."""
    parts = (address.estate, address.road, address.building, address.number, address.stairwell, address.room)
    if any(map(address_parts.is_none, parts)):
        raise Unfit("没有存：地址里有一段是号码、日期或别的栏里的字。请核对楼、单元、室各填在哪一格。")


def comes_freely(name: str, grid: str, *, recorded_name: str, recorded_grid: str) -> bool:
    """Whether who is said to live in ``grid`` may be taken for the record with the same number: it is of the same
    community, and its name is the same but for the writing. Else the side that would lose the person decides.
    """
    return grid[:12] == recorded_grid[:12] and names.bare(name) == names.bare(recorded_name)


def with_identity(values: Mapping[str, Any]) -> dict[str, Any]:
    """A person's values with birth date and sex as a valid ID number says them, where they were not given."""
    card = idcards.check(values.get("id_no") or "")
    derived = {"born_on": card.born_on.isoformat() if card.born_on else None, "sex": card.sex or None}
    return {**derived, **{name: value for name, value in values.items() if value not in (None, "")}}


def card_answer(verdict: Verdict, why: str, head: str | None) -> str:
    """What became of a number typed from a card (a key of CARD_ANSWERS); "" where there was none to compare it with.

    ``head``: the op under which the typed number stands; None where another one does.
    """
    if verdict is Verdict.APPLY or why in {"number_taken", "not_theirs"}:
        return ""
    if verdict is Verdict.ASK:
        return "too_often" if why == "card_too_often" else "differs"
    return "equal" if head else "kept"


def or_empty(value: Any) -> Any:
    """A value as it is compared: what nobody has said is like an empty word, a 0 is something that was said."""
    return "" if value is None else value


def judge(
    authority: Authority,
    source: str,
    current: Any,
    value: Any,
    *,
    head: str | None,
    seen: uuid.UUID | Unseen | None,
    says: Says = Says.OTHER,
) -> tuple[Verdict, str]:
    """What becomes of a claim, and why it is asked (a key of WHY). First: did the author see the head?

    ``head`` is None while nobody has said the fact: what stands in ``current`` then is the column's default, no fact.
    What says the same and more fills what was left open; what says less of it says nothing, but for the office.
    """
    if (value in NOT_SAID or says is Says.LESS) and source != "office":
        return Verdict.SAME, ""
    if or_empty(current) == or_empty(value):
        return Verdict.SAME, ""
    if not isinstance(seen, Unseen) and (None if seen is None else str(seen)) != head:
        return Verdict.ASK, "changed_meanwhile"
    empty, differs = AUTHORITY[source][authority]
    why = empty if head is None or current in NOT_SAID or says is Says.MORE else differs
    return (Verdict.ASK, why) if why else (Verdict.APPLY, "")
