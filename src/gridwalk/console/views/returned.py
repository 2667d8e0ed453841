"""手机退回: what phones brought and the rules did not take, until somebody decides."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.sync.actions import returned
from gridwalk.sync.messages import as_uuid
from gridwalk.sync.queries import returned as waiting
from gridwalk.territory import queries as territory


@require_GET
def returned_list(request: Signed) -> HttpResponse:
    """What phones brought and the rules did not take: what it says, why, what to do."""
    decided, first = request.GET.get("show") == "decided", pages.offset(request)
    decides = request.viewer.may_anywhere(Verb.DECIDE_DIFFERENCE)
    scope = pages.narrowed(request, Verb.DECIDE_DIFFERENCE if decides else Verb.DRAW_SAMPLE)
    alone = as_uuid(request.GET.get("op", ""))
    rows = (
        [waiting.get(request.viewer, alone)]
        if alone
        else waiting.waiting(request.viewer, scope, decided=decided, limit=RETURNED, offset=first)
    )
    n = waiting.n_decided(request.viewer, scope) if decided else waiting.n_waiting(request.viewer, scope)
    today = clock.local_date(request.at)
    workers = {
        grid: [(user, name) for user, name, _ in accounts.workers(grid[:12], today)]
        for grid in {row.grid for row in rows if not row.is_of_sample}
    }
    context = {
        "scope": scope,
        "where": territory.scope_name(scope) if scope else "",
        "rows": [(row, workers.get(row.grid, [])) for row in rows],
        "decided": decided,
        "alone": alone,
        "places": territory.place_names([row.grid for row in rows]),
        "n": 1 if alone else n,
        "first": first,
        "next": first + RETURNED,
    }
    return page(request, "console/returned/list.html", context, active="console:returned")


RETURNED = 100
"""So many stand on a page."""


@require_POST
def returned_decide(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Release it, hand it to somebody, or set it aside with a reason."""
    note = request.POST.get("note", "")
    decision = request.POST.get("do", "")
    try:
        if decision == "release":
            outcome = returned.release(actor=request.viewer, at=request.at, op=pk, note=note)
            messages.success(
                request,
                "已放行，已登记。"
                if not outcome.differences
                else "已放行；有几项与系统登记不同，在“差异核对”里等决定。",
            )
        elif decision == "assign":
            to = as_uuid(request.POST.get("to", ""))
            if to is None:
                raise returned.NotDecided("没有交办：请选一位网格员。")
            returned.assign(actor=request.viewer, at=request.at, op=pk, to=to, note=note)
            messages.success(request, "已交办，下次同步就到对方手机上。")
        else:
            returned.set_aside(actor=request.viewer, at=request.at, op=pk, reason=note)
            messages.success(request, "已搁置，内容和原因都留着，记的人在手机上看得到。")
    except returned.NotDecided as error:
        messages.error(request, str(error))
    scope = request.POST.get("scope", "")
    return redirect(f"{reverse('console:returned')}?{urlencode({'scope': scope})}" if scope else "console:returned")
