"""A sample is planned: over what, how large, on which days."""

from __future__ import annotations

import dataclasses
import datetime as dt

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import queries as campaigns
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.inspection import rules
from gridwalk.inspection.models import Sample
from gridwalk.inspection.rules import Kind, SampleError, Stage
from gridwalk.method import text
from gridwalk.territory import queries as territory


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewSample:
    """What is planned. ``share``, ``response``: percent; ``why``: of a targeted sample."""

    kind: Kind
    scope: str
    share: int
    response: int
    from_on: dt.date
    to_on: dt.date
    why: str = ""


def plan(*, actor: Viewer, at: dt.datetime, new: NewSample) -> Sample:
    """Plan a sample of the running campaign. Raises NotPermitted, SampleError."""
    access.require(actor, Verb.DRAW_SAMPLE, new.scope)
    rules.check_plan(
        new.kind,
        new.scope,
        share=new.share,
        response=new.response,
        days=(new.from_on, new.to_on),
        today=clock.local_date(at),
    )
    why = text.reason_kept(new.why)
    if new.kind is Kind.TARGETED and not why:
        raise SampleError("没有安排：定向核查要写明为什么去查这里。")
    if not territory.is_place(new.scope):
        raise SampleError("没有安排：没有这个社区或网格。请另选范围。")
    campaign = campaigns.running_for(new.scope)
    if campaign is None:
        raise SampleError("没有安排：这里没有进行中的行动，没有走访可以核。")
    with core.write_to(actor=actor, at=at) as writing:
        last = Sample.objects.filter(campaign=campaign, kind=new.kind).order_by("-number").first()
        sample = Sample.objects.create(
            campaign=campaign,
            kind=new.kind,
            number=last.number + 1 if last else 1,
            scope=new.scope,
            why=why,
            stage=Stage.PLANNED,
            share=new.share,
            response=new.response,
            from_on=new.from_on,
            to_on=new.to_on,
            by=actor.id,
            by_name=actor.name,
            planned_at=at,
        )
        writing.audit(
            AuditVerb.SAMPLE_PLANNED,
            scope=new.scope,
            kind="sample",
            subject=sample.pk,
            data={"kind": str(new.kind), "share": new.share},
            reason=why,
        )
    return sample
