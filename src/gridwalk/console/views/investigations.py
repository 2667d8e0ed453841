"""调查: two persons open what one person did on some days, and that person sees it."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.views.audit import PER_PAGE, lines
from gridwalk.core import clock
from gridwalk.operations import rules
from gridwalk.operations.investigations import actions, queries
from gridwalk.operations.rules import InvestigationError
from gridwalk.sync.messages import as_uuid


@require_http_methods(["GET", "POST"])
def index(request: Signed) -> HttpResponse:
    """The investigations of the viewer's area, and a form to propose one."""
    fault = ""
    if request.method == "POST":
        try:
            return redirect("console:investigation", _proposed(request))
        except InvestigationError as error:
            fault = str(error)
    context = {
        "rows": queries.investigations(request.viewer),
        "people": queries.people(request.viewer),
        "causes": rules.CAUSES.items(),
        "most": rules.MOST_DAYS,
        "open_for": rules.OPEN_FOR.days,
        "today": clock.local_date(request.at),
        "typed": request.POST,
        "fault": fault,
    }
    status = 422 if fault else 200
    return page(request, "console/investigations/list.html", context, active="console:audit", status=status)


def _proposed(request: Signed) -> uuid.UUID:
    """The id of the investigation that was proposed. Raises InvestigationError."""
    user = as_uuid(request.POST.get("user", ""))
    try:
        from_on, to_on = (dt.date.fromisoformat(request.POST.get(name, "")) for name in ("from_on", "to_on"))
    except ValueError:
        user = None
    if user is None:
        raise InvestigationError("没有提出：请选查谁，填从哪天到哪天。")
    investigation = actions.propose(
        actor=request.viewer,
        at=request.at,
        user=user,
        cause=request.POST.get("cause", ""),
        from_on=from_on,
        to_on=to_on,
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, "提出了。另一位同事同意后才能看，本人那时会看到。")
    return investigation.pk


@require_GET
def investigation(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One investigation: who, which days, why, who opened it."""
    shown = queries.get_investigation(request.viewer, pk)
    context = {
        "investigation": shown,
        "openings": queries.openings(shown),
        "may_decide": queries.may_decide(request.viewer, shown),
        "may_withdraw": shown.state == "proposed" and shown.proposed_by == request.viewer.id,
        "may_read": queries.may_read(request.viewer, shown, request.at),
        "open_for": rules.OPEN_FOR.days,
    }
    return page(request, "console/investigations/show.html", context, active="console:audit")


@require_POST
def decide(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """同意, 不同意, or taking one's own proposal back."""
    do = request.POST.get("do", "")
    try:
        if do == "withdraw":
            actions.withdraw(actor=request.viewer, at=request.at, investigation=pk)
        else:
            actions.decide(
                actor=request.viewer,
                at=request.at,
                investigation=pk,
                confirmed=do == "confirm",
                note=request.POST.get("note", ""),
            )
    except InvestigationError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, WORDS.get(do, "已登记：没有同意，什么都没有打开。"))
    return redirect("console:investigation", pk)


WORDS = {
    "confirm": f"同意了。{rules.OPEN_FOR.days} 天内，提出的人和您可以看；本人已经看得到这件事。",
    "withdraw": "撤回了，什么都没有打开。",
}


@require_GET
def entries(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """What the person did on those days; each opening is noted."""
    offset = pages.offset(request)
    shown, opened = actions.open_entries(
        actor=request.viewer, at=request.at, investigation=pk, limit=PER_PAGE + 1, offset=offset
    )
    context = {
        "investigation": shown,
        "rows": lines(request.viewer, opened[:PER_PAGE]),
        "offset": offset,
        "next": offset + PER_PAGE if len(opened) > PER_PAGE else None,
        "before": max(0, offset - PER_PAGE),
    }
    return page(request, "console/investigations/entries.html", context, active="console:audit")
