"""What a page says where nobody is left to go to: a pair alone cannot tell nothing dispatched from all visited."""

from __future__ import annotations

from typing import Any

from gridwalk.campaigns import queries as campaigns
from gridwalk.indicators.tallies import Figure


def standing(campaign: Any, scope: str, figure: Figure | None, unit: str) -> str:
    """What is so where nobody is left to go to: not dispatched, all visited, or the rest at rest; else nothing."""
    if figure is None:
        return ""
    dispatched, waiting = campaigns.waves_over(campaign, scope)
    later = f"{'、'.join(wave.name for wave in waiting)}还没下派。" if waiting else ""
    if not figure.d:
        nothing = "下派的任务里，没有应走访的。" if dispatched else "还没下派走访任务，下派之后这里就有数了。"
        return nothing + (later if dispatched else "")
    if not figure.gap:
        return f"都走访了，{figure.n:,} / {figure.d:,} {unit}。{later}"
    explained, pending = figure.told("explained"), figure.told("pending")
    if explained is None or pending is None or explained + pending < figure.gap:
        return ""
    rest = "，".join(f"{words} {n:,} {unit}" for words, n in (("已登记原因", explained), ("等复核", pending)) if n)
    return f"已走访 {figure.n:,} / {figure.d:,} {unit}，剩下的不用再去：{rest}。{later}"
