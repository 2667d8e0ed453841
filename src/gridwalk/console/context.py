"""What every page's frame needs: navigation for the viewer's role, the area in the bar, the moment of the figures."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import LABELS, Verb, Viewer
from gridwalk.console import scopes
from gridwalk.console.permissions import PAGES
from gridwalk.core import clock
from gridwalk.notices import queries as notices
from gridwalk.operations.operator.queries import operator
from gridwalk.territory import queries as territory


@dataclasses.dataclass(frozen=True)
class NavItem:
    """One entry of the navigation; ``rule``: a line stands above it."""

    name: str
    label: str
    icon: str
    rule: bool = False

    @property
    def url(self) -> str:
        return reverse(self.name)


NAVIGATION = (
    NavItem("console:home", "总览", "home"),
    NavItem("console:gaps", "缺口清单", "list"),
    NavItem("console:buildings", "楼盘表", "building"),
    NavItem("console:register", "一张表", "people"),
    NavItem("console:facilities", "设施", "hydrant"),
    NavItem("console:daily", "动态更新", "pulse"),
    NavItem("console:differences", "差异", "differ"),
    NavItem("console:bench", "查重核疑", "search"),
    NavItem("console:campaign", "走访任务", "flag", rule=True),
    NavItem("console:paper", "纸质补录", "pen"),
    NavItem("console:care", "关怀联系", "heart"),
    NavItem("console:rechecks", "待复核", "check"),
    NavItem("console:returned", "手机退回", "inbox"),
    NavItem("console:imports", "台账导入", "upload", rule=True),
    NavItem("console:comparisons", "台账比对", "compare"),
    NavItem("console:backfill", "回填清单", "back"),
    NavItem("console:reports", "报表", "file"),
    NavItem("console:audit", "操作记录", "clock"),
    NavItem("console:accounts", "账号", "key"),
    NavItem("console:roles", "岗位确认", "check"),
    NavItem("console:devices", "手机", "phone"),
    NavItem("console:areas", "区划网格", "map"),
    NavItem("console:grid_plans", "拆并网格", "differ"),
)


def navigation(viewer: Viewer) -> list[NavItem]:
    """The entries whose page the table opens for ``viewer``."""
    shown = []
    for item in NAVIGATION:
        guard = PAGES[item.name]
        if not isinstance(guard, Verb) or viewer.may_anywhere(guard):
            shown.append(item)
    return shown


def page(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the frame; outside sign-in only what every page says."""
    at: dt.datetime = getattr(request, "at", None) or clock.now()
    kept_by_one = accounts.kept_by_one(clock.local_date(at))
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        return {"kept_by_one": kept_by_one}
    return {
        "operator": operator(),
        "viewer": viewer,
        "nav": navigation(viewer),
        "role_label": "、".join(LABELS[role] for role in viewer.roles),
        "area_label": territory.area_label([assignment.scope for assignment in viewer.assignments]),
        "areas_below": scopes.below(viewer),
        "may_search": viewer.may_anywhere(Verb.SEE_ROWS_MASKED),
        "at": at,
        "any_unread": notices.any_unread(viewer),
        "kept_by_one": kept_by_one,
    }
