"""代班: who covers whom, for which days, and naming another."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from gridwalk.accounts.substitutes import queries
from gridwalk.accounts.substitutes.rules import MOST_DAYS, SubstituteError
from gridwalk.console import parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.notices import actions
from gridwalk.territory import queries as territory


@require_http_methods(["GET", "POST"])
def index(request: Signed) -> HttpResponse:
    """Who covers whom now and later, and the form for another."""
    if request.method == "POST" and _named(request):
        return redirect("console:substitutes")
    today = clock.local_date(request.at)
    rows, workers = queries.substitutes(request.viewer, today), queries.workers(request.viewer, today)
    context = {
        "rows": rows,
        "workers": workers,
        "places": territory.place_names([*(row.grid for row in rows), *(grid for _, _, grid in workers)]),
        "names": sorted({user: name for user, name, _ in workers}.items(), key=lambda worker: worker[1]),
        "most": MOST_DAYS,
        "today": today,
        "from_on": request.POST.get("from_on") or today.isoformat(),
        "typed": request.POST,
    }
    return page(request, "console/substitutes/list.html", context, active="console:campaign")


def _named(request: Signed) -> bool:
    """Name who was chosen; whether it could be done."""
    covers, _, grid = request.POST.get("covers", "").partition(":")
    if not (covers and request.POST.get("user")):
        messages.error(request, "没有安排：请选谁不在、请谁代。")
        return False
    try:
        actions.name_substitute(
            actor=request.viewer,
            at=request.at,
            user=parameters.uuid_of(request.POST.get("user", "")),
            grid=grid,
            place=territory.scope_name(grid),
            covers=parameters.uuid_of(covers),
            from_on=parameters.day_of(request.POST.get("from_on", "")),
            to_on=parameters.day_of(request.POST.get("to_on", "")),
        )
    except ValueError:
        messages.error(request, "没有安排：从哪天到哪天都要填。")
    except SubstituteError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "安排好了。代班的人那几天看得到这个网格，户还在原来的人名下，到期自动收回。")
        return True
    return False


@require_POST
def end(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """提前结束."""
    place = territory.scope_name(queries.get_substitute(request.viewer, pk).scope)
    try:
        actions.end_substitute(actor=request.viewer, at=request.at, post=pk, place=place)
    except SubstituteError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "结束了。代班的人从现在起看不到这个网格，手机下次联网时收回；两位都会收到通知。")
    return redirect("console:substitutes")
