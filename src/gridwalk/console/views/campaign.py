"""走访任务, 走访单."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.actions import dispatch, founding
from gridwalk.campaigns.rules import CampaignError
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.standing import standing
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.definitions import VISITS
from gridwalk.territory import queries as territory
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
    today, days = clock.local_date(request.at), territory.workdays()
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


@require_http_methods(["GET", "POST"])
def campaign_new(request: Signed) -> HttpResponse:
    """建一次行动: name, three phases, pilot and all."""
    scope = pages.scope_of(request, Verb.MANAGE_CAMPAIGN, request.GET.get("scope", ""))
    communities = territory.communities(scope)
    if request.method == "POST":
        try:
            founding.create_campaign(
                actor=request.viewer,
                at=request.at,
                name=request.POST.get("name", ""),
                scope=scope,
                phases=_phases(request),
                waves=_waves(request, [area.code for area in communities]),
                leading_group=_leading_group(request.POST.get("group", "")),
            )
        except ValueError:
            messages.error(request, "没有建：三个阶段的起止日期都要填全。")
        except CampaignError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "行动建好了。到时候按批下派。")
            return redirect("console:campaign")
    return page(
        request,
        "console/campaign/new.html",
        {"communities": communities, "typed": request.POST},
        active="console:campaign",
    )


def _phases(request: Signed) -> dict[str, tuple[dt.date, dt.date]]:
    """First and last day of each phase. Raises ValueError where a day is missing."""
    return {
        phase: (
            parameters.day_of(request.POST.get(f"{phase}_from", "")),
            parameters.day_of(request.POST.get(f"{phase}_to", "")),
        )
        for phase in ("prepare", "act", "sum_up")
    }


def _waves(request: Signed, communities: Collection[str]) -> list[founding.NewWave]:
    """The pilot from the first day on, where there is one; then all the others."""
    pilot = tuple(code for code in request.POST.getlist("pilot") if code in communities)
    rest = tuple(code for code in communities if code not in pilot)
    first_day = parameters.day_of(request.POST.get("act_from", ""))
    begin = parameters.day_of(request.POST.get("all_from", "")) if request.POST.get("all_from") else first_day
    waves = [founding.NewWave("试点", pilot, first_day)] if pilot else []
    return [*waves, founding.NewWave("全面铺开", rest, begin)]


def _leading_group(text: str) -> list[tuple[str, str, str]]:
    """(name, post, duty), a line a member."""
    lines = [[part.strip() for part in [*line.split("，"), "", ""]] for line in text.splitlines() if line.strip()]
    return [(name, post, duty) for name, post, duty, *_ in lines]


@require_POST
def campaign_dispatch(request: Signed, wave: int) -> HttpResponse:
    """下派一批."""
    try:
        n = dispatch.dispatch_wave(actor=request.viewer, at=request.at, wave=wave)
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"下派好了，新增 {n:,} 个走访任务，都到了各网格责任人名下。")
    return redirect("console:campaign")


@require_http_methods(["GET", "POST"])
def campaign_close(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """结束行动: what is still open then, and the button."""
    closing = campaigns.get_campaign(request.viewer, pk)
    if not request.viewer.may(Verb.MANAGE_CAMPAIGN, closing.scope) or closing.state != "running":
        raise NotHere
    if request.method == "POST":
        founding.close_campaign(actor=request.viewer, at=request.at, campaign=pk)
        messages.success(request, f"“{closing.name}”结束了，走访记录和各率都留着。")
        return redirect("console:campaign")
    shown = indicators.board(
        request.viewer, scope=closing.scope, by="grid", campaign=closing, at=request.at, indicators=[VISITS]
    )
    context = {"campaign": closing, "total": shown.total["visits"]}
    return page(request, "console/campaign/close.html", context, active="console:campaign")


@require_GET
def walk_sheet(request: Signed, grid: str) -> HttpResponse:
    """走访单, to be printed."""
    territory_grid = territory.get_grid(request.viewer, grid, verb=Verb.RECORD_VISIT)
    running = campaigns.current_campaign(request.viewer)
    if running is None:
        raise NotHere
    rows = paper.walk_sheet(request.viewer, running, grid, only_left=request.GET.get("all") is None)
    named = accounts.responsible([grid], clock.local_date(request.at))
    context = {"grid": territory_grid, "rows": rows, "campaign": running, "named": named.get(grid)}
    if not rows:
        shown = indicators.board(
            request.viewer, scope=grid, by="grid", campaign=running, at=request.at, indicators=[VISITS]
        )
        context["standing"] = standing(running, grid, shown.total["visits"], "户")
    return page(request, "console/campaign/walk_sheet.html", context, active="console:gaps")
