"""A take-over that the side concerned has not answered in time, decided by who rechecks for both sides."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.differences.actions import deciding
from gridwalk.differences.actions.deciding import ChangedMeanwhile, DecisionError
from gridwalk.differences.queries import takeovers
from gridwalk.method.text import reason_kept
from gridwalk.registry import rules
from gridwalk.registry.models import Difference

CHOICES = {"accept": "迁到报来的一处", "keep": "留在原处"}


def decide_late(*, actor: Viewer, at: dt.datetime, difference: uuid.UUID, decision: str, reason: str) -> Difference:
    """Decide it from masked rows. Raises NotHere, DecisionError."""
    row = takeovers.get_late(actor, difference, at)
    if decision not in CHOICES:
        raise DecisionError("没有定：请选迁到报来的一处，还是留在原处。")
    reason = reason_kept(reason)
    if not reason:
        raise DecisionError("没有定：请写明问过谁、凭什么，两边都看得到。")
    with core.write_to(*deciding.grids([row], decision), actor=actor, at=at) as writing:
        row = Difference.objects.select_for_update().get(pk=difference)
        if row.state not in rules.WAITING:
            raise DecisionError("这一条已经有人定过了。")
        outcome = deciding.decide(writing, [row], decision, reason)
        for why in outcome.refusals.values():
            raise DecisionError(why)
    for shown in outcome.changed.values():
        raise ChangedMeanwhile(shown)
    return row
