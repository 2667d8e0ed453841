"""到期核实的: what is past its period, and confirming it by telephone or with the next visit."""

from __future__ import annotations

import uuid
from collections import defaultdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.campaigns.actions import dispatch
from gridwalk.campaigns.rules import CampaignError
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.events.actions import confirming
from gridwalk.registry.queries import entities
from gridwalk.territory import queries as territory
from gridwalk.visits.queries import overdue

PAGE = 50


@require_GET
def index(request: Signed) -> HttpResponse:
    """Which records to verify again, door by door, with the cheapest next step."""
    scope = pages.scope_of(request, Verb.SEE_ROWS_MASKED, request.GET.get("scope", ""))
    today, offset = clock.local_date(request.at), pages.offset(request)
    offset, first_nowhere = (0, offset) if request.GET.get("list") == "nowhere" else (offset, 0)
    counted = overdue.counts(request.viewer, scope, today)
    field = request.GET.get("field", "")
    chosen = next((period for period in counted if period.code == field), None)
    n_left_open = overdue.n_left_open(request.viewer, scope, today)
    field = chosen.code if chosen else overdue.LEFT_OPEN if n_left_open and field == overdue.LEFT_OPEN else ""
    doors, n_doors = overdue.doors(request.viewer, scope, today, field=field, limit=PAGE, offset=offset)
    nowhere, n_nowhere = overdue.without_door(
        request.viewer, scope, today, field=field, limit=PAGE, offset=first_nowhere
    )
    context = {
        "scope": scope,
        "field": field,
        "fields": counted,
        "left_open": overdue.LEFT_OPEN,
        "n_left_open": n_left_open,
        "n_recorded": sum(f.total.d for f in counted),
        "doors": doors,
        "n_doors": n_doors,
        "nowhere": nowhere,
        "told": entities.sees_use(request.viewer, scope),
        "n_nowhere": n_nowhere,
        "first_nowhere": first_nowhere,
        "next_nowhere": first_nowhere + PAGE,
        "steps": overdue.STEPS,
        "offset": offset,
        "next": offset + PAGE,
        "crumbs": pages.crumbs(scope),
        "grids": territory.grids(request.viewer, scope=scope, verb=Verb.SEE_ROWS_MASKED),
        "may_confirm": request.viewer.may(Verb.EDIT_REGISTER, scope),
        "may_dispatch": request.viewer.may(Verb.DISPATCH, scope),
    }
    return page(request, "console/overdue/list.html", context, active="console:daily")


@require_POST
def act(request: Signed) -> HttpResponse:
    """电话核实过，无变化; 并到下次走访. A row is ``person:id:door`` or ``dwelling:id:door``."""
    chosen: dict[str, set[uuid.UUID]] = defaultdict(set)
    for row in request.POST.getlist("one") or request.POST.getlist("row"):
        kind, _, rest = row.partition(":")
        entity, _, door = rest.partition(":")
        chosen[kind].add(parameters.uuid_of(entity))
        chosen["door"] |= {parameters.uuid_of(door)} if door else set()
    if not chosen:
        messages.error(request, "先选几条。")
    elif request.POST.get("do") == "visit":
        _join(request, chosen["door"])
    else:
        n = confirming.confirm_by_phone(
            actor=request.viewer, at=request.at, persons=chosen["person"], dwellings=chosen["dwelling"]
        )
        messages.success(request, f"已登记：{n} 条电话核实过，无变化，从今天起重新计期。")
    back = request.POST.get("back", "")
    safe = parameters.is_own_path(back)
    return redirect(back if safe else "console:overdue")


def _join(request: Signed, doors: set[uuid.UUID]) -> None:
    try:
        n = dispatch.join_doors(actor=request.viewer, at=request.at, dwellings=sorted(doors))
    except CampaignError as error:
        messages.error(request, str(error))
        return
    standing = len(doors) - n
    answer = f"{n} 户并进了走访任务" + (f"，{standing} 户本来就在里面" if standing else "")
    messages.success(request, answer + "。上门见到人，确认无变化就算核实。")
