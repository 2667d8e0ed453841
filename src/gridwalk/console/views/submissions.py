"""What importing and comparing a ledger share: the areas it may be of, its columns, its progress, giving it up."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from gridwalk.accounts.rules import Verb
from gridwalk.console import downloads, pages
from gridwalk.console.middleware import Signed
from gridwalk.core import patience
from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile.actions import estates, releasing
from gridwalk.reconcile.actions import submissions as actions
from gridwalk.reconcile.actions.submissions import S, SubmissionRefused, Way
from gridwalk.reconcile.queries import annotated as workbooks
from gridwalk.reconcile.queries import estate_names
from gridwalk.reconcile.queries import submissions as queries
from gridwalk.territory import queries as territory

PAGE = 60


def areas(request: Signed, whole: str) -> list[tuple[str, str]]:
    """The communities a ledger may be of, by code; before them the whole street (its name put into ``whole``)."""
    choices = []
    for scope in pages.own_scopes(request, Verb.IMPORT_LEDGER):
        if len(scope) < 12:
            choices.append((scope, whole.format(territory.scope_name(scope))))
        choices += [(area.code, area.short) for area in territory.communities(scope)]
    return choices


def kind(given: QueryDict) -> str | None:
    """The kind of record that was chosen; None where none was, or none there is: the file says it then."""
    chosen = given.get("kind")
    return chosen if chosen in dictionary.KINDS else None


def columns(given: QueryDict) -> dict[str, dict[str, str]]:
    """The columns as chosen on the page: side → header → field."""
    chosen: dict[str, dict[str, str]] = {"left": {}, "right": {}}
    for name, field in given.items():
        side, _, header = name.removeprefix("column:").partition(":")
        if name.startswith("column:") and field != "?" and side in chosen:
            chosen[side][header] = str(field)
    return chosen


def names_asked(request: Signed, scope: str, state: str) -> dict[str, Any]:
    """What ``estates/_asked.html`` shows: the names of estates that wait for an answer, while one changes anything."""
    if state in {"failed", "cancelled", "undone"}:
        return {}
    return {"asked": estate_names.asked(request.viewer, scope), "answers": estates.DECISIONS}


def progress(request: Signed, way: Way[S], pk: uuid.UUID, template: str) -> HttpResponse:
    """The moving part of the page; ends by asking for the whole page."""
    ledger = queries.get_submission(request.viewer, way.model, pk)
    response = render(request, template, {"one": ledger})
    if ledger.state not in {way.running, "rehearsing", "undoing"}:
        response["HX-Refresh"] = "true"
    return response


def cancel(request: Signed, way: Way[S], pk: uuid.UUID, page: str) -> HttpResponse:
    """放弃."""
    try:
        ledger = actions.cancel(way, actor=request.viewer, at=request.at, submission=pk)
        messages.success(request, ledger.message)
    except SubmissionRefused as error:
        messages.error(request, str(error))
    return redirect(page, pk)


def release(request: Signed, way: Way[S], pk: uuid.UUID, page: str) -> HttpResponse:
    """放行: by a second person, with a reason."""
    try:
        ledger = releasing.release(
            way, actor=request.viewer, at=request.at, submission=pk, reason=request.POST.get("reason", "")
        )
    except SubmissionRefused as error:
        messages.error(request, str(error))
    else:
        then = "继续导入" if ledger.state == "paused" else "再比一次"
        rows = f"已放行 {ledger.n_withheld} 行。请交表的人打开这一页，按“{then}”。"
        messages.success(request, rows if ledger.n_withheld else "已放行，从现在起计入一致率。")
    return redirect(page, pk)


@patience.taking(patience.EXPORTS)
def annotated(request: Signed, way: Way[S], pk: uuid.UUID, page: str) -> HttpResponse:
    """The user's own file back, with its cells coloured and explained; somebody else's as far as it may be seen."""
    try:
        name, data = workbooks.annotated(request.viewer, way.model, pk)
    except workbooks.OwnFileOnly as error:
        messages.error(request, str(error))
        return redirect(page, pk)
    return downloads.workbook(request, name, data, source=(way.subject, pk))
