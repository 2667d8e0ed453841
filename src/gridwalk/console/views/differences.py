"""差异: what waits for a decision, decided one by one or by a rule."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST
from procrastinate.types import TimeDeltaParams

from gridwalk.accounts.rules import Verb
from gridwalk.console import choosing, pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.differences import arguments, jobs
from gridwalk.differences.actions import batches as batch_actions
from gridwalk.differences.actions import decisions
from gridwalk.differences.actions.deciding import DecisionError
from gridwalk.differences.queries import batches, differences, evidence, takeovers
from gridwalk.differences.queries.batches import Rule
from gridwalk.differences.queries.differences import Filter
from gridwalk.lists.rules import Op
from gridwalk.reconcile.queries import consistency
from gridwalk.reconcile.queries import said as sides
from gridwalk.registry import rules as register_rules
from gridwalk.territory import queries as territory


@require_GET
def queue(request: Signed) -> HttpResponse:
    """The queue: kinds on the left, the next one in the middle, what follows below."""
    chosen = _filter(request, request.GET)
    rows = differences.waiting(request.viewer, chosen, limit=1)
    return _show(request, chosen, rows[0] if rows else None)


@require_GET
def listed(request: Signed) -> HttpResponse:
    """The queue as a list: asked and sorted; each leads to its place, those of one field and source to a rule."""
    scope = pages.scope_of(request, Verb.DECIDE_DIFFERENCE, request.GET.get("scope", ""))
    look, offset = choosing.look(request, differences.WAITING, scope), pages.offset(request)
    rows, n = differences.listed(request.viewer, scope, look.selection, limit=PAGE, offset=offset)
    asked = {c.field: c.values for c in look.view.conditions if c.op is Op.IS and len(c.values) == 1}
    about = asked.get("about", ("",))[0]
    context = {
        "scope": scope,
        "rows": rows,
        "n": n,
        "first": offset,
        "next": offset + PAGE,
        "look": look,
        "about": about if about and about.partition(".")[2] not in batches.SINGLY else "",
        "source": asked.get("source", ("",))[0],
    }
    return page(request, "console/differences/rows.html", context, active="console:differences")


@require_GET
def difference(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One difference in place."""
    row = differences.get_difference(request.viewer, pk)
    return _show(request, _filter(request, request.GET), row)


def _filter(request: Signed, given: Any) -> Filter:
    """What of the queue the address asks for. Raises NotHere."""
    asked, queue = given.get("scope", ""), reverse("console:differences")
    scope = pages.scope_of(request, Verb.DECIDE_DIFFERENCE, asked, at=queue)
    return Filter(scope, given.get("kind", ""), given.get("field", ""), given.get("source", ""))


def _query(chosen: Filter) -> str:
    """The filter as an address carries it: codes only, never what a difference is about."""
    parts = {"scope": chosen.scope, "kind": chosen.kind, "field": chosen.field, "source": chosen.source}
    return urlencode({name: value for name, value in parts.items() if value})


def _show(request: Signed, chosen: Filter, row: differences.DifferenceRow | None) -> HttpResponse:
    viewer = request.viewer
    counted = differences.counts(viewer, chosen.scope, source=chosen.source)
    context: dict[str, Any] = {
        "groups": counted,
        "total": sum(c[3] for c in counted),
        "chosen": chosen,
        "query": _query(chosen),
        "row": row,
        "sources": differences.sources(viewer, chosen.scope),
        "grids": territory.grids(viewer, scope="", verb=Verb.DECIDE_DIFFERENCE),
        "rows": differences.waiting(viewer, chosen, limit=FOLLOWING, after=row) if row else [],
        "decided": differences.waiting(viewer, Filter(chosen.scope), state="decided", limit=LATELY),
        "recent": batches.recent(viewer, chosen.scope, request.at)[:3],
    }
    context["last"] = next((d.id for d in context["decided"] if d.undoable), None)
    if row is not None:
        context |= {
            "place": differences.place(viewer, chosen, row) if row.is_open else None,
            "evidence": evidence.evidence(
                viewer,
                row,
                today=clock.local_date(request.at),
                claim={**sides.record_of(viewer, row), **takeovers.said_of(viewer, row.id)},
            ),
            "afterwards": consistency.afterwards(row.grid, row.kind, row.source_code) if row.is_open else None,
            "may_reveal": viewer.may(Verb.REVEAL, row.grid),
            "about": f"{row.kind}.{row.field}",
            "by_rule": row.field not in batches.SINGLY,
        }
    return page(request, "console/differences/list.html", context, active="console:differences")


