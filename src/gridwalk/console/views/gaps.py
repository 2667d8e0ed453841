"""未走访清单: who or what a rate still lacks, and the day planned for it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.actions import arranging
from gridwalk.campaigns.rules import BANDS, CampaignError, Slot
from gridwalk.console import choosing, downloads, pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.planning import Times, offers, slot_of
from gridwalk.console.standing import standing
from gridwalk.core import clock, patience
from gridwalk.core.queries import NotHere
from gridwalk.differences.queries import at_doors
from gridwalk.indicators import gaps as gap_lists
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.definitions import INDICATORS
from gridwalk.lists import actions as lists
from gridwalk.lists.queries import EVERYTHING, Selection
from gridwalk.lists.rules import ListError
from gridwalk.registry.queries import entities
from gridwalk.reports import lists as documents
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.visits import steps
from gridwalk.visits.queries import advice, gap_lines, worklist
from gridwalk.visits.queries import care as followed
from gridwalk.visits.queries.advice import Planning
from gridwalk.visits.queries.worklist import Cut

PAGE, ASKED, MOST_ROWS = 200, 50, 50_000
VISITED = {"visits": "dwelling", "organizations": "organization", "sites": "site"}
"""Indicators whose gap is visited → what is visited."""


@require_GET
@pages.by_area
def gaps(request: Signed) -> HttpResponse:
    """未走访清单: the rows of an indicator's gap, with the next step."""
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
        context["sees_closeout"] = context["sees_use"] and code == "visits"
        context["standing"] = standing(campaign, scope, shown.total[code], indicator.unit)
        context |= _to_visit(request, campaign, scope, VISITED[code])
        context["here"] = f"?scope={scope}&indicator={code}{context['narrowed']}{context['look'].query}"
    return page(request, "console/gaps/list.html", context, active="console:gaps")


