"""查漏登: a stairwell that was drawn is listed blind, at the width of a phone."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from gridwalk.console import parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.inspection.actions import stairwells
from gridwalk.inspection.actions.stairwells import NewListing
from gridwalk.inspection.listing import MOST_DOORS
from gridwalk.inspection.queries import areas
from gridwalk.inspection.rules import AskingError


@require_http_methods(["GET", "POST"])
def stairwell(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Where to walk and what to write down; what was typed stays where it is refused."""
    status = 200
    if request.method == "POST":
        try:
            listed = stairwells.list_doors(actor=request.viewer, at=request.at, stairwell=pk, new=_listing(request))
            n_doors = listed.n_met + listed.n_missed
            messages.success(request, f"已记下 {n_doors} 扇门，其中 {listed.n_missed} 扇一张表里没有，已补登。")
            return redirect("console:sampled_doors")
        except AskingError as error:
            messages.error(request, str(error))
            status = 422
    context = {
        "row": areas.stairwell_row(request.viewer, pk, request.at),
        "typed": request.POST if status == 422 else {},
    }
    return page(request, "console/stairwells/show.html", context, active="console:sampled_doors", status=status)


def _listing(request: Signed) -> NewListing:
    """The form. Raises AskingError where nothing is written, or a number cannot be read."""
    post = request.POST
    doors, beyond = post.get("doors", ""), post.get("beyond", "")
    if not (doors + beyond).strip() and post.get("none") != "yes":
        raise AskingError("没有记：一扇门也没写。真的一扇也没有，就勾上“这里一扇门也没有”。")
    return NewListing(
        doors=doors,
        beyond=beyond,
        n_bells=_number(post.get("n_bells", ""), "门铃"),
        n_boxes=_number(post.get("n_boxes", ""), "信报箱"),
    )


def _number(typed: str, label: str) -> int | None:
    number = parameters.whole_or_none(typed.strip(), most=MOST_DOORS)
    if typed.strip() and number is None:
        raise AskingError(f"没有记：“{label}”看不懂。请写 0 到 {MOST_DOORS} 的整数，没有就空着。")
    return number
