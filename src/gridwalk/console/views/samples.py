"""抽查: the samples and what they show, one with its steps, a new one with its price."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.accounts.rules import ONE_STREET, Verb
from gridwalk.campaigns import queries as campaigns
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.inspection import prices, rules
from gridwalk.inspection.actions import drawing, giving, planning
from gridwalk.inspection.actions.planning import NewSample
from gridwalk.inspection.queries import areas, results
from gridwalk.inspection.queries import samples as queries
from gridwalk.inspection.queries.areas import AreaOutlook
from gridwalk.inspection.queries.samples import Outlook
from gridwalk.inspection.rules import KINDS, Kind, SampleError, Stage, Step
from gridwalk.territory import queries as territory

SHOWN = 12
"""So many of a kind stand on the page of all kinds."""
LISTED = 50
"""So many stand on a page of one kind."""
HONEST = "没造假也有百分之几说没人来过"
DAYS = 10
"""How many days a round is offered."""
STEPS: Mapping[Step, Callable[..., Any]] = {
    Step.COMMIT: drawing.commit,
    Step.FREEZE: drawing.freeze,
    Step.DRAW: drawing.draw,
    Step.REVEAL: drawing.reveal,
}


@require_GET
def samples(request: Signed) -> HttpResponse:
    """The kinds that are never mixed, and what the last estimation sample shows; of one kind (``?kind=``) all."""
    kind = request.GET.get("kind", "")
    if kind in set(Kind):
        return _of_kind(request, Kind(kind))
    scope = pages.scope_of(request, Verb.SEE_COUNTS)
    context = {
        "kinds": [(kind, words, *queries.samples(request.viewer, kind, most=SHOWN)) for kind, words in KINDS.items()],
        "shown": results.latest(request.viewer, scope),
        "may_draw": request.viewer.may_anywhere(Verb.DRAW_SAMPLE),
    }
    return page(request, "console/samples/list.html", context, active="console:samples")


def _of_kind(request: Signed, kind: Kind) -> HttpResponse:
    """All samples of one kind, page by page."""
    first = pages.offset(request)
    rows, n = queries.samples(request.viewer, kind, first=first, most=LISTED)
    context = {"kind": kind, "words": KINDS[kind], "rows": rows, "n": n, "first": first, "next": first + LISTED}
    return page(request, "console/samples/kind.html", context, active="console:samples")


@require_GET
def sample(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One sample: where it stands, how far its doors are, what it shows."""
    shown = queries.sheet(request.viewer, pk, clock.local_date(request.at))
    area = areas.area_results(request.viewer, pk, clock.local_date(request.at))
    context = {
        "sheet": shown,
        "row": shown.row,
        "words": KINDS[shown.row.kind],
        "shown": results.sample_results(request.viewer, pk),
        "area": area,
        "to_give": (area or shown).n_not_given if shown.row.stage == Stage.DRAWN else 0,
        "may_draw": request.viewer.may(Verb.DRAW_SAMPLE, shown.row.scope),
        "tries": rules.TRIES,
        "fewest": rules.FEWEST,
    }
    return page(request, "console/samples/show.html", context, active="console:samples")


