"""座谈会: the meetings of a street, one with its pack and its decisions, the pack on the screen and as a file."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import ONE_STREET, Verb
from gridwalk.console import downloads, pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.followup import meetings as calendar
from gridwalk.followup.actions import convening
from gridwalk.followup.actions.convening import Arrangement
from gridwalk.followup.meetings import State
from gridwalk.followup.queries import as_of, meetings
from gridwalk.followup.rules import LONGEST_TITLE, MatterError
from gridwalk.reports import actions as reports
from gridwalk.reports import queries as documents
from gridwalk.reports import wording
from gridwalk.reports.shapes import Content
from gridwalk.territory import queries as territory

USUAL = "14:30"
"""When a meeting begins where nobody says otherwise."""
SHOWN = 24
"""So many meetings stand on the page."""


@require_GET
def index(request: Signed) -> HttpResponse:
    """What is planned and what was, and for each street of the viewer's the next one proposed."""
    return _listed(request, {}, status=200)


def _listed(request: Signed, typed: Any, *, status: int) -> HttpResponse:
    offset = pages.offset(request)
    streets = [scope for scope in request.viewer.scopes(Verb.MANAGE_CAMPAIGN) if len(scope) == ONE_STREET]
    context = {
        "rows": meetings.meetings(request.viewer, limit=SHOWN, offset=offset),
        "n": meetings.n_meetings(request.viewer),
        "first": offset,
        "next": offset + SHOWN,
        "proposals": meetings.proposals(request.viewer, streets, clock.local_date(request.at)),
        "typed": typed,
        "usual": USUAL,
        "asked": calendar.ASKED,
        "longest": {"place": calendar.LONGEST_PLACE, "asked": calendar.LONGEST_ASKED},
    }
    return page(request, "console/meetings/list.html", context, active="console:meetings", status=status)


@require_POST
def plan(request: Signed) -> HttpResponse:
    """The next meeting of a street."""
    try:
        planned = convening.plan(
            actor=request.viewer,
            at=request.at,
            street=request.POST.get("street", ""),
            arrangement=_arrangement(request),
        )
    except MatterError as error:
        messages.error(request, str(error))
        return _listed(request, request.POST, status=422)
    messages.success(request, f"已排第 {planned.number} 次，{planned.on.month}月{planned.on.day}日。")
    return redirect("console:meeting", planned.id)


