"""设施 and 巡检: the list, what is due, the page of a facility, rounds recorded and taken back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.views import register
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import choices
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry.actions import facilities as writing
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.queries import entities
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.visits.actions import rounds as recording
from gridwalk.visits.actions.rounds import RoundRefused, Seen
from gridwalk.visits.queries import rounds
from gridwalk.visits.queries.rounds import Chosen

STATES = {"": "在册的", "broken": "有故障的", "removed": "已拆除的"}
WHENS = {"": "不论何时巡检", "overdue": "已逾期的", "soon": "到期巡检的"}
DOES = {"fine": "fine", "repaired": "repaired", "faulty": "faulty", "stopped": "faulty"}


@require_GET
def facilities(request: Signed) -> HttpResponse:
    """设施: those of a scope by kind, building, state and due round; printed as a list with room to write."""
    scope = pages.scope_of(request, Verb.SEE_ROWS_MASKED, request.GET.get("scope", ""))
    today = clock.local_date(request.at)
    offset = pages.offset(request)
    asked = {name: request.GET.get(name, "") for name in ("kind", "building", "state", "when")}
    chosen = Chosen(asked["kind"], parameters.uuid_or_none(asked["building"]), asked["state"], asked["when"])
    lines, n = rounds.facilities(request.viewer, scope, chosen, today, offset=offset)
    figures = rounds.in_time(request.viewer, scope, today)
    context = {
        "scope": scope,
        "crumbs": pages.crumbs(scope),
        "asked": asked,
        "lines": lines,
        "n": n,
        "offset": offset,
        "next": offset + rounds.LIMIT,
        "figures": figures,
        "total": rounds.total(figures),
        "kinds": choices.FACILITY_KIND,
        "states": STATES,
        "whens": WHENS,
        "today": today,
        "may_record": request.viewer.may(Verb.RECORD_VISIT, scope),
        "buildings": [(str(pk), name) for pk, name in rounds.buildings(request.viewer, scope)]
        if len(scope) == codes.GRID
        else [],
        "grids": territory.grids(request.viewer, scope=scope, verb=Verb.SEE_ROWS_MASKED),
    }
    return page(request, "console/facilities/list.html", context, active="console:facilities")


@require_GET
def rounds_due(request: Signed) -> HttpResponse:
    """到期巡检的: facilities and key sites, overdue first, in walking order."""
    scope = pages.scope_of(request, Verb.SEE_ROWS_MASKED, request.GET.get("scope", ""))
    today = clock.local_date(request.at)
    lines, offset = rounds.due(request.viewer, scope, today), pages.offset(request)
    context = {
        "scope": scope,
        "crumbs": pages.crumbs(scope),
        "lines": lines[offset : offset + rounds.LIMIT],
        "today": today,
        "n": len(lines),
        "offset": offset,
        "next": offset + rounds.LIMIT,
        "n_overdue": sum(line.when == "overdue" for line in lines),
        "may_record": request.viewer.may(Verb.RECORD_VISIT, scope),
        "grids": territory.grids(request.viewer, scope=scope, verb=Verb.SEE_ROWS_MASKED),
    }
    return page(request, "console/facilities/rounds.html", context, active="console:facilities")


@require_GET
def facility(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The page of a facility."""
    return facility_page(request, pk)


def facility_page(
    request: Signed, pk: uuid.UUID, *, typed: Mapping[str, str] | None = None, refused: str = ""
) -> HttpResponse:
    """The page of a facility; with what was typed where a round was refused."""
    facility = entities.get_facility(request.viewer, pk)
    context = register.context_of(request, "facility", facility) | register.rounds_of(request, facility, typed, refused)
    return page(
        request, "console/facilities/show.html", context, active="console:facilities", status=422 if refused else 200
    )


