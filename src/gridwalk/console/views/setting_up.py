"""启用准备: from an empty register to the first visit, step by step; the first page until something is dispatched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import LABELS, Role, Verb, Viewer
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.dictionary.fields import KINDS
from gridwalk.reports import setting_up as queries
from gridwalk.reports.setting_up import CommunityLedgers, Stage, Step
from gridwalk.territory import queries as territory

MOST_NAMES = 3
TEMPLATES = ("dwelling", "person", "organization")
"""The ledgers an office begins with; the others stand on the page of imports."""
WORDS: dict[Stage, tuple[str, str, str]] = {
    Stage.AREAS: ("区划网格", "从全国名单里选到本街道，勾上社区，写上网格", "个社区有网格"),
    Stage.ACCOUNTS: ("账号", "名单一次导入，岗位由街道网格中心确认；每个社区先要有书记", "个社区有书记"),
    Stage.LEDGERS: ("台账", "各社区上传房屋、人口台账，收到什么格式就传什么格式", "个社区有房屋"),
    Stage.RESPONSIBLE: ("网格责任人", "每个网格一位，清单和文件上写这个名字", "个网格有责任人"),
    Stage.CAMPAIGN: ("建立行动", "三个阶段的起止日期，哪些社区先走；节假日自动扣除", "次行动"),
    Stage.DISPATCH: ("下派", "下派前先看每个网格多少户、缺谁，试点先走", "批已下派"),
    Stage.PHONES: ("手机", "网格员扫码绑定手机；没有手机的，打印走访单", "位网格员有手机"),
}
"""Step → its name, what is done in it, what its pair counts."""

DOERS: dict[Stage, tuple[tuple[Verb, str, str], ...]] = {
    Stage.AREAS: ((Verb.MANAGE_AREAS, "console:areas", "看区划网格"),),
    Stage.ACCOUNTS: (
        (Verb.MANAGE_ACCOUNTS, "console:account_list", "导入名单"),
        (Verb.CONFIRM_ROLES, "console:roles", "确认岗位"),
    ),
    Stage.LEDGERS: ((Verb.IMPORT_LEDGER, "console:imports", "上传台账"),),
    Stage.RESPONSIBLE: ((Verb.MANAGE_ACCOUNTS, "console:areas", "设责任人"),),
    Stage.CAMPAIGN: ((Verb.MANAGE_CAMPAIGN, "console:campaign_new", "建立行动"),),
    Stage.DISPATCH: ((Verb.MANAGE_CAMPAIGN, "console:campaign", "去下派"),),
    Stage.PHONES: ((Verb.MANAGE_DEVICES, "console:devices", "绑定手机"),),
}
"""Step → who does it, by what may be done, with the page and the words of its button."""

BY: dict[Stage, str] = {
    Stage.AREAS: "管理员",
    Stage.ACCOUNTS: "管理员、网格中心",
    Stage.LEDGERS: "社区、网格中心",
    Stage.RESPONSIBLE: "管理员",
    Stage.CAMPAIGN: "网格中心",
    Stage.DISPATCH: "网格中心",
    Stage.PHONES: "社区书记、管理员",
}
DOES = {
    Role.ADMINISTRATOR: "区划、账号、责任人。看不到住户信息。",
    Role.STREET_CENTRE: "确认岗位，行动、下派，没划进网格的房屋。",
    Role.COMMUNITY_LEAD: "台账、手机、本社区的走访。",
}


@require_GET
def setting_up(request: Signed) -> HttpResponse:
    """The seven steps, each with its state, who does it and the button of whoever may."""
    verb = next(verb for verb in (Verb.MANAGE_AREAS, Verb.MANAGE_CAMPAIGN) if request.viewer.may_anywhere(verb))
    scope = pages.scope_of(request, verb, request.GET.get("scope", ""))
    today = clock.local_date(request.at)
    steps = queries.steps(scope, today)
    current = next((step.stage for step in steps if not step.done and not step.waits_for), None)
    rows = [_row(request.viewer, step, is_current=step.stage == current) for step in steps]
    ledgers = queries.ledgers(scope) if request.viewer.may(Verb.SEE_COUNTS, scope) else []
    context = {
        "rows": rows,
        "laid": _laid(ledgers),
        "templates": [(kind, KINDS[kind]) for kind in TEMPLATES],
        "n_done": sum(step.done for step in steps),
        "title": territory.scope_name(scope) if scope else "",
        "current": next((row for row in rows if row["current"]), None),
        "ledgers": ledgers,
        "people": [(LABELS[role], accounts.holders(role, scope, today), does) for role, does in DOES.items()],
        "board": reverse("console:board", args=[scope]) if scope and request.viewer.may(Verb.SEE_COUNTS, scope) else "",
        "may_import": request.viewer.may_anywhere(Verb.IMPORT_LEDGER),
    }
    return page(request, "console/home/setting_up.html", context, active="console:home")


def _laid(ledgers: Sequence[CommunityLedgers]) -> list[tuple[str, int, str]]:
    """What is in the register so far, over all communities."""
    doors, persons = sum(line.n_doors for line in ledgers), sum(line.n_persons for line in ledgers)
    return [("房屋", doors, "户"), ("人口", persons, "人")] if ledgers else []


def is_first_page(request: Signed) -> bool:
    """Whether the steps stand in place of the figures: nothing is dispatched yet, and the viewer has a part in them."""
    viewer = request.viewer
    verbs = [verb for verb in (Verb.MANAGE_AREAS, Verb.MANAGE_CAMPAIGN) if viewer.may_anywhere(verb)]
    if not verbs:
        return False
    return not any(queries.is_walking(scope) for scope in viewer.scopes(verbs[0]))


def _row(viewer: Viewer, step: Step, *, is_current: bool) -> dict[str, Any]:
    name, what, unit = WORDS[step.stage]
    mine = [(url, button) for verb, url, button in DOERS[step.stage] if viewer.may_anywhere(verb)]
    if mine and step.stage is Stage.AREAS and not step.d:
        mine = [("console:areas_pick", "选街道")]
    mark, tone, words = _state(step, is_current=is_current)
    return {
        "stage": str(step.stage),
        "name": name,
        "what": what,
        "unit": unit,
        "n": step.n,
        "d": step.d,
        "done": step.done,
        "current": is_current,
        "names": "、".join(step.names[:MOST_NAMES]),
        "n_names": len(step.names) if len(step.names) > MOST_NAMES else 0,
        "n_waiting": step.n_waiting,
        "mark": mark,
        "tone": tone,
        "state": words,
        "who": BY[step.stage],
        "url": reverse(mine[0][0]) if mine and not step.waits_for else "",
        "button": ("查看" if step.done else mine[0][1]) if mine else "",
    }


def _state(step: Step, *, is_current: bool) -> tuple[str, str, str]:
    """The mark of a step, its tone, and the state in words."""
    if step.done:
        return "✓", "v", "办好了"
    if step.waits_for:
        return "等", "n", f"等“{'”“'.join(WORDS[need][0] for need in step.waits_for)}”"
    if step.n or step.n_waiting or is_current:
        return "办", "q", "正在办" if step.n or step.n_waiting else "现在办"
    return "可", "", "可以开始"
