"""区划网格: areas and grids; grids added and renamed."""

from __future__ import annotations

import uuid
from collections import defaultdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts import actions, queries
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.rules import Verb
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.territory import actions as territory_actions
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.territory.actions import TerritoryError
from gridwalk.territory.official import actions as official
from gridwalk.upkeep.queries import areas as upkeep_areas


@require_GET
def areas(request: Signed) -> HttpResponse:
    """区划网格: the official areas and their grids."""
    scope = pages.scope_of(request, Verb.MANAGE_AREAS, request.GET.get("scope", ""))
    grids = territory.grids(request.viewer, scope=scope, verb=Verb.MANAGE_AREAS)
    today = clock.local_date(request.at)
    communities = territory.communities(scope)
    named = queries.responsible([*(g.code for g in grids), *(area.code for area in communities)], today)
    posted: defaultdict[str, list[tuple[uuid.UUID, str]]] = defaultdict(list)
    for user, name, code in [*queries.workers(scope, today), *queries.leads(scope, today)]:
        posted[code].append((user, name))
    with_grids = {grid.area_id for grid in grids if grid.kind != "unassigned"}
    return page(
        request,
        "console/areas/list.html",
        {
            "grids": grids,
            "named": named,
            "posted": posted,
            "title": territory.scope_name(scope),
            "communities": communities,
            "without": [area.short for area in communities if area.code not in with_grids],
            "removable": upkeep_areas.removable(scope),
            "street": scope if len(scope) == codes.STREET else "",
            "may_regrid": request.viewer.may_anywhere(Verb.REGRID),
        },
        active="console:areas",
    )


@require_POST
def add_grids(request: Signed) -> HttpResponse:
    """More grids for a community, empty until buildings are moved or imported there."""
    community = request.POST.get("community", "")
    if community not in _own_communities(request):
        raise NotHere
    try:
        n = official.add_grids(
            actor=request.viewer, at=request.at, community=community, typed=request.POST.get("n", "")
        )
    except (TerritoryError, codes.CodeError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"建好了 {n} 个网格，从今天起算。给它们设责任人，再划楼栋。")
    return redirect("console:areas")


@require_POST
def appoint(request: Signed, area: str) -> HttpResponse:
    """Who of a grid's workers, or of a community's leads, is named on lists and documents."""
    _require_area(request, area)
    user = parameters.uuid_or_none(request.POST.get("user", ""))
    try:
        if user is None:
            raise AccountError("没有写：先选是谁。")
        actions.appoint(actor=request.viewer, at=request.at, user=user, scope=area)
    except AccountError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "责任人写好了，清单和文件上用这个名字。")
    return redirect("console:areas")


def _require_area(request: Signed, area: str) -> None:
    """A grid or a community of the viewer's. Raises NotHere, NotPermitted."""
    if len(area) == codes.GRID:
        territory.get_grid(request.viewer, area, verb=Verb.MANAGE_AREAS)
    elif area not in _own_communities(request):
        raise NotHere


def _own_communities(request: Signed) -> set[str]:
    own = pages.own_scopes(request, Verb.MANAGE_AREAS)
    return {area.code for scope in own for area in territory.communities(scope)}


@require_POST
def rename_grid(request: Signed, grid: str) -> HttpResponse:
    """Another name, the same code."""
    territory.get_grid(request.viewer, grid, verb=Verb.MANAGE_AREAS)
    try:
        territory_actions.rename_grid(actor=request.viewer, at=request.at, grid=grid, name=request.POST.get("name", ""))
    except TerritoryError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "名称已保存，编号不变。")
    return redirect("console:areas")
