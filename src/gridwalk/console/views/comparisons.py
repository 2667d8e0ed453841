"""台账比对: upload, check the columns, compare with progress, the rate with its trend, one-sided records and questions."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import choosing, pages, parameters, uploads
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.views import submissions
from gridwalk.dictionary import fields as dictionary
from gridwalk.indicators import consistency as rate
from gridwalk.indicators.definitions import MEASURED_APART
from gridwalk.indicators.tallies import Figure
from gridwalk.ledger.comparing import ONLY_RIGHT
from gridwalk.reconcile import jobs
from gridwalk.reconcile.actions import comparing, deciding
from gridwalk.reconcile.actions.comparing import WAY
from gridwalk.reconcile.actions.submissions import SubmissionRefused, remap
from gridwalk.reconcile.queries import annotated as workbooks
from gridwalk.reconcile.queries import comparisons as queries
from gridwalk.reconcile.queries import register, telling
from gridwalk.reconcile.queries import submissions as handed_in
from gridwalk.registry.actions.ends import EndError
from gridwalk.territory import queries as territory

KINDS = {kind: dictionary.KINDS[kind] for kind in register.KINDS}
WHATS = {"ledger_only": "台账有，系统没有", "register_only": "系统有，台账没有", "question": "疑似同一条"}
OF_TWO = WHATS | {"ledger_only": "交来的有，系统没有", "register_only": "系统有，交来的没有"}
"""What the same are called where two files were handed in."""


@require_GET
def index(request: Signed) -> HttpResponse:
    """The comparisons so far, and the form for another."""
    scope = pages.narrowed(request, Verb.IMPORT_LEDGER)
    look, offset = choosing.look(request, handed_in.COMPARISONS), pages.offset(request)
    comparisons, n = handed_in.submissions(
        request.viewer, WAY.model, scope=scope, limit=submissions.PAGE, offset=offset, selection=look.selection
    )
    context = {
        "scope": scope,
        "where": territory.scope_name(scope) if scope else "",
        "n": n,
        "first": offset,
        "next": offset + submissions.PAGE,
        "look": look,
        "comparisons": comparisons,
        "summed": telling.summed(request.viewer, comparisons),
        "areas": submissions.areas(request, "{}"),
        "kinds": KINDS,
        "may_decide": request.viewer.may_anywhere(Verb.DECIDE_DIFFERENCE),
    }
    return page(request, "console/comparisons/list.html", context, active="console:comparisons")


@require_POST
def upload(request: Signed) -> HttpResponse:
    """Take the file, and the platform's export where both are compared with each other."""
    file, other = request.FILES.get("file"), request.FILES.get("other")
    if file is None:
        messages.error(request, uploads.why_missing(request, "没有比对"))
        return redirect("console:comparisons")
    try:
        comparison = comparing.upload(
            actor=request.viewer,
            at=request.at,
            data=file.read(),
            name=file.name or "台账",
            scope=pages.scope_of(request, Verb.IMPORT_LEDGER, request.POST.get("scope", "")),
            source=request.POST.get("source", "ledger"),
            kind=submissions.kind(request.POST),
            other=(other.read(), other.name or "平台导出") if other else None,
        )
    except SubmissionRefused as error:
        messages.error(request, str(error))
        return redirect("console:comparisons")
    return redirect("console:comparison", comparison.id)


