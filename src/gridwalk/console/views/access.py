"""查阅记录、为什么: what is told to a resident who asks who looked at their record."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from gridwalk.accounts.rules import Verb
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.reconcile.queries import access as files
from gridwalk.registry.actions import looking
from gridwalk.registry.queries import access, entities


@require_http_methods(["GET", "POST"])
def person_access(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Asks for the reason, then shows the list once; that it was opened stands on the list too."""
    person = entities.get_person(request.viewer, pk)
    access.require(request.viewer, person)
    context = {
        "person": person,
        "name": entities.shown_name(request.viewer, person.grid_id, person.name),
        "crumbs": pages.crumbs(person.grid_id),
        "typed": request.POST.get("reason", ""),
        "today": clock.local_date(request.at),
        "asked": False,
        "fault": "",
        "most": access.LIMIT,
        "named": request.viewer.may(Verb.SEE_ROWS, person.grid_id),
    }
    if request.method == "POST":
        try:
            rows = looking.list_looks(
                actor=request.viewer, at=request.at, person=person, reason=request.POST.get("reason", "")
            )
            rows += files.files_with(request.viewer, person)
            context["rows"] = sorted(rows, key=lambda line: line.at, reverse=True)
            context["asked"] = True
        except looking.LookError as error:
            context["fault"] = str(error)
    status = 422 if context["fault"] else 200
    return page(request, "console/access/show.html", context, active="console:register", status=status)
