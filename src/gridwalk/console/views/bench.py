"""数据排查: cases of the checks, one at a time with its evidence, and what was decided about them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.actions import decisions as actions
from gridwalk.bench.actions.decisions import Choice
from gridwalk.bench.cases.case import Case
from gridwalk.bench.online import ONLINE
from gridwalk.bench.queries import checks, decisions, online
from gridwalk.bench.queries.checks import Queue
from gridwalk.bench.queries.decisions import OpenCase
from gridwalk.bench.queries.evidence import cases
from gridwalk.bench.queries.evidence.records import kept_apart
from gridwalk.bench.queries.evidence.residents import OF_HOUSEHOLDS
from gridwalk.bench.rules import CASE_DECISIONS, CHECKS, RECORDS
from gridwalk.console import pages, parameters, successions
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.views import register
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.differences.actions.deciding import DecisionError
from gridwalk.registry.actions import corrections
from gridwalk.registry.actions import households as actions_of_heads
from gridwalk.registry.queries import entities, households
from gridwalk.territory import queries as territory
from gridwalk.upkeep.queries import merges, plans

FOLLOWING, LATELY = 8, 6
KEEPS_APART = ("same_name_and_birth", "near_duplicate")
RIGHT = {
    "same_number": "如注销以后重新登记",
    "two_homes": "如两边轮流住",
    "no_home": "如集体户，没有固定住处",
    "phone_shared": "如一家人共用一个",
    "owner_with_tenants": "如房主自住，分租一间",
    "crowded": "如集体宿舍",
    "door_gone": "如换了门牌还在营业",
    "minor_alone": "如监护人登记在别处",
    "no_head": "如户主在外面住，或集体户",
    "several_heads": "如一址两户，各有户口簿",
}
"""What makes a case right as it stands, as an example beside the button."""
CORRECT = {"vacant_with_residents": "居住状况改为有人住", "owner_with_tenants": "使用情况改为出租"}


@require_GET
def bench(request: Signed) -> HttpResponse:
    """The checks with their counts, and the first case of one."""
    return _show(request, request.GET.get("check", ""), None)


@require_GET
def case(request: Signed, check: str, lead: uuid.UUID) -> HttpResponse:
    """One case in place."""
    return _show(request, check, lead)


def _show(request: Signed, check: str, lead: uuid.UUID | None) -> HttpResponse:
    viewer = request.viewer
    today = clock.local_date(request.at)
    asked = request.GET.get("scope", "")
    scope = pages.scope_of(request, Verb.SEE_ROWS_MASKED, asked, at=reverse("console:bench"))
    if check and check not in CHECKS:
        raise NotHere
    is_online = check in ONLINE
    scope = online.asked_over(viewer, scope) if is_online else scope
    codes = (check,) if is_online else tuple(RECORDS)
    waiting = checks.open_cases(viewer, scope, today, codes)
    counted = checks.counted(waiting, codes)
    check = check or next((c.code for c in counted if c.n), "")
    of_check = {each.case.lead.id: each for each in waiting if each.case.check == check}
    rows = checks.rows(viewer, list(of_check.values()))
    if lead is not None:
        chosen = checks.get_open_case(viewer, check, lead, today)
    else:
        chosen = of_check[rows[0].lead] if rows else None
    queue = Queue(rows, next(iter(checks.rows(viewer, [chosen])), None) if chosen else None)
    grids = territory.grids(viewer, scope="", verb=Verb.SEE_ROWS_MASKED)
    context = {
        "scope": scope,
        "query": urlencode({"scope": scope}),
        "check": check,
        "about": CHECKS.get(check),
        "online": is_online,
        "gone": lead is not None and chosen is None,
        "grids": grids,
        "whole": {grid.area_id for grid in grids if viewer.may(Verb.SEE_ROWS_MASKED, grid.area_id)},
        "apart": kept_apart(viewer, scope) if check in KEEPS_APART else [],
        **_counts(counted, check),
        **_place(queue),
        **_lately(viewer, scope),
    }
    if queue.row is not None and chosen is not None:
        context |= _case(viewer, queue.row, chosen)
    active = "console:online" if is_online else "console:bench"
    return page(request, "console/bench/list.html", context, active=active)


def _counts(counted: Sequence[checks.Counted], check: str) -> dict[str, Any]:
    groups: dict[str, list[checks.Counted]] = {}
    for each in counted:
        groups.setdefault(_group(each.code), []).append(each)
    return {
        "groups": list(groups.items()),
        "total": sum(c.n for c in counted),
        "n_of_check": sum(c.n for c in counted if c.code == check),
    }


def _group(check: str) -> str:
    if check in ONLINE:
        return "线上核查"
    return "疑似重复" if _asks_sameness(check) else "信息矛盾"


def _asks_sameness(check: str) -> bool:
    return "same" in CHECKS[check].choices


def _place(queue: Queue) -> dict[str, Any]:
    return {
        "row": queue.row,
        "rows": queue.following[:FOLLOWING],
        "number": queue.number,
        "n": len(queue.rows),
        "before": queue.before,
        "after": queue.after,
    }


def _lately(viewer: Viewer, scope: str) -> dict[str, Any]:
    decides = viewer.may_anywhere(Verb.DECIDE_DIFFERENCE)
    lately = decisions.decided(viewer, scope, standing=True, limit=LATELY) if decides else []
    return {"decides": decides, "decided": lately, "last": next((row.id for row in lately), None)}


def _case(viewer: Viewer, row: checks.CaseRow, chosen: OpenCase) -> dict[str, Any]:
    choices = checks.choices(viewer, chosen.case)
    asks_sameness = _asks_sameness(row.check)
    return {
        "evidence": cases.evidence(viewer, chosen.case),
        "seen": chosen.case.seen,
        "may_decide": bool(choices),
        "before_now": cases.told_before(viewer, chosen),
        "choices": choices,
        "of_sameness": asks_sameness,
        "right": RIGHT.get(row.check, ""),
        "correct": CORRECT.get(row.check, ""),
        "may_edit": viewer.may(Verb.EDIT_REGISTER, row.grid),
        **_heads(viewer, row),
        "merge": _merge(viewer, chosen.case) if asks_sameness else "",
        "plans": _plans(viewer, row),
    }


def _heads(viewer: Viewer, row: checks.CaseRow) -> Mapping[str, Any]:
    """Who may be named head of a case's household; nothing of other cases, or for who may not name one."""
    if row.check not in OF_HOUSEHOLDS or not viewer.may(Verb.EDIT_REGISTER, row.grid):
        return {}
    return successions.fields([households.succession(viewer, entities.get_dwelling(viewer, row.record))])


