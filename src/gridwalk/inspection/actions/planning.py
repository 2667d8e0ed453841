"""A sample is planned: over what, how large, on which days."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from django.db.models import Max

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.models import Campaign
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.inspection import rules
from gridwalk.inspection.models import Sample
from gridwalk.inspection.rules import Kind, SampleError, Stage
from gridwalk.method import text
from gridwalk.method.sampling import draws
from gridwalk.territory import queries as territory

NOT_RUNNING = "没有安排：这里没有进行中的行动，没有走访可以核。"


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewSample:
    """What is planned. ``share``, ``response``: percent; ``honest``: percent, of an acceptance sample; ``why``: of a
    targeted one.
    """

    kind: Kind
    scope: str
    share: int
    response: int
    from_on: dt.date
    to_on: dt.date
    why: str = ""
    honest: int = rules.HONEST


def plan(*, actor: Viewer, at: dt.datetime, new: NewSample) -> Sample:
    """Plan a sample of the running campaign. Raises NotPermitted, SampleError."""
    access.require(actor, Verb.DRAW_SAMPLE, new.scope)
    _check(new, clock.local_date(at))
    campaign = campaigns.running_for(new.scope)
    if campaign is None:
        raise SampleError(NOT_RUNNING)
    with core.write_to(actor=actor, at=at) as writing:
        sample = _sample(_locked(campaign.pk), new, at)
        writing.audit(
            AuditVerb.SAMPLE_PLANNED,
            scope=new.scope,
            kind="sample",
            subject=sample.pk,
            data={"kind": str(new.kind), "share": new.share},
            reason=sample.why,
        )
    return sample


def _check(new: NewSample, today: dt.date) -> None:
    days = (new.from_on, new.to_on)
    rules.check_plan(new.kind, new.scope, share=new.share, response=new.response, days=days, today=today)
    if not 1 <= new.honest <= rules.MOST_HONEST:
        usual = f"写 1 到 {rules.MOST_HONEST}；没有把握的写 {rules.HONEST}。"
        raise SampleError(f"没有安排：没造假也有百分之几说没人来过，{usual}")
    if new.kind is Kind.TARGETED and not text.reason_kept(new.why):
        raise SampleError("没有安排：定向核查要写明为什么去查这里。")
    if not territory.is_place(new.scope):
        raise SampleError("没有安排：没有这个社区或网格。请另选范围。")


def _locked(campaign: uuid.UUID) -> Campaign:
    """The campaign, held while a number is taken. Raises SampleError where it ended meanwhile."""
    row = Campaign.objects.select_for_update().get(pk=campaign)
    if row.state != "running":
        raise SampleError(NOT_RUNNING)
    return row


def _sample(campaign: Campaign, new: NewSample, at: dt.datetime) -> Sample:
    earlier = Sample.objects.filter(campaign=campaign, kind=new.kind, scope=new.scope)
    return Sample.objects.create(
        campaign=campaign,
        kind=new.kind,
        number=(earlier.aggregate(last=Max("number"))["last"] or 0) + 1,
        scope=new.scope,
        why=text.reason_kept(new.why),
        stage=Stage.PLANNED,
        share=new.share,
        response=new.response,
        honest=new.honest,
        instalment_size=rules.INSTALMENT,
        most_answers=rules.acceptance_rule(1).cap,
        least_drawn=draws.LEAST,
        from_on=new.from_on,
        to_on=new.to_on,
        planned_at=at,
    )
