"""派给我的抽查: an inspector's doors and stairwells on the sample's days; nothing recorded stands on these pages."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_GET, require_POST

from gridwalk.console import errors, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.followup.rules import LONGEST_TEXT
from gridwalk.inspection import rules
from gridwalk.inspection.actions import asking
from gridwalk.inspection.actions.asking import Reply
from gridwalk.inspection.queries import areas, doors
from gridwalk.inspection.rates import CONTACTS, Contact
from gridwalk.inspection.rules import Approached, AskingError, DoorState, Identity, Visited, Way, Who
from gridwalk.registry.actions.numbers import DialledTooOften

SHOWN_FOR = 60
"""Seconds that the link of a call stands."""


@require_GET
def mine(request: Signed) -> HttpResponse:
    """The doors and stairwells given to the viewer, on their days."""
    rows = doors.mine(request.viewer, request.at)
    stairwells = areas.to_list(request.viewer, request.at)
    context = {
        "rows": rows,
        "n_open": sum(row.state is DoorState.OPEN for row in rows),
        "stairwells": stairwells,
        "n_to_list": sum(not row.is_listed for row in stairwells),
    }
    return page(request, "console/sampled_doors/list.html", context, active="console:sampled_doors")


@require_GET
def door(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One door: where it is, and the questions."""
    return _shown(request, pk, {}, status=200)


def _shown(request: Signed, pk: uuid.UUID, typed: Any, *, status: int) -> HttpResponse:
    sheet = doors.door_sheet(request.viewer, pk, request.at)
    context = {
        "sheet": sheet,
        "row": sheet.row,
        "is_open": sheet.row.state is DoorState.OPEN,
        "numbers": range(1, sheet.n_phones + 1),
        "ways": {way: rules.WAYS[way] for way in sheet.ways},
        "fields": doors.asked_fields(),
        "visited": rules.VISITED,
        "who": rules.WHO,
        "identity": rules.IDENTITY,
        "contacts": CONTACTS,
        "tries": rules.TRIES,
        "longest": LONGEST_TEXT,
        "typed": typed,
        "now": request.at.astimezone(clock.LOCAL),
    }
    return page(request, "console/sampled_doors/show.html", context, active="console:sampled_doors", status=status)


@require_POST
def dial(request: Signed, pk: uuid.UUID, number: int) -> HttpResponse:
    """拨打: a link that calls, without the number in sight; the page leaves it after a minute."""
    try:
        telephone = asking.dial(actor=request.viewer, at=request.at, door=pk, number=number)
    except DialledTooOften:
        return errors.too_often(request)
    except AskingError as error:
        messages.error(request, str(error))
        return redirect("console:sampled_door", pk)
    response = render(request, "console/sampled_doors/dial.html", {"telephone": telephone, "pk": pk})
    response.headers["Refresh"] = f"{SHOWN_FOR}; url={resolve_url('console:sampled_door', pk)}"
    return response


@require_POST
def approach(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """A call or a knock that brought no answer."""
    way, outcome = request.POST.get("way", ""), request.POST.get("outcome", "")
    try:
        if way not in set(Way) or outcome not in set(Approached):
            raise AskingError("没有记：请选是打电话还是上门、结果怎么样。")
        state = asking.approach(
            actor=request.viewer,
            at=request.at,
            door=pk,
            way=Way(way),
            outcome=Approached(outcome),
            tried_at=_moment(request),
        )
    except AskingError as error:
        messages.error(request, str(error))
        return redirect("console:sampled_door", pk)
    messages.success(request, f"已记：{rules.APPROACHED[Approached(outcome)]}。")
    return redirect("console:sampled_door", pk) if state is DoorState.OPEN else redirect("console:sampled_doors")


@require_POST
def answer(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """What was said; what was typed stays where it is refused."""
    try:
        asking.answer(actor=request.viewer, at=request.at, door=pk, reply=_said(request))
    except AskingError as error:
        messages.error(request, str(error))
        return _shown(request, pk, request.POST, status=422)
    messages.success(request, "已记下。和登记不一样的，社区会去核对；住几口人只用来算相符率。")
    return redirect("console:sampled_doors")


@require_POST
def leave(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """A door that may not be asked any more is left in peace."""
    try:
        state = asking.close(actor=request.viewer, at=request.at, door=pk)
    except AskingError as error:
        messages.error(request, str(error))
        return redirect("console:sampled_door", pk)
    left = state is not DoorState.OPEN
    messages.success(
        request, f"已记：{rules.DOOR_STATES[state]}，不再打扰。" if left else "已退给街道，由别的核查员去问。"
    )
    return redirect("console:sampled_doors")


def _said(request: Signed) -> Reply:
    """The form. Raises AskingError where it leaves out what is counted."""
    post = request.POST
    way, visited, who = post.get("way", ""), post.get("visited", ""), post.get("who", "")
    if way not in set(Way) or visited not in set(Visited) or who not in set(Who):
        raise AskingError("没有记：怎么问到的、有没有人来走访、谁答的，这三项都要选。")
    identity, knows, n_living = post.get("identity", ""), post.get("knows", ""), post.get("n_living", "")
    contact = post.get("contact", "")
    return Reply(
        way=Way(way),
        visited=Visited(visited),
        who=Who(who),
        given_at=_moment(request),
        n_living=_n_living(n_living),
        identity=Identity(identity) if identity in set(Identity) else None,
        knows={"yes": True, "no": False}.get(knows),
        contact=Contact(contact) if contact in set(Contact) else None,
        fields={field.name: post.get(field.name, "") for field in doors.asked_fields()},
        wanted=post.get("wanted", "")[:LONGEST_TEXT],
    )


def _moment(request: Signed) -> dt.datetime | None:
    """When it was; None where the form says nothing. Raises AskingError."""
    typed = request.POST.get("at", "")
    moment = parameters.moment_or_none(typed) if typed else None
    if typed and moment is None:
        raise AskingError("没有记：“什么时候”没看懂。请选日期和时间。")
    return moment


def _n_living(typed: str) -> int | None:
    if not typed.strip():
        return None
    n = parameters.whole_or_none(typed.strip(), most=rules.MOST_LIVING)
    if n is None:
        raise AskingError(f"没有记：住几口人写 0 到 {rules.MOST_LIVING}。")
    return n