@require_http_methods(["GET", "POST"])
def add_facility(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """添设施: the short form of a building."""
    building = territory.get_building(request.viewer, pk)
    faults: Mapping[str, str] = {}
    if request.method == "POST":
        raw = {name: request.POST[name] for name in writing.FIELDS if request.POST.get(name, "").strip()}
        try:
            writing.add_facility(
                actor=request.viewer,
                at=request.at,
                building=pk,
                stairwell=parameters.uuid_or_none(request.POST.get("stairwell", "")),
                raw=raw,
            )
        except CorrectionError as error:
            messages.error(request, str(error))
            faults = error.faults
        else:
            messages.success(request, "已保存，这栋楼添了一处设施。")
            return redirect("console:building", pk)
    context = {
        "building": building,
        "fields": [dictionary.get("facility", name) for name in writing.FIELDS],
        "faults": faults,
        "typed": request.POST,
        "crumbs": pages.crumbs(building.grid_id),
    }
    return page(
        request, "console/facilities/new.html", context, active="console:buildings", status=422 if faults else 200
    )


@require_POST
def facility_state(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """登记为已拆除, or 恢复在册, with the reason."""
    is_gone = request.POST.get("do") == "remove"
    act = writing.remove_facility if is_gone else writing.restore_facility
    try:
        act(actor=request.viewer, at=request.at, facility=pk, reason=request.POST.get("reason", ""))
    except CorrectionError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, "已登记：已拆除，不再排巡检。记错了可以恢复。" if is_gone else "恢复在册了，照间隔排巡检。"
        )
    return redirect("console:facility", pk)


@require_POST
def record(request: Signed) -> HttpResponse:
    """Record a round for one thing or for several chosen ones."""
    things = [_thing(value) for value in request.POST.getlist("row")]
    back = request.POST.get("back", "")
    answer = redirect(back if parameters.is_own_path(back) else "console:rounds")
    if not things:
        messages.error(request, "还没有选，先在左边勾选。")
        return answer
    try:
        recorded = recording.record_rounds(actor=request.viewer, at=request.at, things=things, seen=_seen(request.POST))
    except RoundRefused as error:
        return _refused(request, things, str(error)) or answer
    if recorded.refused and (shown := _refused(request, things, next(iter(recorded.refused.values())))):
        return shown
    if recorded.n:
        messages.success(request, f"已登记，{recorded.n} 处。记错了，到它的页面撤销。")
    if recorded.refused:
        reasons = " ".join(dict.fromkeys(recorded.refused.values()))
        messages.error(request, f"有 {len(recorded.refused)} 处没有记：{reasons}")
    return answer


def _thing(value: str) -> tuple[str, uuid.UUID]:
    kind, _, text = value.partition(":")
    pk = parameters.uuid_or_none(text)
    if pk is None:
        raise NotHere
    return kind, pk


def _seen(typed: Mapping[str, str]) -> Seen:
    do = typed.get("do", "")
    on = parameters.day_or_none(typed.get("on", ""))
    if on is None:
        raise RoundRefused("没有记：请填巡检的日期。")
    return Seen(on, DOES.get(do, ""), typed.get("fault", ""), typed.get("note", ""), do == "stopped")


def _refused(request: Signed, things: list[tuple[str, uuid.UUID]], reason: str) -> HttpResponse | None:
    """The thing's own page with everything typed still there, where the round was written there; else a message."""
    if request.POST.get("page") != "1" or len(things) != 1:
        messages.error(request, reason)
        return None
    (kind, pk) = things[0]
    shown = facility_page if kind == "facility" else register.site_page
    return shown(request, pk, typed=request.POST, refused=reason)


@require_POST
def withdraw(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤销一次巡检, with the reason."""
    back = _thing(request.POST.get("back", ""))
    try:
        recording.withdraw_round(actor=request.viewer, at=request.at, round_=pk, reason=request.POST.get("reason", ""))
    except RoundRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已撤销这次巡检，来历里留着原因。")
    return redirect("console:facility" if back[0] == "facility" else "console:site", back[1])
