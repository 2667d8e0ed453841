"""关于: who runs this installation, where residents reach the communities, which version it is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from gridwalk import __version__
from gridwalk.accounts.rules import Verb
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core.queries import NotHere
from gridwalk.operations.operator import actions
from gridwalk.operations.operator.actions import OperatorError
from gridwalk.territory import actions as territory_actions
from gridwalk.territory import queries as territory
from gridwalk.territory.actions import TerritoryError
from gridwalk.territory.official import queries as official


@require_GET
def about(request: Signed) -> HttpResponse:
    """The operator, the desks of the viewer's communities, the version."""
    communities = territory.areas(request.viewer, level="community")
    context = {
        "communities": [(area, territory.desk_of(area)) for area in communities],
        "may_set": request.viewer.may_anywhere(Verb.MANAGE_AREAS),
        "version": __version__,
        "edition": official.EDITION,
    }
    return page(request, "console/about/show.html", context)


@require_POST
def name_operator(request: Signed) -> HttpResponse:
    """The unit and its filing number."""
    try:
        actions.name_operator(
            actor=request.viewer,
            at=request.at,
            unit=request.POST.get("unit", ""),
            filing_number=request.POST.get("filing_number", ""),
        )
    except OperatorError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已保存。每一页底下、打印的页上、手机的设置里都写着。")
    return redirect("console:about")


@require_POST
def set_desk(request: Signed, community: str) -> HttpResponse:
    """A community's telephone, address and hours."""
    if not request.viewer.may(Verb.MANAGE_AREAS, community):
        raise NotHere
    try:
        territory_actions.set_desk(
            actor=request.viewer,
            at=request.at,
            community=community,
            phone=request.POST.get("phone", ""),
            address=request.POST.get("address", ""),
            hours=request.POST.get("hours", ""),
        )
    except TerritoryError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已保存。网格员的工牌上写着，居民可以打来核对。")
    return redirect("console:about")
