"""What an investigation may ask for, and how long it is open. Pure."""

from __future__ import annotations

import datetime as dt

CAUSES = {"record": "登记错了，要弄清怎么来的", "look": "像是不该看的看了"}
"""Nothing else is a reason to look into what one person did (red line 2)."""
STATES = {"proposed": "等另一人同意", "confirmed": "已同意", "rejected": "没有同意", "withdrawn": "已撤回"}
MOST_DAYS = 31
OPEN_FOR = dt.timedelta(days=14)
SHORTEST_REASON = 4


class InvestigationError(Exception):
    """An investigation that cannot be proposed or decided so; the text says why."""


def check(*, cause: str, from_on: dt.date, to_on: dt.date, reason: str, today: dt.date) -> None:
    """Raises InvestigationError unless it names its cause, at most 31 past days and a reason."""
    if cause not in CAUSES:
        raise InvestigationError("没有提出：请选为什么调查。只有这两种情况可以调查。")
    if not from_on <= to_on <= today:
        raise InvestigationError("没有提出：开始那天不晚于结束那天，结束那天不晚于今天。")
    if (to_on - from_on).days >= MOST_DAYS:
        raise InvestigationError(f"没有提出：一次最多看 {MOST_DAYS} 天，请把日子改短。")
    if len(reason) < SHORTEST_REASON:
        raise InvestigationError(f"没有提出：请写明事由（不少于 {SHORTEST_REASON} 个字），本人会看到。")
