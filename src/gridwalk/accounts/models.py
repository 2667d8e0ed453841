"""Accounts. Areas are named by code prefix only: territory stands above this room."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from gridwalk.accounts.rules import FACTORS, LABELS, Role, State
from gridwalk.core import ids
from gridwalk.core.kept import ByHand, Kept, Stays


class User(AbstractBaseUser):
    """One person with an account; what they may do is in their assignments, never here.

    ``staff_street``: within which the staff number is somebody's.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    post = models.CharField(max_length=40, blank=True)
    work_phone_sealed = models.TextField(blank=True)
    staff_number = models.CharField(max_length=20, blank=True)
    staff_street = models.CharField(max_length=9, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    objects = BaseUserManager["User"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff_street", "staff_number"],
                condition=models.Q(is_active=True) & ~models.Q(staff_number=""),
                name="staff_number_once",
            )
        ]


class Assignment(models.Model):
    """A role over an area for a time. ``responsible``: the one person named for that area on lists and documents.

    ``state``: a role that sees rows is proposed by one person and works once another has confirmed it.
    ``covers``: whose days these are, where the assignment is a substitute's (代班); what is theirs stays theirs.
    """

    KEPT = Kept(grid="scope", moved=ByHand("accounts.actions.follow_grids"))

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=20, choices=[(r.value, LABELS[r]) for r in Role])
    scope = models.CharField(max_length=15, blank=True)
    responsible = models.BooleanField(default=False)
    covers = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in State], default=State.CONFIRMED)
    proposed_by = models.UUIDField(null=True)
    proposed_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["scope", "role"])]


class Reset(models.Model):
    """Another password or second factor for an account that sees rows: asked for by one person, done once another
    confirms it. ``password``: the hash of what stands on the slip, until it is decided.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="resets")
    what = models.CharField(max_length=10, choices=[(f.value, label) for f, label in FACTORS.items()])
    password = models.CharField(max_length=128, blank=True)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in State], default=State.PROPOSED)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "what"], condition=models.Q(state=State.PROPOSED), name="reset_asked_for_once"
            )
        ]


class Grant(models.Model):
    """Single objects opened to a user for a time (an inspector's sampled doors)."""

    KEPT = Kept(of=("entity",), merged=Stays("for a time, on what was asked for"), erased=Stays("an id for a time"))

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    kind = models.CharField(max_length=16)
    entity = models.UUIDField()
    reason = models.CharField(max_length=200)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
