"""走访任务, 走访单, 纸质补录, 单户补录."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb
from gridwalk.campaigns import actions as campaign_actions
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns import rules as campaign_rules
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.standing import standing
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.definitions import VISITS
from gridwalk.registry import rules as registry_rules
from gridwalk.registry.queries import entities
from gridwalk.territory import queries as territory
from gridwalk.visits import rules
from gridwalk.visits.actions import recording, withdrawing
from gridwalk.visits.actions.at_the_door import Found, NewVisit
from gridwalk.visits.actions.recording import VisitRefused
from gridwalk.visits.needs import Need
from gridwalk.visits.queries import paper

BAND_TIMES = {
    "morning": ("上午", dt.time(10, 0)),
    "afternoon": ("下午", dt.time(15, 0)),
    "evening": ("晚间", dt.time(19, 0)),
}


@require_GET
def campaign(request: Signed) -> HttpResponse:
    """走访任务: phases, waves, who leads, who is responsible where."""
    found = campaigns.current_campaign(request.viewer)
    if found is None:
        context = {"campaign": None, "may_manage": request.viewer.may_anywhere(Verb.MANAGE_CAMPAIGN)}
        return page(request, "console/campaign.html", context, active="console:campaign")
    scope = pages.counts_scope(request)
    today = clock.local_date(request.at)
    shown = indicators.board(request.viewer, scope=scope, by="grid", campaign=found, at=request.at, indicators=[VISITS])
    codes = [line.code for line in shown.lines]
    named = accounts.responsible([*codes, *{c[:12] for c in codes}], today)
    names = territory.place_names({*(c[:12] for c in codes), *(s for w in found.waves.all() for s in w.scopes)})
    waves = [{"wave": w, "names": [names[s] for s in w.scopes], "due": w.starts_on <= today} for w in found.waves.all()]
    context = {
        "campaign": found,
        "board": shown,
        "named": named,
        "waves": waves,
        "today": today,
        "working_days": [(p, campaign_rules.working_days(p.starts_on, p.ends_on)) for p in found.phases.all()],
        "communities": [(c, names[c], named.get(c)) for c in sorted({c[:12] for c in codes})],
        "may_manage": request.viewer.may(Verb.MANAGE_CAMPAIGN, found.scope),
    }
    return page(request, "console/campaign.html", context, active="console:campaign")


@require_http_methods(["GET", "POST"])
def campaign_new(request: Signed) -> HttpResponse:
    """建一次行动: name, three phases, pilot and all."""
    scope = pages.scope_of(request, Verb.MANAGE_CAMPAIGN)
    communities = territory.communities(scope)
    if request.method == "POST":
        try:
            days = {
                k: (dt.date.fromisoformat(request.POST[f"{k}_from"]), dt.date.fromisoformat(request.POST[f"{k}_to"]))
                for k in ("prepare", "act", "sum_up")
            }
            pilot = [c for c in request.POST.getlist("pilot") if c in {a.code for a in communities}]
            rest = tuple(a.code for a in communities if a.code not in pilot)
            waves = [campaign_actions.NewWave("试点", tuple(pilot), days["act"][0])] if pilot else []
            begin = dt.date.fromisoformat(request.POST.get("all_from") or request.POST["act_from"])
            waves.append(campaign_actions.NewWave("全面铺开", rest, begin))
            group = [
                tuple(part.strip() for part in ([*line.split("，"), "", ""])[:3])
                for line in request.POST.get("group", "").splitlines()
                if line.strip()
            ]
            campaign_actions.create_campaign(
                actor=request.viewer,
                at=request.at,
                name=request.POST.get("name", ""),
                scope=scope,
                phases=days,
                waves=waves,
                leading_group=[(a, b, c) for a, b, c in group],
            )
        except ValueError:
            messages.error(request, "没有建：三个阶段的起止日期都要填全。")
        except campaign_actions.CampaignError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "行动建好了。到时候按批下派。")
            return redirect("console:campaign")
    return page(
        request,
        "console/campaign_new.html",
        {"communities": communities, "typed": request.POST},
        active="console:campaign",
    )


@require_POST
def campaign_dispatch(request: Signed, wave: int) -> HttpResponse:
    """下派一批."""
    try:
        n = campaign_actions.dispatch_wave(actor=request.viewer, at=request.at, wave=wave)
    except campaign_actions.CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"下派好了，新增 {n:,} 个走访任务，都到了各网格责任人名下。")
    return redirect("console:campaign")


@require_GET
def walk_sheet(request: Signed, grid: str) -> HttpResponse:
    """走访单, to be printed."""
    found = territory.get_grid(request.viewer, grid, verb=Verb.RECORD_VISIT)
    running = campaigns.current_campaign(request.viewer)
    if running is None:
        raise NotHere
    rows = paper.walk_sheet(request.viewer, running, grid, only_left=request.GET.get("all") is None)
    named = accounts.responsible([grid], clock.local_date(request.at))
    context = {"grid": found, "rows": rows, "campaign": running, "named": named.get(grid)}
    if not rows:
        shown = indicators.board(
            request.viewer, scope=grid, by="grid", campaign=running, at=request.at, indicators=[VISITS]
        )
        context["standing"] = standing(running, grid, shown.total["visits"], "户")
    return page(request, "console/walk_sheet.html", context, active="console:gaps")


@require_GET
def paper_index(request: Signed) -> HttpResponse:
    """纸质补录: choose a grid, a building, a stairwell."""
    scope = pages.scope_of(request, Verb.RECORD_VISIT, request.GET.get("grid", ""))
    grids = [
        g for g in territory.grids(request.viewer, scope=scope[:12], verb=Verb.RECORD_VISIT) if g.kind != "unassigned"
    ]
    grid = next((g for g in grids if g.code == scope), grids[0] if grids else None)
    buildings = territory.buildings(request.viewer, grid=grid.code) if grid else []
    return page(
        request, "console/paper.html", {"grids": grids, "grid": grid, "buildings": buildings}, active="console:paper"
    )


@require_http_methods(["GET", "POST"])
def paper_stairwell(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """A stairwell's doors, one row each; saving records what was chosen and says which did not go."""
    stairwell = territory.get_stairwell(request.viewer, pk)
    running = campaigns.current_campaign(request.viewer)
    rows = paper.stairwell_for_entry(request.viewer, running, stairwell)
    refused: dict[uuid.UUID, str] = {}
    if request.method == "POST":
        made, refused = _record_paper(request, stairwell.building.grid_id, rows)
        if made:
            messages.success(
                request,
                f"存好了 {made} 户。" + (f"有 {len(refused)} 户没有记，原因写在旁边，其余都在。" if refused else ""),
            )
        elif not refused:
            messages.error(request, "没有可存的：还没有选结果。")
        if not refused:
            return redirect("console:paper_stairwell", pk)
        rows = paper.stairwell_for_entry(request.viewer, running, stairwell)
    context = {
        "stairwell": stairwell,
        "rows": rows,
        "refused": refused,
        "outcomes": rules.OUTCOMES,
        "keys": json.dumps(rules.KEYS),
        "key_of": {v: k for k, v in rules.KEYS.items()},
        "second_sources": registry_rules.VACANCY_SOURCES,
        "bands": BAND_TIMES,
        "today": clock.local_date(request.at),
        "crumbs": pages.crumbs(stairwell.building.grid_id),
        "typed": request.POST,
    }
    return page(
        request, "console/paper_stairwell.html", context, active="console:paper", status=422 if refused else 200
    )