FOLLOWING, LATELY = 8, 6
PAGE = 100


@require_POST
def decide(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """采用 · 保留 · 上门: the next one is then in place."""
    row = differences.get_difference(request.viewer, pk)
    chosen = _filter(request, request.POST)
    try:
        decided = decisions.decide(
            actor=request.viewer,
            at=request.at,
            difference=pk,
            decision=request.POST.get("decision", ""),
            reason=request.POST.get("reason", ""),
        )
    except DecisionError as error:
        messages.error(request, str(error))
        return _to(request, chosen, pk)
    messages.success(
        request, f"{row.title} 的{row.label}：{decided.get_state_display()}。按 U 撤销。", extra_tags=str(pk)
    )
    after = request.POST.get("next", "")
    return _to(request, chosen, parameters.uuid_or_none(after))


def _to(request: Signed, chosen: Filter, pk: Any) -> HttpResponse:
    """Back to the queue as it was filtered: to one difference, else to its first."""
    address = reverse("console:difference", args=[pk]) if pk else reverse("console:differences")
    return redirect(f"{address}?{_query(chosen)}")


@require_POST
def reveal(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """写事由后查看: both full numbers, once, on a page that is not kept."""
    try:
        claimed, current = decisions.reveal(
            actor=request.viewer, at=request.at, difference=pk, reason=request.POST.get("reason", "")
        )
    except DecisionError as error:
        messages.error(request, str(error))
        return _to(request, _filter(request, request.POST), pk)
    row = differences.get_difference(request.viewer, pk)
    context = {
        "label": row.label,
        "values": [
            (row.source, arguments.marked(claimed, claimed, current) or [arguments.Part("空", differs=False)]),
            ("系统登记", arguments.marked(current, current, claimed) or [arguments.Part("空", differs=False)]),
        ],
        "think": arguments.ONE_OFF if arguments.one_off(claimed, current) else "",
        "back": f"{reverse('console:difference', args=[pk])}?{_query(_filter(request, request.POST))}",
    }
    return render(request, "console/differences/reveal.html", context)


@require_POST
def undo(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤销."""
    chosen = _filter(request, request.POST)
    try:
        decisions.undo(actor=request.viewer, at=request.at, difference=pk)
    except DecisionError as error:
        messages.error(request, str(error))
        return _to(request, chosen, None)
    messages.success(request, "已撤销，回到待决定。")
    return _to(request, chosen, pk)


@require_GET
def rules(request: Signed) -> HttpResponse:
    """批量处理: a rule in a sentence, what it would decide, one button; the batches that can be undone."""
    scope = pages.scope_of(request, Verb.DECIDE_DIFFERENCE, request.GET.get("scope", ""))
    rule = _rule(request.GET)
    today = clock.local_date(request.at)
    context = {
        "scope": scope,
        "choices": batches.choices(request.viewer, scope),
        "conditions": batches.CONDITIONS,
        "decisions": batches.DECISIONS,
        "sources": register_rules.SOURCES,
        "rule": rule,
        "about": request.GET.get("about", ""),
        "asked": "decision" in request.GET,
        "preview": batches.preview(request.viewer, scope, rule, today) if rule else None,
        "recent": batches.recent(request.viewer, scope, request.at),
    }
    return page(request, "console/differences/rules.html", context, active="console:differences")


def _rule(given: Any) -> Rule | None:
    """The rule a form describes, None where it describes none."""
    kind, _, field = given.get("about", "").partition(".")
    rule = Rule(kind, field, given.get("source", ""), given.get("condition", "any"), given.get("decision", ""))
    return rule if rule.is_sound else None


@require_POST
def rules_apply(request: Signed) -> HttpResponse:
    """Decide all the rule speaks of: few at once, many in the background."""
    scope = pages.scope_of(request, Verb.DECIDE_DIFFERENCE, request.POST.get("scope", ""))
    rule = _rule(request.POST)
    expected = parameters.whole_or_none(request.POST.get("n", ""), most=pages.MOST_ROWS)
    if rule is None:
        messages.error(request, "规则没有写全，没有决定任何一条。请选好项目和办法再来。")
        return redirect("console:rules")
    form = {
        "scope": scope,
        "about": f"{rule.kind}.{rule.field}",
        "source": rule.source,
        "condition": rule.condition,
        "decision": rule.decision,
    }
    try:
        with transaction.atomic():  # what was begun has its job, whoever is killed when
            batch = batch_actions.start(
                actor=request.viewer,
                at=request.at,
                scope=scope,
                rule=rule,
                expected=-1 if expected is None else expected,
            )
            _give_job(request, batch.id, batch.n_chosen, undo=False)
    except DecisionError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('console:rules')}?{urlencode(form)}")
    return _go_on(request, batch.id, batch.n_chosen, undo=False)


AT_ONCE = 300
"""So many are decided while the page waits; more in the background, with progress."""
IF_KILLED = 60


def _give_job(request: Signed, batch: uuid.UUID, n: int, *, undo: bool) -> None:
    """What is decided at once has a job too: should the page be killed over it, the worker goes on in a minute."""
    wait: TimeDeltaParams | None = {"seconds": IF_KILLED} if n <= AT_ONCE else None
    job = jobs.decide_batch.configure(schedule_in=wait)
    job.defer(batch=str(batch), user=str(request.viewer.id), undo=undo)


def _go_on(request: Signed, batch: uuid.UUID, n: int, *, undo: bool) -> HttpResponse:
    if n <= AT_ONCE:
        go = batch_actions.run_undo if undo else batch_actions.run
        go(actor=request.viewer, at=request.at, batch=batch)
    return redirect("console:batch", batch)


@require_GET
def batch(request: Signed, batch: uuid.UUID) -> HttpResponse:
    """One batch: how far it is, what it did, what was left and why; undone within seven days."""
    row = batches.get_batch(request.viewer, batch)
    context = {
        "batch": row,
        "left": batches.left_of(request.viewer, row),
        "decisions": batches.DECISIONS,
        "may_undo": row.state in {"done", "paused"} and request.at - row.created_at <= clock.UNDO_FOR,
    }
    return page(request, "console/differences/batch.html", context, active="console:differences")


@require_GET
def batch_progress(request: Signed, batch: uuid.UUID) -> HttpResponse:
    """The moving part of the page; ends by asking for the whole page."""
    row = batches.get_batch(request.viewer, batch)
    response = render(request, "console/differences/_batch_progress.html", {"batch": row})
    if row.state not in {"running", "undoing"}:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def batch_go_on(request: Signed, batch: uuid.UUID) -> HttpResponse:
    """接着定: what was cut off goes on where it stopped."""
    row = batches.get_batch(request.viewer, batch)
    if row.state == "paused":
        jobs.decide_batch.defer(batch=str(batch), user=str(request.viewer.id), undo=bool(row.undone_by_name))
    return redirect("console:batch", batch)


@require_POST
def rules_undo(request: Signed, batch: uuid.UUID) -> HttpResponse:
    """整批撤销."""
    try:
        with transaction.atomic():
            row = batch_actions.start_undo(actor=request.viewer, at=request.at, batch=batch)
            _give_job(request, batch, row.n_done, undo=True)
    except DecisionError as error:
        messages.error(request, str(error))
        return redirect("console:batch", batch)
    return _go_on(request, batch, row.n_done, undo=True)
