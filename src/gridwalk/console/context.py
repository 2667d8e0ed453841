"""What every page's frame needs: navigation for the viewer's role, the area in the bar, the moment of the figures."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import LABELS, Verb, Viewer
from gridwalk.console import guide, scopes
from gridwalk.console.permissions import PAGES, opens
from gridwalk.core import clock
from gridwalk.notices import queries as notices
from gridwalk.operations.operator.queries import operator
from gridwalk.territory import queries as territory


@dataclasses.dataclass(frozen=True)
class NavItem:
    """One entry of the navigation; ``group``: the work it belongs to, a key of GROUPS."""

    name: str
    label: str
    icon: str
    group: str = ""

    @property
    def url(self) -> str:
        return reverse(self.name)


GROUPS = {
    "": "",
    "visits": "走访",
    "register": "登记簿",
    "ledgers": "台账与核对",
    "checks": "数据核查",
    "office": "管理",
}
"""The works under which the entries stand, in their order; the first has no heading."""

NAVIGATION = (
    NavItem("console:home", "总览", "home"),
    NavItem("console:gaps", "未走访清单", "list", "visits"),
    NavItem("console:buildings", "楼盘表", "building", "visits"),
    NavItem("console:campaign", "走访任务", "flag", "visits"),
    NavItem("console:paper", "纸质补录", "pen", "visits"),
    NavItem("console:care", "重点关爱", "heart", "visits"),
    NavItem("console:rechecks", "待复核", "check", "visits"),
    NavItem("console:matters", "事项", "flag", "visits"),
    NavItem("console:matters_overdue", "过期事项", "clock", "visits"),
    NavItem("console:returned", "手机退回", "inbox", "visits"),
    NavItem("console:register", "一张表", "people", "register"),
    NavItem("console:facilities", "设施", "hydrant", "register"),
    NavItem("console:daily", "动态更新", "pulse", "register"),
    NavItem("console:imports", "台账导入", "upload", "ledgers"),
    NavItem("console:comparisons", "台账比对", "compare", "ledgers"),
    NavItem("console:differences", "差异核对", "differ", "ledgers"),
    NavItem("console:backfill", "回填清单", "back", "ledgers"),
    NavItem("console:bench", "数据排查", "search", "checks"),
    NavItem("console:online", "线上核查", "differ", "checks"),
    NavItem("console:samples", "抽查", "list", "checks"),
    NavItem("console:sampled_doors", "派给我的抽查", "check", "checks"),
    NavItem("console:reports", "报表", "file", "office"),
    NavItem("console:meetings", "座谈会", "people", "office"),
    NavItem("console:audit", "操作记录", "clock", "office"),
    NavItem("console:accounts", "账号", "key", "office"),
    NavItem("console:roles", "岗位确认", "check", "office"),
    NavItem("console:devices", "手机", "phone", "office"),
    NavItem("console:areas", "区划网格", "map", "office"),
    NavItem("console:grid_plans", "拆并网格", "differ", "office"),
)


def navigation(viewer: Viewer) -> list[tuple[str, str, list[NavItem]]]:
    """(group, its heading, the entries whose page the table opens for ``viewer``); a group without any is left out."""
    opened = [item for item in NAVIGATION if opens(PAGES[item.name], viewer)]
    groups = [(code, words, [item for item in opened if item.group == code]) for code, words in GROUPS.items()]
    return [group for group in groups if group[2]]


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
        "help_url": guide.url_of(request.resolver_match.view_name if request.resolver_match else ""),
        "kept_by_one": kept_by_one,
    }
