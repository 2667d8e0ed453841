"""动态更新 (P11): what can happen at a door, to a person or to a business, and what the short form for it asks; pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

from gridwalk.core import clock
from gridwalk.dictionary import relations
from gridwalk.registry.ends import EVIDENCE_OF
from gridwalk.registry.living import LIVING, RESIDENCE_LABELS, VACANCY_SOURCES


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of daily change. ``at``: the record whose page it belongs to; ``asks``: the form's questions in order;
    ``writes``: what follows, said before it is stored.
    """

    code: str
    label: str
    at: str
    asks: tuple[str, ...]
    writes: str


EVENTS: Mapping[str, Kind] = {
    k.code: k
    for k in (
        Kind(
            "moved_in",
            "入住",
            "dwelling",
            ("people", "residence_kind", "on", "told"),
            "填的人算住在这里。别处还算现居住的，从那边迁出。",
        ),
        Kind(
            "moved_out",
            "搬离",
            "dwelling",
            ("who", "where", "address", "residence_kind", "keeps", "after", "on", "told"),
            "选的人不再算住在这里。离开本街道、户口也不留的，提出迁走，待另一人复核。",
        ),
        Kind(
            "born",
            "出生",
            "dwelling",
            ("parent", "name", "sex", "born_on", "id_no", "registered", "told"),
            "孩子建一条记录，算住在这里。证件号以后再补，不算差错。",
        ),
        Kind(
            "died",
            "去世",
            "person",
            ("who", "on", "told"),
            "提出去世，待另一人复核；复核同意前仍在册，关爱标识也还在。",
        ),
        Kind(
            "married",
            "结婚",
            "dwelling",
            ("who", "people", "home", "address", "registered", "on", "told"),
            "两人住到一处，与户主的关系跟着改。婚姻状况不登记。",
        ),
        Kind(
            "let",
            "出租",
            "dwelling",
            ("people", "owner_name", "owner_phone", "leaving", "on", "told"),
            "使用情况记为出租，居住状况记为有人住，填的人算租住。租户还不知道是谁，空着，走访时再补。",
        ),
        Kind(
            "let_ended",
            "退租",
            "dwelling",
            ("who", "after", "on", "told"),
            "选的人不再算住在这里，使用情况、居住状况按所选的改。",
        ),
        Kind(
            "owner_changed",
            "产权变更",
            "dwelling",
            ("owner_name", "owner_phone", "on", "told"),
            "产权人和电话换成新的，旧的留在来历里。",
        ),
        Kind(
            "opened",
            "新开业",
            "dwelling",
            ("name", "uscc", "org_kind", "contact_name", "contact_phone", "address", "on", "told"),
            "单位建一条记录，挂在这处房屋上。",
        ),
        Kind("closed", "停业", "organization", ("why", "on", "told"), "提出停业，待另一人复核；复核同意前仍算在营。"),
        Kind(
            "registered_in",
            "户口迁入",
            "dwelling",
            ("who", "people", "on", "told"),
            "选的和填的人户籍在此；在街道里别处的户籍随之迁出。",
        ),
        Kind("registered_out", "户口迁出", "dwelling", ("who", "on", "told"), "选的人户籍不在此；住在这里的照住。"),
    )
}

TOLD = {
    "self": "本人或家属说的",
    "phone": "电话里说的",
    "visit": "上门看到的",
    "others": "物业或邻居说的",
    "paper": "看了证明",
}
WHERE = {"away": "离开本街道", "door": "本街道另一处", "unknown": "不知道去了哪"}
KEEPS = {"keeps": "户口留在这里", "leaves": "户口也迁走"}
REGISTERED = {"here": "户口落在住处", "elsewhere": "户口在别处"}
HOME = {"here": "住在这一户", "theirs": "住到对方家", "other": "住到另一处"}
VACANT = {f"vacant:{code}": f"空房，{words}" for code, words in VACANCY_SOURCES.items() if code != "other_worker"}
"""The sources a clerk can name; that a second worker looks again is seen at the door, not in the office."""
AFTER = {"owner": "自住", "vacant:": "空房，还没人证实", **VACANT, "unknown": "不清楚"}
LIVES = {code: words for code, words in RESIDENCE_LABELS.items() if code in LIVING}
N_PEOPLE = {"moved_in": 4, "let": 4, "married": 1, "registered_in": 1}
"""How many people a form has lines for."""


def source(told: str) -> str:
    """Whose word it is by the table of claims: what was seen at the door is a visit's, everything else the office's."""
    return "visit" if told == "visit" else "office"


def reason(code: str, on: dt.date | None, told: str) -> str:
    """What stands as the reason at every change of an event: 出租，6月1日，本人或家属说的. No number, no name."""
    day = clock.day_words(on, year=True) if on else ""
    return "，".join(part for part in (EVENTS[code].label, day, TOLD[told]) if part)


_SHOWN = {"deceased": "death_certificate", "moved_away": "household_book", "closed": "deregistration"}
_EVIDENCE = {"self": "in_person", "phone": "phone", "visit": "at_the_door", "others": "property_office"}


def evidence(kind: str, proposed: str, told: str) -> str:
    """What an end proposed by an event rests on (a code of ``EVIDENCE``), by how it is known."""
    code = _SHOWN[proposed] if told == "paper" else _EVIDENCE[told]
    return code if code in EVIDENCE_OF[kind] else "other"


def child_of(parent: str, sex: str) -> str:
    """A newborn's relation to the head of the household by the parent's; "" where it does not follow."""
    match relations.group(parent):
        case "head" | "spouse":
            return relations.child(sex)
        case "child" | "child_in_law":
            return relations.GRANDCHILD
        case _:
            return ""


def spouse_of(partner: str, sex: str) -> str:
    """The relation to the head of the household of a spouse of that sex by the partner's; "" where it does not
    follow.
    """
    match relations.group(partner):
        case "head":
            return relations.SPOUSE
        case "child":
            return relations.child_in_law(sex)
        case "grandchild":
            return relations.RELATIVE
        case _:
            return ""


def unnamed(parent: str, sex: str) -> str:
    """A child that has no name yet, as birth papers write it: 王芳之女."""
    return f"{parent}之{'女' if sex == 'female' else '子'}"


def newborn_lives(parent_kind: str, registered: bool) -> str:
    """The kind of residence of a newborn by that of the parent it lives with."""
    if registered:
        return "lives_here"
    return parent_kind if parent_kind in {"tenant", "boarder"} else "lives_elsewhere_registered"
