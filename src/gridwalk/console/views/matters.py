"""事项: the worklist, one matter and what is done about it, a new one, what is overdue."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import choosing, downloads, pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.followup.actions import moving, taking_in
from gridwalk.followup.actions.moving import Upload, Wording
from gridwalk.followup.papers import TYPES
from gridwalk.followup.queries import courses, sheets
from gridwalk.followup.queries import matters as worklists
from gridwalk.followup.rules import COURSES, LONGEST_TEXT, LONGEST_TITLE, MOVES, Act, Kind, MatterError
from gridwalk.sync.queries import photos
from gridwalk.territory import queries as territory

SHOWN = 50
"""So many stand on a page."""
LONGEST_FIGURE = 99_999
MAIN = (Act.HANDED_IN, Act.EXTENT_DONE, Act.PASSED, Act.HELD, Act.CAME_BACK, Act.REOPENED)
"""What leads on: the first of these that may be done is the button that stands out."""
LOOK_BACK = dt.timedelta(days=90)


@require_GET
def matters(request: Signed) -> HttpResponse:
    """What stands, what is due first first; ``?show=ended``: what is over."""
    today, offset = clock.local_date(request.at), pages.offset(request)
    ended = request.GET.get("show") == "ended"
    kind = _kind(request.GET.get("kind", ""))
    look = choosing.look(request, worklists.LIST)
    chosen = look.selection
    counted = worklists.n_listed(request.viewer, ended=ended, selection=chosen)
    rows = worklists.worklist(
        request.viewer, today, kind=kind, ended=ended, limit=SHOWN, offset=offset, selection=chosen
    )
    n, due, over = worklists.n_waiting(request.viewer, "", today)
    context = {
        "rows": rows,
        "look": look,
        "turned": look.query,
        "places": territory.place_names([row.owner for row in rows]),
        "tabs": [(each, COURSES[each].label, counted[each]) for each in Kind if counted[each] or each == kind],
        "kind": kind or "",
        "ended": ended,
        "n": counted[kind] if kind else counted.total(),
        "n_all": counted.total(),
        "n_standing": n,
        "due": due,
        "over": over,
        "may_open": bool(_owners(request)),
        "first": offset,
        "next": offset + SHOWN,
    }
    return page(request, "console/matters/list.html", context, active="console:matters")


@require_GET
def matter(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One matter: where it stands, what was found where else, what was done, what is to be done next."""
    return _shown(request, pk, {}, status=200)


def _shown(request: Signed, pk: uuid.UUID, typed: Any, *, status: int) -> HttpResponse:
    today = clock.local_date(request.at)
    sheet = sheets.sheet(request.viewer, pk, today)
    main = next((act for act in MAIN if act in sheet.acts), None)
    owner, of_entries = sheet.row.owner, photos.of_entries(request.viewer, pk)
    context = {
        "sheet": sheet,
        "row": sheet.row,
        "place": territory.scope_name(owner),
        "owners": {scope: name for scope, name in _areas(request, owner[:9]).items() if scope != owner},
        "main": (main, MOVES[main]) if main else None,
        "others": [(act, MOVES[act]) for act in sheet.acts if act is not main and act not in BESIDE],
        "may": {str(act): True for act in sheet.acts},
        "photos": photos.of_matter(request.viewer, pk),
        "lines": [(line, of_entries.get(line.id, [])) for line in sheet.lines],
        "course": courses.course(request.viewer, sheet.row.kind, owner[:12], today - LOOK_BACK, request.at),
        "typed": typed,
        "own_forms": [str(act) for act in BESIDE],
        "longest": LONGEST_TEXT,
    }
    return page(request, "console/matters/show.html", context, active="console:matters", status=status)


BESIDE = frozenset({Act.EXTENT_NOTED, Act.DUE_CHANGED, Act.HANDED_OVER, Act.PASSED_ON, Act.NOTED, Act.PRESSED})
"""Acts with a form or a button of their own."""


