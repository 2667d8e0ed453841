"""总览, 口径, 大屏."""

from __future__ import annotations

import functools
from typing import Any

from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Role, Verb
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns import rules as campaign_rules
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.standing import standing
from gridwalk.console.todos import Asked, todos
from gridwalk.console.views import setting_up
from gridwalk.core import clock
from gridwalk.indicators import consistency, paces
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.definitions import INDICATORS, MEASURED_APART
from gridwalk.indicators.tallies import Figure
from gridwalk.inspection.queries import results
from gridwalk.reports import setting_up as opening
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes

ROOMY, MOST_ON_A_SHEET = 12, 20
"""So many areas stand on one printed sheet in usual rows, and in narrow ones; more go on to the next sheet."""
NUMERALS = "零一二三四五"


@require_GET
def health(request: Signed) -> HttpResponse:
    """Whether the server and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})


@require_GET
def home(request: Signed) -> HttpResponse:
    """The first page of each role."""
    viewer = request.viewer
    if setting_up.is_first_page(request):
        return setting_up.setting_up(request)
    if not viewer.may_anywhere(Verb.SEE_COUNTS):
        if viewer.may_anywhere(Verb.ASK_AGAIN):
            return redirect("console:sampled_doors")
        if viewer.may_anywhere(Verb.MANAGE_ACCOUNTS):
            return redirect("console:accounts")
        return _without_post(request)
    if viewer.roles == (Role.GRID_WORKER,):
        return redirect("console:gaps")
    return board(request, "")


def _without_post(request: Signed) -> HttpResponse:
    """Who has no post yet reads which one waits, and for whom."""
    waiting = accounts.own_proposals(request.viewer, clock.local_date(request.at))
    posts = [f"{post.get_role_display()}，{territory.scope_name(post.scope)}" for post in waiting]
    return page(request, "console/home/welcome.html", {"posts": posts}, active="console:home")


@require_GET
@pages.by_area
def board(request: Signed, scope: str) -> HttpResponse:
    """The rates of a scope by community or grid, the line, what stands in the way."""
    scope = pages.counts_scope(request, scope)
    pages.turn(request, Verb.SEE_COUNTS, scope, lambda other: reverse("console:board", args=[other]))
    by = "grid" if len(scope) >= 12 or request.GET.get("by") == "grid" else "community"
    campaign = campaigns.current_campaign(request.viewer)
    shown = indicators.board(request.viewer, scope=scope, by=by, campaign=campaign, at=request.at)
    today = clock.local_date(request.at)
    named = accounts.responsible([line.code for line in shown.lines], today)
    context: dict[str, Any] = {
        "board": shown,
        "campaign": campaign,
        "scope": scope,
        "of_scope": reverse("console:board", args=[scope]) if scope else "",
        "by": by,
        "crumbs": pages.crumbs(scope),
        "named": named,
        "indicators": INDICATORS,
        "qualities": [indicator for indicator in INDICATORS.values() if indicator.strip],
        "apart": MEASURED_APART,
        "may_rows": request.viewer.may(Verb.SEE_ROWS_MASKED, scope),
        "title": territory.scope_name(scope),
        "on_paper": _on_paper(len(shown.lines)),
        "consistency": consistency.board(request.viewer, scope),
        "sampled": results.latest(request.viewer, scope),
    }
    context["verified"] = results.line_of(context["sampled"], scope)
    context["borne_out"] = results.rates_of(context["sampled"], scope)
    if request.viewer.may(Verb.MANAGE_CAMPAIGN, scope):
        context["n_steps_left"] = opening.n_left(scope, today)
    if campaign is not None:
        context |= _progress(request, scope, campaign, shown)
    if by == "community":
        context |= _by_community(request, context, shown, scope)
    context["todos"] = todos(_asked(request, scope, shown, context))
    return page(request, "console/home/show.html", context, active="console:home")


def _on_paper(n_lines: int) -> str:
    """How the page is printed, as its styles name it."""
    if n_lines > MOST_ON_A_SHEET:
        return "long"
    return "dense" if n_lines > ROOMY else ""


def _asked(request: Signed, scope: str, shown: indicators.Board, context: dict[str, Any]) -> Asked:
    return Asked(
        viewer=request.viewer,
        scope=scope,
        at=request.at,
        board=shown,
        named=context["named"],
        consistency=context["consistency"],
    )


def _progress(request: Signed, scope: str, campaign: Any, shown: indicators.Board) -> dict[str, Any]:
    """Today's plan by line and, down to the community, the trend and when it will be done."""
    today = clock.local_date(request.at)
    act = next((p for p in campaign.phases.all() if p.kind == "act"), None)
    if act is None:
        return {}
    days = campaigns.workdays(campaign, today)
    planned_by = functools.partial(campaign_rules.planned, days, act.starts_on, act.ends_on)
    planned = {
        line.code: planned_by(figure.d, today) for line in shown.lines if (figure := line.figures["visits"]) is not None
    }
    total = shown.total["visits"]
    kept = indicators.trend(request.viewer, scope=scope, campaign=campaign, at=request.at, live=total)
    whole = total.d if total else 0
    rows = [(day, figure.n, planned_by(whole, day)) for day, figure in sorted(kept.items())]
    pace_of = functools.partial(paces.pace, days, today=today, due=act.ends_on)
    pace = pace_of({day: n for day, n, _ in rows}, total=whole)
    phases = [
        {
            "label": p.get_kind_display(),
            "on": p.starts_on <= today <= p.ends_on,
            "is_counted": p.kind == "act",
            "starts_on": p.starts_on,
            "ends_on": p.ends_on,
        }
        for p in campaign.phases.all()
    ]
    return {
        "planned": planned,
        "planned_total": planned_by(whole, today),
        "phases": phases,
        "working_day": days.count(act.starts_on, min(today, act.ends_on)),
        "working_days": days.count(act.starts_on, act.ends_on),
        "trend": rows,
        "since_week": pace.since_week,
        "standing": standing(campaign, scope, total, "户"),
        "forecast": pace.ending,
        "ahead": [(day, planned_by(whole, day.on)) for day in pace.ahead[1:]],
        "due": act.ends_on,
        "sparks": [n for _, n, _ in rows],
        "pace": pace,
        "pace_of": pace_of,
        "behind": max(0, planned_by(whole, today) - total.n) if total else 0,
    }


