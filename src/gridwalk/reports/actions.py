"""Making a report: written from one moment's figures, stored encrypted, gone after 30 days. Making a meeting's pack and
minutes: kept with their figures, so that each can be got again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping

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
from gridwalk.reports import annex, minutes, numbering, overview, pack, progress, queries, rules, summary, weekly
from gridwalk.reports.models import MINUTES, PACK, PROGRESS, SUMMARY, WEEKLY, Document
from gridwalk.reports.overview import Overview

KEEP = dt.timedelta(days=30)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReportFile:
    """One file of a report: who writes it, what it is called, its ending."""

    write: Callable[[Overview, Document], bytes]
    label: str
    ending: str


WRITERS: Mapping[str, tuple[ReportFile, ...]] = {
    PROGRESS: (ReportFile(write=progress.write, label="走访进度", ending="xlsx"),),
    WEEKLY: (ReportFile(write=weekly.write, label="周报表", ending="xlsx"),),
    SUMMARY: (
        ReportFile(write=summary.write, label="总结材料", ending="docx"),
        ReportFile(write=annex.write, label="总结附表", ending="xlsx"),
    ),
}
"""Kind → its files, of one moment and with the same figures; the first is what is offered at once."""


def make_report(*, actor: Viewer, at: dt.datetime, kind: str, campaign_id: uuid.UUID) -> StoredFile:
    """Make a report of a kind (``progress`` · ``weekly`` · ``summary``) as far as the actor may see, and keep its
    figures. Raises NotHere.
    """
    if kind not in WRITERS or not actor.may_anywhere(Verb.EXPORT_REPORT):
        raise NotHere
    data = overview.overview(actor, campaigns.get_campaign(actor, campaign_id), at)
    with core.write_to(actor=actor, at=at) as writing:
        document = Document(kind=kind, scope=data.scope, campaign=data.campaign.id, at=at, counts=data.kept)
        document.save(force_insert=True)
        document.figures = numbering.number(data, document).rows
        stored = [_stored(file, data, document, actor) for file in WRITERS[kind]]
        document.content = {"street": data.place, "name": stored[0].name, "as_of": rules.as_of(clock.local(at))}
        document.save(update_fields=["content", "figures"])
        for file in stored:
            writing.audit(AuditVerb.REPORT_MADE, scope=data.scope, kind="file", subject=file.id, data={"kind": kind})
    return stored[0]


def _stored(file: ReportFile, data: Overview, document: Document, actor: Viewer) -> StoredFile:
    return core.store_file(
        data=file.write(data, document),
        name=f"{data.place}{file.label}{clock.local(data.at):%Y%m%d}.{file.ending}",
        purpose=queries.PURPOSE,
        scope=data.scope,
        keep=KEEP,
        actor=actor,
        at=data.at,
    )


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
        document = Document(kind=PACK, meeting=row, scope=street, campaign=campaign.id, at=at)
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
        document = Document(kind=MINUTES, meeting=row, scope=row.street, at=at)
        document.save(force_insert=True)
        document.content, figures = minutes.write(actor, row, at, document.serial)
        document.figures = figures.rows
        document.save(update_fields=["content", "figures"])
        writing.audit(AuditVerb.MEETING_MINUTES_MADE, scope=row.street, kind="meeting", subject=row.id)
    return document
