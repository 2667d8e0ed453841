"""一张表: search, and the pages of a door, a person, an organization, a key site, with what can be changed there."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.bench.queries import checks
from gridwalk.campaigns import queries as campaigns
from gridwalk.console import daily_forms, pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.differences.queries import differences, takeovers
from gridwalk.method.text import reason_kept
from gridwalk.reconcile.queries import backfill
from gridwalk.reconcile.queries import register as compared
from gridwalk.registry.actions import corrections, looking
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.ends import ended_word
from gridwalk.registry.living import VACANCY_SOURCES, dwelling_label
from gridwalk.registry.queries import care, dossiers, entities, rechecks, search, titles
from gridwalk.timeline import queries as timeline
from gridwalk.upkeep.queries import pairs
from gridwalk.upkeep.queries import plans as upkeep
from gridwalk.visits import rules as visit_rules
from gridwalk.visits.outcomes import OUTCOMES
from gridwalk.visits.queries import care as followed
from gridwalk.visits.queries import chart, paper, rounds, worklist

PAGES = {
    "dwelling": "console:dwelling",
    "person": "console:person",
    "organization": "console:organization",
    "site": "console:site",
    "facility": "console:facility",
}
GETTERS = {
    "dwelling": entities.get_dwelling,
    "person": entities.get_person,
    "organization": entities.get_organization,
    "site": entities.get_site,
    "facility": entities.get_facility,
}


@require_http_methods(["GET", "POST"])
def find(request: Signed) -> HttpResponse:
    """One box. The text comes by POST: names and numbers never stand in an address or a log."""
    typed = request.POST.get("q", "")
    hits, shown = looked_up(request, typed), reason_kept(typed)[:40]
    if len(hits) == 1:
        return redirect(PAGES[hits[0].kind], hits[0].id)
    return page(
        request,
        "console/register/search.html",
        {
            "searched": shown,
            "in_the_box": typed if shown == typed.strip() else "",
            "tail": typed.strip() if search.is_tail(typed) else "",
            "surname": typed.strip() if len(typed.strip()) == 1 else "",
            "hits": hits,
            "cut": search.is_cut(hits),
            "pages": PAGES,
            "sees_rows": request.viewer.may_anywhere(Verb.SEE_ROWS),
        },
        active="console:register",
    )


@require_http_methods(["GET", "POST"])
def find_by_id_tail(request: Signed) -> HttpResponse:
    """Who it is, by the end of an ID number and a surname or a door, for a reason; name and door are shown, no more."""
    typed = {name: request.POST.get(name, "") for name in ("tail", "beside", "reason")}
    context: dict[str, Any] = {"typed": typed, "reasons": looking.REASONS, "most": looking.TAILS_A_DAY}
    if request.method == "POST":
        try:
            context["hits"] = looking.search_by_id_tail(actor=request.viewer, at=request.at, **typed)
        except looking.LookError as error:
            context["fault"] = str(error)
    status = 422 if "fault" in context else 200
    return page(request, "console/register/search_id_tail.html", context, active="console:register", status=status)


def looked_up(request: Signed, typed: str) -> list[search.Hit]:
    """What a search finds; that somebody looked by a number is put on record."""
    if search.tail_of(typed):
        corrections.note_tail_search(actor=request.viewer, at=request.at)
    if field := search.number_of(typed):
        try:
            return looking.search_by_number(actor=request.viewer, at=request.at, field=field, typed=typed)
        except looking.LookError as error:
            messages.error(request, str(error))
            return []
    return search.search(request.viewer, typed)


@require_GET
def dwelling(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """谁住在这里: the page of a door."""
    dwelling = entities.get_dwelling(request.viewer, pk)
    today = clock.local_date(request.at)
    told = entities.sees_use(request.viewer, dwelling.grid_id)
    residents = entities.residents(request.viewer, dwelling)
    campaign = campaigns.current_campaign(request.viewer)
    target = campaigns.target_of(campaign.id, dwelling.id) if campaign else None
    rows = worklist.rows(request.viewer, [target], request.at) if target and target.state != "left" else []
    visits = paper.visits_of(request.viewer, dwelling.id, dwelling.grid_id)
    persons = [r.person for r in residents]
    context = {
        "dwelling": dwelling,
        "kind": "dwelling",
        "upkeep": upkeep.about(request.viewer, dwelling),
        "residents": residents,
        "told": told,
        "awaited": takeovers.at_door(request.viewer, dwelling, request.at) if told else [],
        "row": rows[0] if rows else None,
        "visits": visits,
        "n_met": sum(1 for v in visits if v.outcome == "met"),
        "n_living": sum(1 for r in residents if r.living),
        "crumbs": pages.crumbs(dwelling.grid_id),
        "facts": entities.facts(request.viewer, dwelling),
        "care": care.of_persons(request.viewer, persons, dwelling.grid_id, today),
        "needs": followed.of_persons(request.viewer, persons, dwelling.grid_id, today),
        "differences": differences.of_entities(request.viewer, [dwelling.id, *persons]),
        "agreement": backfill.agreement(request.viewer, "dwelling", dwelling.id),
        "history": timeline.past(
            "dwelling",
            [dwelling.id, *pairs.merged_into(dwelling), *persons, *(r.residence for r in residents)],
            full=request.viewer.may(Verb.SEE_ROWS, dwelling.grid_id),
            viewer=request.viewer,
            keeps=functools.partial(request.viewer.may, Verb.EDIT_REGISTER),
        ),
        "contradictions": checks.touching(request.viewer, [dwelling.id, *persons], today) if told else [],
        "label": dwelling_label(dwelling.occupancy, dwelling.tenure) if told else "",
        "may_edit": may_edit(request, dwelling),
        "may_reveal": request.viewer.may(Verb.REVEAL, dwelling.grid_id),
        "may_print": bool(residents) and dossiers.may_print(request.viewer, dwelling.grid_id),
        "may_record": request.viewer.may(Verb.RECORD_VISIT, dwelling.grid_id),
        "may_decide": request.viewer.may(Verb.DECIDE_DIFFERENCE, dwelling.grid_id),
        "outcomes": OUTCOMES,
        "second_sources": VACANCY_SOURCES,
        "now": clock.local(request.at),
        "neighbours": neighbours(request, dwelling),
        "today": today,
        "events": daily_forms.offered("dwelling"),
        **_standing(request, "dwelling", dwelling),
    }
    return page(request, "console/register/dwelling.html", context, active="console:register")


def _standing(request: Signed, kind: str, record: Any) -> dict[str, Any]:
    """Where a record stands, in words, and the end or return that waits or was decided last."""
    words = ended_word(kind, record.status, getattr(record, "ended_as", ""))
    return {"ended": words, "last_end": rechecks.latest_of(request.viewer, [record.id])}


def may_edit(request: Signed, record: Any) -> bool:
    """Whether the record may be changed; one that was merged is changed where it went."""
    return record.merged_into is None and request.viewer.may(Verb.EDIT_REGISTER, record.grid_id)


def neighbours(request: Signed, dwelling: Any) -> dict[str, Any]:
    """The doors before and after in walking order."""
    before, after = chart.neighbours(dwelling)
    return {"before": before, "after": after}


@require_GET
def person(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The page of a person."""
    person = entities.get_person(request.viewer, pk)
    homes = entities.homes(request.viewer, person)
    if not request.viewer.may(Verb.SEE_ROWS_MASKED, person.grid_id):
        return _registered_here(request, person, homes)
    today = clock.local_date(request.at)
    context = context_of(request, "person", person) | {
        "contradictions": checks.touching(request.viewer, [person.id], today),
        "homes": homes,
        "care": care.of_persons(request.viewer, [person.id], person.grid_id, today),
        "needs": followed.of_persons(request.viewer, [person.id], person.grid_id, today),
        "sees_care": request.viewer.may(Verb.SEE_CARE, person.grid_id),
        "name": entities.shown_name(request.viewer, person.grid_id, person.name),
        "history": timeline.past(
            "person",
            [person.id, *pairs.merged_into(person), *(h.residence for h in homes if h.open)],
            full=request.viewer.may(Verb.SEE_ROWS, person.grid_id),
            viewer=request.viewer,
            keeps=functools.partial(request.viewer.may, Verb.EDIT_REGISTER),
        ),
        "may_print": dossiers.may_print(request.viewer, person.grid_id),
        "may_audit": request.viewer.may(Verb.SEE_AUDIT, person.grid_id),
        "events": daily_forms.offered("person", homed=bool(homes)),
        "may_erase": person.status != "active" and request.viewer.may(Verb.RECHECK, person.grid_id),
    }
    return page(request, "console/register/person.html", context, active="console:register")


