"""线上核查: the checks over answers given at doors, how often each was right, and setting them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import ONE_STREET, Verb
from gridwalk.bench.actions import settings as actions
from gridwalk.bench.actions.settings import SettingError
from gridwalk.bench.online import ENOUGH, ONLINE
from gridwalk.bench.queries import online as queries
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.core.queries import NotHere

MOST = 9_999


@require_GET
def online(request: Signed) -> HttpResponse:
    """Each check over an area: what waits, what was answered, from where on it asks."""
    asked = pages.scope_of(request, Verb.SEE_ROWS_MASKED, request.GET.get("scope", ""))
    scope = queries.asked_over(request.viewer, asked)
    rows = queries.online_checks(request.viewer, scope, clock.local_date(request.at))
    context = {
        "scope": scope,
        "rows": rows,
        "n": sum(row.n for row in rows),
        "n_on": sum(row.is_on for row in rows),
        "may_set": request.viewer.may(Verb.MANAGE_CAMPAIGN, scope[:ONE_STREET]),
        "decides": bool(request.viewer.within(Verb.DECIDE_DIFFERENCE, scope)),
        "enough": ENOUGH,
        "crumbs": pages.crumbs(scope),
    }
    return page(request, "console/online/list.html", context, active="console:online")


@require_POST
def online_set(request: Signed, check: str) -> HttpResponse:
    """A street asks a check or not, and from where on."""
    scope = pages.scope_of(request, Verb.MANAGE_CAMPAIGN, request.POST.get("scope", ""))
    if check not in ONLINE:
        raise NotHere
    numbers = {
        name: parameters.whole_or_none(request.POST.get(name, ""), most=MOST) for name in ONLINE[check].thresholds
    }
    try:
        setting = actions.set_check(
            actor=request.viewer,
            at=request.at,
            street=scope[:ONE_STREET],
            code=check,
            is_on=request.POST.get("is_on") == "on",
            thresholds=numbers,
        )
    except SettingError as error:
        messages.error(request, str(error))
    else:
        state = "在查" if setting.is_on else "停用"
        messages.success(request, f"“{ONLINE[check].label}”改好了：{state}。答过的照旧，不用再答。")
    return redirect(f"{reverse('console:online')}?{urlencode({'scope': scope})}")
