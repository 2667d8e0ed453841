"""Places. A grid's code is its community's 12 digits and 3 more; 000 is what has no grid yet."""

from __future__ import annotations

from django.db import models

from gridwalk.core import ids
from gridwalk.core.kept import ByHand, Kept


class Area(models.Model):
    """An administrative area by its official 12-digit code (National Bureau of Statistics)."""

    LEVELS = [("province", "省级"), ("city", "市级"), ("district", "区县"), ("street", "街道"), ("community", "社区")]

    code = models.CharField(primary_key=True, max_length=12)
    name = models.CharField(max_length=60)
    short = models.CharField(max_length=30)
    level = models.CharField(max_length=10, choices=LEVELS)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    closed_on = models.DateField(null=True)


class Grid(models.Model):
    """One worker's ground, the unit of consistency. Split and merge end one and begin others, by date."""

    KINDS = [("basic", "基础网格"), ("special", "专属网格"), ("unassigned", "未划入网格")]

    code = models.CharField(primary_key=True, max_length=15)
    area = models.ForeignKey(Area, models.PROTECT, related_name="grids")
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=KINDS, default="basic")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    replaced_by = models.JSONField(default=list)


class Building(models.Model):
    """A building of an estate. ``key`` is its number without spelling (5幢 = 5号楼 = ``5``)."""

    KEPT = Kept(grid="grid", moved=ByHand("registry.actions.regridding.move_grids"))

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="buildings")
    estate = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=40)
    key = models.CharField(max_length=60)
    n_floors = models.PositiveSmallIntegerField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grid", "estate", "key"], name="building_once_a_grid")]


class Stairwell(models.Model):
    """An entrance (单元) of a building; a building without one has a single stairwell with an empty key."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    building = models.ForeignKey(Building, models.PROTECT, related_name="stairwells")
    name = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=20, blank=True)
    entrance = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["building", "key"], name="stairwell_once_a_building")]


class GridPlan(models.Model):
    """拆并方案: grids drawn anew, building by building, done only when a second person has confirmed it.

    ``buildings``: building or stairwell id → code of its new grid; a stairwell without one goes with its building, a
    building without one to the first of ``new``. ``workers``: new code → user id. ``before``: building or stairwell
    id → code of its old grid, noted when it is done, so that the reverse can be drawn up.
    """

    STATES = [("open", "待复核"), ("done", "已改"), ("rejected", "没有同意"), ("withdrawn", "已撤回")]

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    community = models.ForeignKey(Area, models.PROTECT, related_name="+")
    old = models.JSONField(default=list)
    new = models.JSONField(default=list)
    buildings = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    workers = models.JSONField(default=dict)
    reason = models.CharField(max_length=200)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversed_by")
    state = models.CharField(max_length=10, choices=STATES, default="open")
    proposed_by = models.UUIDField(null=True)
    proposed_by_name = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["community", "-proposed_at"])]
