"""一户一档、一人一档: the reason is asked, then one page is shown to be printed."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from gridwalk.accounts import queries as accounts
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.views.register import PAGES
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.registry.actions import looking, printing
from gridwalk.territory import queries as territory


@require_http_methods(["GET", "POST"])
def dossier(request: Signed, kind: str, pk: uuid.UUID) -> HttpResponse:
    """Asks for the reason; with one it shows the paper once."""
    if kind not in printing.GETTERS:
        raise NotHere
    paper, number, fault = printing.GETTERS[kind](request.viewer, pk), "", ""
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            paper, number = printing.print_dossier(
                actor=request.viewer, at=request.at, kind=kind, record=pk, reason=reason
            )
        except printing.PrintError as error:
            fault = str(error)
    grid = territory.get_grid(request.viewer, paper.grid)
    named = accounts.responsible([paper.grid], clock.local_date(request.at)).get(paper.grid)
    context = {
        "paper": paper,
        "number": number,
        "fault": fault,
        "reason": looking.REASONS.get(request.POST.get("reason", ""), ""),
        "reasons": looking.REASONS,
        "back": PAGES[kind],
        "crumbs": pages.crumbs(paper.grid),
        "grid": grid,
        "named": named,
        "desk": territory.desk_of(grid.area),
    }
    return page(
        request, "console/register/dossier.html", context, active="console:register", status=422 if fault else 200
    )
