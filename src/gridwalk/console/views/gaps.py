"""缺口清单: who or what a rate still lacks, and the day planned for it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.actions import arranging
from gridwalk.campaigns.rules import CampaignError
from gridwalk.console import choosing, pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.standing import standing
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.differences.queries import at_doors
from gridwalk.indicators import gaps as gap_lists
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.definitions import INDICATORS
from gridwalk.lists.queries import EVERYTHING
from gridwalk.territory import rules as codes
from gridwalk.visits import steps
from gridwalk.visits.queries import worklist

PAGE, ASKED = 200, 50
VISITED = {"visits": "dwelling", "organizations": "organization", "sites": "site"}
"""Indicators whose gap is visited → what is visited."""


@require_GET
@pages.by_area
def gaps(request: Signed) -> HttpResponse:
    """缺口清单: the rows of an indicator's gap, with the next step."""
    scope = pages.scope_of(request, Verb.SEE_ROWS_MASKED, request.GET.get("scope", ""))
    code = request.GET.get("indicator", "visits")
    if code not in INDICATORS:
        raise NotHere
    campaign = campaigns.current_campaign(request.viewer)
    indicator = INDICATORS[code]
    shown = indicators.board(
        request.viewer, scope=scope, by="grid", campaign=campaign, at=request.at, indicators=[indicator]
    )
    context: dict[str, Any] = {
        "scope": scope,
        "crumbs": pages.crumbs(scope),
        "indicator": indicator,
        "total": shown.total[code],
        "grids": list(shown.lines),
        "indicators": INDICATORS.values(),
        "campaign": campaign,
        "today": clock.local_date(request.at),
        **_may(request, campaign, scope),
        **pages.unassigned(request, scope),
    }
    if code not in VISITED:
        return page(request, "console/gaps/other.html", context | _others(request, scope, code), active="console:gaps")
    if campaign is None:
        context |= {"rows": [], "reasons": [], "n": 0}
    else:
        context["standing"] = standing(campaign, scope, shown.total[code], indicator.unit)
        context |= _to_visit(request, campaign, scope, VISITED[code])
        context["here"] = f"?scope={scope}&indicator={code}{context['whose']}{context['look'].query}"
    return page(request, "console/gaps/list.html", context, active="console:gaps")


def _may(request: Signed, campaign: Any, scope: str) -> dict[str, Any]:
    """What the viewer may do with the rows, and whom they may be handed to."""
    may_dispatch, may_visit = request.viewer.may(Verb.DISPATCH, scope), request.viewer.may(Verb.RECORD_VISIT, scope)
    return {
        "may_plan": may_dispatch or may_visit,
        "may_walk": campaign is not None and len(scope) == codes.GRID and may_visit,
        "workers": accounts.workers(scope[:12], clock.local_date(request.at)) if may_dispatch else [],
    }


def _others(request: Signed, scope: str, code: str) -> dict[str, Any]:
    """The rows of a gap no visit closes; of one strand of it they are asked and sorted by what one sees of them."""
    offset = pages.offset(request)
    moment = indicators.moment(campaigns.current_campaign(request.viewer), request.at)
    strands = INDICATORS[code].strands
    strand = strands[0] if len(strands) == 1 else next((s for s in strands if s.code == request.GET.get("of")), None)
    listed = strand is not None and gap_lists.is_listed(request.viewer, strand, scope)
    look = choosing.look(request, gap_lists.LISTS[strand.kind], scope) if strand and listed else None
    rows, n = gap_lists.gaps(
        request.viewer,
        INDICATORS[code],
        moment,
        scope,
        limit=PAGE,
        offset=offset,
        of=strand,
        selection=look.selection if look else EVERYTHING,
    )
    here = f"?scope={scope}&indicator={code}{look.query if look else ''}"
    return {
        "rows": rows,
        "n": n,
        "offset": offset,
        "next": offset + PAGE,
        "look": look,
        "strand": strand,
        "here": here,
    }


