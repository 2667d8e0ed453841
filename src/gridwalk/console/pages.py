"""What most views need: the scope a viewer looks at, the campaign of the moment, rendering with the frame's counts."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.resets import queries as resets
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import queries as campaigns
from gridwalk.console import parameters, scopes
from gridwalk.console.middleware import Signed
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.differences.queries import differences, takeovers
from gridwalk.followup.queries import matters
from gridwalk.registry.queries import rechecks
from gridwalk.sync.queries import returned
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.upkeep.queries import plans
from gridwalk.upkeep.queries import unassigned as unassigned_doors
from gridwalk.visits.queries import worklist


def scope_of(request: Signed, verb: Verb, asked: str = "", *, by: str = "scope", at: str = "") -> str:
    """The scope to show: the one asked for where the viewer holds ``verb``, else their own first.

    Who holds several chooses between them in the frame: ``by`` is the parameter that asks for one, ``at`` the page
    where it is asked for, if it is not this one. Who holds everything looks at the one street there is: offices keep
    one street each. Raises NotHere.
    """
    scope = _scope_of(request, verb, asked)
    turn(request, verb, scope, functools.partial(_turned, request, by, at or request.path))
    return scope


def turn(request: Signed, verb: Verb, scope: str, address: Callable[[str], str]) -> None:
    """Have the frame offer the viewer's other scopes; ``address``: the page's own for a scope."""
    request.turning = scopes.Turning(verb, scope, address)


PLACES = {"scope", "grid", "community", "building", "check", "from", "list", "after", "before"}
"""Parameters that say where in one scope a page stands: another scope is shown from its beginning."""


def _turned(request: Signed, by: str, at: str, scope: str) -> str:
    """The address of a page in another scope; what else was chosen there stays chosen."""
    query = QueryDict(mutable=True)
    query[by] = scope
    for name in request.GET:
        if name not in PLACES and (value := request.GET.get(name, "")):
            query[name] = value
    return f"{at}?{query.urlencode()}"


def _scope_of(request: Signed, verb: Verb, asked: str) -> str:
    if asked:
        if not (asked.isascii() and asked.isdigit()):
            raise NotHere
        asked = codes.scope_of(asked) if len(asked) == 12 else asked
        if not request.viewer.may(verb, asked) or not territory.is_place(asked):
            raise NotHere
        return asked
    own = request.viewer.scopes(verb)
    if not own:
        raise NotHere
    return territory.street_of(own[0])


def own_scopes(request: Signed, verb: Verb) -> list[str]:
    """All scopes where the viewer holds ``verb``: what a page lists that is of no scope alone."""
    return [territory.street_of(scope) for scope in request.viewer.scopes(verb)]


def narrowed(request: Signed, verb: Verb) -> str:
    """The scope a list of all that is the viewer's was narrowed to (``?scope=``); empty where to none."""
    asked = request.GET.get("scope", "")
    return scope_of(request, verb, asked) if asked else ""


def counts_scope(request: Signed, asked: str = "") -> str:
    """The scope whose counts to show; a district centre's is the street where it stands above one."""
    scope = scope_of(request, Verb.SEE_COUNTS, asked)
    campaign = campaigns.current_campaign(request.viewer)
    return campaign.scope if campaign and campaign.scope.startswith(scope) else scope


def unassigned(request: Signed, scope: str) -> dict[str, Any]:
    """What ``parts/_unassigned.html`` shows: how many doors of a scope have no grid yet, and where they are
    put into one.
    """
    return {
        "n_unassigned": unassigned_doors.n_doors(request.viewer, scope),
        "unassigned_in": scope[:12],
        "may_assign": request.viewer.may(Verb.IMPORT_LEDGER, scope[:12]),
    }


def by_area(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of figures by area; as long as no grids are laid out for its viewer it says what comes first."""

    @functools.wraps(view)
    def shown(request: Signed, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotHere:
            if territory.grids(request.viewer, scope=""):
                raise
            return page(request, "console/home/welcome.html", {"empty": True}, active="console:home")

    return shown


def offset(request: Signed) -> int:
    """Where a long list is to go on (``?from=``); 0 for anything that is no number."""
    return parameters.whole_or_none(request.GET.get("from", ""), most=MOST_ROWS) or 0


MOST_ROWS = 9_999_999


def crumbs(scope: str) -> list[tuple[str, str]]:
    """(code, name) of the areas above and including a scope, from the street down."""
    areas = []
    for length in (9, 12, 15):
        if len(scope) >= length:
            area = territory.area_of_scope(scope[:length]) if length < 15 else None
            name = (area.short if area else "") if length < 15 else territory.scope_name(scope).split(" ")[-1]
            areas.append((scope[:length], name or scope[:length]))
    return areas


def page(
    request: Signed, template: str, context: dict[str, Any], *, active: str = "", status: int = 200
) -> HttpResponse:
    """Render a page inside the frame; ``active``: the navigation entry it belongs to.

    ``crumbs`` lead only where the viewer may go; ``own_scopes`` to the viewer's other areas, where the page shows one.
    """
    opens = {code for code, _ in context.get("crumbs", ()) if request.viewer.may(Verb.SEE_COUNTS, code)}
    turned = scopes.choices(request.viewer, request.turning)
    frame = {"active": active, "counts": _counts(request), "crumbs_open": opens, "own_scopes": turned}
    return render(request, template, {**frame, **context}, status=status)


def _counts(request: Signed) -> dict[str, int]:
    viewer = request.viewer
    counts = {}
    if viewer.may_anywhere(Verb.DECIDE_DIFFERENCE):
        mine = viewer.scopes(Verb.DECIDE_DIFFERENCE)
        counts["console:differences"] = sum(differences.n_open(viewer, scope) for scope in mine)
    if returned.may_decide(viewer):
        counts["console:returned"] = returned.n_waiting(viewer, "")
    if viewer.may_anywhere(Verb.SEE_ROWS_MASKED):
        counts["console:gaps"] = campaigns.n_unvisited(viewer)
        counts["console:matters"] = matters.n_standing(viewer)
    if viewer.may_anywhere(Verb.RECHECK):
        counts["console:rechecks"] = _n_rechecks(viewer, request.at)
    if viewer.may_anywhere(Verb.CONFIRM_ROLES):
        proposals = accounts.n_proposals(viewer, clock.local_date(request.at))
        counts["console:roles"] = proposals + len(resets.waiting(viewer, request.at))
    return counts


def _n_rechecks(viewer: Viewer, at: dt.datetime) -> int:
    """How many lines 待复核 has over all scopes of the viewer, of which the page shows one at a time: each is one
    decision (件), whatever it is about.
    """
    of_visits, of_records = worklist.n_pending(viewer, "").total(), rechecks.n_waiting(viewer, "")
    return of_visits + of_records + plans.n_waiting(viewer, "") + takeovers.n_late(viewer, "", at)
