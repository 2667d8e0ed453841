"""What was erased, and the last reports."""

from __future__ import annotations

from django.db import models

from gridwalk.core import ids


class Erased(models.Model):
    """An entity whose identity is gone; ``id`` is the entity's. Its row stays as a nameless skeleton."""

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    why = models.CharField(max_length=20)
    by = models.UUIDField(null=True)
    by_name = models.CharField(max_length=40)


class Run(models.Model):
    """One report: per kind how many were over their time, since when, and how many of them were erased."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=40)
    rows = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["-at"])]
