"""The last reports."""

from __future__ import annotations

from django.db import models

from gridwalk.core import ids


class Run(models.Model):
    """One report: per kind how many were over their time, since when, and how many of them were erased."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=40)
    rows = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["-at"])]
