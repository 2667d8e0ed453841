"""How records end and come back, and on what evidence; plain values only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PROPOSALS = {
    "person": {"deceased": "去世", "moved_away": "迁走", "struck_off": "其他原因注销"},
    "dwelling": {"demolished": "拆除", "struck_off": "登记错误"},
    "organization": {"closed": "停业", "moved_away": "搬离"},
    "site": {"closed": "关闭"},
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

ENDED = {"deceased": "已去世", "moved_away": "已迁走", "struck_off": "已注销"}
STATUS_WORDS = {
    "dwelling": {"active": "在册", "strike_off_pending": "注销待复核", "demolished": "已拆除", "struck_off": "已注销"},
    "person": {"active": "在册", **ENDED},
    "organization": {"active": "在营", "closed": "已停业", "moved_away": "已搬离"},
    "site": {"active": "在用", "closed": "已关闭"},
}
"""Where a record stands, in words; a door that was demolished says so (``Dwelling.ended_as``)."""


def is_end(kind: str, field: str, value: Any) -> bool:
    """Whether the value would end the entity (deceased, moved away, closed), which takes a second person."""
    return field == "status" and value in PROPOSALS.get(kind, {})


def ended_word(kind: str, status: str, ended_as: str = "") -> str:
    """How a record that has ended stands: 已拆除, 已停业; empty for one that is on record, and for kinds that
    end otherwise.
    """
    standing = status in {"active", "strike_off_pending"} or kind not in PROPOSALS
    return "" if standing else STATUS_WORDS[kind][ended_as or status]


def proposal_word(kind: str, proposed: str) -> str:
    """What is proposed, in a word: 拆除, 停业, 恢复在册."""
    return "恢复在册" if proposed == REINSTATED else PROPOSALS[kind][proposed]
