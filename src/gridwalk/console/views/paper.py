"""纸质补录: walk sheets typed in, a stairwell at a time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from gridwalk.accounts.rules import Verb
from gridwalk.campaigns import queries as campaigns
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.registry.living import VACANCY_SOURCES
from gridwalk.territory import queries as territory
from gridwalk.visits.actions import recording
from gridwalk.visits.needs import Need
from gridwalk.visits.outcomes import KEYS, OUTCOMES
from gridwalk.visits.queries import paper
from gridwalk.visits.values import Found, NewVisit

BAND_TIMES = {
    "morning": ("上午", dt.time(10, 0)),
    "afternoon": ("下午", dt.time(15, 0)),
    "evening": ("晚间", dt.time(19, 0)),
}


@require_GET
def paper_index(request: Signed) -> HttpResponse:
    """纸质补录: choose a grid, a building, a stairwell."""
    scope = pages.scope_of(request, Verb.RECORD_VISIT, request.GET.get("grid", ""), by="grid")
    grids = [
        g for g in territory.grids(request.viewer, scope=scope[:12], verb=Verb.RECORD_VISIT) if g.kind != "unassigned"
    ]
    grid = next((g for g in grids if g.code == scope), grids[0] if grids else None)
    buildings = territory.buildings(request.viewer, grid=grid.code) if grid else []
    return page(
        request,
        "console/paper/list.html",
        {"grids": grids, "grid": grid, "buildings": buildings},
        active="console:paper",
    )


@require_http_methods(["GET", "POST"])
def paper_stairwell(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """A stairwell's doors, one row each; saving records what was chosen and says which did not go."""
    stairwell = territory.get_stairwell(request.viewer, pk)
    running = campaigns.current_campaign(request.viewer)
    rows = paper.stairwell_for_entry(request.viewer, running, stairwell, clock.local_date(request.at))
    refused: dict[uuid.UUID, str] = {}
    if request.method == "POST":
        n_recorded, refused = _record_paper(request, stairwell.building.grid_id, rows)
        if n_recorded:
            messages.success(
                request,
                f"已保存 {n_recorded} 户。"
                + (f"有 {len(refused)} 户没有记，原因写在旁边，其余都在。" if refused else ""),
            )
        elif not refused:
            messages.error(request, "没有可存的：还没有选结果。")
        if not refused:
            return redirect("console:paper_stairwell", pk)
        rows = paper.stairwell_for_entry(request.viewer, running, stairwell, clock.local_date(request.at))
    context = {
        "stairwell": stairwell,
        "rows": [_entry(request, row, refused) for row in rows],
        "outcomes": OUTCOMES,
        "keys": json.dumps(KEYS),
        "key_of": {v: k for k, v in KEYS.items()},
        "second_sources": VACANCY_SOURCES,
        "bands": BAND_TIMES,
        "today": clock.local_date(request.at),
        "crumbs": pages.crumbs(stairwell.building.grid_id),
        "typed": request.POST,
    }
    return page(request, "console/paper/show.html", context, active="console:paper", status=422 if refused else 200)


@dataclasses.dataclass(frozen=True)
class Entry:
    """A door's line. ``why``: why it was refused; what was typed then stays. Lines that were recorded are empty
    again.
    """

    row: paper.EntryRow
    why: str = ""
    outcome: str = ""
    band: str = ""
    source: str = ""


def _entry(request: Signed, row: paper.EntryRow, refused: Mapping[uuid.UUID, str]) -> Entry:
    if row.dwelling not in refused:
        return Entry(row)
    return Entry(
        row,
        why=refused[row.dwelling],
        outcome=request.POST.get(f"o-{row.dwelling}", ""),
        band=request.POST.get(f"b-{row.dwelling}", ""),
        source=request.POST.get(f"s-{row.dwelling}", ""),
    )


def _record_paper(request: Signed, grid: str, rows: list[paper.EntryRow]) -> tuple[int, dict[uuid.UUID, str]]:
    on = parameters.day_or_none(request.POST.get("on", ""))
    if on is None:
        messages.error(request, "没有存：请先填走访日期。")
        return 0, {}
    visits = []
    for row in rows:
        outcome = request.POST.get(f"o-{row.dwelling}", "")
        if outcome not in OUTCOMES:
            continue
        band = request.POST.get(f"b-{row.dwelling}") or request.POST.get("band") or "morning"
        time = BAND_TIMES.get(band, BAND_TIMES["morning"])[1]
        persons = row.persons if outcome in {"met", "phone"} else ()
        visits.append(
            NewVisit(
                kind="dwelling",
                entity=row.dwelling,
                outcome=outcome,
                at=clock.at_local(on, time.hour),
                second_source=request.POST.get(f"s-{row.dwelling}", "") if outcome == "vacant_confirmed" else "",
                met_adult=outcome == "met",
                findings=Found(confirmed=persons, care=tuple(Need(person=p) for p in persons)),
                id=uuid.uuid5(row.dwelling, f"{on.isoformat()}|{band}|{request.viewer.id}"),
            )
        )
    if not visits:
        return 0, {}
    answers = recording.record_visits(actor=request.viewer, at=request.at, grid=grid, visits=visits)
    by_id = {v.id: v.entity for v in visits}
    return sum(1 for a in answers if a.accepted), {by_id[a.id]: a.reason for a in answers if not a.accepted}
