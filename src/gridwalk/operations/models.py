"""调查: that two persons look into what one person did on some days; and who runs this installation."""

from __future__ import annotations

from django.db import models

from gridwalk.accounts.models import User
from gridwalk.core import ids
from gridwalk.operations.rules import CAUSES, STATES


class Operator(models.Model):
    """The unit that runs this installation, one row; ``filing_number``: under which it is filed (备案编号)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    unit = models.CharField(max_length=60)
    filing_number = models.CharField(max_length=40, blank=True)


class Investigation(models.Model):
    """The entries of one person on stated days, opened by two others for a reason. It speaks of no record and no grid.

    ``until_at``: its entries are read until then. Who opened them when stands in the audit.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    cause = models.CharField(max_length=10, choices=list(CAUSES.items()))
    from_on = models.DateField()
    to_on = models.DateField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=list(STATES.items()), default="proposed")
    proposed_by = models.UUIDField()
    proposed_by_name = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    until_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-proposed_at"], name="investigation_of_user")]
