"""Making a report: written from one moment's figures, stored encrypted, gone after 30 days."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import queries as campaigns
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import StoredFile
from gridwalk.core.queries import NotHere
from gridwalk.reports import overview, progress, queries, summary, weekly

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
