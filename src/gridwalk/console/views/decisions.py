"""差异 and 待复核: what waits for a decision."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.registry.actions import decisions, endings
from gridwalk.registry.queries import differences, history, rechecks
from gridwalk.visits.actions import rechecks as recheck_actions
from gridwalk.visits.actions.recording import VisitRefused
from gridwalk.visits.queries import worklist


@require_GET
def queue(request: Signed) -> HttpResponse:
    """The queue: kinds on the left, the next one in the middle, what follows below."""
    scope = pages.scope_of(request, Verb.DECIDE_DIFFERENCE, request.GET.get("scope", ""))
    kind, field = request.GET.get("kind", ""), request.GET.get("field", "")
    rows = differences.waiting(request.viewer, scope, kind=kind, field=field)
    return _show(request, scope, kind, field, rows, rows[0] if rows else None)


@require_GET
def difference(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One difference in place."""
    row = differences.get_difference(request.viewer, pk)
    scope = pages.scope_of(request, Verb.DECIDE_DIFFERENCE)
    rows = differences.waiting(request.viewer, scope, kind=row.kind, field=row.field)
    return _show(request, scope, row.kind, row.field, rows, row)


def _show(
    request: Signed, scope: str, kind: str, field: str, rows: list[differences.Row], row: differences.Row | None
) -> HttpResponse:
    counted = differences.counts(request.viewer, scope)
    context = {
        "groups": counted, "total": sum(c[3] for c in counted), "kind": kind, "field": field, "row": row,
        "rows": [r for r in rows if row is None or r.id != row.id][:12],
        "beside": differences.beside(request.viewer, row) if row else [],
        "history": history.past(row.kind, [row.entity], full=True, limit=8) if row else [],
        "decided": differences.waiting(request.viewer, scope, state="decided", limit=10),
    }  # fmt: skip
    return page(request, "console/differences.html", context, active="console:differences")


@require_POST
def decide(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """采纳 · 保留 · 上门: the next one is then in place."""
    row = differences.get_difference(request.viewer, pk)
    try:
        made = decisions.decide(
            actor=request.viewer,
            at=request.at,
            difference=pk,
            decision=request.POST.get("decision", ""),
            reason=request.POST.get("reason", ""),
        )
    except decisions.ChangedMeanwhile as error:
        messages.error(request, str(error))
        return redirect("console:difference", pk)
    except decisions.DecisionError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, f"{row.title} 的{row.label}：{made.get_state_display()}。按 U 撤回。", extra_tags=str(pk)
        )
    return redirect(f"/differences/?kind={row.kind}&field={row.field}")


@require_POST
def undo(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤回."""
    try:
        decisions.undo(actor=request.viewer, at=request.at, difference=pk)
    except decisions.DecisionError as error:
        messages.error(request, str(error))
        return redirect("console:differences")
    messages.success(request, "已撤回，回到待决定。")
    return redirect("console:difference", pk)


@require_GET
def rechecks_(request: Signed) -> HttpResponse:
    """What another person must confirm: proposed ends, and doors reported as moved away or not found."""
    scope = pages.scope_of(request, Verb.RECHECK, request.GET.get("scope", ""))
    context = {"ends": rechecks.waiting(request.viewer, scope), "targets": worklist.pending(request.viewer, scope)}
    return page(request, "console/rechecks.html", context, active="console:rechecks")


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
                actor=request.viewer, at=request.at, recheck=pk, confirmed=confirmed, note=note
            )
    except (VisitRefused, endings.EndError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "复核好了。" + ("" if confirmed else "已退回，仍在待走访里。"))
    return redirect("console:rechecks")
