"""保存期限: what is over its time and what became of it; erasing a de-registered person's identity at request."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core.queries import NotHere
from gridwalk.registry.queries import entities
from gridwalk.retention import queries, rules
from gridwalk.retention.actions import people
from gridwalk.retention.rules import RetentionError


@require_GET
def retention(request: Signed) -> HttpResponse:
    """Every kind of data with its period, the last report beside it, and whether the night erases it by itself."""
    last = queries.last_run()
    reported = {row["code"]: row for row in (last.rows if last else [])}
    try:
        switched = {period.code for period in rules.chosen(settings.RETENTION.split(","))}
        fault = ""
    except RetentionError as error:
        switched, fault = set(), str(error)
    rows = [
        {
            "period": period,
            "reported": reported.get(period.code),
            "oldest": _day(reported.get(period.code)),
            "nightly": period.code in switched or period.code == "files",
        }
        for period in rules.PERIODS
    ]
    context = {"rows": rows, "last": last, "fault": fault}
    return page(request, "console/retention/show.html", context, active="console:audit")


def _day(report_row: dict[str, str] | None) -> dt.date | None:
    return dt.date.fromisoformat(report_row["oldest"]) if report_row and report_row["oldest"] else None


@require_http_methods(["GET", "POST"])
def erase_person(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """What goes and what stays, the reason, then it is gone for good."""
    person = entities.get_person(request.viewer, pk)
    if not request.viewer.may(Verb.RECHECK, person.grid_id):
        raise NotHere
    fault = ""
    if request.method == "POST":
        try:
            people.erase_person(actor=request.viewer, at=request.at, person=pk, reason=request.POST.get("reason", ""))
        except (RetentionError, access.NotPermitted) as error:
            fault = str(error)
        else:
            messages.success(request, "身份内容清除了，留下一条无名的记录；恢复旧备份也不会回来。")
            return redirect("console:person", pk)
    context = {
        "person": person,
        "name": entities.shown_name(request.viewer, person.grid_id, person.name),
        "fault": fault,
        "crumbs": pages.crumbs(person.grid_id),
        "period": rules.BY_CODE["persons"],
        "typed": request.POST.get("reason", ""),
    }
    return page(
        request, "console/retention/erase.html", context, active="console:register", status=422 if fault else 200
    )
