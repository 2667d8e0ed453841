"""小区名称: other names of estates that ledgers write: asked, decided, taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from gridwalk.console import parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.reconcile.actions import estates
from gridwalk.reconcile.queries import estate_names as queries
from gridwalk.territory import queries as territory

SAID = {
    "same": "记住了：“{0.alias}”就是“{0.estate}”。以后导入、比对都认；刚才这份请“再比一次”，或接着入库。",
    "different": "记住了：“{0.alias}”和“{0.estate}”是两个小区，不再问。",
    "later": "先当成两个小区。定的时候到“小区名称”里来。",
}
"""What is said to each decision."""
MOST = 2**31 - 1
PAGES = ("console:comparison", "console:import")


@require_GET
def index(request: Signed) -> HttpResponse:
    """The names, those that wait first, and what was decided about the others."""
    names = queries.names(request.viewer)
    context = {
        "names": [(name, territory.scope_name(name.community)) for name in names],
        "answers": estates.DECISIONS,
    }
    return page(request, "console/estates/list.html", context, active="console:comparisons")


@require_POST
def decide(request: Signed) -> HttpResponse:
    """是, 不是, 以后再说; or 撤销."""
    name, decision = parameters.whole_or_none(request.POST.get("name", ""), most=MOST), request.POST.get("decision", "")
    try:
        if decision == "undo":
            n = estates.undo(actor=request.viewer, at=request.at, name=name or 0)
            asked = f"靠它对上的 {n} 条回到“疑似同一条”。" if n else ""
            messages.success(
                request, f"撤销了，这个名称重新待定。{asked}按它导入的台账没有动，要撤请到那份台账的页上。"
            )
        elif decision in SAID:
            row = estates.decide(actor=request.viewer, at=request.at, name=name or 0, decision=decision)
            messages.success(request, SAID[decision].format(row))
    except estates.NameRefused as error:
        messages.error(request, str(error))
    return _back(request.POST)


def _back(given: Any) -> HttpResponse:
    """To the ledger's page the answer was given on, else to the list."""
    pk = parameters.uuid_or_none(given.get("of", ""))
    at = next((name for name in PAGES if name == f"console:{given.get('back')}"), "")
    return redirect(at, pk) if at and pk else redirect("console:estates")
