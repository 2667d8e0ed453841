"""更正方案: what one person proposes about some records, done only when a second person has rechecked it.

交接: what somebody's post leaves open when it ends, and to whom it went.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from gridwalk.accounts.models import Assignment, User
from gridwalk.core import ids
from gridwalk.core.kept import ByHand, Kept, Stays
from gridwalk.upkeep.rules import STATES


class Plan(models.Model):
    """One correction of several records at once.

    ``communities``: whose people recheck it. ``subjects``: the records it is about; what their order says is the
    kind's own (a merge: the one that stays, the one that goes; grids have none). ``choices``: what the proposer
    chose, ``seen``: the state of the records they saw, both without values of facts.
    ``undo_sealed``: what was before, as the kind needs it to take the plan back.
    """

    KEPT = Kept(
        of=("subjects",),
        merged=Stays("what was proposed about the records as they were"),
        erased=ByHand("retention.actions.people.clear_plans"),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField(max_length=20)
    communities = ArrayField(models.CharField(max_length=12))
    subjects = ArrayField(models.UUIDField())
    choices = models.JSONField(default=dict)
    seen = models.JSONField(default=dict)
    evidence = models.CharField(max_length=20)
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=list(STATES.items()), default="open")
    proposed_by = models.UUIDField(null=True)
    proposed_by_name = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    undone_by = models.UUIDField(null=True)
    undone_by_name = models.CharField(max_length=40, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.CharField(max_length=200, blank=True)
    undo_sealed = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["proposed_at"], condition=Q(state="open"), name="upkeep_plan_open"),
            GinIndex(fields=["subjects"], name="upkeep_plan_subjects"),
        ]


class Handover(models.Model):
    """What came of the work of somebody whose post ended. ``before``: the post's last day as it was, None: without.

    ``to``: who took over. ``moved``: what went over, ids by kind, so that it can go back.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    post = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    before = models.DateField(null=True)
    to = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    moved = models.JSONField(default=dict)
    made_by = models.UUIDField(null=True)
    made_by_name = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by_name = models.CharField(max_length=40, blank=True)
