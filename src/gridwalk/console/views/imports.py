"""台账导入: upload, check the columns, apply with progress, errors by sheet, row and column, the annotated workbook."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import choosing, downloads, pages, uploads
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.proposals import propose
from gridwalk.console.views import submissions
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import template as templates
from gridwalk.reconcile import jobs
from gridwalk.reconcile.actions import rehearsing, staging, taking_back
from gridwalk.reconcile.actions.staging import WAY
from gridwalk.reconcile.actions.submissions import SubmissionRefused, remap
from gridwalk.reconcile.queries import annotated as workbooks
from gridwalk.reconcile.queries import imports as queries
from gridwalk.reconcile.queries import outlook, telling, unused
from gridwalk.reconcile.queries import submissions as handed_in
from gridwalk.registry.queries.lists import LISTS
from gridwalk.territory import queries as territory
from gridwalk.upkeep.queries import imports as upkeep_imports
from gridwalk.upkeep.queries import plans
from gridwalk.upkeep.rules import TAKE_BACK


@require_GET
def index(request: Signed) -> HttpResponse:
    """The imports so far, and the form for another."""
    scope = pages.narrowed(request, Verb.IMPORT_LEDGER)
    look, offset = choosing.look(request, handed_in.IMPORTS), pages.offset(request)
    imports, n = handed_in.submissions(
        request.viewer, WAY.model, scope=scope, limit=submissions.PAGE, offset=offset, selection=look.selection
    )
    context = {
        "imports": [(i, telling.by_row(request.viewer, i)) for i in imports],
        "scope": scope,
        "where": territory.scope_name(scope) if scope else "",
        "n": n,
        "first": offset,
        "next": offset + submissions.PAGE,
        "look": look,
        "areas": submissions.areas(request, "{}（按表里的社区分）"),
        "kinds": dictionary.KINDS,
    }
    return page(request, "console/imports/list.html", context, active="console:imports")


@require_POST
def upload(request: Signed) -> HttpResponse:
    """Take the file."""
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, uploads.why_missing(request, "没有导入"))
        return redirect("console:imports")
    try:
        ledger = staging.upload(
            actor=request.viewer,
            at=request.at,
            data=file.read(),
            name=file.name or "台账",
            scope=pages.scope_of(request, Verb.IMPORT_LEDGER, request.POST.get("scope", "")),
            kind=submissions.kind(request.POST),
        )
    except SubmissionRefused as error:
        messages.error(request, str(error))
        return redirect("console:imports")
    return redirect("console:import", ledger.id)


@require_GET
def template(request: Signed, kind: str) -> HttpResponse:
    """The workbook a ledger of a kind is filled in."""
    if kind not in dictionary.KINDS:
        raise NotHere
    return downloads.workbook(request, f"{dictionary.KINDS[kind]}台账模板.xlsx", templates.workbook(kind))


@require_GET
def show(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One import: its mapping while it waits, its progress, what came of it."""
    ledger = handed_in.get_submission(request.viewer, WAY.model, pk)
    faults, n_faulty = queries.faults(request.viewer, ledger)
    context = {
        "one": ledger,
        "withheld": workbooks.withheld(request.viewer, ledger),
        "by_row": telling.by_row(request.viewer, ledger),
        "may_release": request.viewer.may(Verb.CONFIRM_ROLES, ledger.scope),
        "preview": queries.preview(request.viewer, ledger),
        "faults": faults,
        "n_faulty": n_faulty,
        "fields": [(field.name, field.label) for field in dictionary.fields(ledger.kind)] if ledger.kind else [],
        "kinds": dictionary.KINDS,
        "where": territory.scope_name(ledger.scope),
        "is_own": ledger.file.owner == request.viewer.id and ledger.file.erased_at is None,
        "listed": LISTS,
        "came_in": queries.came_in(request.viewer, ledger),
        "unknown_grids": queries.unknown_grids(request.viewer, ledger),
        "may_undo": not taking_back.refusal(ledger, request.at),
        "may_decide": request.viewer.may(Verb.DECIDE_DIFFERENCE, ledger.scope),
        **pages.unassigned(request, ledger.scope),
        **submissions.names_asked(request, ledger.scope, ledger.state),
    }
    return page(request, "console/imports/show.html", context, active="console:imports")


