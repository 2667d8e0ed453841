"""选街道: a street and its communities taken over from the official list, and taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core.queries import NotHere
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.territory.actions import TerritoryError
from gridwalk.territory.official import actions, queries
from gridwalk.territory.official.actions import LaidOut
from gridwalk.upkeep.actions import areas
from gridwalk.upkeep.rules import UpkeepError


@require_http_methods(["GET", "POST"])
def pick(request: Signed) -> HttpResponse:
    """Province, district, street, then its communities with their grids."""
    scope = request.POST.get("area", "") or request.GET.get("area", "")
    line = queries.line(scope.ljust(12, "0")) if scope else []
    if scope and (not line or line[-1].scope != scope or line[-1].level == "community"):
        raise NotHere
    if request.method == "POST":
        grids = {code: request.POST.get(f"grids-{code}", "") for code in request.POST.getlist("community")}
        try:
            laid_out = actions.lay_out(actor=request.viewer, at=request.at, street=scope.ljust(12, "0"), grids=grids)
        except TerritoryError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _says(laid_out))
            return redirect(f"{reverse('console:areas')}?scope={scope}")
    context = {"line": line, "scope": scope, "edition": queries.EDITION, **_typed(request), **_choices(scope)}
    return page(request, "console/areas/pick.html", context, active="console:areas")


def _typed(request: Signed) -> dict[str, Any]:
    return {"typed": request.POST, "ticked": request.POST.getlist("community")}


def _choices(scope: str) -> dict[str, Any]:
    """What is chosen from next: provinces, the districts of one, the streets of one, the communities of one."""
    if not scope:
        return {"provinces": queries.provinces()}
    if len(scope) == 2:
        return {"cities": queries.cities(scope)}
    if len(scope) < codes.STREET:
        return {"streets": queries.streets(scope)}
    standing = {area.code for area in territory.communities(scope)}
    return {"communities": [(area, area.code in standing) for area in queries.communities(scope)], "last": True}


def _says(laid_out: LaidOut) -> str:
    done = f"建好了 {laid_out.n_communities} 个社区、{laid_out.n_grids} 个网格，从今天起算。"
    if not laid_out.without:
        return f"{done}下一步：给大家建账号。"
    return f"{done}还没有网格的社区：{'、'.join(laid_out.without)}。没有网格就派不了网格员，请在下面添上。"


@require_POST
def take_back(request: Signed) -> HttpResponse:
    """A community or a grid laid out by mistake is no more."""
    code = request.POST.get("code", "")
    if len(code) not in (12, codes.GRID) or not request.viewer.may(Verb.MANAGE_AREAS, code):
        raise NotHere
    try:
        areas.take_back(actor=request.viewer, at=request.at, code=code)
    except UpkeepError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "撤销了。要用的话可以重新建。")
    return redirect("console:areas")
