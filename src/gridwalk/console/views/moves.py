"""整户搬迁: where to, who goes, what becomes of the registration and of the door they leave."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from gridwalk.accounts.rules import Verb
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.proposals import propose
from gridwalk.console.views import register
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.registry.queries import entities
from gridwalk.upkeep import rules
from gridwalk.upkeep.queries import moves, plans
from gridwalk.upkeep.rules import UpkeepError


def _door(request: Signed, pk: uuid.UUID) -> Any:
    """A door the viewer may edit. Raises NotHere."""
    door = entities.get_dwelling(request.viewer, pk)
    if not request.viewer.may(Verb.EDIT_REGISTER, door.grid_id):
        raise NotHere
    return door


@require_http_methods(["GET", "POST"])
def move_find(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Which door they move to, searched for by its address (by POST, as every search)."""
    old = _door(request, pk)
    typed = request.POST.get("q", "").strip()
    hits = register.looked_up(request, typed) if typed else []
    context = {
        "old": old,
        "crumbs": pages.crumbs(old.grid_id),
        "residents": entities.residents(request.viewer, old),
        "typed": typed,
        "hits": [hit for hit in hits if hit.kind == "dwelling" and hit.id != pk],
    }
    return page(request, "console/moves/find.html", context, active="console:register")


@require_http_methods(["GET", "POST"])
def move(request: Signed, pk: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    """Who goes and how; the same page shows what that does, and sends it."""
    old, new = _door(request, pk), entities.get_dwelling(request.viewer, other)
    if not request.viewer.may(Verb.EDIT_REGISTER, new.grid_id):
        messages.error(
            request,
            f"没有开始：{new.address} 在{new.grid.area.short}{new.grid.name}，您的岗位改不了那边。请两边都管的同事来办，或请管理员给您加上那边的岗位。",
        )
        return redirect("console:move_find", pk)
    given, fault, today = request.POST, None, clock.local_date(request.at)
    here = moves.Move().movers(request.viewer, old, new)
    chosen = [resident.person for resident in here if resident.living]
    choices = {"registration": "stays", "from_on": today.isoformat(), "old_door": "same"}
    if request.method == "POST":
        chosen = parameters.uuids_of(given.getlist("people"))
        choices = {name: given.get(name, "") for name in choices}
        subjects = [pk, other, *chosen]
        answer = propose(
            request, kind="move_household", subjects=subjects, choices=choices, still="复核之前谁都没有动。"
        )
        if not isinstance(answer, UpkeepError):
            return answer
        fault = answer
    plan = moves.new_plan(pk, other, chosen, choices)
    plan.proposed_at = request.at
    context = {
        "old": old,
        "new": new,
        "crumbs": pages.crumbs(old.grid_id),
        "chosen": set(chosen),
        "choices": choices,
        "fault": fault,
        "typed": given,
        "movers": here,
        "choosing": True,
        "registrations": rules.REGISTRATION,
        "old_door_choices": rules.OLD_DOOR,
        "today": today,
        "evidence": rules.EVIDENCE,
        "effects": moves.Move().effects(request.viewer, plan),
        "seen": plans.mark(plan),
    }
    return page(request, "console/moves/new.html", context, active="console:register", status=422 if fault else 200)
