"""What every document is written from: pairs by community and grid, responsible persons, reasons of the gap."""

from __future__ import annotations

import dataclasses
import datetime as dt

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.queries import Responsible
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import rules as campaign_rules
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.definitions import VISITS
from gridwalk.indicators.queries import Board
from gridwalk.indicators.tallies import Figure
from gridwalk.territory import queries as territory
from gridwalk.visits.queries import worklist


@dataclasses.dataclass(frozen=True)
class Overview:
    """The figures of one moment. ``trend``: (day, visited, planned); ``week``: newly visited in 7 days by community."""

    campaign: Campaign
    scope: str
    place: str
    at: dt.datetime
    by: str
    communities: Board
    grids: Board
    responsible: dict[str, Responsible]
    reasons: list[tuple[str, int]]
    trend: list[tuple[dt.date, int, int]]
    week: dict[str, int | None]
    working_day: int
    working_days: int


def overview(viewer: Viewer, campaign: Campaign, at: dt.datetime) -> Overview:
    """Everything a document needs, as far as ``viewer`` may see counts. Raises NotHere."""
    held = [
        s for s in viewer.scopes(Verb.EXPORT_REPORT) if s.startswith(campaign.scope) or campaign.scope.startswith(s)
    ]
    if not held:
        raise NotHere
    scope = max(held[0], campaign.scope, key=len)
    communities = indicators.board(viewer, scope=scope, by="community", campaign=campaign, at=at)
    grids = indicators.board(viewer, scope=scope, by="grid", campaign=campaign, at=at)
    today = clock.local_date(at)
    act = next(p for p in campaign.phases.all() if p.kind == "act")
    whole = communities.total["visits"]
    kept = indicators.trend(viewer, VISITS, scope=scope, campaign=campaign, at=at)
    trend = [
        (day, f.n, campaign_rules.planned(whole.d if whole else f.d, act.starts_on, act.ends_on, day))
        for day, f in sorted(kept.items())
    ]
    codes = [line.code for line in (*communities.lines, *grids.lines)]
    return Overview(
        campaign, scope, territory.scope_name(scope), at, viewer.name, communities, grids, accounts.responsible(codes, today),
        _reasons(campaign, scope), trend, {line.code: _week(viewer, line.code, campaign, at) for line in communities.lines},
        campaign_rules.working_days(act.starts_on, min(today, act.ends_on)), campaign_rules.working_days(act.starts_on, act.ends_on),
    )  # fmt: skip


def _week(viewer: Viewer, code: str, campaign: Campaign, at: dt.datetime) -> int | None:
    """Newly visited in the last 7 days; None where no day that old was kept."""
    kept = sorted(indicators.trend(viewer, VISITS, scope=code, campaign=campaign, at=at).items())
    before = [f for day, f in kept if day <= clock.local_date(at) - dt.timedelta(days=7)]
    return kept[-1][1].n - before[-1].n if before else None


def _reasons(campaign: Campaign, scope: str) -> list[tuple[str, int]]:
    words = {
        ("remaining", ""): "还没去", ("remaining", "no_answer"): "去过，无人", ("remaining", "vacant_confirmed"): "报空房，待第二来源",
        ("remaining", "phone"): "只打过电话，还没上过门", ("explained", "refused"): "已说明，拒访", ("explained", "no_answer"): "已说明，多时段无人",
        ("pending", "moved_away"): "报已搬走，待复核", ("pending", "not_found"): "找不到，待复核",
    }  # fmt: skip
    found: dict[str, int] = {}
    for (state, outcome), n in worklist.states(campaign, scope).items():
        if state not in {"visited", "left"}:
            label = words.get((state, outcome), "去过，没办成")
            found[label] = found.get(label, 0) + n
    return sorted(found.items(), key=lambda pair: -pair[1])


def percent(figure: Figure | None) -> str:
    """70.7%, rounded down; a dash where there is nothing to divide by or the cell is suppressed."""
    if figure is None or not figure.d:
        return "—"
    tenths = figure.n * 1000 // figure.d
    return f"{tenths // 10}.{tenths % 10}%"


def pair(figure: Figure | None) -> str:
    """9,218 / 13,046; words where it is suppressed."""
    return "少于 5，不显示" if figure is None else f"{figure.n:,} / {figure.d:,}"
