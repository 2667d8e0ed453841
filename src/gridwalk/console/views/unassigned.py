"""划入网格: what stands in a community's grid 000, and the grid it is put into; taken back within seven days."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.campaigns import queries as campaigns
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.territory import queries as territory
from gridwalk.upkeep.actions import unassigned as actions
from gridwalk.upkeep.queries import building_lists
from gridwalk.upkeep.queries import unassigned as queries
from gridwalk.upkeep.queries.building_lists import BuildingList
from gridwalk.upkeep.rules import UpkeepError


@require_http_methods(["GET", "POST"])
def buildings(request: Signed) -> HttpResponse:
    """Choose buildings of one community and the grid they go to; the first community that has any where none
    is asked for.
    """
    given = request.POST if request.method == "POST" else request.GET
    asked = given.get("community", "")
    scope = pages.scope_of(request, Verb.IMPORT_LEDGER, asked)
    request.turning = None  # the page offers the communities themselves
    own = pages.own_scopes(request, Verb.IMPORT_LEDGER)
    communities = [line for area in own for line in queries.communities(request.viewer, area)]
    first = next((area.code for area, n in communities if n and (not asked or area.code.startswith(scope))), "")
    community = scope[:12] if len(scope) >= 12 else first
    typed = request.POST.get("list")
    listed = NOTHING if typed is None or not community else building_lists.read(request.viewer, community, typed)
    if request.method == "POST" and community and not listed.faults:
        assigned = _assign(request, community, _chosen(request) or listed.parts)
        if assigned or not listed.parts:  # a list that was refused stays on the page
            return redirect(f"{reverse('console:unassigned')}?community={community}")
    grids = territory.grids(request.viewer, scope=community, verb=Verb.IMPORT_LEDGER) if community else []
    context = {
        "communities": communities,
        "community": community,
        "title": territory.scope_name(community or scope),
        "buildings": queries.buildings(request.viewer, community) if community else [],
        "doors": queries.single_doors(request.viewer, community, limit=DOORS) if community else [],
        "most": DOORS,
        "lately": _lately(request, community) if community else [],
        "grids": [grid for grid in grids if grid.kind != "unassigned"],
        "listed": listed,
        "typed": request.POST,
        "most_lines": building_lists.MOST,
    }
    status = 422 if request.method == "POST" else 200
    return page(request, "console/unassigned/list.html", context, active="console:buildings", status=status)


DOORS = 200
"""Single doors on a page."""
NOTHING = BuildingList((), ())


def _lately(request: Signed, community: str) -> list[tuple[queries.Assigned, str]]:
    assigned = queries.lately(request.viewer, community, request.at)
    names = territory.place_names({row.grid for row in assigned})
    return [(row, names[row.grid]) for row in assigned]


@require_POST
def take_back(request: Signed) -> HttpResponse:
    """撤销: what was put into a grid in one go goes back to grid 000."""
    community = pages.scope_of(request, Verb.IMPORT_LEDGER, request.POST.get("community", ""))[:12]
    try:
        n_back, n_stay = actions.take_back(
            actor=request.viewer,
            at=request.at,
            community=community,
            op=parameters.uuid_of(request.POST.get("op", "")),
        )
    except UpkeepError as error:
        messages.error(request, str(error))
    else:
        stay = f"{n_stay:,} 户留下：同一单元里有原来就在那个网格的户。" if n_stay else ""
        messages.success(request, f"{n_back:,} 户回到了“未划入网格”。{stay}")
    return redirect(f"{reverse('console:unassigned')}?community={community}")


def _assign(request: Signed, community: str, chosen: Sequence[uuid.UUID]) -> bool:
    """Whether it was done; what became of it is said on the page."""
    grid = request.POST.get("grid", "")
    try:
        n_doors = actions.assign(actor=request.viewer, at=request.at, community=community, chosen=chosen, grid=grid)
    except UpkeepError as error:
        messages.error(request, str(error))
        return False
    joined = "正在进行的行动里，已下派的户已列入这个网格的走访任务。" if campaigns.running_for(grid) else ""
    messages.success(request, f"{n_doors:,} 户划入了{territory.scope_name(grid)}。{joined}")
    return True


def _chosen(request: Signed) -> list[uuid.UUID]:
    """The buildings, stairwells and doors that were ticked."""
    return parameters.uuids_of(request.POST.getlist("row"))