@require_GET
def show(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One comparison: its mapping while it waits, its progress, its rate with what is left to decide."""
    comparison = handed_in.get_submission(request.viewer, WAY.model, pk)
    context: dict[str, Any] = {
        "one": comparison,
        "withheld": workbooks.withheld(request.viewer, comparison),
        "by_row": telling.by_row(request.viewer, comparison),
        "may_release": request.viewer.may(Verb.CONFIRM_ROLES, comparison.scope),
        "kinds": KINDS,
        "where": territory.scope_name(comparison.scope),
        "whats": OF_TWO if comparison.other_file_id else WHATS,
        **submissions.names_asked(request, comparison.scope, comparison.state),
        "fields": [(f.name, f.label) for f in dictionary.fields(comparison.kind)] if comparison.kind in KINDS else [],
    }
    if comparison.state == "done":
        communities = telling.communities(request.viewer, comparison)
        context |= {"communities": communities, "awaits": any(community.awaits for community in communities)}
    if comparison.state == "done" and context["by_row"]:
        context |= _result(request, comparison)
    return page(request, "console/comparisons/show.html", context, active="console:comparisons")


def _result(request: Signed, comparison: Any) -> dict[str, Any]:
    undecided = queries.undecided(comparison)
    what = request.GET.get("what", "")
    if what not in WHATS:
        what = next((w for w in WHATS if undecided.get(w)), "ledger_only")
    state, offset = ("decided" if request.GET.get("state") == "decided" else "open"), pages.offset(request)
    rows, n = queries.rows(request.viewer, comparison, what, state=state, offset=offset)
    trend = queries.trend(comparison)
    return {
        "trend": trend,
        "before": trend[-2] if len(trend) > 1 else None,
        "by_field": queries.fields(comparison),
        "by_sheet": [
            (f"只在{comparison.sides[1]}" if name == ONLY_RIGHT else name, *pair)
            for name, pair in comparison.by_sheet.items()
        ],
        "figure": Figure(comparison.n_equal, comparison.n_union),
        "by_grid": [(territory.scope_name(grid), grid, *pair) for grid, pair in sorted(comparison.by_grid.items())],
        "undecided": undecided,
        "what": what,
        "rows": rows,
        "n": n,
        "state": state,
        "choices": deciding.CHOICES[what],
        "next": offset + queries.PAGE,
        "needs_reason": deciding.NEEDS_REASON,
        "may_decide": request.viewer.may_anywhere(Verb.DECIDE_DIFFERENCE),
    }


@require_POST
def mapping(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Read again with the chosen columns, or begin comparing."""
    comparison = handed_in.get_submission(request.viewer, WAY.model, pk)
    chosen, kind = submissions.columns(request.POST), submissions.kind(request.POST)
    try:
        if comparison.state != "paused":
            comparison = remap(WAY, actor=request.viewer, at=request.at, submission=pk, chosen=chosen, kind=kind)
        if request.POST.get("do") != "again" and comparison.state != "failed":
            with transaction.atomic():  # what waits to be compared has its job, whoever is killed when
                comparing.start(actor=request.viewer, at=request.at, comparison=pk)
                jobs.compare.defer(comparison=str(pk), user=str(request.viewer.id))
    except SubmissionRefused as error:
        messages.error(request, str(error))
    return redirect("console:comparison", pk)


@require_GET
def progress(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The moving part of the page. Of a result: its workbook, when it is written."""
    if request.GET.get("workbook"):
        comparison = handed_in.get_submission(request.viewer, WAY.model, pk)
        context = {"one": comparison, "withheld": workbooks.withheld(request.viewer, comparison)}
        return render(request, "console/comparisons/_workbook.html", context)
    return submissions.progress(request, WAY, pk, "console/comparisons/_progress.html")


@require_POST
def again(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """再比一次: the same files against the register as it is now."""
    try:
        with transaction.atomic():
            comparison = comparing.again(actor=request.viewer, at=request.at, comparison=pk)
            jobs.compare.defer(comparison=str(comparison.id), user=str(request.viewer.id))
    except SubmissionRefused as error:
        messages.error(request, str(error))
        return redirect("console:comparison", pk)
    return redirect("console:comparison", comparison.id)


@require_POST
def cancel(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """放弃."""
    return submissions.cancel(request, WAY, pk, "console:comparison")


@require_POST
def release(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """放行."""
    return submissions.release(request, WAY, pk, "console:comparison")


@require_GET
def annotated(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The left workbook back, with both values, the reasons and the further sheets."""
    return submissions.annotated(request, WAY, pk, "console:comparison")


@require_POST
def decide(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Decide chosen records, or all that are open of one sort."""
    comparison = handed_in.get_submission(request.viewer, WAY.model, pk)
    what, decision = request.POST.get("what", ""), request.POST.get("decision", "")
    back = f"{reverse('console:comparison', args=[pk])}?what={what if what in WHATS else 'ledger_only'}"
    if request.POST.get("all"):
        chosen = queries.every_open(request.viewer, comparison, what)
    else:
        chosen = queries.of_comparison(comparison, parameters.uuids_of(request.POST.getlist("row")))
    if not chosen:
        messages.error(request, "还没有选。先在左边打勾，再按按钮。")
        return redirect(back)
    try:
        outcome = deciding.decide(
            actor=request.viewer,
            at=request.at,
            unmatched=chosen,
            decision=decision,
            reason=request.POST.get("reason", ""),
        )
    except (deciding.UnmatchedRefused, EndError) as error:
        messages.error(request, str(error))
        return redirect(back)
    label = deciding.CHOICES.get(what, {}).get(decision, "")
    if outcome.n_done:
        next_time = "下次比对起作数。" if what == "question" else ""
        messages.success(request, f"{label} {outcome.n_done} 条。{next_time}7 天内可在“定过的”里撤销。")
    if outcome.text:
        messages.error(request, outcome.text)
    return redirect(back)


@require_POST
def undo(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤销: of chosen records, or of the whole decision that was just made."""
    comparison = handed_in.get_submission(request.viewer, WAY.model, pk)
    what = request.POST.get("what", "")
    back = f"{reverse('console:comparison', args=[pk])}?what={what if what in WHATS else 'ledger_only'}"
    chosen = queries.of_comparison(comparison, parameters.uuids_of(request.POST.getlist("row")))
    if not chosen:
        messages.error(request, "还没有选。先在左边打勾，再按撤销。")
        return redirect(back)
    outcome = deciding.undo(actor=request.viewer, at=request.at, unmatched=chosen)
    if outcome.n_done:
        messages.success(request, f"已撤销 {outcome.n_done} 条，回到待定。")
    if outcome.text:
        messages.error(request, outcome.text)
    return redirect(back)


@require_GET
def consistency(request: Signed) -> HttpResponse:
    """台账一致率: by community, ledger and field; communities not compared are shown as such."""
    scope = pages.counts_scope(request, request.GET.get("scope", ""))
    context = {
        "scope": scope,
        "crumbs": pages.crumbs(scope),
        "board": rate.board(request.viewer, scope),
        "may_open": request.viewer.may(Verb.IMPORT_LEDGER, scope),
        "may_decide": request.viewer.may(Verb.DECIDE_DIFFERENCE, scope),
        "may_rows": request.viewer.may(Verb.SEE_ROWS_MASKED, scope),
        "apart": MEASURED_APART[rate.CODE],
    }
    return page(request, "console/comparisons/consistency.html", context, active="console:comparisons")