@require_POST
def matter_act(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One act; what was typed stays where it is refused."""
    try:
        act = Act(request.POST.get("do", ""))
    except ValueError:
        act = Act.OPENED  # nobody does it twice: refused in words
    try:
        moving.move(
            actor=request.viewer, at=request.at, matter=pk, act=act, wording=_wording(request), file=_file(request)
        )
    except MatterError as error:
        messages.error(request, str(error))
        return _shown(request, pk, request.POST, status=422)
    messages.success(request, f"已登记：{MOVES[act].label}。")
    return redirect("console:matter", pk)


def _wording(request: HttpRequest) -> Wording:
    extent = (parameters.whole_or_none(request.POST.get(name, ""), most=LONGEST_FIGURE) or 0 for name in EXTENT)
    due = request.POST.get("due_on", "")
    return Wording(
        text=request.POST.get("text", ""),
        due_on=parameters.day_of(due) if due else None,
        to=request.POST.get("to", ""),
        extent=tuple(extent),  # type: ignore[arg-type]
        outside=request.POST.get("outside", ""),
        outside_number=request.POST.get("outside_number", ""),
    )


EXTENT = ("n", "checked", "wrong")


def _file(request: HttpRequest) -> Upload | None:
    upload = request.FILES.get("file")
    return Upload(upload.name or "", upload.read()) if upload else None


@require_http_methods(["GET", "POST"])
def matter_new(request: Signed) -> HttpResponse:
    """新立一件, for a community or for the street itself."""
    if request.method == "POST":
        kind = _kind(request.POST.get("kind", ""))
        try:
            if kind is None:
                raise MatterError("没有立：请选是哪一类。")
            opened = taking_in.open_matter(
                actor=request.viewer,
                at=request.at,
                scope=request.POST.get("scope", ""),
                kind=kind,
                title=request.POST.get("title", ""),
                text=request.POST.get("text", ""),
            )
        except MatterError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"已立项，期限 {opened.due_on.month}月{opened.due_on.day}日。")
            return redirect("console:matter", opened.id)
    context = {
        "kinds": [(kind, COURSES[kind]) for kind in Kind],
        "owners": _owners(request),
        "typed": request.POST,
        "longest": LONGEST_TEXT,
        "longest_title": LONGEST_TITLE,
    }
    status = 422 if request.method == "POST" else 200
    return page(request, "console/matters/new.html", context, active="console:matters", status=status)


@require_GET
def matters_overdue(request: Signed) -> HttpResponse:
    """过期的事项: kind, community, days; never which door."""
    rows = worklists.overdue(request.viewer, clock.local_date(request.at))
    return page(request, "console/matters/overdue.html", {"rows": rows}, active="console:matters_overdue")


@require_GET
def matter_file(request: Signed, pk: uuid.UUID, entry: uuid.UUID) -> HttpResponse:
    """A file that proves something."""
    name, data = sheets.file_of(request.viewer, pk, entry, at=request.at)
    if name.endswith(".jpg"):
        return downloads.picture(data)
    return downloads.paper(name, data, TYPES[name.rsplit(".", 1)[-1]])


@require_GET
def matter_photo(request: Signed, pk: uuid.UUID, number: int) -> HttpResponse:
    """A photo that came from the door with it."""
    return downloads.picture(photos.open_of_matter(request.viewer, pk, number, at=request.at))


@require_GET
def matter_entry_photo(request: Signed, pk: uuid.UUID, entry: uuid.UUID, number: int) -> HttpResponse:
    """A photo that came from a phone with an act."""
    return downloads.picture(photos.open_of_entry(request.viewer, pk, entry, number, at=request.at))


def _kind(typed: str) -> Kind | None:
    return Kind(typed) if typed in set(Kind) else None


def _owners(request: Signed) -> dict[str, str]:
    """The communities and streets for which the viewer can open a matter, with their names."""
    scopes = [scope for scope in request.viewer.scopes(Verb.HANDLE_MATTER) if len(scope) in (9, 12)]
    return {code: name for scope in scopes for code, name in _areas(request, scope).items()}


def _areas(request: Signed, scope: str) -> dict[str, str]:
    """A street with its communities, or a community alone, as far as the viewer handles matters there."""
    codes = [scope, *(area.code for area in territory.communities(scope) if area.code != scope)]
    names = territory.place_names(codes)
    return {code: names[code] for code in codes if request.viewer.may(Verb.HANDLE_MATTER, code)}
