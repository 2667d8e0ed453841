"""待复核: ends, returns and plans that wait for a second person."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.campaigns import rules as campaign_rules
from gridwalk.console import choosing, pages, parameters, successions
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core.queries import NotHere
from gridwalk.differences.actions import takeovers as takeover_actions
from gridwalk.differences.actions.deciding import DecisionError
from gridwalk.differences.queries import takeovers
from gridwalk.registry.actions import ends
from gridwalk.registry.queries import rechecks
from gridwalk.upkeep.queries import plans as upkeep
from gridwalk.visits.actions import rechecks as recheck_actions
from gridwalk.visits.actions.recording import VisitRefused
from gridwalk.visits.queries import worklist


@require_GET
def rechecks_(request: Signed) -> HttpResponse:
    """What another person must confirm: proposed ends, and doors reported as moved away or not found."""
    scope = pages.scope_of(request, Verb.RECHECK, request.GET.get("scope", ""))
    asked, offset = request.GET.get("list", ""), pages.offset(request)
    starts = {name: offset if name == asked else 0 for name in ("visits", "ends", "plans", "late")}
    looks = {
        list_.code: choosing.look(request, list_, scope) for list_ in (worklist.PENDING, rechecks.ENDS, upkeep.PLANS)
    }
    selection = {code: look.selection for code, look in looks.items()}
    plans, n_plans = upkeep.waiting(
        request.viewer, scope, limit=WAITING, offset=starts["plans"], selection=selection["plans"]
    )
    pending = worklist.n_pending(request.viewer, scope, selection["visits"])
    context = {
        "scope": scope,
        "starts": starts,
        "looks": looks,
        "turned": "".join(look.query for look in looks.values()),
        "next": {name: start + WAITING for name, start in starts.items()},
        "ends": rechecks.waiting(
            request.viewer, scope, limit=WAITING, offset=starts["ends"], selection=selection["ends"]
        ),
        "targets": worklist.pending(
            request.viewer, scope, limit=WAITING, offset=starts["visits"], selection=selection["visits"]
        ),
        "plans": plans,
        "n_plans": n_plans,
        "n_ends": rechecks.n_waiting(request.viewer, scope, selection["ends"]),
        "n_targets": pending.total(),
        "targets_in_units": campaign_rules.in_units(pending),
        "lately": rechecks.lately(request.viewer, scope),
        "may_edit": request.viewer.may_anywhere(Verb.EDIT_REGISTER),
        "late": takeovers.late(request.viewer, scope, request.at, limit=WAITING, offset=starts["late"]),
        "n_late": takeovers.n_late(request.viewer, scope, request.at),
        "late_choices": takeover_actions.CHOICES,
    }
    return page(request, "console/rechecks/list.html", context, active="console:rechecks")


WAITING = 100
"""So many of each kind stand on the page at once; the rest follows by its pager."""


@require_POST
def takeover(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """A take-over the other side has not answered in time: given away, or not."""
    decision = request.POST.get("decision", "")
    try:
        takeover_actions.decide_late(
            actor=request.viewer,
            at=request.at,
            difference=pk,
            decision=decision,
            reason=request.POST.get("reason", ""),
        )
    except DecisionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"定了：{takeover_actions.CHOICES[decision]}。两边的来历里都有。")
    scope = request.POST.get("scope", "")
    return redirect(f"{reverse('console:rechecks')}?{urlencode({'scope': scope})}" if scope else "console:rechecks")


@require_POST
def recheck_several(request: Signed) -> HttpResponse:
    """The chosen ones of a list, with one note."""
    what, rows = request.POST.get("what", ""), parameters.uuids_of(request.POST.getlist("row"))
    if what not in ("target", "end"):
        raise NotHere
    decided = recheck_actions.decide_several(
        actor=request.viewer,
        at=request.at,
        what=what,
        rows=rows[:WAITING],
        confirmed=request.POST.get("confirmed") == "1",
        note=request.POST.get("note", ""),
    )
    if decided.n:
        messages.success(request, f"已复核 {decided.n} 条。")
    elif not decided.refused:
        messages.error(request, "没有复核：还没有勾选，先在左边勾选。")
    for reason in decided.refused:
        messages.error(request, reason)
    back = request.POST.get("back", "")
    return redirect(back if parameters.is_own_path(back) else "console:rechecks")


@require_POST
def recheck(request: Signed, what: str, pk: uuid.UUID) -> HttpResponse:
    """复核同意 or 不同意."""
    confirmed = request.POST.get("confirmed") == "1"
    note = request.POST.get("note", "")
    try:
        if what == "target":
            recheck_actions.decide_pending(
                actor=request.viewer, at=request.at, target=pk, confirmed=confirmed, note=note
            )
        else:
            recheck_actions.decide_recheck(
                actor=request.viewer,
                at=request.at,
                recheck=pk,
                confirmed=confirmed,
                note=note,
                heads=successions.namings(request.POST) if "heads" in request.POST else None,
            )
    except (VisitRefused, ends.EndError) as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            "复核好了。" + ("" if confirmed else "照旧，没有变。" if what == "end" else "已退回，仍在待走访里。"),
        )
    return redirect("console:rechecks")
