"""Matters with what was done and said about each, and the meetings at which some are decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gridwalk.core import ids
from gridwalk.core.kept import Goes, Kept, Repointed, Stays
from gridwalk.core.models import StoredFile
from gridwalk.followup.meetings import LONGEST_ASKED, LONGEST_PLACE, LONGEST_PRACTICE, LONGEST_WHY, STATES, State
from gridwalk.followup.rules import (
    COURSES,
    DIGITS,
    LONGEST_OUTSIDE,
    LONGEST_OUTSIDE_NUMBER,
    LONGEST_TITLE,
    STAGES,
    Act,
    Kind,
    Level,
    Stage,
)


class Meeting(models.Model):
    """One progress meeting of a street. ``number``: counted in the street from one; ``asked``: who is to come;
    ``present``, ``excused``: who came, who could not, written down at the meeting; all three posts, never names.
    ``on``: the day planned, ``held_on``: the day it took place; ``practice``: what is worth spreading; ``why``: of one
    that was cancelled.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    street = models.CharField(max_length=9)
    number = models.PositiveIntegerField()
    on = models.DateField()
    begins = models.TimeField()
    place = models.CharField(max_length=LONGEST_PLACE)
    asked = models.CharField(max_length=LONGEST_ASKED)
    practice = models.CharField(max_length=LONGEST_PRACTICE, blank=True)
    state = models.CharField(max_length=10, choices=[(state.value, label) for state, label in STATES.items()])
    held_on = models.DateField(null=True)
    present = models.CharField(max_length=LONGEST_ASKED, blank=True)
    excused = models.CharField(max_length=LONGEST_ASKED, blank=True)
    why = models.CharField(max_length=LONGEST_WHY, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["street", "number"], name="meeting_number"),
            models.UniqueConstraint(fields=["street"], condition=Q(state=State.PLANNED), name="meeting_planned_once"),
            models.CheckConstraint(condition=~Q(state=State.CANCELLED) | ~Q(why=""), name="meeting_cancelled_says_why"),
            models.CheckConstraint(
                condition=~Q(state=State.HELD) | Q(held_on__isnull=False), name="meeting_held_on_its_day"
            ),
        ]

    @property
    def stands(self) -> State:
        """Its state."""
        return State(self.state)


class Matter(models.Model):
    """One matter. ``grid``: where it stands: its grid, the community's grid 000, or the street's nine digits.

    ``source``: ``phone`` (noted at a door; ``author`` is whoever noted it, ``photos`` the hashes of what was sent with
    it) or ``office``; ``meeting``: at which it was decided. The text is sealed: what is said at a door names people.
    ``street`` and ``year`` are those of ``number``.
    """

    KEPT = Kept(
        grid="grid",
        of=("place",),
        moved=Goes(),
        merged=Repointed(),
        erased=Stays("of doors and places; its text has a period of its own"),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    street = models.CharField(max_length=9)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, related_name="decisions")
    grid = models.CharField(max_length=15)
    level = models.CharField(max_length=10)
    kind = models.CharField(max_length=10, choices=[(kind.value, COURSES[kind].label) for kind in Kind])
    stage = models.CharField(max_length=10, choices=[(stage.value, label) for stage, label in STAGES.items()])
    source = models.CharField(max_length=10)
    title = models.CharField(max_length=LONGEST_TITLE)
    text_sealed = models.TextField(blank=True)
    photos = models.JSONField(default=list)
    place_kind = models.CharField(max_length=16, blank=True)
    place = models.UUIDField(null=True)
    author = models.UUIDField(null=True)
    author_name = models.CharField(max_length=40)
    at = models.DateTimeField()
    due_on = models.DateField()
    effect_on = models.DateField(null=True)
    handed_in_by = models.UUIDField(null=True)
    outside = models.CharField(max_length=LONGEST_OUTSIDE, blank=True)
    outside_number = models.CharField(max_length=LONGEST_OUTSIDE_NUMBER, blank=True)
    pressed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["street", "year", "number"], name="matter_number"),
            models.CheckConstraint(
                condition=Q(level=Level.GRID, place__isnull=False) | ~Q(level=Level.GRID),
                name="matter_of_grid_has_place",
            ),
        ]
        indexes = [
            models.Index(
                fields=["grid", "due_on"], opclasses=["varchar_pattern_ops", "date_ops"], name="matter_grid_due"
            ),
            models.Index(fields=["place"], name="matter_place", condition=Q(place__isnull=False)),
        ]

    @property
    def scope(self) -> str:
        """The area that owns it."""
        return self.grid[: DIGITS[Level(self.level)]]

    @property
    def course(self) -> Kind:
        """Its kind."""
        return Kind(self.kind)

    @property
    def stands(self) -> Stage:
        """Its stage."""
        return Stage(self.stage)


class Entry(models.Model):
    """What was done or said about a matter; only ever added. ``data``: figures and days of the act, nothing of a
    person. ``at``: when it was said or done; ``recorded_at``: when it was judged here, after every entry before it, so
    that it is their order: what a phone said offline stands by the stage the matter had when it arrived.
    """

    KEPT = Kept(of=("matter",), merged=Stays("of the matter"), erased=Stays("its text goes with the matter's"))

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    matter = models.ForeignKey(Matter, models.CASCADE, related_name="entries")
    act = models.CharField(max_length=12, choices=[(act.value, act.value) for act in Act])
    text_sealed = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+")
    by = models.UUIDField(null=True)
    by_name = models.CharField(max_length=40)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "recorded_at"], name="matter_entry_order")]


class Numbering(models.Model):
    """The last number given to a matter of a street in a year."""

    street = models.CharField(max_length=9)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["street", "year"], name="matter_numbering")]
