"""总览, 口径, 大屏."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Role, Verb, Viewer
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns import rules as campaign_rules
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.standing import standing
from gridwalk.console.views import setting_up
from gridwalk.core import clock
from gridwalk.differences.queries import differences
from gridwalk.indicators import consistency
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.definitions import INDICATORS, MEASURED_APART
from gridwalk.method import forecast
from gridwalk.method.workdays import Workdays
from gridwalk.reconcile.actions import comparing, staging
from gridwalk.reconcile.queries import comparisons, submissions
from gridwalk.reports import setting_up as opening
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.upkeep.queries import unassigned
from gridwalk.visits.queries import worklist

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
        if viewer.may_anywhere(Verb.MANAGE_ACCOUNTS):
            return redirect("console:accounts")
        return page(request, "console/home/welcome.html", {}, active="console:home")
    if viewer.roles == (Role.GRID_WORKER,):
        return redirect("console:gaps")
    return board(request, "")


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
        "consistency": consistency.board(request.viewer, scope),
    }
    if request.viewer.may(Verb.MANAGE_CAMPAIGN, scope):
        context["n_steps_left"] = opening.n_left(scope, today)
    if campaign is not None:
        context |= _progress(request, scope, campaign, shown)
    context["obstacles"] = _obstacles(request, scope, shown, named)
    return page(request, "console/home/show.html", context, active="console:home")


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
    kept = indicators.trend(request.viewer, scope=scope, campaign=campaign, at=request.at)
    whole = total.d if total else 0
    rows = [(day, figure.n, planned_by(whole, day)) for day, figure in sorted(kept.items())]
    week_ago = [f for day, f in sorted(kept.items()) if day <= today - dt.timedelta(days=7)]
    phases = [
        {
            "label": p.get_kind_display(),
            "on": p.starts_on <= today <= p.ends_on,
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
        "since_week": (total.n - week_ago[-1].n) if total and week_ago else None,
        "standing": standing(campaign, scope, total, "户"),
        "forecast": _forecast(days, rows, total=total, today=today, due=act.ends_on) if total and rows else None,
        "sparks": [n for _, n, _ in rows],
    }


def _forecast(
    days: Workdays, rows: list[tuple[dt.date, int, int]], *, total: Any, today: dt.date, due: dt.date
) -> dict[str, Any] | None:
    working = [n for day, n, _ in rows if days.is_worked(day)]
    recent = [b - a for a, b in itertools.pairwise(working)][-10:]
    rest = forecast.remaining_days(recent, total.d - total.n)
    if rest is None:
        return None
    day = {
        k: days.nth(today + dt.timedelta(days=1), n)
        for k, n in (("on", rest.days), ("from", rest.lowest), ("to", rest.highest))
    }
    return day | {
        "late": days.count(due + dt.timedelta(days=1), day["on"]),
        "due": due,
    }


def _obstacles(request: Signed, scope: str, shown: indicators.Board, named: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What stands in the way of the work, of what the viewer can do something about."""
    viewer = request.viewer
    obstacles = _nobody_named(shown, named) if viewer.may_anywhere(Verb.SEE_ROWS_MASKED) else []
    if viewer.may(Verb.IMPORT_LEDGER, scope) and (n := unassigned.n_doors(viewer, scope)):
        url = f"/areas/unassigned/?community={scope[:12]}"
        obstacles.append(_obstacle("格", f"{n:,} 户没有划入网格", "没有网格员，走不到", url=url, button="去划"))
    for verb, count, mark, text, note, url, button in OBSTACLES:
        if viewer.may_anywhere(verb) and (n := count(viewer, scope)):
            obstacles.append(_obstacle(mark, text.format(n=n), note, url=url.format(scope=scope), button=button))
    return obstacles


def _nobody_named(shown: indicators.Board, named: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        _obstacle("缺", f"{line.name}没有责任人", "清单和文件上要写明责任人")
        for line in shown.lines
        if line.code not in named and not codes.is_unassigned(line.code)
    ]


def _obstacle(mark: str, text: str, note: str, *, url: str = "", button: str = "") -> dict[str, Any]:
    tone = "z" if mark in {"缺", "格", "异"} else "q"
    return {"mark": mark, "tone": tone, "text": text, "note": note, "url": url, "button": button}


OBSTACLES: tuple[tuple[Verb, Callable[[Viewer, str], int], str, str, str, str, str], ...] = (
    (
        Verb.DECIDE_DIFFERENCE,
        differences.n_open,
        "异",
        "{n:,} 条差异待核对",
        "",
        "/differences/",
        "去核对",
    ),
    (
        Verb.DECIDE_DIFFERENCE,
        comparisons.n_waiting,
        "异",
        "{n:,} 条只有一边有，或疑似同一条",
        "比对列出来的，等人决定",
        "/consistency/?scope={scope}",
        "去核对",
    ),
    (
        Verb.IMPORT_LEDGER,
        lambda viewer, _: submissions.n_unfinished(viewer, comparing.WAY.model),
        "账",
        "{n} 份台账没比完",
        "",
        "/comparisons/",
        "继续比对",
    ),
    (
        Verb.IMPORT_LEDGER,
        lambda viewer, _: submissions.n_unfinished(viewer, staging.WAY.model),
        "账",
        "{n} 份台账没导完",
        "",
        "/imports/",
        "继续导入",
    ),
    (
        Verb.RECHECK,
        worklist.n_pending,
        "核",
        "{n} 户等另一人复核",
        "复核前仍算在应走访里",
        "/rechecks/",
        "去复核",
    ),
)
"""What may wait for somebody: who can do something, how many, its mark, words, note, page and button."""


@require_GET
@pages.by_area
def wall(request: Signed) -> HttpResponse:
    """The big screen: aggregates only."""
    scope = pages.counts_scope(request, request.GET.get("scope", ""))
    campaign = campaigns.current_campaign(request.viewer)
    shown = indicators.board(request.viewer, scope=scope, by="grid", campaign=campaign, at=request.at)
    names = territory.place_names({line.code[:12] for line in shown.lines})
    communities: dict[str, dict[str, Any]] = {}
    for line in shown.lines:
        if not codes.is_unassigned(line.code):
            block = communities.setdefault(line.code[:12], {"name": names[line.code[:12]], "lines": []})
            number = int(line.code[12:])
            name = NUMERALS[number] if number < len(NUMERALS) else str(number)
            block["lines"].append({"code": line.code, "name": name, "visits": line.figures["visits"]})
    for block in communities.values():
        figures = [line["visits"] for line in block["lines"]]
        block["total"] = None if None in figures else sum(figures[1:], figures[0])
    named = accounts.responsible([line.code for line in shown.lines], clock.local_date(request.at))
    context = {
        "board": shown,
        "campaign": campaign,
        "communities": communities,
        "apart": MEASURED_APART,
        "title": territory.scope_name(scope),
        "consistency": consistency.board(request.viewer, scope),
        "obstacles": _obstacles(request, scope, shown, named),
    }
    if campaign is not None:
        context |= _progress(request, scope, campaign, shown)
    return render(request, "console/home/wall.html", context)


@require_GET
def definitions(request: Signed) -> HttpResponse:
    """口径: what each rate counts."""
    return page(
        request,
        "console/home/definitions.html",
        {"indicators": INDICATORS.values(), "apart": MEASURED_APART.values()},
        active="console:home",
    )
