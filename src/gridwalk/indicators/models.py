"""Kept counts. Only ``tallies`` reads and writes them; a percentage is never stored."""

from __future__ import annotations

import uuid

from django.db import models

from gridwalk.core import ids
from gridwalk.core.kept import Kept, Stays

NO_CAMPAIGN = uuid.UUID(int=0)


class Tally(models.Model):
    """An indicator's count over one grid, good for one grid version, day and definition."""

    KEPT = Kept(grid="grid", moved=Stays("counted anew"))

    grid = models.CharField(max_length=15)
    indicator = models.CharField(max_length=32)
    campaign = models.UUIDField(default=NO_CAMPAIGN)
    as_of = models.DateField()
    definition = models.CharField(max_length=16)
    version = models.BigIntegerField()
    n = models.IntegerField()
    d = models.IntegerField()
    parts = models.JSONField(default=dict)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grid", "indicator", "campaign"], name="tally_once")]


class Snapshot(models.Model):
    """A day's closing count per grid, kept for trends and documents."""

    KEPT = Kept(grid="grid", moved=Stays("the trend of a grid ends with it"))

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    on = models.DateField()
    grid = models.CharField(max_length=15)
    indicator = models.CharField(max_length=32)
    campaign = models.UUIDField(default=NO_CAMPAIGN)
    n = models.IntegerField()
    d = models.IntegerField()
    parts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["on", "grid", "indicator", "campaign"], name="snapshot_once")]
        indexes = [models.Index(fields=["campaign", "indicator", "on"])]


class Disclosure(models.Model):
    """What one kind of viewer was shown on one day, and what was withheld from it; later plans remember it.

    ``kind``: the code prefixes of which such viewers see rows, joined by commas; empty for who sees counts only.
    ``key``: a hash of what the plans were made of. ``plans``: areas withheld, pooled and ever shown, by kind of cell.
    ``values``: count and complement of each area that was shown, by kind of cell, as last shown that day.
    """

    kind = models.TextField(blank=True)
    on = models.DateField()
    key = models.CharField(max_length=64)
    plans = models.JSONField()
    values = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "on"], name="disclosure_once")]
