"""拆并网格: drawn up building by building, confirmed by a second person."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.proposals import propose
from gridwalk.core import clock
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.upkeep.actions import plans as actions
from gridwalk.upkeep.actions.regridding import MOST
from gridwalk.upkeep.queries import plans, regridding
from gridwalk.upkeep.rules import REGRID, UpkeepError

PAGE = 30


@require_GET
def grid_plans(request: Signed) -> HttpResponse:
    """Which grids are to be split or merged; and the plans so far."""
    scope = pages.scope_of(request, Verb.REGRID, request.GET.get("scope", ""))
    communities = territory.communities(scope)
    grids = [g for g in territory.grids(request.viewer, scope=scope, verb=Verb.REGRID) if g.kind != "unassigned"]
    first = grids[0].area_id if grids else communities[0].code if communities else ""
    community = request.GET.get("community", "") or first
    if community:
        regridding.require_community(request.viewer, community)
    grids = [g for g in grids if g.area_id == community]
    offset = pages.offset(request)
    drawn, n = regridding.plans(request.viewer, limit=PAGE, offset=offset)
    context = {
        "scope": scope,
        "communities": communities,
        "community": community,
        "grids": grids,
        "plans": plans.rows(request.viewer, drawn),
        "n": n,
        "first_plan": offset,
        "next": offset + PAGE,
        "numbers": range(1, MOST + 1),
    }
    return page(request, "console/grid_plans/list.html", context, active="console:grid_plans")


@require_http_methods(["GET", "POST"])
def grid_plan_new(request: Signed) -> HttpResponse:
    """Draw up: each building to one of the new grids, a worker for each, the reason."""
    given = request.POST if request.method == "POST" else request.GET
    old = sorted(set(given.getlist("old")))
    n = _how_many(given.get("n", ""))
    if not old or not n or len({code[:12] for code in old}) != 1:
        messages.error(request, "没有开始：先选一个社区里的网格，再选改成几个。")
        return redirect("console:grid_plans")
    rows = regridding.standing(request.viewer, old)
    new = regridding.fresh_codes(old[0][:12], n)
    typed = {place: given.get(f"b-{place}", "") for place in _places(rows)}
    workers = {code: user for code in new if (user := parameters.uuid_or_none(given.get(f"w-{code}", "")))}
    choices = regridding.choices(old=old, new=new, buildings=typed, workers=workers, on=clock.local_date(request.at))
    fault = ""
    if request.method == "POST":
        answer = propose(request, kind=REGRID, subjects=[], choices=choices, still="复核之前什么都没有改。")
        if not isinstance(answer, UpkeepError):
            return answer
        fault = str(answer)
    total = sum((row.ground for row in rows), regridding.Ground())
    context = {
        "old": old,
        "n": n,
        "rows": rows,
        "typed": typed,
        "fault": fault,
        "reason": given.get("reason", ""),
        "total": total,
        "seen": plans.mark(plans.unproposed(REGRID, [], choices)),
        "new": [(code, codes.grid_name(int(code[12:])), given.get(f"w-{code}", "")) for code in new],
        "workers": sorted(regridding.workers_of(old, clock.local_date(request.at)).items(), key=lambda w: w[1]),
        "names": territory.place_names(old),
        "title": territory.scope_name(old[0][:12]),
    }
    return page(
        request, "console/grid_plans/new.html", context, active="console:grid_plans", status=422 if fault else 200
    )


def _how_many(typed: str) -> int:
    """The number of new grids that was asked for; 0 where it is none."""
    return parameters.whole_or_none(typed, most=MOST) or 0


def _places(rows: Sequence[regridding.Standing]) -> list[uuid.UUID]:
    """The buildings that go to a grid, and the stairwells of those that have several."""
    return [row.id for row in rows] + [part.id for row in rows for part in row.parts if len(row.parts) > 1]


@require_POST
def grid_plan_reverse(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """改回去: the reverse as a plan of its own, with its own recheck."""
    done = plans.get_plan(request.viewer, pk)
    if done.kind != REGRID or done.state != "done" or not done.choices:
        messages.error(request, "没有提交：只有做好了的方案能改回去。")
        return redirect("console:upkeep_plan", pk)
    choices = regridding.way_back(done, clock.local_date(request.at))
    seen = plans.mark(plans.unproposed(REGRID, [], choices))
    try:
        reverse = actions.propose(
            actor=request.viewer,
            at=request.at,
            kind=REGRID,
            subjects=[],
            choices=choices,
            evidence="",
            reason=request.POST.get("reason", ""),
            seen=seen,
        )
    except UpkeepError as error:
        messages.error(request, str(error))
        return redirect("console:upkeep_plan", pk)
    messages.success(request, "改回去的方案已提交复核。编号不重用，回来的网格是新编号。")
    return redirect("console:upkeep_plan", reverse.id)