def _may(request: Signed, campaign: Any, scope: str) -> dict[str, Any]:
    """What the viewer may do with the rows, and whom they may be handed to."""
    may_dispatch, may_visit = request.viewer.may(Verb.DISPATCH, scope), request.viewer.may(Verb.RECORD_VISIT, scope)
    return {
        "may_plan": may_dispatch or may_visit,
        "may_record": may_visit,
        "may_walk": campaign is not None and len(scope) == codes.GRID and may_visit,
        "sees_use": entities.sees_use(request.viewer, scope),
        "may_recheck": request.viewer.may(Verb.RECHECK, scope),
        "may_decide": request.viewer.may(Verb.DECIDE_DIFFERENCE, scope),
        "may_call": request.viewer.may(Verb.REVEAL, scope),
        "may_export": request.viewer.may(Verb.EXPORT_REPORT, scope),
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
    here = f"?scope={scope}&indicator={code}{look.query if look else ''}"
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
    return {
        "rows": rows,
        "n": n,
        "offset": offset,
        "next": offset + PAGE,
        "look": look,
        "strand": strand,
        "here": here,
        "back": f"{request.path}{here}" + (f"&of={strand.code}" if strand else ""),
        "just_made": followed.just_made(request.viewer, parameters.uuid_or_none(request.GET.get("done", ""))),
    }


def _to_visit(request: Signed, campaign: Any, scope: str, kind: str) -> dict[str, Any]:
    """The places still to be visited, and the questions sent to the door; each list turned by itself."""
    offset = pages.offset(request)
    first, asked = (0, offset) if request.GET.get("list") == "asked" else (offset, 0)
    plan = advice.planning(request.viewer, campaign, scope, kind=kind, at=request.at)
    look = choosing.look(request, worklist.GAPS, scope)
    cut = _cut(request.GET, kind, plan, look.selection)
    rows, reasons = worklist.gaps(
        request.viewer, campaign, scope, cut, at=request.at, limit=PAGE, offset=first, left=plan.left
    )
    questions, n_questions = at_doors.questions(request.viewer, scope, limit=ASKED, offset=asked)
    return {
        "rows": rows,
        "tabs": [(code, name, reasons[code]) for code, (name, _) in steps.TABS.items() if reasons[code]],
        "reason": cut.reason,
        "stays_inside": cut.stays_inside,
        "look": look,
        "nobodys": cut.nobodys,
        "chosen_advice": next((a for a in plan.advices if a.code == request.GET.get("advice")), None),
        "narrowed": _narrowed(request.GET),
        **_of_nobody(request, campaign, scope, kind),
        **_asides(request, campaign, plan),
        "n": sum(reasons.values()),
        "n_chosen": reasons[cut.reason] if cut.reason else sum(reasons.values()),
        "offset": first,
        "next": first + PAGE,
        "questions": questions,
        "n_questions": n_questions,
        "asked": asked,
        "next_asked": asked + ASKED,
    }


def _cut(given: QueryDict, kind: str, plan: Planning, selection: Selection) -> Cut:
    """The rows a page or a form speaks of: a tab, what is nobody's, what an advice means, what stands on a list, what
    was asked for.
    """
    slot, code = slot_of(given.get("planned", "")), given.get("advice", "")
    among = plan.planned(slot.on, slot.band) if slot else plan.targets(code) if code else None
    return Cut(
        kind=kind,
        reason=given.get("reason", ""),
        nobodys=given.get("whose") == "nobody",
        among=None if among is None else frozenset(among),
        selection=selection,
    )


def _narrowed(given: QueryDict) -> str:
    """What narrows the list beside its tab, as its links go on saying it."""
    names = {"whose": "nobody", "advice": given.get("advice", "")}
    return "".join(f"&{name}={value}" for name, value in names.items() if value and given.get(name) == value)


def _asides(request: Signed, campaign: Any, plan: Planning) -> dict[str, Any]:
    """怎样走得最快, what is on lists already, and the times that can still be walked."""
    times, today = Times.of(campaign, request.at), clock.local_date(request.at)
    evening = times.next("evening")
    return {
        "offers": offers(plan, times),
        "on_lists": [(Slot(on, band).code, steps.on_list(on, band, today), n) for on, band, n in plan.on_lists],
        "by_stairwell": plan.by_stairwell,
        "by_part": plan.by_part,
        "slots": times.choices(),
        "evening": times.words(evening),
        "today_words": times.day_words,
        "quiet": (campaign.quiet_from, campaign.quiet_until),
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


@require_POST
@patience.taking(patience.EXPORTS)
def gaps_export(request: Signed) -> HttpResponse:
    """The gap list as it is looked at, as a workbook; without what tells how a door is used."""
    scope = pages.scope_of(request, Verb.EXPORT_REPORT, request.POST.get("scope", ""))
    campaign, kind = campaigns.current_campaign(request.viewer), VISITED.get(request.POST.get("indicator", ""))
    if campaign is None or kind is None:
        raise NotHere
    view_id = parameters.uuid_or_none(request.POST.get("view", ""))
    look = choosing.chosen(request, worklist.GAPS, scope, view_id)
    plan = advice.planning(request.viewer, campaign, scope, kind=kind, at=request.at)
    try:
        cut = _cut(request.POST, kind, plan, look.selection)
        if cut.stays_inside:
            raise ListError("没有导出：这一栏分得出报空房的，只在屏幕上看。回到“全部”再导出。")
        lines = gap_lines.lines(request.viewer, campaign, scope, cut, at=request.at, most=MOST_ROWS)
        if len(lines) > MOST_ROWS:
            raise ListError(f"没有导出：一次最多导出 {MOST_ROWS:,} 行，先换小一些的范围。")
        taken = lists.take_away(
            actor=request.viewer,
            at=request.at,
            listing=worklist.GAPS,
            view=look.view,
            scope=scope,
            entities=[entity for entity, _ in lines],
        )
    except ListError as error:
        messages.error(request, str(error))
        back = request.POST.get("back", "")
        return redirect(back if parameters.is_own_path(back) else "console:gaps")
    title = f"{territory.scope_name(scope)}{INDICATORS[request.POST['indicator']].label}未走访清单"
    data = documents.workbook(title, gap_lines.COLUMNS, [cells for _, cells in lines])
    return downloads.workbook(request, f"{title}.xlsx", data, source=("list", taken.pk))


@require_POST
def gaps_plan(request: Signed) -> HttpResponse:
    """Put chosen doors on a day's list, take them off it, or hand them to another worker."""
    do, _, single = request.POST.get("one", "").partition(":")
    do = do or request.POST.get("do", "")
    try:
        targets = [parameters.uuid_of(single)] if single else _chosen(request)
        if not targets:
            raise CampaignError("还没有勾选，先在左边勾选。")
        messages.success(request, _reassigned(request, targets) if do == "reassign" else _planned(request, do, targets))
    except CampaignError as error:
        messages.error(request, str(error))
    back = request.POST.get("back", "")
    return redirect(back if parameters.is_own_path(back) else "console:gaps")


def _chosen(request: Signed) -> list[uuid.UUID]:
    """The rows ticked, or the whole list a form speaks of. Raises CampaignError where it is not as long any more as
    the page said.
    """
    whole = request.POST.get("whole", "")
    if not whole:
        return parameters.uuids_of(request.POST.getlist("row"))
    scope = pages.scope_of(request, Verb.SEE_ROWS_MASKED, request.POST.get("scope", ""))
    campaign, kind = campaigns.current_campaign(request.viewer), VISITED.get(request.POST.get("indicator", "visits"))
    if campaign is None or kind is None:
        raise NotHere
    plan = advice.planning(request.viewer, campaign, scope, kind=kind, at=request.at)
    view_id = parameters.uuid_or_none(request.POST.get("view", ""))
    selection = choosing.chosen(request, worklist.GAPS, scope, view_id).selection
    cut = _cut(request.POST, kind, plan, selection)
    targets, _ = worklist.chosen(request.viewer, campaign, scope, cut, request.at, left=plan.left)
    if whole.isdecimal() and whole != str(len(targets)):
        raise CampaignError("没有办：名单刚刚变了。请看一遍现在有多少，再选全部。")
    return targets


def _reassigned(request: Signed, targets: list[uuid.UUID]) -> str:
    to, reason = parameters.uuid_of(request.POST.get("to", "")), request.POST.get("why", "")
    n = arranging.reassign(actor=request.viewer, at=request.at, targets=targets, to=to, reason=reason)
    return f"已改派 {n:,} 户。"


def _planned(request: Signed, do: str, targets: list[uuid.UUID]) -> str:
    """Put them on a list of a day or a time band, or take them off it; in words. Raises CampaignError."""
    if do == "off":
        n = arranging.plan_targets(actor=request.viewer, at=request.at, targets=targets, on=None)
        return f"{n:,} 户已从清单去掉。"
    slot = _slot(request, do)
    n = arranging.plan_targets(actor=request.viewer, at=request.at, targets=targets, on=slot.on, band=slot.band)
    if not n:
        raise CampaignError("没有排：拒访的、等复核的、走访过的、上门到顶的，都不再排。")
    left = len(set(targets)) - n
    words = steps.on_list(slot.on, slot.band, clock.local_date(request.at))
    into = "加入今日" if words == "今日" else f"排入{words}"
    return f"{n:,} 户已{into}。" + (f"{left:,} 户没排：拒访、等复核、走访过的不再去。" if left else "")


def _slot(request: Signed, do: str) -> Slot:
    """The time a button means. Raises CampaignError."""
    campaign = campaigns.current_campaign(request.viewer)
    if campaign is None:
        raise NotHere
    times = Times.of(campaign, request.at)
    slot = slot_of(request.POST.get("slot", "")) if do == "slot" else times.next(do) if do in BANDS else times.day
    if slot is None:
        raise CampaignError("没有排：行动结束前没有这个时段了。")
    return slot
