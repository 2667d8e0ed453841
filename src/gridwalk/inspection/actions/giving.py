"""The doors drawn are given to inspectors, again where somebody left."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.inspection.actions import handing_out, instalments, stairwells
from gridwalk.inspection.actions.handing_out import HandedOut
from gridwalk.inspection.models import Sample
from gridwalk.inspection.queries import staffing
from gridwalk.inspection.queries.samples import get_sample
from gridwalk.inspection.rules import Kind, SampleError, Stage
from gridwalk.territory.rules import unassigned_of


def give(*, actor: Viewer, at: dt.datetime, sample: uuid.UUID) -> HandedOut:
    """Give the doors that are drawn and with nobody who has a post to the inspectors over them, evenly.

    Raises NotHere, NotPermitted, SampleError.
    """
    before = get_sample(actor, sample)
    access.require(actor, Verb.DRAW_SAMPLE, before.scope)
    # a finding of an acceptance sample is the community's: its stream first, as an answer takes it, then the sample
    streams = [unassigned_of(before.scope)] if before.draws_for is Kind.ACCEPTANCE else []
    with core.write_to(*streams, actor=actor, at=at) as writing:
        row = Sample.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=sample)
        if row.stands is not Stage.DRAWN:
            raise SampleError("没有派：还没有抽签，或者这一轮已经结束了。")
        if not staffing.everybody(row, clock.local_date(at)):
            where = "各社区" if staffing.checkers(row) else "这个范围"
            raise SampleError(f"没有派：{where}还没有核查员。请管理员先设核查员的岗位。")
        if row.draws_for is Kind.AREA:
            return stairwells.hand_out(writing, row)
        return handing_out.hand_out(writing, row) + instalments.judge(writing, row)