@require_POST
def cells(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """What stands in a column that is not used, once, for who uploaded the file."""
    header = request.POST.get("header", "")
    try:
        shown = unused.cells_of(request.viewer, pk, header)
    except workbooks.OwnFileOnly as error:
        messages.error(request, str(error))
        return redirect("console:import", pk)
    context = {"header": header, "cells": shown, "most": unused.SHOWN, "pk": pk}
    return page(request, "console/imports/cells.html", context, active="console:imports")


@require_http_methods(["GET", "POST"])
def undo(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """整份撤销: what would leave and what stays, grid by grid; what was dispatched goes only with a second person."""
    ledger = handed_in.get_submission(request.viewer, WAY.model, pk)
    if ledger.state == "undoing" and request.method == "POST":
        taking_back.go_on(pk, request.viewer.id)
        return redirect("console:import", pk)
    if why := taking_back.refusal(ledger, request.at):
        messages.error(request, why)
        return redirect("console:import", pk)
    plan = plans.unproposed(TAKE_BACK, [pk])
    fault = _take_back(request, pk, plan) if request.method == "POST" else None
    if isinstance(fault, HttpResponse):
        return fault
    shown = outlook.of_import(request.viewer, ledger, dispatched=False)
    context = {
        "one": ledger,
        "fault": fault,
        "typed": request.POST,
        "seen": plans.mark(plan) if shown.n_dispatched else "",
        "waiting": upkeep_imports.waiting(pk),
        "outlook": shown,
    }
    return page(request, "console/imports/undo.html", context, active="console:imports", status=422 if fault else 200)


def _take_back(request: Signed, pk: uuid.UUID, plan: Any) -> HttpResponse | Exception:
    """The way on, or what stops it."""
    if request.POST.get("do") == "together":
        return propose(
            request, kind=plan.kind, subjects=plan.subjects, choices={}, still="另一人同意以前，什么都没有撤。"
        )
    try:
        taking_back.begin(actor=request.viewer, at=request.at, imported=pk, reason=request.POST.get("reason", ""))
    except SubmissionRefused as error:
        return error
    return redirect("console:import", pk)


@require_POST
def mapping(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Read again with the chosen columns, or begin applying."""
    ledger = handed_in.get_submission(request.viewer, WAY.model, pk)
    do, kind = request.POST.get("do"), submissions.kind(request.POST)
    again, chosen = do == "again", submissions.columns(request.POST)
    stands = ledger.state == "paused" or (ledger.state == "ready" and do == "apply")
    try:
        if again or not stands:
            remap(WAY, actor=request.viewer, at=request.at, submission=pk, chosen=chosen, kind=kind if again else None)
        if not again:
            with transaction.atomic():  # what waits to be applied has its job, whoever is killed when
                if ledger.state == "ready" and stands:
                    rehearsing.go_on(actor=request.viewer, at=request.at, imported=pk)
                elif not stands:
                    then = "rehearsing" if do == "preview" else "applying"
                    staging.stage(actor=request.viewer, at=request.at, imported=pk, then=then)
                job = jobs.rehearse if do == "preview" and not stands else jobs.apply
                job.defer(imported=str(pk), user=str(request.viewer.id))
    except SubmissionRefused as error:
        messages.error(request, str(error))
    return redirect("console:import", pk)


@require_GET
def progress(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The moving part of the page."""
    return submissions.progress(request, WAY, pk, "console/imports/_progress.html")


@require_POST
def cancel(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """放弃."""
    return submissions.cancel(request, WAY, pk, "console:import")


@require_POST
def release(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """放行."""
    return submissions.release(request, WAY, pk, "console:import")


@require_GET
def annotated(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The user's own file back with bad cells coloured and explained."""
    return submissions.annotated(request, WAY, pk, "console:import")
