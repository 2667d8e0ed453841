"""回填清单: what goes back to the ledger or the platform, as its own workbook and as a list to tick off."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import downloads, pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import patience
from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile.actions import backfill as actions
from gridwalk.reconcile.queries import backfill, handed, register
from gridwalk.reports import backfill as documents
from gridwalk.territory import queries as territory

SOURCES = {"ledger": "台账", "platform": "市平台"}


def _asked(request: Signed, given: Any) -> tuple[str, str, str]:
    """Source, kind and scope as asked for, else the first of each."""
    source, kind = given.get("source", ""), given.get("kind", "")
    scope = pages.scope_of(request, Verb.IMPORT_LEDGER, given.get("scope", ""))
    return source if source in SOURCES else "ledger", kind if kind in register.KINDS else "person", scope


@require_GET
def index(request: Signed) -> HttpResponse:
    """What is to be told to a side, by grid, and how far it has taken over what it was told."""
    source, kind, scope = _asked(request, request.GET)
    field, state = request.GET.get("field", ""), request.GET.get("state", "")
    everything = backfill.items(request.viewer, source=source, kind=kind, scope=scope)
    items = [i for i in everything if field in {"", i.field} and state in {"", i.state}]
    shown = items if len(scope) == GRID else items[:SHOWN]  # a grid is printed whole
    names, n_of = territory.place_names({i.grid for i in shown}), Counter(i.grid for i in items)
    context = {
        "source": source,
        "sources": SOURCES,
        "kind": kind,
        "kinds": {k: dictionary.KINDS[k] for k in register.KINDS},
        "scope": scope,
        "crumbs": pages.crumbs(scope),
        "n": len(items),
        "n_all": len(everything),
        "n_shown": len(shown),
        "fields": Counter((i.field, i.label) for i in everything).most_common(),
        "field": field,
        "states": Counter(i.state for i in everything).most_common(),
        "state": state,
        "grids": territory.grids(request.viewer, scope="", verb=Verb.IMPORT_LEDGER),
        "n_files": sum(not i.on_screen_only for i in everything),
        "groups": [
            (names[grid], n_of[grid], list(rows)) for grid, rows in itertools.groupby(shown, key=lambda i: i.grid)
        ],
        "progress": handed.progress(request.viewer, source=source, kind=kind, scope=scope),
        "layout": backfill.layout(source, kind, scope)[1],
    }
    return page(request, "console/backfill/list.html", context, active="console:backfill")


GRID, SHOWN = 15, 200


@require_POST
@patience.taking(patience.EXPORTS)
def workbook(request: Signed) -> HttpResponse:
    """Hand the list out: the side's own import workbook with the corrections, and the list to tick off behind it."""
    source, kind, scope = _asked(request, request.POST)
    items = backfill.items(request.viewer, source=source, kind=kind, scope=scope)
    list_id, _ = actions.hand_out(actor=request.viewer, at=request.at, source=source, kind=kind, scope=scope)
    data = documents.workbook(
        items,
        kind=kind,
        layout=backfill.layout(source, kind, scope),
        by=request.viewer.name,
        at=request.at,
        names=territory.place_names({area for i in items for area in (i.grid, i.grid[:12])}),
    )
    return downloads.workbook(request, f"回填清单（{SOURCES[source]}）.xlsx", data, source=("backfill", list_id))
