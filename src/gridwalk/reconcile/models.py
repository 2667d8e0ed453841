"""An import and its staged rows (encrypted), from upload to the last batch."""

from __future__ import annotations

from django.db import models

from gridwalk.core import envelope, ids
from gridwalk.core.models import StoredFile


class Import(models.Model):
    """One ledger on its way into the register. Unfinished until the last batch has its receipt."""

    STATES = [
        ("staging", "正在读表"), ("mapping", "等您核对列"), ("applying", "正在入库"), ("paused", "没导完"),
        ("done", "已导入"), ("failed", "没读成"), ("cancelled", "已放弃"),
    ]  # fmt: skip

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    annotated = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200)
    scope = models.CharField(max_length=15)
    kind = models.CharField(max_length=16, blank=True)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=STATES, default="staging")
    message = models.CharField(max_length=400, blank=True)
    n_rows = models.IntegerField(default=0)
    n_faulty = models.IntegerField(default=0)
    n_created = models.IntegerField(default=0)
    n_changed = models.IntegerField(default=0)
    n_same = models.IntegerField(default=0)
    n_differences = models.IntegerField(default=0)
    n_refused = models.IntegerField(default=0)
    n_batches = models.IntegerField(default=0)
    n_batches_done = models.IntegerField(default=0)
    actor = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["scope", "-created_at"])]


class StagedRow(models.Model):
    """One row of a ledger as read: canonical values with numbers sealed, its faults, and what became of it."""

    STATES = [
        ("waiting", "待入库"),
        ("created", "新建"),
        ("changed", "已更新"),
        ("same", "一致"),
        ("refused", "没导入"),
    ]

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=60)
    row_no = models.IntegerField()
    kind = models.CharField(max_length=16)
    grid = models.CharField(max_length=15, blank=True)
    batch = models.IntegerField(default=0)
    values = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    entity = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "sheet", "row_no"], name="staged_once")]
        indexes = [models.Index(fields=["of", "batch"])]

    def opened(self) -> dict[str, object]:
        """The row's values in the clear. The envelope's row is ``import|sheet|row_no``: known before the row exists."""
        row = f"{self.of_id}|{self.sheet}|{self.row_no}"
        return {
            field: envelope.open_(value, table="reconcile_stagedrow", column=f"values.{field}", row=row)
            if envelope.is_sealed(value)
            else value
            for field, value in self.values.items()
        }
