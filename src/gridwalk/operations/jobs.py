"""Work of the house itself: expired files are erased, the audit is sealed, backups made, jobs of a killed
worker go on.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.conf import settings
from procrastinate import JobContext
from procrastinate.contrib.django import app

from gridwalk.core import actions, clock
from gridwalk.core.actors import PROGRAM
from gridwalk.core.audit import copies
from gridwalk.operations.backups import actions as backups
from gridwalk.operations.backups import restoring
from gridwalk.operations.resealing import actions as resealing

STALLED_SECONDS = 60
"""A worker says that it lives every ten seconds."""
STRAY = dt.timedelta(days=40)
"""For so long a phone may hand in: the pieces of its photos lie among the files and are no stored file yet."""


@app.periodic(cron="30 17 * * *")  # cron runs in UTC; 17:30 UTC is 01:30 in the street
@app.task(name="operations.erase_expired_files", queueing_lock="operations.erase_expired_files")
def erase_expired_files(timestamp: int) -> None:
    """Erase the bytes of every stored file that has expired, and those that a killed program left without a row.

    ``timestamp`` is the scheduler's and not used as a clock.
    """
    at = clock.now()
    actions.erase_expired_files(actor=PROGRAM, at=at)
    if not restoring.replaced():  # the rows of some files are in the database that a restore put aside
        actions.erase_strays(before=at - STRAY)


@app.periodic(cron="*/2 * * * *")
@app.task(name="operations.resume_stalled_jobs", queueing_lock="operations.resume_stalled_jobs", pass_context=True)
async def resume_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Run again what a worker had in hand when it was killed; every job goes on where its receipts end.

    Night work has a queueing lock and comes round by itself.
    """
    for job in await context.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        if job.queueing_lock is None:
            await context.app.job_manager.retry_job(job)


@app.periodic(cron="0 * * * *")
@app.task(name="operations.seal_audit", queueing_lock="operations.seal_audit")
def seal_audit(timestamp: int) -> None:
    """Seal the ends of the audit's chains to a file every hour: what is cut off or rewritten since is found by it."""
    actions.seal_audit(folder=Path(settings.SEALS_DIR), actor=PROGRAM, at=clock.now())


@app.periodic(cron="0 18 * * *")
@app.task(name="operations.back_up", queueing_lock="operations.back_up")
def back_up(timestamp: int) -> None:
    """Make tonight's backup at 02:00 in the street where a folder is set, and let go of what restores replaced
    a week ago.
    """
    at = clock.now()
    if settings.BACKUP_DIR:
        backups.make_nightly(folder=Path(settings.BACKUP_DIR), actor=PROGRAM, at=at)
    backups.drop_replaced(actor=PROGRAM, at=at)


@app.periodic(cron="10 * * * *")
@app.task(name="operations.copy_audit", queueing_lock="operations.copy_audit")
def copy_audit(timestamp: int) -> None:
    """Bring the audit's new lines to another machine every hour where a folder is set."""
    if settings.AUDIT_COPIES:
        copies.write(Path(settings.AUDIT_COPIES), at=clock.now())


@app.task(name="operations.reseal")
def reseal() -> None:
    """After a change of keys, seal what is under a former one again; done twice, the second time finds
    nothing to do.
    """
    resealing.reseal(actor=PROGRAM, at=clock.now())
