"""今天要回填的: what is to be typed over into a side that takes no files, value by value, ticked as it is done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.views.backfill import SOURCES
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile.actions import backfill as actions
from gridwalk.reconcile.actions.backfill import BackfillError
from gridwalk.reconcile.queries import register, today
from gridwalk.territory import queries as territory

A_PAGE = 20
"""Records on a page."""


@require_GET
def index(request: Signed) -> HttpResponse:
    """What is still to be typed in an area, record by record, then what was ticked."""
    scope = pages.scope_of(request, Verb.IMPORT_LEDGER, request.GET.get("scope", ""))
    heard = today.sources_heard(request.viewer, scope)
    source = request.GET.get("source", "")
    if source not in SOURCES:
        source = "platform" if "platform" in heard else "ledger"
    kind = request.GET.get("kind", "")
    kinds = (kind,) if kind in register.KINDS else register.KINDS
    entries = today.entries(request.viewer, source=source, kinds=kinds, scope=scope)
    to_do = [entry for entry in entries if entry.n_to_do]
    ticked = [entry for entry in entries if not entry.n_to_do]
    first = pages.offset(request)
    shown = to_do[first : first + A_PAGE]
    context = {
        "source": source,
        "sources": SOURCES,
        "kind": kind if kind in register.KINDS else "",
        "kinds": {k: dictionary.KINDS[k] for k in register.KINDS},
        "scope": scope,
        "crumbs": pages.crumbs(scope),
        "grids": territory.grids(request.viewer, scope="", verb=Verb.IMPORT_LEDGER),
        "heard": source in heard,
        "sees_rows": bool(request.viewer.within(Verb.SEE_ROWS, scope)),
        "n": len(to_do),
        "n_values": sum(entry.n_to_do for entry in to_do),
        "n_ticked": sum(len(entry.ticked) for entry in entries),
        "shown": shown,
        "first": first,
        "next": first + A_PAGE,
        "query": f"&source={source}&kind={kind}",
        "ticked": ticked[:A_PAGE],
        "names": territory.place_names({entry.grid for entry in [*shown, *ticked[:A_PAGE]]}),
    }
    return page(request, "console/backfill/today.html", context, active="console:backfill")


@require_POST
def tick(request: Signed) -> HttpResponse:
    """Note that values were typed over there."""
    return _done(request, actions.tick)


@require_POST
def untick(request: Signed) -> HttpResponse:
    """Take such a note back."""
    return _done(request, actions.untick)


def _done(request: Signed, do: Any) -> HttpResponse:
    """The record again, as it is now: alone for a page that goes on, else the page."""
    source, kind = request.POST.get("source", ""), request.POST.get("kind", "")
    if source not in SOURCES or kind not in register.KINDS:
        raise NotHere
    entity = parameters.uuid_of(request.POST.get("entity", ""))
    alone, fault = bool(request.headers.get("HX-Request")), ""
    try:
        do(
            actor=request.viewer,
            at=request.at,
            source=source,
            kind=kind,
            entity=entity,
            field=request.POST.get("field", ""),
        )
    except BackfillError as error:
        fault = str(error)
    if alone:
        entry = today.entry_of(request.viewer, source=source, kind=kind, entity=entity)
        if fault or entry is None:
            return HttpResponse(fault, status=422 if fault else 200)
        context = {"entry": entry, "source": source, "names": territory.place_names({entry.grid})}
        return render(request, "console/backfill/_entry.html", context)
    if fault:
        messages.error(request, fault)
    scope = pages.scope_of(request, Verb.IMPORT_LEDGER, request.POST.get("scope", ""))
    return redirect(f"{reverse('console:backfill_today')}?source={source}&kind={kind}&scope={scope}")
