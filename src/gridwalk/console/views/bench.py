"""查重核疑: cases of the checks, one at a time with its evidence, and what was decided about them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.actions import settling
from gridwalk.bench.cases import Case
from gridwalk.bench.queries import casework, checks, settled
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.views import register
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.differences.actions.decisions import DecisionError
from gridwalk.reconcile.actions import to_door
from gridwalk.registry import rules
from gridwalk.registry.actions import corrections
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
    scope = pages.scope_of(request, Verb.SEE_ROWS_MASKED, request.GET.get("scope", ""))
    if check and check not in rules.CHECKS:
        raise NotHere
    found = checks.open_cases(viewer, scope, today)
    counted = checks.counted(found)
    check = check or next((c.code for c in counted if c.n), "")
    of_check = {one.case.lead.id: one for one in found if one.case.check == check}
    rows = checks.rows(viewer, list(of_check.values()))
    chosen = of_check.get(rows[0].lead) if rows and lead is None else None
    if lead is not None:
        chosen = casework.case_of(viewer, check, lead, today)
    row = next(iter(checks.rows(viewer, [chosen])), None) if chosen else None
    at = next((n for n, one in enumerate(rows) if row and one.lead == row.lead), None)
    decides = viewer.may_anywhere(Verb.DECIDE_DIFFERENCE)
    context: dict[str, Any] = {
        "scope": scope,
        "query": urlencode({"scope": scope}),
        "check": check,
        "about": rules.CHECKS.get(check),
        "gone": lead is not None and chosen is None,
        "groups": [
            ("像是重复的", [c for c in counted if "same" in rules.CHECKS[c.code].choices]),
            ("自相矛盾的", [c for c in counted if "same" not in rules.CHECKS[c.code].choices]),
        ],
        "total": sum(c.n for c in counted),
        "n_of_check": next((c.n for c in counted if c.code == check), 0),
        "grids": territory.grids(
            viewer, scope=pages.scope_of(request, Verb.SEE_ROWS_MASKED), verb=Verb.SEE_ROWS_MASKED
        ),
        "row": row,
        "rows": rows[at + 1 : at + 1 + FOLLOWING] if at is not None else rows[:FOLLOWING],
        "number": None if at is None else at + 1,
        "n": len(rows),
        "before": rows[at - 1] if at else None,
        "after": rows[at + 1] if at is not None and at + 1 < len(rows) else None,
        "apart": casework.kept_apart(viewer, scope) if check in KEEPS_APART else [],
        "decided": settled.decided(viewer, scope, standing=True, limit=LATELY) if decides else [],
        "decides": decides,
    }
    context["last"] = next((d.id for d in context["decided"]), None)
    if row is not None and chosen is not None:
        choices = checks.choices(viewer, chosen.case)
        context |= {
            "evidence": casework.evidence(viewer, chosen.case),
            "seen": chosen.case.seen,
            "may_decide": bool(choices),
            "before_now": casework.told_before(viewer, chosen),
            "choices": choices,
            "of_sameness": "same" in rules.CHECKS[check].choices,
            "right": RIGHT.get(check, ""),
            "correct": CORRECT.get(check, ""),
            "may_edit": viewer.may(Verb.EDIT_REGISTER, row.grid),
            "merge": _merge(viewer, chosen.case) if "same" in rules.CHECKS[check].choices else "",
            "plans": _plans(viewer, row),
        }
    return page(request, "console/bench/list.html", context, active="console:bench")


def _merge(viewer: Viewer, case: Case) -> str:
    """Where the records of a case are made one: at once for two, else by choosing; "" where they cannot be."""
    if case.lead.kind not in merges.KIND_OF or not all(viewer.may(Verb.EDIT_REGISTER, m.grid) for m in case.members):
        return ""
    if len(case.members) == 2:
        return reverse("console:merge", args=[case.lead.kind, case.members[0].id, case.members[1].id])
    return reverse("console:merge_find", args=[case.lead.kind, case.lead.id])


def _plans(viewer: Viewer, row: checks.Row) -> list[plans.Row]:
    """The plans about the record a case is shown under that wait for a second person."""
    if row.kind not in merges.KIND_OF:
        return []
    found = register.GETTERS[row.kind](viewer, row.record)
    return [plan for plan in plans.about(viewer, found).plans if plan.state == "open"]


@require_POST
def settle(request: Signed, check: str, lead: uuid.UUID) -> HttpResponse:
    """不是同一个 · 情况属实 · 上门核实 · 当场改好: the next one is then in place."""
    choice, _, home = request.POST.get("choice", "").partition(":")
    try:
        made = to_door.settle(
            actor=request.viewer,
            at=request.at,
            check=check,
            lead=lead,
            seen=request.POST.get("seen", ""),
            choice=choice,
            reason=request.POST.get("reason", ""),
            home=_id(home),
        )
    except DecisionError as error:
        messages.error(request, str(error))
        return _to(request, check, lead)
    words = f"{rules.CHECKS[check].label}：{rules.SETTLED[made.decision]}，定好了。按 U 撤回。"
    messages.success(request, words, extra_tags=str(made.pk))
    return _to(request, check, _id(request.POST.get("next", "")))


@require_POST
def move_out(request: Signed, check: str, lead: uuid.UUID) -> HttpResponse:
    """迁出这一处: the case goes by itself when nothing contradicts any more."""
    checks.get_case(request.viewer, check, lead, clock.local_date(request.at))
    residence = _id(request.POST.get("residence", ""))
    if residence is None:
        raise NotHere
    reason = request.POST.get("reason", "") or rules.CHECKS[check].label
    corrections.move_out(actor=request.viewer, at=request.at, residence=residence, reason=reason)
    messages.success(request, "已迁出这一户，人还在册。")
    return _to(request, check, lead)


@require_GET
def settled_(request: Signed) -> HttpResponse:
    """已核定的: who decided what, when and why; each can be taken back."""
    scope = pages.scope_of(request, Verb.DECIDE_DIFFERENCE, request.GET.get("scope", ""))
    check, offset = request.GET.get("check", ""), pages.offset(request)
    check = check if check in rules.CHECKS else ""
    context = {
        "scope": scope,
        "check": check,
        "checks": rules.CHECKS,
        "crumbs": pages.crumbs(scope),
        "offset": offset,
        "rows": settled.decided(request.viewer, scope, check=check, limit=SETTLED, offset=offset),
        "n": settled.n_decided(request.viewer, scope, check=check),
        "next": offset + SETTLED,
    }
    return page(request, "console/bench/settled.html", context, active="console:bench")


SETTLED = 100
"""So many stand on a page."""


@require_POST
def undo(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤回: the case is in place again."""
    row = settled.get_settled(request.viewer, pk)
    try:
        settling.undo(actor=request.viewer, at=request.at, settlement=pk)
    except DecisionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已撤回，回到待核定。")
    if request.POST.get("back") == "settled":
        return redirect(f"{reverse('console:settled')}?{_query(request.POST)}")
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


def _id(given: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(given)
    except ValueError:
        return None