def _merge(viewer: Viewer, case: Case) -> str:
    """Where the records of a case are made one: at once for two, else by choosing; "" where they cannot be."""
    if case.lead.kind not in merges.KIND_OF or not all(viewer.may(Verb.EDIT_REGISTER, m.grid) for m in case.members):
        return ""
    if len(case.members) == 2:
        return reverse("console:merge", args=[case.lead.kind, case.members[0].id, case.members[1].id])
    return reverse("console:merge_find", args=[case.lead.kind, case.lead.id])


def _plans(viewer: Viewer, row: checks.CaseRow) -> list[plans.Row]:
    """The plans about the record a case is shown under that wait for a second person."""
    if row.kind not in merges.KIND_OF:
        return []
    record = register.GETTERS[row.kind](viewer, row.record)
    return [plan for plan in plans.about(viewer, record).plans if plan.state == "open"]


@require_POST
def decide(request: Signed, check: str, lead: uuid.UUID) -> HttpResponse:
    """不是同一个 · 情况属实 · 上门核实 · 当场改好, or an answer to 线上核查: the next one is then in place."""
    choice, _, home = request.POST.get("choice", "").partition(":")
    try:
        decision = actions.decide(
            actor=request.viewer,
            at=request.at,
            chosen=Choice(
                check=check,
                lead=lead,
                seen=request.POST.get("seen", ""),
                choice=choice,
                reason=request.POST.get("reason", ""),
                home=parameters.uuid_or_none(home),
            ),
        )
    except DecisionError as error:
        messages.error(request, str(error))
        return _to(request, check, lead)
    words = f"{CHECKS[check].label}：{CASE_DECISIONS[decision.decision]}，已处理。按 U 撤销。"
    messages.success(request, words, extra_tags=str(decision.pk))
    return _to(request, check, parameters.uuid_or_none(request.POST.get("next", "")))


