"""Daily events (P11): that they happened and where, never what they say; their values stand in the change rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gridwalk.core.kept import Goes, Kept, Stays
from gridwalk.territory.models import Grid


class Event(models.Model):
    """动态更新: what happened at a door (moved in, let, died …), recorded in one go (P11). Its id is the op of its changes.

    ``versions``: the version of each stream it wrote, which finds its changes again; ``undone_as``: the op that took
    it back.
    """

    KEPT = Kept(
        grid="grid",
        of=("entity",),
        moved=Goes(alone=None),
        merged=Stays("what happened, at the record it happened to"),
        erased=Stays("what happened when, by ids"),
    )

    id = models.UUIDField(primary_key=True, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)
    kind = models.CharField(max_length=16)
    entity = models.UUIDField()
    versions = models.JSONField()
    actor = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=40)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_as = models.UUIDField(null=True)
    undone_by_name = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["grid", "-at"], name="event_of_grid"),
            models.Index(fields=["entity"], name="event_of_entity"),
            models.Index(fields=["undone_as"], condition=Q(undone_as__isnull=False), name="event_undone"),
        ]