@require_POST
def sample_step(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The next step of a draw."""
    typed = request.POST.get("step", "")
    step = Step(typed) if typed in set(Step) else None
    try:
        if step is None:
            raise SampleError("没有办：没有这一步。请按页上列出的顺序来。")
        STEPS[step](actor=request.viewer, at=request.at, sample=pk)
        messages.success(request, f"已{rules.STEPS[step][2]}。")
    except SampleError as error:
        messages.error(request, str(error))
    return redirect("console:sample", pk)


@require_POST
def sample_give(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The doors drawn are given to the inspectors."""
    try:
        handed = giving.give(actor=request.viewer, at=request.at, sample=pk)
    except SampleError as error:
        messages.error(request, str(error))
        return redirect("console:sample", pk)
    unit = "个单元" if handed.is_of_stairwells else "户"
    words = f"派给核查员 {handed.n_given} {unit}。"
    if handed.n_closed:
        words += f"{handed.n_closed} 户不再打扰：已注销、拒访过或不愿再被抽查，照实记。"
    if handed.n_barred:
        words += f"{handed.n_barred} {unit}没有派：每位核查员都在那里走访过，或者住在那里。"
    if handed.n_waiting:
        words += f"{handed.n_waiting} 户还没有派：该去查的那个社区没有核查员，设了岗位再派。"
    messages.success(request, words)
    return redirect("console:sample", pk)


@require_http_methods(["GET", "POST"])
def sample_new(request: Signed) -> HttpResponse:
    """安排一轮: what it would take stands beside it before anything is drawn."""
    scopes = _scopes(request)
    typed = _typed(request, next(iter(scopes), ""))
    new, status = None, 200
    try:
        new = _new(typed)
        if request.method == "POST":
            planned = planning.plan(actor=request.viewer, at=request.at, new=new)
            messages.success(request, "已安排。下一步：封存抽签号。")
            return redirect("console:sample", planned.pk)
    except SampleError as error:
        messages.error(request, str(error))
        status = 422
    context = {
        "typed": typed,
        "kinds": KINDS,
        "scopes": scopes,
        "is_read": new is not None,
        "outlook": _outlook(request, new) if new else None,
        "area": _area_outlook(request, new) if new else None,
        "fewest": rules.FEWEST,
        "a_day": (prices.CALLS_A_DAY, prices.KNOCKS_A_DAY),
    }
    return page(request, "console/samples/new.html", context, active="console:samples", status=status)


def _typed(request: Signed, street: str) -> dict[str, str]:
    """The form as it was typed; what it leaves out is as usual."""
    today = clock.local_date(request.at)
    campaign = campaigns.running_for(street) if street else None
    usual = {
        "kind": str(Kind.ESTIMATION),
        "scope": street,
        "share": str(rules.share_on(campaign.starts_on, today) if campaign else rules.SHARE),
        "response": str(rules.RESPONSE),
        "honest": str(rules.HONEST),
        "from_on": today.isoformat(),
        "to_on": (today + dt.timedelta(days=DAYS)).isoformat(),
        "why": "",
    }
    given = request.POST if request.method == "POST" else request.GET
    return {name: given.get(name, value) for name, value in usual.items()}


def _new(typed: Mapping[str, str]) -> NewSample:
    """What is to be planned. Raises SampleError, naming the field that cannot be read."""
    if typed["kind"] not in set(Kind):
        raise SampleError("没有安排：“为了什么”没有选。请选一种。")
    kind = Kind(typed["kind"])
    return NewSample(
        kind=kind,
        scope=typed["scope"],
        share=_percent(typed["share"], "有效应答占名单的百分之几"),
        # of an area sample stairwells are listed, and nobody has to answer
        response=rules.RESPONSE if kind is Kind.AREA else _percent(typed["response"], "估计百分之几应答"),
        from_on=_day(typed["from_on"], "从哪天"),
        to_on=_day(typed["to_on"], "到哪天"),
        why=typed["why"][:120],
        # of other kinds nobody is accepted, and the field says so
        honest=_percent(typed["honest"], HONEST) if kind is Kind.ACCEPTANCE else rules.HONEST,
    )


def _percent(typed: str, label: str) -> int:
    number = parameters.whole_or_none(typed.strip(), most=100)
    if number is None:
        raise SampleError(f"没有安排：“{label}”看不懂。请写 0 到 100 的整数，不带百分号。")
    return number


def _day(typed: str, label: str) -> dt.date:
    day = parameters.day_or_none(typed.strip())
    if day is None:
        raise SampleError(f"没有安排：“{label}”看不懂。请写年-月-日，如 2026-11-30。")
    return day


def _outlook(request: Signed, new: NewSample) -> Outlook | None:
    """What the round would take; None where nothing can be drawn so."""
    if not request.viewer.may(Verb.DRAW_SAMPLE, new.scope) or len(new.scope) not in KINDS[new.kind].digits:
        return None
    if new.kind is Kind.AREA:
        return None
    campaign = campaigns.running_for(new.scope)
    if campaign is None or not new.share >= 1 or new.response < 10 or not 1 <= new.honest <= rules.MOST_HONEST:
        return None
    outlook = queries.outlook(campaign, new.kind, new.scope, new.share, new.response, honest=new.honest)
    return outlook if outlook.price.n_doors else None


def _area_outlook(request: Signed, new: NewSample) -> AreaOutlook | None:
    """What listing stairwells would take; None of other kinds, and where nothing can be drawn so."""
    is_area = new.kind is Kind.AREA and len(new.scope) in KINDS[new.kind].digits and new.share >= 1
    if not is_area or not request.viewer.may(Verb.DRAW_SAMPLE, new.scope):
        return None
    return areas.outlook(new.scope, new.share)


def _scopes(request: Signed) -> dict[str, str]:
    """The viewer's streets, their communities and grids, with their names."""
    streets = [scope for scope in pages.own_scopes(request, Verb.DRAW_SAMPLE) if len(scope) == ONE_STREET]
    codes = []
    for street in streets:
        codes += [street, *sorted([area.code for area in territory.communities(street)] + territory.grid_codes(street))]
    names = territory.place_names(codes)
    return {code: names[code] for code in codes}
