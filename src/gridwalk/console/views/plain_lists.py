"""Conditions and sorts of the lists on pages of other kinds: what waits, what was done, who has an account."""

from __future__ import annotations

import dataclasses
import uuid
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from gridwalk.console import choosing, parameters, plain_lists
from gridwalk.console.middleware import Signed
from gridwalk.core.queries import NotHere
from gridwalk.lists.listing import PlainList
from gridwalk.lists.rules import ListError, View
from gridwalk.registry.actions.looking import LookError


@require_POST
def choose(request: Signed, code: str) -> HttpResponse:
    """Another sort, a condition more or less: the changed view is kept in the session, and the page shows it."""
    listing = plain_lists.get_list(request.viewer, code)
    view_id = parameters.uuid_or_none(request.POST.get("view", ""))
    view = choosing.stored(request, code, view_id) or listing.view
    try:
        view = _changed(request, listing, view)
    except (ListError, LookError) as error:
        messages.error(request, str(error))
    else:
        view_id = choosing.store(request, code, view)
    return redirect(_back(request, code, view_id))


def _changed(request: Signed, listing: PlainList, view: View) -> View:
    do = request.POST.get("do", "")
    if do == "sort":
        return choosing.with_sort(request, view)
    if do == "drop":
        return choosing.without_condition(request, view)
    if do == "add":
        reader = request.viewer.reader(request.POST.get("scope", ""))
        return choosing.with_condition(request, listing, view, reader)
    if do == "clear":
        return dataclasses.replace(view, conditions=())
    raise NotHere


def _back(request: Signed, code: str, view_id: uuid.UUID | None) -> str:
    """The page the list stands on, from the beginning of the list."""
    back = request.POST.get("back", "")
    if not parameters.is_own_path(back):
        raise NotHere
    path = urlsplit(back)
    query = QueryDict(path.query, mutable=True)
    query.pop("from", None)
    query[code] = str(view_id or "")
    return f"{path.path}?{query.urlencode()}"
