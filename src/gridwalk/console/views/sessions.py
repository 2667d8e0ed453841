"""登录情况: the sessions of one's own account."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.sessions import actions, queries
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core.queries import NotHere


@require_GET
def own_sessions(request: Signed) -> HttpResponse:
    """Where the account is signed in, since when."""
    here = request.session.session_key or ""
    rows = queries.own_sessions(request.viewer, here=here)
    return page(request, "console/sessions/list.html", {"rows": rows, "n_others": sum(not row.here for row in rows)})


@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def own_session_end(request: Signed) -> HttpResponse:
    """Sign out at one place, or everywhere else (``session`` is empty); the password is confirmed before."""
    asked = request.POST.get("session", "")
    if not asked:
        here = request.session.session_key or ""
        actions.end_others(actor=request.viewer, at=request.at, here=here)
        messages.success(request, "别处都已退出，这里还登录着。")
    elif asked.isdigit() and len(asked) < 18:
        actions.end(actor=request.viewer, at=request.at, session=int(asked))
        messages.success(request, "那一处已退出。")
    else:
        raise NotHere
    return redirect("console:own_sessions")
