"""回填清单: what goes back to the ledger or the platform, as its own workbook and as a list to tick off."""

from __future__ import annotations

import itertools
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import downloads, pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile.actions import backfill as actions
from gridwalk.reconcile.queries import backfill, register
from gridwalk.reports import backfill as documents
from gridwalk.territory import queries as territory

SOURCES = {"ledger": "纸质台账", "platform": "市平台"}


def _asked(request: Signed, given: Any) -> tuple[str, str, str]:
    """Source, kind and scope as asked for, else the first of each."""
    source, kind = given.get("source", ""), given.get("kind", "")
    scope = pages.scope_of(request, Verb.IMPORT_LEDGER, given.get("scope", ""))
    return source if source in SOURCES else "ledger", kind if kind in register.KINDS else "person", scope


@require_GET
def index(request: Signed) -> HttpResponse:
    """What is to be told to a side, by grid, and how far it has taken over what it was told."""
    source, kind, scope = _asked(request, request.GET)
    items = backfill.items(request.viewer, source=source, kind=kind, scope=scope)
    names = {grid: territory.scope_name(grid) for grid in {i.grid for i in items}}
    context = {
        "source": source, "sources": SOURCES, "kind": kind, "kinds": {k: dictionary.KINDS[k] for k in register.KINDS},
        "scope": scope, "crumbs": pages.crumbs(scope), "n": len(items),
        "groups": [(names[grid], list(rows)) for grid, rows in itertools.groupby(items, key=lambda i: i.grid)],
        "progress": backfill.progress(request.viewer, source=source, kind=kind, scope=scope),
        "layout": backfill.layout(source, kind)[1],
    }  # fmt: skip
    return page(request, "console/backfill.html", context, active="console:backfill")


@require_POST
def workbook(request: Signed) -> HttpResponse:
    """Hand the list out: the side's own import workbook with the corrections, and the list to tick off behind it."""
    source, kind, scope = _asked(request, request.POST)
    items = backfill.items(request.viewer, source=source, kind=kind, scope=scope)
    actions.hand_out(actor=request.viewer, at=request.at, source=source, kind=kind, scope=scope)
    data = documents.workbook(
        items, kind=kind, layout=backfill.layout(source, kind), by=request.viewer.name, at=request.at,
        grids={grid: territory.scope_name(grid) for grid in {i.grid for i in items}},
    )  # fmt: skip

    return downloads.workbook(f"回填清单（{SOURCES[source]}）.xlsx", data)
