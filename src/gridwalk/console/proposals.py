"""Sending a 更正方案 for its recheck from any of the pages that draw one up."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from gridwalk.console.middleware import Signed
from gridwalk.upkeep.actions import plans as actions
from gridwalk.upkeep.rules import UpkeepError


def propose(
    request: Signed, *, kind: str, subjects: Sequence[uuid.UUID], choices: Mapping[str, Any], still: str
) -> HttpResponse | UpkeepError:
    """The way to the plan's page, or the fault that stops it. ``still``: what has not changed yet, in words."""
    given = request.POST
    try:
        plan = actions.propose(
            actor=request.viewer,
            at=request.at,
            kind=kind,
            subjects=subjects,
            choices=choices,
            evidence=given.get("evidence", ""),
            reason=given.get("reason", ""),
            seen=given.get("seen", ""),
        )
    except UpkeepError as error:
        return error
    messages.success(request, f"已提交复核。{still}")
    return redirect("console:upkeep_plan", plan.id)
