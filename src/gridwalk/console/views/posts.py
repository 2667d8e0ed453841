"""停用岗位: what stays open, to whom it goes, and taking it back."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.rules import LABELS, Role
from gridwalk.console import parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.territory import queries as territory
from gridwalk.upkeep.actions import posts as actions
from gridwalk.upkeep.queries import posts
from gridwalk.upkeep.rules import UpkeepError


@require_http_methods(["GET", "POST"])
def end(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """What a post leaves open and who can take it over; ending it hands it over in the same step."""
    post, today = posts.get_post(request.viewer, pk), clock.local_date(request.at)
    if request.method == "POST":
        to = parameters.uuid_or_none(request.POST.get("to", ""))
        try:
            handover = actions.end_post(actor=request.viewer, at=request.at, post=pk, to=to)
        except UpkeepError as error:
            messages.error(request, str(error))
        else:
            to_name = posts.takers(request.viewer, pk, today).get(to, "") if to and handover.moved else ""
            went = f"没办完的都交给了{to_name}。" if to_name else ""
            messages.success(request, f"这个岗位已停。{went}停错了，{clock.UNDO_FOR.days} 天内可以撤销。")
            return redirect("console:account", post.user_id)
    context = {
        "post": post,
        "role": LABELS[Role(post.role)],
        "place": territory.scope_name(post.scope),
        "work": posts.open_work(request.viewer, pk, today),
        "takers": posts.takers(request.viewer, pk, today).items(),
        "to": request.POST.get("to", ""),
    }
    return page(request, "console/accounts/end.html", context, active="console:accounts")


@require_POST
def undo(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """停错了: the post runs on, and what went over comes back."""
    user = posts.get_handover(request.viewer, pk).post.user_id
    try:
        actions.undo(actor=request.viewer, at=request.at, handover=pk)
    except (UpkeepError, AccountError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "撤销了，岗位照旧。交出去的，还没办完的都交还了。")
    return redirect("console:account", user)
