"""注销与恢复: what an end would change, proposed with its evidence, rechecked by a second person."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from gridwalk.accounts.rules import Verb
from gridwalk.console import pages, successions
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.views.register import PAGES
from gridwalk.core import clock
from gridwalk.registry.actions import ends
from gridwalk.registry.ends import AT_ONCE, EVIDENCE, EVIDENCE_OF, PROPOSALS
from gridwalk.registry.queries import rechecks
from gridwalk.visits.queries import impact

BACK = {**PAGES, "building": "console:building"}


@require_http_methods(["GET", "POST"])
def propose_end(request: Signed, kind: str, pk: uuid.UUID) -> HttpResponse:
    """What follows, then: which end, what was seen, why; a record that has ended can be brought back."""
    subject = impact.subject(request.viewer, kind, pk)
    fault, field = "", ""
    if request.method == "POST":
        try:
            ends.propose_end(
                actor=request.viewer,
                at=request.at,
                kind=kind,
                entity=pk,
                proposed=request.POST.get("proposed", ""),
                evidence=request.POST.get("evidence", ""),
                reason=request.POST.get("reason", ""),
                heads=successions.namings(request.POST),
            )
        except ends.EndError as error:
            fault, field = str(error), error.field
        else:
            counted = "，房屋仍算在应走访里" if subject.of == "dwelling" and not subject.ended else ""
            messages.success(request, f"已提交复核。复核之前什么都没有变{counted}。")
            if kind == "building":  # its chart says nothing of what waits
                return redirect("console:propose_end", kind, pk)
            return redirect(BACK[kind], pk)
    follows = impact.impact(request.viewer, subject, clock.local_date(request.at))
    waits = subject.last if subject.last and subject.last.state == "open" else None
    named = rechecks.named_heads(waits.id) if waits else successions.namings(request.POST)
    context = {
        "subject": subject,
        "impact": follows,
        **successions.fields(follows.successions, named),
        "crumbs": pages.crumbs(subject.grid),
        "back": BACK[kind],
        "fault": fault,
        "field": field,
        "typed": request.POST,
        "ends": {code: word for code, word in PROPOSALS[subject.of].items() if kind != "building" or code in AT_ONCE},
        "evidence": {code: EVIDENCE[code] for code in EVIDENCE_OF[subject.of]},
        "last": subject.last,
        "may_recheck": request.viewer.may(Verb.RECHECK, subject.grid),
    }
    return page(request, "console/ends/new.html", context, active="console:register", status=422 if fault else 200)
