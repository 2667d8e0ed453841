"""更正方案: two records side by side, proposed, rechecked by another person, undone; and the page of any plan."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import successions
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.proposals import propose
from gridwalk.console.views import register
from gridwalk.core.queries import NotHere
from gridwalk.registry.queries import titles
from gridwalk.upkeep import rules
from gridwalk.upkeep.actions import plans as actions
from gridwalk.upkeep.queries import merges, pairs, plans, splits
from gridwalk.upkeep.queries.kinds import READS
from gridwalk.upkeep.rules import UpkeepError

SAME = {"person": "同一个人", "dwelling": "同一处房屋", "organization": "同一家单位"}


def _get(request: Signed, kind: str, pk: uuid.UUID) -> Any:
    """A record that can be merged, in a grid the viewer may edit. Raises NotHere."""
    if kind not in merges.KIND_OF:
        raise NotHere
    record = register.GETTERS[kind](request.viewer, pk)
    if not request.viewer.may(Verb.EDIT_REGISTER, record.grid_id):
        raise NotHere
    return record


@require_http_methods(["GET", "POST"])
def merge_find(request: Signed, kind: str, pk: uuid.UUID) -> HttpResponse:
    """Which record is the same: those that resemble it, or one that is searched for (by POST, as every search)."""
    record = _get(request, kind, pk)
    typed = request.POST.get("q", "").strip()
    hits = [hit for hit in register.looked_up(request, typed) if hit.kind == kind and hit.id != pk] if typed else []
    context = {
        "kind": kind,
        "found": record,
        "title": titles.titles(request.viewer, kind, [pk])[pk],
        "same": SAME[kind],
        "candidates": pairs.candidates(request.viewer, record),
        "typed": typed,
        "hits": hits,
        "back": register.PAGES[kind],
    }
    return page(request, "console/upkeep/merge_find.html", context, active="console:register")


@require_http_methods(["GET", "POST"])
def merge(request: Signed, kind: str, pk: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    """Side by side: ``pk`` stays, ``other`` goes; field by field whose value is kept, and why."""
    stays, goes = _get(request, kind, pk), _get(request, kind, other)
    if why := merges.why_not(stays, goes):
        messages.error(request, why)
        return redirect("console:merge_find", kind, pk)
    reads = merges.Merge(kind)
    given, fault = request.POST, None
    plan = plans.unproposed(merges.KIND_OF[kind], [pk, other])
    sides = {
        line.field.name: given.get(f"side-{line.field.name}", "") for line in pairs.beside(request.viewer, stays, goes)
    }
    if request.method == "POST":
        choices = {
            "fields": {name: side for name, side in sides.items() if side in (rules.LEFT, rules.RIGHT)},
            "home": given.get("home", ""),
            "wrong_number": given.get("wrong_number") == "1",
        }
        answer = propose(
            request, kind=plan.kind, subjects=plan.subjects, choices=choices, still="复核之前两条都没有动。"
        )
        if not isinstance(answer, UpkeepError):
            return answer
        fault = answer
    context = {
        "kind": kind,
        "stays": stays,
        "goes": goes,
        "same": SAME[kind],
        "fault": fault,
        "typed": given,
        "title_stays": titles.titles(request.viewer, kind, [pk])[pk],
        "title_goes": titles.titles(request.viewer, kind, [other])[other],
        "choices": reads.choices(request.viewer, stays, goes, sides),
        "homes": reads.homes(stays, goes),
        "home": given.get("home", ""),
        "two_numbers": merges.two_numbers(stays, goes),
        "choosing": True,
        "effects": reads.effects(request.viewer, stays, goes),
        "evidence": rules.EVIDENCE,
        "seen": plans.mark(plan),
        "back": register.PAGES[kind],
    }
    return page(request, "console/upkeep/merge.html", context, active="console:register", status=422 if fault else 200)


@require_http_methods(["GET", "POST"])
def split(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One record that holds two people: what belongs to the other one."""
    person = _get(request, "person", pk)
    reads, given, fault = splits.Split(), request.POST, None
    choices = {
        "fields": {f.field: given.get(f"side-{f.field}", rules.STAY) for f in reads.facts(request.viewer, person)},
        "name": given.get("name", "").strip()[:60],
        "links": given.getlist("link"),
        "labels": given.getlist("label"),
    }
    asked = plans.unproposed("split_person", [pk])
    if request.method == "POST":
        answer = propose(request, kind=asked.kind, subjects=asked.subjects, choices=choices, still="复核之前都没有动。")
        if not isinstance(answer, UpkeepError):
            return answer
        fault = answer
    context = {
        "found": person,
        "title": titles.titles(request.viewer, "person", [pk])[pk],
        "fault": fault,
        "typed": given,
        "choosing": True,
        "evidence": rules.EVIDENCE,
        "seen": plans.mark(asked),
        "name": choices["name"],
        **reads.parts(request.viewer, person, choices),
    }
    return page(request, "console/upkeep/split.html", context, active="console:register", status=422 if fault else 200)


