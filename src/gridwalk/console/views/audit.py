"""操作记录: acts of the office with who and when, others' work by day and community, one's own work whole."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.console import choosing, pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.views.register import PAGES
from gridwalk.core import clock
from gridwalk.core import queries as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.operations.investigations import queries as investigations
from gridwalk.operations.office import queries as office
from gridwalk.registry.queries import titles
from gridwalk.territory import queries as territory

PER_PAGE = 100
DAYS = dt.timedelta(days=31)
"""So much of the work is told at a time."""
MOST_MONTHS = 36
"""The audit is kept for three years at least; further back nobody pages."""


@require_GET
def audit(request: Signed) -> HttpResponse:
    """操作记录 in plain words: what the office did, or by day that work was done."""
    by_day = request.GET.get("of") == "work"
    context = (_work if by_day else _office)(request)
    context |= {"by_day": by_day, "may_investigate": request.viewer.may_anywhere(Verb.INVESTIGATE)}
    return page(request, "console/audit/list.html", context, active="console:audit")


def _office(request: Signed) -> dict[str, Any]:
    look, offset = choosing.look(request, office.ACTS), pages.offset(request)
    about = parameters.uuid_or_none(request.GET.get("about", ""))
    entries, n = office.acts(request.viewer, look.selection, about=about, limit=PER_PAGE, offset=offset)
    objects = _objects(request.viewer, entries)
    return {
        "rows": [
            (e, AuditVerb(e.verb).sentence(e.data), objects.get(e.subject) if e.subject else None) for e in entries
        ],
        "places": territory.place_names({e.scope for e in entries if e.scope}),
        "look": look,
        "about": about,
        "n": n,
        "first": offset,
        "next": offset + PER_PAGE,
    }


def _objects(viewer: Viewer, entries: Sequence[Any]) -> dict[uuid.UUID, tuple[str, str]]:
    """What some acts were done to: address and title, where its page opens for the viewer. An account is led to and not
    named: no name of who walks stands in a list with hours (red line 2).
    """
    users = office.managed_among(viewer, {e.subject for e in entries if e.kind == "user" and e.subject})
    return _records(viewer, entries) | {pk: (reverse("console:account", args=[pk]), "账号") for pk in users}


def _work(request: Signed) -> dict[str, Any]:
    months = min(pages.offset(request), MOST_MONTHS)
    last = clock.local_date(request.at) - DAYS * months
    first = last - DAYS + dt.timedelta(days=1)
    days = core.work_by_day(
        request.viewer.scopes(Verb.SEE_AUDIT),
        since=clock.at_local(first, 0),
        until=clock.at_local(last + dt.timedelta(days=1), 0),
    )
    lines: dict[tuple[dt.date, str], list[str]] = defaultdict(list)
    for day in days:
        lines[day.on, day.area].append(day.verb.words)
    return {
        "rows": [(on, area, sorted(words)) for (on, area), words in lines.items()],
        "places": territory.place_names({day.area for day in days if day.area}),
        "first": first,
        "last": last,
        "offset": months,
        "next": months + 1 if months < MOST_MONTHS else None,
        "before": months - 1,
    }


@require_GET
def mine(request: Signed) -> HttpResponse:
    """我做的: what the viewer did in the last 31 days, and who looked into it; nobody else opens this page."""
    offset, own = pages.offset(request), request.viewer.id
    assert own is not None, "whoever has signed in has an id"
    entries = core.entries_of(own, since=request.at - DAYS, until=request.at, limit=PER_PAGE + 1, offset=offset)
    context = {
        "rows": lines(request.viewer, entries[:PER_PAGE]),
        "investigations": investigations.of_person(request.viewer),
        "days": DAYS.days,
        **_pager(offset, len(entries)),
    }
    return page(request, "console/audit/mine.html", context)


def _pager(offset: int, n: int) -> dict[str, int | None]:
    return {
        "offset": offset,
        "next": offset + PER_PAGE if n > PER_PAGE else None,
        "before": max(0, offset - PER_PAGE),
    }


@dataclasses.dataclass(frozen=True)
class EntryLine:
    """What one person did, as a line. ``record``: address and title, where its page opens for the viewer."""

    at: dt.datetime
    words: str
    place: str
    record: tuple[str, str] | None
    reason: str


def lines(viewer: Viewer, entries: Sequence[Any]) -> list[EntryLine]:
    """Entries of one person as lines; a reason is read by themselves, and by who sees rows there."""
    records = _records(viewer, entries)
    places = territory.place_names({entry.scope for entry in entries if entry.scope})
    return [
        EntryLine(
            at=entry.at,
            words=AuditVerb(entry.verb).sentence(entry.data),
            place=places.get(entry.scope, ""),
            record=records.get(entry.subject),
            reason=entry.reason if _reads_reason(viewer, entry) else "",
        )
        for entry in entries
    ]


def _records(viewer: Viewer, entries: Sequence[Any]) -> dict[uuid.UUID, tuple[str, str]]:
    """The records some entries are about: address and title, where the page opens for the viewer."""
    subjects: dict[str, set[uuid.UUID]] = defaultdict(set)
    for entry in entries:
        if entry.kind in PAGES and entry.subject:
            subjects[entry.kind].add(entry.subject)
    return {
        pk: (reverse(PAGES[kind], args=[pk]), title)
        for kind, wanted in subjects.items()
        for pk, title in titles.of_pages(viewer, kind, wanted).items()
    }


def _reads_reason(viewer: Viewer, entry: Any) -> bool:
    return entry.actor == viewer.id or viewer.may(Verb.SEE_ROWS_MASKED, entry.scope)
