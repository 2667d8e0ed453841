"""岗位确认: roles that see rows, and resets of who has them: asked for by the administrator, confirmed by the street
centre.
"""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts import queries
from gridwalk.accounts import rules as access
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.resets import queries as waiting_resets
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.notices import actions as notices
from gridwalk.territory import queries as territory


@require_GET
def roles(request: Signed) -> HttpResponse:
    """Who is to get which role where, and what each may see then."""
    proposals = queries.proposals(request.viewer, clock.local_date(request.at))
    places = territory.place_names(proposal.scope for proposal in proposals)
    resets = waiting_resets.waiting(request.viewer, request.at)
    by = {proposal.proposed_by for proposal in proposals} | {reset.proposed_by for reset in resets}
    names = queries.names_of({user for user in by if user})
    rows = [
        {
            "id": proposal.id,
            "name": proposal.user.name,
            "username": proposal.user.username,
            "post": proposal.user.post,
            "role": access.LABELS[access.Role(proposal.role)],
            "place": places[proposal.scope],
            "from_on": proposal.from_on,
            "opens": access.opened_by(access.Role(proposal.role)),
            "by": names.get(proposal.proposed_by, access.SERVER.name) if proposal.proposed_by else access.SERVER.name,
            "at": proposal.proposed_at,
            "mine": proposal.user_id == request.viewer.id,
        }
        for proposal in proposals
    ]
    asked = [
        {
            "id": reset.id,
            "name": reset.user.name,
            "username": reset.user.username,
            "what": access.FACTORS[access.Factor(reset.what)],
            "by": names.get(reset.proposed_by, ""),
            "at": reset.proposed_at,
            "mine": reset.user_id == request.viewer.id,
        }
        for reset in resets
    ]
    return page(request, "console/roles/list.html", {"rows": rows, "resets": asked}, active="console:roles")


@require_POST
def roles_decide(request: Signed) -> HttpResponse:
    """Confirm or decline the chosen ones, all or none."""
    decide = notices.confirm_roles if request.POST.get("do") == "confirm" else notices.decline_roles
    try:
        chosen = [uuid.UUID(row) for row in request.POST.getlist("row")]
        n = decide(actor=request.viewer, at=request.at, assignments=chosen)
    except ValueError:
        messages.error(request, "没有定：这一页不是最新的，请重新勾选。")
    except AccountError as error:
        messages.error(request, str(error))
    else:
        done = "已确认，现在起能用了" if decide is notices.confirm_roles else "没有同意，这些岗位不会生效"
        messages.success(request, f"{n} 个岗位{done}。")
    return redirect("console:roles")


@require_POST
def reset_decide(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Confirm or decline another password or second factor for somebody."""
    confirmed = request.POST.get("do") == "confirm"
    try:
        notices.decide_reset(actor=request.viewer, at=request.at, reset=pk, confirmed=confirmed)
    except AccountError as error:
        messages.error(request, str(error))
    else:
        done = "已重置，请告诉本人现在能用了" if confirmed else "没有重置，原来的照样能用"
        messages.success(request, f"{done}。")
    return redirect("console:roles")
