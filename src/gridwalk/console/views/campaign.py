"""走访任务, 走访单."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns import rules as campaign_rules
from gridwalk.campaigns.actions import dispatch, ending
from gridwalk.campaigns.rules import CampaignError
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.standing import standing
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.definitions import VISITS
from gridwalk.territory import queries as territory
from gridwalk.visits.actions import reopening
from gridwalk.visits.queries import paper


@require_GET
def campaign(request: Signed) -> HttpResponse:
    """走访任务: phases, waves, who leads, who is responsible where."""
    running = campaigns.current_campaign(request.viewer)
    if running is None:
        may = request.viewer.may_anywhere(Verb.MANAGE_CAMPAIGN)
        return page(
            request, "console/campaign/show.html", {"campaign": None, "may_manage": may}, active="console:campaign"
        )
    scope = pages.counts_scope(request, request.GET.get("scope", ""))
    today = clock.local_date(request.at)
    days = campaigns.workdays(running, today)
    shown = indicators.board(
        request.viewer, scope=scope, by="grid", campaign=running, at=request.at, indicators=[VISITS]
    )
    codes = [line.code for line in shown.lines]
    named = accounts.responsible([*codes, *{c[:12] for c in codes}], today)
    names = territory.place_names({*(c[:12] for c in codes), *(s for w in running.waves.all() for s in w.scopes)})
    waves = [
        {"wave": w, "names": [names[s] for s in w.scopes], "due": w.starts_on <= today} for w in running.waves.all()
    ]
    context = {
        "campaign": running,
        "pause": campaigns.pause_on(running, today),
        "may_reopen": running.closed_at is not None and request.at - running.closed_at <= clock.UNDO_FOR,
        "board": shown,
        **_nobodys(request, running, scope),
        "substitutes": _substitutes(codes, today),
        "may_dispatch": request.viewer.may(Verb.DISPATCH, scope),
        "scope": scope,
        "named": named,
        "waves": waves,
        "today": today,
        "working_days": [(p, days.count(p.starts_on, p.ends_on)) for p in running.phases.all()],
        "communities": [(c, names[c], named.get(c)) for c in sorted({c[:12] for c in codes})],
        "may_manage": request.viewer.may(Verb.MANAGE_CAMPAIGN, running.scope),
    }
    return page(request, "console/campaign/show.html", context, active="console:campaign")


def _nobodys(request: Signed, running: Any, scope: str) -> dict[str, Any]:
    """How many targets nobody in post is to walk, by grid and in all."""
    counted = campaigns.of_nobody(request.viewer, running, scope, clock.local_date(request.at))
    by_grid: Counter[str] = Counter()
    for (grid, _), n in counted.items():
        by_grid[grid] += n
    return {"nobodys": by_grid, "n_nobodys": by_grid.total()}


def _substitutes(codes: Sequence[str], today: dt.date) -> dict[str, str]:
    """Grid → the names of those who cover somebody there on that day."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for post in accounts.posts(codes, today):
        if post.covers is not None:
            names[post.grid].append(post.name)
    return {grid: "、".join(of_grid) for grid, of_grid in names.items()}


@require_GET
def campaign_wave(request: Signed, wave: int) -> HttpResponse:
    """What dispatching a wave would bring to each grid, before the button."""
    today = clock.local_date(request.at)
    preview = campaigns.dispatch_preview(request.viewer, wave, today)
    return page(
        request,
        "console/campaign/wave.html",
        {
            "preview": preview,
            "early": preview.wave.starts_on > today,
            "working_days": campaigns.workdays(preview.wave.campaign, today).count(
                max(preview.wave.starts_on, today), preview.wave.campaign.ends_on
            ),
        },
        active="console:campaign",
    )


@require_POST
def campaign_dispatch(request: Signed, wave: int) -> HttpResponse:
    """下派一批."""
    try:
        preview = campaigns.dispatch_preview(request.viewer, wave, clock.local_date(request.at))
        n = dispatch.dispatch_wave(actor=request.viewer, at=request.at, wave=wave)
    except CampaignError as error:
        messages.error(request, str(error))
        return redirect("console:campaign")
    messages.success(request, f"下派好了，新增 {n:,} 个走访任务。" if n else "没有新增：该派的都已经派过了。")
    n_nobodys = sum(sum(grid.counts.values()) for grid in preview.without_person)
    if n_nobodys:
        n_grids = len(preview.without_person)
        messages.warning(
            request, f"其中 {n_nobodys:,} 个在 {n_grids} 个没有责任人的网格里，还没有人去走：请先定责任人。"
        )
    return redirect("console:campaign")


@require_POST
def campaign_pause(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """暂停."""
    reason = request.POST.get("reason", "")
    return _done(
        request,
        lambda: ending.pause_campaign(actor=request.viewer, at=request.at, campaign=pk, reason=reason),
        "暂停了。手机同步后会写着先不上门；计划线从今天起停着。",
    )


@require_POST
def campaign_resume(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """恢复."""
    return _done(
        request,
        lambda: ending.resume_campaign(actor=request.viewer, at=request.at, campaign=pk),
        "恢复了，从今天起接着走。",
    )


@require_http_methods(["GET", "POST"])
def campaign_close(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """结束: first what stays open, then the button."""
    closing = campaigns.get_campaign(request.viewer, pk)
    if request.method == "POST":
        return _done(
            request,
            lambda: ending.close_campaign(actor=request.viewer, at=request.at, campaign=pk),
            "行动结束了，数字留在这一刻。七天之内可以撤销。",
        )
    if closing.state == "closed":
        return redirect("console:campaign")
    counted = campaigns.n_open(request.viewer, closing)
    n_open = campaign_rules.in_units(counted)
    return page(
        request, "console/campaign/close.html", {"campaign": closing, "n_open": n_open}, active="console:campaign"
    )


@require_POST
def campaign_reopen(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤销结束."""
    return _done(
        request,
        lambda: reopening.reopen_campaign(actor=request.viewer, at=request.at, campaign=pk),
        "撤销了，行动接着走；这几天走过的也算进来了。",
    )


def _done(request: Signed, act: Callable[[], object], answer: str) -> HttpResponse:
    """Back to the campaign with what came of an action."""
    try:
        act()
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, answer)
    return redirect("console:campaign")


@require_GET
def walk_sheet(request: Signed, grid: str) -> HttpResponse:
    """走访单, to be printed."""
    territory_grid = territory.get_grid(request.viewer, grid, verb=Verb.RECORD_VISIT)
    running = campaigns.current_campaign(request.viewer)
    if running is None:
        raise NotHere
    rows = paper.walk_sheet(
        request.viewer, running, grid, only_left=request.GET.get("all") is None, today=clock.local_date(request.at)
    )
    named = accounts.responsible([grid], clock.local_date(request.at))
    context = {"grid": territory_grid, "rows": rows, "campaign": running, "named": named.get(grid)}
    if not rows:
        shown = indicators.board(
            request.viewer, scope=grid, by="grid", campaign=running, at=request.at, indicators=[VISITS]
        )
        context["standing"] = standing(running, grid, shown.total["visits"], "户")
    return page(request, "console/campaign/walk_sheet.html", context, active="console:gaps")
