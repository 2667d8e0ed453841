"""操作记录: who did what, page by page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import queries as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.territory import queries as territory

PER_PAGE = 100


def _reason(viewer: Viewer, entry: Any) -> str:
    """Why it was done. That of a daily change names what happened and the day (a birth, a letting): for who sees the
    rows there.
    """
    tells = entry.verb == AuditVerb.DAILY_RECORDED and not viewer.may(Verb.SEE_ROWS, entry.scope)
    return "" if tells else entry.reason


@require_GET
def audit(request: Signed) -> HttpResponse:
    """操作记录 in plain words."""
    offset = pages.offset(request)
    verb = next((verb for verb in AuditVerb if verb == request.GET.get("verb")), None)
    entries = core.audit_log(request.viewer.scopes(Verb.SEE_AUDIT), verb=verb, limit=PER_PAGE + 1, offset=offset)
    rows = [(e, AuditVerb(e.verb).sentence(e.data), _reason(request.viewer, e)) for e in entries[:PER_PAGE]]
    context = {
        "rows": rows,
        "places": territory.place_names(e.scope for e, *_ in rows if e.scope),
        "verbs": sorted(((verb.value, verb.words) for verb in AuditVerb), key=lambda pair: pair[1]),
        "verb": verb or "",
        "offset": offset,
        "next": offset + PER_PAGE if len(entries) > PER_PAGE else None,
        "before": max(0, offset - PER_PAGE),
    }
    return page(request, "console/audit/list.html", context, active="console:audit")
