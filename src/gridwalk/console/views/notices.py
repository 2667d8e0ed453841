"""通知: what the viewer was told, by account or by post."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.notices import actions, queries
from gridwalk.notices.queries import NoticeRow

LEADS_TO = {
    "user": ("console:account", Verb.MANAGE_ACCOUNTS),
    "matter": ("console:matter", Verb.SEE_ROWS_MASKED),
    "person": ("console:person", Verb.SEE_ROWS_MASKED),
    "dwelling": ("console:dwelling", Verb.SEE_ROWS_MASKED),
}
"""Kind of record a notice is about → its page, and the verb that opens it."""


@require_GET
def notices(request: Signed) -> HttpResponse:
    """What is to be seen to on top, then what was."""
    told = [(notice, _link(request, notice)) for notice in queries.told(request.viewer)]
    context = {
        "open": [(notice, link) for notice, link in told if notice.done_on is None],
        "done": [(notice, link) for notice, link in told if notice.done_on is not None],
    }
    return page(request, "console/notices/list.html", context)


def _link(request: Signed, notice: NoticeRow) -> str:
    name, verb = LEADS_TO.get(notice.about, ("", None))
    if verb is None or notice.entity is None or not request.viewer.may_anywhere(verb):
        return ""
    return reverse(name, args=[notice.entity])


@require_POST
def notices_read(request: Signed) -> HttpResponse:
    """All that is shown is read."""
    unread = [notice.id for notice in queries.told(request.viewer) if not notice.read]
    actions.read(actor=request.viewer, at=request.at, notices=unread)
    return redirect("console:notices")


@require_POST
def notice_done(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One is seen to, for all who were told it."""
    actions.finish(actor=request.viewer, at=request.at, notice=pk)
    return redirect("console:notices")
