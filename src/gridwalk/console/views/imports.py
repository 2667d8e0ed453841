"""台账导入: upload, check the columns, apply with progress, errors by sheet, row and column, the annotated workbook."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import downloads, pages, uploads
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile import jobs
from gridwalk.reconcile.actions import staging
from gridwalk.reconcile.queries import imports as queries
from gridwalk.territory import queries as territory


@require_GET
def index(request: Signed) -> HttpResponse:
    """The imports so far, and the form for another."""
    scope = pages.scope_of(request, Verb.IMPORT_LEDGER)
    areas = [(a.code, a.short) for a in territory.communities(scope)]
    if len(scope) < 12:
        areas.insert(0, (scope, f"{territory.scope_name(scope)}（按表里的社区分）"))
    context = {"imports": queries.imports(request.viewer), "areas": areas, "kinds": dictionary.KINDS}
    return page(request, "console/imports/list.html", context, active="console:imports")


@require_POST
def upload(request: Signed) -> HttpResponse:
    """Take the file."""
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, uploads.why_missing(request, "没有导入"))
        return redirect("console:imports")
    made = staging.upload(
        actor=request.viewer,
        at=request.at,
        data=file.read(),
        name=file.name or "台账",
        scope=pages.scope_of(request, Verb.IMPORT_LEDGER, request.POST.get("scope", "")),
        kind=request.POST.get("kind") or None,
    )
    return redirect("console:import", made.id)


@require_GET
def show(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One import: its mapping while it waits, its progress, what came of it."""
    found = queries.get_import(request.viewer, pk)
    shown, n_faulty = queries.faults(found)
    fields = [(f.name, f.label) for f in dictionary.fields(found.kind)] if found.kind else []
    context = {
        "one": found,
        "faults": shown,
        "n_faulty": n_faulty,
        "fields": fields,
        "kinds": dictionary.KINDS,
        "where": territory.scope_name(found.scope),
        "may_decide": request.viewer.may(Verb.DECIDE_DIFFERENCE, found.scope),
        **pages.unassigned(request, found.scope),
    }
    return page(request, "console/imports/show.html", context, active="console:imports")


@require_POST
def mapping(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Read again with the chosen columns, or begin applying."""
    found = queries.get_import(request.viewer, pk)
    chosen = {
        key.removeprefix("column:"): str(value)
        for key, value in request.POST.items()
        if key.startswith("column:") and value != "?"
    }
    try:
        if request.POST.get("do") == "again":
            found = staging.remap(
                actor=request.viewer, at=request.at, imported=pk, chosen=chosen, kind=request.POST.get("kind") or None
            )
        elif found.state == "paused":
            _defer(request, pk)
        else:
            staging.remap(actor=request.viewer, at=request.at, imported=pk, chosen=chosen, kind=found.kind)
            staging.stage(actor=request.viewer, at=request.at, imported=pk)
            _defer(request, pk)
    except staging.ImportRefused as error:
        messages.error(request, str(error))
    return redirect("console:import", pk)


def _defer(request: Signed, pk: uuid.UUID) -> None:
    jobs.apply.defer(imported=str(pk), user=str(request.viewer.id))


@require_GET
def progress(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The moving part of the page; ends by asking for the whole page."""
    found = queries.get_import(request.viewer, pk)
    response = render(request, "console/imports/_progress.html", {"one": found})
    if found.state != "applying":
        response["HX-Refresh"] = "true"
    return response


@require_POST
def cancel(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """放弃."""
    try:
        found = staging.cancel(actor=request.viewer, at=request.at, imported=pk)
        messages.success(request, found.message)
    except staging.ImportRefused as error:
        messages.error(request, str(error))
    return redirect("console:import", pk)


@require_GET
def annotated(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The user's own file back with bad cells coloured and explained."""
    name, data = queries.annotated(request.viewer, pk)
    return downloads.workbook(request, name, data, source=("import", pk))