@require_GET
def meeting(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One meeting: its pack, its decisions, what is to be done about it."""
    return _shown(request, pk, {}, status=200)


def _shown(request: Signed, pk: uuid.UUID, typed: Any, *, status: int) -> HttpResponse:
    row, made = meetings.meeting_row(request.viewer, pk), documents.documents(request.viewer, pk)
    owners = [row.street, *(area.code for area in territory.communities(row.street))]
    names = territory.place_names(owners)
    manages = request.viewer.may(Verb.MANAGE_CAMPAIGN, row.street)
    decided = as_of.decided(request.viewer, row.street, row.id, request.at) if manages else []
    context = {
        "meeting": row,
        "asked": row.asked,
        **_pack(made),
        "has_minutes": "minutes" in made,
        "n_after": documents.n_after_minutes(made["minutes"], len(decided)) if "minutes" in made else 0,
        "decisions": [(decision, names.get(decision.community, "")) for decision in decided],
        "owners": {code: names[code] for code in owners},
        "may": manages,
        "planned": row.state is State.PLANNED,
        "held": row.state is State.HELD,
        "cancelled": row.state is State.CANCELLED,
        "begun": row.on <= clock.local_date(request.at),
        "typed": typed,
        "longest": {
            "title": LONGEST_TITLE,
            "place": calendar.LONGEST_PLACE,
            "asked": calendar.LONGEST_ASKED,
            "practice": calendar.LONGEST_PRACTICE,
            "why": calendar.LONGEST_WHY,
        },
    }
    return page(request, "console/meetings/show.html", context, active="console:meetings", status=status)


def _pack(made: Mapping[str, Content]) -> dict[str, Any]:
    """What the last pack says and its sentences; nothing where none was made."""
    if "pack" not in made:
        return {"pack": None}
    return {"pack": made["pack"], "words": wording.words_of(made["pack"])}


@require_POST
def act(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One thing done about a meeting; what was typed stays where it is refused."""
    do = ACTS.get(request.POST.get("do", ""))
    if do is None:
        raise NotHere
    try:
        words = do(request, pk)
    except MatterError as error:
        messages.error(request, str(error))
        return _shown(request, pk, request.POST, status=422)
    messages.success(request, words)
    return redirect("console:meeting", pk)


def _arrangement(request: HttpRequest) -> Arrangement:
    return Arrangement(
        on=parameters.day_or_none(request.POST.get("on", "")),
        begins=_time(request.POST.get("begins", "")),
        place=request.POST.get("place", ""),
        asked=request.POST.get("asked", ""),
    )


def _time(text: str) -> dt.time | None:
    try:
        return dt.datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 a time of the day, of no zone
    except ValueError:
        return None


def _rearrange(request: Signed, pk: uuid.UUID) -> str:
    convening.rearrange(actor=request.viewer, at=request.at, meeting=pk, arrangement=_arrangement(request))
    return "安排改好了。"


def _commend(request: Signed, pk: uuid.UUID) -> str:
    convening.commend(actor=request.viewer, at=request.at, meeting=pk, practice=request.POST.get("practice", ""))
    return "做法写上了，下次生成材料时写进去。"


def _hold(request: Signed, pk: uuid.UUID) -> str:
    convening.hold(actor=request.viewer, at=request.at, meeting=pk)
    return "会开了。定一件记一件，每件都立为事项。"


def _attend(request: Signed, pk: uuid.UUID) -> str:
    convening.attend(
        actor=request.viewer,
        at=request.at,
        meeting=pk,
        present=request.POST.get("present", ""),
        excused=request.POST.get("excused", ""),
    )
    return "出席已登记，生成纪要时写进去。"


def _cancel(request: Signed, pk: uuid.UUID) -> str:
    convening.cancel(actor=request.viewer, at=request.at, meeting=pk, why=request.POST.get("why", ""))
    return "已登记：这次没开成，材料留着。"


def _decide(request: Signed, pk: uuid.UUID) -> str:
    matter = convening.decide(
        actor=request.viewer,
        at=request.at,
        meeting=pk,
        title=request.POST.get("title", ""),
        scope=request.POST.get("scope", ""),
        due_on=parameters.day_or_none(request.POST.get("due_on", "")),
    )
    return f"已立为事项 {matter.year}-{matter.number:03}，{matter.due_on.month}月{matter.due_on.day}日到期。"


def _make_pack(request: Signed, pk: uuid.UUID) -> str:
    document = reports.make_pack(actor=request.viewer, at=request.at, meeting=pk)
    return f"材料生成了，{document.content['as_of']}。会开了就不再变。"


def _make_minutes(request: Signed, pk: uuid.UUID) -> str:
    reports.make_minutes(actor=request.viewer, at=request.at, meeting=pk)
    return "纪要生成了，可以下载。"


ACTS: Mapping[str, Callable[[Signed, uuid.UUID], str]] = {
    "rearrange": _rearrange,
    "commend": _commend,
    "hold": _hold,
    "attend": _attend,
    "cancel": _cancel,
    "decide": _decide,
    "pack": _make_pack,
    "minutes": _make_minutes,
}
"""What a button does, and the words it is answered with."""


@require_GET
def screen(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The pack in large type, for everybody in the room: no row of a person, no door."""
    row, made = meetings.meeting_row(request.viewer, pk), documents.documents(request.viewer, pk)
    if "pack" not in made:
        raise NotHere
    return render(request, "console/meetings/screen.html", {"meeting": row, **_pack(made)})


@require_GET
def paper(request: Signed, pk: uuid.UUID, kind: str) -> HttpResponse:
    """The pack or the minutes as a file."""
    name, data = documents.paper(request.viewer, pk, kind)
    return downloads.workbook(request, name, data)
