"""区划网格: areas and grids; grids added and renamed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts import queries
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
from gridwalk.upkeep.actions import regridding as actions
from gridwalk.upkeep.queries import regridding


@require_GET
def areas(request: Signed) -> HttpResponse:
    """区划网格: the official areas and their grids."""
    scope = pages.scope_of(request, Verb.MANAGE_AREAS, request.GET.get("scope", ""))
    grids = territory.grids(request.viewer, scope=scope, verb=Verb.MANAGE_AREAS)
    named = queries.responsible([g.code for g in grids], clock.local_date(request.at))
    return page(
        request,
        "console/areas/list.html",
        {
            "grids": grids,
            "named": named,
            "title": territory.scope_name(scope),
            "communities": territory.communities(scope),
            "may_regrid": request.viewer.may_anywhere(Verb.REGRID),
        },
        active="console:areas",
    )


@require_POST
def add_grids(request: Signed) -> HttpResponse:
    """More grids for a community, empty until buildings are moved or imported there."""
    community = request.POST.get("community", "")
    n = parameters.whole_or_none(request.POST.get("n", ""), most=actions.MOST)
    own = pages.own_scopes(request, Verb.MANAGE_AREAS)
    if community not in {area.code for scope in own for area in territory.communities(scope)}:
        raise NotHere
    try:
        today = clock.local_date(request.at)
        if not n:
            raise TerritoryError(f"没有建：一次建 1 到 {actions.MOST} 个。")
        last = int(regridding.fresh_codes(community, n)[-1][12:])
        territory_actions.create_grids(actor=request.viewer, at=request.at, community=community, n=last, from_on=today)
    except (TerritoryError, codes.CodeError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"建好了 {n} 个网格，从今天起算。给它们指定责任人，再划楼栋。")
    return redirect("console:areas")


@require_POST
def rename_grid(request: Signed, grid: str) -> HttpResponse:
    """Another name, the same code."""
    territory.get_grid(request.viewer, grid, verb=Verb.MANAGE_AREAS)
    try:
        territory_actions.rename_grid(actor=request.viewer, at=request.at, grid=grid, name=request.POST.get("name", ""))
    except TerritoryError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "名称改好了，编号不变。")
    return redirect("console:areas")
