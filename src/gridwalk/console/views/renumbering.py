"""楼房重编号: new numbers typed or pasted as a table, seen door by door before anything is sent."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from gridwalk.accounts.rules import Verb
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.proposals import propose
from gridwalk.core.queries import NotHere
from gridwalk.territory import queries as territory
from gridwalk.upkeep import rules
from gridwalk.upkeep.queries import plans, renumbering
from gridwalk.upkeep.rules import UpkeepError


@require_http_methods(["GET", "POST"])
def renumber(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """New numbers of one building, or of all of its estate; every door old → new, and what would clash."""
    building = territory.get_building(request.viewer, pk)
    given = request.POST if request.method == "POST" else request.GET
    whole = given.get("whole") == "1"
    subjects = renumbering.of_estate(building) if whole else renumbering.same_building(building)
    choices = {
        "estate": given.get("estate", "").strip()[:40] if whole else "",
        "table": given.get("table", "")[:20000],
        "buildings": {} if whole else {building.key: given.get("number", "").strip()[:20]},
    }
    plan = renumbering.new_plan(subjects, choices)
    reads = renumbering.Renumbering()
    if not _keeps(request, reads, plan):
        raise NotHere
    fault = None
    if request.method == "POST" and given.get("do") != "preview":
        answer = propose(request, kind=plan.kind, subjects=subjects, choices=choices, still="复核之前门牌都没有变。")
        if not isinstance(answer, UpkeepError):
            return answer
        fault = answer
    drawn = reads.drawn(plan)
    context = {
        "building": building,
        "whole": whole,
        "crumbs": pages.crumbs(building.grid_id),
        "typed": given,
        "fault": fault,
        "drawn": drawn,
        "shown": drawn.changed[: renumbering.SHOWN],
        "effects": reads.effects(plan, drawn),
        "evidence": rules.EVIDENCE,
        "seen": plans.mark(plan),
        "n_buildings": len(subjects),
        "may_whole": _keeps(request, reads, renumbering.new_plan(renumbering.of_estate(building), {})),
    }
    return page(
        request, "console/renumbering/new.html", context, active="console:buildings", status=422 if fault else 200
    )


def _keeps(request: Signed, reads: renumbering.Renumbering, plan: Any) -> bool:
    """Whether the viewer keeps every grid the plan's doors stand in."""
    return all(request.viewer.may(Verb.EDIT_REGISTER, grid) for grid in reads.stands_in(plan))
