"""Making a report: written from one moment's figures, stored encrypted, gone after 30 days. Making a meeting's pack and
minutes: kept with their figures, so that each can be got again.
"""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import queries as campaigns
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import StoredFile
from gridwalk.core.queries import NotHere
from gridwalk.followup.meetings import MeetingError, State
from gridwalk.followup.models import Meeting
from gridwalk.followup.queries import meetings
from gridwalk.reports import minutes, overview, pack, progress, queries, summary, weekly
from gridwalk.reports.models import MINUTES, PACK, Document

KEEP = dt.timedelta(days=30)
WRITERS = {
    "progress": (progress.write, "走访进度", "xlsx"),
    "weekly": (weekly.write, "周报表", "xlsx"),
    "summary": (summary.write, "总结材料", "docx"),
}


def make_report(*, actor: Viewer, at: dt.datetime, kind: str, campaign_id: uuid.UUID) -> StoredFile:
    """Make a report of a kind (``progress`` · ``weekly`` · ``summary``) as far as the actor may see. Raises NotHere."""
    if kind not in WRITERS or not actor.may_anywhere(Verb.EXPORT_REPORT):
        raise NotHere
    data = overview.overview(actor, campaigns.get_campaign(actor, campaign_id), at)
    writer, label, ending = WRITERS[kind]
    with core.write_to(actor=actor, at=at) as writing:
        stored = core.store_file(
            data=writer(data),
            name=f"{data.place}{label}{clock.local(at):%Y%m%d}.{ending}",
            purpose=queries.PURPOSE,
            scope=data.scope,
            keep=KEEP,
            actor=actor,
            at=at,
        )
        writing.audit(AuditVerb.REPORT_MADE, scope=data.scope, kind="file", subject=stored.id, data={"kind": kind})
    return stored


def make_pack(*, actor: Viewer, at: dt.datetime, meeting: uuid.UUID) -> Document:
    """The pack of a meeting, as of this moment. Once it is held the pack it was held with stays; one is made only where
    there was none. Raises NotHere, NotPermitted, MeetingError.
    """
    street = meetings.get_meeting(actor, meeting).street
    access.require(actor, Verb.MANAGE_CAMPAIGN, street)
    campaign = campaigns.current_over(actor, street)
    if campaign is None:
        raise MeetingError("没有生成：本街道还没有行动，没有可报的数。请先在“走访任务”里新建行动。")
    with core.write_to(actor=actor, at=at) as writing:
        row = _held(meeting)
        earlier, before = queries.latest(row, PACK), meetings.meeting_before(row)
        if row.stands is State.CANCELLED:
            raise MeetingError("没有生成：这次会没开成，先前的材料留着。")
        if row.stands is State.HELD and earlier:
            raise MeetingError("没有生成：会已经开了，会上看的那份材料不再变。")
        document = Document(kind=PACK, meeting=row, campaign=campaign.id, at=at)
        document.save(force_insert=True)
        request = pack.PackRequest(
            viewer=actor,
            meeting=row,
            before=before,
            campaign=campaign,
            at=at,
            last=queries.latest(before, PACK) if before else None,
            earlier=earlier,
        )
        document.content, figures, document.counts = pack.write(request, document.serial)
        document.figures = figures.rows
        document.save(update_fields=["content", "figures", "counts"])
        writing.audit(AuditVerb.MEETING_PACK_MADE, scope=street, kind="meeting", subject=meeting)
    return document


def _held(meeting: uuid.UUID) -> Meeting:
    """The meeting, held until its pack is written: nobody holds it meanwhile, or makes another pack. What is decided at
    it does not wait.
    """
    return Meeting.objects.select_for_update(no_key=True).get(pk=meeting)


def make_minutes(*, actor: Viewer, at: dt.datetime, meeting: uuid.UUID) -> Document:
    """The minutes of a meeting that was held. Raises NotHere, NotPermitted, MeetingError."""
    row = meetings.get_meeting(actor, meeting)
    access.require(actor, Verb.MANAGE_CAMPAIGN, row.street)
    if row.stands is not State.HELD:
        raise MeetingError("没有生成：会开了才有纪要。")
    with core.write_to(actor=actor, at=at) as writing:
        document = Document(kind=MINUTES, meeting=row, at=at)
        document.save(force_insert=True)
        document.content, figures = minutes.write(actor, row, at, document.serial)
        document.figures = figures.rows
        document.save(update_fields=["content", "figures"])
        writing.audit(AuditVerb.MEETING_MINUTES_MADE, scope=row.street, kind="meeting", subject=row.id)
    return document
