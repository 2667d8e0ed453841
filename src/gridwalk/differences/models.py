"""Differences decided by one rule."""

from __future__ import annotations

from django.db import models

from gridwalk.core import ids


class DecisionBatch(models.Model):
    """Differences decided by one rule. They belong to it from the start; what cannot be decided so leaves it again."""

    STATES = [
        ("running", "正在定"),
        ("paused", "没定完"),
        ("done", "定好了"),
        ("undoing", "正在撤销"),
        ("undone", "已撤销"),
    ]

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    scope = models.CharField(max_length=15)
    kind = models.CharField(max_length=16)
    field = models.CharField(max_length=32)
    sentence = models.CharField(max_length=200)
    decision = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=STATES, default="running")
    n_chosen = models.IntegerField()
    n_done = models.IntegerField(default=0)
    n_changed = models.IntegerField(default=0)
    n_taken = models.IntegerField(default=0)
    n_several = models.IntegerField(default=0)
    n_undone = models.IntegerField(default=0)
    n_left = models.IntegerField(default=0)
    actor = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=40)
    undone_by_name = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["scope", "-created_at"])]