def _to_visit(request: Signed, campaign: Any, scope: str, kind: str) -> dict[str, Any]:
    """The places still to be visited, and the questions sent to the door; each list turned by itself."""
    offset = pages.offset(request)
    first, asked = (0, offset) if request.GET.get("list") == "asked" else (offset, 0)
    look = choosing.look(request, worklist.GAPS, scope)
    reason, nobodys = request.GET.get("reason", ""), request.GET.get("whose") == "nobody"
    rows, reasons = worklist.gaps(
        request.viewer,
        campaign,
        scope,
        kind=kind,
        reason=reason,
        at=request.at,
        limit=PAGE,
        offset=first,
        nobodys=nobodys,
        selection=look.selection,
    )
    questions, n_questions = at_doors.questions(request.viewer, scope, limit=ASKED, offset=asked)
    return {
        "rows": rows,
        "tabs": [(code, name, reasons[code]) for code, (name, _) in steps.TABS.items() if reasons[code]],
        "reason": reason,
        "look": look,
        "nobodys": nobodys,
        "whose": "&whose=nobody" if nobodys else "",
        **_of_nobody(request, campaign, scope, kind),
        "n": sum(reasons.values()),
        "n_chosen": reasons[reason] if reason else sum(reasons.values()),
        "offset": first,
        "next": first + PAGE,
        "questions": questions,
        "n_questions": n_questions,
        "asked": asked,
        "next_asked": asked + ASKED,
    }


def _of_nobody(request: Signed, campaign: Any, scope: str, kind: str) -> dict[str, Any]:
    """How many nobody in post is to walk, and who of its grids can take them over."""
    today = clock.local_date(request.at)
    counted = campaigns.of_nobody(request.viewer, campaign, scope, today)
    n = sum(n for (_, of_kind), n in counted.items() if of_kind == kind)
    takers: dict[uuid.UUID, str] = {}
    if n and request.viewer.may(Verb.DISPATCH, scope):
        posts = accounts.posts({grid for grid, _ in counted}, today)
        takers = {post.user: post.name for post in posts if post.covers is None}
    return {"n_nobodys": n, "takers": takers.items(), "n_all_nobodys": counted.total()}


@require_POST
def gaps_hand_over(request: Signed) -> HttpResponse:
    """Give what is nobody's to a worker in post."""
    scope = pages.scope_of(request, Verb.DISPATCH, request.POST.get("scope", ""))
    campaign, to = campaigns.current_campaign(request.viewer), parameters.uuid_of(request.POST.get("to", ""))
    if campaign is None:
        raise NotHere
    try:
        n = arranging.hand_over(actor=request.viewer, at=request.at, campaign=campaign.id, scope=scope, to=to)
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已交接 {n:,} 项，手机下次联网时就有。走过的记录都在。")
    return redirect(f"{reverse('console:gaps')}?scope={scope}")


def _all_of_view(request: Signed) -> list[uuid.UUID] | None:
    """All targets of the list that was looked at; None where they are not as many any more as the page said."""
    scope = pages.scope_of(request, Verb.SEE_ROWS_MASKED, request.POST.get("scope", ""))
    campaign, code = campaigns.current_campaign(request.viewer), request.POST.get("indicator", "")
    if campaign is None or code not in VISITED:
        raise NotHere
    view_id = parameters.uuid_or_none(request.POST.get("view", ""))
    targets, _ = worklist.chosen_gaps(
        request.viewer,
        campaign,
        scope,
        kind=VISITED[code],
        reason=request.POST.get("reason", ""),
        at=request.at,
        nobodys=request.POST.get("whose") == "nobody",
        selection=choosing.chosen(request, worklist.GAPS, scope, view_id).selection,
    )
    return targets if request.POST.get("all") == str(len(targets)) else None


@require_POST
def gaps_plan(request: Signed) -> HttpResponse:
    """Put chosen doors on a day's list, or hand them to another worker."""
    targets = _all_of_view(request) if request.POST.get("all") else parameters.uuids_of(request.POST.getlist("row"))
    today = clock.local_date(request.at)
    what = request.POST.get("do", "")
    if targets is None:
        messages.error(request, "没有办：名单刚刚变了。请看一遍现在有多少，再选全部。")
    elif not targets:
        messages.error(request, "还没有选户，先在左边勾选。")
    elif what == "reassign":
        try:
            n = arranging.reassign(
                actor=request.viewer,
                at=request.at,
                targets=targets,
                to=parameters.uuid_of(request.POST.get("to", "")),
                reason=request.POST.get("why", ""),
            )
            messages.success(request, f"已改派 {n} 户。")
        except CampaignError as error:
            messages.error(request, str(error))
    else:
        band = "evening" if what == "evening" else ""
        n = arranging.plan_targets(
            actor=request.viewer, at=request.at, targets=targets, on=None if what == "off" else today, band=band
        )
        messages.success(request, f"{n} 户已{'从今日去掉' if what == 'off' else '排入今晚' if band else '加入今日'}。")
    back = request.POST.get("back", "")
    return redirect(back if parameters.is_own_path(back) else "console:gaps")
