"""What waits for a decision or was decided about records: differences, rechecks, decided cases."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from gridwalk.core import envelope, ids
from gridwalk.core.kept import Blanked, ByHand, Goes, Kept, Repointed, Stays
from gridwalk.registry import rules
from gridwalk.territory.models import Grid


class Difference(models.Model):
    """差异: a claim the authority rule did not apply, waiting in the one queue for a person's decision."""

    KEPT = Kept(
        grid="grid",
        of=("entity",),
        moved=Goes(alone={"state__in": rules.WAITING}),
        merged=ByHand("upkeep.actions.steps.merging.hand_over_questions"),
        erased=Blanked(
            {"current": None, "claimed": None, "claimed_hash": "", "evidence": {}, "source_ref": "", "reason": ""}
        ),
    )
    STATES = [
        ("open", "待决定"),
        ("accepted", "已采用"),
        ("kept", "保留登记"),
        ("to_door", "上门核实"),
        ("closed", "已消失"),
    ]

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    entity = models.UUIDField()
    field = models.CharField(max_length=32)
    current = models.JSONField(null=True)
    claimed = models.JSONField(null=True)
    claimed_hash = models.CharField(max_length=32)
    head = models.UUIDField(null=True)
    source = models.CharField(max_length=16)
    source_ref = models.CharField(max_length=80, blank=True)
    evidence = models.JSONField(default=dict)
    why = models.CharField(max_length=24)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default="open")
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    batch = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "field", "claimed_hash", "source"],
                condition=Q(state="open"),
                name="difference_asked_once",
            )
        ]
        indexes = [
            models.Index(fields=["grid", "created_at"], condition=Q(state="open"), name="difference_open"),
            models.Index(fields=["entity"]),
            models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="difference_batch"),
        ]

    def opened(self, column: str) -> object:
        """``current`` or ``claimed`` in the clear; mask before showing."""
        value: object = getattr(self, column)
        if envelope.is_sealed(value):
            return envelope.open_(str(value), table="registry_difference", column=f"{column}.{self.field}", row=self.id)
        return value


class TakeOver(models.Model):
    """待对方确认: somebody was said to live at a door whose number stands on a record that the door's side may not
    simply take. While ``difference`` waits for the other side, the door counts one person.

    ``id``: whoever it is, as the door's side calls them; it leads to the record once the difference is accepted.
    ``difference``: one question, however many report the same person at the door, each with a row here.
    ``name``, ``values_sealed``: what the door's side said, and nothing of the record.
    """

    KEPT = Kept(
        grid="grid",
        of=("dwelling",),
        moved=Goes(),
        merged=Repointed(),
        erased=Blanked({"name": "", "values_sealed": ""}, by="difference__entity"),
    )

    id = models.UUIDField(primary_key=True, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    dwelling = models.UUIDField()
    difference = models.ForeignKey(Difference, models.PROTECT, related_name="takeovers")
    name = models.CharField(max_length=40)
    values_sealed = models.TextField()
    residence_kind = models.CharField(max_length=28)
    source = models.CharField(max_length=16)
    op = models.UUIDField(null=True)
    asked_by_name = models.CharField(max_length=40)
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["dwelling"], name="takeover_of_dwelling")]


class Recheck(models.Model):
    """A proposed end (deceased, demolished, closed …) or return that a second person must confirm before it
    counts (P15).

    ``evidence``: what was seen (``ends.EVIDENCE``). ``together``: the doors of one building, proposed and decided as
    one. ``heads``: who is head of a household that loses its head by it (``households.Naming``), while it waits.
    """

    KEPT = Kept(
        grid="grid",
        of=("entity",),
        moved=Goes(alone={"state": "open"}),
        merged=Stays("decided before two records can be merged"),
        erased=Blanked({"reason": "", "note": "", "heads": []}),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    entity = models.UUIDField()
    proposed = models.CharField(max_length=12)
    heads = models.JSONField(default=list)
    reason = models.CharField(max_length=200)
    evidence = models.CharField(max_length=20, blank=True)
    together = models.UUIDField(null=True)
    proposed_by = models.UUIDField(null=True)
    proposed_by_name = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity"], condition=Q(state="open"), name="recheck_open_once")]
        indexes = [
            models.Index(fields=["grid"], condition=Q(state="open"), name="recheck_open"),
            models.Index(fields=["together"], condition=Q(together__isnull=False), name="recheck_together"),
        ]


class CaseDecision(models.Model):
    """已核定: what was decided about a case of a check. It holds while the case has no further record and, record by
    record, what the check looked at is what it was (``facts``: record → fingerprint, no values).

    ``grid`` is the leading record's. ``difference``: the question that was sent to the door, or decided at once.
    """

    KEPT = Kept(
        grid="grid",
        of=("lead",),
        moved=Goes(),
        merged=Stays("what was decided about the two as they were"),
        erased=ByHand("retention.actions.people._records_of"),
    )
    STATES = [("standing", "有效"), ("undone", "已撤销"), ("replaced", "重新核定过")]

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    check_code = models.CharField(max_length=24)
    lead = models.UUIDField()
    records = ArrayField(models.UUIDField())
    facts = models.JSONField()
    decision = models.CharField(max_length=10)
    difference = models.UUIDField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=40)
    decided_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default="standing")
    ended_by_name = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["check_code", "records"], condition=Q(state="standing"), name="case_decision_standing_once"
            )
        ]
        indexes = [
            models.Index(fields=["grid", "-decided_at"], name="case_decision_by_grid"),
            models.Index(fields=["lead"], name="case_decision_lead"),
            GinIndex(fields=["records"], condition=Q(state="standing"), name="case_decision_records"),
        ]


class HandedInNumber(models.Model):
    """An ID number that somebody's file brought and nobody on record in their own area has, by keyed indexes only.

    ``day_index``: of its first fourteen digits, area code and birth date: of these only so many are compared.
    """

    actor = models.UUIDField()
    day_index = models.CharField(max_length=32)
    number_index = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "number_index"], name="handed_in_once")]
        indexes = [models.Index(fields=["actor", "day_index"])]
