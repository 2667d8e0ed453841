"""楼盘表: the buildings of a grid and the elevation of one."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from gridwalk.accounts.rules import Verb
from gridwalk.campaigns import queries as campaigns
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.planning import Times
from gridwalk.core import clock
from gridwalk.lists import actions as lists
from gridwalk.registry.queries import entities
from gridwalk.territory import queries as territory
from gridwalk.visits.queries import chart, layers, paper, rounds, worklist


@require_GET
def buildings(request: Signed) -> HttpResponse:
    """The buildings of a grid; the first grid of the viewer where none is asked for."""
    scope = pages.scope_of(request, Verb.SEE_ROWS_MASKED, request.GET.get("grid", ""), by="grid")
    grids = territory.grids_shown(
        request.viewer, scope=scope if len(scope) < 15 else scope[:12], verb=Verb.SEE_ROWS_MASKED
    )
    grid = next((g for g in grids if g.code == scope), grids[0] if grids else None)
    if grid is None:
        return page(
            request, "console/buildings/list.html", {"grids": grids, "buildings": []}, active="console:buildings"
        )
    buildings = territory.buildings(request.viewer, grid=grid.code)
    if buildings and "list" not in request.GET:
        return redirect("console:building", buildings[0].id)
    pairs = chart.building_pairs(campaigns.current_campaign(request.viewer), buildings)
    return page(
        request,
        "console/buildings/list.html",
        {"grids": grids, "grid": grid, "buildings": buildings, "pairs": pairs, **pages.unassigned(request, grid.code)},
        active="console:buildings",
    )


@require_GET
def building(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One building's elevation."""
    building = territory.get_building(request.viewer, pk)
    pages.turn(request, Verb.SEE_ROWS_MASKED, building.grid_id, f"{reverse('console:buildings')}?grid={{}}".format)
    campaign = campaigns.current_campaign(request.viewer)
    today = clock.local_date(request.at)
    things = rounds.at_building(request.viewer, building, today)
    siblings = territory.buildings(request.viewer, grid=building.grid_id)
    layer = request.GET.get("view", layers.WALK)
    elevation = chart.elevation(request.viewer, building, campaign, request.at)
    if layer != layers.WALK:
        elevation = layers.over(request.viewer, building, elevation, layer, today)
    if layer in layers.NOTED:
        lists.note_opened(actor=request.viewer, at=request.at, code=layer, scope=building.grid_id)
    context = {
        "building": building,
        "siblings": siblings,
        "pairs": chart.building_pairs(campaign, siblings),
        "elevation": elevation,
        "layer": "" if layer == layers.WALK else layer,
        "layers": _tabs(layers.offered(request.viewer, building), layer),
        "crumbs": pages.crumbs(building.grid_id),
        "things": things,
        "n_overdue": sum(line.when == "overdue" for line in things),
        "may_edit": request.viewer.may(Verb.EDIT_REGISTER, building.grid_id),
        "may_record": request.viewer.may(Verb.RECORD_VISIT, building.grid_id),
        "today": today,
        "grids": territory.grids_shown(request.viewer, scope=building.grid_id[:12], verb=Verb.SEE_ROWS_MASKED),
        **pages.unassigned(request, building.grid_id),
    }
    return page(request, "console/buildings/show.html", context, active="console:buildings")


def _tabs(offered: dict[str, str], shown: str) -> list[tuple[str, str, bool, bool]]:
    """(code, name, whether it is shown, whether the key V leads to it) of each view."""
    codes = list(offered)
    following = codes[(codes.index(shown) + 1) % len(codes)] if shown in codes else ""
    return [(code, name, code == shown, code == following) for code, name in offered.items()]


BESIDE = ("owner_name", "area_m2", "tenure", "occupancy")
"""The facts of a door that stand beside the chart, as far as its viewer is shown them."""


@require_GET
def building_door(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The aside of a chosen door."""
    dwelling = entities.get_dwelling(request.viewer, pk)
    campaign = campaigns.current_campaign(request.viewer)
    target = campaigns.target_of(campaign.id, dwelling.id) if campaign else None
    rows = worklist.rows(request.viewer, [target], request.at) if target else []
    facts = {fact.field: fact for fact in entities.facts_of(request.viewer, [dwelling])[dwelling.id]}
    may_record = request.viewer.may(Verb.RECORD_VISIT, dwelling.grid_id)
    context = {
        "dwelling": dwelling,
        "facts": [facts[name] for name in BESIDE if name in facts],
        "may_record": may_record,
        "may_plan": may_record or request.viewer.may(Verb.DISPATCH, dwelling.grid_id),
        "told": entities.sees_use(request.viewer, dwelling.grid_id),
        "residents": entities.residents(request.viewer, dwelling),
        "row": rows[0] if rows else None,
        "today_words": Times.of(campaign, request.at).day_words if campaign else "",
        "visits": paper.visits_of(request.viewer, dwelling.id, dwelling.grid_id)[:5],
    }
    return render(request, "console/buildings/_door_aside.html", context)
