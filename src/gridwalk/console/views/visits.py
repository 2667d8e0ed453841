"""单户补录: one visit typed in at a door's page, or withdrawn."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from gridwalk.console import parameters
from gridwalk.console.middleware import Signed
from gridwalk.core.queries import NotHere
from gridwalk.registry.queries import entities
from gridwalk.visits.actions import recording, withdrawing
from gridwalk.visits.actions.recording import VisitRefused
from gridwalk.visits.needs import Need
from gridwalk.visits.values import Found, NewVisit


@require_POST
def record_visit(request: Signed, kind: str, pk: uuid.UUID) -> HttpResponse:
    """补录走访 of one door, organization or site."""
    getter = {
        "dwelling": entities.get_dwelling,
        "organization": entities.get_organization,
        "site": entities.get_site,
    }.get(kind)
    if getter is None:
        raise NotHere
    record: Any = getter(request.viewer, pk)
    at = parameters.moment_or_none(request.POST.get("at", ""))
    outcome = request.POST.get("outcome", "")
    persons = tuple(parameters.uuids_of(request.POST.getlist("confirmed")))
    try:
        if at is None:
            raise VisitRefused("没有记：请填走访的日期和时间。")
        recording.record_visit(
            actor=request.viewer,
            at=request.at,
            grid=record.grid_id,
            visit=NewVisit(
                kind=kind,
                entity=pk,
                outcome=outcome,
                at=at,
                second_source=request.POST.get("second_source", "") if outcome == "vacant_confirmed" else "",
                met_adult=outcome == "met",
                revisit_at=parameters.moment_or_none(request.POST.get("revisit_at", "")),
                findings=Found(confirmed=persons, care=tuple(Need(person=p) for p in persons))
                if outcome in {"met", "phone"}
                else Found(),
            ),
        )
    except VisitRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已保存，记了一次走访。")
    return redirect(
        {"dwelling": "console:dwelling", "organization": "console:organization", "site": "console:site"}[kind], pk
    )


@require_POST
def withdraw_visit(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤销一次走访, with the reason."""
    back = parameters.uuid_of(request.POST.get("back", ""))
    try:
        withdrawing.withdraw_visit(actor=request.viewer, at=request.at, visit=pk, reason=request.POST.get("reason", ""))
    except VisitRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已撤销这次走访，来历里留着原因。")
    return redirect("console:dwelling", back)
