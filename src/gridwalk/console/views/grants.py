"""临时授权: which records are opened to somebody for a time, and ending that."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.grants import actions
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.registry.queries import granted
from gridwalk.territory import queries as territory


@require_GET
def index(request: Signed) -> HttpResponse:
    """The grants that hold in the viewer's area."""
    rows = granted.granted(request.viewer, request.at)
    context = {"rows": rows, "names": territory.place_names({row.grid for row in rows})}
    return page(request, "console/grants/list.html", context, active="console:campaign")


@require_POST
def revoke(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """收回: nothing is open by it from now on."""
    row = granted.get_grant(request.viewer, pk, request.at)
    actions.revoke_grant(actor=request.viewer, at=request.at, pk=row.id, code=row.grid)
    messages.success(request, f"收回了给{row.name}的授权，从现在起打不开。")
    return redirect("console:grants")
