"""走访, 关爱联系 and 巡检. A visit is never changed; a wrong one is followed by a correction with its reason."""

from __future__ import annotations

from django.db import models

from gridwalk.campaigns.models import Target
from gridwalk.core import ids
from gridwalk.core.kept import Blanked, ByHand, Goes, Kept, Repointed, Stays
from gridwalk.registry.models import CareLabel
from gridwalk.territory.models import Grid


class Visit(models.Model):
    """One knock or call, with its outcome. ``id`` is the intention's op, so that a repeat finds it.

    ``recheck``: confirmed · rejected, once a second person has rechecked what was reported (moved away, not found).
    """

    KEPT = Kept(
        grid="grid",
        of=("entity",),
        moved=Goes(),
        merged=Repointed(),
        erased=Stays("of doors and places; its details have a period of their own"),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    target = models.ForeignKey(Target, models.PROTECT, null=True, related_name="visits")
    kind = models.CharField(max_length=16)
    entity = models.UUIDField()
    outcome = models.CharField(max_length=20)
    at = models.DateTimeField()
    on = models.DateField()
    band = models.CharField(max_length=12)
    worker = models.UUIDField(null=True)
    worker_name = models.CharField(max_length=40)
    source = models.CharField(max_length=16)
    second_source = models.CharField(max_length=20, blank=True)
    met_adult = models.BooleanField(default=False)
    n_confirmed = models.PositiveSmallIntegerField(default=0)
    n_changed = models.PositiveSmallIntegerField(default=0)
    revisit_at = models.DateTimeField(null=True)
    recheck = models.CharField(max_length=10, blank=True)
    received_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["entity", "at"]),
            models.Index(fields=["grid", "on"]),
        ]


class CareContact(models.Model):
    """A contact with a care recipient: a need found, help given or referred (P22). Never changed: a wrong one is
    withdrawn. One contact has a row for each label it counts for, of the same ``created_at``.
    """

    KEPT = Kept(
        grid="grid",
        of=("label",),
        moved=Goes(alone=None),
        merged=ByHand("upkeep.actions.steps.merging.hand_over_care"),
        erased=Blanked({"need": "", "help": "", "note": ""}, by="label__person"),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    label = models.ForeignKey(CareLabel, models.PROTECT, related_name="contacts")
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="care_contacts")
    on = models.DateField()
    worker = models.UUIDField(null=True)
    worker_name = models.CharField(max_length=40)
    need = models.CharField(max_length=20, blank=True)
    help = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["label", "-on"])]


class Round(models.Model):
    """巡检: one look at a facility or a key site. Never changed; a wrong one is withdrawn with its reason.

    ``was``: the state of the facility before it. ``listed`` rounds are those a ledger says were made.
    """

    KEPT = Kept(
        grid="grid",
        of=("entity",),
        moved=Goes(alone=None),
        merged=Stays("facilities and key sites are not merged"),
        erased=Stays("of facilities and key sites"),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    entity = models.UUIDField()
    on = models.DateField()
    result = models.CharField(max_length=10)
    fault = models.CharField(max_length=12, blank=True)
    out_of_use = models.BooleanField(default=False)
    note = models.CharField(max_length=60, blank=True)
    was = models.CharField(max_length=12, blank=True)
    worker = models.UUIDField(null=True)
    worker_name = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["entity", "-on"])]


class CareNeed(models.Model):
    """A need found in a contact, followed until its recipient has said that it is met (P22). Its grid is its label's.

    ``ask_on``: the day by which somebody asks again; ``met_in``: the visit it was said in, where it was one.
    """

    KEPT = Kept(
        of=("contact",),
        merged=Stays("goes with its contact"),
        erased=Blanked({"need": "", "referred_to": ""}, by="contact__label__person"),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    contact = models.ForeignKey(CareContact, models.PROTECT, related_name="needs")
    need = models.CharField(max_length=20)
    state = models.CharField(max_length=12)
    referred_to = models.CharField(max_length=12, blank=True)
    ask_on = models.DateField()
    n_unmet = models.PositiveSmallIntegerField(default=0)
    met_on = models.DateField(null=True)
    met_by = models.UUIDField(null=True)
    met_by_name = models.CharField(max_length=40, blank=True)
    met_in = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["ask_on"],
                condition=models.Q(state__in=["open", "given", "referred"]),
                name="care_need_followed",
            )
        ]
