"""The night's work of keeping no longer than needed."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import clock
from gridwalk.retention import rules
from gridwalk.retention.actions import applying


@app.periodic(cron="30 18 * * *")  # 02:30 in the street, after the backup
@app.task(name="retention.nightly", queueing_lock="retention.nightly")
def nightly(timestamp: int) -> None:
    """Erase the kinds that are switched on (GRIDWALK_RETENTION), and keep the report of all, switched on or not."""
    applying.apply(actor=SYSTEM, at=clock.now(), periods=rules.chosen(settings.RETENTION.split(",")))
