"""Samples, the doors they drew, and what was asked there."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gridwalk.accounts.models import User
from gridwalk.campaigns.models import Campaign
from gridwalk.core import ids
from gridwalk.core.kept import Goes, Kept, Stays
from gridwalk.core.models import StoredFile
from gridwalk.followup.models import Matter
from gridwalk.inspection import rules
from gridwalk.inspection.listing import MATCHES
from gridwalk.inspection.rules import DoorState, Kind, Stage
from gridwalk.territory.models import Grid


def _choices(words: Any) -> list[tuple[str, str]]:
    return [(code.value, label) for code, label in words.items()]


class Sample(models.Model):
    """One draw of a campaign, ``number`` among those of its kind and scope. Its steps are never taken back.

    ``commitment``: the hash of the seed, shown from the day it is sealed; ``seed``: in hexadecimal digits, empty until
    it is revealed. ``frame`` and ``fingerprint``: the frozen doors; ``strata``: doors by stratum; ``due``: doors to be
    visited, by community, when it was frozen. ``claimed``: rate → units of the frame by stratum, and met and due by
    community, on the day of the draw (``queries.claimed``). ``share``, ``response``: percent. ``instalment_size``,
    ``most_answers`` and ``least_drawn``: the numbers it is drawn by, kept so that it can be drawn again when the rules
    have others.
    ``honest``: percent that deny an honest visit, as stated when it was planned; ``n_instalments`` and ``verdict``: of
    an acceptance sample. ``matter``: the finding that came of it.
    """

    KEPT = Kept(
        of=("matter",),
        merged=Stays("of a finding about a community, which names no door"),
        erased=Stays("of a finding about a community, which names nobody"),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="samples")
    kind = models.CharField(max_length=10, choices=[(kind.value, words.label) for kind, words in rules.KINDS.items()])
    number = models.PositiveSmallIntegerField()
    scope = models.CharField(max_length=15)
    why = models.CharField(max_length=120, blank=True)
    stage = models.CharField(max_length=10, choices=_choices(rules.STAGES))
    share = models.PositiveSmallIntegerField()
    response = models.PositiveSmallIntegerField()
    honest = models.PositiveSmallIntegerField(default=rules.HONEST)
    instalment_size = models.PositiveSmallIntegerField()
    most_answers = models.PositiveSmallIntegerField()
    least_drawn = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    to_on = models.DateField()
    commitment = models.CharField(max_length=64, blank=True)
    seed_sealed = models.TextField(blank=True)
    seed = models.CharField(max_length=64, blank=True)
    frame = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    fingerprint = models.CharField(max_length=64, blank=True)
    strata = models.JSONField(default=dict)
    due = models.JSONField(default=dict)
    claimed = models.JSONField(default=dict)
    n_instalments = models.PositiveSmallIntegerField(default=0)
    verdict = models.CharField(max_length=10, blank=True)
    matter = models.ForeignKey(Matter, models.SET_NULL, null=True, related_name="+")
    planned_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)
    revealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "kind", "scope", "number"], name="sample_number")]
        indexes = [models.Index(fields=["scope"], opclasses=["varchar_pattern_ops"], name="sample_scope")]

    @property
    def draws_for(self) -> Kind:
        """Its kind."""
        return Kind(self.kind)

    @property
    def stands(self) -> Stage:
        """Its stage."""
        return Stage(self.stage)


class SampledDoor(models.Model):
    """A door that was drawn. ``turn``: its place in the order by lot; ``instalment``: 0 but in an acceptance sample,
    whose later instalments wait until they are drawn. ``inspector``: who asks there, None while it is given to nobody.
    ``claims``: rate → the units it claimed on the day of the draw.
    """

    KEPT = Kept(
        grid="grid",
        of=("dwelling",),
        moved=Goes(),
        merged=Stays("what was drawn stays drawn; a door that is gone is reported as such"),
        erased=Stays("of doors; what was said there is no value of a person"),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    sample = models.ForeignKey(Sample, models.PROTECT, related_name="doors")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    dwelling = models.UUIDField()
    stratum = models.CharField(max_length=24)
    turn = models.PositiveIntegerField()
    instalment = models.PositiveSmallIntegerField(default=0)
    claims = models.JSONField(default=dict)
    inspector = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=16, choices=_choices(rules.DOOR_STATES), default=DoorState.OPEN)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sample", "dwelling"], name="sampled_door_once")]
        indexes = [
            models.Index(fields=["dwelling"], name="sampled_door_of"),
            models.Index(fields=["inspector"], condition=Q(state=DoorState.OPEN), name="sampled_door_open"),
        ]

    @property
    def stands(self) -> DoorState:
        """What became of it."""
        return DoorState(self.state)


class Approach(models.Model):
    """One call or knock that brought no answer. ``outcome``: empty while a telephone was only dialled."""

    KEPT = Kept(of=("door",), merged=Stays("of the door drawn"), erased=Stays("of the door drawn"))

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    door = models.ForeignKey(SampledDoor, models.CASCADE, related_name="approaches")
    way = models.CharField(max_length=6)
    outcome = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()


class DoorAnswer(models.Model):
    """What was said at a door that was drawn. ``agrees``: field → whether it is as recorded; the values themselves are
    claims, and no part of it. ``knows``: whether the grid service is known. ``at``: when it was said.
    """

    KEPT = Kept(of=("door",), merged=Stays("of the door drawn"), erased=Stays("it says nothing of a person"))

    door = models.OneToOneField(SampledDoor, models.CASCADE, primary_key=True, related_name="answer")
    way = models.CharField(max_length=6)
    visited = models.CharField(max_length=8)
    who = models.CharField(max_length=8)
    identity = models.CharField(max_length=8, blank=True)
    knows = models.BooleanField(null=True)
    agrees = models.JSONField(default=dict)
    at = models.DateTimeField()


class DrawnStairwell(models.Model):
    """A stairwell that an area sample drew, to be listed up to ``until``, the next one of the walk (empty: to the end
    of the grid). ``n_doors``: of the frame; ``hits``: times drawn; ``n_bells``, ``n_boxes``: None if not counted.
    """

    KEPT = Kept(
        grid="grid",
        of=("sample",),
        moved=Stays("where it was drawn"),
        merged=Stays("of a stairwell"),
        erased=Stays("of a stairwell, which names nobody"),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    sample = models.ForeignKey(Sample, models.PROTECT, related_name="stairwells")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    stairwell = models.UUIDField()
    place = models.CharField(max_length=80)
    until = models.CharField(max_length=80, blank=True)
    n_doors = models.PositiveSmallIntegerField()
    hits = models.PositiveSmallIntegerField()
    turn = models.PositiveSmallIntegerField()
    inspector = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    n_bells = models.PositiveSmallIntegerField(null=True)
    n_boxes = models.PositiveSmallIntegerField(null=True)
    listed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sample", "stairwell"], name="drawn_stairwell_once")]
        indexes = [
            models.Index(fields=["inspector"], condition=Q(listed_at=None), name="drawn_stairwell_open"),
        ]


class ListedDoor(models.Model):
    """A door of a stairwell that was listed, as it is called there, or one of the register that nobody met.

    ``n_living``: where somebody answered; ``n_recorded``: how many lived there by the register.
    """

    KEPT = Kept(
        of=("listing", "dwelling"),
        merged=Stays("what was listed stays listed"),
        erased=Stays("of doors; it says nothing of a person"),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    listing = models.ForeignKey(DrawnStairwell, models.CASCADE, related_name="doors")
    label = models.CharField(max_length=60)
    match = models.CharField(max_length=8, choices=_choices(MATCHES))
    dwelling = models.UUIDField()
    n_living = models.PositiveSmallIntegerField(null=True)
    n_recorded = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "dwelling"], name="listed_door_once")]
        indexes = [models.Index(fields=["dwelling"], name="listed_door_of")]
