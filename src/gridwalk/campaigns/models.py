"""走访任务. A target is one door, organization or key site to be visited in one campaign."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from gridwalk.accounts.models import User
from gridwalk.core import ids
from gridwalk.core.kept import ByHand, Kept, Stays
from gridwalk.territory.models import Grid


class Campaign(models.Model):
    """A campaign over a scope (code prefix); its rules (visit cap, quiet hours) are data shown to its users."""

    STATES = [("draft", "筹备"), ("running", "进行中"), ("closed", "已结束")]

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=60)
    scope = models.CharField(max_length=15)
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(max_length=10, choices=STATES, default="draft")
    max_visits = models.PositiveSmallIntegerField(default=6)
    quiet_from = models.TimeField()
    quiet_until = models.TimeField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)


class Pause(models.Model):
    """Days on which nobody is sent to a door; the plan's line stands still. ``ends_on``: the last of them, or open."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="pauses")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    reason = models.CharField(max_length=120)

    class Meta:
        ordering = ["starts_on"]


class Phase(models.Model):
    """部署 · 行动 · 总结, each with its days."""

    KINDS = [("prepare", "部署"), ("act", "行动"), ("sum_up", "总结")]

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="phases")
    kind = models.CharField(max_length=10, choices=KINDS)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "kind"], name="phase_once")]
        ordering = ["starts_on", "ends_on", "kind"]


class Wave(models.Model):
    """Which areas begin when: the pilot first, then all (试点先行, 全面铺开)."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="waves")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=30)
    scopes = ArrayField(models.CharField(max_length=15))
    kinds = ArrayField(models.CharField(max_length=16))
    starts_on = models.DateField()
    dispatched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "order"], name="wave_once")]
        ordering = ["order"]


class LeadingMember(models.Model):
    """领导小组: who leads the campaign and for what (P21), printed on its documents."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="leading_group")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    post = models.CharField(max_length=60)
    duty = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "order"], name="leading_member_once")]
        ordering = ["order"]


class Target(models.Model):
    """One thing to visit. ``state`` follows the settling rules of domain.md §2 and is written by visits only."""

    KEPT = Kept(
        grid="grid",
        of=("entity",),
        moved=ByHand("campaigns.actions.regridding.follow_doors"),
        merged=ByHand("visits.actions.merging.hand_over"),
        erased=Stays("of doors and places"),
    )
    STATES = [
        ("remaining", "待走访"),
        ("visited", "已走访"),
        ("explained", "已登记原因"),
        ("pending", "待复核"),
        ("left", "已出范围"),
    ]

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="targets")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="targets")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    entity = models.UUIDField()
    walk_key = models.CharField(max_length=80, blank=True)
    assignee = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=STATES, default="remaining")
    outcome = models.CharField(max_length=20, blank=True)
    settled_at = models.DateTimeField(null=True)
    met_in_person = models.BooleanField(default=False)
    n_visits = models.PositiveSmallIntegerField(default=0)
    bands = ArrayField(models.CharField(max_length=12), default=list)
    last_visit_at = models.DateTimeField(null=True)
    revisit_at = models.DateTimeField(null=True)
    planned_on = models.DateField(null=True)
    planned_band = models.CharField(max_length=12, blank=True)
    note = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "entity"], name="target_once")]
        indexes = [
            models.Index(fields=["campaign", "grid", "kind", "state"]),
            models.Index(fields=["grid", "walk_key"]),
            models.Index(fields=["entity"]),
        ]
