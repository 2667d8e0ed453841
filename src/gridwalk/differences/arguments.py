"""What speaks for one side of a difference, and what to think of first; plain values only, nothing is decided here."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gridwalk.method import idcards, names, papers, phones, text

CLAIMED, CURRENT, THINK = "claimed", "current", "think"
TWO_NUMBERS = "两个号码不同。差在哪几位，写明事由看完整号码时标出"
ONE_OFF = "两个号码只差一位，多半是抄错"


@dataclasses.dataclass(frozen=True)
class Argument:
    """``side``: claimed · current · think (it speaks for neither, yet should be known)."""

    side: str
    sentence: str


@dataclasses.dataclass(frozen=True)
class Member:
    """Somebody else of the household: what may argue for one side."""

    name: str
    phone: str = ""
    homes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """A difference with what is known around it, in the clear. ``source``: where the claim comes from, in words.

    ``facts``: the entity's other facts. ``verified_on``: the day the present value was last verified at the door;
    ``fresh_days``: after how many days it should be. ``claimed_home``: the door a person is said to live at.
    """

    kind: str
    field: str
    source: str
    current: str
    claimed: str
    facts: Mapping[str, Any]
    today: dt.date
    verified_on: dt.date | None = None
    at_the_door: bool = False
    fresh_days: int | None = None
    household: Sequence[Member] = ()
    claimed_home: str = ""


def weigh(case: Case) -> list[Argument]:
    """Everything that speaks for a side, the strongest kind of evidence first."""
    arguments: list[Argument] = []
    for look in _LOOKS.get(case.field, ()):
        arguments += look(case)
    return arguments + _age(case)


def same_writing(field: str, left: str, right: str) -> bool:
    """Whether two values differ in how they are written only: spaces, widths, traditional characters, punctuation."""
    return _bare(field, left) == _bare(field, right)


def _bare(field: str, value: str) -> str:
    return names.bare(value) if field.endswith("name") else names.without_marks(text.fold(value))


def _of_sides(case: Case, holds: Callable[[str], str]) -> list[Argument]:
    """An argument for each side whose value ``holds`` finds a sentence for."""
    sides = ((CLAIMED, case.claimed, f"{case.source}的"), (CURRENT, case.current, "系统登记"))
    return [Argument(side, f"{who}{words}") for side, value, who in sides if value and (words := holds(value))]


def _number(case: Case) -> list[Argument]:
    arguments = _of_sides(case, lambda v: "" if idcards.check(v).fault else "证件号校验通过")
    for side, value, who in ((CURRENT, case.claimed, f"{case.source}的"), (CLAIMED, case.current, "系统登记的")):
        if value and (fault := papers.check(value).text):
            arguments.append(Argument(side, f"{who}证件号{fault}"))
    born = str(case.facts.get("born_on") or "")
    if born:
        agrees = _of_sides(case, lambda v: "证件号里的生日与登记的相同" if _born(v) == born else "")
        arguments += agrees if len(agrees) == 1 else []
    return arguments + _apart(case)


def _born(number: str) -> str:
    born = idcards.check(number).born_on
    return born.isoformat() if born else ""


def _apart(case: Case) -> list[Argument]:
    """Two numbers are different, and no more is said of it: whoever handed one in would know the other by where they
    differ. Fewer than five hundred fit.
    """
    return [Argument(THINK, TWO_NUMBERS)] if case.current and case.claimed else []


def one_off(left: str, right: str) -> bool:
    """Whether two whole numbers differ in one place only, as they do where somebody copied wrongly."""
    return len(left) == len(right) and sum(a != b for a, b in zip(left, right, strict=True)) == 1


def _identity(case: Case) -> list[Argument]:
    card = idcards.check(str(case.facts.get("id_no") or ""))
    if card.fault:
        return []
    says = {"born_on": card.born_on.isoformat() if card.born_on else "", "sex": card.sex}[case.field]
    return _of_sides(case, lambda v: "与证件号里写的相同" if v == says else "")


def _same_phone(member: Member, phone: str) -> str:
    return f"电话与同户 {member.name} 登记的相同" if member.phone == phone else ""


def _phone(case: Case) -> list[Argument]:
    arguments: list[Argument] = []
    for member in case.household:
        arguments += _of_sides(case, functools.partial(_same_phone, member))
    for side, value, who in ((CURRENT, case.claimed, f"{case.source}的"), (CLAIMED, case.current, "系统登记的")):
        if value and phones.check(value).fault:
            arguments.append(Argument(side, f"{who}电话{phones.check(value).fault_text}"))
    return arguments + _apart(case)


def _name(case: Case) -> list[Argument]:
    if not case.claimed or not case.current:
        return []
    if same_writing(case.field, case.claimed, case.current):
        return [Argument(THINK, "只差写法，是同一个名字")]
    if names.key(case.claimed) == names.key(case.current):
        return [Argument(THINK, "两个名字读音相同，证件上怎么写就怎么登记")]
    return []


def _home(case: Case) -> list[Argument]:
    there = [m.name for m in case.household if case.claimed_home in m.homes]
    stay = [m.name for m in case.household if case.claimed_home not in m.homes]
    arguments = []
    if there:
        arguments.append(Argument(CLAIMED, f"同户 {'、'.join(there[:3])} 也登记在{case.source}说的那一处"))
    if stay:
        arguments.append(Argument(CURRENT, f"同户 {'、'.join(stay[:3])} 仍住在现在这一处"))
    return arguments


def _end(case: Case) -> list[Argument]:
    return [Argument(THINK, "采用以后还要另一人复核，复核前仍算在册")]


def _age(case: Case) -> list[Argument]:
    if not case.current:
        return [Argument(CLAIMED, "系统登记里这一项是空的")]
    if case.verified_on is None:
        return [Argument(THINK, "系统登记没有上门核实过")]
    days = (case.today - case.verified_on).days
    if case.fresh_days and days > case.fresh_days:
        return [Argument(CLAIMED, f"系统登记 {days // 30} 个月没核实，这一项每 {case.fresh_days // 30} 个月应核一次")]
    if case.at_the_door:
        return [Argument(CURRENT, f"系统登记是上门时说的，{case.verified_on.month}月{case.verified_on.day}日核实过")]
    return []


_LOOKS: Mapping[str, tuple[Callable[[Case], list[Argument]], ...]] = {
    "id_no": (_number,),
    "born_on": (_identity,),
    "sex": (_identity,),
    "phone": (_phone,),
    "owner_phone": (_phone,),
    "contact_phone": (_phone,),
    "name": (_name,),
    "owner_name": (_name,),
    "contact_name": (_name,),
    "residence": (_home,),
    "status": (_end,),
}


@dataclasses.dataclass(frozen=True)
class Part:
    """A stretch of a shown value; ``differs``: the other side has something else there."""

    text: str
    differs: bool


def marked(shown: str, clear: str, other: str) -> list[Part]:
    """A shown value cut where it differs from the other side in the clear; whole where lengths differ.

    Of two numbers it is shown with both in full only, after a reason.
    """
    if len(shown) != len(clear) or len(clear) != len(other):
        return [Part(shown, differs=False)] if shown else []
    parts: list[Part] = []
    for char, here, there in zip(shown, clear, other, strict=True):
        if parts and parts[-1].differs == (here != there):
            parts[-1] = Part(parts[-1].text + char, parts[-1].differs)
        else:
            parts.append(Part(char, here != there))
    return parts