@require_GET
def plan(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """A plan: what it does, who proposed it on what evidence, what became of it."""
    shown = plans.get_plan(request.viewer, pk)
    return _plan(request, shown)


def _plan(request: Signed, shown: Any, *, fault: UpkeepError | None = None) -> HttpResponse:
    kind, may = rules.KINDS[shown.kind], plans.may_recheck(request.viewer, shown)
    back = "console:grid_plans" if shown.kind == rules.REGRID else "console:rechecks"
    mine = shown.proposed_by is not None and shown.proposed_by == request.viewer.id
    reads = READS[shown.kind].shown(request.viewer, shown)
    context = {
        "plan": shown,
        "row": plans.rows(request.viewer, [shown])[0],
        "mine": mine,
        "may_decide": may and not mine,
        "may_undo": may and kind.undone and shown.state == "done",
        "back": back,
        "later": plans.later(shown) if shown.state == "done" else None,
        "seen": plans.mark(shown) if shown.state == "open" else "",
        "fault": fault,
        "typed": request.POST,
        **reads,
        **successions.fields(reads.get("successions", ()), successions.namings(request.POST)),
    }
    return page(request, "console/upkeep/show.html", context, active=back, status=422 if fault else 200)


@require_POST
def decide(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The second person's word; a confirmed plan is done at once."""
    shown = plans.get_plan(request.viewer, pk)
    confirmed = request.POST.get("confirmed") == "1"
    try:
        actions.decide(
            actor=request.viewer,
            at=request.at,
            plan=shown,
            confirmed=confirmed,
            note=request.POST.get("note", ""),
            seen=request.POST.get("seen", ""),
            heads=successions.namings(request.POST) if confirmed else (),
        )
    except UpkeepError as error:
        return _plan(request, plans.get_plan(request.viewer, pk), fault=error)
    done = "什么都没有丢，不对可以撤销。" if rules.KINDS[shown.kind].undone else "从今天起算，手机下次同步就是新的。"
    messages.success(request, f"办好了。{done}" if confirmed else "没有同意，都没有动。")
    return redirect("console:upkeep_plan", pk)


@require_POST
def withdraw(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤回, by who proposed it."""
    try:
        actions.withdraw(actor=request.viewer, at=request.at, plan=plans.get_plan(request.viewer, pk))
    except UpkeepError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "方案撤回了，都没有动。")
    return redirect("console:upkeep_plan", pk)


@require_POST
def undo(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤销: what a plan did is taken back, with a reason."""
    shown = plans.get_plan(request.viewer, pk)
    try:
        left = actions.undo(actor=request.viewer, at=request.at, plan=shown, reason=request.POST.get("reason", ""))
    except UpkeepError as error:
        return _plan(request, plans.get_plan(request.viewer, pk), fault=error)
    messages.success(request, "撤销了，恢复原样。" + ("；".join(left) + "。" if left else ""))
    return redirect("console:upkeep_plan", pk)
