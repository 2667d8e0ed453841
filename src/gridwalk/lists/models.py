"""Views that somebody keeps, and what stood in a list that was taken away."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from gridwalk.accounts.models import User
from gridwalk.core import ids
from gridwalk.core.kept import Kept, Stays


class SavedView(models.Model):
    """A view under a name, its owner's. ``name`` empty: the columns this account looks at a list with.

    ``shared_in``: the area (code prefix) whose people may open it as well; "": nobody else.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    list = models.CharField(max_length=16)
    name = models.CharField(max_length=20, blank=True)
    view = models.JSONField()
    shared_in = models.CharField(max_length=15, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "list", "name"], name="saved_view_once")]


class Export(models.Model):
    """A list that was taken away as a file: which records stood in it, so that each person's list can say so."""

    KEPT = Kept(
        of=("entities",),
        merged=Stays("what stood in the file"),
        erased=Stays("ids; that a file was taken away is told"),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    list = models.CharField(max_length=16)
    scope = models.CharField(max_length=15)
    at = models.DateTimeField()
    entities = ArrayField(models.UUIDField())

    class Meta:
        indexes = [GinIndex(fields=["entities"], name="export_entities")]
