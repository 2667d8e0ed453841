"""Notices, and who has read them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import LABELS as ROLES
from gridwalk.core import ids
from gridwalk.core.kept import Blanked, Kept, Repointed, Stays
from gridwalk.notices.rules import LABELS, LONGEST


class Notice(models.Model):
    """One thing told, to an account or to whoever holds a role in an area.

    ``about`` and ``entity``: the record it leads to. ``done_at``: somebody it was told to has seen to it.
    """

    KEPT = Kept(
        grid="scope",
        moved=Stays("who has a post above reads it on; who had the old grid reads their own"),
        of=("entity",),
        merged=Repointed(),
        erased=Blanked({"entity": None}),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="notices")
    role = models.CharField(max_length=20, blank=True, choices=[(role.value, label) for role, label in ROLES.items()])
    scope = models.CharField(max_length=15, blank=True)
    kind = models.CharField(max_length=16, choices=[(kind.value, label) for kind, label in LABELS.items()])
    text = models.CharField(max_length=LONGEST)
    about = models.CharField(max_length=16, blank=True)
    entity = models.UUIDField(null=True)
    told_at = models.DateTimeField(db_index=True)
    told_by = models.CharField(max_length=40)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, role="") | Q(user__isnull=True) & ~Q(role=""),
                name="notice_to_account_or_post",
            )
        ]
        indexes = [models.Index(fields=["role", "scope"])]


class Reading(models.Model):
    """Somebody has read a notice."""

    KEPT = Kept(of=("notice",), merged=Stays("who read it"), erased=Stays("who read it"))

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="readings")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="notice_read_once")]