@require_POST
def move_out(request: Signed, check: str, lead: uuid.UUID) -> HttpResponse:
    """迁出这一处: the case goes by itself when nothing contradicts any more."""
    checks.get_case(request.viewer, check, lead, clock.local_date(request.at))
    residence = parameters.uuid_or_none(request.POST.get("residence", ""))
    if residence is None:
        raise NotHere
    reason = request.POST.get("reason", "") or CHECKS[check].label
    corrections.move_out(actor=request.viewer, at=request.at, residence=residence, reason=reason)
    messages.success(request, "已迁出这一户，人还在册。")
    return _to(request, check, lead)


@require_POST
def name_head(request: Signed, check: str, lead: uuid.UUID) -> HttpResponse:
    """谁是户主: the case goes by itself; what the others are to the new head is asked where nobody said it."""
    checks.get_case(request.viewer, check, lead, clock.local_date(request.at))
    naming = next((naming for naming in successions.namings(request.POST) if naming.dwelling == lead), None)
    if naming is None:
        messages.error(request, "没有存：先选现在谁是户主。不清楚的，按“上门核实”。")
        return _to(request, check, lead)
    try:
        actions_of_heads.name_head(
            actor=request.viewer, at=request.at, naming=naming, reason=request.POST.get("reason", "")
        )
    except actions_of_heads.HouseholdError as error:
        messages.error(request, str(error))
        return _to(request, check, lead)
    messages.success(request, "户主写好了。没问过的与户主关系成了差异，等再问。")
    return _to(request, check, parameters.uuid_or_none(request.POST.get("next", "")))


@require_GET
def decided(request: Signed) -> HttpResponse:
    """已核定的: who decided what, when and why; each can be taken back."""
    scope = pages.scope_of(request, Verb.DECIDE_DIFFERENCE, request.GET.get("scope", ""))
    check, offset = request.GET.get("check", ""), pages.offset(request)
    check = check if check in CHECKS else ""
    scope = online.asked_over(request.viewer, scope) if check in ONLINE else scope
    context = {
        "scope": scope,
        "check": check,
        "checks": CHECKS,
        "crumbs": pages.crumbs(scope),
        "offset": offset,
        "rows": decisions.decided(request.viewer, scope, check=check, limit=LISTED, offset=offset),
        "n": decisions.n_decided(request.viewer, scope, check=check),
        "next": offset + LISTED,
    }
    return page(request, "console/bench/decided.html", context, active="console:bench")


LISTED = 100
"""So many stand on a page."""


@require_POST
def undo(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤销: the case is in place again."""
    row = decisions.get_decision(request.viewer, pk)
    try:
        actions.undo(actor=request.viewer, at=request.at, decision=pk)
    except DecisionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已撤销，回到待核定。")
    if request.POST.get("back") == "decided":
        return redirect(f"{reverse('console:bench_decided')}?{_query(request.POST)}")
    return _to(request, row.check, row.lead)


def _query(given: Mapping[str, Any]) -> str:
    """The filter as an address carries it: codes only."""
    return urlencode({name: value for name in ("scope", "check") if (value := given.get(name))})


def _to(request: Signed, check: str, lead: uuid.UUID | None) -> HttpResponse:
    """Back to the bench as it was filtered: to one case, else to the check's first."""
    scope = {"scope": request.POST.get("scope", "")}
    if lead is not None:
        return redirect(f"{reverse('console:bench_case', args=[check, lead])}?{urlencode(scope)}")
    return redirect(f"{reverse('console:bench')}?{urlencode({'check': check, **scope})}")