def _by_community(request: Signed, context: dict[str, Any], shown: indicators.Board, scope: str) -> dict[str, Any]:
    """How fast each community goes and how it agrees; of a grid nothing is told by day (red line 2)."""
    board = context["consistency"]
    sides = board.totals[0].sides if board.totals else None
    agreed = {
        community.code: sum((ledger.figure for ledger in community.ledgers if ledger.sides == sides), Figure())
        for community in board.communities
        if any(ledger.sides == sides for ledger in community.ledgers)
    }
    if context["campaign"] is None or "pace_of" not in context:
        return {"agreed": agreed, "paces": {}}
    visits = {line.code: figure for line in shown.lines if (figure := line.figures["visits"]) is not None}
    curves = indicators.trends(request.viewer, scope=scope, campaign=context["campaign"], at=request.at, live=visits)
    return {
        "agreed": agreed,
        "paces": {
            code: context["pace_of"]({day: figure.n for day, figure in curve.items()}, total=visits[code].d)
            for code, curve in curves.items()
        },
    }


@require_GET
@pages.by_area
def wall(request: Signed) -> HttpResponse:
    """The big screen: aggregates only."""
    scope = pages.counts_scope(request, request.GET.get("scope", ""))
    campaign = campaigns.current_campaign(request.viewer)
    shown = indicators.board(request.viewer, scope=scope, by="grid", campaign=campaign, at=request.at)
    names = territory.place_names({line.code[:12] for line in shown.lines})
    communities: dict[str, dict[str, Any]] = {}
    pilots = campaign_rules.pilots([wave.scopes for wave in campaign.waves.all()]) if campaign else ()
    for line in shown.lines:
        code, visits = line.code[:12], line.figures["visits"]
        if visits is not None and not visits.d and codes.is_unassigned(line.code):
            continue  # people without a home are no doors
        block = communities.setdefault(code, {"name": names[code], "lines": [], "pilot": code in pilots})
        block["lines"].append({"code": line.code, "name": _on_wall(line.code), "visits": visits})
    for block in communities.values():
        figures = [line["visits"] for line in block["lines"]]
        block["total"] = None if None in figures else sum(figures[1:], figures[0])
    named = accounts.responsible([line.code for line in shown.lines], clock.local_date(request.at))
    context: dict[str, Any] = {
        "board": shown,
        "campaign": campaign,
        "communities": communities,
        "apart": MEASURED_APART,
        "title": territory.scope_name(scope),
        "consistency": consistency.board(request.viewer, scope),
        "sampled": results.latest(request.viewer, scope),
        "named": named,
    }
    context["todos"] = [todo for todo in todos(_asked(request, scope, shown, context)) if todo.public]
    if campaign is not None:
        context |= _progress(request, scope, campaign, shown)
    return render(request, "console/home/wall.html", context)


def _on_wall(grid: str) -> str:
    """A grid in one or two characters."""
    if codes.is_unassigned(grid):
        return "未划"
    number = int(grid[12:])
    return NUMERALS[number] if number < len(NUMERALS) else str(number)


@require_GET
def definitions(request: Signed) -> HttpResponse:
    """口径: what each rate counts."""
    return page(
        request,
        "console/home/definitions.html",
        {"indicators": INDICATORS.values(), "apart": MEASURED_APART.values()},
        active="console:home",
    )