def _registered_here(request: Signed, person: Any, homes: Sequence[entities.Resident]) -> HttpResponse:
    """The page of somebody who is registered in the viewer's area and whose record another community keeps."""
    grid = entities.seen_in(request.viewer, person)
    context = {
        "record": person,
        "name": entities.shown_name(request.viewer, grid, person.name),
        "crumbs": pages.crumbs(grid),
        "homes": [home for home in homes if home.open],
        "lives_elsewhere": any(home.living and not home.open for home in homes),
        "facts": entities.facts_of_registration(request.viewer, person),
    }
    return page(request, "console/register/registered.html", context, active="console:register")


@require_GET
def organization(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The page of an organization."""
    organization = entities.get_organization(request.viewer, pk)
    context = context_of(request, "organization", organization) | {
        "contradictions": checks.touching(request.viewer, [organization.id], clock.local_date(request.at)),
        "events": daily_forms.offered("organization"),
    }
    return page(request, "console/register/place.html", context, active="console:register")


@require_GET
def site(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The page of a key site."""
    return site_page(request, pk)


def site_page(
    request: Signed, pk: uuid.UUID, *, typed: Mapping[str, str] | None = None, refused: str = ""
) -> HttpResponse:
    """The page of a key site; with what was typed where a round was refused."""
    site = entities.get_site(request.viewer, pk)
    context = context_of(request, "site", site) | rounds_of(request, site, typed, refused)
    return page(
        request, "console/register/place.html", context, active="console:register", status=422 if refused else 200
    )


def rounds_of(request: Signed, record: Any, typed: Mapping[str, str] | None, refused: str) -> dict[str, Any]:
    """What the page of a facility or a key site shows of its rounds."""
    today = clock.local_date(request.at)
    return {
        "line": rounds.line_of(request.viewer, record, today),
        "rounds": rounds.rounds_of(request.viewer, record.id, record.grid_id),
        "round_faults": visit_rules.ROUND_FAULTS,
        "today": today,
        "typed": typed or {},
        "refused": refused,
    }


def context_of(request: Signed, kind: str, record: Any) -> dict[str, Any]:
    viewer = request.viewer
    return {
        "kind": kind,
        "record": record,
        "facts": entities.facts(viewer, record),
        "crumbs": pages.crumbs(record.grid_id),
        "upkeep": upkeep.about(viewer, record),
        "history": timeline.past(
            kind,
            [record.id, *pairs.merged_into(record)],
            full=viewer.may(Verb.SEE_ROWS, record.grid_id),
            viewer=viewer,
            keeps=functools.partial(viewer.may, Verb.EDIT_REGISTER),
        ),
        "differences": differences.of_entities(viewer, [record.id]),
        "agreement": backfill.agreement(viewer, kind, record.id) if kind in compared.KINDS else [],
        "visits": paper.visits_of(viewer, record.id, record.grid_id),
        "may_edit": may_edit(request, record),
        "may_reveal": viewer.may(Verb.REVEAL, record.grid_id),
        "may_record": viewer.may(Verb.RECORD_VISIT, record.grid_id),
        "may_decide": viewer.may(Verb.DECIDE_DIFFERENCE, record.grid_id),
        "outcomes": OUTCOMES,
        "now": clock.local(request.at),
        **_standing(request, kind, record),
    }


@require_http_methods(["GET", "POST"])
def correct(request: Signed, kind: str, pk: uuid.UUID) -> HttpResponse:
    """更正登记: a short form of the facts, with the reason."""
    record = GETTERS[kind](request.viewer, pk) if kind in GETTERS else None
    if record is None:
        raise NotHere
    if not request.viewer.may(Verb.EDIT_REGISTER, record.grid_id):
        raise NotHere
    fields = [f for f in dictionary.fields(kind) if not f.locates and f.form.office]
    now = {f.field: f.value for f in entities.facts(request.viewer, record)}
    faults: Mapping[str, str] = {}
    if request.method == "POST":
        raw = {f.name: value for f in fields if (value := dictionary.typed(f, request.POST))}
        try:
            messages.success(request, _corrected(request, kind, pk, raw))
        except CorrectionError as error:
            messages.error(request, str(error))
            faults = error.faults
        else:
            return redirect(PAGES[kind], pk)
    context = {
        "kind": kind,
        "record": record,
        "title": titles.of_pages(request.viewer, kind, [pk]).get(pk, ""),
        "crumbs": pages.crumbs(record.grid_id),
        "fields": fields,
        "now": now,
        "faults": faults,
        "typed": request.POST,
        "back": PAGES[kind],
    }
    return page(
        request, "console/register/correct.html", context, active="console:register", status=422 if faults else 200
    )


def _corrected(request: Signed, kind: str, pk: uuid.UUID, raw: Mapping[str, str]) -> str:
    """Stores what was typed and says what came of it. Raises CorrectionError."""
    judgements = corrections.correct(
        actor=request.viewer, at=request.at, kind=kind, entity=pk, raw=raw, reason=request.POST.get("reason", "")
    )
    if raw.get("id_no"):  # the same words whether the number is free or stands on another record
        return "已保存，来历里记了一笔。证件号有疑问的成了差异，等社区核对。"
    n_changed = sum(judgement.verdict == "apply" for judgement in judgements)
    n_asked = sum(judgement.verdict == "ask" for judgement in judgements)
    queued = f"有 {n_asked} 处要核实，成了差异，等决定。" if n_asked else ""
    return f"已保存，改了 {n_changed} 处，来历里记了一笔。{queued}"


@require_POST
def reveal(request: Signed, kind: str, pk: uuid.UUID, field: str) -> HttpResponse:
    """写事由后查看: the full number, once, on a page that is not kept."""
    try:
        value = corrections.reveal(
            actor=request.viewer,
            at=request.at,
            kind=kind,
            entity=pk,
            field=field,
            reason=request.POST.get("reason", ""),
        )
    except CorrectionError as error:
        messages.error(request, str(error))
        return redirect(PAGES[kind], pk)
    context = {"label": dictionary.label(kind, field), "value": value, "back": PAGES[kind], "pk": pk}
    return render(request, "console/register/reveal.html", context)
