"""动态更新: what happened, where, the few fields concerned; what was written, and taking it back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import daily_forms, pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.views.register import looked_up
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.events import kinds
from gridwalk.events.actions import business, homes, letting, lives, undoing
from gridwalk.events.actions.reading import Noticed
from gridwalk.events.queries import daily
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.queries import entities, search
from gridwalk.timeline import queries as timeline

ACTIVE = "console:daily"
GETTERS: Mapping[str, Callable[..., Any]] = {
    "dwelling": entities.get_dwelling,
    "person": entities.get_person,
    "organization": entities.get_organization,
}


@require_http_methods(["GET", "POST"])
def index(request: Signed) -> HttpResponse:
    """What happened, then where: one box; a single hit leads on to the form."""
    code = request.POST.get("event") or request.GET.get("event") or "moved_in"
    event = kinds.EVENTS.get(code)
    if event is None:
        raise NotHere
    typed = request.POST.get("q", "").strip()
    hits = [hit for hit in looked_up(request, typed) if hit.kind in daily_forms.STARTS_FROM[event.at]] if typed else []
    if len(hits) == 1:
        return redirect("console:daily_form", code, hits[0].kind, hits[0].id)
    context = {
        "event": event,
        "events": kinds.EVENTS.values(),
        "typed": typed,
        "hits": hits,
        "cut": search.is_cut(hits),
        "recent": daily.recent(request.viewer, request.at),
    }
    return page(request, "console/events/list.html", context, active=ACTIVE)


@require_http_methods(["GET", "POST"])
def form(request: Signed, event: str, kind: str, pk: uuid.UUID) -> HttpResponse:
    """The short form of one event at a door, a person or an organization."""
    of = kinds.EVENTS.get(event)
    if of is None or kind not in daily_forms.STARTS_FROM[of.at]:
        raise NotHere
    subject = GETTERS[kind](request.viewer, pk)
    if not request.viewer.may(Verb.EDIT_REGISTER, subject.grid_id):
        raise NotHere
    door = _door_of(request, kind, subject)
    if door is None and of.at == "dwelling" and event != "moved_in":
        messages.error(request, "这个人还没有关联房屋。先写住在哪一户，记了“入住”，再记别的。")
        return redirect("console:daily_form", "moved_in", kind, pk)
    faults: Mapping[str, str] = {}
    noticed: tuple[Any, ...] = ()
    if request.method == "POST":
        try:
            recorded = _record(request, of, kind, subject, door)
        except CorrectionError as error:
            messages.error(request, str(error))
            faults = error.faults
        except Noticed as second_look:
            noticed = second_look.noticed
        else:
            url = reverse("console:daily_event", args=[recorded.id])
            return redirect(f"{url}?told={request.POST.get('told', '')}")
    context = {"event": of, "kind": kind, "subject": subject, "door": door, "noticed": noticed}
    context |= _asked(request, of, kind, subject, door, faults=faults)
    return page(request, "console/events/form.html", context, active=ACTIVE, status=422 if faults else 200)


def _door_of(request: Signed, kind: str, subject: Any) -> Any:
    """The door an event is at: the record's own page, a person's home; None without any."""
    if kind == "dwelling":
        return subject
    return daily.home_of(request.viewer, subject) if kind == "person" else None


def _asked(
    request: Signed, of: kinds.Kind, kind: str, subject: Any, door: Any, *, faults: Mapping[str, str]
) -> dict[str, Any]:
    """What the form asks, beside what is recorded now."""
    homeless = door is None and of.at == "dwelling"
    residents = entities.residents(request.viewer, door) if door is not None else []
    facts = entities.facts(request.viewer, door if door is not None else subject)
    given = daily_forms.Given(
        residents=residents,
        now={f.field: f.value for f in facts},
        typed=request.POST,
        faults=faults,
        today=clock.local_date(request.at),
        person=str(subject.pk) if kind == "person" else "",
        told=request.GET.get("told", ""),
    )
    return {
        "asks": daily_forms.asks(of, given, finds_home=homeless),
        "finds_home": homeless,
        "residents": residents,
        "facts": [f for f in facts if f.value],
        "crumbs": pages.crumbs(subject.grid_id),
        "title": _title(request, kind, subject, door),
        "here": request.get_full_path(),
        "people_columns": PEOPLE_COLUMNS,
    }


PEOPLE_COLUMNS = ("姓名", "证件号", "电话", "与户主关系")


def _title(request: Signed, kind: str, subject: Any, door: Any) -> str:
    if kind == "person":
        name = entities.shown_name(request.viewer, subject.grid_id, subject.name)
        return f"{name}，{door.address}" if door is not None else name
    return str(subject.address if kind == "dwelling" else subject.name)


def _record(request: Signed, of: kinds.Kind, kind: str, subject: Any, door: Any) -> Any:
    """The one action of the event."""
    typed = request.POST
    arguments: dict[str, Any] = {"actor": request.viewer, "at": request.at, "raw": typed.dict()}
    if of.code == "died":
        who = typed.getlist("who") or ([str(subject.pk)] if kind == "person" else [])
        return lives.die(person=_picked(who), **arguments)
    if of.code == "closed":
        return business.close_business(organization=subject.pk, **arguments)
    if door is None:
        return homes.find_home(person=subject.pk, **arguments)
    action, names = AT_DOOR[of.code]
    people = {"people": daily_forms.people(of.code, typed)} if "people" in names else {}
    picked = {name: typed.getlist(name) for name in names if name != "people"}
    return action(dwelling=door.pk, **picked, **people, **arguments)


AT_DOOR: Mapping[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "moved_in": (homes.move_in, ("people",)),
    "moved_out": (homes.move_out, ("who",)),
    "born": (lives.bear, ("parent",)),
    "married": (homes.marry, ("who", "people")),
    "let": (letting.let, ("people", "leaving")),
    "let_ended": (letting.end_let, ("who",)),
    "owner_changed": (letting.change_owner, ()),
    "opened": (business.open_business, ()),
    "registered_in": (homes.register_in, ("who", "people")),
    "registered_out": (homes.register_out, ("who",)),
}
"""Of an event at a door: its action, and what the action takes besides the answers: lines of people, who was picked."""


def _picked(who: list[str]) -> uuid.UUID:
    person = parameters.uuid_or_none(who[0]) if who else None
    if person is None:
        raise CorrectionError("还没有记。", {"who": "请选是谁"})
    return person


@require_GET
def event(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """What was written, in words; where the next one of the kind would be; taking it back."""
    event = daily.get_event(request.viewer, pk)
    door = entities.get_dwelling(request.viewer, event.entity) if event.kind == "dwelling" else None
    doors = daily.same_stairwell(request.viewer, door) if door is not None else []
    later = [d for d in doors if door is not None and (d.walk_key, d.id) > (door.walk_key, door.id)]
    full = request.viewer.may(Verb.SEE_ROWS, event.grid_id)
    context = {
        "row": daily.row(request.viewer, event, request.at),
        "sentences": timeline.sentences(daily.changes_of([event]), full=full),
        "doors": doors,
        "next": later[0] if later else None,
        "told": request.GET.get("told", ""),
        "crumbs": pages.crumbs(event.grid_id),
    }
    return page(request, "console/events/show.html", context, active=ACTIVE)


@require_POST
def undo(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤销."""
    try:
        undoing.undo(actor=request.viewer, at=request.at, event=pk)
    except undoing.UndoError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "撤销了，都回到记之前的样子，来历里各留一笔。")
    return redirect("console:daily_event", pk)
