"""Needs found in care contacts and what becomes of them; plain values only (docs/algorithms/care.md)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

NEEDS = {
    "daily_life": "生活照料",
    "medical": "就医买药",
    "repair": "维修安全",
    "benefit": "政策办理",
    "company": "陪伴探望",
    "other": "其他",
}
HELP = {"given": "当场解决", "referred": "已转介", "none": "暂无需要"}
REFERRED_TO = {
    "community": "社区居委会",
    "street": "街道",
    "hospital": "社区医院",
    "civil": "民政",
    "disabled": "残联",
    "property": "物业",
    "volunteer": "志愿者",
    "family": "家属",
}
STATES = {
    "open": "尚未处理",
    "given": "当场解决，待确认",
    "referred": "已转介，待确认",
    "confirmed": "已落实",
    "withdrawn": "已撤销，不算",
}
FOLLOWED = ("open", "given", "referred")
"""A need stays on the list in these states."""

ASK_AFTER = {"open": 3, "given": 7, "referred": 14}
"""Days after which somebody asks again, where no day was agreed."""
LONGEST_NOTE = 60
"""Characters of a line beside a contact."""
LATEST = 90
"""So many days ahead a referral may be due at most."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Need:
    """What a care contact brought: a need found, what was done or whom it was handed to by which day (keys of the
    lists above).

    ``note``: a line about the contact; ``asked``: of needs found before, whether their recipient says they are met.
    """

    person: uuid.UUID
    need: str = ""
    help: str = ""
    to: str = ""
    by: dt.date | None = None
    note: str = ""
    asked: tuple[tuple[uuid.UUID, bool], ...] = ()


def state_of(help_: str) -> str:
    """The state a need begins in: what was done at once says it; nothing done leaves it open."""
    return help_ if help_ in ("given", "referred") else "open"


def ask_on(state: str, on: dt.date, by: dt.date | None = None) -> dt.date:
    """The day by which somebody asks again; ``by``: the day a referral is to be done."""
    if state == "referred" and by is not None:
        return by
    return on + dt.timedelta(days=ASK_AFTER[state])


def faults(need: Need, on: dt.date) -> dict[str, str]:
    """What is wrong with a need as it was filled in on the day ``on``, by field."""
    if need.need and need.need not in NEEDS:
        return {"need": "请从单子里选一项"}
    if need.help and need.help not in HELP:
        return {"help": "请从单子里选一项"}
    if need.to and need.to not in REFERRED_TO:
        return {"to": "请从单子里选一处"}
    if need.help == "referred" and need.by is not None and not on <= need.by <= on + dt.timedelta(days=LATEST):
        return {"by": f"办结日期要在联系当天以后、{LATEST} 天以内"}
    return {}
