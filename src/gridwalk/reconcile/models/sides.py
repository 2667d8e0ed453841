"""What the sides say, and what is handed back to them. Numbers are encrypted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gridwalk.core import ids, records
from gridwalk.core.kept import Blanked, ByHand, Deleted, Goes, Kept
from gridwalk.reconcile.models.handed_in import Import, Submission


class StandingRows(models.Manager["SideRow"]):
    """What the sides say now."""

    def get_queryset(self) -> models.QuerySet[SideRow]:
        return super().get_queryset().filter(replaced_by__isnull=True)


class SideRow(models.Model):
    """What a side (a ledger, the platform) said of an entity when it was last imported or compared: the ground of
    the back-fill list.

    ``differs``: whether anything was not as in the register then; where it was not and nothing has changed, nobody
    looks. ``replaced_by``: the import that said something else since; should it be taken back, the row stands again.
    """

    KEPT = Kept(
        grid="grid",
        of=("entity",),
        moved=Goes(),
        merged=ByHand("reconcile.actions.merging.hand_over"),
        erased=Deleted(),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    of = models.ForeignKey(Submission, models.CASCADE, related_name="said_rows")
    source = models.CharField(max_length=16)
    grid = models.CharField(max_length=15)
    kind = models.CharField(max_length=16)
    entity = models.UUIDField()
    sheet = models.CharField(max_length=60)
    row_no = models.IntegerField()
    values = models.JSONField(default=dict)
    differs = models.BooleanField(default=True)
    at = models.DateTimeField()
    replaced_by = models.ForeignKey(Import, models.CASCADE, null=True, related_name="+")

    every = models.Manager()  # the first of them is what grids, merges and erasures go by
    objects = StandingRows()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "entity"], condition=Q(replaced_by__isnull=True), name="side_row_once"
            )
        ]
        indexes = [models.Index(fields=["source", "grid"])]

    def opened(self) -> dict[str, object]:
        """The side's values in the clear; mask before showing."""
        return records.open_record(self.values, table="reconcile_siderow", column="values", row=self.id)


class BackfillItem(models.Model):
    """One value handed back to a side on a back-fill list (回填清单); the side's next export proves it done or
    still open.
    """

    KEPT = Kept(
        grid="grid",
        of=("entity",),
        moved=Goes(),
        merged=ByHand("reconcile.actions.merging.hand_over"),
        erased=Blanked({"new": None}),
    )
    STATES = [("handed_out", "已发出"), ("ticked", "已回填"), ("proved", "已改好"), ("still_open", "还没改")]

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    list_id = models.UUIDField()
    source = models.CharField(max_length=16)
    grid = models.CharField(max_length=15)
    kind = models.CharField(max_length=16)
    entity = models.UUIDField()
    field = models.CharField(max_length=32)
    new = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=STATES, default="handed_out")
    handed_out_at = models.DateTimeField()
    handed_out_by_name = models.CharField(max_length=40)
    proved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["source", "entity"]), models.Index(fields=["source", "state"])]

    def opened(self) -> object:
        """The value to be entered, in the clear; mask before showing."""
        return records.open_value(self.field, self.new, table="reconcile_backfillitem", column="new", row=self.id)