def _record_paper(request: Signed, grid: str, rows: list[paper.EntryRow]) -> tuple[int, dict[uuid.UUID, str]]:
    try:
        on = dt.date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        messages.error(request, "没有存：请先填走访日期。")
        return 0, {}
    visits = []
    for row in rows:
        outcome = request.POST.get(f"o-{row.dwelling}", "")
        if outcome not in rules.OUTCOMES:
            continue
        band = request.POST.get(f"b-{row.dwelling}") or request.POST.get("band") or "morning"
        time = BAND_TIMES.get(band, BAND_TIMES["morning"])[1]
        persons = row.persons if outcome in {"met", "phone"} else ()
        visits.append(
            NewVisit(
                kind="dwelling",
                entity=row.dwelling,
                outcome=outcome,
                at=clock.at_local(on, time.hour),
                second_source=request.POST.get(f"s-{row.dwelling}", "") if outcome == "vacant_confirmed" else "",
                met_adult=outcome == "met",
                found=Found(confirmed=persons, care=tuple(Need(person=p) for p in persons)),
                id=uuid.uuid5(row.dwelling, f"{on.isoformat()}|{band}|{request.viewer.id}"),
            )
        )
    if not visits:
        return 0, {}
    answers = recording.record_visits(actor=request.viewer, at=request.at, grid=grid, visits=visits)
    by_id = {v.id: v.entity for v in visits}
    return sum(1 for a in answers if a.accepted), {by_id[a.id]: a.reason for a in answers if not a.accepted}


@require_POST
def record_visit(request: Signed, kind: str, pk: uuid.UUID) -> HttpResponse:
    """补录走访 of one door, organization or site."""
    getter = {
        "dwelling": entities.get_dwelling,
        "organization": entities.get_organization,
        "site": entities.get_site,
    }.get(kind)
    if getter is None:
        raise NotHere
    found: Any = getter(request.viewer, pk)
    at = parse_datetime(request.POST.get("at", ""))
    outcome = request.POST.get("outcome", "")
    persons = tuple(uuid.UUID(p) for p in request.POST.getlist("confirmed"))
    try:
        if at is None:
            raise VisitRefused("没有记：请填走访的日期和时间。")
        recording.record_visit(
            actor=request.viewer,
            at=request.at,
            grid=found.grid_id,
            visit=NewVisit(
                kind=kind,
                entity=pk,
                outcome=outcome,
                at=at.replace(tzinfo=clock.LOCAL) if at.tzinfo is None else at,
                second_source=request.POST.get("second_source", "") if outcome == "vacant_confirmed" else "",
                met_adult=outcome == "met",
                found=Found(confirmed=persons, care=tuple(Need(person=p) for p in persons))
                if outcome in {"met", "phone"}
                else Found(),
            ),
        )
    except VisitRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "存好了，记了一次走访。")
    return redirect(
        {"dwelling": "console:dwelling", "organization": "console:organization", "site": "console:site"}[kind], pk
    )


@require_POST
def withdraw_visit(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤回一次走访, with the reason."""
    back = uuid.UUID(request.POST["back"])
    try:
        withdrawing.withdraw_visit(actor=request.viewer, at=request.at, visit=pk, reason=request.POST.get("reason", ""))
    except VisitRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已撤回这次走访，来历里留着原因。")
    return redirect("console:dwelling", back)
